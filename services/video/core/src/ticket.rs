//! What a room ticket must prove before anyone comes near a room.

use crate::fingerprint::Fingerprint;
use crate::member::{Device, Line};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};

/// How long a ticket lives (reliability.md §3.4, step 3). A longer one was not made by our gateway.
pub const LIFE: Span = Span::seconds(60);

/// How far two clocks of the house may differ (decisions.md, "Tokens and doors").
pub const LEEWAY: Span = Span::seconds(5);

/// What a signed ticket says. The signature has been checked before one of these exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its own id, which can be spent once.
    pub line: Line,
    /// The one room it opens.
    pub room: SessionId,
    /// Whose room that is.
    pub clinic: ClinicId,
    /// Who may come in with it.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// From which browser.
    pub device: Device,
    /// With which certificate.
    pub fingerprint: Fingerprint,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What this house knows about the ticket's claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The room that is asked for.
    pub room: SessionId,
    /// The clinic that room belongs to.
    pub clinic: ClinicId,
    /// The role that person has in it, if they belong to it.
    pub role: Option<Role>,
    /// Whether this ticket has been spent.
    pub spent: bool,
}

/// Why a ticket opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Made for the future.
    #[error("not valid yet")]
    NotYet,
    /// Too old.
    #[error("expired")]
    Expired,
    /// Valid for longer than a ticket may be.
    #[error("valid for too long")]
    TooLong,
    /// Already spent.
    #[error("already used")]
    Spent,
    /// Made for another room, or for another clinic's.
    #[error("for another room")]
    OtherRoom,
    /// That person does not belong to the room, or not in that role.
    #[error("not a member")]
    NotAMember,
    /// The offer carries another certificate, or none, or several.
    #[error("for another certificate")]
    OtherCertificate,
}

impl Ticket {
    /// Whether this ticket opens the room that is asked for, now.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self, known: &Known, now: Timestamp) -> Result<(), Refusal> {
        if self.issued_at > now.plus(LEEWAY) {
            return Err(Refusal::NotYet);
        }
        if self.expires_at.plus(LEEWAY) <= now {
            return Err(Refusal::Expired);
        }
        if self.expires_at.since(self.issued_at) > LIFE {
            return Err(Refusal::TooLong);
        }
        if self.room != known.room || self.clinic != known.clinic {
            return Err(Refusal::OtherRoom);
        }
        if known.role != Some(self.role) {
            return Err(Refusal::NotAMember);
        }
        if known.spent { Err(Refusal::Spent) } else { Ok(()) }
    }

    /// Whether an offer that carries these fingerprints comes from the certificate of this ticket.
    ///
    /// Every one must be it: an offer with one right and one wrong could be answered on the wrong one.
    ///
    /// # Errors
    /// [`Refusal::OtherCertificate`].
    pub fn check_offer(&self, carried: &[Fingerprint]) -> Result<(), Refusal> {
        let ours = !carried.is_empty() && carried.iter().all(|one| *one == self.fingerprint);
        if ours { Ok(()) } else { Err(Refusal::OtherCertificate) }
    }

    /// When its id may be forgotten: nothing could accept it any more.
    pub const fn forgettable_at(&self) -> Timestamp {
        self.expires_at.plus(LEEWAY)
    }
}
