//! A therapist's week, and the free slots it leaves.

use crate::local::{Block, DAY_MINUTES, LocalMinute, Resolution, STEP_MINUTES, Zone, opens_at, shuts_at};
use kernel::time::{Pace, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Four windows a day is more than any week we have seen; the rest is a mistake.
pub const WINDOWS_MAX: usize = 28;
/// A search looks at two months at once: what a calendar page can show.
pub const SEARCH_DAYS_MAX: i64 = 62;
/// A page of slots: a month of a drill's half hours, around the clock.
pub const SLOTS_MAX: usize = 1500;
/// How far from a wished time the nearest free slots are looked for.
pub const NEAREST_DAYS: i64 = 14;

/// What a booking is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A session with the medicine.
    Dosing,
    /// The talk afterwards.
    Integration,
}

impl Kind {
    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dosing => "dosing",
            Self::Integration => "integration",
        }
    }

    /// How long the block is: 210 minutes for dosing (clinical.md, session defaults: booking block 210),
    /// 50 for integration (a therapy hour).
    pub const fn length(self, pace: Pace) -> Span {
        match self {
            Self::Dosing => Span::minutes(210).at(pace),
            Self::Integration => Span::minutes(50).at(pace),
        }
    }
}

/// One opening in a week, in minutes of the local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Window {
    /// 1 for Monday to 7 for Sunday.
    pub weekday: i64,
    /// Minutes after midnight.
    pub from: i64,
    /// Minutes after midnight, up to 1440 for the end of the day.
    pub until: i64,
}

/// A therapist's week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weekly(Vec<Window>);

/// Why a week was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More windows than a week can sensibly have.
    #[error("a week holds at most 28 windows; join the ones that touch")]
    TooMany,
    /// A window outside its day, or one that ends before it starts.
    #[error("a window starts and ends on its own day, and ends after it starts; split it at midnight")]
    OutsideItsDay,
    /// Two windows share a minute.
    #[error("two windows overlap; join them into one")]
    Overlap,
}

impl Weekly {
    /// A week, if it makes sense.
    ///
    /// # Errors
    /// When a window is outside its day, overlaps another, or there are too many.
    pub fn new(mut windows: Vec<Window>) -> Result<Self, Refusal> {
        if windows.len() > WINDOWS_MAX {
            return Err(Refusal::TooMany);
        }
        if windows.iter().any(|window| !window.is_within_its_day()) {
            return Err(Refusal::OutsideItsDay);
        }
        windows.sort_unstable();
        let mut pairs = windows.iter().zip(windows.iter().skip(1));
        if pairs.any(|(one, next)| one.weekday == next.weekday && next.from < one.until) {
            return Err(Refusal::Overlap);
        }
        Ok(Self(windows))
    }

    /// The windows, in order.
    pub fn windows(&self) -> &[Window] {
        &self.0
    }

    /// The stretches of time this week opens around `span`, joined where they touch.
    pub fn openings(&self, zone: &impl Zone, span: Block) -> Vec<Block> {
        let first = zone.local(span.starts_at).day() - 1;
        let last = zone.local(span.ends_at).day() + 1;
        let blocks = (first..=last).flat_map(|day| self.of_day(zone, day)).collect();
        joined(blocks)
    }

    /// The stretches of one local day.
    fn of_day(&self, zone: &impl Zone, day: i64) -> Vec<Block> {
        let midnight = LocalMinute::of_day(day);
        let of_today = self.0.iter().filter(|window| window.weekday == midnight.weekday());
        of_today
            .filter_map(|window| {
                let starts_at = opens_at(zone, midnight.plus(window.from))?;
                let ends_at = shuts_at(zone, midnight.plus(window.until))?;
                (starts_at < ends_at).then_some(Block { starts_at, ends_at })
            })
            .collect()
    }
}

impl Window {
    /// Whether it starts and ends on its own day.
    fn is_within_its_day(&self) -> bool {
        (1..=7).contains(&self.weekday)
            && self.from >= 0
            && self.from < self.until
            && self.until <= DAY_MINUTES
    }
}

/// Joins stretches that touch, so that a session may run across midnight.
fn joined(mut blocks: Vec<Block>) -> Vec<Block> {
    blocks.sort_unstable();
    let mut whole: Vec<Block> = vec![];
    for block in blocks {
        match whole.last_mut() {
            Some(last) if block.starts_at <= last.ends_at => last.ends_at = last.ends_at.max(block.ends_at),
            Some(_) | None => whole.push(block),
        }
    }
    whole
}

/// Every start in `span` at which a block of `length` fits an opening, on the zone's half hours.
pub fn offered(zone: &impl Zone, openings: &[Block], length: Span, span: Block) -> Vec<Block> {
    // A fold can make the clock run backwards inside an opening: look two hours further on both sides.
    let margin = 4 * STEP_MINUTES;
    let first = zone.local(span.starts_at).step_before().plus(-margin).minutes();
    let last = zone.local(span.ends_at).plus(margin).minutes();
    let mut starts: Vec<Timestamp> = (0..=(last - first) / STEP_MINUTES)
        .flat_map(|step| starts_at_step(zone, LocalMinute::from_minutes(first + step * STEP_MINUTES)))
        .filter(|at| *at >= span.starts_at && *at < span.ends_at)
        .collect();
    starts.sort_unstable();
    starts
        .into_iter()
        .map(|at| Block::lasting(at, length))
        .filter(|block| openings.iter().any(|opening| opening.holds(block)))
        .collect()
}

/// The instants of one step on the wall clock: none, one or two.
fn starts_at_step(zone: &impl Zone, local: LocalMinute) -> Vec<Timestamp> {
    match zone.instants(local) {
        Resolution::Once(at) => vec![at],
        Resolution::Twice { earlier, later } => vec![earlier, later],
        Resolution::Never => vec![],
    }
}

/// A drill may begin at once, or on any half hour of the clock: its people are synthetic.
pub fn offered_to_a_drill(now: Timestamp, length: Span, span: Block) -> Vec<Block> {
    let minute = Span::minutes(1).as_micros();
    let step = Span::minutes(STEP_MINUTES).as_micros();
    let soon = now.micros().div_euclid(minute).saturating_add(1).saturating_mul(minute);
    let from = span.starts_at.max(now).micros();
    let first = from.div_euclid(step).saturating_add(1).saturating_mul(step);
    let count = span.ends_at.micros().saturating_sub(first).div_euclid(step).clamp(0, 50 * SEARCH_DAYS_MAX);
    std::iter::once(soon)
        .chain((0..count).map(|index| first.saturating_add(index.saturating_mul(step))))
        .map(Timestamp::from_micros)
        .filter(|at| *at >= span.starts_at && *at < span.ends_at)
        .map(|at| Block::lasting(at, length))
        .collect()
}

/// The offered blocks that nobody has taken and that lie ahead.
pub fn free(offered: &[Block], taken: &[Block], now: Timestamp) -> Vec<Block> {
    let ahead = offered.iter().filter(|block| block.starts_at > now);
    ahead.filter(|block| !taken.iter().any(|other| other.overlaps(block))).copied().collect()
}

/// The two free blocks nearest to a wished start, in the order of time.
pub fn nearest(free: &[Block], wished: Timestamp) -> Vec<Block> {
    let mut by_distance = free.to_vec();
    by_distance.sort_by_key(|block| (block.starts_at.since(wished).as_micros().abs(), block.starts_at));
    by_distance.truncate(2);
    by_distance.sort_unstable();
    by_distance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::tests::TOY;

    fn at(day: i64, minutes: i64) -> Timestamp {
        Timestamp::from_micros((day * DAY_MINUTES + minutes) * 60_000_000)
    }

    fn days(from: i64, until: i64) -> Block {
        Block { starts_at: at(from, 0), ends_at: at(until, 0) }
    }

    /// Day 4 is a Monday.
    fn monday_nine_to_five() -> Weekly {
        Weekly::new(vec![Window { weekday: 1, from: 540, until: 1020 }]).unwrap()
    }

    fn starts(blocks: &[Block]) -> Vec<Timestamp> {
        blocks.iter().map(|block| block.starts_at).collect()
    }

    #[test]
    fn a_monday_from_nine_to_five_offers_ten_dosing_starts() {
        let length = Kind::Dosing.length(Pace::REAL);
        let openings = monday_nine_to_five().openings(&TOY, days(0, 8));
        let found = offered(&TOY, &openings, length, days(0, 8));
        assert_eq!(found.len(), 10);
        assert_eq!((found[0].starts_at, found[9].ends_at), (at(4, 540), at(4, 1020)));
    }

    #[test]
    fn a_taken_block_takes_every_start_that_would_touch_it() {
        let length = Kind::Dosing.length(Pace::REAL);
        let openings = monday_nine_to_five().openings(&TOY, days(0, 8));
        let offers = offered(&TOY, &openings, length, days(0, 8));
        let taken = [Block::lasting(at(4, 750), length)];
        assert_eq!(starts(&free(&offers, &taken, at(0, 0))), [at(4, 540)]);
    }

    #[test]
    fn starts_that_have_passed_are_not_free() {
        let offers =
            [Block::lasting(at(4, 540), Span::minutes(50)), Block::lasting(at(4, 570), Span::minutes(50))];
        assert_eq!(starts(&free(&offers, &[], at(4, 540))), [at(4, 570)]);
    }

    #[test]
    fn the_two_nearest_slots_stand_in_order_of_time() {
        let free: Vec<Block> =
            [540, 570, 600, 900].map(|m| Block::lasting(at(4, m), Span::minutes(50))).to_vec();
        assert_eq!(starts(&nearest(&free, at(4, 590))), [at(4, 570), at(4, 600)]);
    }

    #[test]
    fn windows_that_meet_at_midnight_are_one_opening() {
        let week = Weekly::new(vec![
            Window { weekday: 1, from: 1320, until: 1440 },
            Window { weekday: 2, from: 0, until: 120 },
        ])
        .unwrap();
        let openings = week.openings(&TOY, days(4, 5));
        assert!(openings.contains(&Block { starts_at: at(4, 1320), ends_at: at(5, 120) }));
    }

    #[test]
    fn a_skipped_hour_offers_no_start_and_shortens_the_window() {
        // Day 10 is a Sunday; its clock jumps from 02:00 to 03:00.
        let week = Weekly::new(vec![Window { weekday: 7, from: 60, until: 300 }]).unwrap();
        let openings = week.openings(&TOY, days(10, 11));
        let found = offered(&TOY, &openings, Span::minutes(50), days(10, 11));
        assert_eq!(starts(&found), [at(10, 60), at(10, 90), at(10, 120), at(10, 150), at(10, 180)]);
    }

    #[test]
    fn a_repeated_hour_offers_both_of_its_starts() {
        // Day 20 is a Wednesday; its clock goes back from 02:00 to 01:00.
        let week = Weekly::new(vec![Window { weekday: 3, from: 60, until: 120 }]).unwrap();
        let openings = week.openings(&TOY, days(20, 21));
        let found = offered(&TOY, &openings, Span::minutes(50), days(20, 21));
        assert_eq!(starts(&found), [at(20, 0), at(20, 30), at(20, 60)]);
    }

    #[test]
    fn a_drill_may_begin_at_once_and_around_the_clock() {
        let now = at(4, 181);
        let found = offered_to_a_drill(now, Span::minutes(4), Block { starts_at: now, ends_at: at(5, 0) });
        assert_eq!(starts(&found)[..2], [at(4, 182), at(4, 210)]);
        assert_eq!(found.len(), 1 + 41);
    }

    #[test]
    fn a_week_that_makes_no_sense_is_refused() {
        let window = |weekday, from, until| Window { weekday, from, until };
        assert_eq!(Weekly::new(vec![window(1, 540, 540)]), Err(Refusal::OutsideItsDay));
        assert_eq!(Weekly::new(vec![window(8, 540, 600)]), Err(Refusal::OutsideItsDay));
        assert_eq!(Weekly::new(vec![window(1, 0, 1441)]), Err(Refusal::OutsideItsDay));
        assert_eq!(Weekly::new(vec![window(1, 540, 601), window(1, 600, 660)]), Err(Refusal::Overlap));
        assert_eq!(Weekly::new(vec![window(1, 0, 1); 29]), Err(Refusal::TooMany));
    }

    #[test]
    fn a_drill_at_pace_sixty_blocks_three_and_a_half_minutes() {
        assert_eq!(Kind::Dosing.length(Pace::new(60).unwrap()), Span::seconds(210));
    }
}
