//! What the watch itself stands on.

use chassis::schema::ddl;
use sea_orm_migration::prelude::*;

pub(super) struct House;

impl MigrationName for House {
    fn name(&self) -> &'static str {
        "m0005_house_stands"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for House {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl(manager, STANDS).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// One row, of the whole house: no clinic's, and nothing about anybody.
const STANDS: &str =
    "create table safety_house (name text not null, heard_at bigint not null, writable {bool} not null,
    clocks_agree {bool} not null, standby text not null, watchdog text not null, primary key (name))";
