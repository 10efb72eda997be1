//! The one place that reads a clock, and the one place that waits.

use crate::crypto;
use kernel::clocks::{Anchor, Projection};
use kernel::time::{Span, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Supplies `now`. Cheap to clone; every clone tells the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    System(System),
    /// A clock that a test moves, in microseconds.
    Test(AtomicI64),
}

/// The database's clock, carried on by the one of this machine that only runs forward. All in microseconds.
#[derive(Debug)]
struct System {
    projection: Mutex<Projection>,
    /// What to add to the time since the machine's start.
    offset: AtomicI64,
    is_suspect: AtomicBool,
    /// How far a demonstration is behind.
    behind: AtomicI64,
    is_followed: AtomicBool,
}

impl System {
    fn new() -> Self {
        let since_boot = since_boot();
        let system = Self {
            projection: Mutex::new(Projection::anchored(machine_now(), since_boot)),
            offset: AtomicI64::new(0),
            is_suspect: AtomicBool::new(false),
            behind: AtomicI64::new(0),
            is_followed: AtomicBool::new(false),
        };
        system.publish(&system.projection(), since_boot);
        system
    }

    /// A thread that died holding the lock left the projection whole: every change is one step.
    fn projection(&self) -> MutexGuard<'_, Projection> {
        self.projection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, projection: &Projection, since_boot: Span) {
        let offset = projection.at(since_boot).micros().saturating_sub(since_boot.as_micros());
        self.offset.store(offset, Ordering::Relaxed);
    }

    fn now(&self) -> Timestamp {
        let offset = self.offset.load(Ordering::Relaxed).saturating_sub(self.behind.load(Ordering::Relaxed));
        Timestamp::from_micros(since_boot().as_micros().saturating_add(offset))
    }
}

impl Clock {
    /// The machine's clock, until it follows a database's.
    pub fn system() -> Self {
        Self(Arc::new(Source::System(System::new())))
    }

    /// A clock that stands still until a test moves it.
    pub fn test(start: Timestamp) -> Self {
        Self(Arc::new(Source::Test(AtomicI64::new(start.micros()))))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::System(system) => system.now(),
            Source::Test(now) => Timestamp::from_micros(now.load(Ordering::SeqCst)),
        }
    }

    /// Whether the two clocks disagree: somebody must look at them.
    pub fn is_suspect(&self) -> bool {
        matches!(&*self.0, Source::System(system) if system.is_suspect.load(Ordering::Relaxed))
    }

    /// Whether the asking service is the first of its process: that one follows the database for all.
    pub(crate) fn is_first(&self) -> bool {
        matches!(&*self.0, Source::System(system) if !system.is_followed.swap(true, Ordering::AcqRel))
    }

    /// Begins where another process of this machine has known the time, or else with what the database says: then there
    /// is nothing to doubt it with.
    pub(crate) fn begin(&self, left: Option<&Anchor>, boot: &str, database_at: Timestamp) {
        if let Source::System(system) = &*self.0 {
            let since_boot = since_boot();
            let begun = match left {
                Some(anchor) => Projection::resumed(anchor, boot, database_at, since_boot),
                None => Projection::anchored(database_at, since_boot),
            };
            *system.projection() = begun;
            system.publish(&begun, since_boot);
        }
    }

    /// Follows the database's clock: it is the one authority (reliability.md §2.10), as far as it can be believed.
    pub(crate) fn calibrate(&self, database_at: Timestamp) {
        if let Source::System(system) = &*self.0 {
            let since_boot = since_boot();
            let mut projection = system.projection();
            system.is_suspect.store(projection.hear(database_at, since_boot), Ordering::Relaxed);
            system.publish(&projection, since_boot);
        }
    }

    /// What to leave for whoever starts next on this machine.
    pub(crate) fn anchor(&self, boot: &str) -> Option<Anchor> {
        match &*self.0 {
            Source::System(system) => Some(system.projection().anchor(boot)),
            Source::Test(_) => None,
        }
    }

    /// Sets the clock this far behind: how a demonstration tells what happened before it opened.
    pub fn set_back(&self, behind: Span) {
        if let Source::System(system) = &*self.0 {
            system.behind.store(behind.as_micros(), Ordering::Relaxed);
        }
    }

    /// Moves a test clock. A system clock does not move.
    pub fn advance(&self, span: Span) {
        if let Source::Test(now) = &*self.0 {
            now.fetch_add(span.as_micros(), Ordering::SeqCst);
        }
    }

    /// For how long this machine runs, which no wall clock can change. A clock that a test moves has none.
    pub fn uptime(&self) -> Option<Uptime> {
        matches!(&*self.0, Source::System(_)).then(|| Uptime { boot: boot(), since: since_boot() })
    }

    /// Whether a test moves this clock.
    pub fn is_test(&self) -> bool {
        matches!(&*self.0, Source::Test(_))
    }
}

/// A moment by the clock of a machine that only runs forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uptime {
    /// Which start of which machine it counts from.
    pub boot: String,
    /// How long after that start.
    pub since: Span,
}

/// Which start of the machine this is; where nobody says, each process takes its own for another.
pub(crate) fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_| crypto::random_token(), |id| id.trim().into())
}

/// The clock that counts from the machine's start, time asleep included. It only runs forward.
pub(crate) fn since_boot() -> Span {
    let read = clock_gettime(ClockId::Boottime);
    Span::micros(read.tv_sec.saturating_mul(1_000_000).saturating_add(read.tv_nsec / 1_000))
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the house")]
pub(crate) fn machine_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// A reading for measuring lengths, such as a media thread needs. Never compared with a due time.
#[expect(clippy::disallowed_methods, reason = "the one clock of the house")]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// Waits. For loops that look again, never for business: a deadline is a column.
#[expect(clippy::disallowed_methods, reason = "the one place that waits")]
pub async fn wait(span: Span) {
    tokio::time::sleep(duration(span)).await;
}

/// The same length in the standard library's type; nothing when negative.
pub fn duration(span: Span) -> Duration {
    Duration::from_micros(u64::try_from(span.as_micros()).unwrap_or(0))
}
