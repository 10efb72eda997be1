//! The tables of care, forward only.

mod m0002_care;
mod m0003_patients;

use chassis::schema::{HouseLetters, HouseTables};
use sea_orm_migration::prelude::*;

/// All of them, in order.
pub struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(HouseTables("care")),
            Box::new(m0002_care::CARE),
            Box::new(m0003_patients::PATIENTS),
            Box::new(HouseLetters("care")),
        ]
    }

    fn migration_table_name() -> DynIden {
        Alias::new("care_migrations").into_iden()
    }
}
