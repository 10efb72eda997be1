//! What a file may look like. One rule, one function over a folder, one planted fault.

use crate::planted::{Source, breaks, house, keeps, planted, sources};
use std::fs;
use std::path::Path;

/// Past this a file is two ideas (house.md Part 3, 12).
const LINES_MAX: usize = 400;
/// The watchdog stays a program that one person reads in an hour (reliability.md §2.2). Its tests do not count.
const WATCHDOG_LINES_MAX: usize = 1_500;
/// The crates of the house: where its sources are.
const HOME: &[&str] = &["proto/", "services/", "tests/", "xtask/"];
/// Where a ban may be lifted, and how often: each is a line to review (house.md §2.8, rule 4).
const LIFTED: &[(&str, usize)] = &[
    ("services/shared/chassis/src/clock.rs", 3),
    ("services/shared/chassis/src/ids.rs", 1),
    // It shares no clock with the house either.
    ("services/watchdog/src/clock.rs", 3),
    ("tests/src/bin/restart.rs", 1),
    ("tests/src/lib.rs", 1),
    ("tests/src/process.rs", 1),
    ("xtask/src/main.rs", 1),
];
/// What the root `clippy.toml` must ban (rules 4 and 6b).
const BANS: &[&str] = &[
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "uuid::Uuid::now_v7",
    "std::thread::sleep",
    "tokio::time::sleep",
    "std::env::var",
    "actix_web::web::Data",
    "actix_web::web::Json",
    "too-many-lines-threshold = 60",
];
/// What the workspace must refuse (rule 7).
const LINTS: &[&str] = &[
    "unsafe_code = \"forbid\"",
    "too_many_lines = \"deny\"",
    "unwrap_used = \"deny\"",
    "expect_used = \"deny\"",
    "panic = \"deny\"",
    "indexing_slicing = \"deny\"",
    "as_conversions = \"deny\"",
    "allow_attributes = \"deny\"",
    "allow_attributes_without_reason = \"deny\"",
    "disallowed_methods = \"deny\"",
    "disallowed_types = \"deny\"",
    "wildcard_enum_match_arm = \"deny\"",
];

fn rust(top: &Path) -> Vec<Source> {
    let mut found = sources(top, ".rs");
    found.retain(|source| HOME.iter().any(|home| source.path.starts_with(home)));
    found
}

fn faults(top: &Path, is_fault: impl Fn(&Source) -> bool) -> Vec<String> {
    rust(top).into_iter().filter(is_fault).map(|source| source.path).collect()
}

/// Rule 8.
fn files_without_an_idea(top: &Path) -> Vec<String> {
    faults(top, |source| !source.text.starts_with("//!"))
}

/// Rule 8.
fn files_with_two_ideas(top: &Path) -> Vec<String> {
    faults(top, |source| source.text.lines().count() > LINES_MAX)
}

/// reliability.md §2.2.
fn watchdog_that_grew(top: &Path) -> Vec<String> {
    let own = |source: &&Source| source.path.starts_with("services/watchdog/") && !source.is_test();
    let lines: usize = rust(top).iter().filter(own).map(|source| source.text.lines().count()).sum();
    if lines < WATCHDOG_LINES_MAX { vec![] } else { vec![format!("services/watchdog has {lines} lines")] }
}

/// Rule 5.
fn clippy_files_but_one(top: &Path) -> Vec<String> {
    let found = sources(top, "clippy.toml").into_iter().map(|source| source.path);
    found.filter(|path| path != "clippy.toml").collect()
}

/// Rules 4, 6b and 7: the bans themselves.
fn words_missing(file: &str, text: &str, words: &[&str]) -> Vec<String> {
    words.iter().filter(|word| !text.contains(**word)).map(|word| format!("{file} lacks {word}")).collect()
}

/// Rule 4: where a ban is lifted.
fn bans_lifted(top: &Path) -> Vec<String> {
    let mut faults = vec![];
    for source in rust(top).iter().filter(|source| !source.is_test()) {
        let times = source.production().matches("clippy::disallowed_").count();
        let known = LIFTED.iter().find(|(path, _)| source.path == *path).map_or(0, |(_, times)| *times);
        if times > known {
            faults.push(format!("{} lifts a ban {times} times, not {known}", source.path));
        }
    }
    faults
}

/// Rule 6.
fn crates_without_the_lints(top: &Path) -> Vec<String> {
    let manifests = sources(top, "Cargo.toml").into_iter();
    let bare = manifests.filter(|source| {
        !source.text.contains("[workspace]") && !source.text.contains("[lints]\nworkspace = true")
    });
    bare.map(|source| source.path).collect()
}

/// Rule 6b: what a service is held in can be named by nobody else.
fn doors_beside_the_guard(guard: &str) -> Vec<String> {
    if guard.contains("\nstruct Held<S>(") { vec![] } else { vec!["Held is not private to guard.rs".into()] }
}

/// Rule 9: who names the database.
fn rows_out_of_place(top: &Path) -> Vec<String> {
    faults(top, |source| {
        let path = source.path.as_str();
        let is_home = path.starts_with("services/shared/chassis/")
            || path.ends_with("/src/store.rs")
            || path.contains("/src/store/")
            || path.contains("/src/migrations/");
        !is_home && !source.is_test() && source.production().contains(concat!("sea_", "orm::"))
    })
}

/// Rule 9: what leaves a service leaves through one file.
fn facts_told_elsewhere(top: &Path) -> Vec<String> {
    faults(top, |source| {
        let path = source.path.as_str();
        let is_border = path.ends_with("/publish.rs") || path.contains("/publish/");
        let is_service = path.starts_with("services/") && !path.starts_with("services/shared/");
        let says = ["work.tell(", "work.say(", "work.tell::<", "work.say::<"];
        is_service
            && !is_border
            && !source.is_test()
            && says.iter().any(|call| source.production().contains(call))
    })
}

/// Part 3, 39: a gap is written down where people look for it.
fn promises_in_comments(top: &Path) -> Vec<String> {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    faults(top, |source| {
        words.iter().any(|word| source.text.split(|c: char| !c.is_alphabetic()).any(|w| w == *word))
    })
}

fn root(file: &str) -> String {
    fs::read_to_string(house().join(file)).unwrap()
}

#[test]
fn a_file_is_one_idea_and_says_which() {
    keeps("Open with //! and say what this file is for.", &files_without_an_idea(&house()));
    keeps("Past 400 lines this is two ideas.", &files_with_two_ideas(&house()));
}

#[test]
fn rule_8_notices_a_silent_file_and_a_long_one() {
    let long = format!("//! Long.\n{}", "\n".repeat(LINES_MAX));
    let tree = planted(&[("services/a/src/silent.rs", "fn a() {}\n"), ("services/a/src/long.rs", &long)]);
    breaks(&files_without_an_idea(tree.path()), &["silent.rs"]);
    breaks(&files_with_two_ideas(tree.path()), &["long.rs"]);
}

#[test]
fn the_watchdog_stays_small() {
    keeps("What must bark when all else is dead is read as a whole.", &watchdog_that_grew(&house()));
}

#[test]
fn a_watchdog_that_grew_is_noticed_and_its_tests_do_not_count() {
    let half = format!("//! Half.\n{}", "\n".repeat(WATCHDOG_LINES_MAX / 2));
    let places = ["a.rs", "b.rs", "tests/c.rs"].map(|file| format!("services/watchdog/src/{file}"));
    let tree = planted(&places.each_ref().map(|place| (place.as_str(), half.as_str())));
    breaks(&watchdog_that_grew(tree.path()), &["has 1502 lines"]);
}

#[test]
fn there_is_one_clippy_toml_with_every_ban() {
    keeps("A nested clippy.toml replaces the root's, and the bans vanish.", &clippy_files_but_one(&house()));
    keeps("Time, ids and doors have one owner.", &words_missing("clippy.toml", &root("clippy.toml"), BANS));
    keeps("Production code cannot panic.", &words_missing("Cargo.toml", &root("Cargo.toml"), LINTS));
}

#[test]
fn rules_4_5_and_7_notice_a_second_clippy_toml_and_a_missing_ban() {
    let tree = planted(&[("clippy.toml", ""), ("services/a/clippy.toml", "")]);
    breaks(&clippy_files_but_one(tree.path()), &["services/a/clippy.toml"]);
    assert_eq!(words_missing("clippy.toml", "", BANS).len(), BANS.len());
}

#[test]
fn a_ban_is_lifted_only_where_we_know() {
    keeps(
        "Time, randomness and the environment have one owner: take them as arguments.",
        &bans_lifted(&house()),
    );
}

#[test]
fn rule_4_notices_a_clock_of_ones_own() {
    let lifted = "//! A.\n#[expect(clippy::disallowed_methods, reason = \"just this once\")]\nfn now() {}\n";
    let in_tests = format!("//! A.\n#[cfg(test)]\nmod tests {{\n{lifted}}}\n");
    let tree = planted(&[("services/a/src/clock.rs", lifted), ("services/a/src/b.rs", &in_tests)]);
    breaks(&bans_lifted(tree.path()), &["services/a/src/clock.rs"]);
}

#[test]
fn every_crate_inherits_the_lints() {
    keeps("Add [lints] workspace = true.", &crates_without_the_lints(&house()));
}

#[test]
fn rule_6_notices_a_crate_without_the_lints() {
    let tree =
        planted(&[("Cargo.toml", "[workspace]\n"), ("services/a/Cargo.toml", "[package]\nname = \"a\"\n")]);
    breaks(&crates_without_the_lints(tree.path()), &["services/a/Cargo.toml"]);
}

#[test]
fn a_service_is_reached_only_through_its_guard() {
    keeps(
        "A handler reaches a service through Guard.",
        &doors_beside_the_guard(&root("services/shared/chassis/src/guard.rs")),
    );
    breaks(&doors_beside_the_guard("\npub struct Held<S>(Arc<S>);\n"), &["not private"]);
}

#[test]
fn only_a_store_names_the_database() {
    keeps("Rows live in store.rs and migrations.", &rows_out_of_place(&house()));
}

#[test]
fn what_leaves_a_service_leaves_through_publish() {
    keeps("publish.rs is the privacy border: one file to review.", &facts_told_elsewhere(&house()));
}

#[test]
fn rule_9_notices_a_query_in_a_handler_and_a_fact_told_past_the_border() {
    let query = concat!("//! A.\nuse sea_", "orm::ConnectionTrait;\n");
    let told = "//! A.\nasync fn a() { work.tell(session, &fact).await }\n";
    let files = [("services/a/src/http.rs", query), ("services/a/src/store.rs", query)];
    breaks(&rows_out_of_place(planted(&files).path()), &["services/a/src/http.rs"]);
    let files = [("services/a/src/listen.rs", told), ("services/a/src/publish.rs", told)];
    breaks(&facts_told_elsewhere(planted(&files).path()), &["services/a/src/listen.rs"]);
}

#[test]
fn a_known_gap_is_not_a_comment() {
    keeps(
        "A gap is an entry in ARCHITECTURE.md under Not yet, with its danger.",
        &promises_in_comments(&house()),
    );
    let promise = format!("//! A.\n// {}: later\n", concat!("TO", "DO"));
    breaks(&promises_in_comments(planted(&[("services/a/src/a.rs", &promise)]).path()), &["a.rs"]);
}
