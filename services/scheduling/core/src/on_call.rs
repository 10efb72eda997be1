//! Who is on call when, and when nobody is.

use crate::local::Block;
use kernel::id::PersonId;
use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// A duty longer than a fortnight is a typing mistake.
pub const DUTY_DAYS_MAX: i64 = 14;

/// One person's duty for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Who.
    pub person: PersonId,
    /// From when until when.
    pub window: Block,
    /// When somebody said that they take this time over; nothing for what stands in the roster.
    pub taken_over_at: Option<Timestamp>,
}

/// A stretch of the calendar with one answer to "who is on call?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From when until when.
    pub window: Block,
    /// Whose duty counts; nothing in a gap.
    pub duty: Option<Duty>,
}

/// Why a duty was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It ends before it starts.
    #[error("a duty ends after it starts")]
    Backwards,
    /// It is over already.
    #[error("this duty is already over; enter one that lies ahead")]
    Over,
    /// It lasts longer than anyone can be on call.
    #[error("a duty lasts at most 14 days; enter it in parts")]
    TooLong,
}

impl Duty {
    /// Whether it may be entered.
    ///
    /// # Errors
    /// When it runs backwards, is over, or is too long.
    pub fn checked(self, now: Timestamp) -> Result<Self, Refusal> {
        let Block { starts_at, ends_at } = self.window;
        if ends_at <= starts_at {
            Err(Refusal::Backwards)
        } else if ends_at <= now {
            Err(Refusal::Over)
        } else if ends_at.since(starts_at) > Span::hours(24 * DUTY_DAYS_MAX) {
            Err(Refusal::TooLong)
        } else {
            Ok(self)
        }
    }
}

/// Whose duty counts at an instant, other than the therapist's: nobody covers for themselves.
///
/// Who took a time over holds it, the one who said so last; they stand in for whoever is in the roster, who is off
/// then. Otherwise the duty that began last holds; of two that began together, the lower id.
fn counting(roster: &[Duty], at: Timestamp, therapist: Option<PersonId>) -> Option<&Duty> {
    let on = || roster.iter().filter(|duty| duty.window.starts_at <= at && at < duty.window.ends_at);
    let last = |duty: &&Duty| (duty.taken_over_at, duty.window.starts_at, std::cmp::Reverse(duty.person));
    let is_other = |duty: &&Duty| Some(duty.person) != therapist;
    match on().filter(|duty| duty.taken_over_at.is_some()).max_by_key(last) {
        Some(taken_over) => Some(taken_over).filter(is_other),
        None => on().filter(is_other).max_by_key(last),
    }
}

/// Who is on call at an instant for this therapist's session.
pub fn lead(roster: &[Duty], at: Timestamp, therapist: PersonId) -> Option<PersonId> {
    counting(roster, at, Some(therapist)).map(|duty| duty.person)
}

/// Who would be on call if nobody had taken the time over.
pub fn relieved(roster: &[Duty], at: Timestamp) -> Option<PersonId> {
    let standing: Vec<Duty> = roster.iter().filter(|duty| duty.taken_over_at.is_none()).copied().collect();
    counting(&standing, at, None).map(|duty| duty.person)
}

/// The calendar of `span`, without holes: who is on call when, or that nobody is.
pub fn stretches(roster: &[Duty], span: Block, therapist: Option<PersonId>) -> Vec<Stretch> {
    let edges = roster.iter().flat_map(|duty| [duty.window.starts_at, duty.window.ends_at]);
    let mut starts: Vec<Timestamp> =
        edges.filter(|at| span.starts_at < *at && *at < span.ends_at).chain([span.starts_at]).collect();
    starts.sort_unstable();
    starts.dedup();
    let ends: Vec<Timestamp> = starts.iter().skip(1).copied().chain([span.ends_at]).collect();
    let mut calendar: Vec<Stretch> = vec![];
    for (starts_at, ends_at) in starts.into_iter().zip(ends) {
        let duty = counting(roster, starts_at, therapist).copied();
        match calendar.last_mut() {
            Some(last) if last.is_of(duty.as_ref()) => last.window.ends_at = ends_at,
            Some(_) | None => calendar.push(Stretch { window: Block { starts_at, ends_at }, duty }),
        }
    }
    calendar
}

impl Stretch {
    /// Whether this duty goes on with the same person, in the same way.
    fn is_of(&self, next: Option<&Duty>) -> bool {
        let way = |duty: &Duty| (duty.person, duty.taken_over_at);
        self.duty.as_ref().map(way) == next.map(way)
    }
}

/// The stretches of `span` in which nobody but the therapist is on call.
pub fn gaps(roster: &[Duty], span: Block, therapist: Option<PersonId>) -> Vec<Block> {
    let calendar = stretches(roster, span, therapist).into_iter();
    calendar.filter(|stretch| stretch.duty.is_none()).map(|stretch| stretch.window).collect()
}

/// Who leads a whole block from its start, if somebody is on call through all of it.
pub fn cover(roster: &[Duty], block: Block, therapist: PersonId) -> Option<PersonId> {
    let is_covered = gaps(roster, block, Some(therapist)).is_empty();
    if is_covered { lead(roster, block.starts_at, therapist) } else { None }
}

/// When the answer may change next: the first begin or end of a duty after an instant.
pub fn next_edge(roster: &[Duty], after: Timestamp) -> Option<Timestamp> {
    let edges = roster.iter().flat_map(|duty| [duty.window.starts_at, duty.window.ends_at]);
    edges.filter(|at| *at > after).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u8) -> PersonId {
        format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
    }

    fn dr_lee() -> PersonId {
        person(1)
    }

    fn noor() -> PersonId {
        person(2)
    }

    fn ida() -> PersonId {
        person(3)
    }

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_micros(0).plus(Span::hours(hour))
    }

    fn duty(person: PersonId, from: i64, until: i64) -> Duty {
        Duty { person, window: hours(from, until), taken_over_at: None }
    }

    fn hours(from: i64, until: i64) -> Block {
        Block { starts_at: at(from), ends_at: at(until) }
    }

    #[test]
    fn the_duty_that_began_last_holds() {
        let roster = [duty(noor(), 0, 24), duty(ida(), 8, 12)];
        assert_eq!(lead(&roster, at(7), dr_lee()), Some(noor()));
        assert_eq!(lead(&roster, at(8), dr_lee()), Some(ida()));
        assert_eq!(lead(&roster, at(12), dr_lee()), Some(noor()));
        assert_eq!(lead(&roster, at(24), dr_lee()), None);
    }

    fn taken_over(person: PersonId, from: i64, until: i64, said_at: i64) -> Duty {
        Duty { taken_over_at: Some(at(said_at)), ..duty(person, from, until) }
    }

    #[test]
    fn who_takes_a_time_over_holds_it_to_its_end_whatever_begins_meanwhile() {
        let roster = [duty(noor(), 0, 9), duty(noor(), 9, 24), taken_over(ida(), 8, 12, 1)];
        let leads = [7, 8, 9, 11, 12].map(|hour| lead(&roster, at(hour), dr_lee()));
        assert_eq!(leads, [noor(), ida(), ida(), ida(), noor()].map(Some));
        assert_eq!((relieved(&roster, at(10)), relieved(&roster, at(30))), (Some(noor()), None));
    }

    #[test]
    fn of_two_who_take_the_same_time_over_the_one_who_said_so_last_holds() {
        let roster = [taken_over(ida(), 9, 12, 1), taken_over(noor(), 8, 12, 2)];
        assert_eq!(lead(&roster, at(10), dr_lee()), Some(noor()));
    }

    #[test]
    fn whoever_was_relieved_is_off_also_when_their_stand_in_leads_the_session() {
        let roster = [duty(noor(), 0, 24), taken_over(dr_lee(), 8, 12, 1)];
        assert_eq!(lead(&roster, at(9), dr_lee()), None);
        assert_eq!(gaps(&roster, hours(7, 13), Some(dr_lee())), [hours(8, 12)]);
        assert_eq!(gaps(&roster, hours(7, 13), None), []);
    }

    #[test]
    fn the_calendar_has_no_holes_and_joins_what_goes_on() {
        let roster =
            [duty(noor(), 0, 6), duty(noor(), 6, 9), taken_over(ida(), 8, 10, 1), duty(noor(), 12, 14)];
        let calendar = stretches(&roster, hours(1, 13), None);
        let seen: Vec<_> =
            calendar.iter().map(|one| (one.window, one.duty.map(|duty| duty.person))).collect();
        let expected = [
            (hours(1, 8), Some(noor())),
            (hours(8, 10), Some(ida())),
            (hours(10, 12), None),
            (hours(12, 13), Some(noor())),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_answer_may_change_where_a_duty_begins_or_ends() {
        let roster = [duty(noor(), 0, 9), taken_over(ida(), 8, 12, 1)];
        assert_eq!(
            [7, 8, 9, 12].map(|hour| next_edge(&roster, at(hour))),
            [Some(at(8)), Some(at(9)), Some(at(12)), None]
        );
    }

    #[test]
    fn nobody_covers_for_themselves() {
        assert_eq!(lead(&[duty(dr_lee(), 0, 24)], at(1), dr_lee()), None);
        assert_eq!(cover(&[duty(dr_lee(), 0, 24)], hours(1, 4), dr_lee()), None);
    }

    #[test]
    fn a_gap_between_two_duties_is_found() {
        let roster = [duty(noor(), 0, 9), duty(ida(), 10, 12)];
        assert_eq!(gaps(&roster, hours(8, 14), Some(dr_lee())), [hours(9, 10), hours(12, 14)]);
        assert_eq!(cover(&roster, hours(8, 11), dr_lee()), None);
    }

    #[test]
    fn two_duties_that_meet_cover_a_block_and_the_first_leads() {
        let roster = [duty(noor(), 0, 9), duty(ida(), 9, 12)];
        assert_eq!(cover(&roster, hours(8, 11), dr_lee()), Some(noor()));
    }

    #[test]
    fn an_empty_roster_is_one_long_gap() {
        assert_eq!(gaps(&[], hours(1, 2), Some(dr_lee())), [hours(1, 2)]);
    }

    #[test]
    fn a_duty_that_makes_no_sense_is_refused() {
        assert_eq!(duty(noor(), 2, 2).checked(at(0)), Err(Refusal::Backwards));
        assert_eq!(duty(noor(), 1, 2).checked(at(2)), Err(Refusal::Over));
        assert_eq!(duty(noor(), 0, 24 * 14 + 1).checked(at(0)), Err(Refusal::TooLong));
        assert!(duty(noor(), 0, 24 * 14).checked(at(0)).is_ok());
    }
}
