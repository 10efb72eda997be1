//! The engine without its database: it tells from its own copy what falls due, and says afterwards what it told.
//!
//! Nobody's rows are needed for that, and nothing is sent while the rows can be reached: then the timers and the lane do
//! it, with a link to take it. Here there is none, for nobody could write down who pressed it.

use crate::channels::{QUIET_WORDS, label, utc};
use crate::journal::{Journal, Line};
use crate::mail::Mail;
use crate::store::upcoming::{self, Someone};
use crate::{Checkins, contact};
use chassis::clock;
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::{LOOK_AGAIN, Store};
use chassis::work::Act;
use checkins_core::mirror::{Key, Mirror, Tell};
use kernel::id::ClinicId;
use kernel::time::Span;
use proto::events::checkins::QUIET_CALL;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often the copy is made anew (reliability.md §2.4, step 5).
const COPY_EVERY: Span = Span::seconds(2);
/// A database that stands still holds a question for ever; the copy is not worth waiting for it.
const PATIENCE: Span = Span::seconds(2);

/// The copy, shared by the loops of one engine.
#[derive(Debug)]
pub(crate) struct Copied {
    mirror: Mutex<Mirror<Vec<Someone>>>,
    journal: Journal,
}

impl Copied {
    pub(crate) fn new(store: &Store) -> Self {
        let mirror = Mutex::new(Mirror::new(store.now()));
        Self { mirror, journal: Journal::in_folder(&store.ground().config.data_dir) }
    }

    /// A thread that died holding the lock left the copy whole: every change is one step.
    pub(crate) fn mirror(&self) -> MutexGuard<'_, Mirror<Vec<Someone>>> {
        self.mirror.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts both loops on the service's own thread.
pub(crate) fn start(service: &Arc<Checkins>) {
    actix_web::rt::spawn(copy(Arc::clone(service)));
    actix_web::rt::spawn(stand_in(Arc::clone(service)));
}

/// Copies what falls due, and gives the trail what was told without it.
async fn copy(service: Arc<Checkins>) {
    let store = service.store().lane();
    loop {
        let copied = tokio::time::timeout(clock::duration(PATIENCE), upcoming::read(&store)).await;
        if let Ok(Ok(copied)) = copied {
            service.copied.mirror().copied(copied);
            if let Err(failure) = hand_over(&service).await {
                tracing::error!(error = %failure, "what was told without the records is not in the trail yet");
            }
        }
        clock::wait(COPY_EVERY).await;
    }
}

/// Tells while the rows are gone.
async fn stand_in(service: Arc<Checkins>) {
    let mut was_alone = false;
    loop {
        let now = service.store().now();
        let (is_alone, due) = {
            let mut mirror = service.copied.mirror();
            (mirror.is_alone(now), mirror.due(now))
        };
        if is_alone != was_alone {
            was_alone = is_alone;
            metrics::gauge!("checkins_without_records").set(f64::from(u8::from(is_alone)));
            tracing::error!(is_alone, "the records cannot be reached, or can be again");
        }
        for tell in due {
            actix_web::rt::spawn(told(Arc::clone(&service), tell));
        }
        clock::wait(LOOK_AGAIN).await;
    }
}

/// One matter, to everyone who can be written to.
async fn told(service: Arc<Checkins>, tell: Tell<Vec<Someone>>) {
    let sent = tell.to.iter().map(|someone| send(&service, &tell, someone));
    let taken = futures_util::future::join_all(sent).await;
    if !taken.contains(&true) {
        tracing::error!(session.id = %tell.key.session, "nobody could be told without the records");
        service.copied.mirror().not_taken(&tell.key, service.store().now());
    }
}

async fn send(service: &Checkins, tell: &Tell<Vec<Someone>>, someone: &Someone) -> bool {
    let store = service.store();
    let Ok(contact) = contact::open(store, someone.person, &someone.sealed) else { return false };
    let (subject, text) = words(&tell.key, someone.drill);
    let id = format!(
        "{}.{}.{}.{}.{}",
        tell.key.session,
        tell.key.kind,
        tell.key.at.micros(),
        someone.person,
        tell.round
    );
    let mail = Mail { id, to: &contact.email, subject: &subject, text: &text, round: tell.round };
    let taken = service.lane.send(&mail).await;
    if taken.is_ok() {
        let line = Line::new(&tell.key, someone.person, store.now());
        if let Err(error) = service.copied.journal.note(&line) {
            // It was told; that it was is all that is lost.
            tracing::error!(error = %error, "what was told could not be noted");
        }
    }
    taken.is_ok()
}

/// Fixed sentences: an opaque label, a time. Nothing else leaves the house.
fn words(key: &Key, drill: bool) -> (String, String) {
    let drill = if drill { "[Drill] " } else { "" };
    let whom = if key.kind == QUIET_CALL {
        format!("{QUIET_WORDS} Call the others who are on call.")
    } else {
        "Call the sitter, and the others who are on call.".to_owned()
    };
    let text = format!(
        "Session {} needs someone to look now.\n\nThe records cannot be reached, so nobody can press \"I'm on it\", \
         and a look may have come in that we cannot see. {whom}\n\n\
         Due at {}. This comes again every minute until the records can be reached.",
        label(key.session),
        utc(key.at)
    );
    (format!("{drill}Please look now: the records cannot be reached"), text)
}

/// The trail takes over what was told without it.
async fn hand_over(service: &Checkins) -> Result<(), Failure> {
    let journal = &service.copied.journal;
    let broken = |error: std::io::Error| Failure::Stored(error.to_string());
    let lines = journal.lines().map_err(broken)?;
    if lines.is_empty() || service.copied.mirror().is_alone(service.store().now()) {
        return Ok(());
    }
    let clinics: BTreeSet<ClinicId> = lines.iter().map(|line| line.clinic).collect();
    for clinic in clinics {
        let noted = service.store().work(Act::clock(clinic), async |work| {
            for Line { session, kind, due_at, person, told_at, .. } in
                lines.iter().filter(|line| line.clinic == clinic)
            {
                let what = format!("{kind} due {}, to {person} at {}", due_at.micros(), told_at.micros());
                work.audit("notification.without_records", what, Some(*session));
            }
            Ok(())
        });
        noted.await?;
    }
    journal.forget(lines.len()).map_err(broken)
}
