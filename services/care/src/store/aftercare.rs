//! What comes after a session: its discharge, the visit that follows, and the next morning.

use super::{place, written};
use care_core::aftercare::Discharged;
use care_core::morning::Morning;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId, RecordId, SessionId};
use kernel::time::{Pace, Timestamp};
use proto::events::safety;
use proto::events::scheduling::IntegrationBooked;
use sea_orm::{ConnectionTrait, QueryResult};

/// A session after which something comes.
pub struct After {
    /// Its discharge.
    pub discharged: Discharged,
    /// When the integration visit was offered.
    pub offered_at: Option<Timestamp>,
}

/// Notes the pace of a session.
pub async fn opened(work: &Work, opened: &safety::SessionOpened) -> Result<(), Failure> {
    let sql = "insert into care_session (clinic_id, session_id, pace) values ($1, $2, $3)
               on conflict (clinic_id, session_id) do update set pace = excluded.pace";
    let values = [work.clinic().0.into(), opened.session.0.into(), opened.pace.factor().into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Notes a discharge, also when the session itself was not heard of yet.
pub async fn discharged(work: &Work, heard: &safety::Discharged) -> Result<(), Failure> {
    let sql = "insert into care_session (clinic_id, session_id, pace, discharged_at, next_morning_at)
               values ($1, $2, $3, $4, $5) on conflict (clinic_id, session_id) do update
               set discharged_at = excluded.discharged_at, next_morning_at = excluded.next_morning_at";
    let values = [
        work.clinic().0.into(),
        heard.session.0.into(),
        Pace::REAL.factor().into(),
        heard.at.micros().into(),
        heard.next_morning_at.micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Marks the integration visit as offered; false when there is no discharge yet, or it was offered before.
pub async fn offer(work: &Work, session: SessionId) -> Result<bool, Failure> {
    let sql = "update care_session set integration_offered_at = $1
               where clinic_id = $2 and session_id = $3 and discharged_at is not null
               and integration_offered_at is null";
    let values = [work.now().micros().into(), work.clinic().0.into(), session.0.into()];
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected() == 1)
}

/// What is known of a session's end, inside a transaction.
pub async fn of(work: &Work, session: SessionId) -> Result<Option<After>, Failure> {
    after(work.tx(), work.store(), work.clinic(), session).await
}

/// What is known of a session's end, for showing it.
pub async fn seen(store: &Store, clinic: ClinicId, session: SessionId) -> Result<Option<After>, Failure> {
    after(store.db(), store, clinic, session).await
}

async fn after(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Option<After>, Failure> {
    let sql = "select pace, discharged_at, next_morning_at, integration_offered_at from care_session
               where clinic_id = $1 and session_id = $2 and discharged_at is not null";
    let row = db.query_one_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    row.map(|row| ended(&row)).transpose()
}

fn ended(row: &QueryResult) -> Result<After, Failure> {
    let pace: i64 = row.try_get("", "pace")?;
    let pace = Pace::new(pace).map_err(|_range| Failure::Stored(format!("pace {pace}")))?;
    let discharged = Discharged {
        at: store::at(row, "discharged_at")?,
        next_morning_at: store::at(row, "next_morning_at")?,
        pace,
    };
    Ok(After { discharged, offered_at: store::maybe_at(row, "integration_offered_at")? })
}

/// Notes a booked integration visit.
pub async fn visit_booked(
    work: &Work,
    visit: &IntegrationBooked,
    booked_at: Timestamp,
) -> Result<(), Failure> {
    let sql = "insert into care_visit (clinic_id, session_id, patient_id, starts_at, booked_at)
               values ($1, $2, $3, $4, $5) on conflict (clinic_id, session_id) do update
               set starts_at = excluded.starts_at, booked_at = excluded.booked_at";
    let values = [
        work.clinic().0.into(),
        visit.session.0.into(),
        visit.patient.0.into(),
        visit.starts_at.micros().into(),
        booked_at.micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Forgets a visit that was cancelled.
pub async fn visit_cancelled(work: &Work, session: SessionId) -> Result<(), Failure> {
    let sql = "delete from care_visit where clinic_id = $1 and session_id = $2";
    let values = [work.clinic().0.into(), session.0.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// When the first visit after `since` was booked.
pub async fn visit_after(
    store: &Store,
    clinic: ClinicId,
    patient: PersonId,
    since: Timestamp,
) -> Result<Option<Timestamp>, Failure> {
    let sql = "select booked_at from care_visit where clinic_id = $1 and patient_id = $2 and starts_at >= $3
               order by starts_at limit 1";
    let values = [clinic.0.into(), patient.0.into(), since.micros().into()];
    let row = store.db().query_one_raw(store.sql(sql, values)).await?;
    Ok(row.map(|row| store::at(&row, "booked_at")).transpose()?)
}

/// Keeps a morning's answers, sealed.
pub async fn morning(
    work: &mut Work,
    id: RecordId,
    session: SessionId,
    answers: &Morning,
) -> Result<(), Failure> {
    let patient = work.act().actor;
    let place = place(work.clinic(), patient, "care_morning", "answers", id);
    let sealed = work.seal(&place, &written(answers)?).await?;
    let sql = "insert into care_morning (clinic_id, id, session_id, patient_id, answered_at, answers)
               values ($1, $2, $3, $4, $5, $6)";
    let values = [
        work.clinic().0.into(),
        id.0.into(),
        session.0.into(),
        patient.0.into(),
        work.now().micros().into(),
        sealed.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// When the morning was last answered.
pub async fn morning_answered_at(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Option<Timestamp>, Failure> {
    let sql =
        "select max(answered_at) as answered_at from care_morning where clinic_id = $1 and session_id = $2";
    let row = store.db().query_one_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    match row {
        Some(row) => Ok(store::maybe_at(&row, "answered_at")?),
        None => Ok(None),
    }
}
