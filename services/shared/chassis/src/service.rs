//! What a service is, and the ground all services stand on.

use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::Keys;
use crate::mailbox::Mailbox;
use crate::problem::Failure;
use crate::store::Store;
use crate::token::Verifier;
use crate::work::Work;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event};
use sea_orm_migration::MigratorTrait;
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// What every service is given. Cheap to clone.
#[derive(Clone)]
pub struct Ground {
    /// Time.
    pub clock: Clock,
    /// The bus.
    pub bus: Arc<dyn Bus>,
    /// Verifies internal tokens.
    pub verifier: Verifier,
    /// The key file.
    pub keys: Keys,
    /// The configuration.
    pub config: Arc<Config>,
    /// The demo's mailbox.
    pub mailbox: Mailbox,
}

/// A service: a value the chassis can mount in one process with others or alone.
#[expect(async_fn_in_trait, reason = "a service's loops run on its own thread; nothing needs to be Send")]
pub trait Service: Send + Sync + Sized + 'static {
    /// Its name: the prefix of its tables and of its routes under `/api/`.
    const NAME: &'static str;
    /// Whether it alarms: then its clocks and messages have database connections that no request can use up.
    const ALARMS: bool = false;
    /// The events it hears, by their full names. `safety.session_opened.v1` always is.
    const HEARS: &'static [&'static str];
    /// Its tables.
    type Migrations: MigratorTrait;

    /// Builds it on its ground.
    ///
    /// # Errors
    /// When something it cannot start without is missing.
    fn new(store: Store) -> anyhow::Result<Self>;

    /// Its rows.
    fn store(&self) -> &Store;

    /// Its routes, each documented where it is written.
    fn routes(config: &mut ServiceConfig);

    /// Turns something heard into commands, inside one transaction that also notes the event as heard.
    async fn hear(&self, work: &mut Work, envelope: &Envelope) -> Result<(), Failure>;

    /// Looks at its clocks, and says when the next one runs out if that is soon. Called by then, after every commit,
    /// and at least every 250 ms.
    async fn tick(&self) -> Result<Option<Timestamp>, Failure>;

    /// Starts loops of its own, on the service's own thread.
    fn start(self: &Arc<Self>) {}

    /// Why it is not ready, in words; empty when it is.
    fn unready(&self) -> Vec<String> {
        vec![]
    }

    /// What it works without though it had better not, in words.
    fn missing(&self) -> Vec<String> {
        vec![]
    }
}

/// The earliest of what several clocks said.
pub fn earliest(times: impl IntoIterator<Item = Option<Timestamp>>) -> Option<Timestamp> {
    times.into_iter().flatten().min()
}

/// The fact inside an envelope of a known name.
///
/// # Errors
/// When the body is not what the name promises.
pub fn fact<E: Event>(envelope: &Envelope) -> Result<E, Failure> {
    envelope.open().ok_or_else(|| Failure::Stored(format!("the body of {}", E::NAME)))
}
