//! The bus: facts at least once to every service, and announcements to whoever listens now.
//! One trait, two homes: memory, and Redis Streams with pub/sub.

pub mod memory;
pub mod redis;

use proto::envelope::Envelope;
use tokio::sync::broadcast;

/// The bus could not do it now; what is durable stays in the outbox.
#[derive(Debug, thiserror::Error)]
#[error("the bus failed: {0}")]
pub struct BusFault(pub String);

/// A fact handed to one service, to be acknowledged once its transaction has committed.
#[derive(Debug)]
pub struct Delivery {
    /// The fact.
    pub envelope: Envelope,
    /// The bus's own name for this delivery.
    pub tag: String,
}

/// Carries facts between services.
#[async_trait::async_trait]
pub trait Bus: Send + Sync {
    /// Hands a fact over for every group. Only the outbox calls this.
    async fn publish(&self, envelope: &Envelope) -> Result<(), BusFault>;

    /// Joins a group: each fact reaches it at least once.
    async fn subscribe(&self, group: &str) -> Result<Box<dyn Subscription>, BusFault>;

    /// The identity of the broker's data: when it changes, the broker lost its data.
    async fn epoch(&self) -> Result<String, BusFault>;

    /// Announces to whoever listens at this moment. Losing it costs one poll interval.
    async fn cast(&self, envelope: &Envelope) -> Result<(), BusFault>;

    /// Listens to announcements.
    async fn listen(&self) -> Result<broadcast::Receiver<Envelope>, BusFault>;
}

/// One group's place in the stream.
#[async_trait::async_trait]
pub trait Subscription: Send {
    /// The next facts; waits until there are some.
    async fn next(&mut self) -> Result<Vec<Delivery>, BusFault>;

    /// Done with it: never again.
    async fn done(&mut self, tag: &str) -> Result<(), BusFault>;

    /// Not done: again, a little later.
    async fn again(&mut self, delivery: Delivery) -> Result<(), BusFault>;
}
