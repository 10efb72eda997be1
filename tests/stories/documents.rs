//! Generated documents are what the code says. `UPDATE=1 cargo test` rewrites them (house.md §2.8, rules 11 and 12).

use crate::planted::{breaks, house, keeps};
use chassis::clock::Clock;
use chassis::config::Config;
use holdspace::house::House;
use kernel::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// What every refusal is written as (RFC 9457).
const REFUSAL: &str = "/content/application~1problem+json/schema/$ref";

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

fn checked_in(file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(house().join(file)).unwrap()).unwrap()
}

/// The document of a house with everything mounted.
pub async fn openapi() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: folder.path().into(), ..Config::default() };
    let house = House::stand_up(config, Clock::test(Timestamp::from_micros(0))).await.unwrap();
    serde_json::to_value(house.gateway.openapi()).unwrap()
}

/// Every operation of a document: `POST /api/…`, and what is said about it.
pub fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let said = item.as_object().unwrap().iter();
            said.map(move |(method, said)| (format!("{} {path}", method.to_uppercase()), said))
        })
        .collect()
}

fn words(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Rule 11: what an old listener reads stays readable, and what an old speaker says stays complete.
fn promises_broken(before: &Value, after: &Value) -> Vec<String> {
    let mut faults = vec![];
    for (event, old) in before.as_object().unwrap() {
        let Some(new) = after.get(event) else {
            faults.push(format!("{event} is gone"));
            continue;
        };
        for (field, shape) in old["properties"].as_object().into_iter().flatten() {
            let now = &new["properties"][field];
            // A sentence about a field may change; its shape may not.
            let bare = |shape: &Value| {
                let mut shape = shape.clone();
                shape.as_object_mut().map(|shape| shape.remove("description"));
                shape
            };
            if bare(now) != bare(shape) {
                faults.push(format!("{event}.{field} is not what it was"));
            }
        }
        let (demanded, known) = (words(&new["required"]), words(&old["required"]));
        faults.extend(demanded.difference(&known).map(|field| format!("{event}.{field} is demanded")));
    }
    faults
}

/// What a reader of the document stumbles over.
fn gaps(document: &Value) -> Vec<String> {
    let mut faults = vec![];
    let mut ids = BTreeSet::new();
    for (operation, said) in operations(document) {
        let id = said["operationId"].as_str().unwrap_or_default();
        if id.is_empty() || !ids.insert(id) {
            faults.push(format!("{operation} has no operation id of its own: {id:?}"));
        }
        if said["tags"].as_array().is_none_or(|tags| tags.len() != 1) {
            faults.push(format!("{operation} belongs to no one service"));
        }
        for (status, response) in said["responses"].as_object().unwrap() {
            let is_refusal = status.starts_with('4') || status.starts_with('5');
            let body = response.pointer(REFUSAL).and_then(Value::as_str);
            if is_refusal && body != Some("#/components/schemas/ProblemBody") {
                faults.push(format!("{operation} {status} is no problem body"));
            }
        }
    }
    faults
}

#[test]
fn the_catalogue_of_events_is_current_and_breaks_no_promise() {
    let catalogue = proto::events::catalogue();
    keeps(
        "A published event only gains optional fields; anything else is a new version beside the old one.",
        &promises_broken(&checked_in("proto/events.json"), &catalogue),
    );
    is_current("proto/events.json", &catalogue);
}

#[test]
fn rule_11_notices_a_lost_event_a_changed_field_and_a_new_demand() {
    let event = |field: &str, kind: &str, required: &[&str]| json!({ "properties": { field: { "type": kind, "description": kind } }, "required": required });
    let before = json!({ "a.said.v1": event("at", "integer", &["at"]) });
    breaks(&promises_broken(&before, &json!({})), &["a.said.v1 is gone"]);
    let changed = json!({ "a.said.v1": event("at", "string", &["at"]) });
    breaks(&promises_broken(&before, &changed), &["a.said.v1.at is not what it was"]);
    let demanding = json!({ "a.said.v1": event("at", "integer", &["at", "by"]) });
    breaks(&promises_broken(&before, &demanding), &["a.said.v1.by is demanded"]);
    breaks(&promises_broken(&before, &before), &[]);
}

#[test]
fn the_table_of_problems_is_current() {
    is_current("proto/problems.json", &proto::problems::document());
}

#[actix_web::test]
async fn the_routes_are_documented_as_they_are_mounted() {
    let document = openapi().await;
    keeps("A client is written from proto/openapi.json.", &gaps(&document));
    is_current("proto/openapi.json", &document);
}

#[test]
fn rule_12_notices_a_nameless_operation_and_a_bare_refusal() {
    let said = json!({ "tags": [], "responses": { "404": { "description": "" } } });
    let document = json!({ "paths": { "/api/a": { "get": said } } });
    breaks(&gaps(&document), &["no operation id", "no one service", "404 is no problem body"]);
}
