//! What whoever is on call must know about the house itself: no session, no link, only what to see to.

use crate::mail::Mail;
use crate::{Checkins, contact};
use chassis::service::Service as _;
use chassis::{clock, crypto};
use kernel::time::{Span, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How often the clocks are looked at, and how long they may disagree before somebody is told: a step of a moment mends
/// itself.
const LOOK_EVERY: Span = Span::seconds(5);
/// As long as they do, the page about it is repeated.
const REPEAT: Span = Span::minutes(30);

/// Starts minding the clocks on the service's own thread.
pub(crate) fn start(service: &Arc<Checkins>) {
    actix_web::rt::spawn(mind_the_clocks(Arc::clone(service)));
}

/// Whoever is on call for what falls due.
pub(crate) fn people(service: &Checkins) -> BTreeSet<String> {
    let mirror = service.copied.mirror();
    let on_call = mirror.people().flatten().filter(|someone| someone.is_on_call);
    let opened = on_call.filter_map(|someone| {
        Some(contact::open(service.store(), someone.person, &someone.sealed).ok()?.email)
    });
    opened.collect()
}

/// What they are told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) subject: &'a str,
    pub(crate) text: &'a str,
    /// Which account it begins with: an odd one is the second's.
    pub(crate) round: i64,
}

/// Writes to all of them. Says whether anybody was reached; several engines write one message.
pub(crate) async fn page(service: &Checkins, since: Timestamp, said: Said<'_>) -> bool {
    let Said { subject, text, round } = said;
    let mut is_told = false;
    for to in people(service) {
        let id = crypto::sha256_hex(format!("{subject} {to} {}", since.micros()).as_bytes());
        let mail = Mail { id, to: &to, subject, text, round };
        is_told |= service.lane.send(&mail).await.is_ok();
    }
    is_told
}

async fn mind_the_clocks(service: Arc<Checkins>) {
    let store = service.store();
    let mut was_suspect = false;
    let mut paged_at: Option<Timestamp> = None;
    loop {
        clock::wait(LOOK_EVERY).await;
        let (now, is_suspect) = (store.now(), store.clock().is_suspect());
        let is_due = paged_at.is_none_or(|at| now.since(at) >= REPEAT);
        if is_suspect && was_suspect && is_due && page_about_clocks(&service, now).await {
            paged_at = Some(now);
        }
        if !is_suspect {
            paged_at = None;
        }
        was_suspect = is_suspect;
    }
}

async fn page_about_clocks(service: &Checkins, now: Timestamp) -> bool {
    let text = format!(
        "At {} the clock of the database and the clock of this machine disagree by more than a second and a half. Alarms \
         still go out, and rather too early than too late; times in the records may be wrong.\n\nPlease see that both \
         machines keep the right time, and begin no dose before.",
        crate::channels::utc(now)
    );
    // A minute's worth of looks of several engines is one message.
    let minute = Timestamp::from_micros(now.micros() / 60_000_000 * 60_000_000);
    page(service, minute, Said { subject: "The clocks disagree", text: &text, round: 0 }).await
}
