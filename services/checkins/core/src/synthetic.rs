//! A look that is missed on purpose: whether the way of an alarm still leads to its end (reliability.md §2.8, "Drill").
//!
//! A mail server that answers and a message that arrives are two things. So every five minutes a look of nobody's is
//! missed, by the same timers, ladder and sender as any other, and what counts is when its mail was taken.

use kernel::time::{Span, Timestamp};

/// How often (reliability.md §2.8).
pub const EVERY: Span = Span::minutes(5);
/// By then its mail is taken, counted from the deadline (reliability.md P10).
pub const WITHIN: Span = Span::seconds(10);
/// From its beginning to the deadline: long enough for the timers to see it coming.
pub const AHEAD: Span = Span::seconds(1);
/// None begins before the one before it is judged.
const LEAST: Span = Span::seconds(11);
/// One may have met a restart; so many in a row are the way itself.
pub const MISSES_MAX: usize = 2;

/// What came of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    /// When the look was missed.
    pub deadline_at: Timestamp,
    /// When a server took the mail about it.
    pub accepted_at: Option<Timestamp>,
}

impl Came {
    /// When it is known what came of it.
    pub fn judged_at(self) -> Timestamp {
        self.deadline_at.plus(WITHIN)
    }

    /// How long the mail took, if it came in time at all.
    pub fn took(self) -> Option<Span> {
        let took = self.accepted_at?.since(self.deadline_at);
        (took <= WITHIN).then_some(took)
    }
}

/// Whether the way is broken, by what came of the last ones, the newest first.
pub fn is_broken(newest_first: &[Came]) -> bool {
    let last = newest_first.get(..MISSES_MAX);
    last.is_some_and(|last| last.iter().all(|came| came.took().is_none()))
}

/// When the next one begins.
pub fn next_at(last_began_at: Option<Timestamp>, every: Span, now: Timestamp) -> Timestamp {
    last_began_at.map_or(now, |at| at.plus(every.at_least(LEAST)))
}
