//! Whether packets wait on the way to a viewer: the least delay of each report, over the least of the last seconds.
//!
//! The library's detector looks at how delay grows from group to group, and says nothing until it grows by a third of a
//! frame each time. What a viewer suffers from is the queue that stands.

use rtc::interceptor::Usage;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Clocks drift and paths change: the delay of an empty line is the least of so many seconds.
const FLOOR_SECONDS: usize = 10;

/// A queue of a tenth of a second is more than jitter, and hardly heard yet.
const LONG_MICROS: i64 = 100_000;
/// A line with less than this has room.
const SHORT_MICROS: i64 = 40_000;
/// For so long, because a single late report says nothing.
const STANDS_FOR: Duration = Duration::from_millis(150);

/// What is known of the queue.
#[derive(Debug)]
pub struct Queueing {
    /// The least delay of each second, newest last.
    least: VecDeque<i64>,
    second_from: Instant,
    long_since: Option<Instant>,
}

impl Queueing {
    /// Nothing yet.
    pub const fn new(now: Instant) -> Self {
        Self { least: VecDeque::new(), second_from: now, long_since: None }
    }

    /// The least delay of a report. Where it counts from does not matter, as long as that stays.
    pub fn note(&mut self, delay_micros: i64, now: Instant) -> Usage {
        if self.least.is_empty() || now.saturating_duration_since(self.second_from) >= Duration::from_secs(1)
        {
            self.second_from = now;
            self.least.push_back(delay_micros);
            if self.least.len() > FLOOR_SECONDS {
                self.least.pop_front();
            }
        }
        if let Some(newest) = self.least.back_mut() {
            *newest = delay_micros.min(*newest);
        }
        let queue = delay_micros - self.least.iter().min().copied().unwrap_or(delay_micros);
        if queue < LONG_MICROS {
            self.long_since = None;
            return if queue < SHORT_MICROS { Usage::Normal } else { Usage::Under };
        }
        let since = *self.long_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= STANDS_FOR { Usage::Over } else { Usage::Under }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of these delays in milliseconds, a report every 50.
    fn said(delays: &[i64]) -> Vec<Usage> {
        let start = chassis::clock::monotonic();
        let mut queueing = Queueing::new(start);
        let mut now = start;
        let mut note = |delay: &i64| {
            now += Duration::from_millis(50);
            queueing.note(delay * 1_000 - 7_000_000, now)
        };
        delays.iter().map(&mut note).collect()
    }

    #[test]
    fn a_queue_that_stands_is_too_much_and_one_late_report_is_not() {
        let usages = said(&[30, 35, 150, 30, 80, 140, 150, 160, 170, 60]);
        let (normal, hold, over) = (Usage::Normal, Usage::Under, Usage::Over);
        assert_eq!(usages, [normal, normal, hold, normal, hold, hold, hold, hold, over, normal]);
    }

    #[test]
    fn a_path_that_became_longer_is_the_new_floor_after_a_while() {
        let mut delays = vec![20; 20];
        delays.extend([220; 230]);
        let usages = said(&delays);
        assert_eq!(usages.get(40), Some(&Usage::Over));
        assert_eq!(usages.last(), Some(&Usage::Normal));
    }
}
