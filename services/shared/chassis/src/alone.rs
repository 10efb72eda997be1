//! `SQLite` has one writer. A second process on the same files stands by, and goes on the moment the first one is gone.

use crate::config::Config;
use crate::run;
use anyhow::Context as _;
use std::fs::{File, OpenOptions, TryLockError};

/// The file whose lock says who writes.
const LOCK: &str = "holdspace.lock";

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
            file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
            tracing::warn!("the other process is gone: taking over");
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    Ok(Alone(Some(file)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{RecvTimeoutError, channel};
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
        assert_eq!(said.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout));
        drop(first);
        said.recv_timeout(Duration::from_secs(5)).unwrap();
        standby.join().unwrap();
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
