//! Spent tickets and device checks. Rooms themselves are machines, kept in the house's own table.

use chassis::schema::ddl;
use sea_orm_migration::prelude::*;

/// The migration.
#[derive(Debug)]
pub struct Rooms;

impl MigrationName for Rooms {
    fn name(&self) -> &'static str {
        "m0002_rooms"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Rooms {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in TABLES {
            ddl(manager, statement).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const TABLES: &[&str] = &[
    // Tickets that were used, until nothing would accept them anyway.
    "create table video_spent_ticket (clinic_id {uuid} not null, id text not null, forget_at bigint not null,
        primary key (clinic_id, id))",
    "create index video_spent_ticket_forget on video_spent_ticket (clinic_id, forget_at)",
    // The newest device check of each person.
    "create table video_device_check (clinic_id {uuid} not null, session_id {uuid} not null,
        person_id {uuid} not null, camera {bool} not null, microphone {bool} not null, speaker {bool} not null,
        round_trip_ms bigint not null, loss_percent bigint not null, checked_at bigint not null,
        primary key (clinic_id, session_id, person_id))",
];
