//! Who may depend on whom: the rules of ARCHITECTURE.md over `cargo metadata`. One rule, one function, one planted fault.

use crate::planted::{breaks, house, keeps};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

/// What a core may see (house.md §2.8, rule 1).
const PURE: &[&str] = &["kernel", "serde", "thiserror"];
/// What the kernel may see besides: ids, and the documents' traits behind a feature.
const KERNEL: &[&str] = &["uuid", "utoipa", "schemars"];
/// The services and the gateway before them.
const SERVICES: &[&str] =
    &["gateway", "identity", "scheduling", "safety", "checkins", "care", "video", "notify"];
/// Who may see several services: the one process that mounts them, and the stories about it.
const HOUSES: &[&str] = &["holdspace", "tests", "media"];
/// A capability and the crates that own it (house.md §2.8, rule 3; decisions, Who owns what).
const OWNERS: &[(&str, &[&str])] = &[
    ("redis", &["chassis"]),
    ("lettre", &["checkins", "notify", "holdspace-watchdog"]),
    ("rtc", &["video", "tests"]),
    ("webrtc", &["video", "tests"]),
    ("argon2", &["identity"]),
    ("jsonwebtoken", &["chassis", "identity", "tests"]),
    ("awc", &["checkins", "gateway", "notify", "tests"]),
    ("httparse", &["gateway"]),
    ("reqwest", &[]),
    ("openssl", &[]),
    ("native-tls", &[]),
];
/// Not even through somebody else.
const NEVER_LOCKED: &[&str] = &["openssl", "openssl-sys", "native-tls"];

/// What pages people when the house is dead, and all that it may see of the house: the words that travel.
const WATCHDOG: &str = "holdspace-watchdog";
const TRAVELLING: &[&str] = &["proto", "kernel"];

/// One dependency of a workspace crate.
struct Edge {
    from: String,
    to: String,
    is_dev: bool,
    is_ours: bool,
}

fn edges(metadata: &Value) -> Vec<Edge> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .flat_map(|package| {
            package["dependencies"].as_array().unwrap().iter().map(move |dependency| Edge {
                from: word(&package["name"]),
                to: word(&dependency["name"]),
                is_dev: dependency["kind"] == "dev",
                is_ours: dependency["source"].is_null(),
            })
        })
        .collect()
}

fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(house()).args(["metadata", "--no-deps", "--format-version", "1"]);
    serde_json::from_slice(&cargo.output().unwrap().stdout).unwrap()
}

/// A workspace of one crate with one dependency.
fn one(from: &str, to: &str, kind: &Value) -> Value {
    json!({ "packages": [{ "name": from, "dependencies": [{ "name": to, "kind": kind }] }] })
}

fn faults(metadata: &Value, is_fault: impl Fn(&Edge) -> bool) -> Vec<String> {
    edges(metadata)
        .iter()
        .filter(|edge| is_fault(edge))
        .map(|edge| format!("{} → {}", edge.from, edge.to))
        .collect()
}

/// Rule 1.
fn cores_that_see_the_world(metadata: &Value) -> Vec<String> {
    faults(metadata, |edge| {
        let to = edge.to.as_str();
        let is_core = edge.from.ends_with("-core") && !PURE.contains(&to);
        let is_kernel =
            edge.from == "kernel" && (to == "kernel" || !PURE.contains(&to) && !KERNEL.contains(&to));
        !edge.is_dev && (is_core || is_kernel)
    })
}

/// Rule 2. A dev-dependency is no way around it.
fn services_that_see_another(metadata: &Value) -> Vec<String> {
    faults(metadata, |edge| {
        let owner = edge.to.trim_end_matches("-core");
        let from = edge.from.trim_end_matches("-core");
        SERVICES.contains(&owner) && owner != from && !HOUSES.contains(&edge.from.as_str())
    })
}

/// Rule 2, the other half: a core never sees its own shell, and nothing but chassis sees what it stands on.
fn cores_that_see_their_shell(metadata: &Value) -> Vec<String> {
    faults(metadata, |edge| edge.from.strip_suffix("-core") == Some(edge.to.as_str()))
}

/// Rule 3. A test may call anything that its own owner lets it build with.
fn capabilities_out_of_place(metadata: &Value) -> Vec<String> {
    faults(metadata, |edge| {
        OWNERS.iter().any(|(capability, owners)| {
            edge.to == *capability && !edge.is_dev && !owners.contains(&edge.from.as_str())
        })
    })
}

/// reliability.md §2.2. Its tests may write to testkit's mail server. What travels brings no more of the house along.
fn what_the_watchdog_leans_on(metadata: &Value) -> Vec<String> {
    faults(metadata, |edge| {
        let is_sink = edge.is_dev && edge.to == "testkit";
        let is_shared = edge.from == WATCHDOG && !TRAVELLING.contains(&edge.to.as_str()) && !is_sink;
        let is_brought = edge.from == "proto" && !edge.is_dev && edge.to != "kernel";
        edge.is_ours && (is_shared || is_brought) || edge.to == WATCHDOG
    })
}

/// Rule 3, for what nobody may bring along.
fn locked_though_banned(lock: &str) -> Vec<String> {
    let named = |name: &&&str| lock.contains(&format!("name = \"{name}\"\n"));
    NEVER_LOCKED.iter().filter(named).map(|name| format!("{name} is in Cargo.lock")).collect()
}

/// `deny.toml` names the same owners, for those who run it.
fn owners_that_deny_toml_forgets(deny: &str) -> Vec<String> {
    let mut faults = vec![];
    for (capability, owners) in OWNERS {
        let line = deny.lines().find(|line| line.contains(&format!("crate = \"{capability}\"")));
        let Some(line) = line else {
            faults.push(format!("{capability} is not there"));
            continue;
        };
        let missing = owners.iter().filter(|owner| !line.contains(&format!("\"{owner}\"")));
        faults.extend(missing.map(|owner| format!("{capability} forgets {owner}")));
    }
    faults
}

/// Rule 14: three shared crates, and none for things without a name.
fn crates_without_an_idea(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().unwrap().iter();
    let names = packages.map(|package| package["name"].as_str().unwrap());
    let vague = ["common", "util", "utils", "helpers", "models", "shared"];
    names.filter(|name| name.split(['-', '_']).any(|word| vague.contains(&word))).map(str::to_owned).collect()
}

#[test]
fn a_core_sees_only_the_kernel_and_words() {
    keeps(
        "A pure crate depends on kernel, serde and thiserror, and nothing else.",
        &cores_that_see_the_world(&metadata()),
    );
}

#[test]
fn rule_1_notices_a_core_with_a_runtime_and_a_kernel_with_a_database() {
    breaks(&cores_that_see_the_world(&one("care-core", "tokio", &Value::Null)), &["care-core → tokio"]);
    breaks(&cores_that_see_the_world(&one("kernel", "sea-orm", &Value::Null)), &["kernel → sea-orm"]);
    breaks(&cores_that_see_the_world(&one("care-core", "serde_json", &json!("dev"))), &[]);
}

#[test]
fn no_service_sees_another_service() {
    let rule = "Services speak through proto and the bus, not by import.";
    keeps(rule, &services_that_see_another(&metadata()));
    keeps(rule, &cores_that_see_their_shell(&metadata()));
}

#[test]
fn rule_2_notices_an_import_between_services_even_in_tests() {
    breaks(&services_that_see_another(&one("checkins", "notify", &Value::Null)), &["checkins → notify"]);
    breaks(
        &services_that_see_another(&one("checkins", "safety-core", &json!("dev"))),
        &["checkins → safety-core"],
    );
    breaks(&services_that_see_another(&one("chassis", "identity", &Value::Null)), &["chassis → identity"]);
    breaks(&services_that_see_another(&one("holdspace", "identity", &Value::Null)), &[]);
    breaks(&cores_that_see_their_shell(&one("care-core", "care", &Value::Null)), &["care-core → care"]);
}

#[test]
fn every_capability_has_one_owner() {
    let rule = "A capability has one owner: whoever else wants it asks the owner, over the bus.";
    keeps(rule, &capabilities_out_of_place(&metadata()));
    keeps(rule, &locked_though_banned(&fs::read_to_string(house().join("Cargo.lock")).unwrap()));
    keeps(
        "deny.toml says the same.",
        &owners_that_deny_toml_forgets(&fs::read_to_string(house().join("deny.toml")).unwrap()),
    );
}

#[test]
fn rule_3_notices_a_capability_in_the_wrong_crate() {
    breaks(&capabilities_out_of_place(&one("safety", "lettre", &Value::Null)), &["safety → lettre"]);
    breaks(&capabilities_out_of_place(&one("notify", "lettre", &Value::Null)), &[]);
    breaks(&locked_though_banned("[[package]]\nname = \"openssl\"\nversion = \"1\"\n"), &["openssl"]);
    assert_eq!(owners_that_deny_toml_forgets("").len(), OWNERS.len());
    let forgetful = "{ crate = \"redis\", wrappers = [] }";
    assert!(owners_that_deny_toml_forgets(forgetful).contains(&"redis forgets chassis".to_owned()));
}

#[test]
fn the_watchdog_shares_no_crate_of_the_house_but_proto_and_kernel() {
    keeps(
        "What brings the house down must not bring the watchdog down too.",
        &what_the_watchdog_leans_on(&metadata()),
    );
}

#[test]
fn a_watchdog_that_leans_on_the_house_is_noticed() {
    let leans = |from, to, kind: Value| what_the_watchdog_leans_on(&one(from, to, &kind));
    breaks(&leans(WATCHDOG, "chassis", Value::Null), &["holdspace-watchdog → chassis"]);
    breaks(&leans(WATCHDOG, "chassis", json!("dev")), &["holdspace-watchdog → chassis"]);
    breaks(&leans("proto", "chassis", Value::Null), &["proto → chassis"]);
    breaks(&leans("checkins", WATCHDOG, Value::Null), &["checkins → holdspace-watchdog"]);
    breaks(&leans(WATCHDOG, "proto", Value::Null), &[]);
    breaks(&leans(WATCHDOG, "testkit", json!("dev")), &[]);
}

#[test]
fn every_crate_is_named_after_its_idea() {
    keeps("Nothing is called common or utils: name the idea.", &crates_without_an_idea(&metadata()));
}

#[test]
fn rule_14_notices_a_crate_without_an_idea() {
    breaks(&crates_without_an_idea(&one("clinic-utils", "serde", &Value::Null)), &["clinic-utils"]);
}
