//! The one place that reads a clock, and the one place that waits.

use kernel::time::{Span, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Supplies `now`. Cheap to clone; every clone tells the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    /// The machine's clock plus the offset to the database's, in microseconds.
    System(AtomicI64),
    /// A clock that a test moves, in microseconds.
    Test(AtomicI64),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(Source::System(AtomicI64::new(0))))
    }

    /// A clock that stands still until a test moves it.
    pub fn test(start: Timestamp) -> Self {
        Self(Arc::new(Source::Test(AtomicI64::new(start.micros()))))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Source::System(offset) => machine_now().plus(Span::micros(offset.load(Ordering::Relaxed))),
            Source::Test(now) => Timestamp::from_micros(now.load(Ordering::SeqCst)),
        }
    }

    /// Follows the database's clock: on Postgres it is the one authority (reliability.md §2.10).
    pub fn calibrate(&self, database_now: Timestamp) {
        if let Source::System(offset) = &*self.0 {
            offset.store(database_now.since(machine_now()).as_micros(), Ordering::Relaxed);
        }
    }

    /// Sets the clock this far behind the machine's: how a demonstration tells what happened before it opened.
    pub fn set_back(&self, behind: Span) {
        if let Source::System(offset) = &*self.0 {
            offset.store(Span::ZERO.as_micros().saturating_sub(behind.as_micros()), Ordering::Relaxed);
        }
    }

    /// Moves a test clock. A system clock does not move.
    pub fn advance(&self, span: Span) {
        if let Source::Test(now) = &*self.0 {
            now.fetch_add(span.as_micros(), Ordering::SeqCst);
        }
    }

    /// Whether a test moves this clock.
    pub fn is_test(&self) -> bool {
        matches!(&*self.0, Source::Test(_))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the house")]
fn machine_now() -> Timestamp {
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
