//! Consents, the sitter's training, and the phone test.

use super::{Column, Reader, run, seal};
use chassis::problem::Failure;
use chassis::store::{at, maybe_at};
use chassis::work::Work;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::time::Timestamp;
use safety_core::consent::Kind;
use serde::Serialize;

/// A signature under one version of one text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed {
    pub(crate) kind: Kind,
    pub(crate) version: u32,
    pub(crate) at: Timestamp,
}

/// A signature to keep.
#[derive(Debug)]
pub(crate) struct NewSignature<'a> {
    pub(crate) person: PersonId,
    pub(crate) session: Option<SessionId>,
    pub(crate) kind: Kind,
    pub(crate) sha256: &'a str,
}

/// Keeps a signature, with the name that was typed and the answers given, sealed with the signer's key.
pub(crate) async fn sign(
    work: &mut Work,
    signature: NewSignature<'_>,
    signed: &impl Serialize,
) -> Result<RecordId, Failure> {
    let record = chassis::ids::fresh::<RecordId>();
    let column = Column { person: signature.person, table: "safety_consent", name: "signed" };
    let sealed = seal(work, column, record.0, signed).await?;
    let sql =
        "insert into safety_consent (clinic_id, id, person_id, kind, version, sha256, session_id, at, signed)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        work.clinic().0.into(),
        record.0.into(),
        signature.person.0.into(),
        signature.kind.as_str().into(),
        i64::from(signature.kind.text().version).into(),
        signature.sha256.into(),
        signature.session.map(|session| session.0).into(),
        work.now().micros().into(),
        sealed.into(),
    ];
    run(work, sql, values).await?;
    Ok(record)
}

/// Everything a person signed, oldest first.
pub(crate) async fn signed(reader: &impl Reader, person: PersonId) -> Result<Vec<Signed>, Failure> {
    let sql =
        "select kind, version, at from safety_consent where clinic_id = $1 and person_id = $2 order by at";
    let rows = reader.rows(sql, [reader.clinic().0.into(), person.0.into()]).await?;
    rows.iter()
        .map(|row| {
            let word: String = row.try_get("", "kind")?;
            let version: i64 = row.try_get("", "version")?;
            let kind = Kind::read(&word).ok_or_else(|| Failure::Stored(format!("consent {word}")))?;
            let version = u32::try_from(version).map_err(|error| Failure::Stored(error.to_string()))?;
            Ok(Signed { kind, version, at: at(row, "at")? })
        })
        .collect()
}

/// One finished quiz.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quiz {
    pub(crate) person: PersonId,
    pub(crate) session: SessionId,
    pub(crate) score: usize,
    pub(crate) passed: bool,
}

/// Keeps the outcome of a quiz.
pub(crate) async fn trained(work: &Work, quiz: Quiz) -> Result<(), Failure> {
    let sql = "insert into safety_training (clinic_id, id, person_id, session_id, score, passed, at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        work.clinic().0.into(),
        chassis::ids::fresh::<RecordId>().0.into(),
        quiz.person.0.into(),
        quiz.session.0.into(),
        i64::try_from(quiz.score).unwrap_or(0).into(),
        quiz.passed.into(),
        work.now().micros().into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// When a person last passed the training.
pub(crate) async fn training_at(
    reader: &impl Reader,
    person: PersonId,
) -> Result<Option<Timestamp>, Failure> {
    let sql =
        "select max(at) as at from safety_training where clinic_id = $1 and person_id = $2 and passed = $3";
    let rows = reader.rows(sql, [reader.clinic().0.into(), person.0.into(), true.into()]).await?;
    Ok(rows.first().map(|row| maybe_at(row, "at")).transpose()?.flatten())
}

/// Keeps the outcome of a phone test.
pub(crate) async fn phone_tested(
    work: &Work,
    session: SessionId,
    person: PersonId,
    passed: bool,
) -> Result<(), Failure> {
    let sql = "insert into safety_phone_test (clinic_id, id, session_id, person_id, passed, at)
        values ($1, $2, $3, $4, $5, $6)";
    let values = [
        work.clinic().0.into(),
        chassis::ids::fresh::<RecordId>().0.into(),
        session.0.into(),
        person.0.into(),
        passed.into(),
        work.now().micros().into(),
    ];
    run(work, sql, values).await.map(drop)
}

/// When the sitter's phone passed; nothing if its last test failed.
pub(crate) async fn phone_at(
    reader: &impl Reader,
    session: SessionId,
    person: PersonId,
) -> Result<Option<Timestamp>, Failure> {
    let sql = "select passed, at from safety_phone_test where clinic_id = $1 and session_id = $2
        and person_id = $3 order by at desc, id desc limit 1";
    let rows = reader.rows(sql, [reader.clinic().0.into(), session.0.into(), person.0.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let passed: bool = row.try_get("", "passed")?;
    Ok(if passed { Some(at(row, "at")?) } else { None })
}
