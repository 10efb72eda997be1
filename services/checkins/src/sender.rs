//! Sends safety messages: claim, send, then mark. A crash anywhere sends twice rather than never.

use crate::channels::{Notice, Whom};
use crate::publish::{self, messages};
use crate::store::notifications::{self, Attempt, Leased};
use crate::{Checkins, contact};
use chassis::crypto;
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::LOOK_AGAIN;
use chassis::work::Act;
use chassis::{clock, store::Store};
use checkins_core::notification::RENEW;
use fail::fail_point;
use kernel::id::ClinicId;
use kernel::time::Span;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Semaphore;

/// Messages in sending at once (reliability.md §2.4).
const HANDS: usize = 16;

/// How often the trail hears of attempts: many at once, for it is held meanwhile, and alarms need it too.
const TELL_EVERY: Span = Span::millis(500);

/// Starts the lane on the service's own thread.
pub(crate) fn start(service: &Arc<Checkins>) {
    actix_web::rt::spawn(lane(Arc::clone(service)));
    actix_web::rt::spawn(tell(Arc::clone(service)));
}

async fn lane(service: Arc<Checkins>) {
    let (store, hands) = (service.store().lane(), Arc::new(Semaphore::new(HANDS)));
    let mut woken = store.woken();
    loop {
        woken.mark_unchanged();
        // Never more than can be sent at once: what is only held would look like a sender that died.
        drop(hands.acquire().await);
        let most = hands.available_permits();
        let claimed = notifications::claim(&store, most).await.unwrap_or_else(|failure| {
            tracing::error!(error = %failure, "safety messages could not be claimed");
            vec![]
        });
        if !claimed.is_empty() {
            fail_point!("lane.claimed");
        }
        let is_full = claimed.len() == most;
        for leased in claimed {
            let Ok(hand) = Arc::clone(&hands).acquire_owned().await else { return };
            let service = Arc::clone(&service);
            actix_web::rt::spawn(async move {
                deliver(service, leased).await;
                drop(hand);
            });
        }
        if !is_full {
            let _ = tokio::time::timeout(clock::duration(LOOK_AGAIN), woken.changed()).await;
        }
    }
}

async fn deliver(service: Arc<Checkins>, leased: Leased) {
    let is_done = Arc::new(AtomicBool::new(false));
    let store = service.store().lane();
    actix_web::rt::spawn(hold(store.clone(), leased.clone(), Arc::clone(&is_done)));
    let attempt = attempt(&service, &leased).await.unwrap_or_else(|failure| {
        tracing::error!(notification.id = %leased.id, error = %failure, "a safety message could not be prepared");
        Attempt::Failed("not_prepared")
    });
    is_done.store(true, Ordering::Release);
    let outcome = if matches!(attempt, Attempt::Accepted(_)) { "accepted" } else { "failed" };
    let took = clock::duration(store.now().since(leased.created_at));
    let (kind, channel) = (leased.what.kind.clone(), leased.what.channel.as_str());
    metrics::histogram!("checkins_message_seconds", "kind" => kind, "channel" => channel, "outcome" => outcome)
        .record(took);
    if let Attempt::Failed(why) = attempt {
        tracing::error!(notification.id = %leased.id, channel, why, attempts = leased.attempts, "a safety message failed");
    }
    fail_point!("lane.sent");
    if let Err(failure) = notifications::mark(&store, &leased, &attempt).await {
        tracing::error!(notification.id = %leased.id, error = %failure, "an attempt could not be marked");
    }
    fail_point!("lane.marked");
}

/// Tells the trail and the screens what came of attempts: apart from marking them, which must not wait.
async fn tell(service: Arc<Checkins>) {
    loop {
        if let Err(failure) = tell_some(service.store()).await {
            tracing::error!(error = %failure, "attempts could not be told of");
        }
        clock::wait(TELL_EVERY).await;
    }
}

async fn tell_some(store: &Store) -> Result<(), Failure> {
    let unheard = notifications::unheard(store).await?;
    let clinics: BTreeSet<ClinicId> = unheard.iter().map(|attempt| attempt.clinic).collect();
    for clinic in clinics {
        let told = store.work(Act::clock(clinic), async |work| {
            for attempt in unheard.iter().filter(|attempt| attempt.clinic == clinic) {
                if notifications::tell(work, attempt).await? {
                    publish::attempted(work, attempt).await?;
                    if attempt.has_failed() {
                        messages::advance(work, &attempt.what).await?;
                    }
                }
            }
            Ok(())
        });
        told.await?;
    }
    Ok(())
}

/// Renews the lease while a slow server thinks, so that nobody else sends the same message meanwhile.
async fn hold(store: Store, leased: Leased, is_done: Arc<AtomicBool>) {
    loop {
        clock::wait(RENEW).await;
        if is_done.load(Ordering::Acquire) {
            return;
        }
        match notifications::renew(&store, &leased).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(failure) => tracing::warn!(error = %failure, "a lease could not be renewed"),
        }
    }
}

/// Fresh link, then the send itself, outside of any transaction.
async fn attempt(service: &Checkins, leased: &Leased) -> Result<Attempt, Failure> {
    let store = &service.store().lane();
    let addressee = notifications::addressee(store, leased).await?;
    let drill = addressee.as_ref().is_some_and(|addressee| addressee.drill);
    let mut whom = Whom { role: None, contact: None, drill, token: None };
    // A channel that many read leads to the sign-in: a link there would be pressed in somebody else's name.
    if !leased.what.channel.is_shared() {
        let Some((role, sealed)) = addressee.and_then(|addressee| addressee.contact) else {
            return Ok(Attempt::Failed("no_contact"));
        };
        let contact = contact::open(store, leased.what.person, &sealed)?;
        let token = crypto::random_token();
        let hash = crypto::sha256_hex(token.as_bytes());
        notifications::issue_link(store, leased, role, &hash).await?;
        whom = Whom { role: Some(role), contact: Some(contact), token: Some(token), ..whom };
    }
    fail_point!("lane.link_issued");
    let notice = Notice::new(store.ground(), leased, whom);
    let sent = service.channels.send(leased.what.channel, &notice).await;
    Ok(sent.map_or_else(Attempt::Failed, Attempt::Accepted))
}
