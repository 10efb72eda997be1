//! Sends safety messages: claim, send, then mark. A crash anywhere sends twice rather than never.

use crate::channels::{Notice, Sent, Whom};
use crate::publish::{self, messages};
use crate::store::attempts::{self, Attempt};
use crate::store::notifications::{self, Addressee, LOOK_ASKED, Leased, SECOND_CONTACT};
use crate::store::rehearsals::REHEARSED;
use crate::{Checkins, beats, contact};
use chassis::crypto;
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::LOOK_AGAIN;
use chassis::work::Act;
use chassis::{clock, store::Store};
use checkins_core::ladder::Channel;
use checkins_core::notification::RENEW;
use fail::fail_point;
use kernel::time::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

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
    let (marks, made) = mpsc::unbounded_channel();
    actix_web::rt::spawn(mark(store.clone(), made));
    // What is too old to be sent is known only then.
    service.held.over().await;
    let engine = beats::place(&store.ground().config.listen);
    if let Err(failure) = notifications::take_back(&store, &engine).await {
        tracing::error!(error = %failure, "what this engine held before waits until its lease is over");
    }
    let mut woken = store.woken();
    loop {
        woken.mark_unchanged();
        // Never more than can be sent at once: what is only held would look like a sender that died.
        drop(hands.acquire().await);
        let most = hands.available_permits();
        let claimed = notifications::claim(&store, &engine, most).await.unwrap_or_else(|failure| {
            tracing::error!(error = %failure, "safety messages could not be claimed");
            vec![]
        });
        if !claimed.is_empty() {
            fail_point!("lane.claimed");
        }
        let is_full = claimed.len() == most;
        for (leased, ready) in prepared(&service, claimed).await {
            let Ok(hand) = Arc::clone(&hands).acquire_owned().await else { return };
            let (service, marks) = (Arc::clone(&service), marks.clone());
            actix_web::rt::spawn(async move {
                let attempt = deliver(&service, &leased, ready).await;
                // Whoever marks is gone with the whole service only.
                let _ = marks.send(Made { leased, attempt, hand });
            });
        }
        if !is_full {
            let _ = tokio::time::timeout(clock::duration(LOOK_AGAIN), woken.changed()).await;
        }
    }
}

/// A message to carry, or why there is none.
type Ready = Result<Notice, &'static str>;

async fn prepared(service: &Checkins, claimed: Vec<Leased>) -> Vec<(Leased, Ready)> {
    let ready = ready(service, &claimed).await.unwrap_or_else(|failure| {
        tracing::error!(error = %failure, "safety messages could not be prepared");
        claimed.iter().map(|_leased| Err("not_prepared")).collect()
    });
    claimed.into_iter().zip(ready).collect()
}

/// Fresh links for all of them at once.
async fn ready(service: &Checkins, claimed: &[Leased]) -> Result<Vec<Ready>, Failure> {
    if claimed.is_empty() {
        return Ok(vec![]);
    }
    let store = service.store().lane();
    let addressees = notifications::addressees(&store, claimed).await?;
    let whom: Vec<_> =
        claimed.iter().map(|leased| whom(&store, leased, addressees.get(&leased.id))).collect();
    // A second contact's code is identity's, and takes no incident.
    let is_ours = |leased: &Leased| leased.what.kind != SECOND_CONTACT;
    let pressed = claimed.iter().zip(&whom).filter(|(leased, _whom)| is_ours(leased));
    let pressed = pressed.filter_map(|(leased, whom)| {
        let Whom { role, token, .. } = whom.as_ref().ok()?;
        Some((leased, (*role)?, crypto::sha256_hex(token.as_ref()?.as_bytes())))
    });
    notifications::issue_links(&store, pressed).await?;
    fail_point!("lane.link_issued");
    let notice = |(leased, whom): (&Leased, Result<Whom, _>)| Ok(Notice::new(store.ground(), leased, whom?));
    Ok(claimed.iter().zip(whom).map(notice).collect())
}

fn whom(store: &Store, leased: &Leased, addressee: Option<&Addressee>) -> Result<Whom, &'static str> {
    let drill = addressee.is_some_and(|addressee| addressee.drill);
    let is_about_incident = leased.what.channel == Channel::Mail && leased.what.incident.is_some();
    if is_about_incident && addressee.is_some_and(|addressee| addressee.drill && addressee.is_mail_dead) {
        return Err(REHEARSED);
    }
    // A channel that many read leads to the sign-in: a link there would be pressed in somebody else's name. A browser's
    // alert is read by whoever walks past, and carries none either.
    if !leased.what.channel.carries_link() {
        return Ok(Whom { role: None, contact: None, drill, token: None });
    }
    let (role, sealed) = addressee.and_then(|addressee| addressee.contact.as_ref()).ok_or("no_contact")?;
    let contact = contact::open(store, leased.what.person, sealed).map_err(|failure| {
        tracing::error!(notification.id = %leased.id, error = %failure, "a contact cannot be opened");
        "not_prepared"
    })?;
    let token = match leased.what.kind.as_str() {
        // The sitter's own page is theirs already, and only it may answer without a telephone.
        LOOK_ASKED => None,
        SECOND_CONTACT => Some(code(store, leased, addressee)?),
        _others => Some(crypto::random_token()),
    };
    Ok(Whom { role: Some(*role), contact: Some(contact), drill, token })
}

/// The way into the sitter's page, made by identity when they confirmed: here it is carried, and known by nobody.
fn code(store: &Store, leased: &Leased, addressee: Option<&Addressee>) -> Result<String, &'static str> {
    let sealed = addressee.and_then(|addressee| addressee.code.as_ref()).ok_or("no_code")?;
    contact::code(store, leased.what.person, sealed).map_err(|failure| {
        tracing::error!(notification.id = %leased.id, error = %failure, "a second contact's code cannot be opened");
        "not_prepared"
    })
}

async fn deliver(service: &Checkins, leased: &Leased, ready: Ready) -> Attempt {
    let is_done = Arc::new(AtomicBool::new(false));
    let store = service.store().lane();
    actix_web::rt::spawn(hold(store.clone(), leased.clone(), Arc::clone(&is_done)));
    let attempt = match ready {
        Ok(notice) => {
            let sent = carried(service, &store, leased.what.channel, &notice).await;
            sent.map_or_else(Attempt::Failed, Attempt::Accepted)
        }
        Err(why) => Attempt::Failed(why),
    };
    is_done.store(true, Ordering::Release);
    let outcome = if matches!(attempt, Attempt::Accepted(_)) { "accepted" } else { "failed" };
    let took = clock::duration(store.now().since(leased.created_at));
    let (kind, channel) = (leased.what.kind.clone(), leased.what.channel.as_str());
    metrics::histogram!("checkins_message_seconds", "kind" => kind, "channel" => channel, "outcome" => outcome)
        .record(took);
    if let Attempt::Failed(why) = &attempt {
        tracing::error!(notification.id = %leased.id, channel, why, attempts = leased.attempts, "a safety message failed");
    }
    fail_point!("lane.sent");
    attempt
}

/// A person's browsers are rows of ours; every other channel knows its own way.
async fn carried(service: &Checkins, store: &Store, channel: Channel, notice: &Notice) -> Sent {
    match (&service.push, channel) {
        (Some(push), Channel::Push) => push.tell(store, notice).await.unwrap_or_else(|failure| {
            tracing::error!(error = %failure, "a person's browsers cannot be read");
            Err("not_prepared")
        }),
        (_, channel) => service.channels.send(channel, notice).await,
    }
}

/// An attempt that was made, and the hand that made it: free again when it is marked.
struct Made {
    leased: Leased,
    attempt: Attempt,
    hand: OwnedSemaphorePermit,
}

/// Marks what was sent at once, and together what was sent meanwhile: hundreds of commits would be in each other's way.
async fn mark(store: Store, mut made: UnboundedReceiver<Made>) {
    let mut together = vec![];
    while made.recv_many(&mut together, HANDS).await > 0 {
        let attempts: Vec<_> = together.iter().map(|made| (&made.leased, &made.attempt)).collect();
        if let Err(failure) = attempts::mark(&store, &attempts).await {
            tracing::error!(count = attempts.len(), error = %failure, "attempts could not be marked");
        }
        fail_point!("lane.marked");
        together.drain(..).for_each(|made| drop(made.hand));
    }
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
    for clinic in attempts::unheard(store).await? {
        let told = store.work(Act::clock(clinic), async |work| {
            for attempt in attempts::take_unheard(work).await? {
                publish::attempted(work, &attempt).await?;
                if attempt.has_failed() {
                    messages::advance(work, &attempt.what).await?;
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
