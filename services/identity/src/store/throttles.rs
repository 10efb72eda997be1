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

/// No clinic: the account that is tried may not exist.
pub(crate) const NOWHERE: ClinicId = ClinicId(Uuid::nil());

/// Steps one throttle in a transaction of its own, so that a refused try is counted too.
pub(crate) async fn step(store: &Store, id: Uuid, command: Command) -> Result<(), Problem> {
    let act = Act::link(NOWHERE, PersonId(Uuid::nil()));
    let stepped = store.work(act, async |work| told(work, id, command).await).await;
    stepped.map_err(Problem::from)
}

async fn told(work: &mut Work, id: Uuid, command: Command) -> Result<(), Failure> {
    let values = [NOWHERE.0.into(), id.into(), json(Throttle::fresh())?.into()];
    let sql =
        "insert into identity_throttle (clinic_id, id, state) values ($1, $2, $3) on conflict do nothing";
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    let lock = if work.tx().get_database_backend() == DbBackend::Postgres { " for update" } else { "" };
    let sql = format!("select state from identity_throttle where clinic_id = $1 and id = $2{lock}");
    let row = work.tx().query_one_raw(work.store().sql(sql, [NOWHERE.0.into(), id.into()])).await?;
    let state: String = row.ok_or(Failure::Missing)?.try_get("", "state")?;
    let state: Throttle = serde_json::from_str(&state).map_err(|error| Failure::Stored(error.to_string()))?;
    let step = state.step(command, work.now()).map_err(problems::throttle)?;
    if step.state == Throttle::fresh() {
        let sql = "delete from identity_throttle where clinic_id = $1 and id = $2";
        work.tx().execute_raw(work.store().sql(sql, [NOWHERE.0.into(), id.into()])).await?;
    } else {
        let sql = "update identity_throttle set state = $1, due_at = $2 where clinic_id = $3 and id = $4";
        let due = step.state.due().map(Timestamp::micros);
        let values = [json(step.state)?.into(), due.into(), NOWHERE.0.into(), id.into()];
        work.tx().execute_raw(work.store().sql(sql, values)).await?;
    }
    Ok(())
}

/// Lets quiet ones be forgotten.
pub(crate) async fn tick(store: &Store) -> Result<(), Failure> {
    let sql = format!("select id from identity_throttle where due_at <= $1 order by due_at limit {DUE_MAX}");
    let rows = store.db().query_all_raw(store.sql(sql, [store.now().micros().into()])).await?;
    for row in &rows {
        let id: Uuid = store::id(row, "id")?;
        let act = Act::clock(NOWHERE);
        store.work(act, async |work| told(work, id, Command::Tick).await).await?;
    }
    Ok(())
}

fn json(state: Throttle) -> Result<String, Failure> {
    serde_json::to_string(&state).map_err(|error| Failure::Stored(error.to_string()))
}
