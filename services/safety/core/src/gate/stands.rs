//! What the watch itself stands on, as the house says it: without an engine that writes, nobody would notice anything.

use super::Evidence;
use crate::checklist::Proof;
use crate::protocol::fresh;
use kernel::time::{Span, Timestamp};

/// The house says it every second. Unheard for so long, nothing is known (reliability.md §2.6, "watchdog beat < 15 s").
const HEARD: Span = Span::seconds(15);

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backing {
    /// It is.
    There,
    /// It should be, or nobody knows.
    Missing,
    /// The house says that it has none.
    NotSetUp,
}

impl Backing {
    /// From its word. One that nobody knows is missing.
    pub fn of(word: &str) -> Self {
        match word {
            "there" => Self::There,
            "not_set_up" => Self::NotSetUp,
            _unknown => Self::Missing,
        }
    }
}

/// What was heard last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stands {
    /// When.
    pub heard_at: Timestamp,
    /// Whether the engine could write to its rows.
    pub writable: bool,
    /// Whether all clocks agree.
    pub clocks_agree: bool,
    /// The second engine.
    pub standby: Backing,
    /// The watchdog.
    pub watchdog: Backing,
}

impl Stands {
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.writable && fresh(self.heard_at, HEARD, now)
    }
}

/// What a house says that it has not is advice, in plain words: it refuses nobody.
pub(super) fn advice(proof: Option<Proof>, evidence: &Evidence) -> Option<&'static str> {
    let is_not_set_up =
        |of: fn(&Stands) -> Backing| evidence.stands.is_some_and(|stands| of(&stands) == Backing::NotSetUp);
    match proof {
        Some(Proof::Standby) if is_not_set_up(|stands| stands.standby) => Some(NO_STANDBY),
        Some(Proof::Watchdog) if is_not_set_up(|stands| stands.watchdog) => Some(NO_WATCHDOG),
        Some(_) | None => None,
    }
}

const NO_STANDBY: &str = "No second engine is set up: if this process dies, only open pages alarm. Keep this page \
    open, and ask whoever runs the server for one.";
const NO_WATCHDOG: &str = "No watchdog is set up: if the server dies, only open pages alarm. Keep this page open, \
    and ask whoever runs the server for one.";
