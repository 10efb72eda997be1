//! What only a test asks of the rows.

use crate::Safety;
use chassis::service::Service as _;
use sea_orm::{ConnectionTrait as _, Database};

/// Makes a database for one test house.
pub(crate) async fn create_database(server: &str, name: &str) {
    let db = Database::connect(server).await.unwrap();
    db.execute_unprepared(&format!("create database {name}")).await.unwrap();
    db.close().await.unwrap();
}

/// Every sealed byte and every first answer, as anyone with the file could read them.
pub(crate) async fn all_text(safety: &Safety) -> String {
    let columns = [
        ("safety_attestation", "answer"),
        ("safety_vitals", "reading"),
        ("safety_statement", "content"),
        ("safety_address", "address"),
        ("safety_consent", "signed"),
        ("safety_machine", "state"),
    ];
    let store = safety.store();
    let mut text = String::new();
    for (table, column) in columns {
        let rows =
            store.db().query_all_raw(store.sql(format!("select {column} from {table}"), [])).await.unwrap();
        for row in &rows {
            text += &String::from_utf8_lossy(&row.try_get::<Vec<u8>>("", column).unwrap());
        }
    }
    let answers = store.db().query_all_raw(store.sql("select answer from safety_command", [])).await.unwrap();
    for row in &answers {
        text += &row.try_get::<String>("", "answer").unwrap();
    }
    text
}
