//! The house itself: one release build for demo, stories, drills and benches.

use crate::run::{self, Running};
use crate::{place, tools, web};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// After this long without a word the house is not coming up; the bar itself is far stricter.
const WORD: Duration = Duration::from_mins(1);

/// The cargo that runs us.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(place::root());
    // What cargo told us about ourselves is not for the next one: some build scripts watch these words, and
    // would build half the world again after every command that came from a person's own shell.
    for (name, _) in env::vars_os().filter(|(name, _)| is_about_xtask(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

fn is_about_xtask(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// The program, built with the pages inside it.
pub fn built() -> Result<PathBuf> {
    web::built(&tools::Node::find()?)?;
    // The whole workspace at once: another selection of packages has other features, and builds the world again.
    eprintln!("cargo build --release --workspace --bins …");
    run::loud(cargo().args(["build", "--release", "--workspace", "--bins"]))?;
    Ok(place::built().join("release/holdspace"))
}

/// What the house prints when it is ready.
#[derive(Debug, Deserialize)]
pub struct Ready {
    /// Where it listens.
    pub port: u16,
    /// One link a role.
    pub links: BTreeMap<String, String>,
}

/// A demo house under way.
pub struct Demo {
    /// The process.
    pub running: Running,
    /// When it was started.
    pub started: Instant,
    /// What it said.
    pub ready: Ready,
}

impl Demo {
    /// Starts a seeded clinic in an empty folder, on a port of its own choice.
    pub fn start(program: &Path) -> Result<Self> {
        let folder = place::services().join("demo");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let mut command = run::bound(program, None);
        command.args(["demo", "--port", "0", "--json", "--data"]).arg(&folder).stdout(Stdio::piped());
        let started = Instant::now();
        let mut running = Running::start(&mut command)?;
        let lines = running.lines()?;
        while let Ok(line) = lines.recv_timeout(WORD.saturating_sub(started.elapsed())) {
            if line.starts_with('{') {
                let ready =
                    serde_json::from_str(&line).with_context(|| format!("not a ready line: {line}"))?;
                return Ok(Self { running, started, ready });
            }
            eprintln!("{line}");
        }
        bail!("the house ended, or was silent for {} s", WORD.as_secs())
    }
}
