//! An incident and its ladder: who is told, when, until a named person says what came of it.
//!
//! ```text
//! Open ──acknowledge──▶ Acknowledged ──hold over──▶ Open, one step higher
//!   │                        │
//!   └────────resolve─────────┴──────▶ Resolved
//! ```
//! There is no silent end: the last step repeats until somebody resolves (reliability.md §2.5).

mod cause;

use crate::ladder::Ladder;
use crate::outcome::Outcome;
use crate::watch::hold::STALE;
use kernel::id::PersonId;
use kernel::machine::{Machine, Step};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// In a drill people still need time to act (decisions.md, "Drills and pace").
const FLOOR: Span = Span::seconds(5);
/// An emergency takes the steps up to this one at once (reliability.md §2.5).
const EMERGENCY_STEP: i64 = 3;

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
    /// No page of the therapist asks any more.
    TherapistLost,
    /// Several signs of the patient are silent at once.
    LostPatient,
    /// The next-morning check stayed silent or was worrying.
    NextMorning,
    /// The sitter asked for help without anybody in the home seeing it.
    QuietCall,
    /// The house could not look for a long time: somebody must see how everyone is.
    Restored,
    /// What the watch itself stands on is gone: the second engine, or the watchdog.
    WatchWeakened,
}

/// What an incident is about, for its whole life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// What opened it.
    pub cause: Cause,
    /// How bad it is, at its worst.
    pub severity: Severity,
    /// When it opened: for silence, the deadline itself.
    pub opened_at: Timestamp,
    /// The pace of its session.
    pub pace: Pace,
    /// The clinic's ladder as it was when this opened: a change of it changes nothing that burns already.
    #[serde(default)]
    pub ladder: Ladder,
}

/// Where an incident stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Nobody could look for a long time: what is overdue since then is not made up for.
    Hold,
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
    /// From this step to the next one.
    fn gap(&self, step: i64) -> Span {
        self.ladder.gap(step).at(self.pace).at_least(FLOOR)
    }

    fn hold(&self) -> Span {
        self.ladder.hold().at(self.pace).at_least(FLOOR.times(2))
    }

    /// The steps that are taken at once.
    fn first_step(&self) -> i64 {
        match self.severity {
            Severity::Ok | Severity::Watch | Severity::Urgent => 1,
            Severity::Emergency => EMERGENCY_STEP.min(self.ladder.last()),
        }
    }
}

/// Opens an incident. An emergency takes steps 1 to 3 at once.
pub fn open(matter: Matter) -> Step<Incident, Event> {
    let step = matter.first_step();
    let mut events = vec![Event::Opened];
    events.extend((1..=step).map(|step| Event::Step { step, round: 0 }));
    // Counted from the deadline: an engine that was late does not make the ladder later still.
    let next_step_at = matter.opened_at.plus(matter.gap(step));
    Step::saying(Incident::Open { matter, step, round: 0, next_step_at }, events)
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
                Command::Again(severity) if severity > matter.severity => {
                    Ok(worse(matter, (step, round), severity, now))
                }
                Command::Tick if now >= next_step_at => {
                    Ok(risen(matter, (step, round), next_step_at, now, vec![]))
                }
                Command::Hold if now.since(next_step_at) > STALE => {
                    let next_step_at = now.plus(matter.hold());
                    Ok(Step::stay(Self::Open { matter, step, round, next_step_at }))
                }
                // Something as bad or milder changes nothing.
                Command::Again(_) | Command::Tick | Command::Hold => {
                    Ok(Step::stay(Self::Open { matter, step, round, next_step_at }))
                }
            },
            Self::Acknowledged { matter, step, round, by: owner, until_at } => match command {
                Command::Acknowledge { by, role } => acknowledged(matter, (step, round), by, role, now),
                Command::Resolve { by, role, outcome, has_note } => {
                    resolved(matter, by, role, outcome, has_note, now)
                }
                Command::Again(severity) if severity > matter.severity => {
                    Ok(worse(matter, (step, round), severity, now))
                }
                Command::Tick if now >= until_at => {
                    Ok(risen(matter, (step, round), until_at, now, vec![Event::Reopened]))
                }
                // Whoever had it gets the time once more, and then it rises one step.
                Command::Hold if now.since(until_at) > STALE => {
                    let until_at = now.plus(matter.hold());
                    Ok(Step::stay(Self::Acknowledged { matter, step, round, by: owner, until_at }))
                }
                Command::Again(_) | Command::Tick | Command::Hold => {
                    Ok(Step::stay(Self::Acknowledged { matter, step, round, by: owner, until_at }))
                }
            },
            Self::Resolved { .. } => match command {
                Command::Acknowledge { .. } | Command::Resolve { .. } | Command::Again(_) => {
                    Err(Refusal::Resolved)
                }
                Command::Tick | Command::Hold => Ok(Step::stay(self)),
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
    let last = matter.ladder.last();
    let (step, round) = if step < last { (step + 1, 0) } else { (last, round.saturating_add(1)) };
    events.push(Event::Step { step, round });
    // After a sleep every missed step is taken at once, in order; missed repetitions of the last are one.
    let planned = due_at.plus(matter.gap(step));
    let is_missed_repetition = step == last && planned <= now;
    let next_step_at = if is_missed_repetition { now.plus(matter.gap(step)) } else { planned };
    Step::saying(Incident::Open { matter, step, round, next_step_at }, events)
}

/// Something worse is told at once, also to those who have it in hand: its own first steps, or the present one again.
fn worse(
    matter: Matter,
    (step, round): (i64, i64),
    severity: Severity,
    now: Timestamp,
) -> Step<Incident, Event> {
    let matter = Matter { severity, ..matter };
    let reached = matter.first_step().max(step);
    let (round, events) = if reached > step {
        let rising = step.saturating_add(1)..=reached;
        (0, rising.map(|step| Event::Step { step, round: 0 }).collect())
    } else {
        let round = round.saturating_add(1);
        (round, vec![Event::Step { step, round }])
    };
    let next_step_at = now.plus(matter.gap(reached));
    Step::saying(Incident::Open { matter, step: reached, round, next_step_at }, events)
}
