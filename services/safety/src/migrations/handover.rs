//! Who had the on-call duty before, and since when the one who has it now.

use chassis::schema::ddl;
use sea_orm_migration::prelude::*;

pub(super) struct Handover;

impl MigrationName for Handover {
    fn name(&self) -> &'static str {
        "m0006_on_call_handover"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Handover {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl(manager, "alter table safety_session add column on_call_since bigint not null default 0").await?;
        ddl(manager, "alter table safety_session add column on_call_before {uuid}").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
