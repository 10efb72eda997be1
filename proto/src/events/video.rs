//! What video says: who is at the door and who is in the room.

use super::events;
use kernel::id::{PersonId, SessionId};
use kernel::time::Timestamp;

events! {
    /// Someone waits to be let in.
    PersonWaiting = "video.person_waiting.v1" {
        /// The session.
        session: SessionId,
        /// Who.
        person: PersonId,
        /// Since when.
        at: Timestamp,
    }
    /// The therapist let them in by name.
    PersonAdmitted = "video.person_admitted.v1" {
        /// The session.
        session: SessionId,
        /// Who.
        person: PersonId,
        /// By whom.
        by: PersonId,
        /// When.
        at: Timestamp,
    }
    /// Their media arrives.
    PersonJoined = "video.person_joined.v1" {
        /// The session.
        session: SessionId,
        /// Who.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
    /// Their media stopped.
    PersonLeft = "video.person_left.v1" {
        /// The session.
        session: SessionId,
        /// Who.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
    /// They were removed, with no way back.
    PersonRemoved = "video.person_removed.v1" {
        /// The session.
        session: SessionId,
        /// Who.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
    /// A second device tried the same person's place and was refused.
    DeviceRefused = "video.device_refused.v1" {
        /// The session.
        session: SessionId,
        /// Whose place.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
    /// Someone checked camera, microphone, speaker and line before the session.
    DeviceChecked = "video.device_checked.v1" {
        /// The session.
        session: SessionId,
        /// Who.
        person: PersonId,
        /// Whether all four work well enough.
        passed: bool,
        /// When.
        at: Timestamp,
    }
}
