//! The browsers that people want to be told in. Where they are reached rests sealed.

use crate::channels::Subscription;
use chassis::ids;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::vault::Place;
use chassis::work::{Act, Work};
use kernel::id::{ClinicId, PersonId, RecordId};
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, QueryResult};

/// A laptop, a telephone, and some that were forgotten. The oldest makes room.
const BROWSERS_MAX: usize = 5;

/// One browser of one person.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    pub(crate) clinic: ClinicId,
    pub(crate) id: RecordId,
    pub(crate) person: PersonId,
    pub(crate) since_at: Timestamp,
    sealed: Vec<u8>,
}

fn place(clinic: ClinicId, person: PersonId, id: RecordId) -> Place<'static> {
    Place { clinic, person, table: "checkins_browser", column: "subscription", row: id.0 }
}

/// Registers a browser for whoever acts. One that was somebody else's is theirs from now on: they sit in front of it.
pub(crate) async fn register(work: &mut Work, subscription: &Subscription) -> Result<RecordId, Failure> {
    let (clinic, person, id): (_, _, RecordId) = (work.clinic(), work.act().actor, ids::fresh());
    let known_as = work.store().vault().blind_index(clinic, "checkins_browser", &subscription.endpoint);
    let plain = serde_json::to_vec(subscription).map_err(|error| Failure::Stored(error.to_string()))?;
    let sealed = work.seal(&place(clinic, person, id), &plain).await?;
    let sql = "delete from checkins_browser where clinic_id = $1 and known_as = $2";
    work.tx().execute_raw(work.store().sql(sql, [clinic.0.into(), known_as.clone().into()])).await?;
    let sql = "insert into checkins_browser (clinic_id, id, person_id, known_as, subscription, since_at)
               values ($1, $2, $3, $4, $5, $6)";
    let now = work.now().micros();
    let values = [clinic.0.into(), id.0.into(), person.0.into(), known_as.into(), sealed.into(), now.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    let sql = format!(
        "delete from checkins_browser where clinic_id = $1 and person_id = $2 and id not in
         (select id from checkins_browser where clinic_id = $1 and person_id = $2
          order by since_at desc, id desc limit {BROWSERS_MAX})"
    );
    work.tx().execute_raw(work.store().sql(sql, [clinic.0.into(), person.0.into()])).await?;
    work.audit("browser.registered", id, None);
    Ok(id)
}

/// Forgets a browser of whoever acts. One that is not there, or another's, is none of theirs: nothing happens.
pub(crate) async fn forget(work: &mut Work, id: RecordId) -> Result<(), Failure> {
    let sql = "delete from checkins_browser where clinic_id = $1 and id = $2 and person_id = $3";
    let values = [work.clinic().0.into(), id.0.into(), work.act().actor.0.into()];
    if work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected() == 1 {
        work.audit("browser.forgotten", id, None);
    }
    Ok(())
}

/// The push service says that nobody is there any more.
pub(crate) async fn drop_gone(store: &Store, browser: &Browser) -> Result<(), Failure> {
    let Browser { clinic, id, .. } = *browser;
    let dropped = store.work(Act::clock(clinic), async |work: &mut Work| {
        let sql = "delete from checkins_browser where clinic_id = $1 and id = $2";
        work.tx().execute_raw(work.store().sql(sql, [clinic.0.into(), id.0.into()])).await?;
        work.audit("browser.gone", id, None);
        Ok(())
    });
    dropped.await
}

/// The browsers of a person, the newest first.
pub(crate) async fn of_person(
    store: &Store,
    clinic: ClinicId,
    person: PersonId,
) -> Result<Vec<Browser>, Failure> {
    let sql =
        "select id, since_at, subscription from checkins_browser where clinic_id = $1 and person_id = $2
               order by since_at desc, id desc";
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), person.0.into()])).await?;
    let read = |row: &QueryResult| {
        let (id, since_at) = (store::id(row, "id")?, store::at(row, "since_at")?);
        Ok(Browser { clinic, id, person, since_at, sealed: row.try_get("", "subscription")? })
    };
    rows.iter().map(read).collect()
}

/// Whether a person wants to be told in any browser.
pub(crate) async fn has_any(work: &Work, person: PersonId) -> Result<bool, Failure> {
    let sql = "select 1 as one from checkins_browser where clinic_id = $1 and person_id = $2 limit 1";
    let values = [work.clinic().0.into(), person.0.into()];
    Ok(work.tx().query_one_raw(work.store().sql(sql, values)).await?.is_some())
}

/// Where a browser is reached.
pub(crate) async fn open(store: &Store, browser: &Browser) -> Result<Subscription, Failure> {
    let place = place(browser.clinic, browser.person, browser.id);
    let plain = store.open(&place, &browser.sealed).await?;
    serde_json::from_slice(&plain).map_err(|error| Failure::Stored(error.to_string()))
}
