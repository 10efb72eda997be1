//! The hazard log against what has just passed: a control without a test of this very run is no control.

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
}

/// Judges `tests/hazards.toml` by the names of everything that passed.
pub fn judge(passed: &BTreeSet<String>) -> Result<()> {
    let file = place::root().join("tests/hazards.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("{} is missing", file.display()))?;
    let faults = faults(&text, passed)?;
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    Ok(())
}

fn faults(text: &str, passed: &BTreeSet<String>) -> Result<Vec<String>> {
    let log: Log = toml::from_str(text).context("tests/hazards.toml")?;
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
        for Measure { control, tests, .. } in controls {
            if tests.is_empty() {
                faults.push(format!("{id}: nothing tests \"{control}\""));
            }
            let missing = tests.iter().filter(|test| !has_passed(passed, test));
            faults.extend(missing.map(|test| format!("{id}: {test} did not pass in this run")));
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
[[hazard.control]]
control = "two"
fails_with = "b"
tests = ["drill: two", "shows two"]
"#;

    fn passed(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn all() -> BTreeSet<String> {
        passed(&["tests::one_holds", "drill: two", "src/two.test.ts > shows two"])
    }

    #[test]
    fn a_log_whose_every_test_passed_has_no_fault() {
        assert_eq!(faults(GOOD, &all()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_test_that_did_not_pass_is_named_and_half_a_name_is_none() {
        let found = faults(GOOD, &passed(&["not_one_holds", "drill: two", "shows two"])).unwrap();
        assert_eq!(found, ["H-1: one_holds did not pass in this run"]);
    }

    #[test]
    fn a_control_without_a_test_and_a_death_with_one_control_are_faults() {
        let found = faults(&GOOD.replace("[\"one_holds\"]", "[]"), &all()).unwrap();
        assert_eq!(found, ["H-1: nothing tests \"one\""]);
        let found = faults(&GOOD.replace("fails_with = \"b\"", "fails_with = \"a\""), &all()).unwrap();
        assert_eq!(found, ["H-1 wants 2 controls that fail for different reasons"]);
    }

    #[test]
    fn a_hazard_that_stays_as_large_is_a_fault() {
        let found = faults(&GOOD.replace("likelihood = 1", "likelihood = 3"), &all()).unwrap();
        assert_eq!(found, ["H-1 is not made smaller, or not small enough"]);
    }
}
