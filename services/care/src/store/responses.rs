//! Answers to instruments.

use super::{ROWS_MAX, place, read, written};
use care_core::instrument::Instrument;
use care_core::outcome::Answers;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId, RecordId, SessionId};
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, QueryResult};

/// One set of answers.
pub struct Response {
    /// Its id.
    pub id: RecordId,
    /// The session it belongs to, if any.
    pub session: Option<SessionId>,
    /// Which instrument.
    pub instrument: Instrument,
    /// When.
    pub answered_at: Timestamp,
    /// The answers.
    pub answers: Answers,
}

/// Keeps answers, sealed with the patient's key.
pub async fn put(
    work: &mut Work,
    id: RecordId,
    session: Option<SessionId>,
    answers: &Answers,
) -> Result<(), Failure> {
    let patient = work.act().actor;
    let place = place(work.clinic(), patient, "care_response", "answers", id);
    let sealed = work.seal(&place, &written(&answers.values())?).await?;
    let sql =
        "insert into care_response (clinic_id, id, patient_id, session_id, instrument, answered_at, answers)
               values ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        work.clinic().0.into(),
        id.0.into(),
        patient.0.into(),
        session.map(|session| session.0).into(),
        answers.instrument().as_str().into(),
        work.now().micros().into(),
        sealed.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// The patient's last answers to an instrument, before the one being given.
pub async fn last(
    work: &Work,
    patient: PersonId,
    instrument: Instrument,
) -> Result<Option<Answers>, Failure> {
    let sql =
        "select id, answers from care_response where clinic_id = $1 and patient_id = $2 and instrument = $3
               order by answered_at desc, id desc limit 1";
    let values = [work.clinic().0.into(), patient.0.into(), instrument.as_str().into()];
    let Some(row) = work.tx().query_one_raw(work.store().sql(sql, values)).await? else { return Ok(None) };
    let id = store::id(&row, "id")?;
    let sealed: Vec<u8> = row.try_get("", "answers")?;
    let plain = work.open(&place(work.clinic(), patient, "care_response", "answers", id), &sealed).await?;
    parsed(instrument, &plain).map(Some)
}

/// A patient's answers, oldest first; the newest when there are more than a page holds.
pub async fn of(store: &Store, clinic: ClinicId, patient: PersonId) -> Result<Vec<Response>, Failure> {
    let sql = format!(
        "select id, session_id, instrument, answered_at, answers from care_response
         where clinic_id = $1 and patient_id = $2 order by answered_at desc, id desc limit {ROWS_MAX}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), patient.0.into()])).await?;
    let mut responses = vec![];
    for row in rows.iter().rev() {
        responses.push(opened(store, clinic, patient, row).await?);
    }
    Ok(responses)
}

async fn opened(
    store: &Store,
    clinic: ClinicId,
    patient: PersonId,
    row: &QueryResult,
) -> Result<Response, Failure> {
    let id: RecordId = store::id(row, "id")?;
    let sealed: Vec<u8> = row.try_get("", "answers")?;
    let plain = store.open(&place(clinic, patient, "care_response", "answers", id), &sealed).await?;
    let word: String = row.try_get("", "instrument")?;
    let instrument = word.parse().map_err(|_word| Failure::Stored(format!("instrument {word}")))?;
    Ok(Response {
        id,
        session: store::maybe_id(row, "session_id")?,
        instrument,
        answered_at: store::at(row, "answered_at")?,
        answers: parsed(instrument, &plain)?,
    })
}

fn parsed(instrument: Instrument, plain: &[u8]) -> Result<Answers, Failure> {
    Answers::given(instrument, read(plain)?).map_err(|refusal| Failure::Stored(refusal.to_string()))
}
