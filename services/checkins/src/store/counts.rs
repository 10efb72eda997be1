//! The number that came with a look: sealed with its answers, and opened for whoever reads the watch.

use super::view::TakenLook;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::vault::Place;
use checkins_core::form::COUNT;
use kernel::id::{ClinicId, SessionId};
use kernel::role::Role;
use sea_orm::ConnectionTrait as _;
use std::collections::BTreeMap;

/// Puts the count of the last look beside it.
pub(crate) async fn show(
    store: &Store,
    clinic: ClinicId,
    (session, reader): (SessionId, Role),
    last: Option<&mut TakenLook>,
) -> Result<(), Failure> {
    let is_shown =
        may_read(reader) && last.as_ref().is_some_and(|look| look.task.as_deref() == Some("counted"));
    let Some(look) = last.filter(|_look| is_shown) else { return Ok(()) };
    let sql = "select w.patient_id, a.answers from checkins_answer a join checkins_watch w
               on w.clinic_id = a.clinic_id and w.session_id = a.session_id
               where a.clinic_id = $1 and a.session_id = $2 and a.id = $3";
    let values = [clinic.0.into(), session.0.into(), look.id.0.into()];
    let Some(row) = store.db().query_one_raw(store.sql(sql, values)).await? else { return Ok(()) };
    let (table, column, row_id) = ("checkins_answer", "answers", look.id.0);
    let place = Place { clinic, person: store::id(&row, "patient_id")?, table, column, row: row_id };
    let sealed: Vec<u8> = row.try_get("", "answers")?;
    // A number that does not open is not known. The watch is shown without any key.
    let Ok(plain) = store.open(&place, &sealed).await else { return Ok(()) };
    let answers = serde_json::from_slice::<BTreeMap<String, String>>(&plain).unwrap_or_default();
    look.breaths = answers.get(COUNT).cloned();
    Ok(())
}

/// Answers are for those who treat, and for whoever gave them (reliability.md §3.1, row 10).
const fn may_read(reader: Role) -> bool {
    match reader {
        Role::Sitter | Role::Therapist | Role::Prescriber => true,
        Role::Patient | Role::Coordinator | Role::Admin | Role::Auditor => false,
    }
}
