//! The tables of safety. Forward only; on `SQLite` and Postgres.

mod handover;
mod house;

use chassis::schema::{HouseLetters, HouseTables, Statements};
use sea_orm_migration::prelude::*;

/// All of them, in order.
pub struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(HouseTables("safety")),
            Box::new(SESSION_TABLES),
            Box::new(HouseLetters("safety")),
            Box::new(PAGER),
            Box::new(house::HOUSE),
            Box::new(handover::HANDOVER),
            Box::new(SCREEN),
        ]
    }

    fn migration_table_name() -> DynIden {
        "safety_migration".into_iden()
    }
}

/// How the page before a session stands, as checkins said it last.
const PAGER: Statements = Statements(
    "m0004_pager",
    &[
        "alter table safety_session add column page_standing text",
        "alter table safety_session add column page_hole text",
        "alter table safety_session add column page_current bigint not null default 0",
    ],
);

/// When the therapist heard the alarm on their screen.
const SCREEN: Statements =
    Statements("m0007_screen", &["alter table safety_session add column screen_at bigint"]);

/// Plain columns hold ids, kinds and times. What people say or measure is sealed with the patient's key.
const SESSION_TABLES: Statements = Statements(
    "m0002_session_tables",
    &[
    // Beside the sealed machine: what the board and the evidence need without opening it.
    "create table safety_session (clinic_id {uuid} not null, id {uuid} not null, patient_id {uuid} not null,
        sitter_id {uuid}, therapist_id {uuid} not null, prescriber_id {uuid}, on_call_id {uuid} not null,
        starts_at bigint not null, ends_at bigint not null, drill {bool} not null, pace bigint not null,
        phase text not null, since_at bigint not null, dose_at bigint, last_dose_at bigint,
        presence_at bigint, on_call_at bigint, watch_at bigint, morning_at bigint,
        primary key (clinic_id, id))",
    "create index safety_session_day on safety_session (clinic_id, starts_at)",
    "create index safety_session_patient on safety_session (clinic_id, patient_id)",
    "create index safety_session_therapist on safety_session (clinic_id, therapist_id, phase)",
    // Cancellations heard before their booking.
    "create table safety_cancelled (clinic_id {uuid} not null, session_id {uuid} not null, at bigint not null,
        primary key (clinic_id, session_id))",
    // Every answer to the checklist, never overwritten.
    "create table safety_attestation (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        item text not null, role text not null, person_id {uuid} not null, at bigint not null,
        answer {bytes} not null, primary key (clinic_id, id))",
    "create index safety_attestation_session on safety_attestation (clinic_id, session_id, at)",
    // Every reading, never overwritten.
    "create table safety_vitals (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        person_id {uuid} not null, role text not null, moment text not null, taken_at bigint not null,
        recorded_at bigint not null, reading {bytes} not null, primary key (clinic_id, id))",
    "create index safety_vitals_session on safety_vitals (clinic_id, session_id, recorded_at)",
    // Everything else that was said and signed: decisions, doses, criteria, reasons, notes.
    "create table safety_statement (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        kind text not null, person_id {uuid} not null, role text not null, at bigint not null,
        content {bytes} not null, primary key (clinic_id, id))",
    "create index safety_statement_session on safety_statement (clinic_id, session_id, kind, at)",
    // Where the patient is today.
    "create table safety_address (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        person_id {uuid} not null, at bigint not null, address {bytes} not null, primary key (clinic_id, id))",
    "create index safety_address_session on safety_address (clinic_id, session_id, at)",
    "create table safety_consent (clinic_id {uuid} not null, id {uuid} not null, person_id {uuid} not null,
        kind text not null, version bigint not null, sha256 text not null, session_id {uuid}, at bigint not null,
        signed {bytes} not null, primary key (clinic_id, id))",
    "create index safety_consent_person on safety_consent (clinic_id, person_id, kind)",
    "create table safety_training (clinic_id {uuid} not null, id {uuid} not null, person_id {uuid} not null,
        session_id {uuid} not null, score bigint not null, passed {bool} not null, at bigint not null,
        primary key (clinic_id, id))",
    "create index safety_training_person on safety_training (clinic_id, person_id, at)",
    "create table safety_phone_test (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        person_id {uuid} not null, passed {bool} not null, at bigint not null, primary key (clinic_id, id))",
    "create index safety_phone_test_session on safety_phone_test (clinic_id, session_id, at)",
    // A stop sign over a patient, lifted only by a prescriber.
    "create table safety_hold (clinic_id {uuid} not null, id {uuid} not null, patient_id {uuid} not null,
        session_id {uuid} not null, drill {bool} not null, cause text not null, placed_by {uuid} not null,
        placed_at bigint not null, lifted_by {uuid}, lifted_at bigint, primary key (clinic_id, id))",
    "create index safety_hold_open on safety_hold (clinic_id, patient_id) where lifted_at is null",
    // That a session saw a red set: two within thirty days ask for a review.
    "create table safety_red_day (clinic_id {uuid} not null, session_id {uuid} not null, patient_id {uuid} not null,
        at bigint not null, primary key (clinic_id, session_id))",
    "create index safety_red_day_patient on safety_red_day (clinic_id, patient_id, at)",
    // Incidents of this session, as checkins says them.
    "create table safety_incident (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        severity text not null, opened_at bigint not null, resolved_at bigint, primary key (clinic_id, id))",
    "create index safety_incident_session on safety_incident (clinic_id, session_id)",
    ],
);
