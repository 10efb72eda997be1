//! The next-morning check: six answers, and what they ask of a clinician.

use kernel::severity::Severity;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The highest answer on a scale of ours.
pub const SCALE_MAX: i64 = 10;
/// Any bladder symptom is looked at: AE-URI, any grade (clinical.md §7.5).
const BLADDER_LOOK: i64 = 1;
/// Moderate on a 0 to 10 scale, that is grade 2, from which a person calls (clinical.md §7.4; the mapping is a default).
const SYMPTOM_LOOK: i64 = 4;

/// "Do you feel safe?" Our own question (decisions, Clinical).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Safe {
    /// They do.
    Yes,
    /// They do not know. Unknown is never fine.
    Unsure,
    /// They do not.
    No,
}

/// The six answers. Sleep and mood: 10 is best. Nausea, headache and bladder: 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Morning {
    /// How they slept.
    pub sleep: i64,
    /// How they feel.
    pub mood: i64,
    /// Nausea.
    pub nausea: i64,
    /// Headache.
    pub headache: i64,
    /// Pain or urgency of the bladder.
    pub bladder: i64,
    /// Whether they feel safe.
    pub safe: Safe,
}

/// Why a morning is not taken down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The night is not over: "all is well" would stand the watch down too soon.
    #[error("too early to be well")]
    Early,
}

impl Morning {
    /// What it asks of a clinician. A morning that is not fine is a fact and always taken; a fine one opens at
    /// `opens_at`, or not at all before a discharge.
    ///
    /// # Errors
    /// When all is well before it can be known.
    pub fn taken(&self, opens_at: Option<Timestamp>, now: Timestamp) -> Result<Severity, Refusal> {
        let severity = self.severity();
        let is_open = opens_at.is_some_and(|opens_at| opens_at <= now);
        if severity == Severity::Ok && !is_open { Err(Refusal::Early) } else { Ok(severity) }
    }

    /// The worst answer. Anything but `ok` goes to the ladder.
    pub fn severity(&self) -> Severity {
        let look =
            self.bladder >= BLADDER_LOOK || self.nausea >= SYMPTOM_LOOK || self.headache >= SYMPTOM_LOOK;
        let symptoms = if look { Severity::Watch } else { Severity::Ok };
        let safe = match self.safe {
            Safe::Yes => Severity::Ok,
            Safe::Unsure | Safe::No => Severity::Urgent,
        };
        symptoms.max(safe)
    }

    /// What the patient is told to do now.
    pub fn todo(&self) -> &'static str {
        match self.severity() {
            Severity::Ok => "Thank you. Your therapist can see this.",
            Severity::Watch => "Thank you. Your therapist is told, and will contact you about this.",
            Severity::Urgent | Severity::Emergency => {
                "Thank you for saying so. Your care team is being told now. If you might hurt yourself, call or \
                 text 988, or your local emergency number. You do not have to wait for us."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: Morning = Morning { sleep: 7, mood: 6, nausea: 0, headache: 1, bladder: 0, safe: Safe::Yes };

    #[test]
    fn a_good_morning_asks_nothing_of_anyone() {
        assert_eq!(WELL.severity(), Severity::Ok);
    }

    #[test]
    fn not_feeling_safe_or_not_knowing_brings_a_clinician_now() {
        for safe in [Safe::Unsure, Safe::No] {
            let morning = Morning { safe, ..WELL };
            assert_eq!(morning.severity(), Severity::Urgent);
            assert!(morning.todo().contains("988"));
        }
    }

    #[test]
    fn any_bladder_symptom_is_looked_at() {
        assert_eq!(Morning { bladder: 1, ..WELL }.severity(), Severity::Watch);
    }

    #[test]
    fn moderate_nausea_or_headache_is_looked_at_and_mild_is_not() {
        assert_eq!(Morning { nausea: 3, headache: 3, ..WELL }.severity(), Severity::Ok);
        assert_eq!(Morning { nausea: 4, ..WELL }.severity(), Severity::Watch);
        assert_eq!(Morning { headache: 4, ..WELL }.severity(), Severity::Watch);
    }

    #[test]
    fn a_fine_morning_waits_for_the_morning() {
        let [evening, morning] = [1, 2].map(Timestamp::from_micros);
        assert_eq!(WELL.taken(None, evening), Err(Refusal::Early));
        assert_eq!(WELL.taken(Some(morning), evening), Err(Refusal::Early));
        assert_eq!(WELL.taken(Some(morning), morning), Ok(Severity::Ok));
    }

    #[test]
    fn not_feeling_safe_is_taken_at_any_hour() {
        let unsafe_now = Morning { safe: Safe::No, ..WELL };
        assert_eq!(unsafe_now.taken(None, Timestamp::from_micros(1)), Ok(Severity::Urgent));
    }

    #[test]
    fn a_bad_night_alone_does_not_page_anyone() {
        assert_eq!(Morning { sleep: 0, mood: 0, ..WELL }.severity(), Severity::Ok);
    }
}
