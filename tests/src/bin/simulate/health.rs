//! Healthy time: how much of the time the house could have done what it owed.
//!
//! The engines are healthy while at least one of them lives, is not frozen, and reaches a database that is up. All that
//! time a deadline has 10 s; time in which no engine is healthy is not counted, to the microsecond and without a
//! margin. Only where a step has nothing but mail, time in which mail was in trouble is not counted either: from the
//! start of each bad attempt to 5 s after its end (the longest pause before the next), and 5.8 s from each fault of
//! an engine (a lease of 3 s must run out before another may send, by clocks that lie up to 2.8 s apart).

use kernel::time::{Span, Timestamp};

/// A signal is owed within this much healthy time (reliability.md §1.1, P01).
pub const OWED: Span = Span::seconds(10);

/// How long something was unwell.
#[derive(Debug, Default)]
pub struct Unwell {
    since: Option<Timestamp>,
    before: Span,
}

impl Unwell {
    /// From now on it is well, or is not.
    pub fn set(&mut self, is_well: bool, now: Timestamp) {
        self.before = self.so_far(now);
        self.since = (!is_well).then_some(now);
    }

    /// For how long so far.
    pub fn so_far(&self, now: Timestamp) -> Span {
        let present = self.since.map_or(0, |since| now.since(since).as_micros());
        Span::micros(self.before.as_micros().saturating_add(present))
    }
}

/// Trouble whose end is known when it begins.
#[derive(Debug)]
pub struct Trouble {
    until_at: Timestamp,
    total: Span,
}

impl Trouble {
    /// None yet.
    pub const fn none() -> Self {
        Self { until_at: Timestamp::from_micros(0), total: Span::ZERO }
    }

    /// From now until then.
    pub fn add(&mut self, now: Timestamp, until_at: Timestamp) {
        let from = self.until_at.max(now);
        if until_at > from {
            self.total =
                Span::micros(self.total.as_micros().saturating_add(until_at.since(from).as_micros()));
            self.until_at = until_at;
        }
    }

    /// For how long so far.
    pub fn so_far(&self, now: Timestamp) -> Span {
        let ahead = self.until_at.since(now).at_least(Span::ZERO);
        Span::micros(self.total.as_micros().saturating_sub(ahead.as_micros()))
    }
}
