//! The hazard log against what has just passed: a control without a test of this very run is no control, and neither is
//! one that nobody could take away.

pub mod removal;
mod taken;
mod tests_of;

use crate::place;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;

/// A hazard that kills has controls that fail for different reasons.
const KILLS: u8 = 5;
const CONTROLS_AGAINST_DEATH: usize = 2;
/// Below it a hazard may stay with a signed reason; at it and above it may not (the 5×5 matrix of the log's source).
const BEARABLE: u8 = 10;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    hazard: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    hazard: String,
    harm: String,
    before: Risk,
    after: Risk,
    #[serde(default)]
    control: Vec<Measure>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Risk {
    severity: u8,
    likelihood: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measure {
    control: String,
    fails_with: String,
    tests: Vec<String>,
    /// Without it nobody knows whether the tests would notice.
    removed: Option<Removed>,
}

/// How the control is taken away on purpose, and which of its tests must turn red by that.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Removed {
    /// Where it stands, from the top of the work tree.
    file: String,
    /// Its heart: it stands there exactly once.
    code: String,
    /// What stands there without the control.
    becomes: String,
    /// Some of its tests.
    red: Vec<String>,
}

/// Judges `tests/hazards.toml` by the names of everything that passed.
pub fn judge(passed: &BTreeSet<String>) -> Result<()> {
    let file = place::root().join("tests/hazards.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("{} is missing", file.display()))?;
    let faults = faults(&text, passed, |file| fs::read_to_string(place::root().join(file)).ok())?;
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    Ok(())
}

fn read(text: &str) -> Result<Log> {
    toml::from_str(text).context("tests/hazards.toml")
}

fn faults(
    text: &str,
    passed: &BTreeSet<String>,
    source: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>> {
    let log = read(text)?;
    let mut faults = vec![];
    for Entry { id, hazard, harm, before, after, control: controls } in &log.hazard {
        if hazard.is_empty() || harm.is_empty() {
            faults.push(format!("{id} does not say what happens to whom"));
        }
        if after.risk() >= before.risk() || after.risk() > BEARABLE {
            faults.push(format!("{id} is not made smaller, or not small enough"));
        }
        let reasons: BTreeSet<_> = controls.iter().map(|control| &control.fails_with).collect();
        let enough = if before.severity >= KILLS { CONTROLS_AGAINST_DEATH } else { 1 };
        if reasons.len() < enough {
            faults.push(format!("{id} wants {enough} controls that fail for different reasons"));
        }
        for Measure { control, tests, removed, .. } in controls {
            if tests.is_empty() {
                faults.push(format!("{id}: nothing tests \"{control}\""));
            }
            let missing = tests.iter().filter(|test| !has_passed(passed, test));
            faults.extend(missing.map(|test| format!("{id}: {test} did not pass in this run")));
            let why = removed.as_ref().map_or(Some("nothing says how"), |how| how.fault(tests, &source));
            faults.extend(why.map(|why| format!("{id}: \"{control}\" cannot be taken away: {why}")));
        }
    }
    Ok(faults)
}

/// A Rust test is named by its function, and printed with its modules; a web test is printed with its file.
fn has_passed(passed: &BTreeSet<String>, test: &str) -> bool {
    let ends = |name: &String| {
        let before = name.strip_suffix(test);
        before.is_some_and(|before| before.is_empty() || before.ends_with("::") || before.ends_with(" > "))
    };
    passed.iter().any(ends)
}

impl Removed {
    /// Why the control cannot be taken away so.
    fn fault(&self, tests: &[String], source: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
        let Some(text) = source(&self.file) else { return Some("its file is not there") };
        if self.code.is_empty() || text.matches(&self.code).count() != 1 {
            return Some("its code does not stand there exactly once");
        }
        if self.code == self.becomes {
            return Some("nothing changes");
        }
        let are_its_own = self.red.iter().all(|test| tests.contains(test));
        (self.red.is_empty() || !are_its_own).then_some("what turns red is none of its tests")
    }
}

impl Risk {
    const fn risk(self) -> u8 {
        self.severity.saturating_mul(self.likelihood)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[hazard]]
id = "H-1"
hazard = "it"
harm = "hurts"
before = { severity = 5, likelihood = 3 }
after = { severity = 5, likelihood = 1 }
[[hazard.control]]
control = "one"
fails_with = "a"
tests = ["one_holds"]
[hazard.control.removed]
file = "one.rs"
code = "a < b"
becomes = "true"
red = ["one_holds"]
[[hazard.control]]
control = "two"
fails_with = "b"
tests = ["drill: two", "shows two"]
[hazard.control.removed]
file = "two.ts"
code = "return null;"
becomes = ""
red = ["shows two"]
"#;

    fn passed(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn source(file: &str) -> Option<String> {
        let text = match file {
            "one.rs" => "if a < b { c } else { d }",
            "two.ts" => "if (a) return null; if (b) return undefined;",
            _unknown => return None,
        };
        Some(text.to_owned())
    }

    fn faults_of(text: &str) -> Vec<String> {
        faults(text, &all(), source).unwrap()
    }

    fn all() -> BTreeSet<String> {
        passed(&["tests::one_holds", "drill: two", "src/two.test.ts > shows two"])
    }

    #[test]
    fn a_log_whose_every_test_passed_has_no_fault() {
        assert_eq!(faults_of(GOOD), Vec::<String>::new());
    }

    #[test]
    fn a_test_that_did_not_pass_is_named_and_half_a_name_is_none() {
        let found = faults(GOOD, &passed(&["not_one_holds", "drill: two", "shows two"]), source).unwrap();
        assert_eq!(found, ["H-1: one_holds did not pass in this run"]);
    }

    #[test]
    fn a_control_without_a_test_and_a_death_with_one_control_are_faults() {
        let found = faults_of(&GOOD.replace("tests = [\"one_holds\"]", "tests = []"));
        assert_eq!(found[0], "H-1: nothing tests \"one\"");
        let found = faults_of(&GOOD.replace("fails_with = \"b\"", "fails_with = \"a\""));
        assert_eq!(found, ["H-1 wants 2 controls that fail for different reasons"]);
    }

    #[test]
    fn a_hazard_that_stays_as_large_is_a_fault() {
        let found = faults_of(&GOOD.replace("likelihood = 1", "likelihood = 3"));
        assert_eq!(found, ["H-1 is not made smaller, or not small enough"]);
    }

    #[test]
    fn a_control_that_cannot_be_taken_away_is_a_fault_and_says_why() {
        let (how, rest) = GOOD.split_once("[hazard.control.removed]\n").unwrap();
        let unsaid = format!("{how}{}", &rest[rest.find("[[").unwrap()..]);
        let because = |text: String| {
            let found = faults_of(&text);
            assert_eq!(found.len(), 1, "{found:?}");
            found[0].strip_prefix("H-1: \"one\" cannot be taken away: ").unwrap().to_owned()
        };
        assert_eq!(because(unsaid), "nothing says how");
        for (from, to, why) in [
            ("one.rs", "gone.rs", "its file is not there"),
            ("\"a < b\"", "\"a > b\"", "its code does not stand there exactly once"),
            ("\"a < b\"", "\" \"", "its code does not stand there exactly once"),
            ("becomes = \"true\"", "becomes = \"a < b\"", "nothing changes"),
            ("red = [\"one_holds\"]", "red = []", "what turns red is none of its tests"),
            ("red = [\"one_holds\"]", "red = [\"shows two\"]", "what turns red is none of its tests"),
        ] {
            assert_eq!(because(GOOD.replacen(from, to, 1)), why, "{from} {to}");
        }
    }

    #[test]
    fn every_control_of_the_log_can_be_taken_away() {
        let text = fs::read_to_string(place::root().join("tests/hazards.toml")).unwrap();
        let tests = read(&text).unwrap().hazard.into_iter().flat_map(|entry| entry.control);
        let passed = tests.flat_map(|control| control.tests).collect();
        let source = |file: &str| fs::read_to_string(place::root().join(file)).ok();
        assert_eq!(faults(&text, &passed, source).unwrap(), Vec::<String>::new());
    }
}
