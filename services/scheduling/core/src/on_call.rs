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

/// Who is on call at an instant, other than the therapist: nobody covers for themselves.
///
/// Where duties overlap, the one that began last holds; of two that began together, the lower id.
pub fn lead(roster: &[Duty], at: Timestamp, therapist: PersonId) -> Option<PersonId> {
    roster
        .iter()
        .filter(|duty| duty.person != therapist)
        .filter(|duty| duty.window.starts_at <= at && at < duty.window.ends_at)
        .max_by_key(|duty| (duty.window.starts_at, std::cmp::Reverse(duty.person)))
        .map(|duty| duty.person)
}

/// The stretches of `span` in which nobody but the therapist is on call.
pub fn gaps(roster: &[Duty], span: Block, therapist: PersonId) -> Vec<Block> {
    let mut duties: Vec<Block> =
        roster.iter().filter(|duty| duty.person != therapist).map(|duty| duty.window).collect();
    duties.sort_unstable();
    let mut covered_until = span.starts_at;
    let mut gaps = vec![];
    for duty in duties.iter().filter(|duty| duty.overlaps(&span)) {
        if duty.starts_at > covered_until {
            gaps.push(Block { starts_at: covered_until, ends_at: duty.starts_at });
        }
        covered_until = covered_until.max(duty.ends_at);
    }
    if covered_until < span.ends_at {
        gaps.push(Block { starts_at: covered_until, ends_at: span.ends_at });
    }
    gaps
}

/// Who leads a whole block from its start, if somebody is on call through all of it.
pub fn cover(roster: &[Duty], block: Block, therapist: PersonId) -> Option<PersonId> {
    if gaps(roster, block, therapist).is_empty() { lead(roster, block.starts_at, therapist) } else { None }
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
        Duty { person, window: hours(from, until) }
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

    #[test]
    fn nobody_covers_for_themselves() {
        assert_eq!(lead(&[duty(dr_lee(), 0, 24)], at(1), dr_lee()), None);
        assert_eq!(cover(&[duty(dr_lee(), 0, 24)], hours(1, 4), dr_lee()), None);
    }

    #[test]
    fn a_gap_between_two_duties_is_found() {
        let roster = [duty(noor(), 0, 9), duty(ida(), 10, 12)];
        assert_eq!(gaps(&roster, hours(8, 14), dr_lee()), [hours(9, 10), hours(12, 14)]);
        assert_eq!(cover(&roster, hours(8, 11), dr_lee()), None);
    }

    #[test]
    fn two_duties_that_meet_cover_a_block_and_the_first_leads() {
        let roster = [duty(noor(), 0, 9), duty(ida(), 9, 12)];
        assert_eq!(cover(&roster, hours(8, 11), dr_lee()), Some(noor()));
    }

    #[test]
    fn an_empty_roster_is_one_long_gap() {
        assert_eq!(gaps(&[], hours(1, 2), dr_lee()), [hours(1, 2)]);
    }

    #[test]
    fn a_duty_that_makes_no_sense_is_refused() {
        assert_eq!(duty(noor(), 2, 2).checked(at(0)), Err(Refusal::Backwards));
        assert_eq!(duty(noor(), 1, 2).checked(at(2)), Err(Refusal::Over));
        assert_eq!(duty(noor(), 0, 24 * 14 + 1).checked(at(0)), Err(Refusal::TooLong));
        assert!(duty(noor(), 0, 24 * 14).checked(at(0)).is_ok());
    }
}
