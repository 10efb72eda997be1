//! What safety says: the life of the session.

use super::events;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Timestamp};

/// One person's place in a session.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// Whether they hold the on-call duty for it.
    pub on_call: bool,
}

events! {
    /// The session exists and these are its people; also said again whenever the people change.
    SessionOpened = "safety.session_opened.v1" {
        /// The session.
        session: SessionId,
        /// Everyone who belongs to it.
        people: Vec<Member>,
        /// Planned start.
        starts_at: Timestamp,
        /// Planned end.
        ends_at: Timestamp,
        /// Whether it is a drill.
        drill: bool,
        /// Protocol minutes per real minute.
        pace: Pace,
    }
    /// Another person is on call for the session from now on; its people were said just before.
    OnCallHandedOver = "safety.on_call_handed_over.v1" {
        /// The session.
        session: SessionId,
        /// Who has the duty now.
        person: PersonId,
        /// Since when.
        at: Timestamp,
    }
    /// Something that screens show has changed: the checklist, readiness, a signature.
    PreparationChanged = "safety.preparation_changed.v1" {
        /// The session.
        session: SessionId,
    }
    /// The session moved to another phase.
    PhaseChanged = "safety.phase_changed.v1" {
        /// The session.
        session: SessionId,
        /// The new phase.
        phase: String,
        /// When.
        at: Timestamp,
    }
    /// A set of vitals was recorded.
    VitalsRecorded = "safety.vitals_recorded.v1" {
        /// The session.
        session: SessionId,
        /// The record.
        record: RecordId,
        /// Worst band of the set.
        severity: Severity,
        /// When it was taken.
        at: Timestamp,
    }
    /// The therapist pressed *begin dose* through an open gate; the sitter is asked to witness.
    DoseOffered = "safety.dose_offered.v1" {
        /// The session.
        session: SessionId,
        /// Until when the sitter may witness.
        until_at: Timestamp,
    }
    /// The dose began through the gate, witnessed by the sitter. The watch counts from here.
    DoseBegun = "safety.dose_begun.v1" {
        /// The session.
        session: SessionId,
        /// First lozenge in the mouth.
        at: Timestamp,
    }
    /// Somebody recorded that a dose was taken. Always accepted.
    DoseRecorded = "safety.dose_recorded.v1" {
        /// The session.
        session: SessionId,
        /// Who took it.
        patient: PersonId,
        /// When it was taken.
        at: Timestamp,
        /// A sealed `DoseCount`, opened with the bus key.
        sealed: String,
        /// Whether it was outside the gate: then it arms the watch and opens an incident.
        out_of_order: bool,
    }
    /// The observation runs long: at +240 minutes the prescriber, at +360 urgently.
    Prolonged = "safety.prolonged.v1" {
        /// The session.
        session: SessionId,
        /// How urgent.
        severity: Severity,
        /// When.
        at: Timestamp,
    }
    /// Therapist and sitter signed the discharge.
    Discharged = "safety.discharged.v1" {
        /// The session.
        session: SessionId,
        /// When.
        at: Timestamp,
        /// When the next-morning check falls due.
        next_morning_at: Timestamp,
    }
    /// The session ended another way; its watch stays until a person signs.
    SessionEnded = "safety.session_ended.v1" {
        /// The session.
        session: SessionId,
        /// `without_dose`, `withdrawn`, `no_show` or `handed_over`.
        kind: String,
        /// Whether a dose had been taken.
        dosed: bool,
        /// When.
        at: Timestamp,
    }
    /// A person signed the session closed: the watch may stand down.
    SessionClosed = "safety.session_closed.v1" {
        /// The session.
        session: SessionId,
        /// Who signed.
        by: PersonId,
        /// When.
        at: Timestamp,
    }
}
