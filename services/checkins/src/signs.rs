//! What a session shows of itself: seen by the way, and told when several of its signs are silent at once.

use crate::Checkins;
use crate::publish;
use crate::store::signs::Key;
use crate::store::{Incidents, Watches, rows, signs};
use chassis::guard::Who;
use chassis::keeper::{Keeper as _, Row};
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::Store;
use chassis::work::{Act, Work};
use checkins_core::escalation::{Cause, Command};
use checkins_core::sights::Sights;
use checkins_core::signals::{self, Rule, Sign};
use checkins_core::watch::Watch;
use kernel::id::SessionId;
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Looked so long ago, an engine cannot know who was there meanwhile.
const BLIND: Span = Span::seconds(10);
/// Then everybody has so long to show themselves.
const ONCE_MORE: Span = Span::seconds(20);

/// When this engine last looked.
#[derive(Debug, Default)]
pub(crate) struct LookedAt(AtomicI64);

/// What this process saw of pages.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Sights<Key>>);

impl Seen {
    /// A thread that died holding the lock left it whole: every change is one step.
    fn sights(&self) -> MutexGuard<'_, Sights<Key>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page asked about this session.
pub(crate) async fn page_seen(service: &Checkins, who: &Who, session: SessionId) {
    let Some(sign) = Sign::page_of(who.role) else { return };
    noted(seen(service, (who.clinic, session, sign)).await);
}

/// A page asked about all of somebody's sessions.
pub(crate) async fn board_seen(service: &Checkins, who: &Who) {
    if who.role == Role::Therapist {
        noted(board(service, who).await);
    }
}

async fn board(service: &Checkins, who: &Who) -> Result<(), Failure> {
    for session in signs::of_therapist(service.store(), who.clinic, who.person).await? {
        seen(service, (who.clinic, session, Sign::TherapistPage)).await?;
    }
    Ok(())
}

async fn seen(service: &Checkins, key: Key) -> Result<(), Failure> {
    let (store, patience) = (service.store(), key.2.patience().unwrap_or(Span::ZERO));
    let now = store.now();
    if service.seen.sights().saw(&key, patience, now) {
        written(service, store, key, now).await?;
    }
    Ok(())
}

async fn written(service: &Checkins, store: &Store, key: Key, at: Timestamp) -> Result<(), Failure> {
    if signs::seen(store, key, at).await? {
        service.seen.sights().written(key, at);
    } else {
        service.seen.sights().forget(&key);
    }
    Ok(())
}

/// Being seen is by the way: what was asked for is answered all the same.
fn noted(result: Result<(), Failure>) {
    if let Err(failure) = result {
        tracing::warn!(error = %failure, "that a page was seen could not be noted");
    }
}

/// Looks at what fell silent, and says when the next may.
pub(crate) async fn tick(service: &Checkins, store: &Store) -> Result<Option<Timestamp>, Failure> {
    let now = store.now();
    let before = Timestamp::from_micros(service.looked_at.0.load(Ordering::Acquire));
    if now.since(before) > BLIND {
        signs::forgive(store, ONCE_MORE).await?;
    }
    // Once it is forgiven: a look that failed, or goes on beside this one, was just as blind.
    service.looked_at.0.store(now.micros(), Ordering::Release);
    let mut waiting = vec![];
    for one in signs::due(store, now.plus(signals::SEEN_AHEAD)).await? {
        let key = (one.clinic, one.session, one.sign);
        // In a statement of its own: what is matched on holds the lock.
        let last_at = service.seen.sights().unwritten(&key);
        match last_at {
            Some(at) => written(service, store, key, at).await?,
            None => waiting.push(one),
        }
    }
    let (due, soon): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|one| one.due_at <= now);
    for one in due {
        let fell = store.work(Act::clock(one.clinic), async |work| fell_silent(work, &one).await).await;
        if let Err(failure) = fell {
            tracing::error!(session.id = %one.session, error = %failure, "a sign could not be judged");
        }
    }
    Ok(soon.first().map(|one| one.due_at))
}

async fn fell_silent(work: &mut Work, due: &signs::Waiting) -> Result<(), Failure> {
    if !signs::fell_silent(work, due).await? {
        return Ok(());
    }
    let Some(row) = Watches::load(work, due.session).await? else { return Ok(()) };
    let Watch::Watching(watching) = &row.state else { return signs::end(work, due.session).await };
    // Silence that the watch has not reported yet is reported first, under its own name; this is looked at again soon.
    if row.state.due().is_some_and(|deadline_at| deadline_at <= work.now()) {
        return Ok(());
    }
    let kept = signs::silent(work, due.session).await?;
    if kept.contains(&(Sign::TherapistPage, false)) {
        signs::told(work, due.session, Sign::TherapistPage).await?;
        publish::raise(work, &row.about, &row, Cause::TherapistLost, Severity::Urgent).await?;
    }
    let is_late = row.state.current().is_some_and(|look| look.due_at <= work.now());
    let all: Vec<Sign> = kept.iter().map(|(sign, _)| *sign).chain(is_late.then_some(Sign::Look)).collect();
    let minutes = watching.minutes(work.now());
    let is_news = kept.iter().any(|(sign, is_told)| !is_told && *sign != Sign::TherapistPage);
    if let Some(rule) = signals::judge(&all, minutes).filter(|_rule| is_news) {
        for sign in all {
            signs::told(work, due.session, sign).await?;
        }
        lost(work, due.session, &row, rule).await?;
    }
    Ok(())
}

/// One incident for all of it: silence that is told already only becomes worse.
async fn lost(work: &mut Work, session: SessionId, row: &Row<Watch>, rule: &Rule) -> Result<(), Failure> {
    let because = format!("{} of version {}: {}", rule.id, signals::VERSION, rule.sentence);
    work.audit("patient.lost", because, Some(session));
    for cause in [Cause::LostPatient, Cause::MissedCheckin] {
        let Some(open) = rows::open_incident(work, session, cause.as_str()).await? else { continue };
        let incident = Incidents::load(work, open).await?.ok_or(Failure::Missing)?;
        if incident.state.matter().severity < rule.severity {
            work.step::<Incidents>(open, Command::Again(rule.severity)).await?;
        }
        return Ok(());
    }
    publish::raise(work, &row.about, row, Cause::LostPatient, rule.severity).await
}
