//! What scheduling says: when, and who.

use super::events;
use kernel::id::{PersonId, SessionId};
use kernel::time::{Pace, Timestamp};

events! {
    /// A dosing session was booked. From here safety owns its life.
    SessionBooked = "scheduling.session_booked.v1" {
        /// The session: one id from booking to the next morning.
        session: SessionId,
        /// Takes the medicine.
        patient: PersonId,
        /// Leads.
        therapist: PersonId,
        /// Sits in the home.
        sitter: Option<PersonId>,
        /// Orders the dose.
        prescriber: Option<PersonId>,
        /// Holds the on-call duty at that time.
        on_call: PersonId,
        /// Start of the block.
        starts_at: Timestamp,
        /// End of the block.
        ends_at: Timestamp,
        /// Whether this is a drill with a synthetic patient.
        drill: bool,
        /// Protocol minutes per real minute; 1 unless a drill.
        pace: Pace,
    }
    /// A booking was cancelled before the day.
    SessionCancelled = "scheduling.session_cancelled.v1" {
        /// The session.
        session: SessionId,
        /// The patient.
        patient: PersonId,
        /// The therapist.
        therapist: PersonId,
        /// When.
        at: Timestamp,
    }
    /// An integration visit was booked after a session.
    IntegrationBooked = "scheduling.integration_booked.v1" {
        /// The visit itself.
        session: SessionId,
        /// The patient.
        patient: PersonId,
        /// The therapist.
        therapist: PersonId,
        /// Start.
        starts_at: Timestamp,
        /// End.
        ends_at: Timestamp,
    }
    /// An appointment is a day away: its people are to be reminded.
    ReminderDue = "scheduling.reminder_due.v1" {
        /// The session or visit.
        session: SessionId,
        /// Who is reminded.
        people: Vec<PersonId>,
        /// Start: a reminder is of no use after it.
        starts_at: Timestamp,
        /// End.
        ends_at: Timestamp,
    }
    /// Another person is on call for a session: a duty began or ended, or somebody took it over.
    OnCallChanged = "scheduling.on_call_changed.v1" {
        /// The session.
        session: SessionId,
        /// Who has the duty from now on.
        on_call: PersonId,
        /// Since when.
        at: Timestamp,
    }
    /// Nobody is on call in a stretch that lies ahead: those who run the clinic's day are to be told.
    RosterGap = "scheduling.roster_gap.v1" {
        /// Its start: now, when it has begun.
        from_at: Timestamp,
        /// Its end, as far as anybody looked.
        until_at: Timestamp,
    }
}
