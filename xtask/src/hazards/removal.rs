//! `cargo xtask hazards`: each control is taken away on purpose, and its test must turn red.
//!
//! In a copy of what is committed: first every test that is to turn red is green there, then one control after the other
//! is taken away and put back. A test that cannot be built, or that hangs, is not red.

use super::taken::Copy;
use super::tests_of::{self, Places, is_proof, is_web};
use super::{Log, Measure, Removed, read};
use crate::proofs::{Kind, Registry};
use crate::run;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::fs;
use std::time::Duration;

/// A release build before a proof, and the proof after it; its own limit is shorter.
const PROOF_LIMIT: Duration = Duration::from_hours(1);

/// One control with its name, such as `H-07/2`.
struct Control<'a> {
    name: String,
    sentence: &'a str,
    how: &'a Removed,
}

/// What became of all of them.
#[derive(Default)]
struct Table {
    red: Vec<String>,
    not_red: Vec<String>,
    skipped: Vec<String>,
}

/// Takes these controls away, one after the other. True when each turned its tests red.
pub fn choose(which: Option<&str>, with_proofs: bool) -> Result<bool> {
    let copy = Copy::open()?;
    let log = read(&fs::read_to_string(copy.tree.join("tests/hazards.toml"))?)?;
    let controls = controls(&log, which)?;
    let wanted: Vec<_> = controls.iter().flat_map(|one| tests(one, with_proofs)).collect();
    if with_proofs || wanted.iter().any(|test| is_web(test)) {
        copy.lend_pages()?;
    }
    green_as_it_is(&copy, &wanted)?;
    let mut table = Table::default();
    for control in &controls {
        eprintln!("── {}: {}", control.name, control.sentence);
        let name = control.name.clone();
        let tests = tests(control, with_proofs);
        if tests.is_empty() {
            eprintln!("{name}: SKIPPED, a proof alone finds it: --proofs");
            table.skipped.push(name);
            continue;
        }
        match taken_away(&copy, control.how, &tests) {
            Ok(()) => {
                eprintln!("{name}: red");
                table.red.push(name);
            }
            Err(why) => {
                eprintln!("{name}: NOT RED: {why:#}");
                table.not_red.push(name);
            }
        }
    }
    let Table { red, not_red, skipped } = table;
    let figures =
        json!({ "controls": controls.len(), "red": red.len(), "not_red": not_red, "skipped": skipped });
    println!("{figures}");
    Ok(not_red.is_empty())
}

/// Those of one hazard, or one alone, or all.
fn controls<'a>(log: &'a Log, which: Option<&str>) -> Result<Vec<Control<'a>>> {
    let mut controls = vec![];
    for entry in &log.hazard {
        for (Measure { control, removed, .. }, number) in entry.control.iter().zip(1..) {
            let name = format!("{}/{number}", entry.id);
            if which.is_none_or(|which| which == entry.id || which == name) {
                let how = removed.as_ref();
                let how = how.with_context(|| format!("nothing says how {name} is taken away"))?;
                controls.push(Control { name, sentence: control, how });
            }
        }
    }
    ensure!(!controls.is_empty(), "tests/hazards.toml has no {}", which.unwrap_or("control"));
    Ok(controls)
}

/// What must turn red here.
fn tests<'a>(control: &'a Control<'_>, with_proofs: bool) -> Vec<&'a String> {
    control.how.red.iter().filter(|test| with_proofs || !is_proof(test)).collect()
}

/// A test that fails anyway says nothing about any control.
fn green_as_it_is(copy: &Copy, wanted: &[&String]) -> Result<()> {
    let plain = || wanted.iter().copied().filter(|test| !is_proof(test));
    eprintln!("── with every control in its place");
    let came = tests_of::run(&copy.tree, &copy.built, &places(copy, plain())?)?;
    let not_green = came.not_green(plain());
    ensure!(not_green.is_empty(), "not green before anything is taken away: {}", not_green.join("; "));
    Ok(())
}

fn places<'a>(copy: &Copy, tests: impl Iterator<Item = &'a String>) -> Result<Places> {
    tests_of::places(&copy.tree, tests)
}

/// Takes one away, and says why its tests are not red.
fn taken_away(copy: &Copy, how: &Removed, tests: &[&String]) -> Result<()> {
    let _back_in_the_end = copy.without(how)?;
    let (proofs, plain): (Vec<_>, Vec<_>) = tests.iter().copied().partition(|test| is_proof(test));
    if !plain.is_empty() {
        let came = tests_of::run(&copy.tree, &copy.built, &places(copy, plain.iter().copied())?)?;
        let green = came.not_red(&plain);
        ensure!(green.is_empty(), "not failed: {}", green.join("; "));
    }
    if !proofs.is_empty() {
        let mut build = tests_of::cargo(&copy.tree, &copy.built);
        run::quiet(build.args(["build", "--release", "--workspace", "--bins"]))
            .context("it does not compile")?;
    }
    for proof in proofs {
        ensure!(is_broken(copy, proof)?, "not broken: {proof}");
    }
    Ok(())
}

/// Whether a proof itself says no. What else it needs may be missing, and that is no red.
fn is_broken(copy: &Copy, proof: &str) -> Result<bool> {
    let (kind, name) = proof.split_once(": ").context("not a proof")?;
    let of = [("story", Kind::Story), ("bench", Kind::Bench), ("drill", Kind::Drill)];
    let (_, known) = of.into_iter().find(|(word, _)| *word == kind).context("no such kind of proof")?;
    let registry = Registry::read()?;
    let known = registry.of(known).iter().find(|proof| proof.name == name);
    let small = known.with_context(|| format!("no {kind} is called {name}"))?.small();
    let mut command = tests_of::cargo(&copy.tree, &copy.built);
    command.args(["xtask", kind, name]).args((!small.is_empty()).then_some("--")).args(small);
    let (says_no, mut has_said_no) = (format!("{name}: "), false);
    let ended = run::heard(&mut command, PROOF_LIMIT, |line| has_said_no |= line.starts_with(&says_no))?;
    Ok(ended.is_some_and(|ended| !ended.success()) && has_said_no)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place;

    fn names(which: Option<&str>) -> Result<Vec<String>> {
        let log = read(&fs::read_to_string(place::root().join("tests/hazards.toml"))?)?;
        Ok(controls(&log, which)?.into_iter().map(|control| control.name).collect())
    }

    #[test]
    fn a_hazard_is_all_of_its_controls_and_one_can_be_named_alone() {
        assert_eq!(names(Some("H-12")).unwrap(), ["H-12/1", "H-12/2"]);
        assert_eq!(names(Some("H-12/2")).unwrap(), ["H-12/2"]);
        assert!(names(None).unwrap().len() > 40);
        assert!(names(Some("H-99")).is_err() && names(Some("H-12/3")).is_err());
    }
}
