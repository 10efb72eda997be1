//! The journal. The words are sealed; whether an entry is shared is a column, so that a query can keep others out.

use super::{ROWS_MAX, place};
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId, RecordId, SessionId};
use kernel::private::Private;
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, QueryResult, Value};

/// One entry.
pub struct Entry {
    /// Its id.
    pub id: RecordId,
    /// Whose.
    pub patient: PersonId,
    /// The session it is about, if any.
    pub session: Option<SessionId>,
    /// When it was written.
    pub written_at: Timestamp,
    /// Whether the patient's therapists may read it.
    pub shared: bool,
    /// The words.
    pub text: Private<String>,
}

/// Keeps an entry.
pub async fn put(
    work: &mut Work,
    id: RecordId,
    session: Option<SessionId>,
    shared: bool,
    text: &str,
) -> Result<(), Failure> {
    let patient = work.act().actor;
    let place = place(work.clinic(), patient, "care_journal", "entry", id);
    let entry = work.seal(&place, text.as_bytes()).await?;
    let sql = "insert into care_journal (clinic_id, id, patient_id, session_id, written_at, shared, entry)
               values ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        work.clinic().0.into(),
        id.0.into(),
        patient.0.into(),
        session.map(|session| session.0).into(),
        work.now().micros().into(),
        shared.into(),
        entry.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Shares or unshares an entry of one's own; false when there is none.
pub async fn share(work: &Work, id: RecordId, shared: bool) -> Result<bool, Failure> {
    let sql = "update care_journal set shared = $1 where clinic_id = $2 and id = $3 and patient_id = $4";
    let values = [shared.into(), work.clinic().0.into(), id.0.into(), work.act().actor.0.into()];
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected() == 1)
}

/// A patient's own journal, newest first.
pub async fn own(store: &Store, clinic: ClinicId, patient: PersonId) -> Result<Vec<Entry>, Failure> {
    entries(store, clinic, "patient_id = $2", [clinic.0.into(), patient.0.into()]).await
}

/// What this therapist's patients share, newest first.
pub async fn shared_with(
    store: &Store,
    clinic: ClinicId,
    therapist: PersonId,
) -> Result<Vec<Entry>, Failure> {
    let treated = "shared = true and patient_id in (select p.person_id from care_member p join care_member t
                   on t.clinic_id = p.clinic_id and t.session_id = p.session_id and t.role = 'therapist'
                   where p.clinic_id = $1 and p.role = 'patient' and t.person_id = $2)";
    entries(store, clinic, treated, [clinic.0.into(), therapist.0.into()]).await
}

async fn entries(
    store: &Store,
    clinic: ClinicId,
    whose: &str,
    values: [Value; 2],
) -> Result<Vec<Entry>, Failure> {
    let sql = format!(
        "select id, patient_id, session_id, written_at, shared, entry from care_journal
         where clinic_id = $1 and {whose} order by written_at desc, id desc limit {ROWS_MAX}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
    let mut entries = vec![];
    for row in &rows {
        entries.push(opened(store, clinic, row).await?);
    }
    Ok(entries)
}

async fn opened(store: &Store, clinic: ClinicId, row: &QueryResult) -> Result<Entry, Failure> {
    let id: RecordId = store::id(row, "id")?;
    let patient: PersonId = store::id(row, "patient_id")?;
    let sealed: Vec<u8> = row.try_get("", "entry")?;
    let plain = store.open(&place(clinic, patient, "care_journal", "entry", id), &sealed).await?;
    let text = String::from_utf8(plain).map_err(|error| Failure::Stored(error.utf8_error().to_string()))?;
    Ok(Entry {
        id,
        patient,
        session: store::maybe_id(row, "session_id")?,
        written_at: store::at(row, "written_at")?,
        shared: row.try_get("", "shared")?,
        text: Private::new(text),
    })
}
