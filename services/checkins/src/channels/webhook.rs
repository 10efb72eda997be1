//! Notices to another system of the clinic's, signed: it can tell ours from anybody's, and a new one from an old one.

use super::http::{self, Http};
use super::{Carrier, Notice, Sent};
use anyhow::ensure;
use chassis::clock::Clock;
use chassis::{config, crypto};
use futures_util::future::LocalBoxFuture;
use kernel::id::NotificationId;
use kernel::time::Timestamp;
use serde::Serialize;

/// When it was signed, in seconds since 1970: a receiver refuses what is older than it likes.
const TIMESTAMP: &str = "x-holdspace-timestamp";
/// `v1=` and HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body.
const SIGNATURE: &str = "x-holdspace-signature";

pub(super) struct Webhook {
    http: Http,
    url: String,
    key: String,
    clock: Clock,
}

/// The body.
#[derive(Serialize)]
struct Told<'a> {
    /// The same each time the same message is sent.
    id: NotificationId,
    kind: &'a str,
    session: &'a str,
    at: Timestamp,
    step: i64,
    link: &'a str,
}

impl Webhook {
    pub(super) fn new(config: &config::channels::Webhook, clock: &Clock) -> anyhow::Result<Self> {
        ensure!(!config.key.is_empty(), "webhook.key is empty: nobody could tell our messages from others");
        let http = Http::new(config.ca.as_deref())?;
        Ok(Self { http, url: config.url.clone(), key: config.key.clone(), clock: clock.clone() })
    }
}

impl Carrier for Webhook {
    fn send<'a>(&'a self, notice: &'a Notice) -> LocalBoxFuture<'a, Sent> {
        Box::pin(async move {
            let Notice { id, kind, label, at, step, link, .. } = notice;
            let told = Told { id: *id, kind, session: label, at: *at, step: *step, link };
            let body = serde_json::to_string(&told).map_err(|_unwritten| "bad_message")?;
            let timestamp = self.clock.now().seconds().to_string();
            let signature = crypto::hmac_sha256_hex(&self.key, format!("{timestamp}.{body}").as_bytes());
            let request = self.http.post(&self.url).content_type("application/json");
            let request = request.insert_header((TIMESTAMP, timestamp));
            let request = request.insert_header((SIGNATURE, format!("v1={signature}")));
            Ok(http::taken(request.send_body(body)).await?.status())
        })
    }
}
