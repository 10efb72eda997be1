//! Second contacts as identity said them last, and what an incident's steps did about them.

use crate::store::notifications::SECOND_CONTACT;
use chassis::problem::Failure;
use chassis::store;
use chassis::work::Work;
use checkins_core::second_contact::{Called, Standing};
use kernel::id::{IncidentId, PersonId, SessionId};
use proto::events::identity::SecondContactChanged;
use sea_orm::{ConnectionTrait as _, Value};

/// Whom a step may call.
pub(crate) struct SecondContact {
    pub(crate) person: Option<PersonId>,
    pub(crate) standing: Option<Standing>,
    /// Whether somebody is under the medicine.
    pub(crate) is_dosed: bool,
}

impl SecondContact {
    /// Whether there is a code to send them.
    pub(crate) fn may_be_called(&self) -> bool {
        self.standing == Some(Standing::Confirmed)
    }
}

/// Keeps what was said last; what was said before it, and came later, changes nothing.
pub(crate) async fn keep(work: &Work, heard: &SecondContactChanged) -> Result<(), Failure> {
    let sql = "insert into checkins_second_contact (clinic_id, session_id, person_id, standing, sealed, changed_at)
               values ($1, $2, $3, $4, $5, $6) on conflict (clinic_id, session_id) do update
               set person_id = excluded.person_id, standing = excluded.standing, sealed = excluded.sealed,
               changed_at = excluded.changed_at where checkins_second_contact.changed_at <= excluded.changed_at";
    let values = [
        work.clinic().0.into(),
        heard.session.0.into(),
        heard.person.0.into(),
        heard.standing.as_str().into(),
        heard.sealed.clone().into(),
        heard.at.micros().into(),
    ];
    run(work, sql, values).await
}

/// The second contact of a session. Read without a lock: a step of the ladder waits for nobody.
pub(crate) async fn of(work: &Work, session: SessionId) -> Result<SecondContact, Failure> {
    let sql = "select watch.phase, second.person_id, second.standing from checkins_watch watch
               left join checkins_second_contact second on second.clinic_id = watch.clinic_id
               and second.session_id = watch.session_id where watch.clinic_id = $1 and watch.session_id = $2";
    let values = [work.clinic().0.into(), session.0.into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?.ok_or(Failure::Missing)?;
    let (phase, standing): (String, Option<String>) =
        (row.try_get("", "phase")?, row.try_get("", "standing")?);
    Ok(SecondContact {
        person: store::maybe_id(&row, "person_id")?,
        standing: standing.as_deref().and_then(Standing::of),
        is_dosed: phase == "watching",
    })
}

/// What the last step that named them did about them.
pub(crate) async fn note(work: &Work, incident: IncidentId, called: Called) -> Result<(), Failure> {
    let sql = "update checkins_incident set second_contact = $1 where clinic_id = $2 and id = $3";
    run(work, sql, [called.as_str().into(), work.clinic().0.into(), incident.0.into()]).await
}

/// They may be called no longer, or somebody else is: what still waits for them is not sent any more.
pub(crate) async fn supersede(work: &Work, session: SessionId) -> Result<(), Failure> {
    let sql = "update checkins_notification set state = 'superseded', settled_at = $1
               where clinic_id = $2 and session_id = $3 and kind = $4 and state = 'pending'";
    let values =
        [work.now().micros().into(), work.clinic().0.into(), session.0.into(), SECOND_CONTACT.into()];
    run(work, sql, values).await
}

/// The session is over, and so is their code.
pub(crate) async fn forget_code(work: &Work, session: SessionId) -> Result<(), Failure> {
    let sql = "update checkins_second_contact set sealed = null where clinic_id = $1 and session_id = $2";
    run(work, sql, [work.clinic().0.into(), session.0.into()]).await
}

async fn run<const N: usize>(work: &Work, sql: &str, values: [Value; N]) -> Result<(), Failure> {
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}
