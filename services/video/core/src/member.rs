//! One person of a room: the seat they hold, and where they are.

use kernel::id::PersonId;
use kernel::role::Role;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Which browser someone came from, as its ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Device(pub String);

/// One coming-in: the id of the ticket that was spent on it. A person who comes back has a new one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Line(pub String);

/// The seats of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// The one who takes the medicine.
    Patient,
    /// The adult in the home.
    Sitter,
    /// Who leads.
    Therapist,
    /// Anyone else who was asked in: cover, prescriber, interpreter.
    Invited,
}

impl Seat {
    /// How many people may hold this seat in one room (reliability.md §3.4, step 2).
    pub const fn places(self) -> usize {
        match self {
            Self::Patient | Self::Sitter | Self::Therapist => 1,
            Self::Invited => 2,
        }
    }
}

/// Where a person of the room is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "place", rename_all = "snake_case")]
pub enum Place {
    /// Belongs to the room and has not come.
    Expected,
    /// At the door, until a therapist lets them in by name.
    Waiting {
        /// From which browser.
        device: Device,
        /// Over which coming-in.
        line: Line,
        /// Since when.
        since_at: Timestamp,
    },
    /// Has been let in, and has no line now; may come back without asking again.
    Admitted,
    /// In the room.
    Present {
        /// From which browser.
        device: Device,
        /// Over which coming-in.
        line: Line,
        /// Since when.
        since_at: Timestamp,
    },
    /// Was in the room until the line dropped. The seat is held a moment.
    Lost {
        /// From which browser.
        device: Device,
        /// Over which coming-in.
        line: Line,
        /// Since when.
        since_at: Timestamp,
        /// When the house says that they have left.
        until_at: Timestamp,
    },
    /// Sent out. There is no way back.
    Removed,
}

impl Place {
    /// The word for it in the transition table and on the wire.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Waiting { .. } => "waiting",
            Self::Admitted => "admitted",
            Self::Present { .. } => "present",
            Self::Lost { .. } => "lost",
            Self::Removed => "removed",
        }
    }

    /// The coming-in that holds this place, if one does.
    pub const fn line(&self) -> Option<&Line> {
        match self {
            Self::Waiting { line, .. } | Self::Present { line, .. } | Self::Lost { line, .. } => Some(line),
            Self::Expected | Self::Admitted | Self::Removed => None,
        }
    }

    /// Since when they are at the door, in the room, or gone from the line.
    pub const fn since_at(&self) -> Option<Timestamp> {
        match self {
            Self::Waiting { since_at, .. } | Self::Present { since_at, .. } | Self::Lost { since_at, .. } => {
                Some(*since_at)
            }
            Self::Expected | Self::Admitted | Self::Removed => None,
        }
    }
}

/// One person who belongs to the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// What they are in the clinic.
    pub role: Role,
    /// What they are in this room.
    pub seat: Seat,
    /// Where they are.
    #[serde(flatten)]
    pub place: Place,
}

impl Member {
    /// Someone who has not come yet.
    pub const fn expected(person: PersonId, role: Role, seat: Seat) -> Self {
        Self { person, role, seat, place: Place::Expected }
    }

    /// Whether this person lets others in: the therapist, or a therapist who covers.
    ///
    /// Whoever can let others in comes in alone, or a room whose therapist has gone could not be saved.
    pub const fn opens_the_door(&self) -> bool {
        match self.role {
            Role::Therapist => true,
            Role::Patient
            | Role::Sitter
            | Role::Prescriber
            | Role::Coordinator
            | Role::Admin
            | Role::Auditor => false,
        }
    }
}
