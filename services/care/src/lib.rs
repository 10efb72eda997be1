//! Keeps what a patient entrusts: dose orders and their ledger, answers and scores, the journal, and what comes after.

pub mod http;
mod listen;
mod migrations;
mod problems;
mod publish;
mod store;

use chassis::problem::Failure;
use chassis::run::Part;
use chassis::service::Service;
use chassis::store::Store;
use chassis::work::Work;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event as _};
use proto::events::{identity, safety, scheduling};
use utoipa_actix_web::service_config::ServiceConfig;

/// The care service.
pub struct Care {
    store: Store,
}

/// How a process or a whole house mounts it.
#[inline(never)]
pub fn part() -> Part {
    Part::of::<Care>()
}

impl Service for Care {
    const NAME: &'static str = "care";
    const HEARS: &'static [&'static str] = &[
        identity::ContactChanged::NAME,
        safety::SessionOpened::NAME,
        safety::DoseBegun::NAME,
        safety::DoseRecorded::NAME,
        safety::Discharged::NAME,
        scheduling::IntegrationBooked::NAME,
        scheduling::SessionCancelled::NAME,
    ];
    type Migrations = migrations::Migrations;

    fn new(store: Store) -> anyhow::Result<Self> {
        Ok(Self { store })
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn routes(config: &mut ServiceConfig) {
        http::routes(config);
    }

    async fn hear(&self, work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
        listen::hear(work, envelope).await
    }

    /// Nothing here runs out: the morning's silence is the watch's to notice.
    async fn tick(&self) -> Result<Option<Timestamp>, Failure> {
        Ok(None)
    }
}
