//! The trail of one session, as every service serves it: who did what, when. No clinical content.

use crate::guard::Guard;
use crate::problem::{Failure, Problem};
use crate::service::Service;
use crate::store::{self, Store};
use actix_web::web;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::Timestamp;
use proto::permissions::ReadTrail;
use sea_orm::ConnectionTrait as _;
use serde::Serialize;
use utoipa::ToSchema;

/// At most this many rows: a whole session has a few hundred.
const ROWS_MAX: u64 = 2000;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrailRow {
    /// When.
    pub at: Timestamp,
    /// Which service noted it.
    pub service: String,
    /// Its place in that service's chain.
    pub sequence: i64,
    /// Who; nil for the clock.
    pub actor: PersonId,
    /// As what.
    pub role: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub resource: String,
}

/// Answers `GET /sessions/{session}/trail` for any service.
///
/// # Errors
/// When the caller may not read it.
pub async fn read<S: Service>(
    service: Guard<ReadTrail, S>,
    session: web::Path<SessionId>,
) -> Result<actix_web::HttpResponse, Problem> {
    let rows = of_session(service.store(), service.who()?.clinic, *session).await?;
    Ok(actix_web::HttpResponse::Ok().json(rows))
}

/// The rows about one session.
///
/// # Errors
/// When the database fails.
pub async fn of_session(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Vec<TrailRow>, Failure> {
    let name = store.service();
    let sql = format!(
        "select at, sequence, actor_id, role, action, resource from {name}_audit
         where clinic_id = $1 and session_id = $2 order by sequence limit {ROWS_MAX}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    rows.iter()
        .map(|row| {
            Ok(TrailRow {
                at: store::at(row, "at")?,
                service: name.into(),
                sequence: row.try_get("", "sequence")?,
                actor: store::id(row, "actor_id")?,
                role: row.try_get("", "role")?,
                action: row.try_get("", "action")?,
                resource: row.try_get("", "resource")?,
            })
        })
        .collect()
}
