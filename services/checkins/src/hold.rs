//! How an engine begins after nobody looked for a long time: restored from a backup, or stopped. What is overdue becomes
//! one incident a session, "see how everyone is now", and none of the alarms of the time between (reliability.md §4.5).
//!
//! So does a house whose clock was put back: what it wrote down before lies in a time that has yet to come, and no look
//! and no step of a ladder would be due until then.
//!
//! Only at its start: an engine that slept and wakes tells all that fell due meanwhile, as ever.

use crate::Checkins;
use crate::publish;
use crate::store::{Incidents, Watches, engines};
use chassis::keeper::Keeper as _;
use chassis::problem::Failure;
use chassis::store::Store;
use chassis::work::{Act, Work};
use checkins_core::escalation::{Cause, Command};
use checkins_core::watch;
use checkins_core::watch::hold::{STALE, nobody_looked};
use kernel::id::{ClinicId, SessionId};
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};
use tokio::sync::watch as telling;

/// An engine that looked this much later than now went by a clock that was put back since: no two good ones are so far
/// apart.
const PUT_BACK: Span = Span::minutes(1);

/// Whether this engine has begun. Until then it sends nothing and says nothing of itself.
#[derive(Debug)]
pub(crate) struct Held(telling::Sender<bool>);

impl Default for Held {
    fn default() -> Self {
        Self(telling::Sender::new(false))
    }
}

impl Held {
    /// Returns when the engine has begun.
    pub(crate) async fn over(&self) {
        // The sender lives as long as the engine does.
        let _ = self.0.subscribe().wait_for(|is_over| *is_over).await;
    }
}

/// Once, before the first look at what is due.
pub(crate) async fn once(service: &Checkins, store: &Store) -> Result<(), Failure> {
    if *service.held.0.borrow() {
        return Ok(());
    }
    let now = store.now();
    let last = engines::all(store).await?.first().map(|engine| engine.ticked_at);
    let by_uptime = match store.clock().uptime() {
        Some(uptime) => engines::last_here(store, &uptime.boot).await?.map(|last| uptime.since.minus(last)),
        None => None,
    };
    // A house whose engines never said anything has nothing to compare with, and tells all that is due.
    if last.is_some_and(|at| nobody_looked(now.since(at), by_uptime)) {
        let since = now.minus(STALE);
        let overdue = engines::overdue(store, since).await?;
        each(store, overdue, async |work, session| hold(work, session, since).await).await?;
    }
    if last.is_some_and(|at| at.since(now) > PUT_BACK) {
        let watched = engines::watching(store).await?;
        each(store, watched, async |work, session| {
            publish::raise_for(work, session, Cause::Restored, Severity::Urgent).await
        })
        .await?;
    }
    service.held.0.send_replace(true);
    Ok(())
}

/// The same for each of these sessions. A row that does not open is told of in the log and left to its own time; whatever
/// may go better the next time ends the beginning, which is then made once more.
async fn each(
    store: &Store,
    sessions: Vec<(ClinicId, SessionId)>,
    what: impl AsyncFn(&mut Work, SessionId) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for (clinic, session) in sessions {
        match store.work(Act::clock(clinic), async |work| what(work, session).await).await {
            Ok(()) => {}
            Err(failure @ (Failure::Changed | Failure::Database(_))) => return Err(failure),
            Err(failure) => {
                tracing::error!(session.id = %session, error = %failure, "a session could not be held: it is told as ever");
            }
        }
    }
    Ok(())
}

/// One session. Several engines may begin at once: whoever comes second finds nothing overdue.
async fn hold(work: &mut Work, session: SessionId, since: Timestamp) -> Result<(), Failure> {
    let Some(_locked) = Watches::load(work, session).await? else { return Ok(()) };
    if !engines::is_overdue(work, session, since).await? {
        return Ok(());
    }
    let row = work.step::<Watches>(session, watch::Command::Hold).await?;
    for incident in engines::burning(work, session).await? {
        work.step::<Incidents>(incident, Command::Hold).await?;
    }
    engines::set_aside(work, session, since).await?;
    work.audit("watch.restored", session, Some(session));
    publish::raise(work, &row.about, &row, Cause::Restored, Severity::Urgent).await
}
