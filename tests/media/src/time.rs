//! The clock of the benchmark: it paces and measures real packets, so its time is the machine's.

use std::time::{Duration, Instant};

/// Now, as the machine counts it.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time; this is its only clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// Waits on purpose: between bursts, and for processes of others.
#[expect(
    clippy::disallowed_methods,
    reason = "a paced load has pauses; this is the only place that makes them"
)]
pub fn pause(length: Duration) {
    std::thread::sleep(length);
}

/// Asks until there is an answer or the time is up.
///
/// # Errors
/// When nothing was answered in time.
pub fn wait_for<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let end = now() + limit;
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        anyhow::ensure!(now() < end, "{what}: nothing after {limit:?}");
        pause(Duration::from_millis(20));
    }
}
