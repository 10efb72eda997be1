//! Generated documents are what the code says. `UPDATE=1 cargo test` rewrites them (house.md §2.8, rule 12).

use crate::planted::house;
use chassis::clock::Clock;
use chassis::config::Config;
use holdspace::house::House;
use kernel::time::Timestamp;
use serde_json::Value;
use std::fs;

/// Compares a document with its file, or writes it when `UPDATE` is set.
#[expect(clippy::disallowed_methods, reason = "UPDATE=1 is how a person asks for a new document")]
fn is_current(file: &str, document: &Value) {
    let path = house().join(file);
    let wanted = serde_json::to_string_pretty(document).unwrap() + "\n";
    if std::env::var("UPDATE").is_ok() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "{file} is not what the code says: run UPDATE=1 cargo test -p tests, and read the diff"
    );
}

#[test]
fn the_catalogue_of_events_is_current() {
    is_current("proto/events.json", &proto::events::catalogue());
}

#[test]
fn the_table_of_problems_is_current() {
    is_current("proto/problems.json", &proto::problems::document());
}

#[actix_web::test]
async fn the_routes_are_documented_as_they_are_mounted() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().into(), ..Config::default() };
    let house = House::stand_up(config, Clock::test(Timestamp::from_micros(0))).await.unwrap();
    let document = serde_json::to_value(house.gateway.openapi()).unwrap();
    is_current("proto/openapi.json", &document);
}
