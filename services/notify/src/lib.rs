//! Sends what is not an alarm: invitations, confirmations, reminders. The only texts with our name on them.

pub mod http;
mod invite;
mod listen;
mod mail;
mod migrations;
mod problems;
mod publish;
mod sender;
mod store;
mod words;

use chassis::problem::Failure;
use chassis::process;
use chassis::run::Part;
use chassis::service::Service;
use chassis::store::Store;
use chassis::work::Work;
use kernel::time::Timestamp;
use mail::Lane;
pub use problems::NO_ADDRESS;
use proto::envelope::{Envelope, Event as _};
use proto::events::{care, house, identity, scheduling};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// The service.
pub struct Notify {
    store: Store,
    lane: Lane,
}

/// How a process or a whole house mounts it.
#[inline(never)]
pub fn part() -> Part {
    Part::of::<Notify>()
}

impl Service for Notify {
    const NAME: &'static str = "notify";
    const HEARS: &'static [&'static str] = &[
        identity::ContactChanged::NAME,
        identity::LinkIssued::NAME,
        scheduling::SessionBooked::NAME,
        scheduling::IntegrationBooked::NAME,
        scheduling::SessionCancelled::NAME,
        scheduling::ReminderDue::NAME,
        scheduling::RosterGap::NAME,
        care::IntegrationOffered::NAME,
        house::LetterDied::NAME,
    ];
    type Migrations = migrations::Migrations;

    fn new(store: Store) -> anyhow::Result<Self> {
        let lane = Lane::new(&store.ground().config)?;
        Ok(Self { store, lane })
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn routes(config: &mut ServiceConfig) {
        config.service(http::mailbox).service(http::test_mail);
    }

    async fn hear(&self, work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
        listen::hear(work, envelope).await
    }

    /// Nothing here waits for a clock but messages, and those have a loop of their own: a slow mail server
    /// must not make the service look dead.
    async fn tick(&self) -> Result<Option<Timestamp>, Failure> {
        Ok(None)
    }

    fn start(self: &Arc<Self>) {
        process::give_way();
        sender::start(self);
    }

    fn unready(&self) -> Vec<String> {
        self.lane.unready()
    }
}

#[cfg(test)]
mod tests;
