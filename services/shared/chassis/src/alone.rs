//! `SQLite` has one writer. A second process on the same files stands by, and goes on the moment the first one is gone.

use crate::clock;
use crate::config::Config;
use crate::run;
use anyhow::Context as _;
use kernel::time::Span;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

/// The file whose lock says who writes.
const LOCK: &str = "holdspace.lock";
/// The file in which whoever waits says that they do, and how often.
const STANDBY: &str = "holdspace.standby";
const SAID_EVERY: Span = Span::millis(500);
/// Unheard for so long, nobody stands by (reliability.md §2.6).
const SILENT: Span = Span::seconds(2);

/// The right to write, for as long as it is held: the kernel takes it from a process that dies.
#[must_use = "whoever drops it has stopped writing"]
pub struct Alone(#[expect(dead_code, reason = "held, never looked at")] Option<File>);

/// Waits until no other process holds these files. On Postgres any number may write, and nobody waits.
///
/// # Errors
/// When the lock cannot be made.
pub fn hold(config: &Config) -> anyhow::Result<Alone> {
    if !config.database().starts_with("sqlite:") {
        return Ok(Alone(None));
    }
    run::make_folder(config)?;
    let path = config.data_dir.join(LOCK);
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let file = file.with_context(|| format!("cannot lock {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            tracing::info!(file = %path.display(), "another process serves this house: standing by");
            let (taken, waits) = channel::<()>();
            let beside = config.data_dir.join(STANDBY);
            let says = std::thread::spawn(move || stand_by(&beside, &waits));
            file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
            drop(taken);
            let _ = says.join();
            tracing::warn!("the other process is gone: taking over");
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    Ok(Alone(Some(file)))
}

/// Whether another process waits to take over these files, and is not frozen.
pub fn is_stood_by(config: &Config) -> bool {
    let said = std::fs::read_to_string(config.data_dir.join(STANDBY)).ok();
    let said = said.and_then(|text| text.trim().parse().ok()).map(Span::micros);
    said.is_some_and(|at| {
        let age = Span::micros(clock::since_boot().as_micros().saturating_sub(at.as_micros()));
        // From another boot of the machine, or from the future: nobody's.
        age >= Span::ZERO && age < SILENT
    })
}

/// Says that somebody waits, until the wait is over. Written beside and moved, so that nobody reads half of it.
fn stand_by(path: &Path, waits: &Receiver<()>) {
    let beside: PathBuf = path.with_extension("standby.new");
    loop {
        let said = clock::since_boot().as_micros().to_string();
        if let Err(error) = std::fs::write(&beside, said).and_then(|()| std::fs::rename(&beside, path)) {
            tracing::warn!(error = %error, "that this process stands by could not be said");
        }
        if waits.recv_timeout(clock::duration(SAID_EVERY)) == Err(RecvTimeoutError::Disconnected) {
            // Whoever has taken over stands by no more.
            let _ = std::fs::remove_file(path);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_second_process_waits_and_goes_on_when_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().into(), ..Config::default() };
        let first = hold(&config).unwrap();
        let (say, said) = channel();
        let standby = std::thread::spawn(move || {
            let _held = hold(&config).unwrap();
            say.send(()).unwrap();
        });
        let config = Config { data_dir: folder.path().into(), ..Config::default() };
        let waits = || {
            assert_eq!(said.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout));
            is_stood_by(&config)
        };
        assert!((0..50).any(|_try| waits()), "whoever waits says so");
        drop(first);
        said.recv_timeout(Duration::from_secs(5)).unwrap();
        standby.join().unwrap();
        assert!(!is_stood_by(&config), "whoever took over stands by no more");
    }

    #[test]
    fn a_standby_that_froze_or_is_of_another_boot_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().into(), ..Config::default() };
        assert!(!is_stood_by(&config));
        let said_ago = |ago: Span| {
            let at = clock::since_boot().as_micros() - ago.as_micros();
            std::fs::write(folder.path().join(STANDBY), at.to_string()).unwrap();
            is_stood_by(&config)
        };
        assert!(said_ago(Span::ZERO));
        assert!(!said_ago(SILENT));
        assert!(!said_ago(Span::hours(-1)));
        std::fs::write(folder.path().join(STANDBY), "").unwrap();
        assert!(!is_stood_by(&config));
    }

    #[test]
    fn on_postgres_nobody_waits() {
        let folder = tempfile::tempdir().unwrap();
        let (data_dir, database_url) = (folder.path().into(), "postgres://db/house".into());
        let config = Config { data_dir, database_url, ..Config::default() };
        let held = [hold(&config).unwrap(), hold(&config).unwrap()];
        assert_eq!(held.len(), 2);
    }
}
