//! The bus: facts at least once to every service, and announcements to whoever listens now.
//! One trait, two homes: memory, and Redis Streams with pub/sub.

pub mod memory;
pub mod redis;

use proto::envelope::Envelope;
use tokio::sync::{broadcast, watch};

/// The bus could not do it now; what is durable stays in the outbox.
#[derive(Debug, thiserror::Error)]
#[error("the bus failed: {0}")]
pub struct BusFault(pub String);

/// A fact handed to one service, to be acknowledged once its transaction has committed.
#[derive(Debug)]
pub struct Delivery {
    /// The fact.
    pub envelope: Result<Envelope, Unreadable>,
    /// The bus's own name for this delivery.
    pub tag: String,
}

/// Something on the bus that is no envelope of ours, or one too large to be.
#[derive(Debug)]
pub struct Unreadable {
    /// Its length in bytes; what it says is nobody's business.
    pub bytes: usize,
}

/// The broker as it stands now. When it changes, facts may be missing from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// The identity of its data: another one means that all of it was lost.
    pub data: String,
    /// The identity of its process: another one means that the last moments may be lost.
    pub run: String,
}

/// Carries facts between services.
#[async_trait::async_trait]
pub trait Bus: Send + Sync {
    /// Hands facts over for every group. Only the outbox calls this.
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), BusFault>;

    /// Joins a group: each fact reaches it at least once.
    async fn subscribe(&self, group: &str) -> Result<Box<dyn Subscription>, BusFault>;

    /// What the broker holds at this moment.
    async fn epoch(&self) -> Result<Epoch, BusFault>;

    /// Announces to whoever listens at this moment. Losing it costs one poll interval.
    async fn cast(&self, envelopes: &[Envelope]) -> Result<(), BusFault>;

    /// Listens to announcements.
    async fn listen(&self) -> Result<broadcast::Receiver<Envelope>, BusFault>;

    /// Whether announcements arrive at this moment. Whoever believes something until told otherwise looks here.
    fn hears(&self) -> watch::Receiver<bool>;
}

/// One group's place in the stream.
#[async_trait::async_trait]
pub trait Subscription: Send {
    /// The next facts; waits until there are some.
    async fn next(&mut self) -> Result<Vec<Delivery>, BusFault>;

    /// Done with these: never again.
    async fn done(&mut self, tags: &[&str]) -> Result<(), BusFault>;

    /// The rows could not be written: again, a little later.
    async fn again(&mut self, delivery: Delivery) -> Result<(), BusFault>;
}
