//! The seven roles of the house.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What a person is here. On-call lead is not among them: it is a duty held for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes the medicine, at home.
    Patient,
    /// The trusted adult in the home.
    Sitter,
    /// Leads the session over video.
    Therapist,
    /// Orders the dose and decides on exceptions.
    Prescriber,
    /// Runs the clinic's day.
    Coordinator,
    /// Runs the clinic's accounts and settings.
    Admin,
    /// Reads the trail.
    Auditor,
}

impl Role {
    /// All of them, in the order of the permission table.
    pub const ALL: [Self; 7] = [
        Self::Patient,
        Self::Sitter,
        Self::Therapist,
        Self::Prescriber,
        Self::Coordinator,
        Self::Admin,
        Self::Auditor,
    ];

    /// The word in columns, tokens and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Sitter => "sitter",
            Self::Therapist => "therapist",
            Self::Prescriber => "prescriber",
            Self::Coordinator => "coordinator",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }
}

/// A word that is none of the seven roles.
#[derive(Debug, thiserror::Error)]
#[error("not a role")]
pub struct NotARole;

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(word: &str) -> Result<Self, NotARole> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or(NotARole)
    }
}
