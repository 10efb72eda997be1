//! One safety message on one channel: who may send it, for how long, and when it is tried again.
//!
//! ```text
//! Pending ──claim──▶ Leased ──accepted──▶ Accepted
//!    ▲                 │
//!    ├───── failed ────┤
//!    └─── (lease over) ┘      Pending ──nobody needs it any more──▶ Superseded
//! ```
//! Send first, mark after: a sender that dies leaves a lease that runs out, or that it gives up itself when it is back,
//! and the message goes twice rather than never. A sender whose lease ran out holds an old fence, and marks nothing.
//! The store does the same in SQL for many rows at once (`store/notifications.rs`; `take_back` ends its own leases).

use kernel::time::{Span, Timestamp};

/// How long a sender holds a message (reliability.md §2.4).
pub const LEASE: Span = Span::seconds(3);
/// A slow send renews its lease this often (reliability.md §2.4).
pub const RENEW: Span = Span::seconds(1);
/// After the first failure; twice as long after each further one.
const FIRST_PAUSE: Span = Span::millis(500);
/// The longest pause between two attempts: an alarm is never given up.
const LONGEST_PAUSE: Span = Span::seconds(5);

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for a sender.
    Pending {
        /// Not before.
        next_at: Timestamp,
    },
    /// A sender has it.
    Leased {
        /// Until then.
        until_at: Timestamp,
    },
    /// The provider took it.
    Accepted,
    /// Nobody needs it any more.
    Superseded,
}

/// One message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notification {
    /// Where it stands.
    pub state: State,
    /// How often it was claimed; also the fence that the present sender holds.
    pub fence: i64,
}

/// Why a sender may not mark a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale;

impl Notification {
    /// A new message, to be sent from then on.
    pub const fn new(next_at: Timestamp) -> Self {
        Self { state: State::Pending { next_at }, fence: 0 }
    }

    /// Whether a sender may take it: its time has come, or whoever had it is gone.
    pub fn is_claimable(&self, now: Timestamp) -> bool {
        match self.state {
            State::Pending { next_at } => next_at <= now,
            State::Leased { until_at } => until_at <= now,
            State::Accepted | State::Superseded => false,
        }
    }

    /// A sender takes it, and holds the fence of the result.
    pub fn claimed(self, now: Timestamp) -> Option<Self> {
        let state = State::Leased { until_at: now.plus(LEASE) };
        self.is_claimable(now).then(|| Self { state, fence: self.fence.saturating_add(1) })
    }

    /// The sender is still at it.
    ///
    /// # Errors
    /// When somebody else has it now.
    pub fn renewed(self, fence: i64, now: Timestamp) -> Result<Self, Stale> {
        self.held(fence)?;
        Ok(Self { state: State::Leased { until_at: now.plus(LEASE) }, ..self })
    }

    /// The provider took it.
    ///
    /// # Errors
    /// When somebody else has it now: their attempt counts.
    pub fn accepted(self, fence: i64) -> Result<Self, Stale> {
        self.held(fence)?;
        Ok(Self { state: State::Accepted, ..self })
    }

    /// The provider did not take it.
    ///
    /// # Errors
    /// When somebody else has it now.
    pub fn failed(self, fence: i64, now: Timestamp) -> Result<Self, Stale> {
        self.held(fence)?;
        Ok(Self { state: State::Pending { next_at: now.plus(pause(fence)) }, ..self })
    }

    /// Nobody needs it any more. What a sender has in hand goes out.
    #[must_use]
    pub fn superseded(self) -> Self {
        match self.state {
            State::Pending { .. } => Self { state: State::Superseded, ..self },
            State::Leased { .. } | State::Accepted | State::Superseded => self,
        }
    }

    fn held(&self, fence: i64) -> Result<(), Stale> {
        let is_leased = matches!(self.state, State::Leased { .. });
        if is_leased && self.fence == fence { Ok(()) } else { Err(Stale) }
    }
}

/// 0.5 s, 1 s, 2 s, 4 s, then every 5 s.
pub fn pause(attempts: i64) -> Span {
    let doublings = u32::try_from(attempts.clamp(1, 5) - 1).unwrap_or(0);
    FIRST_PAUSE.times(2_i64.pow(doublings)).at_most(LONGEST_PAUSE)
}
