//! Whom to call for a session when nobody in the home can be reached: ids, a word and times.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use identity_core::second_contact::Standing;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

/// The second contact of one session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SecondContact {
    pub(crate) person: PersonId,
    pub(crate) standing: Standing,
    pub(crate) asked_at: Timestamp,
    pub(crate) answered_at: Option<Timestamp>,
}

/// Somebody is asked from now on. Whoever was it before is so no more.
pub(crate) async fn ask(work: &Work, session: SessionId, person: PersonId) -> Result<(), Failure> {
    let sql = "insert into identity_second_contact (clinic_id, session_id, person_id, standing, asked_at)
               values ($1, $2, $3, $4, $5) on conflict (clinic_id, session_id) do update
               set person_id = excluded.person_id, standing = excluded.standing, asked_at = excluded.asked_at,
               answered_at = null";
    let values = [
        work.clinic().0.into(),
        session.0.into(),
        person.0.into(),
        Standing::Asked.as_str().into(),
        work.now().micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// How they stand from now on. Refused when somebody changed it at this very moment.
pub(crate) async fn keep(
    work: &Work,
    session: SessionId,
    before: &SecondContact,
    standing: Standing,
) -> Result<(), Failure> {
    let sql = "update identity_second_contact set standing = $1, answered_at = $2
               where clinic_id = $3 and session_id = $4 and person_id = $5 and standing = $6";
    let values = [
        standing.as_str().into(),
        work.now().micros().into(),
        work.clinic().0.into(),
        session.0.into(),
        before.person.0.into(),
        before.standing.as_str().into(),
    ];
    let kept = work.tx().execute_raw(work.store().sql(sql, values)).await?;
    if kept.rows_affected() == 1 { Ok(()) } else { Err(Failure::Changed) }
}

/// The second contact of a session, inside a transaction.
pub(crate) async fn load(work: &Work, session: SessionId) -> Result<Option<SecondContact>, Failure> {
    one(work.tx(), work.store(), work.clinic(), session).await
}

/// The second contact of a session, for showing.
pub(crate) async fn see(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Option<SecondContact>, Failure> {
    one(store.db(), store, clinic, session).await
}

async fn one(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Option<SecondContact>, Failure> {
    let sql = "select person_id, standing, asked_at, answered_at from identity_second_contact
               where clinic_id = $1 and session_id = $2";
    let row = db.query_one_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    row.map(|row| parsed(&row)).transpose()
}

fn parsed(row: &QueryResult) -> Result<SecondContact, Failure> {
    let standing: String = row.try_get("", "standing")?;
    Ok(SecondContact {
        person: store::id(row, "person_id")?,
        standing: Standing::of(&standing).ok_or_else(|| Failure::Stored(format!("standing {standing}")))?,
        asked_at: store::at(row, "asked_at")?,
        answered_at: store::maybe_at(row, "answered_at")?,
    })
}
