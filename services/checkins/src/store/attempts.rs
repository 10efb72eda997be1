//! What came of sending: marked at once and together, and told to the trail and the screens afterwards.

use super::notifications::{Leased, What};
use chassis::ids;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::{Act, Work};
use checkins_core::escalation::Cause;
use checkins_core::notification::pause;
use kernel::id::{ClinicId, NotificationId, RecordId};
use kernel::time::Timestamp;
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait as _, DbBackend, QueryResult, Value};
use std::collections::BTreeMap;

/// The outcome of an attempt that a provider took, and the state of its message.
const ACCEPTED: &str = "accepted";

/// What came of one attempt.
pub(crate) enum Attempt {
    /// The provider took it.
    Accepted(String),
    /// It did not; a word for why.
    Failed(&'static str),
}

/// Marks attempts, unless somebody else holds the message now: then theirs counts, and this one is only kept. One
/// statement for all that came to the same: until it is committed a crash sends them again. The trail and the screens
/// hear of it afterwards.
pub(crate) async fn mark(store: &Store, attempts: &[(&Leased, &Attempt)]) -> Result<(), Failure> {
    let now = store.now();
    let mut alike = BTreeMap::<_, Vec<_>>::new();
    for (leased, attempt) in attempts {
        let (next_at, reference, outcome) = match attempt {
            Attempt::Accepted(reference) => (None, Some(reference.as_str()), ACCEPTED),
            Attempt::Failed(why) => (Some(now.plus(pause(leased.fence))), None, *why),
        };
        alike.entry((leased.clinic, next_at)).or_default().push([
            leased.clinic.0.into(),
            leased.id.0.into(),
            leased.fence.into(),
            now.micros().into(),
            reference.into(),
            ids::fresh::<RecordId>().0.into(),
            outcome.into(),
        ]);
    }
    for ((clinic, next_at), rows) in alike {
        mark_alike(store, clinic, now, next_at, rows).await?;
    }
    store.wake();
    Ok(())
}

/// Accepted, or to be sent again at `next_at`.
async fn mark_alike(
    store: &Store,
    clinic: ClinicId,
    now: Timestamp,
    next_at: Option<Timestamp>,
    rows: Vec<[Value; 7]>,
) -> Result<(), Failure> {
    let kept = "checkins_attempt (clinic_id, notification_id, fence, at, provider_ref, id, outcome)";
    let state = if next_at.is_some() { "pending" } else { ACCEPTED };
    let came = if next_at.is_some() {
        "failed_at = $2, accepted_at = null"
    } else {
        "accepted_at = $2, failed_at = null"
    };
    let marked = format!(
        "update checkins_notification set state = '{state}', next_at = $1, settled_at = $2, {came},
         provider_ref = kept.provider_ref from kept where checkins_notification.clinic_id = kept.clinic_id
         and checkins_notification.id = kept.notification_id and checkins_notification.fence = kept.fence
         and checkins_notification.state = 'leased'"
    );
    let times = [next_at.unwrap_or(now).micros().into(), now.micros().into()];
    if store.db().get_database_backend() == DbBackend::Postgres {
        let places = store::places(3, 7, rows.len());
        let sql = format!("with kept as (insert into {kept} values {places} returning *) {marked}");
        let values = times.into_iter().chain(rows.into_iter().flatten());
        store.db().execute_raw(store.sql(sql, values)).await?;
        return Ok(());
    }
    let both = async |work: &mut Work| {
        let ids: Vec<Value> = rows.iter().map(|[_, _, _, _, _, id, _]| id.clone()).collect();
        store::insert_all(work.tx(), kept, rows).await?;
        let places = store::places(4, ids.len(), 1);
        let kept = format!("select * from checkins_attempt where clinic_id = $3 and id in {places}");
        let values = times.into_iter().chain([clinic.0.into()]).chain(ids);
        work.tx().execute_raw(work.store().sql(format!("with kept as ({kept}) {marked}"), values)).await?;
        Ok(())
    };
    store.work(Act::clock(clinic), both).await
}

/// An attempt that the trail and the screens have not heard of.
pub(crate) struct Unheard {
    pub(crate) notification: NotificationId,
    pub(crate) what: What,
    /// Of its incident, if it is about one.
    pub(crate) cause: Option<Cause>,
    outcome: String,
}

impl Unheard {
    pub(crate) fn has_failed(&self) -> bool {
        self.outcome != ACCEPTED
    }
}

/// The clinics in which attempts were made and not told of.
pub(crate) async fn unheard(store: &Store) -> Result<Vec<ClinicId>, Failure> {
    let sql = "select distinct clinic_id from checkins_attempt where told_at is null";
    let rows = store.db().query_all_raw(store.sql(sql, [])).await?;
    rows.iter().map(|row| Ok(store::id(row, "clinic_id")?)).collect()
}

/// Attempts of this clinic that are told of in this transaction, the oldest first: those that no other engine tells of.
pub(crate) async fn take_unheard(work: &Work) -> Result<Vec<Unheard>, Failure> {
    let skip = if work.tx().get_database_backend() == DbBackend::Postgres {
        "for update of a skip locked"
    } else {
        ""
    };
    let sql = format!(
        "select a.id, a.notification_id, a.outcome, n.session_id, n.incident_id, n.kind, n.step, n.round,
         n.person_id, n.channel, (select cause from checkins_incident i
         where i.clinic_id = n.clinic_id and i.id = n.incident_id) as cause
         from checkins_attempt a join checkins_notification n
         on n.clinic_id = a.clinic_id and n.id = a.notification_id
         where a.clinic_id = $1 and a.told_at is null order by a.at limit {TOLD_MAX} {skip}"
    );
    let rows = work.tx().query_all_raw(work.store().sql(sql, [work.clinic().0.into()])).await?;
    if rows.is_empty() {
        return Ok(vec![]);
    }
    let sql = format!(
        "update checkins_attempt set told_at = $1 where clinic_id = $2 and id in {}",
        store::places(3, rows.len(), 1)
    );
    let ids: Vec<Uuid> = rows.iter().map(|row| store::id(row, "id")).collect::<Result<_, _>>()?;
    let values = [work.now().micros().into(), work.clinic().0.into()];
    let values = values.into_iter().chain(ids.into_iter().map(Value::from));
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    let parse = |row: &QueryResult| {
        let cause: Option<String> = row.try_get("", "cause")?;
        let cause =
            serde_json::from_value(cause.into()).map_err(|error| Failure::Stored(error.to_string()))?;
        Ok(Unheard {
            notification: store::id(row, "notification_id")?,
            what: What::read(row)?,
            cause,
            outcome: row.try_get("", "outcome")?,
        })
    };
    rows.iter().map(parse).collect()
}

/// Attempts told of at once: the trail is held meanwhile.
const TOLD_MAX: usize = 100;
