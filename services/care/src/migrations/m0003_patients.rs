//! The clinic's patients: for whom an order may be written.

use chassis::schema::ddl;
use sea_orm_migration::prelude::*;

/// A table of who is a patient here.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_patients"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // As identity says; an order is written before the first session is booked.
        let table = "create table care_patient (clinic_id {uuid} not null, person_id {uuid} not null,
            primary key (clinic_id, person_id))";
        ddl(manager, table).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
