//! video: the rooms, and the media between the people in them.

pub mod devices;
pub mod hall;
pub mod http;
mod listen;
mod migrations;
mod problems;
mod publish;
pub mod relay;
pub mod sfu;
pub mod signal;
mod store;

use anyhow::Context as _;
use chassis::problem::Failure;
use chassis::run::Part;
use chassis::service::Service;
use chassis::store::Store;
use chassis::work::Work;
use devices::RosterSigner;
use hall::Hall;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event as _};
use proto::events::{identity, safety, scheduling};
use relay::Relay;
use sfu::thread::{Settings, Sfu};
use std::sync::Arc;
use tokio::sync::watch;
use utoipa_actix_web::service_config::ServiceConfig;

/// The service.
pub struct Video {
    store: Store,
    sfu: Sfu,
    relay: Option<Relay>,
    hall: Hall,
    roster_signer: RosterSigner,
    /// Whether the lines of a former life have been written off. Nobody comes in before.
    swept: watch::Sender<bool>,
}

/// How a process or a whole house mounts it.
#[inline(never)]
pub fn part() -> Part {
    Part::of::<Video>()
}

impl Service for Video {
    const NAME: &'static str = "video";
    const HEARS: &'static [&'static str] = &[
        safety::SessionOpened::NAME,
        safety::DoseBegun::NAME,
        safety::DoseRecorded::NAME,
        safety::SessionClosed::NAME,
        scheduling::SessionCancelled::NAME,
        scheduling::IntegrationBooked::NAME,
        identity::SitterRevoked::NAME,
        identity::SignInRevoked::NAME,
    ];
    type Migrations = migrations::Migrations;

    fn new(store: Store) -> anyhow::Result<Self> {
        let config = &store.ground().config;
        let listen = config.media_listen.parse().context("media_listen is an address and a port")?;
        let public_ip = config.media_public_ip.as_deref().map(str::parse).transpose();
        let public_ip = public_ip.context("media_public_ip is an IP address")?;
        let threads = config.media_threads;
        let settings = Settings { listen, public_ip, threads, clock: chassis::clock::monotonic };
        let sfu = Sfu::start(&settings).context("a media port cannot be had")?;
        for address in sfu.addresses() {
            tracing::info!(%address, "media is received");
        }
        let start =
            |relay| Relay::start(relay, public_ip, sfu.ports().collect(), store.ground().clock.clone());
        let relay =
            config.relay.as_ref().map(start).transpose().context("a port for the relay cannot be had")?;
        let roster_signer = RosterSigner::new(&store.ground().keys.roster_key(Self::NAME))?;
        let (hall, swept) = (Hall::default(), watch::Sender::new(false));
        Ok(Self { store, sfu, relay, hall, roster_signer, swept })
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn routes(config: &mut ServiceConfig) {
        config
            .service(http::open_signal)
            .service(http::read_roster_key)
            .service(http::read_ice_servers)
            .service(http::read_room)
            .service(http::admit)
            .service(http::remove)
            .service(http::check_device);
    }

    async fn hear(&self, work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
        listen::hear(self, work, envelope).await
    }

    async fn tick(&self) -> Result<Option<Timestamp>, Failure> {
        self.store.tick::<store::Rooms>().await
    }

    fn start(self: &Arc<Self>) {
        actix_web::rt::spawn(hall::keep(Arc::clone(self)));
    }

    fn unready(&self) -> Vec<String> {
        if *self.swept.borrow() {
            vec![]
        } else {
            vec!["video: the rooms have not been looked through".to_owned()]
        }
    }
}

impl Video {
    /// The media plane, for its figures.
    pub const fn sfu(&self) -> &Sfu {
        &self.sfu
    }
}
