//! What time it is for whatever is due, while two clocks may disagree (reliability.md §2.10, rules 1 and 2).
//!
//! The database's clock is the authority. Each engine also carries it on by itself, with a clock that only runs
//! forward, from the last moment it trusted it. Where the two part, one of them is wrong and nobody here can know
//! which: something is due as soon as either says so, because a false alarm is answered and a missed one is not.

use kernel::time::{Span, Timestamp};

/// Further apart than this, one of the two is wrong (reliability.md §2.10, rule 2).
pub const TRUST: Span = Span::millis(1500);
/// Two good clocks part by at most one in this many: 50 ppm (reliability.md §2.10, rule 3).
const DRIFT: i64 = 20_000;

/// The database's clock, carried on by an engine's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Projection {
    /// What the time was when it was last trusted.
    anchored_at: Timestamp,
    /// The engine's own clock then.
    since_boot: Span,
    /// What the database said when it was last asked.
    said_at: Timestamp,
}

/// What the two clocks say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The later of both: what is due by then is due.
    pub now: Timestamp,
    /// Whether somebody must look at the clocks, and no dose may begin.
    pub is_suspect: bool,
}

impl Projection {
    /// An engine starts: it has nothing to doubt the database's clock with.
    pub const fn anchored(database_at: Timestamp, since_boot: Span) -> Self {
        Self { anchored_at: database_at, since_boot, said_at: database_at }
    }

    /// What the database's clock should say now.
    pub const fn at(&self, since_boot: Span) -> Timestamp {
        self.anchored_at.plus(self.ran(since_boot))
    }

    /// What time it is, for both clocks read at one moment.
    pub fn read(&mut self, database_at: Timestamp, since_boot: Span) -> Reading {
        let projected = self.at(since_boot);
        let has_stepped_back = database_at < self.said_at;
        let parted = projected.since(database_at);
        let is_suspect = has_stepped_back || parted > TRUST || parted < TRUST.times(-1);
        self.said_at = database_at;
        if !is_suspect {
            // Never further back than good clocks drift: many small steps back must not add up to a postponed alarm.
            let drifted = Span::micros(self.ran(since_boot).as_micros() / DRIFT);
            self.anchored_at = database_at.max(projected.minus(drifted));
            self.since_boot = since_boot;
        }
        Reading { now: database_at.max(projected), is_suspect }
    }

    const fn ran(&self, since_boot: Span) -> Span {
        Span::micros(since_boot.as_micros().saturating_sub(self.since_boot.as_micros()))
    }
}
