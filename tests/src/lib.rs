//! What stories and drills stand on: a house as a process, callers with cookies, a mail sink.
#![expect(
    clippy::disallowed_methods,
    reason = "a proof is outside the house: it reads the clock and the environment, and waits"
)]
#![expect(clippy::print_stderr, reason = "progress of proofs goes to standard error")]

pub mod booking;
pub mod caller;
pub mod clinic;
pub mod dice;
pub mod night;
pub mod proc;
pub mod process;
pub mod requests;
pub mod room;
pub mod servers;
pub mod sink;
pub mod split;
pub mod stores;
pub mod turn;

use std::path::PathBuf;
use std::time::Duration;

/// Waits a little between two looks at the outside world; every wait has a bound of its own.
pub async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// Microseconds since 1970, as the house counts.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// What xtask tells a proof through the environment.
///
/// # Errors
/// When it was not started by xtask.
pub fn told(name: &str) -> anyhow::Result<String> {
    std::env::var(name).map_err(|_missing| anyhow::anyhow!("{name} is not set: run me with `cargo xtask`"))
}

/// An empty folder for this proof.
///
/// # Errors
/// When it cannot be made.
pub fn folder(name: &str) -> anyhow::Result<PathBuf> {
    let folder = PathBuf::from(told("PROOF_WORK")?).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
