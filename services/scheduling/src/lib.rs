//! Answers when, and who: availability, bookings, the on-call roster. Safety owns the day itself.

pub mod diary;
pub mod http;
mod listen;
mod migrations;
mod problems;
mod publish;
mod roster;
mod store;
pub mod zone;

use chassis::problem::Failure;
use chassis::run::Part;
use chassis::service::{Service, earliest};
use chassis::store::Store;
use chassis::work::Work;
use kernel::time::{Pace, Timestamp};
use proto::envelope::{Envelope, Event as _};
use proto::events::{care, identity, safety};
use utoipa_actix_web::service_config::ServiceConfig;

/// The service.
pub struct Scheduling {
    store: Store,
    /// The pace every booking gets when nobody here is real.
    demo_pace: Option<Pace>,
}

/// How a process or a whole house mounts it.
#[inline(never)]
pub fn part() -> Part {
    Part::of::<Scheduling>()
}

impl Service for Scheduling {
    const NAME: &'static str = "scheduling";
    const HEARS: &'static [&'static str] = &[
        identity::ContactChanged::NAME,
        care::DoseOrdered::NAME,
        safety::PhaseChanged::NAME,
        safety::SessionClosed::NAME,
    ];
    type Migrations = migrations::Migrations;

    fn new(store: Store) -> anyhow::Result<Self> {
        let config = &store.ground().config;
        let demo_pace = config.demo.then_some(config.demo_pace);
        Ok(Self { store, demo_pace })
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn routes(config: &mut ServiceConfig) {
        config
            .service(http::slots::slots)
            .service(http::book)
            .service(http::cancel)
            .service(http::bookings)
            .service(http::calendar::availability)
            .service(http::calendar::set_availability)
            .service(http::calendar::on_call)
            .service(http::calendar::set_on_call)
            .service(http::rota::calendar)
            .service(http::rota::set_weekly)
            .service(http::rota::take_over)
            .service(http::rota::end);
    }

    async fn hear(&self, work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
        listen::hear(work, envelope).await
    }

    async fn tick(&self) -> Result<Option<Timestamp>, Failure> {
        let booking = self.store.tick::<store::Bookings>().await?;
        let handover = roster::tick(self).await?;
        Ok(earliest([booking, handover]))
    }
}

#[cfg(test)]
mod tests;
