//! The clinic's patients: for whom an order may be written.

use chassis::schema::Statements;

pub(super) const PATIENTS: Statements = Statements(
    "m0003_patients",
    &[
        // As identity says; an order is written before the first session is booked.
        "create table care_patient (clinic_id {uuid} not null, person_id {uuid} not null,
            primary key (clinic_id, person_id))",
    ],
);
