//! What has to stand behind the watch before a dose may begin (reliability.md §2.6).

use serde::{Deserialize, Serialize};

/// What this house says it has. What it has not is shown as advice and refuses nobody.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Interlock {
    /// A second engine: another one on the same Postgres, or a warm standby on the same files.
    pub standby: Standby,
}

/// Whether there is a second engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standby {
    /// There is, and no dose begins without it.
    Required,
    /// There is none: a small house of one process.
    #[default]
    NotSetUp,
}
