//! What the shell does inside of its transactions: the order of `services/checkins/src/publish.rs`, over simulated rows.
//!
//! Every decision is the real machines'; here is only what is written because of them.

use crate::rows::{Deadline, IncidentRow, Key, MessageRow, Rows, Settled, Work};
use checkins_core::escalation::{self, Cause, Incident, Matter};
use checkins_core::ladder::{Channel, Ladder};
use checkins_core::notification::{Notification, State};
use checkins_core::protocol::Due;
use checkins_core::watch::{self, Morning, Watch};
use kernel::id::PersonId;
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::Timestamp;
use uuid::Uuid;

/// Mistakes that a shell could make, to see that each is found. The shell of the house makes none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// A message is marked before it is sent.
    MarkedBeforeSent,
    /// A lease that ran out is never taken over.
    LeaseForEver,
    /// The watch is saved in one transaction and the incident opened in another.
    TwoTransactions,
    /// A mark counts whoever holds the message now.
    FenceIgnored,
    /// An acknowledgement has no end.
    AcknowledgedForEver,
    /// An incident is named by its session, its cause and its deadline only: a dose told again brings the same ones.
    NamedByDeadline,
    /// The morning's deadline stays armed when an urgent morning or another dose has ended the wait for it.
    MorningLeftArmed,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::MarkedBeforeSent,
        Self::LeaseForEver,
        Self::TwoTransactions,
        Self::FenceIgnored,
        Self::AcknowledgedForEver,
        Self::NamedByDeadline,
        Self::MorningLeftArmed,
    ];

    /// The word for it in the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MarkedBeforeSent => "marked_before_sent",
            Self::LeaseForEver => "lease_for_ever",
            Self::TwoTransactions => "two_transactions",
            Self::FenceIgnored => "fence_ignored",
            Self::AcknowledgedForEver => "acknowledged_for_ever",
            Self::NamedByDeadline => "named_by_deadline",
            Self::MorningLeftArmed => "morning_left_armed",
        }
    }
}

/// The people of every session, by their number in it: Dr. Lee leads, Ana sits, Dr. Roy prescribes, Noor is on call.
pub const PEOPLE: [(Role, bool); 4] =
    [(Role::Therapist, false), (Role::Sitter, false), (Role::Prescriber, false), (Role::Coordinator, true)];
/// Ana's number.
pub const SITTER: usize = 1;

/// A person's id.
pub fn person(session: usize, who: usize) -> PersonId {
    let number = u128::try_from(session.saturating_mul(PEOPLE.len()).saturating_add(who)).unwrap_or(0);
    PersonId(Uuid::from_u128(number.saturating_add(1)))
}

/// Why nothing was written.
#[derive(Debug)]
pub enum No {
    /// The watch said so.
    Watch(watch::Refusal),
    /// The incident said so.
    Incident,
}

/// One transaction in the making, and what people will see of it once it is committed.
pub struct Shell<'a> {
    rows: &'a Rows,
    ladders: &'a [Ladder],
    now: Timestamp,
    planted: Option<Planted>,
    /// What it will write.
    pub work: Work,
    /// What the watch said.
    pub said: Vec<watch::Event>,
    /// Planted: incidents left to another transaction.
    pub left: Vec<Timestamp>,
}

impl<'a> Shell<'a> {
    /// Begins one.
    pub fn begin(rows: &'a Rows, ladders: &'a [Ladder], now: Timestamp, planted: Option<Planted>) -> Self {
        Self { rows, ladders, now, planted, work: Work::default(), said: vec![], left: vec![] }
    }

    /// Steps a watch. What it says is written with it.
    pub fn watch(&mut self, session: usize, command: watch::Command) -> Result<(), No> {
        let before = self.rows.watches[session].state.clone();
        let step = before.step(command, self.now).map_err(No::Watch)?;
        let is_look = step.events.iter().any(|event| event.counted().is_some());
        for event in &step.events {
            self.publish(session, &step.state, event, is_look)?;
        }
        let is_waited_for = matches!(&step.state, Watch::Aftercare(after) if after.asked == Morning::Asked);
        if !is_waited_for && self.planted != Some(Planted::MorningLeftArmed) {
            self.settle(session, true, 0);
        }
        self.said = step.events;
        self.work.watch = Some((session, step.state));
        Ok(())
    }

    /// A look. An urgent one that nobody asked for is kept, and raised all the same.
    pub fn answer(&mut self, session: usize, sequence: i64, severity: Severity) -> Result<(), No> {
        match self.watch(session, watch::Command::Answer { sequence, severity }) {
            Err(No::Watch(watch::Refusal::UnknownCheckin)) if severity >= Severity::Urgent => {
                let watch = self.rows.watches[session].state.clone();
                self.raise(session, &watch, Cause::WorryingAnswer, severity, self.now)
            }
            other => other,
        }
    }

    fn publish(
        &mut self,
        session: usize,
        watch: &Watch,
        event: &watch::Event,
        is_look: bool,
    ) -> Result<(), No> {
        match event {
            watch::Event::Scheduled(due) => self.arm(session, false, due),
            watch::Event::Cancelled(sequence) => self.settle(session, false, *sequence),
            watch::Event::Answered { sequence, counted, .. } => {
                if *counted == watch::Counted::InTime {
                    self.settle(session, false, *sequence);
                }
            }
            watch::Event::Missed(due) => {
                self.settle(session, false, due.sequence);
                if self.planted == Some(Planted::TwoTransactions) {
                    self.left.push(due.deadline_at);
                } else {
                    self.raise(session, watch, Cause::MissedCheckin, Severity::Urgent, due.deadline_at)?;
                }
            }
            watch::Event::Overslept(due) => self.settle(session, due.sequence == 0, due.sequence),
            watch::Event::Alarming(severity) => {
                let cause = if is_look { Cause::WorryingAnswer } else { Cause::NextMorning };
                self.raise(session, watch, cause, *severity, self.now)?;
            }
            watch::Event::MorningDue(due) => self.arm(session, true, due),
            watch::Event::MorningMissed(due) => {
                self.settle(session, true, due.sequence);
                self.raise(session, watch, Cause::NextMorning, Severity::Urgent, due.deadline_at)?;
            }
            watch::Event::Closed => self.settle(session, true, 0),
        }
        Ok(())
    }

    fn arm(&mut self, session: usize, is_morning: bool, due: &Due) {
        let (sequence, at) = (due.sequence, due.deadline_at);
        let row = Deadline { is_morning, sequence, at, settled: Settled::Armed };
        self.work.deadlines.push((session, row));
    }

    fn settle(&mut self, session: usize, is_morning: bool, sequence: i64) {
        let row = Deadline { is_morning, sequence, at: self.now, settled: Settled::Over };
        self.work.deadlines.push((session, row));
    }

    /// Opens an incident, or makes the open one of the same cause worse.
    pub fn raise(
        &mut self,
        session: usize,
        watch: &Watch,
        cause: Cause,
        severity: Severity,
        since: Timestamp,
    ) -> Result<(), No> {
        if let Some(open) = self.work.open(self.rows, session, cause) {
            return self.incident(open, escalation::Command::Again(severity));
        }
        let ladder = self.ladders[session].clone();
        let matter = Matter { cause, severity, opened_at: since, pace: watch.protocol().pace, ladder };
        let step = escalation::open(matter);
        let number = self.work.next(self.rows);
        let is_short = self.planted == Some(Planted::NamedByDeadline);
        let beside = if is_short { 0 } else { self.rows.watches[session].version };
        self.saved(number, IncidentRow { session, beside, state: step.state }, &step.events);
        Ok(())
    }

    /// Steps an incident. What it says is written with it.
    pub fn incident(&mut self, number: usize, command: escalation::Command) -> Result<(), No> {
        let IncidentRow { session, beside, state } = self.work.incident(self.rows, number);
        let step = state.step(command, self.now).map_err(|_refusal| No::Incident)?;
        self.saved(number, IncidentRow { session, beside, state: step.state }, &step.events);
        Ok(())
    }

    fn saved(&mut self, number: usize, row: IncidentRow, events: &[escalation::Event]) {
        for event in events {
            match event {
                escalation::Event::Step { step, round } => self.tell(number, &row, *step, *round),
                escalation::Event::Acknowledged(_) | escalation::Event::Resolved(_) => {
                    self.work.superseded.push(number);
                }
                escalation::Event::Opened | escalation::Event::Reopened => {}
            }
        }
        self.work.incidents.push((number, row));
    }

    /// Writes the messages of one step.
    fn tell(&mut self, incident: usize, row: &IncidentRow, step: i64, round: i64) {
        let Some(rung) = row.state.matter().ladder.rung(step) else { return };
        let mut next_at = self.now;
        let people = PEOPLE.into_iter().enumerate();
        let turn = |(person, (role, on_call))| rung.turn(role, on_call).map(|turn| (turn, person));
        let mut told: Vec<(usize, usize)> = people.filter_map(turn).collect();
        told.sort_unstable();
        for (_turn, person) in told {
            for channel in rung.channels.iter().copied().filter(|channel| is_set_up(*channel)) {
                let key = Key { incident, step, round, person, channel };
                let waiting = Notification::new(next_at);
                let is_screen = channel == Channel::Screen;
                let state =
                    if is_screen { Notification { state: State::Accepted, ..waiting } } else { waiting };
                let (session, first_at, written_at) = (row.session, next_at, self.now);
                let message = MessageRow { key, session, state, first_at, written_at };
                self.work.messages.push(message);
            }
            next_at = next_at.plus(rung.pause());
        }
    }
}

/// Whether the house has a way to use it; the other channels are written when it has (`publish.rs`).
pub const fn is_set_up(channel: Channel) -> bool {
    match channel {
        Channel::Screen | Channel::Mail => true,
        Channel::Push | Channel::Sms | Channel::Voice | Channel::Ntfy | Channel::Webhook => false,
    }
}

/// Whether an incident is held by somebody who said "I'm on it".
pub const fn is_held(state: &Incident) -> bool {
    match state {
        Incident::Acknowledged { .. } => true,
        Incident::Open { .. } | Incident::Resolved { .. } => false,
    }
}
