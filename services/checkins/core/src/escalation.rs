//! An incident and its ladder: who is told, when, until a named person says what came of it.
//!
//! ```text
//! Open ──acknowledge──▶ Acknowledged ──hold over──▶ Open, one step higher
//!   │                        │
//!   └────────resolve─────────┴──────▶ Resolved
//! ```
//! There is no silent end: the last step repeats until somebody resolves (reliability.md §2.5).

use kernel::id::PersonId;
use kernel::machine::{Machine, Step};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Between two steps (reliability.md §2.5).
const STEP: Span = Span::seconds(60);
/// How long "I'm on it" holds the ladder (reliability.md §2.5).
const HOLD: Span = Span::seconds(120);
/// In a drill people still need time to act (decisions.md, "Drills and pace").
const FLOOR: Span = Span::seconds(5);
/// The last step; it repeats.
const LAST_STEP: i64 = 4;

/// What opened an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nobody looked by the deadline.
    MissedCheckin,
    /// An answer was worrying.
    WorryingAnswer,
    /// Somebody pressed the alarm.
    Alarm,
    /// The patient's call for support stayed unseen.
    SupportUnseen,
    /// Vitals outside their bounds.
    Vitals,
    /// A dose was taken outside of the gate.
    DoseOutOfOrder,
    /// The observation runs long.
    Prolonged,
    /// The sitter's access was taken back.
    SitterLost,
    /// The next-morning check stayed silent or was worrying.
    NextMorning,
}

impl Cause {
    /// The word in columns and on screens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissedCheckin => "missed_checkin",
            Self::WorryingAnswer => "worrying_answer",
            Self::Alarm => "alarm",
            Self::SupportUnseen => "support_unseen",
            Self::Vitals => "vitals",
            Self::DoseOutOfOrder => "dose_out_of_order",
            Self::Prolonged => "prolonged",
            Self::SitterLost => "sitter_lost",
            Self::NextMorning => "next_morning",
        }
    }
}

/// What came of it: a closed list, so that it can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer came, only late.
    FalseAlarmAnswered,
    /// The sitter was reached.
    SitterReached,
    /// The patient was seen and is well.
    PatientWellSeen,
    /// The session was ended early.
    SessionEndedEarly,
    /// Emergency services were called.
    EmergencyServices,
    /// The prescriber or a doctor advised.
    MedicalAdvice,
    /// Something else; needs a sentence.
    Other,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::FalseAlarmAnswered,
        Self::SitterReached,
        Self::PatientWellSeen,
        Self::SessionEndedEarly,
        Self::EmergencyServices,
        Self::MedicalAdvice,
        Self::Other,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FalseAlarmAnswered => "false_alarm_answered",
            Self::SitterReached => "sitter_reached",
            Self::PatientWellSeen => "patient_well_seen",
            Self::SessionEndedEarly => "session_ended_early",
            Self::EmergencyServices => "emergency_services",
            Self::MedicalAdvice => "medical_advice",
            Self::Other => "other",
        }
    }
}

/// What an incident is about, for its whole life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// What opened it.
    pub cause: Cause,
    /// How bad it is, at its worst.
    pub severity: Severity,
    /// When it opened: for silence, the deadline itself.
    pub opened_at: Timestamp,
    /// The pace of its session.
    pub pace: Pace,
}

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Incident {
    /// Nobody has it.
    Open {
        /// What it is about.
        matter: Matter,
        /// The highest step that was taken.
        step: i64,
        /// How often the last step was repeated.
        round: i64,
        /// When the next step is taken.
        next_step_at: Timestamp,
    },
    /// A named person said "I'm on it".
    Acknowledged {
        /// What it is about.
        matter: Matter,
        /// The highest step that was taken.
        step: i64,
        /// How often the last step was repeated.
        round: i64,
        /// Who.
        by: PersonId,
        /// Until when that holds.
        until_at: Timestamp,
    },
    /// A named person said what came of it.
    Resolved {
        /// What it was about.
        matter: Matter,
        /// Who.
        by: PersonId,
        /// What came of it.
        outcome: Outcome,
        /// When.
        at: Timestamp,
    },
}

/// What may be asked of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// "I'm on it".
    Acknowledge {
        /// Who.
        by: PersonId,
        /// As what.
        role: Role,
    },
    /// It is over.
    Resolve {
        /// Who.
        by: PersonId,
        /// As what.
        role: Role,
        /// What came of it.
        outcome: Outcome,
        /// Whether a sentence was written.
        has_note: bool,
    },
    /// The same cause again, perhaps worse.
    Again(Severity),
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It opened.
    Opened,
    /// A step of the ladder was taken: these people are told now.
    Step {
        /// Which.
        step: i64,
        /// Which repetition of it.
        round: i64,
    },
    /// Somebody has it.
    Acknowledged(PersonId),
    /// Nobody said what came of it in time: it is open again.
    Reopened,
    /// It is over.
    Resolved(PersonId),
}

/// Why an incident said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is over.
    Resolved,
    /// Nobody silences their own alarm.
    Own,
    /// This outcome needs a sentence.
    NoteMissing,
}

impl Matter {
    fn step(&self) -> Span {
        STEP.at(self.pace).at_least(FLOOR)
    }

    fn hold(&self) -> Span {
        HOLD.at(self.pace).at_least(FLOOR.times(2))
    }
}

/// Opens an incident. An emergency takes steps 1 to 3 at once.
pub fn open(matter: Matter) -> Step<Incident, Event> {
    let step = first_step(matter.severity);
    let mut events = vec![Event::Opened];
    events.extend((1..=step).map(|step| Event::Step { step, round: 0 }));
    // Counted from the deadline: an engine that was late does not make the ladder later still.
    let next_step_at = matter.opened_at.plus(matter.step());
    Step::saying(Incident::Open { matter, step, round: 0, next_step_at }, events)
}

const fn first_step(severity: Severity) -> i64 {
    match severity {
        Severity::Ok | Severity::Watch | Severity::Urgent => 1,
        Severity::Emergency => 3,
    }
}

/// Patients and sitters raise alarms; they do not silence them.
const fn may_close(role: Role) -> bool {
    match role {
        Role::Therapist | Role::Prescriber | Role::Coordinator => true,
        Role::Patient | Role::Sitter | Role::Admin | Role::Auditor => false,
    }
}

type Stepped = Result<Step<Incident, Event>, Refusal>;

impl Machine for Incident {
    const KIND: &'static str = "incident";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Stepped {
        match self {
            Self::Open { matter, step, round, next_step_at } => match command {
                Command::Acknowledge { by, role } => acknowledged(matter, (step, round), by, role, now),
                Command::Resolve { by, role, outcome, has_note } => {
                    resolved(matter, by, role, outcome, has_note, now)
                }
                Command::Again(severity) => Ok(again(self, matter, step, severity, now)),
                Command::Tick if now < next_step_at => Ok(Step::stay(self)),
                Command::Tick => Ok(risen(matter, (step, round), next_step_at, now, vec![])),
            },
            Self::Acknowledged { matter, step, round, until_at, .. } => match command {
                Command::Acknowledge { by, role } => acknowledged(matter, (step, round), by, role, now),
                Command::Resolve { by, role, outcome, has_note } => {
                    resolved(matter, by, role, outcome, has_note, now)
                }
                Command::Again(severity) => Ok(again(self, matter, step, severity, now)),
                Command::Tick if now < until_at => Ok(Step::stay(self)),
                Command::Tick => Ok(risen(matter, (step, round), until_at, now, vec![Event::Reopened])),
            },
            Self::Resolved { .. } => match command {
                Command::Acknowledge { .. } | Command::Resolve { .. } | Command::Again(_) => {
                    Err(Refusal::Resolved)
                }
                Command::Tick => Ok(Step::stay(self)),
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Open { next_step_at, .. } => Some(*next_step_at),
            Self::Acknowledged { until_at, .. } => Some(*until_at),
            Self::Resolved { .. } => None,
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Resolved { .. } => "resolved",
        }
    }
}

impl Incident {
    /// What it is about.
    pub const fn matter(&self) -> &Matter {
        match self {
            Self::Open { matter, .. } | Self::Acknowledged { matter, .. } | Self::Resolved { matter, .. } => {
                matter
            }
        }
    }
}

fn acknowledged(matter: Matter, at: (i64, i64), by: PersonId, role: Role, now: Timestamp) -> Stepped {
    if !may_close(role) {
        return Err(Refusal::Own);
    }
    let (step, round) = at;
    let until_at = now.plus(matter.hold());
    Ok(Step::to(Incident::Acknowledged { matter, step, round, by, until_at }, Event::Acknowledged(by)))
}

fn resolved(
    matter: Matter,
    by: PersonId,
    role: Role,
    outcome: Outcome,
    has_note: bool,
    now: Timestamp,
) -> Stepped {
    if !may_close(role) {
        return Err(Refusal::Own);
    }
    if outcome == Outcome::Other && !has_note {
        return Err(Refusal::NoteMissing);
    }
    Ok(Step::to(Incident::Resolved { matter, by, outcome, at: now }, Event::Resolved(by)))
}

/// One step up; the last one repeats, and is counted.
fn risen(
    matter: Matter,
    (step, round): (i64, i64),
    due_at: Timestamp,
    now: Timestamp,
    mut events: Vec<Event>,
) -> Step<Incident, Event> {
    let (step, round) = if step < LAST_STEP { (step + 1, 0) } else { (LAST_STEP, round.saturating_add(1)) };
    events.push(Event::Step { step, round });
    // After a sleep every missed step is taken at once, in order; missed repetitions of the last are one.
    let planned = due_at.plus(matter.step());
    let is_missed_repetition = step == LAST_STEP && planned <= now;
    let next_step_at = if is_missed_repetition { now.plus(matter.step()) } else { planned };
    Step::saying(Incident::Open { matter, step, round, next_step_at }, events)
}

/// Something as bad or milder changes nothing; something worse takes its own first steps at once.
fn again(
    state: Incident,
    matter: Matter,
    step: i64,
    severity: Severity,
    now: Timestamp,
) -> Step<Incident, Event> {
    if severity <= matter.severity {
        return Step::stay(state);
    }
    let matter = Matter { severity, ..matter };
    let reached = if first_step(severity) > step { first_step(severity) } else { step };
    let events = (step.saturating_add(1)..=reached).map(|step| Event::Step { step, round: 0 }).collect();
    let next_step_at = now.plus(matter.step());
    Step::saying(Incident::Open { matter, step: reached, round: 0, next_step_at }, events)
}
