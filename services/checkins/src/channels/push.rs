//! Notices to the browsers that a person registered: over whichever push service the browser named, sealed for the
//! browser alone (RFC 8030, 8291), under a key of ours (RFC 8292).

mod place;
mod seal;
mod vapid;

use super::http::{self, GONE, Http};
use super::{Notice, Sent};
use crate::store::browsers::{self, Browser};
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::clock::Clock;
use chassis::problem::Failure;
use chassis::service::Ground;
use chassis::store::Store;
use futures_util::future::join_all;
pub(crate) use place::Place;
use serde::{Deserialize, Serialize};
use vapid::Vapid;

/// How long a push service keeps what it cannot hand over at once: an older page only confuses, and the ladder repeats.
const KEEP_SECONDS: &str = "300";
/// It wakes a phone that sleeps.
const URGENCY: &str = "high";

/// Where a browser is reached, and the keys that only it can read with. It rests sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    /// The address at its push service.
    pub(crate) endpoint: String,
    /// An uncompressed point on P-256, base64 for URLs.
    pub(crate) p256dh: String,
    /// Sixteen bytes, base64 for URLs.
    pub(crate) auth: String,
}

/// What a browser shows.
#[derive(Serialize)]
struct Shown<'a> {
    title: &'a str,
    body: &'a str,
    /// The same for one session: a newer one takes the older one's place.
    tag: &'a str,
}

pub(crate) struct Push {
    http: Http,
    vapid: Vapid,
    clock: Clock,
    /// Whether push services may be in one's own network: in tests.
    is_inside: bool,
}

impl Push {
    /// Nothing where it is not set up.
    pub(crate) fn new(ground: &Ground) -> anyhow::Result<Option<Self>> {
        let Some(config) = &ground.config.web_push else { return Ok(None) };
        let vapid = Vapid::new(&ground.keys.push_key("checkins"), config.contact.clone())
            .context("no key for push services")?;
        let (clock, is_inside) = (ground.clock.clone(), config.inside);
        Ok(Some(Self { http: Http::new(None)?, vapid, clock, is_inside }))
    }

    /// What browsers bind their subscription to.
    pub(crate) fn public_key(&self) -> &str {
        self.vapid.public()
    }

    /// The place an endpoint names, if a message may go there at all.
    pub(crate) fn place(&self, endpoint: &str) -> Option<Place> {
        Place::named(endpoint, self.is_inside)
    }

    /// Whether these keys can be sealed for.
    pub(crate) fn fits(subscription: &Subscription) -> bool {
        seal::Keys::read(subscription).is_some_and(|keys| seal::seal(b"", &keys).is_some())
    }

    /// To every browser of the person. One that took it is enough; what is gone is dropped.
    pub(crate) async fn tell(&self, store: &Store, notice: &Notice) -> Result<Sent, Failure> {
        let browsers = browsers::of_person(store, notice.clinic, notice.person).await?;
        let shown = Shown { title: &notice.subject(), body: &notice.line(), tag: &notice.label };
        let Ok(plain) = serde_json::to_vec(&shown) else { return Ok(Err("bad_message")) };
        let sent = join_all(browsers.iter().map(|browser| self.send(store, browser, &plain, &notice.label)));
        let sent = sent.await;
        for (browser, _gone) in browsers.iter().zip(&sent).filter(|(_, sent)| **sent == Err(GONE)) {
            browsers::drop_gone(store, browser).await?;
        }
        let word = sent.iter().find_map(|sent| sent.as_ref().err().copied());
        let taken = sent.into_iter().find_map(Result::ok);
        Ok(taken.ok_or(word.unwrap_or("no_browser")))
    }

    async fn send(&self, store: &Store, browser: &Browser, plain: &[u8], label: &str) -> Sent {
        let subscription = browsers::open(store, browser).await.map_err(|_sealed| "not_prepared")?;
        let place = self.place(&subscription.endpoint).ok_or("bad_address")?;
        let keys = seal::Keys::read(&subscription).ok_or("bad_address")?;
        let body = seal::seal(plain, &keys).ok_or("bad_address")?;
        // Looked up once, and connected to just that: a name that answers differently the second time leads nowhere.
        let address = place.address().await.ok_or("not_taken")??;
        let authorization = self.vapid.authorization(place.origin(), self.clock.now());
        let request = self.http.post(&subscription.endpoint).address(address);
        let request = request.insert_header(("authorization", authorization));
        let request = request.insert_header(("ttl", KEEP_SECONDS)).insert_header(("urgency", URGENCY));
        let request = request.insert_header(("topic", URL_SAFE_NO_PAD.encode(label)));
        let request = request.insert_header(("content-encoding", "aes128gcm"));
        let request = request.content_type("application/octet-stream");
        Ok(http::taken(request.send_body(body)).await?.status())
    }
}
