//! The ladders of a clinic: proposed by one person, published by another, the newest published one counts.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::ladder::Ladder;
use kernel::id::{ClinicId, PersonId};
use kernel::role::Role;
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

/// A ladder as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) version: i64,
    pub(crate) ladder: Ladder,
    pub(crate) reason: String,
    pub(crate) proposed_by: PersonId,
    pub(crate) proposed_role: Role,
    pub(crate) proposed_at: Timestamp,
    pub(crate) published_by: Option<PersonId>,
    pub(crate) published_at: Option<Timestamp>,
}

const COLUMNS: &str = "select version, ladder, reason, proposed_by, proposed_role, proposed_at, published_by,
    published_at from checkins_ladder";

/// The clinic's ladder; the shipped one until somebody published another.
pub(crate) async fn current(work: &Work) -> Result<Ladder, Failure> {
    Ok(published(work.tx(), work.store(), work.clinic()).await?.map(|kept| kept.ladder).unwrap_or_default())
}

/// The newest published one.
pub(crate) async fn published(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
) -> Result<Option<Kept>, Failure> {
    let sql =
        format!("{COLUMNS} where clinic_id = $1 and published_at is not null order by version desc limit 1");
    db.query_one_raw(store.sql(sql, [clinic.0.into()])).await?.map(|row| kept(&row)).transpose()
}

/// The newest proposal that nobody published, if it is newer than what is published.
pub(crate) async fn proposed(store: &Store, clinic: ClinicId) -> Result<Option<Kept>, Failure> {
    let newest = newest_in(store.db(), store, clinic, "").await?;
    Ok(newest.filter(|kept| kept.published_at.is_none()))
}

/// The newest of all, held until the transaction ends: nobody publishes what was overtaken.
pub(crate) async fn newest(work: &Work) -> Result<Option<Kept>, Failure> {
    newest_in(work.tx(), work.store(), work.clinic(), work.lock()).await
}

async fn newest_in(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
    lock: &str,
) -> Result<Option<Kept>, Failure> {
    let sql = format!("{COLUMNS} where clinic_id = $1 order by version desc limit 1{lock}");
    db.query_one_raw(store.sql(sql, [clinic.0.into()])).await?.map(|row| kept(&row)).transpose()
}

/// Keeps a proposal under the next number.
pub(crate) async fn propose(work: &Work, role: Role, ladder: &Ladder, reason: &str) -> Result<i64, Failure> {
    let text = serde_json::to_string(ladder).map_err(|error| Failure::Stored(error.to_string()))?;
    let sql = "insert into checkins_ladder (clinic_id, version, ladder, reason, proposed_by, proposed_role, proposed_at)
               values ($1, (select coalesce(max(version), 0) + 1 from checkins_ladder where clinic_id = $1),
               $2, $3, $4, $5, $6) returning version";
    let values = [
        work.clinic().0.into(),
        text.into(),
        reason.into(),
        work.act().actor.0.into(),
        role.as_str().into(),
        work.now().micros().into(),
    ];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?.ok_or(Failure::Changed)?;
    Ok(row.try_get("", "version")?)
}

/// From now on it is the clinic's.
pub(crate) async fn publish(work: &Work, version: i64) -> Result<(), Failure> {
    let sql = "update checkins_ladder set published_by = $1, published_at = $2
               where clinic_id = $3 and version = $4 and published_at is null";
    let values =
        [work.act().actor.0.into(), work.now().micros().into(), work.clinic().0.into(), version.into()];
    let changed = work.tx().execute_raw(work.store().sql(sql, values)).await?;
    if changed.rows_affected() == 1 { Ok(()) } else { Err(Failure::Changed) }
}

fn kept(row: &QueryResult) -> Result<Kept, Failure> {
    let (text, role): (String, String) = (row.try_get("", "ladder")?, row.try_get("", "proposed_role")?);
    Ok(Kept {
        version: row.try_get("", "version")?,
        ladder: serde_json::from_str(&text).map_err(|error| Failure::Stored(error.to_string()))?,
        reason: row.try_get("", "reason")?,
        proposed_by: store::id(row, "proposed_by")?,
        proposed_role: role.parse().map_err(|_word| Failure::Stored(format!("role {role}")))?,
        proposed_at: store::at(row, "proposed_at")?,
        published_by: store::maybe_id(row, "published_by")?,
        published_at: store::maybe_at(row, "published_at")?,
    })
}
