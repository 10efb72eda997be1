//! How bad an observation is. One scale for answers, vitals and incidents.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// `OK < WATCH < URGENT < EMERGENCY` (clinical.md §6.2). The worst answer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As expected.
    Ok,
    /// Look again sooner.
    Watch,
    /// A clinician now.
    Urgent,
    /// Emergency services first.
    Emergency,
}

impl Severity {
    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Watch => "watch",
            Self::Urgent => "urgent",
            Self::Emergency => "emergency",
        }
    }
}

/// A word that is no severity.
#[derive(Debug, thiserror::Error)]
#[error("not a severity")]
pub struct NotASeverity;

impl FromStr for Severity {
    type Err = NotASeverity;

    fn from_str(word: &str) -> Result<Self, NotASeverity> {
        [Self::Ok, Self::Watch, Self::Urgent, Self::Emergency]
            .into_iter()
            .find(|severity| severity.as_str() == word)
            .ok_or(NotASeverity)
    }
}
