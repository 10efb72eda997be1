//! The privacy border: what leaves this service about a session. Ids, kinds and times; never why.

use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::Timestamp;
use proto::events::safety as say;
use proto::sealed::{DOSE_COUNT, DoseCount};
use safety_core::session::Session;
use safety_core::session::words::Event;

/// The facts that follow from what a session did, to everyone who belongs to it.
pub(crate) async fn session(
    work: &mut Work,
    session: SessionId,
    state: &Session,
    events: &[Event],
) -> Result<(), Failure> {
    for event in events {
        one(work, session, state, event).await?;
        work.audit(audited(event), state.phase(), Some(session));
    }
    Ok(())
}

async fn one(work: &mut Work, session: SessionId, state: &Session, event: &Event) -> Result<(), Failure> {
    let at = work.now();
    match event {
        Event::Prepared => prepared(work, session).await,
        Event::PhaseChanged | Event::ProtocolPhaseBegan => {
            let phase = state.phase().to_owned();
            work.tell(session, &say::PhaseChanged { session, phase, at }).await
        }
        Event::DoseOffered { until_at } => {
            work.tell(session, &say::DoseOffered { session, until_at: *until_at }).await
        }
        Event::DoseBegun { at } => work.tell(session, &say::DoseBegun { session, at: *at }).await,
        Event::DoseRecorded { at, lozenges, out_of_order } => {
            dose_recorded(work, session, *at, DoseCount { lozenges: *lozenges }, *out_of_order).await
        }
        Event::Prolonged { severity } => {
            work.tell(session, &say::Prolonged { session, severity: *severity, at }).await
        }
        Event::Discharged { next_morning_at } => {
            let next_morning_at = *next_morning_at;
            work.tell(session, &say::Discharged { session, at, next_morning_at }).await
        }
        Event::Ended { kind, dosed } => {
            let kind = kind.as_str().to_owned();
            work.tell(session, &say::SessionEnded { session, kind, dosed: *dosed, at }).await
        }
        Event::Closed { by } => work.tell(session, &say::SessionClosed { session, by: *by, at }).await,
    }
}

/// The session exists, and these are its people.
pub(crate) async fn opened(work: &mut Work, opened: &say::SessionOpened) -> Result<(), Failure> {
    work.tell(opened.session, opened).await?;
    work.audit("session.opened", opened.session, Some(opened.session));
    Ok(())
}

/// Its people are others, and who among them is on call.
pub(crate) async fn handed_over(
    work: &mut Work,
    opened: &say::SessionOpened,
    person: PersonId,
) -> Result<(), Failure> {
    let session = opened.session;
    work.tell(session, opened).await?;
    work.tell(session, &say::OnCallHandedOver { session, person, at: work.now() }).await?;
    work.audit("on_call.handed_over", person, Some(session));
    Ok(())
}

/// Other people belong to the session than before.
pub(crate) async fn people_changed(work: &mut Work, opened: &say::SessionOpened) -> Result<(), Failure> {
    work.tell(opened.session, opened).await?;
    work.audit("sitter.replaced", opened.session, Some(opened.session));
    Ok(())
}

/// Others hear how bad a reading is, never its numbers.
pub(crate) async fn measured(
    work: &mut Work,
    session: SessionId,
    record: RecordId,
    severity: Severity,
    at: Timestamp,
) -> Result<(), Failure> {
    work.tell(session, &say::VitalsRecorded { session, record, severity, at }).await?;
    work.audit("vitals.recorded", record, Some(session));
    Ok(())
}

/// Screens look again: an answer, a signature or a fact was added.
pub(crate) async fn prepared(work: &mut Work, session: SessionId) -> Result<(), Failure> {
    work.tell(session, &say::PreparationChanged { session }).await
}

/// That a dose was taken is for everyone of the session; how much is for who keeps the ledger.
async fn dose_recorded(
    work: &mut Work,
    session: SessionId,
    at: Timestamp,
    count: DoseCount,
    out_of_order: bool,
) -> Result<(), Failure> {
    let members = work.members(session).await?;
    let patient = members.into_iter().find(|member| member.role == Role::Patient);
    let patient = patient.ok_or_else(|| Failure::Stored("a session without a patient".into()))?.person;
    let plain = serde_json::to_vec(&count).map_err(|error| Failure::Stored(error.to_string()))?;
    let sealed = work.store().vault().seal_for_bus(DOSE_COUNT, patient, &plain)?;
    work.tell(session, &say::DoseRecorded { session, patient, at, sealed, out_of_order }).await
}

const fn audited(event: &Event) -> &'static str {
    match event {
        Event::Prepared => "session.prepared",
        Event::PhaseChanged => "session.moved",
        Event::DoseOffered { .. } => "dose.offered",
        Event::DoseBegun { .. } => "dose.begun",
        Event::DoseRecorded { out_of_order: true, .. } => "dose.recorded_out_of_order",
        Event::DoseRecorded { .. } => "dose.recorded",
        Event::ProtocolPhaseBegan => "session.protocol_phase",
        Event::Prolonged { .. } => "session.prolonged",
        Event::Discharged { .. } => "session.discharged",
        Event::Ended { .. } => "session.ended",
        Event::Closed { .. } => "session.closed",
    }
}
