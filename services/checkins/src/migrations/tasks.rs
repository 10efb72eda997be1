//! What became of the task of a look.

use chassis::schema::ddl;
use sea_orm_migration::prelude::*;

pub(super) struct Tasks;

impl MigrationName for Tasks {
    fn name(&self) -> &'static str {
        "m0008_tasks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Tasks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Only whether there was a count. The number is sealed with the other answers.
        ddl(manager, "alter table checkins_answer add column task text").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
