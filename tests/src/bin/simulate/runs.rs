//! Many seeds over all cores. Inside of a seed nothing runs at once; seeds share nothing.

use crate::shell::Planted;
use crate::world::{Counts, World};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What every seed of a run has in common.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    /// Simulated hours.
    pub hours: i64,
    /// What was planted.
    pub planted: Option<Planted>,
    /// Whether the database's clock jumps forward instead of back.
    pub jumps_forward: bool,
}

/// What all of them came to.
#[derive(Debug, Default)]
pub struct Sum {
    /// Added up.
    pub counts: Counts,
    /// By seed.
    pub violations: Vec<(u64, String)>,
}

/// The first seed that finds what was planted.
#[derive(Debug)]
pub struct Found {
    /// Which.
    pub seed: Option<u64>,
    /// What it saw.
    pub why: String,
}

/// One seed; a panic is a violation like any other.
fn one(seed: u64, day: Day) -> Result<Counts, String> {
    let lived = catch_unwind(AssertUnwindSafe(|| World::new(seed, day, false).live()));
    lived.unwrap_or_else(|_panic| Err("something panicked".into()))
}

/// All seeds from 1.
pub fn all(seeds: u64, day: Day) -> Sum {
    let next = AtomicU64::new(1);
    let sums = on_all_cores(|| {
        let mut sum = Sum::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > seeds {
                return sum;
            }
            if seed.is_multiple_of(50) {
                eprintln!("seed {seed} of {seeds}");
            }
            match one(seed, day) {
                Ok(counts) => sum.counts = sum.counts.and(counts),
                Err(violation) => sum.violations.push((seed, violation)),
            }
        }
    });
    let mut total = Sum::default();
    for sum in sums {
        total.counts = total.counts.and(sum.counts);
        total.violations.extend(sum.violations);
    }
    total.violations.sort();
    total
}

/// The first seed with a violation: the smallest, however the cores are scheduled.
pub fn first(seeds: u64, day: Day) -> Found {
    let (next, found) = (AtomicU64::new(1), AtomicU64::new(u64::MAX));
    let finds = on_all_cores(|| {
        let mut finds = vec![];
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > seeds || seed > found.load(Ordering::Relaxed) {
                return finds;
            }
            if let Err(violation) = one(seed, day) {
                found.fetch_min(seed, Ordering::Relaxed);
                finds.push((seed, violation));
            }
        }
    });
    let first = finds.into_iter().flatten().min();
    first.map_or_else(
        || Found { seed: None, why: "was not found".into() },
        |(seed, why)| Found { seed: Some(seed), why },
    )
}

/// The same work on each core, until each is done.
fn on_all_cores<T: Send>(work: impl Fn() -> T + Sync) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            deadlines: self.deadlines + other.deadlines,
            missed: self.missed + other.missed,
            incidents: self.incidents + other.incidents,
            sent: self.sent + other.sent,
            again: self.again + other.again,
            crashes: self.crashes + other.crashes,
            faults: self.faults + other.faults,
            suspicions: self.suspicions + other.suspicions,
            liveness_ms: self.liveness_ms.max(other.liveness_ms),
        }
    }
}

/// When the proof itself began; no seed ever sees it.
#[expect(clippy::disallowed_methods, reason = "how long the proof itself took")]
pub fn clock() -> Instant {
    Instant::now()
}

/// How long it took, in seconds to a tenth.
pub fn seconds_since(began: Instant) -> f64 {
    let millis = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    seconds_of(millis)
}

/// Milliseconds as seconds.
pub fn seconds_of(millis: i64) -> f64 {
    f64::from(i32::try_from(millis).unwrap_or(i32::MAX)) / 1000.0
}
