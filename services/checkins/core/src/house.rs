//! What the watch itself stands on: a second engine, a watchdog that answers, clocks that agree (reliability.md §2.6).
//!
//! What a house says it has must be there before a dose begins, and its loss is an incident while somebody is dosed. What
//! a house has not is advice.

use kernel::time::{Span, Timestamp};

/// An engine whose timers looked longer ago counts for none (reliability.md §2.6).
pub const ENGINE_LIVES: Span = Span::seconds(2);
/// A watchdog whose last signed echo is older counts for none (reliability.md §2.6).
pub const WATCHDOG_ANSWERS: Span = Span::seconds(15);
/// What is gone for so long is lost, and no restart: with the time above a watchdog has been silent for 30 s, and then
/// it pages too (reliability.md §2.8).
pub const LOST_AFTER: Span = Span::seconds(15);
/// Between two looks lies a second; no more than so much of it counts.
const LOOK_MOST: Span = Span::seconds(5);

/// What one engine last wrote down of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Engine {
    /// When its timers last looked at the rows.
    pub ticked_at: Timestamp,
    /// Whether its clock and the database's agree.
    pub clocks_agree: bool,
    /// When the watchdog last answered it.
    pub echoed_at: Option<Timestamp>,
}

/// What the house says it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetUp {
    /// A second engine.
    pub standby: bool,
    /// A watchdog.
    pub watchdog: bool,
}

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backing {
    /// It is.
    There,
    /// It should be.
    Missing,
    /// The house says that it has none.
    NotSetUp,
}

impl Backing {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Missing => "missing",
            Self::NotSetUp => "not_set_up",
        }
    }

    const fn of(is_set_up: bool, is_there: bool) -> Self {
        match (is_set_up, is_there) {
            (_, true) => Self::There,
            (true, false) => Self::Missing,
            (false, false) => Self::NotSetUp,
        }
    }
}

/// What the watch stands on now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the clocks of every living engine agree with the database's.
    pub clocks_agree: bool,
    /// The second engine.
    pub standby: Backing,
    /// The watchdog.
    pub watchdog: Backing,
}

impl Standing {
    /// From what the engines wrote down; on files of its own an engine has no row beside it, but somebody may stand by.
    pub fn of(engines: &[Engine], is_stood_by: bool, set_up: SetUp, now: Timestamp) -> Self {
        let living: Vec<_> =
            engines.iter().filter(|engine| now.since(engine.ticked_at) < ENGINE_LIVES).collect();
        let answers = |engine: &&Engine| engine.echoed_at.is_some_and(|at| now.since(at) < WATCHDOG_ANSWERS);
        Self {
            clocks_agree: !living.is_empty() && living.iter().all(|engine| engine.clocks_agree),
            standby: Backing::of(set_up.standby, living.len() >= 2 || is_stood_by),
            watchdog: Backing::of(set_up.watchdog, living.iter().any(answers)),
        }
    }

    const fn is_weak(self) -> bool {
        matches!(self.standby, Backing::Missing) || matches!(self.watchdog, Backing::Missing)
    }
}

/// For how long something is missing, and whether it was told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loss {
    gone_for: Span,
    looked_at: Option<Timestamp>,
    is_told: bool,
}

impl Loss {
    /// Looks once more. True when something is lost now that was not before.
    pub fn is_new(&mut self, standing: Standing, now: Timestamp) -> bool {
        if !standing.is_weak() {
            *self = Self::default();
            return false;
        }
        // A clock that jumps is no time in which anything was gone.
        let since = self.looked_at.replace(now).map_or(Span::ZERO, |at| now.since(at));
        let more = since.at_least(Span::ZERO).at_most(LOOK_MOST);
        self.gone_for = Span::micros(self.gone_for.as_micros().saturating_add(more.as_micros()));
        let is_new = !self.is_told && self.gone_for >= LOST_AFTER;
        self.is_told |= is_new;
        is_new
    }

    /// It could not be told: it is tried again.
    pub const fn not_told(&mut self) {
        self.is_told = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
    const BOTH: SetUp = SetUp { standby: true, watchdog: true };

    fn ago(millis: i64) -> Timestamp {
        NOW.minus(Span::millis(millis))
    }

    fn engine(ticked: i64, echoed: Option<i64>) -> Engine {
        Engine { ticked_at: ago(ticked), clocks_agree: true, echoed_at: echoed.map(ago) }
    }

    fn backings(engines: &[Engine], set_up: SetUp) -> (Backing, Backing) {
        let Standing { standby, watchdog, .. } = Standing::of(engines, false, set_up, NOW);
        (standby, watchdog)
    }

    #[test]
    fn two_engines_that_looked_within_two_seconds_are_enough_and_one_is_not() {
        let one = engine(100, Some(1_000));
        assert_eq!(backings(&[one, engine(1_999, None)], BOTH), (Backing::There, Backing::There));
        assert_eq!(backings(&[one, engine(2_000, None)], BOTH), (Backing::Missing, Backing::There));
        assert_eq!(backings(&[one], BOTH).0, Backing::Missing);
    }

    #[test]
    fn on_files_of_its_own_whoever_stands_by_is_the_second_engine() {
        assert_eq!(Standing::of(&[engine(0, None)], true, BOTH, NOW).standby, Backing::There);
    }

    #[test]
    fn a_watchdog_answers_within_fifteen_seconds_to_an_engine_that_lives() {
        assert_eq!(backings(&[engine(0, Some(14_999))], BOTH).1, Backing::There);
        for engines in [[engine(0, Some(15_000))], [engine(0, None)], [engine(5_000, Some(0))]] {
            assert_eq!(backings(&engines, BOTH).1, Backing::Missing, "{engines:?}");
        }
    }

    #[test]
    fn what_a_house_has_not_is_not_missing() {
        let none = SetUp { standby: false, watchdog: false };
        assert_eq!(backings(&[engine(0, None)], none), (Backing::NotSetUp, Backing::NotSetUp));
    }

    #[test]
    fn clocks_agree_when_those_of_every_living_engine_do_and_nobody_living_is_no_agreement() {
        let suspect = Engine { clocks_agree: false, ..engine(0, None) };
        let agree = |engines: &[Engine]| Standing::of(engines, false, BOTH, NOW).clocks_agree;
        assert!(agree(&[engine(0, None), Engine { ticked_at: ago(9_000), ..suspect }]));
        assert!(!agree(&[engine(0, None), suspect]));
        assert!(!agree(&[]));
    }

    #[test]
    fn a_loss_is_told_once_after_fifteen_seconds_and_again_when_it_comes_again() {
        let standing = |standby| Standing { clocks_agree: true, standby, watchdog: Backing::NotSetUp };
        let (gone, back) = (standing(Backing::Missing), standing(Backing::There));
        let mut loss = Loss::default();
        let mut look = |seconds: i64, standing| loss.is_new(standing, NOW.plus(Span::seconds(seconds)));
        assert_eq!([look(0, gone), look(5, gone), look(10, gone), look(14, gone)], [false; 4]);
        assert_eq!([look(15, gone), look(16, gone), look(17, back)], [true, false, false]);
        assert_eq!(
            [look(20, gone), look(25, gone), look(30, gone), look(35, gone)],
            [false, false, false, true]
        );
        assert!(!Loss::default().is_new(standing(Backing::NotSetUp), NOW));
    }

    #[test]
    fn a_clock_that_jumps_is_no_time_in_which_anything_was_gone() {
        let gone = Standing { clocks_agree: true, standby: Backing::Missing, watchdog: Backing::NotSetUp };
        let mut loss = Loss::default();
        let mut look = |seconds: i64| loss.is_new(gone, NOW.plus(Span::seconds(seconds)));
        assert_eq!([look(0), look(3_600), look(60), look(7_200)], [false; 4]);
        assert!(look(7_205));
    }
}
