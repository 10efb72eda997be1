//! When pages were seen, and which of it has to be written down: a page asks every 5 s, and a row that is written each
//! time keeps nobody safer than one that is written when it would decide something.
//!
//! A sight is written when what is written is half as old as its silence may become; and just before what is written
//! would count as silence, the last sight is. So silence counts from the last sight itself, and an engine that dies takes
//! at most half of a patience with it.

use kernel::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// What was seen last so long ago is nobody's page any more.
const FORGOTTEN_AFTER: Span = Span::minutes(10);

/// What one process saw.
#[derive(Debug)]
pub struct Sights<K> {
    seen: BTreeMap<K, Sight>,
}

#[derive(Debug, Clone, Copy)]
struct Sight {
    written_at: Timestamp,
    last_at: Timestamp,
}

impl<K> Default for Sights<K> {
    fn default() -> Self {
        Self { seen: BTreeMap::new() }
    }
}

impl<K: Ord> Sights<K> {
    /// It was seen now. True when that has to be written down.
    pub fn saw(&mut self, key: &K, patience: Span, now: Timestamp) -> bool {
        let half = Span::micros(patience.as_micros() / 2);
        let Some(sight) = self.seen.get_mut(key) else { return true };
        let age = now.since(sight.written_at);
        // A clock that a demonstration set back is no reason to write nothing.
        let is_fresh = age >= Span::ZERO && age < half;
        if is_fresh {
            sight.last_at = now;
        }
        !is_fresh
    }

    /// It was written down that it was seen then.
    pub fn written(&mut self, key: K, at: Timestamp) {
        self.seen.retain(|_, sight| at.since(sight.last_at) < FORGOTTEN_AFTER);
        self.seen.insert(key, Sight { written_at: at, last_at: at });
    }

    /// Nobody waits for it.
    pub fn forget(&mut self, key: &K) {
        self.seen.remove(key);
    }

    /// When it was seen since what is written down.
    pub fn unwritten(&self, key: &K) -> Option<Timestamp> {
        let sight = self.seen.get(key)?;
        (sight.last_at > sight.written_at).then_some(sight.last_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Span = Span::seconds(20);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000).plus(Span::seconds(seconds))
    }

    #[test]
    fn a_page_that_asks_every_five_seconds_is_written_every_ten_and_the_last_sight_is_known() {
        let mut sights = Sights::default();
        let mut written = vec![];
        for seconds in [0, 5, 10, 15, 20, 25] {
            if sights.saw(&"lee", PATIENCE, at(seconds)) {
                sights.written("lee", at(seconds));
                written.push(seconds);
            }
        }
        assert_eq!(written, [0, 10, 20]);
        assert_eq!(sights.unwritten(&"lee"), Some(at(25)));
        sights.written("lee", at(25));
        assert_eq!(sights.unwritten(&"lee"), None);
    }

    #[test]
    fn what_is_written_of_one_forgets_no_other() {
        let mut sights = Sights::default();
        sights.written("ana", at(100));
        sights.written("lee", at(101));
        assert!(!sights.saw(&"ana", PATIENCE, at(102)));
    }

    #[test]
    fn what_is_forgotten_or_lies_in_the_future_is_written() {
        let mut sights = Sights::default();
        sights.written("ana", at(100));
        assert!(!sights.saw(&"ana", PATIENCE, at(101)));
        assert!(sights.saw(&"ana", PATIENCE, at(99)));
        sights.forget(&"ana");
        assert!(sights.saw(&"ana", PATIENCE, at(102)));
        sights.written("ana", at(200));
        sights.written("sam", at(200 + 600));
        assert!(sights.saw(&"ana", PATIENCE, at(201)), "nobody's page any more");
    }
}
