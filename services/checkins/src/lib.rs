//! Keeps watch over live sessions, and tells people until somebody acts.

mod answers;
mod asking;
pub mod beats;
mod bedtime;
mod channels;
mod contact;
mod engines;
mod hold;
pub mod http;
mod journal;
mod listen;
mod mail;
mod migrations;
mod mirror;
mod numbers;
mod on_call;
mod pager;
mod problems;
mod publish;
mod sender;
mod signs;
pub mod store;
mod synthetic;
mod take;

use chassis::problem::Failure;
use chassis::run::Part;
use chassis::service::{Service, earliest};
use chassis::store::Store;
use chassis::work::Work;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event as _};
use proto::events::{care, identity, safety, video};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// The service: its rows, its own ways out for alarms, and what it does when one of them is gone.
pub struct Checkins {
    store: Store,
    lane: Arc<mail::Lane>,
    channels: channels::Channels,
    telephony: Option<channels::telephony::Account>,
    push: Option<channels::Push>,
    copied: mirror::Copied,
    asked: beats::Lately,
    audited: beats::Lately,
    echoed: engines::Echoed,
    held: hold::Held,
    watchdog: Option<beats::Watchdog>,
    looked_at: signs::LookedAt,
    path: synthetic::Path,
    seen: signs::Seen,
}

/// How a process or a whole house mounts it.
#[inline(never)]
pub fn part() -> Part {
    Part::of::<Checkins>()
}

impl Service for Checkins {
    const NAME: &'static str = "checkins";
    const ALARMS: bool = true;
    const HEARS: &'static [&'static str] = &[
        safety::SessionOpened::NAME,
        safety::OnCallHandedOver::NAME,
        safety::PhaseChanged::NAME,
        safety::DoseBegun::NAME,
        safety::DoseRecorded::NAME,
        safety::VitalsRecorded::NAME,
        safety::Prolonged::NAME,
        safety::Discharged::NAME,
        safety::SessionEnded::NAME,
        safety::SessionClosed::NAME,
        care::NextMorningAnswered::NAME,
        care::ResponseRecorded::NAME,
        identity::ContactChanged::NAME,
        identity::SecondContactChanged::NAME,
        identity::SitterRevoked::NAME,
        video::PersonJoined::NAME,
        video::PersonLeft::NAME,
    ];
    type Migrations = migrations::Migrations;

    fn new(store: Store) -> anyhow::Result<Self> {
        let lane = Arc::new(mail::Lane::new(store.ground())?);
        let channels = channels::Channels::new(store.ground(), Arc::clone(&lane))?;
        let config = &store.ground().config;
        let account = |telephony| channels::telephony::Account::new(telephony, config);
        let telephony = config.telephony.as_ref().map(account).transpose()?;
        let push = channels::Push::new(store.ground())?;
        let (copied, watchdog) = (mirror::Copied::new(&store), beats::watchdog(&store)?);
        let (asked, audited, echoed, held, looked_at, path, seen) = Default::default();
        Ok(Self {
            store,
            lane,
            channels,
            telephony,
            push,
            copied,
            asked,
            audited,
            echoed,
            held,
            watchdog,
            looked_at,
            path,
            seen,
        })
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

    async fn tick(&self) -> Result<Option<Timestamp>, Failure> {
        let lane = self.store.lane();
        hold::once(self, &lane).await?;
        let look = lane.tick::<store::Watches>().await?;
        let step = lane.tick::<store::Incidents>().await?;
        let support = answers::tick_support(&lane).await?;
        let sign = signs::tick(self, &lane).await?;
        let page = lane.tick::<store::pagers::Pagers>().await?;
        self.copied.mirror().looked(self.store.now());
        let drill = synthetic::tick(self, &lane).await;
        asking::tick(self, &lane).await;
        Ok(earliest([look, step, support, sign, page, drill]))
    }

    fn start(self: &Arc<Self>) {
        sender::start(self);
        store::auditor::start(self);
        mirror::start(self);
        beats::start(self);
        on_call::start(self);
        synthetic::start(self);
        numbers::start(self);
        engines::start(self);
    }

    fn unready(&self) -> Vec<String> {
        let mut reasons = self.lane.unready();
        if self.store.clock().is_suspect() {
            reasons.push("checkins: the clocks of the database and of this machine disagree".into());
        }
        reasons.extend(self.path.unready());
        reasons
    }
    fn missing(&self) -> Vec<String> {
        let config = &self.store.ground().config;
        let synthetic = synthetic::missing(config.drill_mailbox.as_ref()).into_iter();
        [channels::missing(config), engines::missing(config), synthetic.collect()].concat()
    }
}
