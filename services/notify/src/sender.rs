//! Hands messages over: claim under a lease, send outside of any transaction, then note the answer.
//! A crash anywhere sends twice rather than never; both copies carry one Message-ID.

use crate::Notify;
use crate::invite::Method;
use crate::mail::{Answer, Lane, Letter};
use crate::store::{self, Claimed, Known};
use crate::words;
use chassis::clock;
use chassis::ids;
use chassis::keeper::Waiting;
use chassis::mailbox;
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::LOOK_AGAIN;
use kernel::id::{ClinicId, NotificationId};
use notify_core::delivery::Command;
use notify_core::render::{Fill, Template, render};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// At most this many at once: one mail server, and a lease must not run out in a queue.
const AT_ONCE: usize = 8;
/// Messages looked at before the loop looks again.
const LOOK_MAX: usize = 32;

/// Starts the loop on the service's own thread.
pub(crate) fn start(service: &Arc<Notify>) {
    actix_web::rt::spawn(send_forever(Arc::clone(service)));
}

async fn send_forever(service: Arc<Notify>) {
    let mut woken = service.store().woken();
    let hands = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        woken.mark_unchanged();
        match store::due(service.store(), service.store().now(), LOOK_MAX).await {
            Ok(due) => {
                for Waiting { clinic, id, .. } in due {
                    hand_over(&service, &hands, clinic, id).await;
                }
            }
            Err(failure) => tracing::error!(error = %failure, "messages could not be listed"),
        }
        let _ = tokio::time::timeout(clock::duration(LOOK_AGAIN), woken.changed()).await;
    }
}

/// Waits for a free hand before the claim, so that every lease is spent on sending.
async fn hand_over(service: &Arc<Notify>, hands: &Arc<Semaphore>, clinic: ClinicId, id: NotificationId) {
    let Ok(hand) = Arc::clone(hands).acquire_owned().await else { return };
    match store::claim(service.store(), clinic, id).await {
        Ok(Some(claimed)) => {
            let service = Arc::clone(service);
            actix_web::rt::spawn(async move {
                deliver(&service, &claimed).await;
                drop(hand);
            });
        }
        Ok(None) => {}
        Err(failure) => {
            tracing::error!(notification.id = %id, error = %failure, "a message could not be claimed");
        }
    }
}

async fn deliver(service: &Notify, claimed: &Claimed) {
    let answer = attempt(service, claimed).await.unwrap_or_else(|failure| {
        tracing::error!(notification.id = %claimed.id, error = %failure, "a message could not be prepared");
        Answer::Later("not_prepared")
    });
    let (command, word) = match answer {
        Answer::Accepted => (Command::Accepted, "accepted"),
        Answer::Later(word) => (Command::Deferred, word),
        Answer::Never(word) => (Command::Rejected, word),
    };
    if answer != Answer::Accepted {
        tracing::warn!(notification.id = %claimed.id, why = word, "a message did not leave");
    }
    if let Err(failure) = store::settle(service.store(), claimed, command, word).await {
        // Its lease runs out, and it is sent again.
        tracing::error!(notification.id = %claimed.id, error = %failure, "an answer could not be noted");
    }
}

/// Writes the message and hands it over.
async fn attempt(service: &Notify, claimed: &Claimed) -> Result<Answer, Failure> {
    let store = service.store();
    let Some(known) = store::contact(store, claimed.clinic, claimed.person).await? else {
        return Ok(Answer::Later("no_contact"));
    };
    let link = link(service, claimed, &known).await?;
    let when = claimed.starts_at.map(|at| words::said(at, &known.contact.time_zone));
    let text = render(claimed.template, Fill { link: link.as_deref(), when: when.as_deref() });
    let subject =
        if claimed.is_drill { format!("[Drill] {}", text.subject) } else { text.subject.to_owned() };
    if let Lane::Mailbox = service.lane {
        store.ground().mailbox.put(mailbox::Mail {
            id: ids::fresh(),
            clinic: claimed.clinic,
            to: claimed.person,
            role: Some(known.role),
            subject,
            text: text.body,
            links: link.into_iter().collect(),
            sent_at: store.now(),
            incident: None,
        });
        return Ok(Answer::Accepted);
    }
    let letter = Letter {
        id: claimed.id.to_string(),
        to: known.contact.email,
        subject,
        text: text.body,
        calendar: calendar(service, claimed),
        at: store.now(),
    };
    Ok(service.lane.send(letter).await)
}

/// The one-use link where there is a token, else the door.
async fn link(service: &Notify, claimed: &Claimed, known: &Known) -> Result<Option<String>, Failure> {
    let config = &service.store().ground().config;
    let token = store::open_token(service.store(), claimed).await?;
    Ok(match (token, claimed.template) {
        (Some(token), template) => Some(words::token_link(config, known.role, template, &token)),
        (None, Template::TestMail) => None,
        (None, _) => Some(words::sign_in_link(config, known.role)),
    })
}

/// The calendar entry, put in or taken out.
fn calendar(service: &Notify, claimed: &Claimed) -> Option<(Method, String)> {
    let method =
        if claimed.template == Template::BookingCancelled { Method::Cancel } else { Method::Request };
    let organizer = service.lane.organizer();
    claimed.invite.map(|invite| (method, invite.text(method, &organizer, service.store().now())))
}
