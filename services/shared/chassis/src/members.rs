//! Whose session it is: every service keeps the people of a session, as safety says them.

use crate::problem::Failure;
use crate::store;
use crate::work::Work;
use kernel::id::{ClinicId, SessionId};
use proto::events::safety::{Member, SessionOpened};
use sea_orm::{ConnectionTrait, Statement};

/// The people of a session.
pub(crate) async fn of(
    db: &impl ConnectionTrait,
    service: &str,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Vec<Member>, Failure> {
    let sql = format!(
        "select person_id, role, on_call from {service}_member where clinic_id = $1 and session_id = $2
         order by role, person_id"
    );
    let values = [clinic.0.into(), session.0.into()];
    let rows =
        db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    rows.iter()
        .map(|row| {
            let role: String = row.try_get("", "role")?;
            let role = role.parse().map_err(|_word| Failure::Stored(format!("role {role}")))?;
            Ok(Member { person: store::id(row, "person_id")?, role, on_call: row.try_get("", "on_call")? })
        })
        .collect()
}

/// Replaces the people of a session by those safety named last.
///
/// # Errors
/// When the database fails.
pub async fn replace(work: &Work, opened: &SessionOpened) -> Result<(), Failure> {
    let service = work.store().service();
    let sql = format!("delete from {service}_member where clinic_id = $1 and session_id = $2");
    let values = [work.clinic().0.into(), opened.session.0.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    for member in &opened.people {
        let sql = format!(
            "insert into {service}_member (clinic_id, session_id, person_id, role, on_call)
             values ($1, $2, $3, $4, $5) on conflict do nothing"
        );
        let values = [
            work.clinic().0.into(),
            opened.session.0.into(),
            member.person.0.into(),
            member.role.as_str().into(),
            member.on_call.into(),
        ];
        work.tx().execute_raw(work.store().sql(sql, values)).await?;
    }
    work.members_changed(opened.session);
    Ok(())
}
