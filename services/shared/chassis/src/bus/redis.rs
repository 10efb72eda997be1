//! The bus on Redis 7: one stream with a consumer group per service, and pub/sub for announcements.
//! Nothing here is the only copy: losing all of Redis loses nothing (stack.md §4). A process starts without it too.

use super::{Bus, BusFault, Delivery, Epoch, Subscription, Unreadable};
use crate::clock;
use crate::ids;
use kernel::time::Span;
use proto::envelope::Envelope;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::streams::{
    StreamAutoClaimOptions, StreamAutoClaimReply, StreamId, StreamReadOptions, StreamReadReply,
};
use redis::{AsyncCommands as _, AsyncConnectionConfig, Client, FromRedisValue as _};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, broadcast, watch};
use uuid::Uuid;

const STREAM: &str = "holdspace:facts";
const EPOCH: &str = "holdspace:epoch";
const CHANNEL: &str = "holdspace:casts";
/// Long enough for every group to catch up; the outbox keeps the rest.
const STREAM_LENGTH: usize = 100_000;
/// Facts per read: many, for a lost broker's facts come again by the ten thousand.
const BATCH: usize = 256;
/// How long one read blocks.
const BLOCK_MS: usize = 500;
/// A delivery another consumer did not finish in this time is taken over.
const CLAIM_IDLE_MS: usize = 1000;
/// How often such deliveries are looked for, at least.
const TAKE_OVER_EVERY: Duration = Duration::from_secs(1);
/// A broker that takes longer to answer is treated as gone; a blocking read needs its block on top.
const RESPONSE: Duration = Duration::from_secs(2);
/// The listener asks this often whether the broker is still there: a frozen one closes no connection.
const PULSE: Span = Span::seconds(1);
/// Announcements a slow listener may fall behind before it loses some.
const CAST_BACKLOG: usize = 1024;
/// 256 KiB: a fact holds ids, kinds and times, and never comes near it.
const ENVELOPE_BYTES_MAX: usize = 256 * 1024;

/// Facts and announcements over Redis.
pub struct RedisBus {
    client: Client,
    commands: ConnectionManager,
    casts: broadcast::Sender<Envelope>,
    hears: watch::Sender<bool>,
    listening: OnceCell<()>,
}

struct RedisSubscription {
    connection: ConnectionManager,
    group: String,
    is_joined: bool,
    /// When it last took over what others left.
    took_over_at: Instant,
}

impl From<redis::RedisError> for BusFault {
    fn from(error: redis::RedisError) -> Self {
        Self(error.to_string())
    }
}

fn settings() -> ConnectionManagerConfig {
    ConnectionManagerConfig::new()
        .set_number_of_retries(6)
        .set_min_delay(Duration::from_millis(50))
        .set_max_delay(Duration::from_secs(1))
        .set_response_timeout(Some(RESPONSE))
        .set_connection_timeout(Some(Duration::from_secs(1)))
}

impl RedisBus {
    /// A bus at this address. Nothing is asked of Redis yet.
    ///
    /// # Errors
    /// When the address is none.
    pub fn open(url: &str) -> Result<Arc<dyn Bus>, BusFault> {
        let client = Client::open(format!("{url}?protocol=resp3"))?;
        let commands = ConnectionManager::new_lazy_with_config(client.clone(), settings())?;
        let (casts, hears) = (broadcast::Sender::new(CAST_BACKLOG), watch::Sender::new(false));
        Ok(Arc::new(Self { client, commands, casts, hears, listening: OnceCell::new() }))
    }
}

#[async_trait::async_trait]
impl Bus for RedisBus {
    async fn publish(&self, envelopes: &[Envelope]) -> Result<(), BusFault> {
        let mut pipe = redis::pipe();
        for envelope in envelopes {
            let text = text_of(envelope)?;
            pipe.cmd("XADD").arg(STREAM).arg("MAXLEN").arg("~").arg(STREAM_LENGTH);
            pipe.arg("*").arg("envelope").arg(text).ignore();
        }
        Ok(pipe.exec_async(&mut self.commands.clone()).await?)
    }

    async fn subscribe(&self, group: &str) -> Result<Box<dyn Subscription>, BusFault> {
        // Its own connection: a blocking read must not hold up commands.
        let connection = ConnectionManager::new_with_config(self.client.clone(), settings()).await?;
        let (group, took_over_at) = (group.into(), clock::monotonic());
        Ok(Box::new(RedisSubscription { connection, group, is_joined: false, took_over_at }))
    }

    async fn epoch(&self) -> Result<Epoch, BusFault> {
        let fresh = ids::fresh::<Uuid>().to_string();
        let mut pipe = redis::pipe();
        pipe.cmd("SET").arg(EPOCH).arg(&fresh).arg("NX").arg("GET").cmd("INFO").arg("server");
        let (known, about): (Option<String>, String) = pipe.query_async(&mut self.commands.clone()).await?;
        let run = about.lines().find_map(|line| line.strip_prefix("run_id:")).unwrap_or_default();
        Ok(Epoch { data: known.unwrap_or(fresh), run: run.trim().into() })
    }

    async fn cast(&self, envelopes: &[Envelope]) -> Result<(), BusFault> {
        let mut pipe = redis::pipe();
        for envelope in envelopes {
            pipe.cmd("PUBLISH").arg(CHANNEL).arg(text_of(envelope)?).ignore();
        }
        Ok(pipe.exec_async(&mut self.commands.clone()).await?)
    }

    async fn listen(&self) -> Result<broadcast::Receiver<Envelope>, BusFault> {
        let receiver = self.casts.subscribe();
        let start = async || {
            tokio::spawn(listen(self.client.clone(), self.casts.clone(), self.hears.clone()));
        };
        self.listening.get_or_init(start).await;
        Ok(receiver)
    }

    fn hears(&self) -> watch::Receiver<bool> {
        self.hears.subscribe()
    }
}

fn text_of(envelope: &Envelope) -> Result<String, BusFault> {
    serde_json::to_string(envelope).map_err(|error| BusFault(error.to_string()))
}

/// Listens for as long as anybody may, and says whether it hears.
async fn listen(client: Client, casts: broadcast::Sender<Envelope>, hears: watch::Sender<bool>) {
    loop {
        if let Err(error) = listen_once(&client, &casts, &hears).await {
            tracing::warn!(error = %error, "announcements do not arrive");
        }
        hears.send_replace(false);
        clock::wait(Span::millis(200)).await;
    }
}

async fn listen_once(
    client: &Client,
    casts: &broadcast::Sender<Envelope>,
    hears: &watch::Sender<bool>,
) -> Result<(), redis::RedisError> {
    let casts = casts.clone();
    let pushed = move |push: redis::PushInfo| {
        if push.kind == redis::PushKind::Message {
            let message = redis::Msg::from_push_info(push);
            let envelope =
                message.and_then(|message| serde_json::from_slice(message.get_payload_bytes()).ok());
            if let Some(envelope) = envelope {
                // Nobody listening is fine.
                let _ = casts.send(envelope);
            }
        }
        Ok::<(), redis::aio::SendError>(())
    };
    let settings = AsyncConnectionConfig::new()
        .set_push_sender(pushed)
        .set_response_timeout(Some(RESPONSE))
        .set_connection_timeout(Some(Duration::from_secs(1)));
    let mut connection = client.get_multiplexed_async_connection_with_config(&settings).await?;
    connection.subscribe(CHANNEL).await?;
    hears.send_replace(true);
    loop {
        let _: String = redis::cmd("PING").query_async(&mut connection).await?;
        clock::wait(PULSE).await;
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
        if self.has_missed().await? {
            self.ask_for_everything().await?;
        }
        self.is_joined = true;
        Ok(())
    }

    /// Whether facts were cut off the stream's far end before this group read them: it was away for too long.
    async fn has_missed(&mut self) -> Result<bool, BusFault> {
        let mut pipe = redis::pipe();
        pipe.cmd("XINFO").arg("STREAM").arg(STREAM).cmd("XINFO").arg("GROUPS").arg(STREAM);
        let (stream, groups): (About, Vec<About>) = pipe.query_async(&mut self.connection).await?;
        let is_own = |group: &&About| {
            let name = group.get("name").and_then(|name| String::from_redis_value_ref(name).ok());
            name.is_some_and(|name| name == self.group)
        };
        let cut = count(&stream, "entries-added").zip(count(&stream, "length"));
        let read = groups.iter().find(is_own).and_then(|group| count(group, "entries-read"));
        Ok(cut.zip(read).is_some_and(|((added, length), read)| added.saturating_sub(length) > read))
    }

    /// Another epoch makes every outbox tell again what it keeps; inboxes know what they have heard.
    async fn ask_for_everything(&mut self) -> Result<(), BusFault> {
        tracing::warn!(service = self.group, "facts were missed: everything kept is asked for again");
        let _: usize = self.connection.del(EPOCH).await?;
        Ok(())
    }

    /// Facts that were handed out and never finished, and new ones. The former are looked for when there are no new
    /// ones, and every second besides: under a steady flow nobody would ever take over what a dead process left.
    async fn read(&mut self) -> Result<Vec<StreamId>, BusFault> {
        let options =
            StreamReadOptions::default().group(&self.group, &self.group).count(BATCH).block(BLOCK_MS);
        let fresh: Option<StreamReadReply> =
            self.connection.xread_options(&[STREAM], &[">"], &options).await?;
        let fresh: Vec<_> = fresh.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).collect();
        if !fresh.is_empty() && self.took_over_at.elapsed() < TAKE_OVER_EVERY {
            return Ok(fresh);
        }
        self.took_over_at = clock::monotonic();
        let options = StreamAutoClaimOptions::default().count(BATCH);
        let left: StreamAutoClaimReply = self
            .connection
            .xautoclaim_options(STREAM, &self.group, &self.group, CLAIM_IDLE_MS, "0-0", options)
            .await?;
        if !left.deleted_ids.is_empty() {
            self.ask_for_everything().await?;
        }
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
        Ok(read?.into_iter().map(delivery).collect())
    }

    async fn done(&mut self, tags: &[&str]) -> Result<(), BusFault> {
        if !tags.is_empty() {
            let _: usize = self.connection.xack(STREAM, &self.group, tags).await?;
        }
        Ok(())
    }

    /// Left unacknowledged, it is claimed again after a second.
    async fn again(&mut self, _delivery: Delivery) -> Result<(), BusFault> {
        Ok(())
    }
}

/// What XINFO says, by its words.
type About = HashMap<String, redis::Value>;

fn count(about: &About, word: &str) -> Option<i64> {
    about.get(word).and_then(|value| i64::from_redis_value_ref(value).ok())
}

fn delivery(entry: StreamId) -> Delivery {
    let text: String = entry.get("envelope").unwrap_or_default();
    let parsed = if text.len() > ENVELOPE_BYTES_MAX { None } else { serde_json::from_str(&text).ok() };
    Delivery { envelope: parsed.ok_or(Unreadable { bytes: text.len() }), tag: entry.id }
}
