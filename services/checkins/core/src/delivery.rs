//! What became of one message, as people are shown it: how far it is known to have come.
//!
//! Accepted is a provider's word and no more: nobody has seen it yet. The ladder goes on until somebody acknowledges.

use kernel::time::{Span, Timestamp};

/// What is known of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// A provider took it, first then.
    pub accepted_at: Option<Timestamp>,
    /// The provider says that it arrived.
    pub delivered_at: Option<Timestamp>,
    /// It was opened.
    pub seen_at: Option<Timestamp>,
    /// Whoever got it took the incident with it.
    pub acknowledged_at: Option<Timestamp>,
    /// The last that was heard of it is that it did not arrive.
    pub failed_at: Option<Timestamp>,
    /// Nobody needs it any more.
    pub superseded: bool,
}

/// How far a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Nobody took it yet.
    Queued,
    /// A provider took it.
    Accepted,
    /// It arrived.
    Delivered,
    /// It was opened.
    Seen,
    /// Somebody took the incident with it.
    Acknowledged,
    /// It did not arrive; it is tried again.
    Failed,
    /// Somebody had the incident before it left.
    Superseded,
}

impl Delivery {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Accepted,
        Self::Delivered,
        Self::Seen,
        Self::Acknowledged,
        Self::Failed,
        Self::Superseded,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
            Self::Seen => "seen",
            Self::Acknowledged => "acknowledged",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }
}

impl Marks {
    /// The farthest that is known; what a person did counts more than what a provider says.
    pub const fn delivery(&self) -> Delivery {
        if self.acknowledged_at.is_some() {
            Delivery::Acknowledged
        } else if self.seen_at.is_some() {
            Delivery::Seen
        } else if self.superseded {
            Delivery::Superseded
        } else if self.failed_at.is_some() {
            Delivery::Failed
        } else if self.delivered_at.is_some() {
            Delivery::Delivered
        } else if self.accepted_at.is_some() {
            Delivery::Accepted
        } else {
            Delivery::Queued
        }
    }

    /// When that was; nothing for what still waits.
    pub fn at(&self) -> Option<Timestamp> {
        let person = self.acknowledged_at.or(self.seen_at);
        person.or(self.failed_at).or(self.delivered_at).or(self.accepted_at)
    }

    /// How long a provider took to take it, from when it was written.
    pub fn latency(&self, written_at: Timestamp) -> Option<Span> {
        self.accepted_at.map(|accepted_at| accepted_at.since(written_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Option<Timestamp> = Some(Timestamp::from_micros(1_000_000));
    const TWO: Option<Timestamp> = Some(Timestamp::from_micros(2_000_000));
    const THREE: Option<Timestamp> = Some(Timestamp::from_micros(3_000_000));
    const FOUR: Option<Timestamp> = Some(Timestamp::from_micros(4_000_000));

    #[test]
    fn a_message_is_as_far_as_it_is_known_to_have_come() {
        let mut marks = Marks::default();
        let mut came = vec![(marks.delivery(), marks.at())];
        marks.accepted_at = ONE;
        came.push((marks.delivery(), marks.at()));
        marks.delivered_at = TWO;
        came.push((marks.delivery(), marks.at()));
        marks.seen_at = THREE;
        came.push((marks.delivery(), marks.at()));
        marks.acknowledged_at = FOUR;
        came.push((marks.delivery(), marks.at()));
        let words: Vec<_> = came.iter().map(|(delivery, _)| delivery.as_str()).collect();
        assert_eq!(words, ["queued", "accepted", "delivered", "seen", "acknowledged"]);
        assert_eq!(came.iter().map(|(_, when)| *when).collect::<Vec<_>>(), [None, ONE, TWO, THREE, FOUR]);
    }

    #[test]
    fn a_failure_hides_what_the_provider_said_before_and_nothing_that_a_person_did() {
        let failed = Marks { accepted_at: ONE, failed_at: TWO, ..Marks::default() };
        assert_eq!(failed.delivery(), Delivery::Failed);
        assert_eq!(Marks { seen_at: ONE, ..failed }.delivery(), Delivery::Seen);
    }

    #[test]
    fn latency_counts_from_the_writing_to_the_first_word() {
        let marks = Marks { accepted_at: THREE, delivered_at: FOUR, ..Marks::default() };
        assert_eq!(marks.latency(Timestamp::from_micros(1_000_000)), Some(Span::seconds(2)));
        assert_eq!(Marks::default().latency(Timestamp::from_micros(0)), None);
    }
}
