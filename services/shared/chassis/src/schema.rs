//! Tables: one text for SQLite and Postgres, and the tables that every service has.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Runs DDL written once: `{uuid}`, `{bytes}`, `{serial}` and `{bool}` become each store's own words.
///
/// # Errors
/// When the store refuses the statement.
pub async fn ddl(manager: &SchemaManager<'_>, text: &str) -> Result<(), DbErr> {
    let words = if is_postgres(manager) {
        [
            ("{uuid}", "uuid"),
            ("{bytes}", "bytea"),
            ("{serial}", "bigserial primary key"),
            ("{bool}", "boolean"),
        ]
    } else {
        [
            ("{uuid}", "blob"),
            ("{bytes}", "blob"),
            ("{serial}", "integer primary key autoincrement"),
            ("{bool}", "boolean"),
        ]
    };
    let text = words.iter().fold(text.to_owned(), |text, (word, own)| text.replace(word, own));
    manager.get_connection().execute_unprepared(&text).await?;
    Ok(())
}

/// Whether this migration runs on Postgres.
pub fn is_postgres(manager: &SchemaManager<'_>) -> bool {
    manager.get_database_backend() == DbBackend::Postgres
}

/// One step of a service's own tables: the name it is remembered by, and what it runs on either store.
#[derive(Debug)]
pub struct Statements(pub &'static str, pub &'static [&'static str]);

impl MigrationName for Statements {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Statements {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in self.1 {
            ddl(manager, statement).await?;
        }
        Ok(())
    }

    /// On SQLite too, so that a failed migration leaves nothing half done.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// The tables that every service has, under its own prefix.
#[derive(Debug)]
pub struct HouseTables(pub &'static str);

impl MigrationName for HouseTables {
    fn name(&self) -> &'static str {
        "m0001_house_tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for HouseTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in HOUSE {
            ddl(manager, &statement.replace("{svc}", self.0)).await?;
        }
        let guard = if is_postgres(manager) { AUDIT_GUARD_POSTGRES } else { AUDIT_GUARD_SQLITE };
        for statement in guard {
            ddl(manager, &statement.replace("{svc}", self.0)).await?;
        }
        Ok(())
    }

    /// On SQLite too, so that a failed migration leaves nothing half done.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What was heard and could not be taken (since the bus may be a broker of its own).
#[derive(Debug)]
pub struct HouseLetters(pub &'static str);

impl MigrationName for HouseLetters {
    fn name(&self) -> &'static str {
        "m0100_house_letters"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for HouseLetters {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in LETTERS {
            ddl(manager, &statement.replace("{svc}", self.0)).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const LETTERS: &[&str] = &[
    "create table {svc}_letter (clinic_id {uuid} not null, event_id {uuid} not null, envelope text not null,
        tries bigint not null, next_at bigint not null, kept_at bigint not null, died_at bigint,
        primary key (clinic_id, event_id))",
    "create index {svc}_letter_due on {svc}_letter (next_at) where died_at is null",
];

const HOUSE: &[&str] = &[
    // Every machine whose state is sealed JSON.
    "create table {svc}_machine (clinic_id {uuid} not null, id {uuid} not null, kind text not null,
        session_id {uuid}, patient_id {uuid}, version bigint not null, phase text not null, due_at bigint,
        state {bytes} not null, updated_at bigint not null, primary key (clinic_id, kind, id))",
    "create index {svc}_machine_due on {svc}_machine (kind, due_at) where due_at is not null",
    "create index {svc}_machine_session on {svc}_machine (clinic_id, session_id)",
    // The first answer to every command.
    "create table {svc}_command (clinic_id {uuid} not null, id {uuid} not null, what text not null,
        actor_id {uuid} not null, answer text not null, at bigint not null, primary key (clinic_id, id))",
    // One hash chain per clinic.
    "create table {svc}_audit (clinic_id {uuid} not null, sequence bigint not null, at bigint not null,
        actor_id {uuid} not null, role text not null, action text not null, resource text not null,
        session_id {uuid}, request_id text not null, previous_hash {bytes} not null, hash {bytes} not null,
        primary key (clinic_id, sequence))",
    "create index {svc}_audit_session on {svc}_audit (clinic_id, session_id)",
    // What is still to be told, and what was.
    "create table {svc}_outbox (sequence {serial}, clinic_id {uuid} not null, id {uuid} not null unique,
        envelope text not null, created_at bigint not null, published_at bigint)",
    "create index {svc}_outbox_open on {svc}_outbox (sequence) where published_at is null",
    "create table {svc}_epoch (one bigint primary key, epoch text not null)",
    // What was heard.
    "create table {svc}_inbox (event_id {uuid} primary key, heard_at bigint not null)",
    // Whose session it is.
    "create table {svc}_member (clinic_id {uuid} not null, session_id {uuid} not null, person_id {uuid} not null,
        role text not null, on_call {bool} not null, primary key (clinic_id, session_id, person_id, role))",
    "create index {svc}_member_person on {svc}_member (clinic_id, person_id)",
    // One wrapped data key per person, versioned.
    "create table {svc}_data_key (clinic_id {uuid} not null, person_id {uuid} not null, version bigint not null,
        wrapped {bytes} not null, created_at bigint not null, primary key (clinic_id, person_id, version))",
];

const AUDIT_GUARD_SQLITE: &[&str] = &[
    "create trigger {svc}_audit_no_update before update on {svc}_audit
        begin select raise(abort, 'audit rows are never changed'); end",
    "create trigger {svc}_audit_no_delete before delete on {svc}_audit
        begin select raise(abort, 'audit rows are never deleted'); end",
];

const AUDIT_GUARD_POSTGRES: &[&str] = &[
    "create function {svc}_audit_guard() returns trigger language plpgsql as
        $$ begin raise exception 'audit rows are never changed'; end $$",
    "create trigger {svc}_audit_no_change before update or delete on {svc}_audit
        for each row execute function {svc}_audit_guard()",
];
