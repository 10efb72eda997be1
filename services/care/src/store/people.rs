//! Who treats whom, as the sessions' people say.

use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId, SessionId};
use sea_orm::ConnectionTrait;

/// Whether this therapist belongs to a session of this patient.
pub async fn treats(
    store: &Store,
    clinic: ClinicId,
    therapist: PersonId,
    patient: PersonId,
) -> Result<bool, Failure> {
    let sql = "select 1 as one from care_member p join care_member t
               on t.clinic_id = p.clinic_id and t.session_id = p.session_id and t.role = 'therapist'
               where p.clinic_id = $1 and p.role = 'patient' and p.person_id = $2 and t.person_id = $3 limit 1";
    let values = [clinic.0.into(), patient.0.into(), therapist.0.into()];
    Ok(store.db().query_one_raw(store.sql(sql, values)).await?.is_some())
}

/// Notes that somebody is a patient of this clinic.
pub async fn is_patient(work: &Work, person: PersonId) -> Result<(), Failure> {
    let sql = "insert into care_patient (clinic_id, person_id) values ($1, $2) on conflict do nothing";
    work.tx().execute_raw(work.store().sql(sql, [work.clinic().0.into(), person.0.into()])).await?;
    Ok(())
}

/// Whether somebody is a patient of this clinic.
pub async fn is_known(store: &Store, clinic: ClinicId, patient: PersonId) -> Result<bool, Failure> {
    let sql = "select 1 as one from care_patient where clinic_id = $1 and person_id = $2";
    let row = store.db().query_one_raw(store.sql(sql, [clinic.0.into(), patient.0.into()])).await?;
    Ok(row.is_some())
}

/// The therapists and prescribers of all of a patient's sessions: who may hear that something changed.
pub async fn clinicians(work: &Work, patient: PersonId) -> Result<Vec<PersonId>, Failure> {
    let sql = "select distinct c.person_id from care_member p join care_member c
               on c.clinic_id = p.clinic_id and c.session_id = p.session_id and c.role in ('therapist', 'prescriber')
               where p.clinic_id = $1 and p.role = 'patient' and p.person_id = $2";
    let values = [work.clinic().0.into(), patient.0.into()];
    let rows = work.tx().query_all_raw(work.store().sql(sql, values)).await?;
    rows.iter().map(|row| Ok(store::id(row, "person_id")?)).collect()
}

/// The patient of a session, once its people are known.
pub async fn patient_of(work: &Work, session: SessionId) -> Result<Option<PersonId>, Failure> {
    patient(work.tx(), work.store(), work.clinic(), session).await
}

/// The patient of a session, for showing it.
pub async fn patient_seen(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Option<PersonId>, Failure> {
    patient(store.db(), store, clinic, session).await
}

async fn patient(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Option<PersonId>, Failure> {
    let sql =
        "select person_id from care_member where clinic_id = $1 and session_id = $2 and role = 'patient'";
    let row = db.query_one_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    Ok(row.map(|row| chassis::store::id(&row, "person_id")).transpose()?)
}

/// Whether this is the patient's own session.
pub async fn is_of(work: &Work, session: SessionId, patient: PersonId) -> Result<bool, Failure> {
    Ok(patient_of(work, session).await? == Some(patient))
}

/// The patient's session with the latest dose, or else the newest one: where an answer without one belongs.
pub async fn latest_session(work: &Work, patient: PersonId) -> Result<Option<SessionId>, Failure> {
    // Session ids are made in the order of time.
    let sql = "select m.session_id from care_member m
               left join care_dose d on d.clinic_id = m.clinic_id and d.session_id = m.session_id
               where m.clinic_id = $1 and m.role = 'patient' and m.person_id = $2
               order by coalesce(d.taken_at, 0) desc, m.session_id desc limit 1";
    let values = [work.clinic().0.into(), patient.0.into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?;
    Ok(row.map(|row| store::id(&row, "session_id")).transpose()?)
}
