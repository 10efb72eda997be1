//! The bus on Redis 7: one stream with a consumer group per service, and pub/sub for announcements.
//! Nothing here is the only copy: losing all of Redis loses nothing (stack.md §4).

use super::{Bus, BusFault, Delivery, Subscription};
use crate::ids;
use proto::envelope::Envelope;
use redis::AsyncCommands as _;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::streams::{
    StreamAutoClaimOptions, StreamAutoClaimReply, StreamId, StreamMaxlen, StreamReadOptions, StreamReadReply,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use uuid::Uuid;

const STREAM: &str = "holdspace:facts";
const EPOCH: &str = "holdspace:epoch";
const CHANNEL: &str = "holdspace:casts";
/// Long enough for every group to catch up; the outbox keeps the rest.
const STREAM_LENGTH: usize = 100_000;
const BATCH: usize = 64;
/// How long one read blocks.
const BLOCK_MS: usize = 500;
/// A delivery another consumer did not finish in this time is taken over.
const CLAIM_IDLE_MS: usize = 1000;

/// Facts and announcements over Redis.
pub struct RedisBus {
    client: redis::Client,
    commands: ConnectionManager,
    /// Held for its subscription; dropping it would end the announcements.
    listener: ConnectionManager,
    casts: broadcast::Sender<Envelope>,
}

struct RedisSubscription {
    connection: ConnectionManager,
    group: String,
    consumer: String,
    is_joined: bool,
}

impl From<redis::RedisError> for BusFault {
    fn from(error: redis::RedisError) -> Self {
        Self(error.to_string())
    }
}

fn settings(response: Duration) -> ConnectionManagerConfig {
    ConnectionManagerConfig::new()
        .set_number_of_retries(6)
        .set_min_delay(Duration::from_millis(50))
        .set_max_delay(Duration::from_secs(1))
        .set_response_timeout(Some(response))
        .set_connection_timeout(Some(Duration::from_secs(1)))
}

impl RedisBus {
    /// Connects, and subscribes to announcements.
    ///
    /// # Errors
    /// When Redis cannot be reached.
    pub async fn connect(url: &str) -> Result<Arc<dyn Bus>, BusFault> {
        let client = redis::Client::open(format!("{url}?protocol=resp3"))?;
        let commands =
            ConnectionManager::new_with_config(client.clone(), settings(Duration::from_secs(2))).await?;
        let casts = broadcast::Sender::new(1024);
        let sender = casts.clone();
        let pushed = settings(Duration::from_secs(2)).set_automatic_resubscription().set_push_sender(
            move |push: redis::PushInfo| {
                if push.kind == redis::PushKind::Message {
                    let message = redis::Msg::from_push_info(push);
                    let envelope =
                        message.and_then(|message| serde_json::from_slice(message.get_payload_bytes()).ok());
                    if let Some(envelope) = envelope {
                        let _ = sender.send(envelope);
                    }
                }
                Ok::<(), redis::aio::SendError>(())
            },
        );
        let mut listener = ConnectionManager::new_with_config(client.clone(), pushed).await?;
        listener.subscribe(CHANNEL).await?;
        Ok(Arc::new(Self { client, commands, listener, casts }))
    }
}

#[async_trait::async_trait]
impl Bus for RedisBus {
    async fn publish(&self, envelope: &Envelope) -> Result<(), BusFault> {
        let text = serde_json::to_string(envelope).map_err(|error| BusFault(error.to_string()))?;
        let mut commands = self.commands.clone();
        let _: Option<String> = commands
            .xadd_maxlen(STREAM, StreamMaxlen::Approx(STREAM_LENGTH), "*", &[("envelope", text)])
            .await?;
        Ok(())
    }

    async fn subscribe(&self, group: &str) -> Result<Box<dyn Subscription>, BusFault> {
        // Its own connection: a blocking read must not hold up commands.
        let connection =
            ConnectionManager::new_with_config(self.client.clone(), settings(Duration::from_secs(5))).await?;
        let consumer = ids::fresh::<Uuid>().to_string();
        Ok(Box::new(RedisSubscription { connection, group: group.into(), consumer, is_joined: false }))
    }

    async fn epoch(&self) -> Result<String, BusFault> {
        let fresh = ids::fresh::<Uuid>().to_string();
        let mut commands = self.commands.clone();
        let known: Option<String> =
            redis::cmd("SET").arg(EPOCH).arg(&fresh).arg("NX").arg("GET").query_async(&mut commands).await?;
        Ok(known.unwrap_or(fresh))
    }

    async fn cast(&self, envelope: &Envelope) -> Result<(), BusFault> {
        let text = serde_json::to_string(envelope).map_err(|error| BusFault(error.to_string()))?;
        let mut commands = self.commands.clone();
        let _: i64 = commands.publish(CHANNEL, text).await?;
        Ok(())
    }

    async fn listen(&self) -> Result<broadcast::Receiver<Envelope>, BusFault> {
        let _alive = &self.listener;
        Ok(self.casts.subscribe())
    }
}

impl RedisSubscription {
    /// Makes the group where it is missing: at first, and after Redis lost its data.
    async fn join(&mut self) -> Result<(), BusFault> {
        let made: Result<(), redis::RedisError> =
            self.connection.xgroup_create_mkstream(STREAM, &self.group, "0").await;
        match made {
            Ok(()) => {}
            Err(error) if error.code() == Some("BUSYGROUP") => {}
            Err(error) => return Err(error.into()),
        }
        self.is_joined = true;
        Ok(())
    }

    async fn read(&mut self) -> Result<Vec<StreamId>, BusFault> {
        let options = StreamAutoClaimOptions::default().count(BATCH);
        let left: StreamAutoClaimReply = self
            .connection
            .xautoclaim_options(STREAM, &self.group, &self.consumer, CLAIM_IDLE_MS, "0-0", options)
            .await?;
        let options =
            StreamReadOptions::default().group(&self.group, &self.consumer).count(BATCH).block(BLOCK_MS);
        let fresh: Option<StreamReadReply> =
            self.connection.xread_options(&[STREAM], &[">"], &options).await?;
        let fresh = fresh.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids);
        Ok(left.claimed.into_iter().chain(fresh).collect())
    }
}

#[async_trait::async_trait]
impl Subscription for RedisSubscription {
    async fn next(&mut self) -> Result<Vec<Delivery>, BusFault> {
        if !self.is_joined {
            self.join().await?;
        }
        let read = self.read().await;
        if read.is_err() {
            self.is_joined = false;
        }
        let parsed = read?.into_iter().filter_map(|entry| {
            let text: String = entry.get("envelope")?;
            Some(Delivery { envelope: serde_json::from_str(&text).ok()?, tag: entry.id })
        });
        Ok(parsed.collect())
    }

    async fn done(&mut self, tag: &str) -> Result<(), BusFault> {
        let _: usize = self.connection.xack(STREAM, &self.group, &[tag]).await?;
        Ok(())
    }

    /// Left unacknowledged, it is claimed again after a second.
    async fn again(&mut self, _delivery: Delivery) -> Result<(), BusFault> {
        Ok(())
    }
}
