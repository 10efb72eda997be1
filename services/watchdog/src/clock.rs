//! The one place of the watchdog that reads a clock, and the one place that waits.

use crate::silence::Now;
use kernel::time::{Span, Timestamp};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Supplies both readings. They agree at the start; only one of them can be moved after that.
pub(crate) struct Clock(Instant, Timestamp);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the watchdog's one clock: it shares none with the house")]
    pub(crate) fn start() -> Self {
        Self(Instant::now(), wall())
    }

    pub(crate) fn now(&self) -> Now {
        let micros = i64::try_from(self.0.elapsed().as_micros()).unwrap_or(i64::MAX);
        Now { steady: self.1.plus(Span::micros(micros)), wall: wall() }
    }
}

#[expect(clippy::disallowed_methods, reason = "the watchdog's one clock: it shares none with the house")]
fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Waits, for loops that look again.
#[expect(clippy::disallowed_methods, reason = "the one place of the watchdog that waits")]
pub(crate) async fn wait(span: Span) {
    tokio::time::sleep(Duration::from_micros(span.as_micros().unsigned_abs())).await;
}
