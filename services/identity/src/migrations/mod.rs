//! The tables of identity. Forward only; on `SQLite` and Postgres.

use chassis::schema::{HouseLetters, HouseTables, Statements};
use sea_orm_migration::prelude::*;

/// All of them, in order.
#[derive(Debug)]
pub struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(HouseTables("identity")),
            Box::new(PEOPLE_AND_DOORS),
            Box::new(HouseLetters("identity")),
            Box::new(SECOND_CONTACTS),
        ]
    }

    fn migration_table_name() -> DynIden {
        "identity_migration".into_iden()
    }
}

/// Whom to call for a session when nobody in the home can be reached: one at a time.
const SECOND_CONTACTS: Statements = Statements(
    "m0004_second_contacts",
    &["create table identity_second_contact (clinic_id {uuid} not null, session_id {uuid} not null,
        person_id {uuid} not null, standing text not null, asked_at bigint not null, answered_at bigint,
        primary key (clinic_id, session_id))"],
);

/// Names, contacts and secrets are sealed; tokens are kept as their SHA-256 only.
const PEOPLE_AND_DOORS: Statements = Statements(
    "m0002_people_and_doors",
    &[
    "create table identity_clinic (clinic_id {uuid} not null primary key, name text not null, phone text not null,
        time_zone text not null)",
    // A sitter has no address index: they enter by link alone.
    "create table identity_person (clinic_id {uuid} not null, id {uuid} not null, role text not null,
        email_index {bytes}, named_by {uuid}, time_zone text not null, first_name {bytes} not null,
        last_name {bytes} not null, email {bytes} not null, phone {bytes} not null, created_at bigint not null,
        primary key (clinic_id, id), unique (clinic_id, email_index))",
    "create index identity_person_email on identity_person (email_index) where email_index is not null",
    "create index identity_person_role on identity_person (clinic_id, role)",
    "create table identity_credential (clinic_id {uuid} not null, person_id {uuid} not null,
        password {bytes} not null, totp {bytes} not null, set_at bigint not null,
        primary key (clinic_id, person_id))",
    // Which browser a cookie stands for. The row goes when the sign-in ends.
    "create table identity_cookie (clinic_id {uuid} not null, hash {bytes} not null, sign_in_id {uuid} not null,
        person_id {uuid} not null, role text not null, session_id {uuid}, primary key (clinic_id, hash),
        unique (clinic_id, sign_in_id))",
    "create unique index identity_cookie_hash on identity_cookie (hash)",
    "create index identity_cookie_person on identity_cookie (clinic_id, person_id)",
    "create table identity_link (clinic_id {uuid} not null, hash {bytes} not null, link_id {uuid} not null,
        person_id {uuid} not null, purpose text not null, session_id {uuid}, primary key (clinic_id, hash),
        unique (clinic_id, link_id))",
    "create unique index identity_link_hash on identity_link (hash)",
    "create index identity_link_person on identity_link (clinic_id, person_id, purpose)",
    "create table identity_session (clinic_id {uuid} not null, session_id {uuid} not null, starts_at bigint not null,
        ends_at bigint not null, drill {bool} not null, phase text not null, primary key (clinic_id, session_id))",
    // Keyed by a hash of account and network; belongs to no clinic (nil), because the account may not exist.
    "create table identity_throttle (clinic_id {uuid} not null, id {uuid} not null, state text not null,
        due_at bigint, primary key (clinic_id, id))",
    "create index identity_throttle_due on identity_throttle (due_at) where due_at is not null",
    ],
);
