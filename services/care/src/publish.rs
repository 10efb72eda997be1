//! What leaves care, and to whom: *the privacy border*. Ids and kinds only; never an answer, a dose or a word.

use crate::store::people;
use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::{PersonId, SessionId};
use kernel::severity::Severity;
use kernel::time::Timestamp;
use proto::events::care::{
    DoseOrdered, IntegrationOffered, JournalShared, NextMorningAnswered, ResponseRecorded,
};

/// An order was written: the patient and their clinicians look again.
pub async fn dose_ordered(
    work: &mut Work,
    patient: PersonId,
    valid_until_at: Timestamp,
) -> Result<(), Failure> {
    let mut audience = people::clinicians(work, patient).await?;
    audience.extend([patient, work.act().actor]);
    let fact = DoseOrdered { patient, prescriber: work.act().actor, valid_until_at };
    work.say(None, audience, &fact)
}

/// A questionnaire was answered: the clinicians of the patient, and nobody in the home.
pub async fn response_recorded(
    work: &mut Work,
    session: Option<SessionId>,
    severity: Severity,
) -> Result<(), Failure> {
    let patient = work.act().actor;
    let audience = people::clinicians(work, patient).await?;
    let fact = ResponseRecorded { patient, session, severity, at: work.now() };
    work.say(session, audience, &fact)
}

/// The morning was answered: everyone who watches.
pub async fn morning_answered(
    work: &mut Work,
    session: SessionId,
    severity: Severity,
) -> Result<(), Failure> {
    work.tell(session, &NextMorningAnswered { session, severity, at: work.now() }).await
}

/// A visit was offered: everyone of the session.
pub async fn integration_offered(
    work: &mut Work,
    session: SessionId,
    patient: PersonId,
) -> Result<(), Failure> {
    work.tell(session, &IntegrationOffered { session, patient, at: work.now() }).await
}

/// Entries were shared or taken back: the clinicians look again. Never which, never what.
pub async fn journal_shared(work: &mut Work, shared: bool) -> Result<(), Failure> {
    let patient = work.act().actor;
    let audience = people::clinicians(work, patient).await?;
    work.say(None, audience, &JournalShared { patient, shared, at: work.now() })
}
