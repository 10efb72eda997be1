//! What people said and measured: kept for good, sealed with the patient's key.

use super::sessions::Folder;
use super::{Column, Reader, run, seal, unseal};
use chassis::problem::Failure;
use chassis::store::{at, id};
use chassis::work::Work;
use kernel::id::{PersonId, RecordId};
use kernel::role::Role;
use kernel::time::Timestamp;
use safety_core::checklist::{Answer, Attestation};
use safety_core::vitals::{Moment, Reading, counted_at};
use sea_orm::QueryResult;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const ATTESTATION: &str = "safety_attestation";
const VITALS: &str = "safety_vitals";
const STATEMENT: &str = "safety_statement";
const ADDRESS: &str = "safety_address";

/// Who says something, and as what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speaker {
    pub(crate) person: PersonId,
    pub(crate) role: Role,
}

/// What a checklist answer keeps sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    answer: Answer,
    reason: Option<String>,
}

/// One answer with who gave it.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) by: PersonId,
    pub(crate) attestation: Attestation,
}

/// Keeps one answer to one item.
pub(crate) async fn attest(
    work: &mut Work,
    folder: &Folder,
    speaker: Speaker,
    item: &str,
    said: (Answer, Option<String>),
) -> Result<RecordId, Failure> {
    let record = chassis::ids::fresh::<RecordId>();
    let column = Column { person: folder.patient, table: ATTESTATION, name: "answer" };
    let sealed = seal(work, column, record.0, &Said { answer: said.0, reason: said.1 }).await?;
    let sql = "insert into safety_attestation (clinic_id, id, session_id, item, role, person_id, at, answer)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        work.clinic().0.into(),
        record.0.into(),
        folder.session.0.into(),
        item.into(),
        speaker.role.as_str().into(),
        speaker.person.0.into(),
        work.now().micros().into(),
        sealed.into(),
    ];
    run(work, sql, values).await?;
    Ok(record)
}

/// The latest answer of each role to each item, oldest first.
pub(crate) async fn attestations(reader: &impl Reader, folder: &Folder) -> Result<Vec<Answered>, Failure> {
    let sql = "select id, item, role, person_id, at, answer from safety_attestation
        where clinic_id = $1 and session_id = $2 order by at, id";
    let rows = reader.rows(sql, [reader.clinic().0.into(), folder.session.0.into()]).await?;
    let column = Column { person: folder.patient, table: ATTESTATION, name: "answer" };
    let mut latest: BTreeMap<(String, Role), &QueryResult> = BTreeMap::new();
    for row in &rows {
        latest.insert((row.try_get("", "item")?, role(row)?), row);
    }
    let mut answers = vec![];
    for ((item, role), row) in latest {
        let said: Said = unseal(reader, column, row).await?;
        let attestation = Attestation { item, role, answer: said.answer, at: at(row, "at")? };
        answers.push(Answered { by: id(row, "person_id")?, attestation });
    }
    answers.sort_by_key(|answered| answered.attestation.at);
    Ok(answers)
}

fn role(row: &QueryResult) -> Result<Role, Failure> {
    let word: String = row.try_get("", "role")?;
    word.parse().map_err(|_word| Failure::Stored(format!("role {word}")))
}

/// One kept reading.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) record: RecordId,
    pub(crate) by: PersonId,
    pub(crate) moment: Moment,
    pub(crate) taken_at: Timestamp,
    pub(crate) recorded_at: Timestamp,
    pub(crate) reading: Reading,
}

/// Keeps one reading as it was read aloud.
pub(crate) async fn measure(
    work: &mut Work,
    folder: &Folder,
    speaker: Speaker,
    moment: Moment,
    taken: (Timestamp, Reading),
) -> Result<RecordId, Failure> {
    let record = chassis::ids::fresh::<RecordId>();
    let column = Column { person: folder.patient, table: VITALS, name: "reading" };
    let sealed = seal(work, column, record.0, &taken.1).await?;
    let sql = "insert into safety_vitals (clinic_id, id, session_id, person_id, role, moment, taken_at,
        recorded_at, reading) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        work.clinic().0.into(),
        record.0.into(),
        folder.session.0.into(),
        speaker.person.0.into(),
        speaker.role.as_str().into(),
        moment.as_str().into(),
        taken.0.micros().into(),
        work.now().micros().into(),
        sealed.into(),
    ];
    run(work, sql, values).await?;
    Ok(record)
}

/// Every reading of a session, in the order they count.
pub(crate) async fn vitals(reader: &impl Reader, folder: &Folder) -> Result<Vec<Measured>, Failure> {
    let sql = "select id, person_id, moment, taken_at, recorded_at, reading from safety_vitals
        where clinic_id = $1 and session_id = $2 order by recorded_at, id";
    let rows = reader.rows(sql, [reader.clinic().0.into(), folder.session.0.into()]).await?;
    let column = Column { person: folder.patient, table: VITALS, name: "reading" };
    let mut all = vec![];
    for row in &rows {
        let word: String = row.try_get("", "moment")?;
        let moment = Moment::read(&word).ok_or_else(|| Failure::Stored(format!("moment {word}")))?;
        let (taken_at, recorded_at) = (at(row, "taken_at")?, at(row, "recorded_at")?);
        let kept: Reading = unseal(reader, column, row).await?;
        let reading = Reading { at: counted_at(taken_at, recorded_at), ..kept };
        let (record, by) = (id(row, "id")?, id(row, "person_id")?);
        all.push(Measured { record, by, moment, taken_at, recorded_at, reading });
    }
    all.sort_by_key(|measured| measured.reading.at);
    Ok(all)
}

/// What kind of thing was said or signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The prescriber on amber.
    Decision,
    /// A dose as a fact.
    Dose,
    /// The discharge criteria.
    Discharge,
    /// Why it ended another way.
    End,
    /// What the closing signature adds.
    Closure,
    /// Why a hold was placed or lifted.
    Hold,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Dose => "dose",
            Self::Discharge => "discharge",
            Self::End => "end",
            Self::Closure => "closure",
            Self::Hold => "hold",
        }
    }
}

/// Something said, with who said it and when.
#[derive(Debug, Clone)]
pub(crate) struct Statement<T> {
    pub(crate) at: Timestamp,
    pub(crate) content: T,
}

/// Keeps something said.
pub(crate) async fn state(
    work: &mut Work,
    folder: &Folder,
    speaker: Speaker,
    kind: Kind,
    content: &impl Serialize,
) -> Result<RecordId, Failure> {
    let record = chassis::ids::fresh::<RecordId>();
    let column = Column { person: folder.patient, table: STATEMENT, name: "content" };
    let sealed = seal(work, column, record.0, content).await?;
    let sql = "insert into safety_statement (clinic_id, id, session_id, kind, person_id, role, at, content)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        work.clinic().0.into(),
        record.0.into(),
        folder.session.0.into(),
        kind.as_str().into(),
        speaker.person.0.into(),
        speaker.role.as_str().into(),
        work.now().micros().into(),
        sealed.into(),
    ];
    run(work, sql, values).await?;
    Ok(record)
}

/// The last thing said of this kind.
pub(crate) async fn last_statement<T: DeserializeOwned>(
    reader: &impl Reader,
    folder: &Folder,
    kind: Kind,
) -> Result<Option<Statement<T>>, Failure> {
    let sql = "select id, at, content from safety_statement
        where clinic_id = $1 and session_id = $2 and kind = $3 order by at desc, id desc limit 1";
    let values = [reader.clinic().0.into(), folder.session.0.into(), kind.as_str().into()];
    let rows = reader.rows(sql, values).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let column = Column { person: folder.patient, table: STATEMENT, name: "content" };
    Ok(Some(Statement { at: at(row, "at")?, content: unseal(reader, column, row).await? }))
}

/// Keeps where the patient is today.
pub(crate) async fn locate(
    work: &mut Work,
    folder: &Folder,
    speaker: Speaker,
    address: &impl Serialize,
) -> Result<(), Failure> {
    let record = chassis::ids::fresh::<RecordId>();
    let column = Column { person: folder.patient, table: ADDRESS, name: "address" };
    let sealed = seal(work, column, record.0, address).await?;
    let sql = "insert into safety_address (clinic_id, id, session_id, person_id, at, address)
        values ($1, $2, $3, $4, $5, $6)";
    let values = [
        work.clinic().0.into(),
        record.0.into(),
        folder.session.0.into(),
        speaker.person.0.into(),
        work.now().micros().into(),
        sealed.into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// Where the patient is, as confirmed last, and when.
pub(crate) async fn address<T: DeserializeOwned>(
    reader: &impl Reader,
    folder: &Folder,
) -> Result<Option<Statement<T>>, Failure> {
    let sql = "select id, at, address from safety_address
        where clinic_id = $1 and session_id = $2 order by at desc, id desc limit 1";
    let rows = reader.rows(sql, [reader.clinic().0.into(), folder.session.0.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let column = Column { person: folder.patient, table: ADDRESS, name: "address" };
    Ok(Some(Statement { at: at(row, "at")?, content: unseal(reader, column, row).await? }))
}

/// When the address was confirmed last: the gate needs no more.
pub(crate) async fn address_at(reader: &impl Reader, folder: &Folder) -> Result<Option<Timestamp>, Failure> {
    let sql = "select at from safety_address
        where clinic_id = $1 and session_id = $2 order by at desc limit 1";
    let rows = reader.rows(sql, [reader.clinic().0.into(), folder.session.0.into()]).await?;
    Ok(rows.first().map(|row| at(row, "at")).transpose()?)
}
