//! What came of an incident.

use serde::{Deserialize, Serialize};

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

    /// The outcome of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }

    /// Whether all was well after all: nobody had needed the alarm.
    pub const fn was_well(self) -> bool {
        match self {
            Self::FalseAlarmAnswered | Self::SitterReached | Self::PatientWellSeen => true,
            Self::SessionEndedEarly | Self::EmergencyServices | Self::MedicalAdvice | Self::Other => false,
        }
    }
}
