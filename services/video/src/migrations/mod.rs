//! Tables, forward only.

mod m0002_rooms;

use chassis::schema::{HouseLetters, HouseTables};
use sea_orm_migration::prelude::*;

/// All of them, in order.
pub struct Migrations;

#[async_trait::async_trait]
impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(HouseTables("video")), Box::new(m0002_rooms::ROOMS), Box::new(HouseLetters("video"))]
    }

    fn migration_table_name() -> DynIden {
        "video_migrations".into_iden()
    }
}
