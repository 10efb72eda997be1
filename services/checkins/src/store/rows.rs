//! The plain rows: watches opened, deadlines, answers, calls for support, links, contacts.

use chassis::keeper::About;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::protocol::Due;
use checkins_core::watch::Watch;
use kernel::id::{ClinicId, CommandId, IncidentId, PersonId, RecordId, SessionId};
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, QueryResult, Value};

async fn run<const N: usize>(work: &Work, sql: &str, values: [Value; N]) -> Result<u64, Failure> {
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected())
}

/// Opens a watch unless it stands already. Says whether it is new.
pub(crate) async fn open_watch(
    work: &Work,
    about: &About,
    state: &Watch,
    drill: bool,
) -> Result<bool, Failure> {
    let text = serde_json::to_string(state).map_err(|error| Failure::Stored(error.to_string()))?;
    let sql =
        "insert into checkins_watch (clinic_id, session_id, patient_id, version, phase, due_at, state, drill,
               opened_at) values ($1, $2, $3, 0, $4, null, $5, $6, $7) on conflict do nothing";
    let values = [
        about.clinic.0.into(),
        about.session.map(|session| session.0).into(),
        about.person.0.into(),
        state.phase().into(),
        text.into(),
        drill.into(),
        work.now().micros().into(),
    ];
    Ok(run(work, sql, values).await? == 1)
}

/// Puts a deadline on the schedule.
pub(crate) async fn arm(work: &Work, session: SessionId, kind: &str, due: &Due) -> Result<(), Failure> {
    let sql = "insert into checkins_deadline (clinic_id, session_id, kind, sequence, due_at, deadline_at, state, armed_at)
               values ($1, $2, $3, $4, $5, $6, 'armed', $7)
               on conflict (clinic_id, session_id, kind, sequence) do update
               set due_at = excluded.due_at, deadline_at = excluded.deadline_at, state = 'armed', settled_at = null,
               armed_at = excluded.armed_at";
    let values = [
        work.clinic().0.into(),
        session.0.into(),
        kind.into(),
        due.sequence.into(),
        due.due_at.micros().into(),
        due.deadline_at.micros().into(),
        work.now().micros().into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// Takes a deadline off the schedule: `satisfied`, `missed` or `cancelled`.
pub(crate) async fn settle(
    work: &Work,
    session: SessionId,
    kind: &str,
    sequence: i64,
    state: &str,
) -> Result<(), Failure> {
    let sql = "update checkins_deadline set state = $1, settled_at = $2
               where clinic_id = $3 and session_id = $4 and kind = $5 and sequence = $6 and state = 'armed'";
    let values = [
        state.into(),
        work.now().micros().into(),
        work.clinic().0.into(),
        session.0.into(),
        kind.into(),
        sequence.into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// When a look was due, whether or not somebody looked.
pub(crate) async fn due_at(
    work: &Work,
    session: SessionId,
    kind: &str,
    sequence: i64,
) -> Result<Option<Timestamp>, Failure> {
    let sql = "select due_at from checkins_deadline
               where clinic_id = $1 and session_id = $2 and kind = $3 and sequence = $4";
    let values = [work.clinic().0.into(), session.0.into(), kind.into(), sequence.into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?;
    Ok(row.map(|row| store::at(&row, "due_at")).transpose()?)
}

/// One look, as it is kept.
pub(crate) struct Look<'a> {
    pub(crate) id: CommandId,
    pub(crate) session: SessionId,
    pub(crate) person: PersonId,
    pub(crate) sequence: i64,
    pub(crate) severity: Severity,
    pub(crate) counted: &'a str,
    pub(crate) source: &'a str,
    pub(crate) answered_at: Timestamp,
    pub(crate) late_micros: i64,
    pub(crate) signature: &'a str,
    pub(crate) task: Option<&'a str>,
    pub(crate) answers: Vec<u8>,
}

/// Keeps a look.
pub(crate) async fn keep(work: &Work, look: Look<'_>) -> Result<(), Failure> {
    let sql =
        "insert into checkins_answer (clinic_id, id, session_id, person_id, sequence, severity, counted,
               source, answered_at, received_at, late_micros, signature, task, answers)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let values = [
        work.clinic().0.into(),
        look.id.0.into(),
        look.session.0.into(),
        look.person.0.into(),
        look.sequence.into(),
        look.severity.as_str().into(),
        look.counted.into(),
        look.source.into(),
        look.answered_at.micros().into(),
        work.now().micros().into(),
        look.late_micros.into(),
        look.signature.into(),
        look.task.into(),
        look.answers.into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// The patient asked for support.
pub(crate) async fn ask_support(
    work: &Work,
    support: RecordId,
    session: SessionId,
    deadline_at: Timestamp,
) -> Result<(), Failure> {
    let sql =
        "insert into checkins_support (clinic_id, id, session_id, person_id, asked_at, deadline_at, state)
               values ($1, $2, $3, $4, $5, $6, 'armed')";
    let values = [
        work.clinic().0.into(),
        support.0.into(),
        session.0.into(),
        work.act().actor.0.into(),
        work.now().micros().into(),
        deadline_at.micros().into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// Somebody saw it. Says whether there was such a request; seeing it twice is one sight.
pub(crate) async fn see_support(work: &Work, support: RecordId, session: SessionId) -> Result<bool, Failure> {
    let sql = "update checkins_support set seen_at = coalesce(seen_at, $1), seen_by = coalesce(seen_by, $2),
               state = case when state = 'armed' then 'seen' else state end
               where clinic_id = $3 and id = $4 and session_id = $5";
    let values = [
        work.now().micros().into(),
        work.act().actor.0.into(),
        work.clinic().0.into(),
        support.0.into(),
        session.0.into(),
    ];
    Ok(run(work, sql, values).await? == 1)
}

/// A call for support that nobody has seen.
pub(crate) struct Unseen {
    pub(crate) clinic: ClinicId,
    pub(crate) support: RecordId,
    pub(crate) session: SessionId,
    pub(crate) deadline_at: Timestamp,
}

/// Calls that nobody has seen, and whose time runs out by then; the earliest first.
pub(crate) async fn unseen_support(store: &Store, by: Timestamp) -> Result<Vec<Unseen>, Failure> {
    let sql = "select clinic_id, id, session_id, deadline_at from checkins_support
               where state = 'armed' and deadline_at <= $1 order by deadline_at limit 100";
    let rows = store.db().query_all_raw(store.sql(sql, [by.micros().into()])).await?;
    let parse = |row: &QueryResult| {
        Ok(Unseen {
            clinic: store::id(row, "clinic_id")?,
            support: store::id(row, "id")?,
            session: store::id(row, "session_id")?,
            deadline_at: store::at(row, "deadline_at")?,
        })
    };
    rows.iter().map(parse).collect()
}

/// Marks a request as unseen in time. False when somebody saw it meanwhile.
pub(crate) async fn miss_support(work: &Work, support: RecordId) -> Result<bool, Failure> {
    let sql =
        "update checkins_support set state = 'missed' where clinic_id = $1 and id = $2 and state = 'armed'";
    Ok(run(work, sql, [work.clinic().0.into(), support.0.into()]).await? == 1)
}

/// The open incident of this cause, if there is one.
pub(crate) async fn open_incident(
    work: &Work,
    session: SessionId,
    cause: &str,
) -> Result<Option<IncidentId>, Failure> {
    let sql = "select id from checkins_incident
               where clinic_id = $1 and session_id = $2 and cause = $3 and phase <> 'resolved'";
    let values = [work.clinic().0.into(), session.0.into(), cause.into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?;
    Ok(row.map(|row| store::id(&row, "id")).transpose()?)
}

/// Which session an incident of this clinic is about, open or not.
pub(crate) async fn session_of(
    store: &Store,
    clinic: ClinicId,
    incident: IncidentId,
) -> Result<Option<SessionId>, Failure> {
    let sql = "select session_id from checkins_incident where clinic_id = $1 and id = $2";
    let row = store.db().query_one_raw(store.sql(sql, [clinic.0.into(), incident.0.into()])).await?;
    Ok(row.map(|row| store::id(&row, "session_id")).transpose()?)
}

/// The sealed note beside an outcome.
pub(crate) async fn note(work: &Work, incident: IncidentId, sealed: Vec<u8>) -> Result<(), Failure> {
    let sql = "update checkins_incident set note = $1 where clinic_id = $2 and id = $3";
    run(work, sql, [sealed.into(), work.clinic().0.into(), incident.0.into()]).await.map(drop)
}

/// How somebody is reached, sealed as it came.
pub(crate) async fn contact(work: &Work, person: PersonId) -> Result<Option<String>, Failure> {
    let sql = "select sealed from checkins_contact where clinic_id = $1 and person_id = $2";
    let values = [work.clinic().0.into(), person.0.into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?;
    Ok(row.map(|row| row.try_get("", "sealed")).transpose()?)
}

/// Keeps a contact, sealed as it came, and whether there is a telephone number in it.
pub(crate) async fn keep_contact(
    work: &Work,
    person: PersonId,
    role: Role,
    sealed: &str,
    has_phone: bool,
) -> Result<(), Failure> {
    let sql = "insert into checkins_contact (clinic_id, person_id, role, sealed, changed_at, has_phone)
               values ($1, $2, $3, $4, $5, $6) on conflict (clinic_id, person_id) do update
               set role = excluded.role, sealed = excluded.sealed, changed_at = excluded.changed_at,
               has_phone = excluded.has_phone";
    let values = [
        work.clinic().0.into(),
        person.0.into(),
        role.as_str().into(),
        sealed.into(),
        work.now().micros().into(),
        has_phone.into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// Whether this person can be reached by telephone.
pub(crate) async fn has_phone(work: &Work, person: PersonId) -> Result<bool, Failure> {
    let sql = "select has_phone from checkins_contact where clinic_id = $1 and person_id = $2";
    let row =
        work.tx().query_one_raw(work.store().sql(sql, [work.clinic().0.into(), person.0.into()])).await?;
    Ok(row.map(|row| row.try_get("", "has_phone")).transpose()?.unwrap_or(false))
}

/// The on-call lead answered for this session. Says whether it was the first time.
pub(crate) async fn confirm_on_call(work: &Work, session: SessionId) -> Result<bool, Failure> {
    let sql = "update checkins_watch set on_call_confirmed_at = $1
               where clinic_id = $2 and session_id = $3 and on_call_confirmed_at is null";
    Ok(run(work, sql, [work.now().micros().into(), work.clinic().0.into(), session.0.into()]).await? == 1)
}

/// Another person has the duty and answers for themselves.
pub(crate) async fn on_call_unconfirmed(work: &Work, session: SessionId) -> Result<(), Failure> {
    let sql =
        "update checkins_watch set on_call_confirmed_at = null where clinic_id = $1 and session_id = $2";
    run(work, sql, [work.clinic().0.into(), session.0.into()]).await.map(drop)
}

/// The on-call lead is being asked.
pub(crate) async fn page_on_call(work: &Work, session: SessionId) -> Result<(), Failure> {
    let sql = "update checkins_watch set on_call_paged_at = $1 where clinic_id = $2 and session_id = $3";
    run(work, sql, [work.now().micros().into(), work.clinic().0.into(), session.0.into()]).await.map(drop)
}
