//! What a publisher's picture lacks: asked for again while it can still be shown (RFC 4585 §6.2.1).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A packet that overtakes another is no loss.
const REORDERED_WITHIN: Duration = Duration::from_millis(10);
/// Asked again when a round trip on a poor line has passed.
const ASKED_EVERY: Duration = Duration::from_millis(100);
/// The viewer's own buffer waits no longer.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(1);
/// More than this at once is no gap but an interruption, and a key frame mends it.
const MISSING_MAX: usize = 256;

/// What is missing, and when it was noticed and asked for.
#[derive(Debug, Default)]
pub struct Gaps {
    newest: Option<u64>,
    missing: BTreeMap<u64, Missing>,
}

#[derive(Debug)]
struct Missing {
    noticed_at: Instant,
    asked_at: Option<Instant>,
}

impl Gaps {
    /// A packet came. True when so much is missing that only a key frame helps.
    pub fn note(&mut self, index: u64, now: Instant) -> bool {
        let newest = self.newest.unwrap_or(index);
        if index <= newest {
            self.missing.remove(&index);
            self.newest = Some(newest);
            return false;
        }
        self.newest = Some(index);
        if index - newest > u64::try_from(MISSING_MAX).unwrap_or(u64::MAX) {
            self.missing.clear();
            return true;
        }
        for lost in newest + 1..index {
            self.missing.insert(lost, Missing { noticed_at: now, asked_at: None });
        }
        let is_too_much = self.missing.len() > MISSING_MAX;
        if is_too_much {
            self.missing.clear();
        }
        is_too_much
    }

    /// What to ask for now.
    pub fn ask(&mut self, now: Instant) -> Vec<u64> {
        if self.missing.is_empty() {
            return vec![];
        }
        self.missing.retain(|_, gap| now.saturating_duration_since(gap.noticed_at) < GIVEN_UP_AFTER);
        let mut asked = vec![];
        for (index, gap) in &mut self.missing {
            let is_late = now.saturating_duration_since(gap.noticed_at) >= REORDERED_WITHIN;
            let was_asked = gap.asked_at.is_some_and(|at| now.saturating_duration_since(at) < ASKED_EVERY);
            if is_late && !was_asked {
                gap.asked_at = Some(now);
                asked.push(*index);
            }
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        *START.get_or_init(chassis::clock::monotonic) + Duration::from_millis(millis)
    }

    #[test]
    fn a_gap_is_asked_for_after_a_moment_and_again_until_it_is_given_up() {
        let mut gaps = Gaps::default();
        gaps.note(100, at(0));
        gaps.note(103, at(0));
        assert_eq!(gaps.ask(at(5)), [0_u64; 0]);
        assert_eq!(gaps.ask(at(10)), [101, 102]);
        assert_eq!(gaps.ask(at(50)), [0_u64; 0]);
        gaps.note(102, at(60));
        assert_eq!(gaps.ask(at(110)), [101]);
        assert_eq!(gaps.ask(at(1000)), [0_u64; 0]);
        assert!(gaps.missing.is_empty());
    }

    #[test]
    fn an_interruption_is_mended_by_a_key_frame() {
        let mut gaps = Gaps::default();
        assert!(!gaps.note(1, at(0)));
        assert!(gaps.note(10_000, at(0)));
        assert_eq!(gaps.ask(at(20)), [0_u64; 0]);
        for index in (10_002..10_600).step_by(2) {
            gaps.note(index, at(30));
        }
        assert!(gaps.missing.len() <= MISSING_MAX);
    }
}
