//! One session, from booked to closed: the only place where its steps are written down.
//!
//! ```text
//! booked ─▶ arriving ─▶ gate ⇄ dosing_offered ─witness─▶ dosed ─▶ recovering ─two signatures─▶ discharged ─▶ closed
//!    └─────────┴─────────┴────────┴─ ended_without_dose · withdrawn · no_show ─a person signs─▶ closed
//!                                     any after arrival ─ handed_over ─a person signs─▶ closed
//! record dose: a fact, taken in every state; outside the gate it begins the observation there and then
//! ```

pub mod course;
mod moves;
mod steps;
pub mod words;

use crate::gate::Ready;
use crate::protocol::Protocol;
use course::Course;
use kernel::id::PersonId;
use kernel::machine::{Machine, Step};
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};
use words::{Command, Event, Refusal};

/// A session, with the numbers it runs by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its numbers, kept from the day it was booked.
    pub protocol: Protocol,
    /// Planned start.
    pub starts_at: Timestamp,
    /// Planned end.
    pub ends_at: Timestamp,
    /// Since when it is where it is.
    pub since_at: Timestamp,
    /// Where it is.
    pub stage: Stage,
}

/// Who has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Here {
    /// The patient.
    pub patient: bool,
    /// The sitter.
    pub sitter: bool,
    /// The therapist.
    pub therapist: bool,
}

/// Where a session is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stage {
    /// It is in the calendar.
    Booked,
    /// Somebody is here.
    Arriving {
        /// Who.
        here: Here,
    },
    /// All three are here; the checklist is worked through.
    Gate {
        /// Who has pressed ready.
        ready: Ready,
    },
    /// The therapist pressed *begin dose*; the sitter is to witness it.
    DosingOffered {
        /// Who had pressed ready.
        ready: Ready,
        /// Who offered.
        by: PersonId,
        /// Until when the sitter may witness.
        until_at: Timestamp,
    },
    /// The medicine works.
    Dosed {
        /// What was taken, and how far it has come.
        course: Course,
    },
    /// The earliest discharge is reached.
    Recovering {
        /// What was taken, and how far it has come.
        course: Course,
        /// The therapist's signature, waiting for the sitter's.
        proposal: Option<Signature>,
    },
    /// Therapist and sitter signed; the sitter stays.
    Discharged {
        /// What was taken.
        course: Course,
        /// The therapist's signature.
        proposed: Signature,
        /// The sitter's signature.
        accepted: Signature,
        /// When the next-morning check falls due.
        next_morning_at: Timestamp,
    },
    /// It ended another way, and waits for a signature.
    Ended {
        /// How.
        kind: EndKind,
        /// Who ended it; nobody when the booking was cancelled.
        by: Option<PersonId>,
        /// What was taken, if anything.
        course: Option<Course>,
    },
    /// A person signed that it is over.
    Closed {
        /// The signature.
        signed: Signature,
        /// How it ended, if not by discharge.
        kind: Option<EndKind>,
        /// What was taken, if anything.
        course: Option<Course>,
    },
}

/// A name under something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// The other ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndKind {
    /// No dose today.
    WithoutDose,
    /// The patient does not want to.
    Withdrawn,
    /// Somebody did not come.
    NoShow,
    /// Emergency services or a hospital took over.
    HandedOver,
}

impl EndKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::WithoutDose, Self::Withdrawn, Self::NoShow, Self::HandedOver];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithoutDose => "without_dose",
            Self::Withdrawn => "withdrawn",
            Self::NoShow => "no_show",
            Self::HandedOver => "handed_over",
        }
    }

    /// The kind behind a word.
    pub fn read(word: &str) -> Option<Self> {
        [Self::WithoutDose, Self::Withdrawn, Self::NoShow, Self::HandedOver]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl Session {
    /// A session that was just booked.
    pub fn booked(protocol: Protocol, starts_at: Timestamp, ends_at: Timestamp, now: Timestamp) -> Self {
        Self { protocol, starts_at, ends_at, since_at: now, stage: Stage::Booked }
    }

    /// What was taken, if anything.
    pub const fn course(&self) -> Option<&Course> {
        match &self.stage {
            Stage::Dosed { course } | Stage::Recovering { course, .. } | Stage::Discharged { course, .. } => {
                Some(course)
            }
            Stage::Ended { course, .. } | Stage::Closed { course, .. } => course.as_ref(),
            Stage::Booked | Stage::Arriving { .. } | Stage::Gate { .. } | Stage::DosingOffered { .. } => None,
        }
    }

    /// Who has pressed ready.
    pub fn ready(&self) -> Ready {
        match &self.stage {
            Stage::Gate { ready } | Stage::DosingOffered { ready, .. } => *ready,
            Stage::Booked
            | Stage::Arriving { .. }
            | Stage::Dosed { .. }
            | Stage::Recovering { .. }
            | Stage::Discharged { .. }
            | Stage::Ended { .. }
            | Stage::Closed { .. } => Ready::default(),
        }
    }

    /// Whether the dose is still to come: only then is the checklist open.
    pub const fn is_before_dose(&self) -> bool {
        match &self.stage {
            Stage::Booked | Stage::Arriving { .. } | Stage::Gate { .. } | Stage::DosingOffered { .. } => true,
            Stage::Dosed { .. }
            | Stage::Recovering { .. }
            | Stage::Discharged { .. }
            | Stage::Ended { .. }
            | Stage::Closed { .. } => false,
        }
    }

    /// Whether the patient is under the medicine: then nothing can be consented to (clinical.md §1.4).
    pub const fn is_under_the_medicine(&self) -> bool {
        match &self.stage {
            Stage::Dosed { .. } | Stage::Recovering { .. } => true,
            Stage::Booked
            | Stage::Arriving { .. }
            | Stage::Gate { .. }
            | Stage::DosingOffered { .. }
            | Stage::Discharged { .. }
            | Stage::Ended { .. }
            | Stage::Closed { .. } => false,
        }
    }

    /// The earliest discharge, once a dose was taken.
    pub fn earliest_discharge_at(&self) -> Option<Timestamp> {
        self.course().map(|course| course.last_at.plus(self.protocol.earliest_discharge))
    }
}

impl Machine for Session {
    const KIND: &'static str = "session";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        steps::step(self, command, now)
    }

    fn due(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::DosingOffered { until_at, .. } => Some(*until_at),
            Stage::Dosed { course } | Stage::Recovering { course, .. } => course.due(&self.protocol),
            Stage::Booked
            | Stage::Arriving { .. }
            | Stage::Gate { .. }
            | Stage::Discharged { .. }
            | Stage::Ended { .. }
            | Stage::Closed { .. } => None,
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match &self.stage {
            Stage::Booked => "booked",
            Stage::Arriving { .. } => "arriving",
            Stage::Gate { .. } => "gate",
            Stage::DosingOffered { .. } => "dosing_offered",
            Stage::Dosed { .. } => "dosed",
            Stage::Recovering { .. } => "recovering",
            Stage::Discharged { .. } => "discharged",
            Stage::Ended { kind: EndKind::WithoutDose, .. } => "ended_without_dose",
            Stage::Ended { kind: EndKind::Withdrawn, .. } => "withdrawn",
            Stage::Ended { kind: EndKind::NoShow, .. } => "no_show",
            Stage::Ended { kind: EndKind::HandedOver, .. } => "handed_over",
            Stage::Closed { .. } => "closed",
        }
    }
}

#[cfg(test)]
mod table;
#[cfg(test)]
mod tests;
