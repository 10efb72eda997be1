//! What the media thread counts. Nobody in particular, only how much of what.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counters. They only grow.
#[derive(Debug, Default)]
pub struct Figures {
    /// Datagrams read.
    pub received: Counter,
    /// Datagrams sent.
    pub sent: Counter,
    /// Datagrams the kernel would not take.
    pub unsent: Counter,
    /// Media packets passed on.
    pub forwarded: Counter,
    /// Media packets an engine would not write.
    pub unwritten: Counter,
    /// Datagrams from an address nobody has proven to own.
    pub unknown: Counter,
    /// Connectivity checks that name one of our peers and are not signed by its password.
    pub forged: Counter,
    /// Key frames asked of publishers.
    pub key_frames_asked: Counter,
}

/// One of them.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// So many more.
    pub fn add_many(&self, count: usize) {
        self.0.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
