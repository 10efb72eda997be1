//! What the watch itself stands on, as it was last heard: one row, for the gate reads it in its own transaction.

use super::Reader;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use kernel::time::Timestamp;
use proto::events::checkins::HouseStands;
use safety_core::gate::stands::{Backing, Stands};
use sea_orm::{ConnectionTrait as _, Value};

/// The one that is heard.
const WATCH: &str = "checkins";

/// It was heard now.
pub(crate) async fn heard(store: &Store, now: Timestamp, said: &HouseStands) -> Result<(), Failure> {
    let sql = "insert into safety_house (name, heard_at, writable, clocks_agree, standby, watchdog)
        values ($1, $2, $3, $4, $5, $6) on conflict (name) do update set heard_at = excluded.heard_at,
        writable = excluded.writable, clocks_agree = excluded.clocks_agree, standby = excluded.standby,
        watchdog = excluded.watchdog";
    let values: [Value; 6] = [
        WATCH.into(),
        now.micros().into(),
        said.writable.into(),
        said.clocks_agree.into(),
        said.standby.as_str().into(),
        said.watchdog.as_str().into(),
    ];
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, values)).await?;
    Ok(())
}

/// What was heard last; nothing when nothing ever was.
pub(crate) async fn stands(reader: &impl Reader) -> Result<Option<Stands>, Failure> {
    let sql = "select heard_at, writable, clocks_agree, standby, watchdog from safety_house where name = $1";
    let rows = reader.rows(sql, [WATCH.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (standby, watchdog): (String, String) = (row.try_get("", "standby")?, row.try_get("", "watchdog")?);
    Ok(Some(Stands {
        heard_at: store::at(row, "heard_at")?,
        writable: row.try_get("", "writable")?,
        clocks_agree: row.try_get("", "clocks_agree")?,
        standby: Backing::of(&standby),
        watchdog: Backing::of(&watchdog),
    }))
}
