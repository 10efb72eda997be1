//! Dose orders, and what the house heard about doses.

use super::{ROWS_MAX, place, read, written};
use care_core::dose::{Order, Terms};
use care_core::ledger::{Entry, Fact};
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, EventId, PersonId, RecordId, SessionId};
use kernel::time::Timestamp;
use proto::events::safety::{DoseBegun, DoseRecorded};
use proto::sealed::{DOSE_COUNT, DoseCount};
use sea_orm::{ConnectionTrait as _, QueryResult};

/// An order with who wrote it.
pub struct Written {
    /// Its id.
    pub id: RecordId,
    /// Who wrote it.
    pub prescriber: PersonId,
    /// The order.
    pub order: Order,
}

/// Keeps an order.
pub async fn put(work: &mut Work, id: RecordId, patient: PersonId, order: &Order) -> Result<(), Failure> {
    let place = place(work.clinic(), patient, "care_order", "terms", id);
    let terms = work.seal(&place, &written(order.terms())?).await?;
    let sql = "insert into care_order (clinic_id, id, patient_id, prescriber_id, written_at, terms)
               values ($1, $2, $3, $4, $5, $6)";
    let values = [
        work.clinic().0.into(),
        id.0.into(),
        patient.0.into(),
        work.act().actor.0.into(),
        order.written_at().micros().into(),
        terms.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// A patient's orders, newest first.
pub async fn of(store: &Store, clinic: ClinicId, patient: PersonId) -> Result<Vec<Written>, Failure> {
    let sql = format!(
        "select id, prescriber_id, written_at, terms from care_order where clinic_id = $1 and patient_id = $2
         order by written_at desc, id desc limit {ROWS_MAX}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), patient.0.into()])).await?;
    let mut orders = vec![];
    for row in &rows {
        orders.push(opened(store, clinic, patient, row).await?);
    }
    Ok(orders)
}

/// The order in force at `at`: the newest one written by then.
pub async fn in_force(
    store: &Store,
    clinic: ClinicId,
    patient: PersonId,
    at: Timestamp,
) -> Result<Option<Written>, Failure> {
    let sql = "select id, prescriber_id, written_at, terms from care_order
               where clinic_id = $1 and patient_id = $2 and written_at <= $3
               order by written_at desc, id desc limit 1";
    let values = [clinic.0.into(), patient.0.into(), at.micros().into()];
    match store.db().query_one_raw(store.sql(sql, values)).await? {
        Some(row) => opened(store, clinic, patient, &row).await.map(Some),
        None => Ok(None),
    }
}

async fn opened(
    store: &Store,
    clinic: ClinicId,
    patient: PersonId,
    row: &QueryResult,
) -> Result<Written, Failure> {
    let id: RecordId = store::id(row, "id")?;
    let sealed: Vec<u8> = row.try_get("", "terms")?;
    let terms: Terms = read(&store.open(&place(clinic, patient, "care_order", "terms", id), &sealed).await?)?;
    let order = Order::recalled(terms, store::at(row, "written_at")?);
    Ok(Written { id, prescriber: store::id(row, "prescriber_id")?, order })
}

/// A dose began, heard once.
pub async fn begun(work: &Work, event: EventId, begun: &DoseBegun) -> Result<(), Failure> {
    heard(work, event, begun.session, begun.at, (None, false)).await
}

/// A dose was recorded, heard once. How much is sealed on the bus and sealed again here, with the patient's key.
pub async fn recorded(work: &mut Work, event: EventId, recorded: &DoseRecorded) -> Result<(), Failure> {
    let plain = work.store().vault().open_from_bus(DOSE_COUNT, recorded.patient, &recorded.sealed)?;
    let place = place(work.clinic(), recorded.patient, "care_dose", "amount", RecordId(event.0));
    let amount = work.seal(&place, &plain).await?;
    heard(work, event, recorded.session, recorded.at, (Some(amount), recorded.out_of_order)).await
}

async fn heard(
    work: &Work,
    event: EventId,
    session: SessionId,
    taken_at: Timestamp,
    (amount, out_of_order): (Option<Vec<u8>>, bool),
) -> Result<(), Failure> {
    let sql = "insert into care_dose (clinic_id, id, session_id, taken_at, amount, out_of_order)
               values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    let values = [
        work.clinic().0.into(),
        event.0.into(),
        session.0.into(),
        taken_at.micros().into(),
        amount.into(),
        out_of_order.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Everything heard about doses in all of a patient's sessions.
pub async fn doses(store: &Store, clinic: ClinicId, patient: PersonId) -> Result<Vec<Entry>, Failure> {
    let sql = "select d.id, d.session_id, d.taken_at, d.amount, d.out_of_order from care_dose d
               join care_member m on m.clinic_id = d.clinic_id and m.session_id = d.session_id
               where d.clinic_id = $1 and m.role = 'patient' and m.person_id = $2 order by d.taken_at, d.id";
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), patient.0.into()])).await?;
    let mut entries = vec![];
    for row in &rows {
        let fact = told(store, clinic, patient, row).await?;
        entries.push(Entry { session: store::id(row, "session_id")?, at: store::at(row, "taken_at")?, fact });
    }
    Ok(entries)
}

async fn told(
    store: &Store,
    clinic: ClinicId,
    patient: PersonId,
    row: &QueryResult,
) -> Result<Fact, Failure> {
    let amount: Option<Vec<u8>> = row.try_get("", "amount")?;
    let Some(amount) = amount else { return Ok(Fact::Begun) };
    let place = place(clinic, patient, "care_dose", "amount", store::id(row, "id")?);
    let DoseCount { lozenges } = read(&store.open(&place, &amount).await?)?;
    Ok(Fact::Recorded { lozenges, out_of_order: row.try_get("", "out_of_order")? })
}
