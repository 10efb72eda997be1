//! What identity says: who exists, how to reach them, and who lost access.

use super::events;
use kernel::id::{PersonId, SessionId, SignInId};
use kernel::role::Role;
use kernel::time::Timestamp;

events! {
    /// A person's contact point, sealed for the services that send: notify, and checkins for alarms.
    ContactChanged = "identity.contact_changed.v1" {
        /// Whose.
        person: PersonId,
        /// What they are.
        role: Role,
        /// A sealed `Contact`, opened with the bus key.
        sealed: String,
    }
    /// A one-use link was made for a person; notify mails it.
    LinkIssued = "identity.link_issued.v1" {
        /// For whom.
        person: PersonId,
        /// `patient_invitation` (staff too), `sitter_invitation`, `second_contact_question` or `next_morning`.
        purpose: String,
        /// The session it is about, if any.
        session: Option<SessionId>,
        /// The token, sealed with the bus key.
        sealed: String,
        /// When it stops working.
        expires_at: Timestamp,
    }
    /// The sitter proved to be in the home: the presence code was right.
    SitterPresent = "identity.sitter_present.v1" {
        /// The session.
        session: SessionId,
        /// The sitter.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
    /// Another device took the sitter's place, or their access ended: presence must be proven again.
    SitterAbsent = "identity.sitter_absent.v1" {
        /// The session.
        session: SessionId,
        /// The sitter.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
    /// The sitter's access was taken back.
    SitterRevoked = "identity.sitter_revoked.v1" {
        /// The session.
        session: SessionId,
        /// The sitter.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
    /// Another sitter was named in the middle of a session. Their presence is still to be proven.
    SitterReplaced = "identity.sitter_replaced.v1" {
        /// The session.
        session: SessionId,
        /// Who sits from now on.
        person: PersonId,
        /// Who sat until now.
        replaced: PersonId,
        /// When.
        at: Timestamp,
    }
    /// How the second contact of a session stands. Whoever was it before is so no more.
    SecondContactChanged = "identity.second_contact_changed.v1" {
        /// The session.
        session: SessionId,
        /// Who.
        person: PersonId,
        /// `asked`, `confirmed`, `declined`, or `sits` once they have the sitter's place.
        standing: String,
        /// The code that opens the sitter's page for them, sealed with the bus key; only while they have confirmed.
        sealed: Option<String>,
        /// When.
        at: Timestamp,
    }
    /// Somebody was refused at the sitter's door: a link that counts no longer, or three wrong codes.
    SitterRefused = "identity.sitter_refused.v1" {
        /// The session.
        session: SessionId,
        /// Whose door it was.
        person: PersonId,
        /// `link` or `code`.
        by: String,
        /// When.
        at: Timestamp,
    }
    /// A browser's sign-in ended: its sockets close and its cache entries go.
    SignInRevoked = "identity.sign_in_revoked.v1" {
        /// Which sign-in.
        sign_in: SignInId,
        /// Whose.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
}
