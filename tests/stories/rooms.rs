//! The same rooms in every service: learn one, know them all (house.md §2.3, §2.8 rule 14).

use crate::planted::{breaks, house, keeps, planted};
use std::fs;
use std::path::Path;

/// Folders under `services/` that are no service with a clinic's rows. The watchdog is no part of the house at all.
const OTHERS: &[&str] = &["shared", "all-in-one", "gateway", "watchdog"];
/// The shared crates: words, I/O, and what tests need.
const SHARED: &[&str] = &["chassis", "kernel", "testkit"];
/// Each room, and the places it may be.
const ROOMS: &[&[&str]] = &[
    &["README.md"],
    &["core/Cargo.toml"],
    &["core/src/lib.rs"],
    &["src/lib.rs"],
    &["src/http.rs", "src/http/mod.rs"],
    &["src/listen.rs"],
    &["src/publish.rs"],
    &["src/store.rs"],
    &["src/problems.rs"],
    &["src/migrations/mod.rs"],
];

fn folders(place: &Path) -> Vec<String> {
    let entries = fs::read_dir(place).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<_> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn missing_rooms(top: &Path) -> Vec<String> {
    let services = top.join("services");
    let mut faults = vec![];
    for service in folders(&services).into_iter().filter(|name| !OTHERS.contains(&name.as_str())) {
        let home = services.join(&service);
        let missing = ROOMS.iter().filter(|places| !places.iter().any(|place| home.join(place).is_file()));
        faults.extend(missing.map(|places| format!("services/{service}/{}", places[0])));
    }
    faults
}

fn shared_crates_too_many_or_too_few(top: &Path) -> Vec<String> {
    let found = folders(&top.join("services/shared"));
    if found == SHARED { vec![] } else { vec![format!("services/shared holds {found:?}, not {SHARED:?}")] }
}

#[test]
fn every_service_has_the_same_rooms() {
    keeps("Learn one service, know them all: this room is missing.", &missing_rooms(&house()));
}

#[test]
fn there_are_exactly_three_shared_crates() {
    let rule = "A fourth shared crate is where services begin to lean on each other.";
    keeps(rule, &shared_crates_too_many_or_too_few(&house()));
}

#[test]
fn rule_14_lists_what_a_new_service_still_lacks() {
    let files = ["README.md", "core/Cargo.toml", "core/src/lib.rs", "src/lib.rs", "src/http/mod.rs"];
    let paths = files.map(|file| format!("services/billing/{file}"));
    let tree: Vec<_> = paths.iter().map(|path| (path.as_str(), "")).collect();
    let lacking = ["listen.rs", "publish.rs", "store.rs", "problems.rs", "migrations"];
    breaks(&missing_rooms(planted(&tree).path()), &lacking);
}

#[test]
fn rule_14_notices_a_fourth_shared_crate() {
    let tree =
        ["chassis", "kernel", "models", "testkit"].map(|name| format!("services/shared/{name}/Cargo.toml"));
    let tree: Vec<_> = tree.iter().map(|path| (path.as_str(), "")).collect();
    breaks(&shared_crates_too_many_or_too_few(planted(&tree).path()), &["models"]);
}
