//! Owns the live session: what has to be true before a dose, and how the session goes on and ends.

mod evidence;
pub mod http;
mod listen;
mod migrations;
mod problems;
mod publish;
mod stands;
mod store;
#[cfg(test)]
mod tests;
mod view;

use chassis::problem::Failure;
use chassis::run::Part;
use chassis::service::Service;
use chassis::store::Store;
use chassis::work::Work;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event as _};
use proto::events::{care, checkins, identity, scheduling};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// The service: its rows.
pub struct Safety {
    store: Store,
}

/// How a process or a whole house mounts it.
#[inline(never)]
pub fn part() -> Part {
    Part::of::<Safety>()
}

impl Service for Safety {
    const NAME: &'static str = "safety";
    const HEARS: &'static [&'static str] = &[
        scheduling::SessionBooked::NAME,
        scheduling::SessionCancelled::NAME,
        scheduling::OnCallChanged::NAME,
        identity::SitterPresent::NAME,
        identity::SitterAbsent::NAME,
        identity::SitterRevoked::NAME,
        identity::SitterReplaced::NAME,
        checkins::OnCallConfirmed::NAME,
        checkins::PagerChanged::NAME,
        checkins::ScreenTested::NAME,
        checkins::WatchArmed::NAME,
        checkins::WatchClosed::NAME,
        checkins::IncidentOpened::NAME,
        checkins::IncidentResolved::NAME,
        care::NextMorningAnswered::NAME,
    ];
    type Migrations = migrations::Migrations;

    fn new(store: Store) -> anyhow::Result<Self> {
        Ok(Self { store })
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn start(self: &Arc<Self>) {
        stands::start(self);
    }

    fn routes(config: &mut ServiceConfig) {
        http::routes(config);
    }

    async fn hear(&self, work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
        listen::hear(work, envelope).await
    }

    async fn tick(&self) -> Result<Option<Timestamp>, Failure> {
        self.store.tick::<store::Sessions>().await
    }
}
