//! Duties that come again every week, by a clock on a wall.

use crate::local::{Block, DAY_MINUTES, LocalMinute, Zone, opens_at, shuts_at};
use crate::on_call::Duty;
use kernel::id::PersonId;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Four a day are more than any clinic's rota; the rest is a mistake.
pub const WEEKLY_MAX: usize = 28;
/// The longest duty: from a minute of the week to the same one of the next.
const WEEK_MINUTES: i64 = 7 * DAY_MINUTES;

/// One person's duty, every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekly {
    /// Who.
    pub person: PersonId,
    /// 1 for Monday to 7 for Sunday: the day it begins.
    pub weekday: i64,
    /// Minutes after that midnight.
    pub from: i64,
    /// How long the clock on the wall runs meanwhile.
    pub minutes: i64,
}

/// A duty every week, and the time in which it was so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The duty.
    pub weekly: Weekly,
    /// When it was entered: before that it was nobody's.
    pub since_at: Timestamp,
    /// When it was taken out.
    pub ended_at: Option<Timestamp>,
}

/// Why a weekly duty was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such minute of the week.
    #[error("a weekly duty begins and ends on a day from Monday to Sunday, at a time from 00:00 to 24:00")]
    OutsideTheWeek,
    /// More than a rota can sensibly have.
    #[error("a rota holds at most 28 weekly duties; take out the ones that no longer count")]
    TooMany,
}

impl Weekly {
    /// From one minute of the week to another; the same minute twice is the whole week.
    ///
    /// # Errors
    /// When a week has no such minute.
    pub fn between(
        person: PersonId,
        (weekday, from): (i64, i64),
        (until_weekday, until): (i64, i64),
    ) -> Result<Self, Refusal> {
        let days = 1..=7;
        let is_day = days.contains(&weekday) && days.contains(&until_weekday);
        if !is_day || !(0..DAY_MINUTES).contains(&from) || !(0..=DAY_MINUTES).contains(&until) {
            return Err(Refusal::OutsideTheWeek);
        }
        let span = (until_weekday - weekday) * DAY_MINUTES + until - from;
        let minutes = match span.rem_euclid(WEEK_MINUTES) {
            0 => WEEK_MINUTES,
            part => part,
        };
        Ok(Self { person, weekday, from, minutes })
    }

    /// The day and the minute of that day on which it ends.
    pub const fn until(&self) -> (i64, i64) {
        let minute = self.from + self.minutes;
        ((self.weekday - 1 + minute / DAY_MINUTES).rem_euclid(7) + 1, minute % DAY_MINUTES)
    }
}

impl Kept {
    /// Its duties that touch `span`. Where the clock jumps, one person's end and the next one's begin stay together: a
    /// duty runs to the last instant of its name and begins at the first, so that no change of clocks makes a gap.
    pub fn duties(&self, zone: &impl Zone, span: Block) -> Vec<Duty> {
        let Weekly { person, weekday, from, minutes } = self.weekly;
        let first = zone.local(span.starts_at).day() - 8;
        let last = zone.local(span.ends_at).day() + 1;
        let days = (first..=last).map(LocalMinute::of_day).filter(|midnight| midnight.weekday() == weekday);
        let windows = days.filter_map(|midnight| {
            let starts_at = opens_at(zone, midnight.plus(from))?.max(self.since_at);
            let ends_at = shuts_at(zone, midnight.plus(from + minutes))?;
            let ends_at = self.ended_at.map_or(ends_at, |ended_at| ends_at.min(ended_at));
            (starts_at < ends_at).then_some(Block { starts_at, ends_at })
        });
        let touching = windows.filter(|window| window.overlaps(&span));
        touching.map(|window| Duty { person, window, taken_over_at: None }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::tests::Toy;
    use crate::on_call::{gaps, lead};
    use kernel::time::Span;

    const DAY: i64 = DAY_MINUTES;
    /// Skips an hour at 02:00 of day 10, a Sunday; repeats one at 01:00 to 02:00 of day 24, a Sunday too.
    const TOY: Toy = Toy { jump: 10 * DAY + 120, back: 24 * DAY + 60 };

    fn person(number: u8) -> PersonId {
        format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_micros(minutes * 60_000_000)
    }

    fn kept(number: u8, from: (i64, i64), until: (i64, i64)) -> Kept {
        let weekly = Weekly::between(person(number), from, until).unwrap();
        Kept { weekly, since_at: at(0), ended_at: None }
    }

    fn days(from: i64, until: i64) -> Block {
        Block { starts_at: at(from * DAY), ends_at: at(until * DAY) }
    }

    #[test]
    fn a_night_ends_on_the_day_after_and_the_same_minute_twice_is_a_week() {
        let night = kept(1, (5, 20 * 60), (6, 8 * 60)).weekly;
        assert_eq!((night.minutes, night.until()), (12 * 60, (6, 8 * 60)));
        let sunday = kept(1, (7, 20 * 60), (1, 8 * 60)).weekly;
        assert_eq!((sunday.minutes, sunday.until()), (12 * 60, (1, 8 * 60)));
        assert_eq!(kept(1, (1, 480), (1, 480)).weekly.minutes, 7 * DAY);
    }

    #[test]
    fn a_minute_that_no_week_has_is_refused() {
        for (from, until) in [
            ((0, 0), (1, 0)),
            ((1, 0), (8, 0)),
            ((1, DAY), (2, 0)),
            ((1, -1), (2, 0)),
            ((1, 0), (2, DAY + 1)),
        ] {
            assert_eq!(
                Weekly::between(person(1), from, until),
                Err(Refusal::OutsideTheWeek),
                "{from:?} {until:?}"
            );
        }
    }

    #[test]
    fn two_who_relieve_each_other_at_a_change_of_clocks_leave_no_gap() {
        // They meet inside the skipped hour on day 10, and inside the repeated one on day 24.
        for meeting in [90, 150] {
            let rota = [kept(1, (7, meeting), (3, 600)), kept(2, (3, 600), (7, meeting))];
            let span = days(4, 40);
            let roster: Vec<_> = rota.iter().flat_map(|one| one.duties(&TOY, span)).collect();
            assert_eq!(gaps(&roster, span, None), [], "meeting at {meeting}");
        }
    }

    #[test]
    fn a_duty_begins_when_the_clock_on_the_wall_says_so_before_and_after_a_change() {
        let morning = kept(1, (1, 480), (1, 600));
        let starts: Vec<_> =
            morning.duties(&TOY, days(4, 19)).iter().map(|duty| duty.window.starts_at).collect();
        // After the jump the wall shows an hour more: eight o'clock comes an hour earlier.
        assert_eq!(starts, [at(4 * DAY + 480), at(11 * DAY + 420), at(18 * DAY + 420)]);
    }

    #[test]
    fn a_duty_counts_from_when_it_was_entered_until_it_is_taken_out() {
        let whole = kept(1, (1, 0), (1, 0));
        let cut = Kept { since_at: at(5 * DAY), ended_at: Some(at(6 * DAY)), ..whole };
        let roster = cut.duties(&TOY, days(0, 30));
        let held: Vec<_> = roster.iter().map(|duty| duty.window).collect();
        assert_eq!(held, [days(5, 6)]);
        let minute = Span::minutes(1);
        assert_eq!(lead(&roster, at(6 * DAY).minus(minute), person(9)), Some(person(1)));
        assert_eq!(lead(&roster, at(6 * DAY), person(9)), None);
    }
}
