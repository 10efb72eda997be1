//! The book of the people who act: what was owed to whom, who was told of what, who took it. Never read from the rows.

use crate::agenda::{Agenda, Check, Happening};
use crate::alarms::{Alarm, Told};
use crate::health::{OWED, Trouble, Unwell};
use crate::looks::{Looks, SLACK, Stage, is_within_slack};
use checkins_core::escalation::Cause;
use checkins_core::ladder::{Channel, Ladder};
use checkins_core::protocol::Due;
use checkins_core::watch::Counted;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};
use std::collections::BTreeMap;

/// A deadline that passed: somebody must be told.
#[derive(Debug)]
struct Duty {
    session: usize,
    cause: Cause,
    since: Timestamp,
    unwell: Span,
}

/// The book.
pub struct Book {
    /// Each session's looks.
    pub looks: Vec<Looks>,
    ladders: Vec<Ladder>,
    duties: Vec<Duty>,
    /// Incidents by number.
    pub alarms: BTreeMap<usize, Alarm>,
    /// While no engine can do anything.
    pub unwell: Unwell,
    /// While mail cannot.
    pub mail: Trouble,
    /// The first thing that may not be.
    pub violation: Option<String>,
    /// Looks whose time came, and those that nobody answered in time.
    pub deadlines: u64,
    /// Of these.
    pub missed: u64,
}

impl Book {
    /// An empty one.
    pub fn new(paces: &[Pace], ladders: Vec<Ladder>) -> Self {
        Self {
            looks: paces.iter().copied().map(Looks::new).collect(),
            ladders,
            duties: vec![],
            alarms: BTreeMap::new(),
            unwell: Unwell::default(),
            mail: Trouble::none(),
            violation: None,
            deadlines: 0,
            missed: 0,
        }
    }

    /// Writes down what may not be; the first is kept.
    pub fn wrong(&mut self, what: impl FnOnce() -> String) {
        if self.violation.is_none() {
            self.violation = Some(what());
        }
    }

    /// A dose. A time that cannot be true is no reason to count from.
    pub fn dosed(
        &mut self,
        session: usize,
        at: Timestamp,
        now: Timestamp,
        shown: Option<Due>,
        agenda: &mut Agenda,
    ) {
        self.pass(session, now.minus(SLACK), now, agenda);
        let looks = &mut self.looks[session];
        if let Stage::Dosed { .. } = looks.stage {
            return;
        }
        let is_true = at <= now.plus(SLACK) && now.since(at) <= Span::hours(24).at(looks.pace);
        let dosed_at = if is_true { at } else { now };
        // A dose told at once may lie ahead of an engine's clock; from then on its page's minute counts, if it is near.
        let paged_at = shown.map(|due| due.due_at.minus(looks.minutes(5)));
        let dosed_at = paged_at.filter(|paged_at| is_within_slack(*paged_at, dosed_at)).unwrap_or(dosed_at);
        looks.stage = Stage::Dosed { dosed_at, told_at: now, minute: 5, extra: None };
        self.shown(session, shown, now, agenda);
    }

    /// A look, and what the page said of it. Just before a deadline an engine whose clock is ahead may have passed it
    /// already, and shows the next.
    pub fn answered(
        &mut self,
        (session, sequence, severity): (usize, i64, Severity),
        (counted, page): (Option<Counted>, i64),
        shown: Option<Due>,
        now: Timestamp,
        agenda: &mut Agenda,
    ) {
        self.pass(session, now.minus(SLACK), now, agenda);
        while self.looks[session].sequence < page && self.pass_one(session, now, agenda) {}
        let looks = &mut self.looks[session];
        if let Some(look) = looks.current() {
            let opens_at = looks.opens_at(&look);
            let is_it = sequence == looks.sequence;
            let must_count = is_it && now > opens_at.plus(SLACK) && now < look.deadline_at.minus(SLACK);
            let may_count = is_it && now >= opens_at.minus(SLACK);
            let has_counted = counted == Some(Counted::InTime);
            if has_counted && may_count {
                self.deadlines += 1;
                looks.advance();
            }
            looks.look_again(severity, now, shown.map(|due| due.due_at));
            if must_count && !has_counted || has_counted && !may_count {
                self.wrong(|| {
                    format!(
                        "session {session}: look {sequence} at {look:?} was counted {counted:?} at {now:?}"
                    )
                });
            }
        }
        if severity >= Severity::Urgent {
            self.owe(session, Cause::WorryingAnswer, now, now, agenda);
        }
        self.shown(session, shown, now, agenda);
    }

    /// Signed at `at`; what was due before must still be told, what is due later need not.
    pub fn discharged(
        &mut self,
        session: usize,
        (at, morning_at): (Timestamp, Timestamp),
        now: Timestamp,
        shown: Option<Due>,
        agenda: &mut Agenda,
    ) {
        self.pass(session, at.minus(SLACK), now, agenda);
        let is_owed = |duty: &Duty| duty.session != session || duty.since < at.minus(SLACK);
        self.duties.retain(is_owed);
        let looks = &mut self.looks[session];
        if let Stage::Before | Stage::Dosed { .. } = looks.stage {
            looks.stage = Stage::After {
                discharged_at: at,
                told_at: now,
                index: 0,
                morning_at,
                is_morning_over: false,
            };
            self.shown(session, shown, now, agenda);
        }
    }

    /// The morning was answered, and well or not.
    pub fn morning(&mut self, session: usize, severity: Severity, now: Timestamp, agenda: &mut Agenda) {
        self.pass(session, now.minus(SLACK), now, agenda);
        let looks = &mut self.looks[session];
        if let Stage::After { is_morning_over, .. } = &mut looks.stage {
            if severity >= Severity::Urgent {
                *is_morning_over = true;
                self.owe(session, Cause::NextMorning, now, now, agenda);
            } else {
                looks.stage = Stage::Closed;
            }
        }
    }

    /// Signed closed.
    pub fn closed(&mut self, session: usize, now: Timestamp, agenda: &mut Agenda) {
        self.pass(session, now.minus(SLACK), now, agenda);
        self.looks[session].stage = Stage::Closed;
    }

    /// The present look, if its deadline passed for a clock that is ahead.
    fn pass_one(&mut self, session: usize, now: Timestamp, agenda: &mut Agenda) -> bool {
        let look = self.looks[session].current().filter(|look| look.deadline_at <= now.plus(SLACK));
        if let Some(look) = look {
            self.pass(session, look.deadline_at, now, agenda);
        }
        look.is_some()
    }

    /// Deadlines that passed by then are owed, each from when the house could know of it.
    pub fn pass(&mut self, session: usize, by: Timestamp, now: Timestamp, agenda: &mut Agenda) {
        let looks = &mut self.looks[session];
        let known_at = match looks.stage {
            Stage::Dosed { told_at, .. } | Stage::After { told_at, .. } => told_at,
            Stage::Before | Stage::Closed => Timestamp::from_micros(i64::MIN),
        };
        let passed = looks.pass(by);
        let morning = looks.morning_deadline().filter(|at| *at <= by);
        if morning.is_some()
            && let Stage::After { is_morning_over, .. } = &mut looks.stage
        {
            *is_morning_over = true;
        }
        for deadline_at in passed {
            self.deadlines += 1;
            self.missed += 1;
            self.owe(session, Cause::MissedCheckin, deadline_at.max(known_at), now, agenda);
        }
        if let Some(deadline_at) = morning {
            self.owe(session, Cause::NextMorning, deadline_at.max(known_at), now, agenda);
        }
    }

    fn owe(&mut self, session: usize, cause: Cause, since: Timestamp, now: Timestamp, agenda: &mut Agenda) {
        if self.is_told(session, cause, since) {
            return;
        }
        self.duties.push(Duty { session, cause, since, unwell: self.unwell.so_far(now) });
        agenda.put(since.plus(OWED).max(now), Happening::Check(Check::Signalled { session, cause, since }));
    }

    /// Somebody was told since, or has an open incident of the same cause in hand or ringing.
    fn is_told(&self, session: usize, cause: Cause, since: Timestamp) -> bool {
        self.alarms.values().rev().any(|alarm| {
            let is_it = alarm.session == session && alarm.cause == cause;
            is_it && alarm.resolved_at.is_none_or(|at| at >= since.minus(SLACK))
        })
    }

    /// What the page shows next must stand where the table says.
    fn shown(&mut self, session: usize, shown: Option<Due>, now: Timestamp, agenda: &mut Agenda) {
        let is_right = |looks: &Looks| {
            let (Some(look), Some(due)) = (looks.current(), shown) else { return true };
            is_within_slack(look.due_at, due.due_at) && is_within_slack(look.deadline_at, due.deadline_at)
        };
        // Just before a deadline an engine whose clock is ahead may have passed it already.
        while !is_right(&self.looks[session]) && self.pass_one(session, now, agenda) {}
        let looks = &mut self.looks[session];
        looks.sequence = shown.map_or(looks.sequence, |due| due.sequence);
        if !is_right(looks) {
            let look = looks.current();
            self.wrong(|| format!("session {session}: the page shows {shown:?}, the table says {look:?}"));
        }
        if let Some(at) = self.looks[session].passes_at() {
            agenda.put(at, Happening::Check(Check::Passed(session)));
        }
    }

    /// Somebody was signalled: a row on a screen, or a mail that a server took. True when it is news to everybody.
    pub fn told(&mut self, told: Told, now: Timestamp, agenda: &mut Agenda) -> bool {
        let Told { incident, session, cause, opened_at, step, written_at } = told;
        let wait = self.gap(session, step.0);
        if let Some(alarm) = self.alarms.get_mut(&incident) {
            if step > alarm.step && alarm.resolved_at.is_none() {
                alarm.step = step;
                // What was on its way when somebody took it does not take it away from them; its time is an engine's.
                if !alarm.is_held || written_at > alarm.last_at.plus(SLACK) {
                    alarm.wait_from(now, wait, false, incident, agenda);
                }
            }
            return false;
        }
        if cause == Cause::MissedCheckin && !self.is_silent(session, opened_at, now) {
            let looks = self.looks[session].clone();
            self.wrong(|| {
                format!("session {session}: an alarm at {now:?} for a look that was answered in time ({opened_at:?}): {looks:?}")
            });
        }
        let (last_at, is_held) = (now, false);
        let alarm = Alarm { session, cause, step, last_at, wait, is_held, resolved_at: None, owed: None };
        self.alarms.insert(incident, alarm);
        self.duties.retain(|duty| duty.session != session || duty.cause != cause);
        agenda.put(now.plus(wait), Happening::Check(Check::GoesOn(incident)));
        true
    }

    /// Whether a look with this deadline was not answered.
    fn is_silent(&self, session: usize, deadline_at: Timestamp, now: Timestamp) -> bool {
        let looks = &self.looks[session];
        let is_missed = looks.missed.iter().rev().any(|missed| is_within_slack(*missed, deadline_at));
        let mut ahead = looks.clone();
        is_missed || ahead.pass(now.plus(SLACK)).iter().any(|at| is_within_slack(*at, deadline_at))
    }

    /// By the clinic's ladder, at the session's pace, and never below 5 s.
    fn gap(&self, session: usize, step: i64) -> Span {
        let ladder = &self.ladders[session];
        let next = usize::try_from(step).ok().and_then(|index| ladder.rungs.get(index));
        let seconds = next.map_or(ladder.repeat_seconds, |rung| rung.after_seconds);
        Span::seconds(seconds).at(self.looks[session].pace).at_least(Span::seconds(5))
    }

    /// Somebody said "I'm on it": that holds as long as the clinic says, and never longer than two minutes.
    pub fn acknowledged(&mut self, incident: usize, now: Timestamp, agenda: &mut Agenda) {
        if let Some(alarm) = self.alarms.get_mut(&incident) {
            let hold = Span::seconds(self.ladders[alarm.session].hold_seconds).at_most(Span::seconds(120));
            let hold = hold.at(self.looks[alarm.session].pace).at_least(Span::seconds(10));
            alarm.wait_from(now, hold, true, incident, agenda);
        }
    }

    /// Somebody said what came of it.
    pub fn resolved(&mut self, incident: usize, now: Timestamp) {
        if let Some(alarm) = self.alarms.get_mut(&incident) {
            alarm.resolved_at = alarm.resolved_at.or(Some(now));
        }
    }

    /// Whether what passed unanswered was signalled.
    pub fn check_signalled(
        &mut self,
        session: usize,
        cause: Cause,
        since: Timestamp,
        now: Timestamp,
        agenda: &mut Agenda,
    ) {
        let is_it = |duty: &&Duty| duty.session == session && duty.cause == cause && duty.since == since;
        let Some(duty) = self.duties.iter().find(is_it) else { return };
        let unwell = self.unwell.so_far(now).as_micros().saturating_sub(duty.unwell.as_micros());
        let left = left(since, now, unwell);
        if left > Span::ZERO {
            agenda.put(now.plus(left), Happening::Check(Check::Signalled { session, cause, since }));
            return;
        }
        self.wrong(|| {
            format!("session {session}: {cause:?} since {since:?}, and nobody was told by {now:?}")
        });
    }

    /// Whether an incident that nobody closed was heard of again.
    pub fn check_goes_on(&mut self, incident: usize, now: Timestamp, agenda: &mut Agenda) {
        let Some(alarm) = self.alarms.get(&incident).filter(|alarm| alarm.resolved_at.is_none()) else {
            return;
        };
        let next_at = alarm.last_at.plus(alarm.wait);
        let again = Happening::Check(Check::GoesOn(incident));
        if now < next_at {
            agenda.put(next_at, again);
            return;
        }
        let unwell = self.unwell_of(alarm, now);
        let (began_at, before) = alarm.owed.filter(|(at, _)| *at == next_at).unwrap_or((next_at, unwell));
        let left = left(began_at, now, unwell.as_micros().saturating_sub(before.as_micros()));
        let (is_held, session, cause, step) = (alarm.is_held, alarm.session, alarm.cause, alarm.step);
        if left > Span::ZERO {
            agenda.put(now.plus(left), again);
        } else if is_held {
            self.wrong(|| {
                format!(
                    "session {session}: an acknowledgement of {cause:?} held past {next_at:?}, to {now:?}"
                )
            });
        } else {
            self.wrong(|| {
                format!("session {session}: {cause:?} is open, silent after step {step:?}: due {next_at:?}, now {now:?}")
            });
        }
        if let Some(alarm) = self.alarms.get_mut(&incident) {
            alarm.owed = Some((began_at, before));
        }
    }

    /// What does not count against the next step of this one.
    fn unwell_of(&self, alarm: &Alarm, now: Timestamp) -> Span {
        let rungs = &self.ladders[alarm.session].rungs;
        let next = usize::try_from(alarm.step.0).ok().and_then(|index| rungs.get(index)).or(rungs.last());
        let has_screen = next.is_some_and(|rung| rung.channels.contains(&Channel::Screen));
        let mail = if has_screen { Span::ZERO } else { self.mail.so_far(now) };
        Span::micros(self.unwell.so_far(now).as_micros().saturating_add(mail.as_micros()))
    }
}

/// What is left of the 10 s.
fn left(since: Timestamp, now: Timestamp, unwell: i64) -> Span {
    let used = now.since(since).as_micros().saturating_sub(unwell);
    Span::micros(OWED.as_micros().saturating_sub(used))
}
