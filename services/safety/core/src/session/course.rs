//! What was taken, and how far the medicine has come.

use crate::protocol::Protocol;
use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The medicine's phases, as screens show them (clinical.md §1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtocolPhase {
    /// The lozenge is in the mouth.
    Absorb,
    /// The effect sets in.
    Onset,
    /// The strongest part.
    Peak,
    /// Talk resumes.
    Return,
    /// The earliest discharge is reached.
    Recover,
}

impl ProtocolPhase {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absorb => "absorb",
            Self::Onset => "onset",
            Self::Peak => "peak",
            Self::Return => "return",
            Self::Recover => "recover",
        }
    }

    /// The phase after this one, and how long after the dose it begins.
    pub const fn next(self, protocol: &Protocol) -> Option<(Self, Span)> {
        match self {
            Self::Absorb => Some((Self::Onset, protocol.absorb_until)),
            Self::Onset => Some((Self::Peak, protocol.onset_until)),
            Self::Peak => Some((Self::Return, protocol.peak_until)),
            Self::Return => Some((Self::Recover, protocol.earliest_discharge)),
            Self::Recover => None,
        }
    }
}

/// Who has been told that it runs long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// Nobody yet.
    Quiet,
    /// The prescriber.
    Told,
    /// The prescriber, urgently: emergency care is considered.
    Urgent,
}

impl Alert {
    /// The next alert, and how long after the first dose it falls.
    pub const fn next(self, protocol: &Protocol) -> Option<(Self, Span)> {
        match self {
            Self::Quiet => Some((Self::Told, protocol.prolonged_alert)),
            Self::Told => Some((Self::Urgent, protocol.prolonged_urgent)),
            Self::Urgent => None,
        }
    }
}

/// One course of doses within a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The first lozenge of the session.
    pub first_at: Timestamp,
    /// The latest one: the phases and the earliest discharge count from here.
    pub last_at: Timestamp,
    /// The medicine's phase.
    pub phase: ProtocolPhase,
    /// Who knows that it runs long.
    pub alert: Alert,
    /// Whether the witnessed dose still waits for its written record.
    pub unrecorded: bool,
}

impl Course {
    /// The dose that was witnessed at `at`.
    pub const fn witnessed(at: Timestamp) -> Self {
        Self {
            first_at: at,
            last_at: at,
            phase: ProtocolPhase::Absorb,
            alert: Alert::Quiet,
            unrecorded: true,
        }
    }

    /// A dose that was only written down.
    pub const fn written(at: Timestamp) -> Self {
        Self { unrecorded: false, ..Self::witnessed(at) }
    }

    /// Whether this record is about the witnessed dose: the first one, near it in time.
    pub fn is_record_of_witnessed(&self, at: Timestamp, protocol: &Protocol) -> bool {
        let apart = if at > self.first_at { at.since(self.first_at) } else { self.first_at.since(at) };
        self.unrecorded && apart <= protocol.absorb_until
    }

    /// The same course after one more dose: the later dose starts the phases again.
    pub fn with_dose(self, at: Timestamp) -> Self {
        let first_at = self.first_at.min(at);
        if at > self.last_at {
            Self { first_at, last_at: at, phase: ProtocolPhase::Absorb, ..self }
        } else {
            Self { first_at, ..self }
        }
    }

    /// When the next phase begins.
    pub fn phase_due(&self, protocol: &Protocol) -> Option<Timestamp> {
        self.phase.next(protocol).map(|(_, after)| self.last_at.plus(after))
    }

    /// When the next alert falls due.
    pub fn alert_due(&self, protocol: &Protocol) -> Option<Timestamp> {
        self.alert.next(protocol).map(|(_, after)| self.first_at.plus(after))
    }

    /// When the clock has something to say.
    pub fn due(&self, protocol: &Protocol) -> Option<Timestamp> {
        [self.phase_due(protocol), self.alert_due(protocol)].into_iter().flatten().min()
    }
}
