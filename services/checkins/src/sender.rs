//! Sends safety messages: claim, send, then mark. A crash anywhere sends twice rather than never.

use crate::mail::{Lane, Mail};
use crate::store::notifications::{self, Addressee, Attempt, Leased};
use crate::{Checkins, publish};
use chassis::crypto;
use chassis::ids;
use chassis::mailbox;
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::LOOK_AGAIN;
use chassis::work::Act;
use chassis::{clock, store::Store};
use checkins_core::notification::RENEW;
use fail::fail_point;
use kernel::id::{ClinicId, SessionId};
use kernel::time::{Span, Timestamp};
use proto::sealed::{self, Contact};
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
    metrics::histogram!("checkins_message_seconds", "kind" => leased.kind.clone(), "outcome" => outcome)
        .record(took);
    if let Attempt::Failed(why) = attempt {
        tracing::error!(notification.id = %leased.id, why, attempts = leased.attempts, "a safety message failed");
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
    let Some(addressee) = notifications::addressee(store, leased).await? else {
        return Ok(Attempt::Failed("no_contact"));
    };
    let opened = store.vault().open_from_bus(sealed::CONTACT, leased.person, &addressee.sealed)?;
    let contact: Contact =
        serde_json::from_slice(&opened).map_err(|error| Failure::Stored(error.to_string()))?;
    let token = crypto::random_token();
    let hash = crypto::sha256_hex(token.as_bytes());
    notifications::issue_link(store, leased, addressee.role, &hash).await?;
    fail_point!("lane.link_issued");
    let (subject, text, link) = words(&store.ground().config.public_url, leased, &addressee, &token);
    if let Lane::Mailbox = service.lane {
        store.ground().mailbox.put(mailbox::Mail {
            id: ids::fresh(),
            clinic: leased.clinic,
            to: leased.person,
            role: Some(addressee.role),
            subject,
            text,
            links: vec![link],
            sent_at: store.now(),
            incident: leased.incident,
        });
        return Ok(Attempt::Accepted("demo mailbox".into()));
    }
    let (id, round) = (leased.id.to_string(), leased.step - 1 + leased.round);
    let mail = Mail { id, to: &contact.email, subject: &subject, text: &text, round };
    Ok(service.lane.send(&mail).await.map_or_else(Attempt::Failed, Attempt::Accepted))
}

/// Fixed sentences: an opaque label, a time, a link. Nothing else leaves the house.
fn words(public_url: &str, leased: &Leased, addressee: &Addressee, token: &str) -> (String, String, String) {
    let drill = if addressee.drill { "[Drill] " } else { "" };
    let (label, at) = (label(leased.session), utc(leased.created_at));
    if leased.kind == "on_call_confirmation" {
        let link = format!("{public_url}/oncall#{token}");
        let text = format!(
            "You are named on call for session {label}.\n\nOpen this page and press the button to say that you \
             can be reached:\n{link}\n\nAsked at {at}. The link works once."
        );
        return (format!("{drill}Please confirm that you are on call"), text, link);
    }
    let link = format!("{public_url}/ack#{token}");
    let text = format!(
        "Session {label} needs someone to look now.\n\nOpen this page and press the button if you take it:\n{link}\
         \n\nSince {at}. The link works once. If you cannot, the next person is told."
    );
    (format!("{drill}Please look now"), text, link)
}

/// The last six characters: enough to tell two sessions apart, and nobody's name.
pub(crate) fn label(session: SessionId) -> String {
    let text = session.to_string();
    text.chars().skip(text.chars().count().saturating_sub(6)).collect::<String>().to_uppercase()
}

/// Hours and minutes, in UTC: the reader may be anywhere.
pub(crate) fn utc(at: Timestamp) -> String {
    let minute_of_day = at.seconds().rem_euclid(86_400) / 60;
    format!("{:02}:{:02} UTC", minute_of_day / 60, minute_of_day % 60)
}
