//! What identity keeps of a session: when, which phase, and nothing else.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use identity_core::session;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::Timestamp;
use proto::events::safety::SessionOpened;
use sea_orm::{ConnectionTrait, QueryResult};

/// One session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) drill: bool,
    pub(crate) phase: String,
}

const COLUMNS: &str = "select starts_at, ends_at, drill, phase from identity_session";

/// Keeps a session as safety said it last; its phase stays.
pub(crate) async fn keep(work: &Work, opened: &SessionOpened) -> Result<(), Failure> {
    let sql = "insert into identity_session (clinic_id, session_id, starts_at, ends_at, drill, phase)
               values ($1, $2, $3, $4, $5, 'booked') on conflict (clinic_id, session_id)
               do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at";
    let values = [
        work.clinic().0.into(),
        opened.session.0.into(),
        opened.starts_at.micros().into(),
        opened.ends_at.micros().into(),
        opened.drill.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Keeps the phase.
pub(crate) async fn set_phase(work: &Work, session: SessionId, phase: &str) -> Result<(), Failure> {
    let sql = "update identity_session set phase = $1 where clinic_id = $2 and session_id = $3";
    let values = [phase.into(), work.clinic().0.into(), session.0.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// One session, inside a transaction.
pub(crate) async fn load(work: &Work, session: SessionId) -> Result<Option<Session>, Failure> {
    one(work.tx(), work.store(), work.clinic(), session).await
}

/// One session, for showing.
pub(crate) async fn see(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Option<Session>, Failure> {
    one(store.db(), store, clinic, session).await
}

async fn one(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Option<Session>, Failure> {
    let sql = format!("{COLUMNS} where clinic_id = $1 and session_id = $2");
    let row = db.query_one_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    row.map(|row| parsed(&row)).transpose()
}

/// The live sessions a person belongs to.
pub(crate) async fn live_of(work: &Work, person: PersonId) -> Result<Vec<SessionId>, Failure> {
    let sql = "select s.session_id, s.phase from identity_session s join identity_member m
               on m.clinic_id = s.clinic_id and m.session_id = s.session_id
               where m.clinic_id = $1 and m.person_id = $2 and s.phase not in ('booked', 'closed')";
    let values = [work.clinic().0.into(), person.0.into()];
    let rows = work.tx().query_all_raw(work.store().sql(sql, values)).await?;
    let mut live = vec![];
    for row in &rows {
        if session::is_live(&row.try_get::<String>("", "phase")?) {
            live.push(store::id(row, "session_id")?);
        }
    }
    live.dedup();
    Ok(live)
}

fn parsed(row: &QueryResult) -> Result<Session, Failure> {
    Ok(Session {
        starts_at: store::at(row, "starts_at")?,
        ends_at: store::at(row, "ends_at")?,
        drill: row.try_get("", "drill")?,
        phase: row.try_get("", "phase")?,
    })
}
