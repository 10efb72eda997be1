//! The bus inside one process. The outbox behind it still guarantees delivery over a crash.

use super::{Bus, BusFault, Delivery, Epoch, Subscription};
use crate::clock;
use crate::ids;
use kernel::time::Span;
use proto::envelope::Envelope;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{broadcast, mpsc, watch};
use uuid::Uuid;

/// Announcements a slow listener may fall behind before it loses some.
const CAST_BACKLOG: usize = 1024;
/// A fact that could not be handled is tried again after this.
const AGAIN_AFTER: Span = Span::millis(200);

/// Facts and announcements in memory.
pub struct MemoryBus {
    groups: Mutex<HashMap<String, mpsc::UnboundedSender<Envelope>>>,
    casts: broadcast::Sender<Envelope>,
    /// Always: what is said in this process is heard in it.
    hears: watch::Sender<bool>,
    epoch: Uuid,
}

impl Default for MemoryBus {
    fn default() -> Self {
        Self {
            groups: Mutex::default(),
            casts: broadcast::Sender::new(CAST_BACKLOG),
            hears: watch::Sender::new(true),
            epoch: ids::fresh(),
        }
    }
}

struct MemorySubscription {
    sender: mpsc::UnboundedSender<Envelope>,
    receiver: mpsc::UnboundedReceiver<Envelope>,
}

#[async_trait::async_trait]
impl Bus for MemoryBus {
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), BusFault> {
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in groups.values() {
            for envelope in envelopes {
                // A closed group is a service that is shutting down; its outbox epoch brings the fact back.
                let _ = sender.send(envelope.clone());
            }
        }
        Ok(())
    }

    async fn subscribe(&self, group: &str) -> Result<Box<dyn Subscription>, BusFault> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.insert(group.to_owned(), sender.clone());
        Ok(Box::new(MemorySubscription { sender, receiver }))
    }

    /// New with each process and each new group: what was published before somebody listened, or was not
    /// handled before a crash, is published again.
    async fn epoch(&self) -> Result<Epoch, BusFault> {
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Epoch { data: format!("{}:{}", self.epoch, groups.len()), run: "here".into() })
    }

    async fn cast(&self, envelopes: &[Envelope]) -> Result<(), BusFault> {
        for envelope in envelopes {
            // Nobody listening is fine.
            let _ = self.casts.send(envelope.clone());
        }
        Ok(())
    }

    async fn listen(&self) -> Result<broadcast::Receiver<Envelope>, BusFault> {
        Ok(self.casts.subscribe())
    }

    fn hears(&self) -> watch::Receiver<bool> {
        self.hears.subscribe()
    }
}

#[async_trait::async_trait]
impl Subscription for MemorySubscription {
    async fn next(&mut self) -> Result<Vec<Delivery>, BusFault> {
        let envelope = self.receiver.recv().await.ok_or_else(|| BusFault("closed".into()))?;
        let tag = envelope.id.to_string();
        Ok(vec![Delivery { envelope: Ok(envelope), tag }])
    }

    async fn done(&mut self, _tags: &[&str]) -> Result<(), BusFault> {
        Ok(())
    }

    async fn again(&mut self, delivery: Delivery) -> Result<(), BusFault> {
        let sender = self.sender.clone();
        tokio::spawn(async move {
            clock::wait(AGAIN_AFTER).await;
            if let Ok(envelope) = delivery.envelope {
                let _ = sender.send(envelope);
            }
        });
        Ok(())
    }
}

/// A bus in memory, ready to share.
pub fn bus() -> Arc<dyn Bus> {
    Arc::new(MemoryBus::default())
}
