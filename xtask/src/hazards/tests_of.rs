//! Where a test of the hazard log lives, and how it is run alone.

use super::has_passed;
use crate::tools::Node;
use crate::{house, run, tools};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What a control's tests need besides a build; one that takes longer hangs, and that is no red.
const LIMIT: Duration = Duration::from_mins(15);
/// Where Rust tests are.
const RUST: &[&str] = &["services", "tests", "xtask"];
/// What a title may hold that means something else to vitest.
const MEANT_OTHERWISE: &str = r"\^$.|?*+()[]{}";

/// Tests that run with one command.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A target of a package: its name, and what cargo calls the target.
    Cargo(String, Vec<String>),
    /// A file of the pages, from `web/`.
    Web(String),
}

/// Which tests run where.
pub type Places = BTreeMap<Place, BTreeSet<String>>;

/// What came of tests that ran.
#[derive(Debug, Default)]
pub struct Came {
    pub passed: BTreeSet<String>,
    pub failed: BTreeSet<String>,
}

/// A drill, a story or a benchmark.
pub fn is_proof(test: &str) -> bool {
    ["drill: ", "story: ", "bench: "].iter().any(|kind| test.starts_with(kind))
}

/// A title has words, a Rust function has none.
pub fn is_web(test: &str) -> bool {
    test.contains(' ') && !is_proof(test)
}

/// Finds where each of these runs.
pub fn places<'a>(tree: &Path, tests: impl IntoIterator<Item = &'a String>) -> Result<Places> {
    let mut places = Places::new();
    for test in tests {
        let found = if is_web(test) { web_places(tree, test)? } else { cargo_places(tree, test)? };
        if found.is_empty() {
            bail!("no test is called {test}");
        }
        for place in found {
            places.entry(place).or_default().insert(test.clone());
        }
    }
    Ok(places)
}

fn web_places(tree: &Path, title: &str) -> Result<Vec<Place>> {
    let web = tree.join("web");
    let files = files_with(&web.join("src"), &|name| name.contains(".test."), title)?;
    let inside = |file: PathBuf| Some(Place::Web(file.strip_prefix(&web).ok()?.to_str()?.to_owned()));
    Ok(files.into_iter().filter_map(inside).collect())
}

fn cargo_places(tree: &Path, test: &str) -> Result<Vec<Place>> {
    let mut found = vec![];
    for folder in RUST {
        let is_rust = |name: &str| Path::new(name).extension().is_some_and(|end| end == "rs");
        found.extend(files_with(&tree.join(folder), &is_rust, &format!("fn {test}("))?);
    }
    found.iter().map(|file| cargo_place(file)).collect()
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

/// The package around a file, and which of its targets has it.
fn cargo_place(file: &Path) -> Result<Place> {
    let home = file.ancestors().find(|folder| folder.join("Cargo.toml").is_file());
    let home = home.with_context(|| format!("{} is in no package", file.display()))?;
    let manifest: Manifest = toml::from_str(&fs::read_to_string(home.join("Cargo.toml"))?)?;
    let inside: Vec<_> = file.strip_prefix(home)?.iter().filter_map(|part| part.to_str()).collect();
    let target = match inside.as_slice() {
        ["tests", name, ..] => vec!["--test".into(), name.trim_end_matches(".rs").into()],
        ["src", ..] if home.join("src/lib.rs").is_file() => vec!["--lib".into()],
        ["src", ..] => vec!["--bins".into()],
        _elsewhere => vec!["--tests".into()],
    };
    Ok(Place::Cargo(manifest.package.name, target))
}

/// Every file below `folder` of such a name that holds these words.
fn files_with(folder: &Path, is_meant: &dyn Fn(&str) -> bool, words: &str) -> Result<Vec<PathBuf>> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_dir() {
            found.extend(files_with(&path, is_meant, words)?);
        } else if name.to_str().is_some_and(is_meant) && fs::read_to_string(&path)?.contains(words) {
            found.push(path);
        }
    }
    Ok(found)
}

/// The cargo of the copy: incremental, and without what only a debugger reads.
pub fn cargo(tree: &Path, built: &Path) -> Command {
    let mut cargo = house::cargo();
    cargo.current_dir(tree).env("CARGO_TARGET_DIR", built).env("CARGO_PROFILE_DEV_DEBUG", "0");
    // Every failure here was wanted: where it comes from is known.
    cargo.env("RUST_BACKTRACE", "0");
    // Files of its own are enough: no server is waited for.
    cargo.env_remove("TEST_POSTGRES_URL").env_remove("TEST_REDIS_URL");
    cargo
}

/// Runs them. One that does not compile says nothing about the control, and is a failure of its own.
pub fn run(tree: &Path, built: &Path, places: &Places) -> Result<Came> {
    let mut came = Came::default();
    for (place, tests) in places {
        let mut command = match place {
            Place::Cargo(package, target) => {
                let test = || {
                    let mut test = cargo(tree, built);
                    test.args(["test", "--package", package]).args(target);
                    test
                };
                run::quiet(test().arg("--no-run")).context("it does not compile")?;
                let mut test = test();
                test.env("PROOF_PYTHON", tools::python_with_mail_sink()?).arg("--").args(tests);
                test
            }
            Place::Web(file) => {
                let mut vitest = Node::find()?.npm(&tree.join("web"));
                vitest.args(["run", "test", "--", "--reporter=verbose", "--no-color", file, "-t"]);
                vitest.arg(pattern(tests));
                vitest
            }
        };
        let ended = run::heard(&mut command, LIMIT, |line| {
            came.passed.extend(run::passed_test(line));
            came.failed.extend(run::failed_test(line));
        });
        ended?.with_context(|| format!("still running after {} s", LIMIT.as_secs()))?;
    }
    Ok(came)
}

/// Any of these titles, letter by letter.
fn pattern(titles: &BTreeSet<String>) -> String {
    let plain = |title: &String| -> String {
        let letters = title.chars().flat_map(|letter| {
            let mark = MEANT_OTHERWISE.contains(letter).then_some('\\');
            mark.into_iter().chain([letter])
        });
        letters.collect()
    };
    titles.iter().map(plain).collect::<Vec<_>>().join("|")
}

impl Came {
    /// Those of `tests` that are not red.
    pub fn not_red<'a>(&self, tests: &[&'a String]) -> Vec<&'a str> {
        let green = tests.iter().filter(|test| !has_passed(&self.failed, test));
        green.map(|test| test.as_str()).collect()
    }

    /// Those of `tests` that failed, or did not run at all.
    pub fn not_green<'a>(&self, tests: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
        let is_green = |test: &str| has_passed(&self.passed, test) && !has_passed(&self.failed, test);
        tests.into_iter().map(String::as_str).filter(|test| !is_green(test)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place;

    fn found(test: &str) -> Places {
        places(&place::root(), [&test.to_owned()]).unwrap()
    }

    fn only(test: &str) -> Place {
        let found = found(test);
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_keys().next().unwrap()
    }

    #[test]
    fn a_test_is_found_by_its_name_with_its_package_and_target() {
        let cargo = |package: &str, target: &[&str]| {
            Place::Cargo(package.into(), target.iter().map(|word| (*word).to_owned()).collect())
        };
        assert_eq!(only("one_sign_alone_means_nothing"), cargo("checkins-core", &["--lib"]));
        let silence = "silence_opens_an_incident_at_its_deadline_and_not_before";
        assert_eq!(only(silence), cargo("checkins", &["--test", "checkins"]));
        assert_eq!(only("every_control_of_the_log_can_be_taken_away"), cargo("xtask", &["--bins"]));
        let page = "src/features/console/console-page.test.tsx";
        assert_eq!(only("shows and sounds an incident until somebody is on it"), Place::Web(page.into()));
        assert!(places(&place::root(), [&"nobody wrote ".repeat(2)]).is_err());
    }

    #[test]
    fn a_title_is_read_letter_by_letter() {
        let titles = ["a (b) c?".to_owned(), "d".to_owned()].into_iter().collect();
        assert_eq!(pattern(&titles), r"a \(b\) c\?|d");
    }

    #[test]
    fn what_did_not_run_is_neither_red_nor_green() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let came = Came { passed: names(&["a::green"]), failed: names(&["a::red"]) };
        let (green, red, gone) = ("green".to_owned(), "red".to_owned(), "gone".to_owned());
        assert_eq!(came.not_red(&[&green, &red, &gone]), ["green", "gone"]);
        assert_eq!(came.not_green([&green, &red, &gone]), ["red", "gone"]);
    }
}
