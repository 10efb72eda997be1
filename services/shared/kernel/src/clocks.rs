//! What time it is while two clocks may disagree (reliability.md §2.10, rules 1 to 3).
//!
//! The database's clock is the authority. Each process also carries it on by itself, with a clock that only runs
//! forward, from the last moment it trusted it. Where the two part, one of them is wrong and nobody here can know
//! which. So time only ever runs ahead: an authority that stays ahead is followed at once, because a false alarm is
//! answered and a missed one is not; one that falls behind is followed slowly or not at all, and somebody is told.

use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Further apart than this, one of the two is wrong (reliability.md §2.10, rule 2).
pub const TRUST: Span = Span::millis(1500);
/// Two good clocks part by at most one in this many: 50 ppm (reliability.md §2.10, rule 3).
const DRIFT: i64 = 20_000;
/// An authority that was set back a little is followed as slowly as this: one part in so many.
const SLEW: i64 = 200;
/// That little.
const SET_BACK_MAX: Span = Span::minutes(1);
/// An authority that has been ahead by the same for so long is believed: this machine was held, and did not count it.
const STEADY: Span = Span::seconds(5);
/// One that is further ahead than any session lasts must stay so for longer: everybody would be signed out.
const STEADY_FAR: Span = Span::minutes(10);
const FAR: Span = Span::hours(4);

/// The database's clock, carried on by a process's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Projection {
    /// What the time was when it was last trusted.
    anchored_at: Timestamp,
    /// The process's own clock then.
    since_boot: Span,
    /// What the database said when it was last asked.
    said_at: Timestamp,
    /// Since when it has been ahead, by the process's own clock, and by how much.
    ahead: Option<(Span, Span)>,
}

/// What a process leaves for whoever starts next on the same machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Which start of the machine the second clock counts from.
    pub boot: String,
    /// What time it was.
    pub at: Timestamp,
    /// How long after that start.
    pub since_boot: Span,
}

impl Projection {
    /// A process starts that has nothing to doubt the database's clock with.
    pub const fn anchored(database_at: Timestamp, since_boot: Span) -> Self {
        Self { anchored_at: database_at, since_boot, said_at: database_at, ahead: None }
    }

    /// A process starts where another has known the time. On the same start of the machine its clock goes on; on another
    /// it is at least no earlier than it was.
    pub fn resumed(anchor: &Anchor, boot: &str, database_at: Timestamp, since_boot: Span) -> Self {
        if anchor.boot == boot && anchor.since_boot <= since_boot {
            return Self::anchored(anchor.at, anchor.since_boot);
        }
        Self::anchored(database_at.max(anchor.at), since_boot)
    }

    /// What to leave for whoever starts next.
    pub fn anchor(&self, boot: &str) -> Anchor {
        Anchor { boot: boot.to_owned(), at: self.anchored_at, since_boot: self.since_boot }
    }

    /// What the database's clock should say now.
    pub const fn at(&self, since_boot: Span) -> Timestamp {
        self.anchored_at.plus(self.ran(since_boot))
    }

    /// Hears what the database says at this moment. True when the two disagree: then somebody must look at them, and no
    /// dose may begin.
    pub fn hear(&mut self, database_at: Timestamp, since_boot: Span) -> bool {
        let ahead = database_at.since(self.at(since_boot));
        let has_stepped_back = database_at < self.said_at;
        let is_suspect = has_stepped_back || ahead > TRUST || ahead < TRUST.times(-1);
        let has_been_ahead = self.has_been_ahead(ahead, since_boot);
        self.said_at = database_at;
        if !is_suspect || has_been_ahead {
            self.follow(database_at, DRIFT, since_boot);
        } else if ahead < Span::ZERO && ahead >= SET_BACK_MAX.times(-1) {
            self.follow(database_at, SLEW, since_boot);
        }
        is_suspect
    }

    /// Forward at once; back by one part in so many of what passed: many small steps back must not add up to a postponed
    /// alarm.
    fn follow(&mut self, database_at: Timestamp, one_in: i64, since_boot: Span) {
        let slowest = Span::micros(self.ran(since_boot).as_micros() / one_in);
        self.anchored_at = database_at.max(self.at(since_boot).minus(slowest));
        self.since_boot = since_boot;
    }

    /// Whether the database has been ahead by the same for long enough.
    fn has_been_ahead(&mut self, by: Span, since_boot: Span) -> bool {
        let is_same =
            |before: Span| by.as_micros().abs_diff(before.as_micros()) <= TRUST.as_micros().unsigned_abs();
        let since = self.ahead.filter(|(_, before)| is_same(*before)).map_or(since_boot, |(since, _)| since);
        let steady = if by > FAR { STEADY_FAR } else { STEADY };
        let is_steady = since_boot.minus(since) >= steady;
        self.ahead = (by > TRUST && !is_steady).then_some((since, by));
        is_steady
    }

    const fn ran(&self, since_boot: Span) -> Span {
        since_boot.minus(self.since_boot)
    }
}
