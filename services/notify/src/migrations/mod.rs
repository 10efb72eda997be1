//! The tables of notify.

use chassis::schema::{HouseLetters, HouseTables, Statements};
use sea_orm_migration::prelude::*;

/// All of them, in order. Forward only.
pub struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(HouseTables("notify")),
            Box::new(CONTACTS_AND_DELIVERIES),
            Box::new(HouseLetters("notify")),
        ]
    }

    /// Services may share one `SQLite` file: each keeps its own list.
    fn migration_table_name() -> DynIden {
        "notify_migrations".into_iden()
    }
}

const CONTACTS_AND_DELIVERIES: Statements = Statements(
    "m0002_contacts_and_deliveries",
    &[
    // How to reach a person, sealed with the person's own key.
    "create table notify_contact (clinic_id {uuid} not null, person_id {uuid} not null, role text not null,
        contact {bytes} not null, updated_at bigint not null, primary key (clinic_id, person_id))",
    // One message to one person: the machine's state in plain JSON, for it holds times and counts only.
    // The link token is sealed, and gone once the message has left.
    "create table notify_delivery (clinic_id {uuid} not null, id {uuid} not null, person_id {uuid} not null,
        session_id {uuid}, template text not null, drill {bool} not null, token {bytes}, invite_sequence bigint,
        starts_at bigint, ends_at bigint, version bigint not null, phase text not null, due_at bigint,
        state text not null, last_answer text, created_at bigint not null, updated_at bigint not null,
        check (invite_sequence is null or (starts_at is not null and ends_at is not null)),
        primary key (clinic_id, id))",
    "create index notify_delivery_due on notify_delivery (due_at) where due_at is not null",
    "create index notify_delivery_person on notify_delivery (clinic_id, person_id, phase)",
    // The calendar entry of a session: its sequence only rises (RFC 5545, 3.8.7.4).
    "create table notify_invite (clinic_id {uuid} not null, session_id {uuid} not null, sequence bigint not null,
        starts_at bigint not null, ends_at bigint not null, drill {bool} not null,
        primary key (clinic_id, session_id))",
    ],
);
