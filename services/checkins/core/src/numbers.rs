//! How well the net was held, from plain rows: how long things took, how often they went wrong, and what each number
//! rests on. A number that rests on too little is not said: no data is never "all fine".
//!
//! The bars are engineering's (reliability.md §1.1, §2.7, §7; product.md §2.7). No medical director has approved them.

pub mod spread;

use crate::escalation::Cause;
use crate::outcome::Outcome;
use kernel::time::{Span, Timestamp};
use spread::{Share, Spread};

/// A missed look is noticed, and on a screen, within so long for 99 of 100 (product.md §2.7).
pub const NOTICED_BAR: Span = Span::seconds(1);
/// The second step comes 60 s after the deadline, and its first message is taken 5 s later at most (reliability.md
/// §1.1 P07, §2.5).
pub const PAGED_BAR: Span = Span::seconds(65);
/// Everybody is told two minutes after the deadline (reliability.md §2.5): by then somebody should have it.
pub const TAKEN_BAR: Span = Span::seconds(120);
/// Fewer than one false alarm in so many sessions (reliability.md §7, H-05).
pub const SESSIONS_PER_FALSE_ALARM: i64 = 20;

/// One incident, as far as times tell. Nothing is what nobody wrote down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burned {
    /// What opened it.
    pub cause: Cause,
    /// When it should have been noticed: for silence, the deadline itself.
    pub opened_at: Timestamp,
    /// When the look that it counts from was put on the schedule: before that nobody could have known.
    pub scheduled_at: Option<Timestamp>,
    /// When its row was written.
    pub noticed_at: Option<Timestamp>,
    /// When a page of somebody on the clinic's side first had it.
    pub shown_at: Option<Timestamp>,
    /// Whether somebody away from a screen had to be reached.
    pub is_paged: bool,
    /// When a message to such a person was first taken.
    pub paged_at: Option<Timestamp>,
    /// When a named person first had it.
    pub acknowledged_at: Option<Timestamp>,
    /// When a named person closed it.
    pub resolved_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Option<Outcome>,
}

/// What is only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Sessions in which at least one look was due.
    pub sessions: i64,
    /// Looks that were due.
    pub looks: i64,
    /// Those that nobody took in time.
    pub missed: i64,
    /// Sessions for which whoever was on call was asked beforehand.
    pub asked: i64,
    /// Those for which they answered.
    pub answered: i64,
}

/// All numbers of one period, of real sessions or of drills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Sessions in which at least one look was due.
    pub sessions: i64,
    /// Incidents of any kind.
    pub incidents: i64,
    /// From a look's deadline to the incident.
    pub detect: Spread,
    /// From when it should have been noticed to the first page of somebody who was told.
    pub screen: Spread,
    /// The same to the first message taken for somebody away from a screen.
    pub page: Spread,
    /// From the incident to a named person who has it.
    pub acknowledge: Spread,
    /// From the incident to its end.
    pub resolve: Spread,
    /// Missed looks among those that were due.
    pub missed: Share,
    /// Alarms of the house's own after which all was well, among sessions.
    pub false_alarms: Share,
    /// Sessions for which whoever was on call answered beforehand, among those for which they were asked.
    pub pager: Share,
}

/// The numbers of these incidents and counts.
pub fn numbers(burned: &[Burned], counts: Counts) -> Numbers {
    let of = |length: fn(&Burned) -> Option<Span>, applies: fn(&Burned) -> bool| {
        let known: Vec<_> = burned.iter().filter(|one| applies(one)).map(length).collect();
        Spread::of(&known)
    };
    // What a person did opens its incident by itself: only silence has to be noticed.
    let is_silence = |one: &Burned| one.cause == Cause::MissedCheckin;
    let always = |_: &Burned| true;
    let false_alarms = burned.iter().filter(|one| one.is_false_alarm()).count();
    let Counts { sessions, looks, missed, asked, answered } = counts;
    Numbers {
        sessions,
        incidents: i64::try_from(burned.len()).unwrap_or(i64::MAX),
        detect: of(|one| one.until(one.noticed_at), is_silence).judged_at_p99(NOTICED_BAR),
        screen: of(|one| one.until(one.shown_at), always).judged_at_p99(NOTICED_BAR),
        page: of(|one| one.until(one.paged_at), |one| one.is_paged).judged_at_p99(PAGED_BAR),
        acknowledge: of(Burned::taken_after, always).judged_at_p95(TAKEN_BAR),
        resolve: of(Burned::closed_after, always),
        missed: Share::of(missed, looks),
        false_alarms: Share::of(i64::try_from(false_alarms).unwrap_or(i64::MAX), sessions)
            .rarer_than_one_in(SESSIONS_PER_FALSE_ALARM),
        pager: Share::of(answered, asked),
    }
}

/// A length is nothing where nobody wrote it down.
impl Burned {
    /// When anybody could have known. A dose that is told late has looks whose deadlines passed before they existed.
    fn since(&self) -> Timestamp {
        self.scheduled_at.map_or(self.opened_at, |at| at.max(self.opened_at))
    }

    fn until(&self, at: Option<Timestamp>) -> Option<Span> {
        at.map(|at| at.since(self.since()).at_least(Span::ZERO))
    }

    fn taken_after(&self) -> Option<Span> {
        // Whoever closes it at once had it.
        self.acknowledged_at.or(self.resolved_at).map(|at| self.since_noticed(at))
    }

    fn closed_after(&self) -> Option<Span> {
        self.resolved_at.map(|at| self.since_noticed(at))
    }

    fn since_noticed(&self, at: Timestamp) -> Span {
        at.since(self.noticed_at.unwrap_or(self.since())).at_least(Span::ZERO)
    }

    /// Nobody's call for help is ever called false: only what the house raised of its own can be.
    fn is_false_alarm(&self) -> bool {
        self.cause.is_the_houses_own() && self.outcome.is_some_and(Outcome::was_well)
    }
}
