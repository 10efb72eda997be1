//! The look task: at some looks the sitter counts breaths before "all well" counts, so that it cannot be pressed by
//! habit (product.md §2.7). Which looks ask is the same on the phone without a line as here.
//!
//! A count that is left out refuses nothing: somebody did look, and silence is over. But an "all well" without it is
//! worth no more than a "not sure": it is kept as WATCH, and looked at again in five minutes (clinical.md §6.1).

use crate::form::COUNT;
use crate::watch::{Watch, Watching};
use kernel::id::SessionId;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};
use std::collections::BTreeMap;

/// The page asks for a look so long before it is due. Whoever looks sooner looks unasked, and counts nothing.
const LEAD: Span = Span::seconds(60);
/// In a faster drill the grace is shorter than the count takes.
const PACE_MAX: i64 = 6;
/// Two looks in five are drawn; one that follows another drawn one does not ask: about one in four is left.
const DRAWN: u32 = 2;
const OF: u32 = 5;

/// What the sitter reads when an "all well" came without its count.
pub const COUNT_NOW: &str = "Watch the chest and count the breaths for 15 seconds. Then answer once more.";

/// What an answer did about the task of its look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// There was none, and no number came.
    NotAsked,
    /// A number came with it.
    Counted,
    /// "All well", and no number.
    LeftOut,
}

/// Whether this look asks for a count: never the first after a dose, never two in a row, about one in four.
pub fn is_asked(session: SessionId, first: i64, sequence: i64, pace: Pace) -> bool {
    pace.factor() <= PACE_MAX
        && sequence > first
        && is_drawn(session, sequence)
        && !is_drawn(session, sequence.saturating_sub(1))
}

/// FNV-1a over the session and the low 32 bits of the number, in the order a phone has them too (`web/src/sitter/task.ts`).
fn is_drawn(session: SessionId, sequence: i64) -> bool {
    let number = sequence.to_be_bytes();
    let bytes = session.0.as_bytes().iter().chain(number.iter().skip(4));
    let hash = bytes.fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(16_777_619));
    // The low bits of this hash follow the last byte too closely.
    (hash ^ (hash >> 15)) % OF < DRAWN
}

/// The same for a look of this watch: only of who is dosed.
pub fn is_due(watch: &Watch, session: SessionId, sequence: i64) -> bool {
    match watch {
        Watch::Watching(Watching { protocol, first, .. }) => {
            is_asked(session, (*first).max(1), sequence, protocol.pace)
        }
        Watch::Standing { .. } | Watch::Aftercare(_) | Watch::Closed { .. } => false,
    }
}

/// What this answer of the sitter's did about it.
pub fn done(
    watch: &Watch,
    session: SessionId,
    sequence: i64,
    (answers, severity): (&BTreeMap<String, String>, Severity),
    now: Timestamp,
) -> Task {
    if answers.contains_key(COUNT) {
        return Task::Counted;
    }
    let is_asked = is_due(watch, session, sequence) && !is_early(watch, sequence, now);
    if is_asked && severity == Severity::Ok { Task::LeftOut } else { Task::NotAsked }
}

fn is_early(watch: &Watch, sequence: i64, now: Timestamp) -> bool {
    let current = watch.current().filter(|due| due.sequence == sequence);
    current.is_some_and(|due| now < due.due_at.minus(LEAD) || now < watch.protocol().opens_at(&due))
}

impl Task {
    /// The word in columns and on the wire, where there is something to say.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::NotAsked => None,
            Self::Counted => Some("counted"),
            Self::LeftOut => Some("left_out"),
        }
    }

    /// How bad the look is, with what became of its task.
    #[must_use]
    pub fn severity(self, answered: Severity) -> Severity {
        match self {
            Self::NotAsked | Self::Counted => answered,
            Self::LeftOut => answered.max(Severity::Watch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Protocol;
    use crate::watch::Command;
    use kernel::machine::Machine as _;

    const NOON: Timestamp = Timestamp::from_micros(0);

    fn session(number: u128) -> SessionId {
        let id = format!("018f0000-0000-7000-9000-{number:012x}");
        id.parse().unwrap()
    }

    fn asked(session: SessionId, pace: Pace) -> Vec<i64> {
        (1..=13).filter(|sequence| is_asked(session, 1, *sequence, pace)).collect()
    }

    #[test]
    fn the_first_look_asks_nothing_and_no_two_in_a_row_do() {
        for number in 0..500 {
            let asked = asked(session(number), Pace::REAL);
            assert!(!asked.contains(&1), "{asked:?}");
            assert!(asked.windows(2).all(|pair| pair[1] - pair[0] > 1), "{asked:?}");
        }
        // A dose after another one begins with another number.
        assert!((0..500).all(|number| !is_asked(session(number), 7, 7, Pace::REAL)));
    }

    #[test]
    fn about_one_look_in_four_asks() {
        let count: usize = (0..1_000).map(|number| asked(session(number), Pace::REAL).len()).sum();
        // Of twelve looks each that may ask.
        assert!((2_400..3_600).contains(&count), "{count} of 12000");
    }

    #[test]
    fn nobody_can_learn_which_by_heart() {
        let ways: std::collections::BTreeSet<_> =
            (0..50).map(|number| asked(session(number), Pace::REAL)).collect();
        assert!(ways.len() > 20, "{}", ways.len());
    }

    #[test]
    fn what_came_of_it_has_a_word_where_it_was_asked() {
        let words = [Task::NotAsked, Task::Counted, Task::LeftOut].map(Task::as_str);
        assert_eq!(words, [None, Some("counted"), Some("left_out")]);
    }

    #[test]
    fn a_drill_too_fast_to_count_in_asks_nothing() {
        let (six, ten) = (Pace::new(6).unwrap(), Pace::new(10).unwrap());
        assert_eq!(asked(session(1), six), asked(session(1), Pace::REAL));
        assert!(asked(session(1), ten).is_empty());
    }

    /// A watch whose second look asks for a count, the first being taken: due 15 minutes after the dose.
    fn second(pace: Pace) -> Watch {
        let step = |watch: Watch, command, minute| watch.step(command, minute).unwrap().state;
        let dosed = step(Watch::Standing { protocol: Protocol { pace } }, Command::Dose(NOON), NOON);
        let looked = Command::Answer { sequence: 1, severity: Severity::Ok };
        step(dosed, looked, NOON.plus(Span::minutes(5).at(pace)))
    }

    fn done_at(watch: &Watch, sequence: i64, severity: Severity, now: Timestamp) -> Task {
        done(watch, session(0x52), sequence, (&BTreeMap::new(), severity), now)
    }

    #[test]
    fn all_well_leaves_the_count_out_once_the_page_asks_and_never_sooner() {
        let (watch, due_at) = (second(Pace::REAL), NOON.plus(Span::minutes(15)));
        let well = |before| done_at(&watch, 2, Severity::Ok, due_at.minus(Span::seconds(before)));
        assert_eq!([61, 60, 0].map(well), [Task::NotAsked, Task::LeftOut, Task::LeftOut]);
        // In a drill six times as fast the page asks when the look opens.
        let (fast, due_at) = (second(Pace::new(6).unwrap()), NOON.plus(Span::seconds(150)));
        let well = |before| done_at(&fast, 2, Severity::Ok, due_at.minus(Span::seconds(before)));
        assert_eq!([21, 20].map(well), [Task::NotAsked, Task::LeftOut]);
    }

    #[test]
    fn a_number_is_a_count_and_what_is_not_all_well_wants_none() {
        let (watch, due_at) = (second(Pace::REAL), NOON.plus(Span::minutes(15)));
        let counted = BTreeMap::from([(COUNT.to_owned(), "4".to_owned())]);
        assert_eq!(done(&watch, session(0x52), 2, (&counted, Severity::Ok), due_at), Task::Counted);
        assert_eq!(done_at(&watch, 2, Severity::Watch, due_at), Task::NotAsked);
    }

    #[test]
    fn a_look_that_is_late_wants_its_count_all_the_same() {
        let watch = second(Pace::REAL);
        let missed = watch.step(Command::Tick, NOON.plus(Span::minutes(18))).unwrap().state;
        assert_eq!(done_at(&missed, 2, Severity::Ok, NOON.plus(Span::minutes(18))), Task::LeftOut);
    }

    #[test]
    fn only_a_look_of_who_is_dosed_asks() {
        assert!(
            is_due(&second(Pace::REAL), session(0x52), 2) && !is_due(&second(Pace::REAL), session(0x52), 1)
        );
        assert!(!is_due(&Watch::Standing { protocol: Protocol { pace: Pace::REAL } }, session(0x52), 2));
    }

    #[test]
    fn the_phone_draws_the_same_looks() {
        // The same numbers stand in web/src/sitter/task.test.ts.
        let drawn = [0x51, 0x52, 0x53, 0x54].map(|number| asked(session(number), Pace::REAL));
        assert_eq!(drawn, [vec![3, 8, 12], vec![2, 6, 12], vec![2, 4, 7, 9, 13], vec![7]]);
    }
}
