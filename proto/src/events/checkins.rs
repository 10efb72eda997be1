//! What checkins says: that someone looked, that nobody did, and who was told. Never why.

use super::events;
use kernel::id::{IncidentId, PersonId, RecordId, SessionId};
use kernel::severity::Severity;
use kernel::time::Timestamp;

/// The cause of an incident that nobody in the home may learn of, in whatever way.
pub const QUIET_CALL: &str = "quiet_call";

events! {
    /// A watch stands ready for this session; without it no dose may begin.
    WatchArmed = "checkins.watch_armed.v1" {
        /// The session.
        session: SessionId,
        /// When.
        at: Timestamp,
    }
    /// What the watch itself stands on. Announced every second to whoever listens, and kept by nobody: what is not heard
    /// any more is not known any more.
    HouseStands = "checkins.house_stands.v1" {
        /// Whether the engine could write to its rows just now.
        writable: bool,
        /// Whether the clocks of the database and of the machines agree.
        clocks_agree: bool,
        /// A second engine: `there`, `missing` or `not_set_up`.
        standby: String,
        /// A watchdog that answers: `there`, `missing` or `not_set_up`.
        watchdog: String,
        /// When.
        at: Timestamp,
    }
    /// The on-call lead answered for this session.
    OnCallConfirmed = "checkins.on_call_confirmed.v1" {
        /// The session.
        session: SessionId,
        /// Who.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
    /// Whoever leads played the alarm on their screen, and said whether they heard it.
    ScreenTested = "checkins.screen_tested.v1" {
        /// The session.
        session: SessionId,
        /// Whoever leads.
        person: PersonId,
        /// Whether they heard it.
        heard: bool,
        /// When.
        at: Timestamp,
    }
    /// How the page before this session stands: whether somebody can be asked, is asked, or has answered.
    PagerChanged = "checkins.pager_changed.v1" {
        /// The session.
        session: SessionId,
        /// `planned`, `paging`, `unanswered`, `answered` or `over`.
        standing: String,
        /// `nobody` when the ladder names nobody outside of the session, `unreachable` when no way leads to them.
        hole: Option<String>,
        /// How many on the ladder have answered a page within thirty days.
        current: i64,
        /// When.
        at: Timestamp,
    }
    /// A check-in was answered.
    CheckinAnswered = "checkins.checkin_answered.v1" {
        /// The session.
        session: SessionId,
        /// Which one.
        sequence: i64,
        /// The worst answer.
        severity: Severity,
        /// When the server had it.
        at: Timestamp,
    }
    /// A check-in was not answered by its deadline.
    CheckinMissed = "checkins.checkin_missed.v1" {
        /// The session.
        session: SessionId,
        /// Which one.
        sequence: i64,
        /// The deadline.
        deadline_at: Timestamp,
    }
    /// The patient asked for support.
    SupportAsked = "checkins.support_asked.v1" {
        /// The session.
        session: SessionId,
        /// The request.
        support: RecordId,
        /// When.
        at: Timestamp,
    }
    /// Someone saw the patient's request.
    SupportSeen = "checkins.support_seen.v1" {
        /// The session.
        session: SessionId,
        /// The request.
        support: RecordId,
        /// Who saw it.
        by: PersonId,
        /// When.
        at: Timestamp,
    }
    /// A human must look now.
    IncidentOpened = "checkins.incident_opened.v1" {
        /// The session.
        session: SessionId,
        /// The incident.
        incident: IncidentId,
        /// A word for what opened it.
        cause: String,
        /// How bad.
        severity: Severity,
        /// When.
        at: Timestamp,
    }
    /// Nobody acted: the next people are told.
    IncidentRose = "checkins.incident_rose.v1" {
        /// The session.
        session: SessionId,
        /// The incident.
        incident: IncidentId,
        /// The step it rose to.
        step: i64,
        /// When.
        at: Timestamp,
    }
    /// A named person said "I'm on it".
    IncidentAcknowledged = "checkins.incident_acknowledged.v1" {
        /// The session.
        session: SessionId,
        /// The incident.
        incident: IncidentId,
        /// Who.
        by: PersonId,
        /// When.
        at: Timestamp,
    }
    /// A named person closed it with an outcome.
    IncidentResolved = "checkins.incident_resolved.v1" {
        /// The session.
        session: SessionId,
        /// The incident.
        incident: IncidentId,
        /// Who.
        by: PersonId,
        /// When.
        at: Timestamp,
    }
    /// The state of a safety message changed; screens show who was told.
    NotificationChanged = "checkins.notification_changed.v1" {
        /// The session.
        session: SessionId,
        /// The incident.
        incident: Option<IncidentId>,
    }
    /// The patient is to be asked how the morning is.
    NextMorningDue = "checkins.next_morning_due.v1" {
        /// The session.
        session: SessionId,
        /// The patient.
        patient: PersonId,
        /// When silence goes to the ladder.
        deadline_at: Timestamp,
    }
    /// The watch stood down.
    WatchClosed = "checkins.watch_closed.v1" {
        /// The session.
        session: SessionId,
        /// When.
        at: Timestamp,
    }
}
