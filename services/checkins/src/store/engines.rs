//! What engines say of themselves, and what fell due while none of them looked.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::house::Engine;
use kernel::id::{ClinicId, IncidentId, SessionId};
use kernel::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};

/// More engines than any house has.
const ENGINES_MAX: u64 = 100;

/// This engine lives, and its rows can be written.
pub(crate) async fn beat(store: &Store, name: &str, engine: Engine) -> Result<(), Failure> {
    let sql = "insert into checkins_engine (engine, ticked_at, clocks_agree, echoed_at, boot, ticked_since_boot)
               values ($1, $2, $3, $4, $5, $6) on conflict (engine) do update set ticked_at = excluded.ticked_at,
               clocks_agree = excluded.clocks_agree, echoed_at = excluded.echoed_at, boot = excluded.boot,
               ticked_since_boot = excluded.ticked_since_boot";
    let uptime = store.clock().uptime();
    let ticked_ago = store.now().since(engine.ticked_at);
    let ticked_since_boot = uptime.as_ref().map(|uptime| uptime.since.minus(ticked_ago).as_micros());
    let values: [Value; 6] = [
        name.into(),
        engine.ticked_at.micros().into(),
        engine.clocks_agree.into(),
        engine.echoed_at.map(Timestamp::micros).into(),
        uptime.map(|uptime| uptime.boot).into(),
        ticked_since_boot.into(),
    ];
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, values)).await?;
    Ok(())
}

/// When an engine last looked since this start of the machine, if one did: how long after it.
pub(crate) async fn last_here(store: &Store, boot: &str) -> Result<Option<Span>, Failure> {
    let sql = "select max(ticked_since_boot) as last from checkins_engine where boot = $1";
    let row = store.db().query_one_raw(store.sql(sql, [boot.into()])).await?;
    let last: Option<Option<i64>> = row.map(|row| row.try_get("", "last")).transpose()?;
    Ok(last.flatten().map(Span::micros))
}

/// All engines that said something, whoever looked last first.
pub(crate) async fn all(store: &Store) -> Result<Vec<Engine>, Failure> {
    let sql = format!(
        "select ticked_at, clocks_agree, echoed_at from checkins_engine order by ticked_at desc limit {ENGINES_MAX}"
    );
    let parse = |row: &QueryResult| {
        Ok(Engine {
            ticked_at: store::at(row, "ticked_at")?,
            clocks_agree: row.try_get("", "clocks_agree")?,
            echoed_at: store::maybe_at(row, "echoed_at")?,
        })
    };
    store.db().query_all_raw(store.sql(sql, [])).await?.iter().map(parse).collect()
}

/// Engines that were gone by then are forgotten: a container has another name after each start.
pub(crate) async fn forget(store: &Store, gone_by: Timestamp) -> Result<(), Failure> {
    let sql = "delete from checkins_engine where ticked_at < $1";
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, [gone_by.micros().into()])).await?;
    Ok(())
}

/// Sessions in which somebody is dosed.
pub(crate) async fn watching(store: &Store) -> Result<Vec<(ClinicId, SessionId)>, Failure> {
    let sql =
        "select clinic_id, session_id from checkins_watch where phase = 'watching' and due_at is not null";
    sessions(store, sql, []).await
}

/// Sessions of which something has been overdue since then.
pub(crate) async fn overdue(store: &Store, since: Timestamp) -> Result<Vec<(ClinicId, SessionId)>, Failure> {
    sessions(
        store,
        &format!("select clinic_id, session_id from ({OVERDUE}) overdue"),
        [since.micros().into()],
    )
    .await
}

/// The same of one session, whose watch is held.
pub(crate) async fn is_overdue(work: &Work, session: SessionId, since: Timestamp) -> Result<bool, Failure> {
    let sql = format!("select 1 from ({OVERDUE}) overdue where clinic_id = $2 and session_id = $3");
    let values: [Value; 3] = [since.micros().into(), work.clinic().0.into(), session.0.into()];
    Ok(work.tx().query_one_raw(work.store().sql(sql, values)).await?.is_some())
}

const OVERDUE: &str = "select clinic_id, session_id from checkins_watch where due_at < $1
    union select clinic_id, session_id from checkins_incident where due_at < $1
    union select clinic_id, session_id from checkins_support where state = 'armed' and deadline_at < $1";

async fn sessions<const N: usize>(
    store: &Store,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<(ClinicId, SessionId)>, Failure> {
    let parse = |row: &QueryResult| Ok((store::id(row, "clinic_id")?, store::id(row, "session_id")?));
    store.db().query_all_raw(store.sql(sql, values)).await?.iter().map(parse).collect()
}

/// Incidents of a session that nobody closed.
pub(crate) async fn burning(work: &Work, session: SessionId) -> Result<Vec<IncidentId>, Failure> {
    let sql =
        "select id from checkins_incident where clinic_id = $1 and session_id = $2 and phase <> 'resolved'";
    let values = [work.clinic().0.into(), session.0.into()];
    let rows = work.tx().query_all_raw(work.store().sql(sql, values)).await?;
    rows.iter().map(|row| Ok(store::id(row, "id")?)).collect()
}

/// Messages and calls that are too old to be sent or told as they are.
pub(crate) async fn set_aside(work: &Work, session: SessionId, since: Timestamp) -> Result<(), Failure> {
    let values = || -> [Value; 4] {
        let now = work.now().micros();
        [now.into(), work.clinic().0.into(), session.0.into(), since.micros().into()]
    };
    let messages = "update checkins_notification set state = 'superseded', settled_at = $1
                    where clinic_id = $2 and session_id = $3 and state in ('pending', 'leased') and next_at < $4";
    work.tx().execute_raw(work.store().sql(messages, values())).await?;
    let calls = "update checkins_support set state = 'missed' where clinic_id = $1 and session_id = $2
                 and state = 'armed' and deadline_at < $3";
    let [_now, rest @ ..] = values();
    work.tx().execute_raw(work.store().sql(calls, rest)).await?;
    Ok(())
}
