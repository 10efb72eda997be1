//! `cargo xtask test`: everything that must be green, run to the end even when something is not.

use crate::bars::Strictness;
use crate::proofs::{Kind, Proof, Registry, Stage, Verdict};
use crate::services::Services;
use crate::tools::Node;
use crate::{hazards, house, place, run, tools, web};
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeSet;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Files that a test or `npm run gen` writes. A change in them that nobody committed is drift.
const GENERATED: &[&str] = &[
    "proto/openapi.json",
    "proto/events.json",
    "proto/problems.json",
    "web/src/api/generated",
    "tests/authz.txt",
    "deploy/env",
];

/// What was run, how long it took, and whether it held.
#[derive(Default)]
struct Table {
    rows: Vec<(String, Duration, Option<String>)>,
    /// What this machine could not prove, by the step's name, and why.
    skipped: Vec<(String, String)>,
    /// Every test and proof that passed, by its name.
    passed: BTreeSet<String>,
}

impl Table {
    /// Runs one step; a failure is printed and remembered, and the next step runs all the same.
    fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        eprintln!("── {name}");
        let started = Instant::now();
        let outcome = work();
        if let Err(why) = &outcome {
            eprintln!("{name} failed: {why:#}");
        }
        let why = outcome.as_ref().err().map(|why| format!("{why:#}"));
        self.rows.push((name.to_owned(), started.elapsed(), why));
        outcome.ok()
    }

    /// Adds what another lane did.
    fn take(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.skipped.extend(other.skipped);
        self.passed.extend(other.passed);
    }

    /// Prints every step with its seconds, why each failed step failed, and how many held: the end of a long output is
    /// what a person sees.
    fn close(self) -> bool {
        for (name, why) in &self.skipped {
            println!("{name} was SKIPPED, nothing was proved: {why}");
        }
        for (name, took, why) in &self.rows {
            let is_skipped = self.skipped.iter().any(|(skipped, _)| skipped == name);
            let word = match why {
                Some(_) => "FAILED",
                None if is_skipped => "SKIPPED",
                None => "ok",
            };
            println!("{word:<7} {:>7.1} s  {name}", took.as_secs_f64());
        }
        let reasons = self.rows.iter().filter_map(|(name, _, why)| Some((name, why.as_deref()?)));
        for (name, why) in reasons.clone() {
            println!("{name} failed: {}", last_letters(why));
        }
        let failed = reasons.count();
        let skipped = self.skipped.len();
        println!("{} passed, {failed} failed, {skipped} skipped", self.rows.len() - failed - skipped);
        failed == 0
    }
}

/// A reason's end: its beginning was printed when it happened.
fn last_letters(why: &str) -> &str {
    /// Enough for a dozen lines.
    const LETTERS: usize = 1_200;
    why.char_indices().rev().nth(LETTERS).and_then(|(start, _)| why.get(start..)).unwrap_or(why)
}

/// Runs it all; true when all held.
pub fn run() -> Result<bool> {
    let mut table = Table::default();
    table.step("fmt", || run::loud(house::cargo().args(["fmt", "--all", "--check"])));
    // The gateway carries the pages inside it, so they come before the first compiler.
    let node = table.step("web: install and build", || {
        let node = Node::find()?;
        web::built(&node)?;
        Ok(node)
    });
    table.step("generated files are current", || generated_files_are_current(node.as_ref()));
    table.step("clippy", || {
        let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        run::loud(house::cargo().args(arguments))
    });
    let passed = table.step("cargo test on both stores", || {
        let services = Services::start()?;
        let mut test = house::cargo();
        test.env("TEST_POSTGRES_URL", &services.postgres_url).env("TEST_REDIS_URL", &services.redis_url);
        test.env("PROOF_PYTHON", tools::python_with_mail_sink()?);
        run::tested(test.args(["test", "--workspace", "--no-fail-fast"]))
    });
    table.passed.extend(passed.into_iter().flatten());
    if let Some(node) = &node {
        for (name, script) in [("web: types", "typecheck"), ("web: eslint", "lint")] {
            table.step(name, || run::loud(node.npm(&place::web()).args(["run", script])));
        }
        let named = ["run", "test", "--", "--reporter=verbose", "--no-color"];
        let passed = table.step("web: vitest", || run::tested(node.npm(&place::web()).args(named)));
        table.passed.extend(passed.into_iter().flatten());
    }
    proofs(&mut table)?;
    let passed = std::mem::take(&mut table.passed);
    table.step("hazards: every control has passed", || hazards::judge(&passed));
    Ok(table.close())
}

/// How much the lane beside the browsers gives way to them: it takes what they leave. A page that is starved answers
/// nobody, and what no page waits for can wait.
const GIVES_WAY: i32 = 10;

/// Every story, drill and benchmark with small counts, in two lanes: a browser story mostly waits for its people,
/// and the others go on beside it.
fn proofs(table: &mut Table) -> Result<()> {
    let registry = Registry::read()?;
    let kinds = [("story", Kind::Story), ("drill", Kind::Drill), ("bench", Kind::Bench)];
    let all: Vec<(String, &Proof)> = kinds
        .iter()
        .flat_map(|(word, kind)| {
            registry.of(*kind).iter().map(move |proof| (format!("{word}: {}", proof.name), proof))
        })
        .collect();
    let proofs: Vec<&Proof> = all.iter().map(|(_, proof)| *proof).collect();
    let stage = table.step("release build", || Stage::set(&proofs));
    let (browsers, others): (Vec<_>, Vec<_>) = all.iter().partition(|(_, proof)| proof.is_in_browser());
    thread::scope(|scope| {
        let beside = scope.spawn(|| {
            // Of this thread, and of what it starts. Where it may not be said, all are equal.
            let _ = rustix::process::nice(GIVES_WAY);
            lane(&others, stage.as_ref())
        });
        table.take(lane(&browsers, stage.as_ref()));
        table.take(beside.join().map_err(|_panic| anyhow!("a lane of proofs broke down"))?);
        Ok(())
    })
}

fn lane(proofs: &[&(String, &Proof)], stage: Option<&Stage>) -> Table {
    let mut table = Table::default();
    for (name, proof) in proofs {
        let held = table.step(name, || {
            match proof.run(stage.context("the house was not built")?, Strictness::Busy)? {
                Verdict::Held => Ok(None),
                Verdict::Skipped(why) => Ok(Some(why)),
                Verdict::Broken(reasons) => bail!("{}", reasons.join("; ")),
            }
        });
        match held {
            Some(Some(why)) => table.skipped.push((name.clone(), why)),
            Some(None) => drop(table.passed.insert(name.clone())),
            None => {}
        }
    }
    table
}

/// Writes every generated document anew: what the code says, then the types the pages read.
pub fn generate() -> Result<bool> {
    let arguments = ["test", "--package", "tests", "--test", "stories", "documents"];
    run::loud(house::cargo().env("UPDATE", "1").args(arguments))?;
    let node = Node::find()?;
    web::installed(&node)?;
    types(&node)?;
    Ok(true)
}

/// The types of the wire, from `proto/openapi.json`.
fn types(node: &Node) -> Result<()> {
    run::loud(node.npm(&place::web()).args(["run", "gen"]))
}

fn generated_files_are_current(node: Option<&Node>) -> Result<()> {
    if let Some(node) = node {
        types(node)?;
    }
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(place::root()).args(arguments).arg("--").args(GENERATED);
        git
    };
    run::loud(&mut git(&["diff", "--exit-code"]))?;
    let unknown = run::quiet(&mut git(&["ls-files", "--others", "--exclude-standard"]))?;
    if !unknown.is_empty() {
        bail!("generated and not committed:\n{unknown}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_is_remembered_and_the_next_one_runs() {
        let mut table = Table::default();
        assert_eq!(table.step("breaks", || -> Result<()> { bail!("on purpose") }), None);
        assert_eq!(table.step("holds", || Ok(7)), Some(7));
        assert_eq!(
            table.rows.iter().map(|(_, _, why)| why.as_deref()).collect::<Vec<_>>(),
            [Some("on purpose"), None]
        );
        assert!(!table.close());
    }

    #[test]
    fn a_skipped_step_fails_nothing_and_is_no_success_either() {
        let mut table = Table::default();
        table.step("needs a loop device", || Ok(()));
        table.skipped.push(("needs a loop device".into(), "there is none".into()));
        assert!(table.close());
    }
}
