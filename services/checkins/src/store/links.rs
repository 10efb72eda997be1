//! One-use links, found by the hash of their token.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, IncidentId, NotificationId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Timestamp;
use sea_orm::ConnectionTrait as _;

/// A one-use link, as kept.
pub(crate) struct Link {
    pub(crate) clinic: ClinicId,
    pub(crate) kind: String,
    pub(crate) session: SessionId,
    pub(crate) incident: Option<IncidentId>,
    pub(crate) person: PersonId,
    pub(crate) role: Role,
    /// The message it came with.
    pub(crate) notification: Option<NotificationId>,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// Finds a link by the hash of its token, in whichever clinic.
pub(crate) async fn link(store: &Store, token_hash: &str) -> Result<Option<Link>, Failure> {
    let sql = "select clinic_id, kind, session_id, incident_id, person_id, role, expires_at, used_at,
               notification_id
               from checkins_link where token_hash = $1";
    let Some(row) = store.db().query_one_raw(store.sql(sql, [token_hash.into()])).await? else {
        return Ok(None);
    };
    let role: String = row.try_get("", "role")?;
    Ok(Some(Link {
        clinic: store::id(&row, "clinic_id")?,
        kind: row.try_get("", "kind")?,
        session: store::id(&row, "session_id")?,
        incident: store::maybe_id(&row, "incident_id")?,
        person: store::id(&row, "person_id")?,
        role: role.parse().map_err(|_word| Failure::Stored(format!("role {role}")))?,
        notification: store::maybe_id(&row, "notification_id")?,
        expires_at: store::at(&row, "expires_at")?,
        used_at: store::maybe_at(&row, "used_at")?,
    }))
}

/// Uses a link. False when somebody used it meanwhile.
pub(crate) async fn use_link(work: &Work, token_hash: &str) -> Result<bool, Failure> {
    let sql = "update checkins_link set used_at = $1 where token_hash = $2 and used_at is null";
    let values = [work.now().micros().into(), token_hash.into()];
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected() == 1)
}
