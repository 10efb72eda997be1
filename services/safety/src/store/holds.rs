//! Stop signs over a patient, and the red days that ask for one.

use super::sessions::Folder;
use super::{Reader, run};
use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::{PersonId, RecordId};
use kernel::time::Span;

/// A stop sign to put up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewHold {
    pub(crate) cause: &'static str,
    pub(crate) by: PersonId,
}

/// Puts up a stop sign, once per cause.
pub(crate) async fn place(work: &mut Work, folder: &Folder, hold: NewHold) -> Result<(), Failure> {
    if open(work, folder).await?.iter().any(|cause| cause == hold.cause) {
        return Ok(());
    }
    let sql =
        "insert into safety_hold (clinic_id, id, patient_id, session_id, drill, cause, placed_by, placed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        work.clinic().0.into(),
        chassis::ids::fresh::<RecordId>().0.into(),
        folder.patient.0.into(),
        folder.session.0.into(),
        folder.drill.into(),
        hold.cause.into(),
        hold.by.0.into(),
        work.now().micros().into(),
    ];
    run(work, sql, values).await?;
    work.audit("hold.placed", hold.cause, Some(folder.session));
    Ok(())
}

/// The causes of the open stop signs over this session's patient. A drill's holds bind only that drill.
pub(crate) async fn open(reader: &impl Reader, folder: &Folder) -> Result<Vec<String>, Failure> {
    let sql = "select cause from safety_hold where clinic_id = $1 and patient_id = $2 and lifted_at is null
        and (drill = $3 or session_id = $4) order by placed_at";
    let values = [reader.clinic().0.into(), folder.patient.0.into(), false.into(), folder.session.0.into()];
    let rows = reader.rows(sql, values).await?;
    rows.iter().map(|row| Ok(row.try_get("", "cause")?)).collect()
}

/// Takes down every stop sign over this session's patient.
pub(crate) async fn lift(work: &mut Work, folder: &Folder, by: PersonId) -> Result<u64, Failure> {
    let sql = "update safety_hold set lifted_by = $1, lifted_at = $2
        where clinic_id = $3 and patient_id = $4 and lifted_at is null and (drill = $5 or session_id = $6)";
    let values = [
        by.0.into(),
        work.now().micros().into(),
        work.clinic().0.into(),
        folder.patient.0.into(),
        false.into(),
        folder.session.0.into(),
    ];
    run(work, sql, values).await
}

/// Red sets in this many days ask for a review (clinical.md §4.3).
const RED_WINDOW: Span = Span::hours(24 * 30);

/// Notes that this real session saw a red set. Says on how many days of the last thirty that was so.
pub(crate) async fn note_red(work: &Work, folder: &Folder) -> Result<usize, Failure> {
    let sql = "insert into safety_red_day (clinic_id, session_id, patient_id, at) values ($1, $2, $3, $4)
        on conflict do nothing";
    let values = [
        work.clinic().0.into(),
        folder.session.0.into(),
        folder.patient.0.into(),
        work.now().micros().into(),
    ];
    run(work, sql, values).await?;
    let sql = "select session_id from safety_red_day where clinic_id = $1 and patient_id = $2 and at >= $3";
    let since = work.now().minus(RED_WINDOW).micros();
    Ok(work.rows(sql, [work.clinic().0.into(), folder.patient.0.into(), since.into()]).await?.len())
}
