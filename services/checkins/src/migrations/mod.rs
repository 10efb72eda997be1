//! The tables of checkins. Forward only; on `SQLite` and Postgres.

mod asked;
mod browsers;
mod channels;
mod numbers;
mod pager;
mod second_contact;
mod tasks;

use chassis::schema::{HouseLetters, HouseTables, Statements};
use sea_orm_migration::prelude::*;

/// All of them, in order.
pub struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(HouseTables("checkins")),
            Box::new(WATCH_TABLES),
            Box::new(HouseLetters("checkins")),
            Box::new(LADDER_AND_AUDITOR),
            Box::new(channels::CHANNELS),
            Box::new(SIGNS),
            Box::new(PHONES),
            Box::new(pager::PAGER),
            Box::new(tasks::TASKS),
            Box::new(browsers::BROWSERS),
            Box::new(numbers::NUMBERS),
            Box::new(asked::ASKED),
            Box::new(LEASE_BY),
            Box::new(second_contact::SECOND_CONTACT),
        ]
    }

    fn migration_table_name() -> DynIden {
        "checkins_migration".into_iden()
    }
}

/// Which engine holds a message, by where it listens: what it held when it died, it takes back when it is here again.
const LEASE_BY: Statements =
    Statements("m0012_lease_by", &["alter table checkins_notification add column lease_by text"]);

/// Who and what a dosed session shows of itself, and since when it does not.
const SIGNS: Statements = Statements(
    "m0005_signs",
    &[
    "create table checkins_sign (clinic_id {uuid} not null, session_id {uuid} not null, sign text not null,
        seen_at bigint, due_at bigint, silent_since bigint, told_at bigint,
        primary key (clinic_id, session_id, sign))",
    "create index checkins_sign_due on checkins_sign (due_at) where due_at is not null",
    ],
);

const LADDER_AND_AUDITOR: Statements = Statements(
    "m0003_ladder_and_auditor",
    &[
        // A setting of the clinic, with who wanted it and who agreed. Nothing personal: reasons are about the clinic.
        "create table checkins_ladder (clinic_id {uuid} not null, version bigint not null,
    ladder text not null, reason text not null, proposed_by {uuid} not null, proposed_role text not null,
    proposed_at bigint not null, published_by {uuid}, published_at bigint, primary key (clinic_id, version))",
        // What the auditor asks every 5 s: the first is empty in a house that is well, the others find what is recent.
        "create index checkins_watch_adrift on checkins_watch (clinic_id) where phase = 'watching' and due_at is null",
        "create index checkins_deadline_settled on checkins_deadline (settled_at) where state in ('missed', 'satisfied')",
        // What was sent is marked at once, and told of afterwards.
        "alter table checkins_attempt add column told_at bigint",
        "update checkins_attempt set told_at = at",
        "create index checkins_attempt_untold on checkins_attempt (at) where told_at is null",
        "create index checkins_notification_taken on checkins_notification (settled_at) where state = 'accepted'",
    ],
);

/// A phone is a sign-in, and brings two public keys: one for ordinary answers, one that also calls for help quietly.
const PHONES: Statements = Statements(
    "m0006_phones",
    &[
    "create table checkins_phone (clinic_id {uuid} not null, session_id {uuid} not null, sign_in_id {uuid} not null,
        person_id {uuid} not null, answer_key {bytes} not null, quiet_key {bytes} not null, registered_at bigint not null,
        primary key (clinic_id, session_id, sign_in_id))",
    "alter table checkins_answer add column signature text not null default 'unsigned'",
    ],
);

/// Ids, kinds and times only, in plain columns: alarms need no keys, and invariants are SQL.
/// Answers and notes are sealed.
const WATCH_TABLES: Statements = Statements(
    "m0002_watch_tables",
    &[
    "create table checkins_watch (clinic_id {uuid} not null, session_id {uuid} not null, patient_id {uuid} not null,
        version bigint not null, phase text not null, due_at bigint, state text not null,
        drill {bool} not null, on_call_confirmed_at bigint, on_call_paged_at bigint, opened_at bigint not null,
        primary key (clinic_id, session_id))",
    "create index checkins_watch_due on checkins_watch (due_at) where due_at is not null",
    "create table checkins_deadline (clinic_id {uuid} not null, session_id {uuid} not null, kind text not null,
        sequence bigint not null, due_at bigint not null, deadline_at bigint not null, state text not null,
        settled_at bigint, primary key (clinic_id, session_id, kind, sequence),
        check (state in ('armed', 'satisfied', 'missed', 'cancelled')))",
    "create index checkins_deadline_armed on checkins_deadline (deadline_at) where state = 'armed'",
    "create table checkins_answer (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        person_id {uuid} not null, sequence bigint not null, severity text not null, counted text not null,
        source text not null, answered_at bigint not null, received_at bigint not null, late_micros bigint not null,
        answers {bytes} not null, primary key (clinic_id, id))",
    "create index checkins_answer_session on checkins_answer (clinic_id, session_id, received_at)",
    "create table checkins_support (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        person_id {uuid} not null, asked_at bigint not null, deadline_at bigint not null, seen_at bigint,
        seen_by {uuid}, state text not null, primary key (clinic_id, id),
        check (state in ('armed', 'seen', 'missed')))",
    "create index checkins_support_armed on checkins_support (deadline_at) where state = 'armed'",
    "create table checkins_incident (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        patient_id {uuid} not null, cause text not null, severity text not null, version bigint not null,
        phase text not null, due_at bigint, state text not null, opened_at bigint not null, note {bytes},
        primary key (clinic_id, id))",
    "create unique index checkins_incident_open on checkins_incident (clinic_id, session_id, cause)
        where phase <> 'resolved'",
    "create index checkins_incident_due on checkins_incident (due_at) where due_at is not null",
    // The idempotency key is (incident or session, step, round, person, channel): telling twice is one row.
    "create table checkins_notification (clinic_id {uuid} not null, id {uuid} not null, subject_id {uuid} not null,
        session_id {uuid} not null, incident_id {uuid}, kind text not null, step bigint not null, round bigint not null,
        person_id {uuid} not null, channel text not null, state text not null, attempts bigint not null,
        next_at bigint not null, lease_until bigint not null, fence bigint not null, created_at bigint not null,
        settled_at bigint, provider_ref text, primary key (clinic_id, id),
        unique (clinic_id, subject_id, kind, step, round, person_id, channel),
        check (state in ('pending', 'leased', 'accepted', 'delivered', 'superseded')))",
    "create index checkins_notification_open on checkins_notification (next_at)
        where state in ('pending', 'leased')",
    "create index checkins_notification_incident on checkins_notification (clinic_id, incident_id)",
    "create table checkins_attempt (clinic_id {uuid} not null, id {uuid} not null, notification_id {uuid} not null,
        at bigint not null, fence bigint not null, outcome text not null, provider_ref text,
        primary key (clinic_id, id))",
    // One-use links; only the hash is kept.
    "create table checkins_link (clinic_id {uuid} not null, token_hash text not null, kind text not null,
        session_id {uuid} not null, incident_id {uuid}, person_id {uuid} not null, role text not null,
        expires_at bigint not null, used_at bigint, primary key (clinic_id, token_hash))",
    "create unique index checkins_link_token on checkins_link (token_hash)",
    "create table checkins_contact (clinic_id {uuid} not null, person_id {uuid} not null, role text not null,
        sealed text not null, changed_at bigint not null, primary key (clinic_id, person_id))",
    ],
);
