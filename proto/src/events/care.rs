//! What care says: orders, answers, and what comes next.

use super::events;
use kernel::id::{PersonId, SessionId};
use kernel::severity::Severity;
use kernel::time::Timestamp;

events! {
    /// A prescriber wrote a dose order.
    DoseOrdered = "care.dose_ordered.v1" {
        /// For whom.
        patient: PersonId,
        /// By whom.
        prescriber: PersonId,
        /// Until when it is valid.
        valid_until_at: Timestamp,
    }
    /// The patient answered the next-morning check. Anything but `ok` goes to the ladder.
    NextMorningAnswered = "care.next_morning_answered.v1" {
        /// The session.
        session: SessionId,
        /// The worst answer.
        severity: Severity,
        /// When.
        at: Timestamp,
    }
    /// The patient answered a questionnaire. Anything but `ok` needs a clinician.
    ResponseRecorded = "care.response_recorded.v1" {
        /// Whose.
        patient: PersonId,
        /// The session it belongs to, or else the patient's latest one.
        session: Option<SessionId>,
        /// What it asks of a clinician.
        severity: Severity,
        /// When.
        at: Timestamp,
    }
    /// An integration visit was offered.
    IntegrationOffered = "care.integration_offered.v1" {
        /// The session it follows.
        session: SessionId,
        /// The patient.
        patient: PersonId,
        /// When.
        at: Timestamp,
    }
    /// A journal entry was shared or unshared.
    JournalShared = "care.journal_shared.v1" {
        /// Whose.
        patient: PersonId,
        /// Whether the therapist may read it now.
        shared: bool,
        /// When.
        at: Timestamp,
    }
}
