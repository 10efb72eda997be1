//! The look that nobody took: the sitter's page asks for it again until somebody looks or a person closes what it opened
//! (reliability.md §2.5, step 1).

use super::view::{self, NextLook, TakenLook};
use crate::publish::LOOK;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use checkins_core::watch::Watch;
use kernel::id::{ClinicId, SessionId};
use sea_orm::ConnectionTrait as _;

/// The newest missed look of a session, unless somebody looked since.
pub(crate) async fn look(
    store: &Store,
    clinic: ClinicId,
    (session, state): (SessionId, &Watch),
    last: Option<&TakenLook>,
) -> Result<Option<NextLook>, Failure> {
    let sql = "select sequence, due_at, deadline_at from checkins_deadline
               where clinic_id = $1 and session_id = $2 and kind = $3 and state = 'missed'
               order by sequence desc limit 1";
    let values = [clinic.0.into(), session.0.into(), LOOK.into()];
    let Some(row) = store.db().query_one_raw(store.sql(sql, values)).await? else { return Ok(None) };
    let (due_at, deadline_at) = (store::at(&row, "due_at")?, store::at(&row, "deadline_at")?);
    let is_answered = last.is_some_and(|look| look.received_at >= deadline_at);
    let sequence = row.try_get("", "sequence")?;
    let task = view::task(state, session, sequence);
    Ok((!is_answered).then_some(NextLook { sequence, due_at, opens_at: due_at, deadline_at, task }))
}

/// Whether silence is still somebody's to mend: an incident about it is not closed.
pub(crate) fn is_open(incidents: &[view::Incident]) -> bool {
    const OF_SILENCE: [&str; 2] = ["missed_checkin", "lost_patient"];
    incidents.iter().any(|one| one.state != "resolved" && OF_SILENCE.contains(&one.cause.as_str()))
}
