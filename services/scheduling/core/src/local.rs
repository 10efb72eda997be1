//! Wall clocks: a local minute, and what a zone says about it. Zone rules come from outside.

use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Minutes of one local day.
pub const DAY_MINUTES: i64 = 24 * 60;
/// Starts are offered on the half hour of the therapist's wall clock.
pub const STEP_MINUTES: i64 = 30;
/// How far a search for a valid local time goes: Samoa once skipped a whole day (2011-12-30), so two.
const SEARCH_MINUTES: i64 = 2 * DAY_MINUTES;

/// A minute on a wall clock, counted from 1970-01-01T00:00 on that same clock. It has no zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LocalMinute(i64);

impl LocalMinute {
    /// From minutes since the clock showed 1970-01-01T00:00.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes)
    }

    /// Minutes since the clock showed 1970-01-01T00:00.
    pub const fn minutes(self) -> i64 {
        self.0
    }

    /// The start of day number `day`, counted from 1970-01-01.
    pub const fn of_day(day: i64) -> Self {
        Self(day.saturating_mul(DAY_MINUTES))
    }

    /// The day, counted from 1970-01-01.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY_MINUTES)
    }

    /// 1 for Monday to 7 for Sunday.
    pub const fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday, the fourth day.
        (self.day() + 3).rem_euclid(7) + 1
    }

    /// This minute, `minutes` later on the same clock face.
    #[must_use]
    pub const fn plus(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes))
    }

    /// The last step at or before this minute.
    #[must_use]
    pub const fn step_before(self) -> Self {
        Self(self.0.div_euclid(STEP_MINUTES) * STEP_MINUTES)
    }
}

/// What a zone says about one local minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It happens once.
    Once(Timestamp),
    /// The clock is set back over it: it happens twice.
    Twice {
        /// Before the clock is set back.
        earlier: Timestamp,
        /// After the clock was set back.
        later: Timestamp,
    },
    /// The clock jumps over it: it never happens.
    Never,
}

/// The rules of one time zone. The shell brings them; the core only asks.
pub trait Zone {
    /// When this local minute happens.
    fn instants(&self, local: LocalMinute) -> Resolution;
    /// What the wall clock shows at an instant.
    fn local(&self, at: Timestamp) -> LocalMinute;
}

/// Which of two equal wall-clock times a person means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetChoice {
    /// The one before the clock is set back.
    Earlier,
    /// The one after it was set back.
    Later,
}

/// Why a local time does not name one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// The clock jumps over it.
    #[error("the clocks go forward then, so that time does not exist; take one of the two nearest")]
    Skipped {
        /// The nearest step before the jump.
        before: LocalMinute,
        /// The nearest step after the jump.
        after: LocalMinute,
    },
    /// It happens twice and nobody said which.
    #[error("the clocks go back then, so that time happens twice; say which one is meant")]
    Repeated {
        /// The first.
        earlier: Timestamp,
        /// The second.
        later: Timestamp,
    },
}

/// The one instant a person means, or why there is none (reliability.md §2.10, rule 6).
///
/// # Errors
/// When the time is skipped, or repeated and not chosen.
pub fn resolve(
    zone: &impl Zone,
    local: LocalMinute,
    choice: Option<OffsetChoice>,
) -> Result<Timestamp, Unclear> {
    match zone.instants(local) {
        Resolution::Once(at) => Ok(at),
        Resolution::Twice { earlier, later } => match choice {
            Some(OffsetChoice::Earlier) => Ok(earlier),
            Some(OffsetChoice::Later) => Ok(later),
            None => Err(Unclear::Repeated { earlier, later }),
        },
        Resolution::Never => Err(Unclear::Skipped {
            before: nearest_step(zone, local.step_before(), -STEP_MINUTES),
            after: nearest_step(zone, local.step_before().plus(STEP_MINUTES), STEP_MINUTES),
        }),
    }
}

/// The first step that exists, walking `by` minutes at a time.
fn nearest_step(zone: &impl Zone, from: LocalMinute, by: i64) -> LocalMinute {
    let steps = SEARCH_MINUTES / STEP_MINUTES;
    (0..steps)
        .map(|step| from.plus(step * by))
        .find(|local| zone.instants(*local) != Resolution::Never)
        .unwrap_or(from)
}

/// When a window that opens at `local` opens: the first instant not before it.
pub fn opens_at(zone: &impl Zone, local: LocalMinute) -> Option<Timestamp> {
    (0..SEARCH_MINUTES).find_map(|minutes| match zone.instants(local.plus(minutes)) {
        Resolution::Once(at) => Some(at),
        Resolution::Twice { earlier, .. } => Some(earlier),
        Resolution::Never => None,
    })
}

/// When a window that shuts at `local` shuts: the last instant of that name, or the jump over it.
pub fn shuts_at(zone: &impl Zone, local: LocalMinute) -> Option<Timestamp> {
    match zone.instants(local) {
        Resolution::Once(at) => Some(at),
        Resolution::Twice { later, .. } => Some(later),
        Resolution::Never => opens_at(zone, local),
    }
}

/// A stretch of time; its end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Block {
    /// The first instant.
    pub starts_at: Timestamp,
    /// The instant after the last.
    pub ends_at: Timestamp,
}

impl Block {
    /// `length` from `starts_at` on.
    pub const fn lasting(starts_at: Timestamp, length: Span) -> Self {
        Self { starts_at, ends_at: starts_at.plus(length) }
    }

    /// Whether the two share an instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }

    /// Whether `other` lies inside this.
    pub fn holds(&self, other: &Self) -> bool {
        self.starts_at <= other.starts_at && other.ends_at <= self.ends_at
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small zone: UTC, one hour skipped at `jump`, one hour repeated at `back`.
    ///
    /// Like New York from winter to winter, with easier numbers: standard time is UTC.
    pub(crate) struct Toy {
        pub(crate) jump: i64,
        pub(crate) back: i64,
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_micros(minutes * 60_000_000)
    }

    impl Zone for Toy {
        fn instants(&self, local: LocalMinute) -> Resolution {
            let minutes = local.minutes();
            if minutes < self.jump || minutes >= self.back + 60 {
                Resolution::Once(at(minutes))
            } else if minutes < self.jump + 60 {
                Resolution::Never
            } else if minutes < self.back {
                Resolution::Once(at(minutes - 60))
            } else {
                Resolution::Twice { earlier: at(minutes - 60), later: at(minutes) }
            }
        }

        fn local(&self, at: Timestamp) -> LocalMinute {
            let minutes = at.micros().div_euclid(60_000_000);
            let summer = minutes >= self.jump && minutes < self.back;
            LocalMinute::from_minutes(minutes + if summer { 60 } else { 0 })
        }
    }

    /// Summer from 02:00 of day 10 to 02:00 of day 20.
    pub(crate) const TOY: Toy = Toy { jump: 10 * DAY_MINUTES + 120, back: 20 * DAY_MINUTES + 60 };

    #[test]
    fn weekdays_count_from_the_thursday_of_1970() {
        assert_eq!(LocalMinute::of_day(0).weekday(), 4);
        assert_eq!(LocalMinute::of_day(4).weekday(), 1);
        assert_eq!(LocalMinute::of_day(-1).weekday(), 3);
    }

    #[test]
    fn a_skipped_time_is_refused_with_the_two_nearest() {
        let skipped = LocalMinute::of_day(10).plus(150);
        let before = LocalMinute::of_day(10).plus(90);
        let after = LocalMinute::of_day(10).plus(180);
        assert_eq!(resolve(&TOY, skipped, None), Err(Unclear::Skipped { before, after }));
        assert_eq!(
            resolve(&TOY, skipped, Some(OffsetChoice::Later)),
            Err(Unclear::Skipped { before, after })
        );
    }

    #[test]
    fn a_repeated_time_needs_a_choice() {
        let repeated = LocalMinute::of_day(20).plus(90);
        let (earlier, later) = (at(20 * DAY_MINUTES + 30), at(20 * DAY_MINUTES + 90));
        assert_eq!(resolve(&TOY, repeated, None), Err(Unclear::Repeated { earlier, later }));
        assert_eq!(resolve(&TOY, repeated, Some(OffsetChoice::Earlier)), Ok(earlier));
        assert_eq!(resolve(&TOY, repeated, Some(OffsetChoice::Later)), Ok(later));
    }

    #[test]
    fn a_window_edge_in_a_jump_falls_on_the_jump() {
        let skipped = LocalMinute::of_day(10).plus(135);
        assert_eq!(opens_at(&TOY, skipped), Some(at(TOY.jump)));
        assert_eq!(shuts_at(&TOY, skipped), Some(at(TOY.jump)));
    }

    #[test]
    fn what_the_clock_shows_leads_back_to_the_instant() {
        for minute in (9 * DAY_MINUTES)..(21 * DAY_MINUTES) {
            let found = match TOY.instants(TOY.local(at(minute))) {
                Resolution::Once(only) => only == at(minute),
                Resolution::Twice { earlier, later } => earlier == at(minute) || later == at(minute),
                Resolution::Never => false,
            };
            assert!(found, "minute {minute}");
        }
    }
}
