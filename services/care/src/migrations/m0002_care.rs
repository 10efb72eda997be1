//! Orders, doses, sessions, visits, answers, mornings and the journal.

use chassis::schema::Statements;

pub(super) const CARE: Statements = Statements(
    "m0002_care",
    &[
    // What a prescriber wrote. Terms are sealed with the patient's key.
    "create table care_order (clinic_id {uuid} not null, id {uuid} not null, patient_id {uuid} not null,
        prescriber_id {uuid} not null, written_at bigint not null, terms {bytes} not null,
        primary key (clinic_id, id))",
    "create index care_order_patient on care_order (clinic_id, patient_id, written_at)",
    // What the house heard about doses; the id is the event's, so that hearing twice is harmless. No amount means
    // that it began; an amount is sealed with the patient's key.
    "create table care_dose (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        taken_at bigint not null, amount {bytes}, out_of_order {bool} not null, primary key (clinic_id, id))",
    "create index care_dose_session on care_dose (clinic_id, session_id)",
    // What the house heard about the session itself.
    "create table care_session (clinic_id {uuid} not null, session_id {uuid} not null, pace bigint not null,
        discharged_at bigint, next_morning_at bigint, integration_offered_at bigint,
        primary key (clinic_id, session_id))",
    // Integration visits, while they are booked.
    "create table care_visit (clinic_id {uuid} not null, session_id {uuid} not null, patient_id {uuid} not null,
        starts_at bigint not null, booked_at bigint not null, primary key (clinic_id, session_id))",
    // Answers to instruments, sealed.
    "create table care_response (clinic_id {uuid} not null, id {uuid} not null, patient_id {uuid} not null,
        session_id {uuid}, instrument text not null, answered_at bigint not null, answers {bytes} not null,
        primary key (clinic_id, id))",
    "create index care_response_patient on care_response (clinic_id, patient_id, answered_at)",
    // Answers to the next-morning check, sealed. More than one may come: a later one may be the one that matters.
    "create table care_morning (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        patient_id {uuid} not null, answered_at bigint not null, answers {bytes} not null,
        primary key (clinic_id, id))",
    "create index care_morning_session on care_morning (clinic_id, session_id, answered_at)",
    // The journal. An entry is the patient's alone until they share it.
    "create table care_journal (clinic_id {uuid} not null, id {uuid} not null, patient_id {uuid} not null,
        session_id {uuid}, written_at bigint not null, shared {bool} not null, entry {bytes} not null,
        primary key (clinic_id, id))",
    "create index care_journal_patient on care_journal (clinic_id, patient_id, written_at)",
    ],
);
