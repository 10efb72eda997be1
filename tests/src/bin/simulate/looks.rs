//! When somebody must look, by the protocol's published table (clinical.md §6.1), counted here by hand.
//!
//! Nothing of this is read from the rows or from `checkins_core::protocol`: two people who count alike check each other.

use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};

/// Engines' clocks lie up to 1.4 s from the true time: this close to a boundary either answer is right.
pub const SLACK: Span = Span::millis(1500);

/// A look that is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// When to look.
    pub due_at: Timestamp,
    /// When silence is too long.
    pub deadline_at: Timestamp,
}

/// Where a session stands, as its people know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// No dose yet.
    Before,
    /// Dosed.
    Dosed {
        /// When.
        dosed_at: Timestamp,
        /// When the house heard of it.
        told_at: Timestamp,
        /// The minute of the next look of the table.
        minute: i64,
        /// The extra look after a worrying answer.
        extra: Option<Look>,
    },
    /// Discharged.
    After {
        /// When.
        discharged_at: Timestamp,
        /// When the house heard of it.
        told_at: Timestamp,
        /// Which of the looks after the discharge is next.
        index: usize,
        /// When the morning is asked about.
        morning_at: Timestamp,
        /// Whether it was answered, or its silence noticed.
        is_morning_over: bool,
    },
    /// Signed closed, or the morning was good.
    Closed,
}

/// One session's looks.
#[derive(Debug, Clone)]
pub struct Looks {
    /// The pace of the session.
    pub pace: Pace,
    /// Where it stands.
    pub stage: Stage,
    /// The number that pages show for the present look.
    pub sequence: i64,
    /// Deadlines that passed unanswered.
    pub missed: Vec<Timestamp>,
}

impl Looks {
    /// Before the dose.
    pub const fn new(pace: Pace) -> Self {
        Self { pace, stage: Stage::Before, sequence: 0, missed: vec![] }
    }

    /// So many minutes of the protocol.
    pub fn minutes(&self, count: i64) -> Span {
        Span::minutes(count).at(self.pace)
    }

    /// From when an answer to a look counts: 2 minutes before it is due.
    pub fn opens_at(&self, look: &Look) -> Timestamp {
        look.due_at.minus(self.minutes(2))
    }

    /// The look that is expected now.
    pub fn current(&self) -> Option<Look> {
        match self.stage {
            Stage::Before | Stage::Closed => None,
            Stage::Dosed { dosed_at, minute, extra, .. } => {
                let scheduled = self.look(dosed_at, minute, grace(minute));
                Some(extra.filter(|extra| extra.due_at < scheduled.due_at).unwrap_or(scheduled))
            }
            // One hour, two hours and four hours after the discharge, 20 minutes of silence.
            Stage::After { discharged_at, index, .. } => {
                [60, 120, 240].get(index).map(|minute| self.look(discharged_at, *minute, 20))
            }
        }
    }

    fn look(&self, from: Timestamp, minute: i64, grace: i64) -> Look {
        let due_at = from.plus(self.minutes(minute));
        Look { due_at, deadline_at: due_at.plus(self.minutes(grace)) }
    }

    /// The present look is over; the one after it is expected.
    pub fn advance(&mut self) {
        let current = self.current();
        self.sequence = self.sequence.saturating_add(1);
        match &mut self.stage {
            Stage::Before | Stage::Closed => {}
            Stage::Dosed { extra, .. } if extra.is_some() && *extra == current => *extra = None,
            Stage::Dosed { minute, .. } => *minute = next_minute(*minute),
            Stage::After { index, .. } => *index = index.saturating_add(1),
        }
    }

    /// Looks whose deadline passed by then; each is written down as missed.
    pub fn pass(&mut self, by: Timestamp) -> Vec<Timestamp> {
        let mut passed = vec![];
        while let Some(look) = self.current().filter(|look| look.deadline_at <= by) {
            passed.push(look.deadline_at);
            self.advance();
        }
        self.missed.extend(&passed);
        passed
    }

    /// A worrying answer asks for a look 5 minutes later, unless one comes sooner anyway. Where both fall together,
    /// what the page shows decides.
    pub fn look_again(&mut self, severity: Severity, now: Timestamp, shown_due_at: Option<Timestamp>) {
        let Some(current) = self.current() else { return };
        let due_at = now.plus(self.minutes(5));
        let is_near =
            |at| shown_due_at.is_some_and(|shown| shown != current.due_at && is_within_slack(shown, at));
        let is_sooner =
            due_at < current.due_at.minus(SLACK) || (due_at < current.due_at.plus(SLACK) && is_near(due_at));
        let pace = self.pace;
        if let Stage::Dosed { dosed_at, extra, .. } = &mut self.stage
            && severity == Severity::Watch
            && is_sooner
        {
            // To the microsecond as the page shows it, so that the minute it falls in is the same.
            let due_at = shown_due_at.filter(|shown| is_within_slack(*shown, due_at)).unwrap_or(due_at);
            let minute = due_at.since(*dosed_at).times(pace.factor()).as_minutes();
            *extra = Some(Look { due_at, deadline_at: due_at.plus(Span::minutes(grace(minute)).at(pace)) });
        }
    }

    /// When the silence about the morning is too long.
    pub fn morning_deadline(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::After { morning_at, is_morning_over: false, .. } => {
                Some(morning_at.plus(self.minutes(20)))
            }
            Stage::Before | Stage::Dosed { .. } | Stage::After { .. } | Stage::Closed => None,
        }
    }

    /// When the next deadline of any kind is certainly over.
    pub fn passes_at(&self) -> Option<Timestamp> {
        let look = self.current().map(|look| look.deadline_at);
        [look, self.morning_deadline()].into_iter().flatten().min().map(|at| at.plus(SLACK))
    }
}

/// Whether the two are the same instant for clocks that lie up to 1.4 s apart.
pub fn is_within_slack(one: Timestamp, other: Timestamp) -> bool {
    one.since(other) <= SLACK && other.since(one) <= SLACK
}

/// +5, +15, then every 10 minutes to the hour, every 15 to the second hour, every 20 from there.
const fn next_minute(minute: i64) -> i64 {
    if minute < 60 {
        minute + 10
    } else if minute < 120 {
        minute + 15
    } else {
        minute + 20
    }
}

/// How long silence may last, in minutes.
const fn grace(minute: i64) -> i64 {
    if minute < 60 {
        2
    } else if minute < 120 {
        3
    } else {
        5
    }
}
