//! A process of the benchmark: on a core of its own, in the place of the benchmark, and gone when that ends.

use super::namespace::Place;
use anyhow::{Context as _, ensure};
use serde::de::DeserializeOwned;
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The core of the SFU.
pub const SFU_CORE: u32 = 0;
/// The core of the load.
pub const LOAD_CORE: u32 = 1;

/// A process that serves. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a program on the SFUs' core.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(place: &Place, log: PathBuf, program: &Path, words: &[String]) -> anyhow::Result<Self> {
        let (out, err) = (File::create(&log)?, File::options().append(true).open(&log)?);
        let mut command = pinned(place, SFU_CORE, program.as_os_str(), words)?;
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn();
        Ok(Self { child: child.with_context(|| format!("{} does not start", program.display()))?, log })
    }

    /// Its process: what is measured.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When it ended, with what it said last.
    pub fn check(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            anyhow::bail!("it ended with {status}: {}", self.last_words());
        }
        Ok(())
    }

    /// What it said last.
    pub fn last_words(&self) -> String {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = said.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command on the load's core to its end, and reads the last line that it said.
///
/// # Errors
/// When it fails or says nothing readable.
pub fn ask<T: DeserializeOwned>(place: &Place, program: &Path, words: &[String]) -> anyhow::Result<T> {
    let mut command = pinned(place, LOAD_CORE, program.as_os_str(), words)?;
    let said = command.stdin(Stdio::null()).stderr(Stdio::piped()).output()?;
    let why = String::from_utf8_lossy(&said.stderr);
    ensure!(said.status.success(), "{} failed: {}", words.join(" "), why.trim());
    let text = String::from_utf8(said.stdout)?;
    Ok(serde_json::from_str(text.lines().last().context("nothing was said")?)?)
}

/// A machine with one core has to do with it.
fn pinned(place: &Place, core: u32, program: &OsStr, words: &[String]) -> anyhow::Result<Command> {
    let cores = u32::try_from(std::thread::available_parallelism()?.get())?;
    let core = core.min(cores - 1).to_string();
    // Dies with us, even where we are killed.
    let before = ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", &core];
    let mut all = place.entrance().into_iter().chain(before).map(OsStr::new);
    let mut command = Command::new(all.next().context("no program")?);
    command.args(all).arg(program).args(words);
    Ok(command)
}
