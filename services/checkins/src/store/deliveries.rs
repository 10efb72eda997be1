//! What is known of messages after they left: from their providers, and from whoever got them.

use crate::store::notifications::What;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::delivery::Marks;
use kernel::id::{ClinicId, IncidentId, NotificationId, PersonId};
use kernel::role::Role;
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, QueryResult, Value};

/// A reply is looked for among as many: a house of 1,000 sessions whose ladders all burn.
const TEXTS_MAX: u64 = 4_000;

/// A message that was sent, as what comes back finds it.
pub(crate) struct Told {
    pub(crate) clinic: ClinicId,
    pub(crate) id: NotificationId,
    pub(crate) what: What,
    pub(crate) role: Role,
    /// Where it went, sealed as it came.
    pub(crate) sealed: String,
    pub(crate) created_at: Timestamp,
}

/// What a provider may say of a message that it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Delivered,
    Seen,
    Failed,
}

const COLUMNS: &str =
    "select n.clinic_id, n.id, n.session_id, n.incident_id, n.kind, n.step, n.round, n.person_id,
    n.channel, n.created_at, contact.role, contact.sealed
    from checkins_notification n join checkins_contact contact
    on contact.clinic_id = n.clinic_id and contact.person_id = n.person_id";

/// The message of this id that went by telephone, in whichever clinic.
pub(crate) async fn by_telephone(store: &Store, id: NotificationId) -> Result<Option<Told>, Failure> {
    let sql = format!("{COLUMNS} where n.id = $1 and n.channel in ('sms', 'voice')");
    let row = store.db().query_one_raw(store.sql(sql, [id.0.into()])).await?;
    row.map(|row| read(&row)).transpose()
}

/// Text messages since then, the newest first: all of them, or those that nobody replied to yet.
pub(crate) async fn texts(store: &Store, since: Timestamp, is_open: bool) -> Result<Vec<Told>, Failure> {
    let open = if is_open { "and n.acknowledged_at is null" } else { "" };
    let sql = format!(
        "{COLUMNS} where n.channel = 'sms' and n.created_at >= $1 and n.attempts > 0 {open}
         order by n.created_at desc limit {TEXTS_MAX}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, [since.micros().into()])).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Told, Failure> {
    let role: String = row.try_get("", "role")?;
    Ok(Told {
        clinic: store::id(row, "clinic_id")?,
        id: store::id(row, "id")?,
        what: What::read(row)?,
        role: role.parse().map_err(|_word| Failure::Stored(format!("role {role}")))?,
        sealed: row.try_get("", "sealed")?,
        created_at: store::at(row, "created_at")?,
    })
}

/// Keeps a provider's word about what it took under this reference. False when nothing is new: it said so before, it
/// speaks of an attempt that was made again, or it takes back that the message arrived.
pub(crate) async fn note(work: &Work, told: &Told, reference: &str, said: Word) -> Result<bool, Failure> {
    let change = match said {
        Word::Delivered => "delivered_at = $1, failed_at = null where delivered_at is null",
        Word::Seen => "seen_at = $1, failed_at = null where seen_at is null",
        Word::Failed => "failed_at = $1 where failed_at is null and delivered_at is null and seen_at is null",
    };
    // The provider may speak before its answer is marked.
    let sql = format!(
        "update checkins_notification set {change} and clinic_id = $2 and id = $3
         and (provider_ref = $4 or provider_ref is null)"
    );
    let values = [work.now().micros().into(), told.clinic.0.into(), told.id.0.into(), reference.into()];
    run(work, &sql, values).await
}

/// Whoever got it opened it.
pub(crate) async fn see(work: &Work, id: NotificationId) -> Result<bool, Failure> {
    let sql = "update checkins_notification set seen_at = $1
               where clinic_id = $2 and id = $3 and seen_at is null";
    run(work, sql, [work.now().micros().into(), work.clinic().0.into(), id.0.into()]).await
}

/// Whoever got it took the incident with it. False when they did before.
pub(crate) async fn acknowledge(work: &Work, id: NotificationId) -> Result<bool, Failure> {
    let sql = "update checkins_notification set acknowledged_at = $1
               where clinic_id = $2 and id = $3 and acknowledged_at is null";
    run(work, sql, [work.now().micros().into(), work.clinic().0.into(), id.0.into()]).await
}

/// The same on a screen, of which a person has one for all steps.
pub(crate) async fn acknowledge_on_screen(
    work: &Work,
    incident: IncidentId,
    person: PersonId,
) -> Result<bool, Failure> {
    let sql =
        "update checkins_notification set acknowledged_at = $1 where clinic_id = $2 and incident_id = $3
               and person_id = $4 and channel = 'screen' and acknowledged_at is null";
    let values = [work.now().micros().into(), work.clinic().0.into(), incident.0.into(), person.0.into()];
    run(work, sql, values).await
}

async fn run<const N: usize>(work: &Work, sql: &str, values: [Value; N]) -> Result<bool, Failure> {
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected() > 0)
}

/// What is known of a message, from its row.
pub(super) fn marks(row: &QueryResult) -> Result<Marks, Failure> {
    let state: String = row.try_get("", "state")?;
    Ok(Marks {
        accepted_at: store::maybe_at(row, "accepted_at")?,
        delivered_at: store::maybe_at(row, "delivered_at")?,
        seen_at: store::maybe_at(row, "seen_at")?,
        acknowledged_at: store::maybe_at(row, "acknowledged_at")?,
        failed_at: store::maybe_at(row, "failed_at")?,
        superseded: state == "superseded",
    })
}
