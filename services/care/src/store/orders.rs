//! Dose orders, and what the house heard about doses.

use super::{ROWS_MAX, place, read, written};
use care_core::dose::{Order, Terms};
use care_core::ledger::{Entry, Fact};
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::work::Work;
use kernel::id::{ClinicId, EventId, PersonId, RecordId};
use kernel::time::Timestamp;
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

/// Notes a fact about a dose, once.
pub async fn note(work: &Work, event: EventId, entry: &Entry) -> Result<(), Failure> {
    let (lozenges, out_of_order) = match entry.fact {
        Fact::Begun => (None, false),
        Fact::Recorded { lozenges, out_of_order } => (Some(lozenges), out_of_order),
    };
    let sql = "insert into care_dose (clinic_id, id, session_id, taken_at, lozenges, out_of_order)
               values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    let values = [
        work.clinic().0.into(),
        event.0.into(),
        entry.session.0.into(),
        entry.at.micros().into(),
        lozenges.into(),
        out_of_order.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Everything heard about doses in all of a patient's sessions.
pub async fn doses(store: &Store, clinic: ClinicId, patient: PersonId) -> Result<Vec<Entry>, Failure> {
    let sql = "select d.session_id, d.taken_at, d.lozenges, d.out_of_order from care_dose d
               join care_member m on m.clinic_id = d.clinic_id and m.session_id = d.session_id
               where d.clinic_id = $1 and m.role = 'patient' and m.person_id = $2 order by d.taken_at, d.id";
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), patient.0.into()])).await?;
    rows.iter()
        .map(|row| {
            let lozenges: Option<i64> = row.try_get("", "lozenges")?;
            let out_of_order = row.try_get("", "out_of_order")?;
            let fact = lozenges.map_or(Fact::Begun, |lozenges| Fact::Recorded { lozenges, out_of_order });
            Ok(Entry { session: store::id(row, "session_id")?, at: store::at(row, "taken_at")?, fact })
        })
        .collect()
}
