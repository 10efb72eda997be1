//! The engine's beats: every 10 s it tells the watchdog that it lives, what falls due next and whom to page; the
//! watchdog's signed echo says that it lives too (reliability.md §2.8). When the echoes stop, the engine pages.

mod wire;

use crate::Checkins;
use crate::on_call;
use crate::store::upcoming;
use chassis::service::Service as _;
use chassis::store::Store;
use chassis::{clock, crypto};
use kernel::time::{Span, Timestamp};
use proto::beat::{
    Address, BEAT_INTERVAL, Beat, BootId, DEADLINES_MAX, DeadlineId, EngineId, NextDeadline, PAGERS_MAX,
    SILENCE,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
pub(crate) use wire::Watchdog;
pub use wire::introduce;

/// As long as the watchdog is silent, a page about it is repeated: it is not a session, and nobody lies dosed for it.
const REPEAT: Span = Span::minutes(30);
/// A database that stands still must not hold up a beat.
const PATIENCE: Span = Span::seconds(1);

/// When something last went well; nothing before it did.
#[derive(Debug, Default)]
pub(crate) struct Lately(AtomicI64);

impl Lately {
    pub(crate) fn passed(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::Relaxed);
    }

    pub(crate) fn at(&self) -> Option<Timestamp> {
        Some(self.0.load(Ordering::Relaxed)).filter(|micros| *micros > 0).map(Timestamp::from_micros)
    }
}

/// Whoever is told, if there is one.
pub(crate) fn watchdog(store: &Store) -> anyhow::Result<Option<Watchdog>> {
    let key = store.ground().keys.beat_key(Checkins::NAME);
    store.ground().config.watchdog.as_ref().map(|config| Watchdog::new(config, key)).transpose()
}

/// Starts beating on the service's own thread, where there is a watchdog.
pub(crate) fn start(service: &Arc<Checkins>) {
    if service.watchdog.is_some() {
        actix_web::rt::spawn(beat(Arc::clone(service)));
    }
}

async fn beat(service: Arc<Checkins>) {
    let Some(watchdog) = &service.watchdog else { return };
    let client = watchdog.client();
    let (boot, store) = (crypto::random_token(), service.store().clone());
    let (mut sequence, mut live) = (0, 0);
    let mut echoed_at = store.now();
    let mut paged_at: Option<Timestamp> = None;
    loop {
        sequence += 1;
        let counted = tokio::time::timeout(clock::duration(PATIENCE), upcoming::live(&store.lane())).await;
        live = counted.ok().and_then(Result::ok).unwrap_or(live);
        let heard = match body(&service, &boot, sequence, live) {
            Ok(beat) => watchdog.tell(&client, &beat).await,
            Err(error) => Err(error),
        };
        match heard {
            Ok(echo) => {
                if !echo.clean {
                    tracing::error!("the watchdog lives, and cannot remember or send mail");
                }
                (echoed_at, paged_at) = (store.now(), None);
                service.echoed.heard();
            }
            Err(error) => tracing::warn!(error = %error, "the watchdog did not answer"),
        }
        let silent_for = store.now().since(echoed_at);
        metrics::gauge!("checkins_watchdog_silent_seconds")
            .set(f64::from(i32::try_from(silent_for.as_millis() / 1000).unwrap_or(i32::MAX)));
        let is_due = paged_at.is_none_or(|at| store.now().since(at) >= REPEAT);
        if silent_for >= SILENCE && is_due && page(&service, echoed_at).await {
            paged_at = Some(store.now());
        }
        clock::wait(BEAT_INTERVAL).await;
    }
}

/// Ids, counts and times, and where to page people.
fn body(service: &Checkins, boot: &str, sequence: u64, live: i64) -> anyhow::Result<Beat> {
    let store = service.store();
    let mirror = service.copied.mirror();
    let deadline = |key: &checkins_core::mirror::Key| {
        let named = format!("{}.{}.{}", key.session, key.kind, key.at.micros());
        let id = DeadlineId::try_from(crypto::sha256_hex(named.as_bytes()))?;
        anyhow::Ok(NextDeadline { id, deadline_at: key.at })
    };
    let next = mirror.next(DEADLINES_MAX).into_iter().map(deadline).collect::<Result<Vec<_>, _>>()?;
    drop(mirror);
    Ok(Beat {
        engine: EngineId::try_from(place(&store.ground().config.listen))?,
        boot: BootId::try_from(boot.to_owned())?,
        sequence,
        sent_at: store.now(),
        audit_ok_at: service.audited.at(),
        alarm_path_broken: service.path.is_broken(),
        live_sessions: u32::try_from(live).unwrap_or(u32::MAX),
        next_deadlines: next.into_iter().collect(),
        pagers: on_call::people(service)
            .into_iter()
            .take(PAGERS_MAX)
            .filter_map(|one| Address::try_from(one).ok())
            .collect(),
    })
}

/// The same after every start, so that an engine which keeps dying is known as one.
pub(crate) fn place(listen: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let port = listen.rsplit(':').next().unwrap_or_default();
    let named = format!("{port}-{}", host.trim());
    named.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).take(64).collect()
}

/// Tells whoever is on call that nobody watches the watch. Says whether anybody was reached.
async fn page(service: &Checkins, since: Timestamp) -> bool {
    let text = format!(
        "The watchdog has not answered since {}. Alarms still go out, but if the house itself fell silent now, nobody \
         would say so.\n\nPlease see that the watchdog runs and can be reached, and begin no dose before.",
        crate::channels::utc(since)
    );
    let said = on_call::Said { subject: "The watchdog does not answer", text: &text, round: 0 };
    on_call::page(service, since, said).await
}
