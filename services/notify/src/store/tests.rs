//! What the tables hold, for tests that look behind the routes.

use crate::tests::house::House;
use chassis::service::Service as _;
use sea_orm::{ConnectionTrait as _, Database};

/// Makes a database for one test house.
pub(crate) async fn create_database(server: &str, name: &str) {
    let db = Database::connect(server).await.unwrap();
    db.execute_unprepared(&format!("create database {name}")).await.unwrap();
    db.close().await.unwrap();
}

/// The number a query answers.
pub(crate) async fn count(house: &House, sql: &str) -> i64 {
    let store = house.service().store();
    let row = store.db().query_one_raw(store.sql(sql, [])).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Everything kept in one column of messages, byte by byte.
pub(crate) async fn stored(house: &House, column: &str) -> String {
    let store = house.service().store();
    let sql = format!("select {column} from notify_delivery where {column} is not null");
    let rows = store.db().query_all_raw(store.sql(sql, [])).await.unwrap();
    let bytes = rows.iter().flat_map(|row| row.try_get_by_index::<Vec<u8>>(0).unwrap());
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}
