//! Which of a watch's events is a look that somebody took.

use super::{Counted, Event};

impl Event {
    /// How a look counted, if this event is one.
    pub const fn counted(&self) -> Option<Counted> {
        match self {
            Self::Answered { counted, .. } => Some(*counted),
            Self::Scheduled(_)
            | Self::Cancelled(_)
            | Self::Missed(_)
            | Self::Overslept(_)
            | Self::Alarming(_)
            | Self::MorningDue(_)
            | Self::MorningMissed(_)
            | Self::Closed => None,
        }
    }
}
