//! The browsers that people want to be told in.

use chassis::schema::ddl;
use sea_orm_migration::prelude::*;

pub(super) struct Browsers;

impl MigrationName for Browsers {
    fn name(&self) -> &'static str {
        "m0009_browsers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Browsers {
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

const TABLES: [&str; 2] = [
    // Where it is reached and its keys are sealed; a blind index tells one browser from another.
    "create table checkins_browser (clinic_id {uuid} not null, id {uuid} not null, person_id {uuid} not null,
        known_as {bytes} not null, subscription {bytes} not null, since_at bigint not null,
        primary key (clinic_id, id), unique (clinic_id, known_as))",
    "create index checkins_browser_person on checkins_browser (clinic_id, person_id, since_at)",
];
