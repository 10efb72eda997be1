//! The only public door: cookies to tokens, limits, sockets, pages. It knows no clinical word and keeps no row.

pub mod document;
pub mod door;
pub mod fanout;
pub mod gate;
pub mod headers;
pub mod house;
pub mod limits;
pub mod live;
pub mod origin;
pub mod reach;
pub mod resolve;
pub mod rooms;
pub mod routes;
pub mod serve;
mod upstream;
pub mod web;

use crate::door::{Door, Resolve};
use crate::fanout::Fanout;
use crate::limits::{Connections, Rates};
use crate::origin::Home;
use crate::resolve::AskIdentity;
use crate::routes::Routes;
use crate::web::Pages;
use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest};
use anyhow::Context as _;
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::problem::Problem;
use chassis::process::Stopping;
use chassis::run::Mounted;
use chassis::service::Ground;
use chassis::token::Signer;
use kernel::time::Span;
use proto::problems;
use proto::standing::Standing;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;

/// Everything the door needs. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    /// Cookies to tokens.
    pub door: Door,
    /// Events to sockets.
    pub fanout: Fanout,
    /// Time.
    pub clock: Clock,
    pub(crate) home: Home,
    /// What pages may load and ask.
    pub(crate) policy: HeaderValue,
    pub(crate) pages: Pages,
    pub(crate) rates: Arc<Rates>,
    pub(crate) connections: Connections,
    pub(crate) routes: Routes,
    pub(crate) stopping: Stopping,
    pub(crate) config: Arc<Config>,
    pub(crate) mounted: Arc<Vec<Mounted>>,
    ground: Ground,
}

/// Who is asking, as the door found out.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// How they stand.
    pub standing: Standing,
    /// Their cookie, for asking again.
    pub(crate) cookie: String,
}

impl Gateway {
    /// A gateway before services in this process, asking `identity` about cookies.
    ///
    /// # Errors
    /// When the signing key cannot be used.
    pub fn new(ground: &Ground, identity: Arc<dyn Resolve>, mounted: Vec<Mounted>) -> anyhow::Result<Self> {
        Self::before(ground, identity, Routes::local(), mounted, Stopping::default())
    }

    /// A gateway before services in processes of their own.
    ///
    /// # Errors
    /// When the signing key cannot be used, or identity has no address.
    pub fn before_upstreams(ground: &Ground, stopping: Stopping) -> anyhow::Result<Self> {
        let routes = Routes::upstream(&ground.config.upstreams);
        let address = ground.config.upstreams.get("identity").context("identity has no address")?;
        let identity = AskIdentity {
            address: address.as_str().into(),
            signer: Signer::new(&ground.keys).context("the key file holds no signing key")?,
            clock: ground.clock.clone(),
        };
        Self::before(ground, Arc::new(identity), routes, vec![], stopping)
    }

    fn before(
        ground: &Ground,
        identity: Arc<dyn Resolve>,
        routes: Routes,
        mounted: Vec<Mounted>,
        stopping: Stopping,
    ) -> anyhow::Result<Self> {
        let signer = Signer::new(&ground.keys).context("the key file holds no signing key")?;
        let (clock, rates) = (ground.clock.clone(), Arc::new(Rates::new(&ground.config.budgets)));
        let watchdog = ground.config.watchdog.as_ref().map(|watchdog| watchdog.url.as_str());
        // The recorder exists before the first number is counted.
        let _ = chassis::telemetry::recorder();
        Ok(Self {
            door: Door::new(identity, signer, clock.clone(), Arc::clone(&rates), ground.bus.hears()),
            fanout: Fanout::default(),
            clock,
            home: Home::new(&ground.config.public_url),
            policy: headers::policy(watchdog).context("watchdog.url is no address")?,
            pages: Pages::new(ground.config.web_dir.clone()),
            rates,
            connections: Connections::default(),
            routes,
            stopping,
            config: Arc::clone(&ground.config),
            mounted: Arc::new(mounted),
            ground: ground.clone(),
        })
    }

    /// Whether this address is a proxy of ours.
    pub(crate) fn is_trusted(&self, peer: IpAddr) -> bool {
        self.config.trusted_proxies.contains(&peer)
    }

    /// Listens to announcements for as long as the process lives: sockets are told, standings forgotten.
    pub async fn listen(self) {
        actix_web::rt::spawn(forget_when_deaf(self.door.clone(), self.ground.bus.hears()));
        actix_web::rt::spawn(part_when_told(self.clone()));
        loop {
            match self.ground.bus.listen().await {
                Ok(mut announcements) => self.hear(&mut announcements).await,
                Err(fault) => tracing::warn!(error = %fault, "the gateway cannot listen yet"),
            }
            chassis::clock::wait(Span::millis(200)).await;
        }
    }

    async fn hear(&self, announcements: &mut tokio::sync::broadcast::Receiver<proto::envelope::Envelope>) {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            match announcements.recv().await {
                Ok(envelope) => {
                    self.door.hear(&envelope);
                    self.fanout.tell(&envelope);
                }
                // What was missed is found by the pages' polls; what was believed is asked for again.
                Err(RecvError::Lagged(_)) => self.door.forget_all(),
                Err(RecvError::Closed) => return self.door.forget_all(),
            }
        }
    }
}

/// A page that is told so reconnects at once; one that merely loses its socket waits to be sure.
async fn part_when_told(gateway: Gateway) {
    gateway.stopping.told().await;
    chassis::clock::wait(gateway.config.drain()).await;
    gateway.fanout.close_all();
}

/// When announcements stop or come again, a revocation may have been missed.
async fn forget_when_deaf(door: Door, mut hears: tokio::sync::watch::Receiver<bool>) {
    while hears.changed().await.is_ok() {
        door.forget_all();
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gateway")
    }
}

impl FromRequest for Gateway {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.app_data::<Self>().cloned().ok_or(Problem::new(&problems::HOUSE_BROKEN)))
    }
}
