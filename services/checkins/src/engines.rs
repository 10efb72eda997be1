//! What the watch itself stands on: every engine says once a second that it lives, and the house hears what all of them
//! together are. The gate asks for it before a dose; its loss while somebody is dosed is an incident (reliability.md
//! §2.6).

use crate::publish::{self, house};
use crate::store::engines;
use crate::{Checkins, beats};
use chassis::config::Config;
use chassis::config::interlock::Standby;
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::Store;
use chassis::work::Act;
use chassis::{alone, clock, ids};
use checkins_core::escalation::Cause;
use checkins_core::house::{Engine, Loss, SetUp, Standing};
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// An engine that said nothing for two seconds counts for none.
const EVERY: Span = Span::seconds(1);
/// Rows of engines that are gone for so long are of no use.
const FORGOTTEN_AFTER: Span = Span::hours(24);

/// When the watchdog last answered this engine: by a clock that nobody sets.
#[derive(Debug, Default)]
pub(crate) struct Echoed(Mutex<Option<Instant>>);

impl Echoed {
    /// It answered now.
    pub(crate) fn heard(&self) {
        *self.last() = Some(clock::monotonic());
    }

    fn at(&self, now: Timestamp) -> Option<Timestamp> {
        let age = self.last().map(|at| clock::monotonic().duration_since(at));
        age.map(|age| now.minus(Span::micros(i64::try_from(age.as_micros()).unwrap_or(i64::MAX))))
    }

    /// A thread that died holding the lock left it whole: every change is one step.
    fn last(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts saying so on the service's own thread.
pub(crate) fn start(service: &Arc<Checkins>) {
    actix_web::rt::spawn(mind(Arc::clone(service)));
}

/// What a house of one process does without, in words for whoever sets it up.
pub(crate) fn missing(config: &Config) -> Vec<String> {
    let set_up = set_up(config);
    let standby = (!set_up.standby).then_some(
        "No second engine is set up: if this process dies, only open pages alarm. Start one and set [interlock] standby.",
    );
    let watchdog = (!set_up.watchdog).then_some(
        "No watchdog is set up: if this machine dies, only open pages alarm. Run one elsewhere and set up [watchdog].",
    );
    [standby, watchdog].into_iter().flatten().map(str::to_owned).collect()
}

fn set_up(config: &Config) -> SetUp {
    let standby = config.interlock.standby == Standby::Required;
    SetUp { standby, watchdog: config.watchdog.is_some() }
}

async fn mind(service: Arc<Checkins>) {
    let store = service.store().lane();
    let (name, clinic) = (beats::place(&store.ground().config.listen), ids::fresh());
    let mut loss = Loss::default();
    service.held.over().await;
    if let Err(failure) = engines::forget(&store, store.now().minus(FORGOTTEN_AFTER)).await {
        tracing::warn!(error = %failure, "engines that are gone could not be forgotten");
    }
    loop {
        let stands = look(&service, &store, &name).await;
        if let Ok(standing) = stands
            && loss.is_new(standing, store.now())
            && !told(&store).await
        {
            loss.not_told();
        }
        if let Err(failure) = &stands {
            tracing::error!(error = %failure, "this engine cannot write that it lives");
        }
        house::announce(&store, clinic, stands.ok()).await;
        clock::wait(EVERY).await;
    }
}

/// Writes down that this engine lives, which proves that it can write, and reads what all of them say.
async fn look(service: &Checkins, store: &Store, name: &str) -> Result<Standing, Failure> {
    let engine = Engine {
        ticked_at: service.copied.mirror().looked_at(),
        clocks_agree: !store.clock().is_suspect(),
        echoed_at: service.echoed.at(store.now()),
    };
    engines::beat(store, name, engine).await?;
    let config = &store.ground().config;
    Ok(Standing::of(&engines::all(store).await?, alone::is_stood_by(config), set_up(config), store.now()))
}

/// Everyone who is dosed now: cover is told. Says whether all of it could be written.
async fn told(store: &Store) -> bool {
    tracing::error!("what the watch stands on is gone: the second engine, or the watchdog");
    let sessions = match engines::watching(store).await {
        Ok(sessions) => sessions,
        Err(failure) => {
            tracing::error!(error = %failure, "nobody could be told that the watch is weaker");
            return false;
        }
    };
    let mut is_told = true;
    for (clinic, session) in sessions {
        let raised = store.work(Act::clock(clinic), async |work| {
            work.audit("watch.weakened", session, Some(session));
            publish::raise_for(work, session, Cause::WatchWeakened, Severity::Urgent).await
        });
        if let Err(failure) = raised.await {
            tracing::error!(session.id = %session, error = %failure, "a weaker watch could not be told");
            is_told = false;
        }
    }
    is_told
}
