//! The page before a session, and when somebody last answered one.

use chassis::schema::ddl;
use sea_orm_migration::prelude::*;

pub(super) struct Pager;

impl MigrationName for Pager {
    fn name(&self) -> &'static str {
        "m0007_pager"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Pager {
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
    "create table checkins_pager (clinic_id {uuid} not null, session_id {uuid} not null, patient_id {uuid} not null,
        version bigint not null, phase text not null, due_at bigint, state text not null,
        primary key (clinic_id, session_id))",
    "create index checkins_pager_due on checkins_pager (due_at) where due_at is not null",
    // What was sent before a session, for its screen.
    "create index checkins_notification_session on checkins_notification (clinic_id, session_id)
        where incident_id is null",
    "alter table checkins_contact add column answered_at bigint",
];
