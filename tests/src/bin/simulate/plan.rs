//! What a seed decides at the start: how bad the day is, whose clock rule holds, which ladders the clinic has.

use crate::world::MIDNIGHT;
use checkins_core::ladder::{Channel, Ladder, Order, Rung, Who};
use kernel::time::{Pace, Span, Timestamp};
use tests::dice::Dice;

/// Sessions of a day.
const SESSIONS: usize = 50;

/// The day's plan.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    hours: i64,
    /// Whether engines ask the database's clock too (reliability.md §2.10); then its clock jumps.
    pub has_clock_rule: bool,
    /// Whether it jumps forward instead of back.
    pub jumps_forward: bool,
    /// How often each engine is killed.
    pub crash_every: Span,
    /// How often each is frozen.
    pub freeze_every: Span,
    /// How often each is cut off.
    pub cut_every: Span,
    /// How often the database goes.
    pub database_every: Span,
    /// How often mail goes bad.
    pub mail_every: Span,
    /// How often, in a thousand, an engine dies at a commit.
    pub dies_at_commit: u64,
}

impl Plan {
    /// From calm days to days on which something breaks every few minutes.
    pub fn new(dice: &mut Dice, hours: i64, jumps_forward: bool) -> Self {
        let mut every = |minutes: &[i64]| Span::minutes(dice.pick(minutes));
        let (crash_every, freeze_every) = (every(&[5, 20, 60, 600]), every(&[5, 30, 120, 600]));
        let (cut_every, database_every) = (every(&[10, 60, 600]), every(&[20, 120, 600]));
        let mail_every = every(&[20, 60, 300]);
        let dies_at_commit = dice.pick(&[0, 1, 5, 20]);
        let has_clock_rule = dice.chance(500) || jumps_forward;
        Self {
            hours,
            has_clock_rule,
            jumps_forward,
            crash_every,
            freeze_every,
            cut_every,
            database_every,
            mail_every,
            dies_at_commit,
        }
    }

    /// When all faults stop.
    pub const fn calm_at(&self) -> Timestamp {
        MIDNIGHT.plus(Span::hours(self.hours))
    }

    /// When everything that was due must be done.
    pub const fn end_at(&self) -> Timestamp {
        self.calm_at().plus(crate::health::OWED)
    }

    /// Each session's pace and ladder.
    pub fn sessions(dice: &mut Dice) -> (Vec<Pace>, Vec<Ladder>) {
        let own = ladder(dice);
        let paces =
            (0..SESSIONS).map(|_| Pace::new(dice.pick(&[1, 1, 6, 60])).unwrap_or(Pace::REAL)).collect();
        let ladders = (0..SESSIONS)
            .map(|_| match dice.below(3) {
                0 => Ladder::default(),
                1 => own.clone(),
                _ => ladder(dice),
            })
            .collect();
        (paces, ladders)
    }
}

/// A ladder that a clinic may set: tried until it has no faults.
fn ladder(dice: &mut Dice) -> Ladder {
    loop {
        let count = dice.index(7).saturating_add(2);
        let rungs = (0..count).map(|index| rung(dice, index, count)).collect();
        let repeat_seconds = seconds(dice, 30, 120);
        let hold_seconds = seconds(dice, 30, 120);
        let ladder = Ladder { rungs, repeat_seconds, hold_seconds };
        if ladder.faults().is_empty() {
            return ladder;
        }
    }
}

fn seconds(dice: &mut Dice, least: i64, most: i64) -> i64 {
    dice.between(Span::seconds(least), Span::seconds(most)).as_seconds()
}

/// Every way there is; the house can use screens and mail, and each step has one of them (see the report of
/// ladders that have none).
fn rung(dice: &mut Dice, index: usize, count: usize) -> Rung {
    let mut who: Vec<Who> = Who::ALL.into_iter().filter(|_| dice.chance(500)).collect();
    let mut channels: Vec<Channel> = Channel::ALL.into_iter().filter(|_| dice.chance(300)).collect();
    if index == 0 {
        who.push(Who::Therapist);
        channels.push(Channel::Screen);
    } else {
        channels.push(Channel::Mail);
    }
    if index.saturating_add(1) == count || who.iter().all(|one| *one == Who::SecondContact) {
        who.push(Who::OnCall);
    }
    channels.sort_unstable();
    channels.dedup();
    let order = if dice.chance(250) { Order::Serial } else { Order::Parallel };
    let after_seconds = if index == 0 { 0 } else { seconds(dice, 10, 120) };
    Rung { after_seconds, who, channels, order, gap_seconds: seconds(dice, 10, 60) }
}
