//! How often an account was tried from one network. Plain rows: the key is a hash, and nobody may exist.

use crate::problems;
use chassis::problem::{Failure, Problem};
use chassis::store::{self, Store};
use chassis::work::{Act, Work};
use identity_core::login::{Command, Throttle};
use kernel::id::{ClinicId, PersonId};
use kernel::machine::Machine as _;
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, DbBackend};
use uuid::Uuid;

/// At most this many quiet ones are looked at each time.
const DUE_MAX: u64 = 200;

/// 3: a row that is forgotten three times in a row while we make it means that something else is wrong.
const MADE_MAX: u32 = 3;

/// No clinic: the account that is tried may not exist.
pub(crate) const NOWHERE: ClinicId = ClinicId(Uuid::nil());

/// Steps one throttle in a transaction of its own, so that a refused try is counted too.
pub(crate) async fn step(store: &Store, id: Uuid, command: Command) -> Result<(), Problem> {
    let act = Act::link(NOWHERE, PersonId(Uuid::nil()));
    let stepped = store.work(act, async |work| told(work, id, command).await).await;
    stepped.map_err(Problem::from)
}

/// A row may be forgotten by someone else between making and locking it; then it is made again.
async fn told(work: &mut Work, id: Uuid, command: Command) -> Result<(), Failure> {
    for _again in 0..MADE_MAX {
        let values = [NOWHERE.0.into(), id.into(), json(Throttle::fresh())?.into()];
        let sql =
            "insert into identity_throttle (clinic_id, id, state) values ($1, $2, $3) on conflict do nothing";
        work.tx().execute_raw(work.store().sql(sql, values)).await?;
        if let Some(state) = locked(work, id).await? {
            let step = state.step(command, work.now()).map_err(problems::throttle)?;
            return keep(work, id, step.state).await;
        }
    }
    Err(Failure::Changed)
}

async fn locked(work: &Work, id: Uuid) -> Result<Option<Throttle>, Failure> {
    let lock = if work.tx().get_database_backend() == DbBackend::Postgres { " for update" } else { "" };
    let sql = format!("select state from identity_throttle where clinic_id = $1 and id = $2{lock}");
    let row = work.tx().query_one_raw(work.store().sql(sql, [NOWHERE.0.into(), id.into()])).await?;
    let Some(row) = row else { return Ok(None) };
    let state: String = row.try_get("", "state")?;
    serde_json::from_str(&state).map(Some).map_err(|error| Failure::Stored(error.to_string()))
}

/// A throttle that remembers nothing needs no row.
async fn keep(work: &Work, id: Uuid, state: Throttle) -> Result<(), Failure> {
    if state == Throttle::fresh() {
        let sql = "delete from identity_throttle where clinic_id = $1 and id = $2";
        work.tx().execute_raw(work.store().sql(sql, [NOWHERE.0.into(), id.into()])).await?;
        return Ok(());
    }
    let sql = "update identity_throttle set state = $1, due_at = $2 where clinic_id = $3 and id = $4";
    let due = state.due().map(Timestamp::micros);
    let values = [json(state)?.into(), due.into(), NOWHERE.0.into(), id.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Lets quiet ones be forgotten. Another process may have done it a moment before.
pub(crate) async fn tick(store: &Store) -> Result<(), Failure> {
    let sql = format!("select id from identity_throttle where due_at <= $1 order by due_at limit {DUE_MAX}");
    let rows = store.db().query_all_raw(store.sql(sql, [store.now().micros().into()])).await?;
    for row in &rows {
        let id: Uuid = store::id(row, "id")?;
        let act = Act::clock(NOWHERE);
        let ticked = store.work(act, async |work| match locked(work, id).await? {
            Some(state) => {
                let step = state.step(Command::Tick, work.now()).map_err(problems::throttle)?;
                keep(work, id, step.state).await
            }
            None => Ok(()),
        });
        ticked.await?;
    }
    Ok(())
}

fn json(state: Throttle) -> Result<String, Failure> {
    serde_json::to_string(&state).map_err(|error| Failure::Stored(error.to_string()))
}
