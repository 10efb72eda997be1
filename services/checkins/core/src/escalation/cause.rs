//! Causes in words, and whose they are.

use super::Cause;
use kernel::role::Role;

impl Cause {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::MissedCheckin,
        Self::WorryingAnswer,
        Self::Alarm,
        Self::SupportUnseen,
        Self::Vitals,
        Self::DoseOutOfOrder,
        Self::Prolonged,
        Self::SitterLost,
        Self::TherapistLost,
        Self::LostPatient,
        Self::NextMorning,
        Self::QuietCall,
        Self::Restored,
        Self::WatchWeakened,
    ];

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
            Self::TherapistLost => "therapist_lost",
            Self::LostPatient => "lost_patient",
            Self::NextMorning => "next_morning",
            Self::QuietCall => "quiet_call",
            Self::Restored => "restored",
            Self::WatchWeakened => "watch_weakened",
        }
    }

    /// The cause of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }

    /// Whether these people may learn of it. A quiet call is nobody's in the home: whoever it is about may be holding
    /// the phone (product.md §3, item 8).
    pub const fn may_reach(self, role: Role) -> bool {
        match self {
            Self::QuietCall => match role {
                Role::Patient | Role::Sitter => false,
                Role::Therapist | Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => true,
            },
            Self::MissedCheckin
            | Self::WorryingAnswer
            | Self::Alarm
            | Self::SupportUnseen
            | Self::Vitals
            | Self::DoseOutOfOrder
            | Self::Prolonged
            | Self::SitterLost
            | Self::TherapistLost
            | Self::LostPatient
            | Self::NextMorning
            | Self::Restored
            | Self::WatchWeakened => true,
        }
    }

    /// Whether somebody in the home could help: then a second contact may be called. Never about a quiet call, for they
    /// were named by the home.
    pub const fn is_for_second_contact(self) -> bool {
        match self {
            Self::QuietCall | Self::TherapistLost | Self::WatchWeakened => false,
            Self::MissedCheckin
            | Self::WorryingAnswer
            | Self::Alarm
            | Self::SupportUnseen
            | Self::Vitals
            | Self::DoseOutOfOrder
            | Self::Prolonged
            | Self::SitterLost
            | Self::LostPatient
            | Self::NextMorning
            | Self::Restored => true,
        }
    }

    /// Whether the house raised it by itself, from silence or time, and nobody asked for help: only such an alarm can be
    /// a false one.
    pub const fn is_the_houses_own(self) -> bool {
        match self {
            Self::MissedCheckin
            | Self::Prolonged
            | Self::TherapistLost
            | Self::LostPatient
            | Self::NextMorning => true,
            Self::WorryingAnswer
            | Self::Alarm
            | Self::SupportUnseen
            | Self::Vitals
            | Self::DoseOutOfOrder
            | Self::SitterLost
            | Self::QuietCall
            | Self::Restored
            | Self::WatchWeakened => false,
        }
    }
}
