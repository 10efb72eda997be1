//! The privacy border: what leaves this service about a watch or an incident, and who is told.

pub(crate) mod house;
pub(crate) mod messages;
pub(crate) mod pager;

use crate::store::attempts::Unheard;
use crate::store::deliveries::Told;
use crate::store::notifications;
use crate::store::{Incidents, Watches, asked, ladders, rows};
use chassis::clock;
use chassis::ids;
use chassis::keeper::{About, Keeper as _, Row};
use chassis::problem::Failure;
use chassis::work::Work;
use checkins_core::escalation::{self, Cause, Incident, Matter};
use checkins_core::signals;
use checkins_core::watch::{self, Morning, Watch};
use kernel::id::{IncidentId, PersonId, RecordId, SessionId};
use kernel::severity::Severity;
use kernel::time::Timestamp;
use proto::envelope::Event;
use proto::events::checkins as say;

/// The kind of an ordinary look's deadline.
pub(crate) const LOOK: &str = "look";
/// The kind of the next-morning check's deadline.
const MORNING: &str = "morning";

/// Rows, messages and facts that follow from what a watch did.
pub(crate) async fn watch(
    work: &mut Work,
    session: SessionId,
    row: &Row<Watch>,
    events: &[watch::Event],
) -> Result<(), Failure> {
    for event in events {
        match event {
            watch::Event::Scheduled(due) => rows::arm(work, session, LOOK, due).await?,
            watch::Event::Cancelled(sequence) => {
                rows::settle(work, session, LOOK, *sequence, "cancelled").await?;
                asked::supersede(work, session, *sequence).await?;
            }
            watch::Event::Answered { sequence, severity, counted } => {
                if *counted == watch::Counted::InTime {
                    rows::settle(work, session, LOOK, *sequence, "satisfied").await?;
                    asked::supersede(work, session, *sequence).await?;
                }
                let at = work.now();
                let fact = say::CheckinAnswered { session, sequence: *sequence, severity: *severity, at };
                work.tell(session, &fact).await?;
                work.audit("checkin.answered", format!("check-in {sequence}"), Some(session));
            }
            watch::Event::Missed(due) => {
                rows::settle(work, session, LOOK, due.sequence, "missed").await?;
                asked::supersede(work, session, due.sequence).await?;
                missed(work, row, due.sequence, due.deadline_at).await?;
            }
            watch::Event::Overslept(due) => {
                // The morning is the one whose sequence is 0.
                let kind = if due.sequence == 0 { MORNING } else { LOOK };
                rows::settle(work, session, kind, due.sequence, "missed").await?;
                work.audit("checkin.overslept", format!("{kind} {}", due.sequence), Some(session));
            }
            watch::Event::Alarming(severity) => {
                let is_look = events.iter().any(|event| event.counted().is_some());
                let cause = if is_look { Cause::WorryingAnswer } else { Cause::NextMorning };
                raise(work, &row.about, row, cause, *severity).await?;
            }
            watch::Event::MorningDue(due) => {
                rows::arm(work, session, MORNING, due).await?;
                let fact =
                    say::NextMorningDue { session, patient: row.about.person, deadline_at: due.deadline_at };
                work.tell(session, &fact).await?;
                work.audit("morning.asked", session, Some(session));
            }
            watch::Event::MorningMissed(due) => {
                rows::settle(work, session, MORNING, due.sequence, "missed").await?;
                raise_since(work, &row.about, row, Cause::NextMorning, Severity::Urgent, due.deadline_at)
                    .await?;
            }
            watch::Event::Closed => {
                rows::settle(work, session, MORNING, 0, "satisfied").await?;
                work.tell(session, &say::WatchClosed { session, at: work.now() }).await?;
                work.audit("watch.closed", session, Some(session));
            }
        }
    }
    if events.is_empty() || is_morning_awaited(&row.state) {
        return Ok(());
    }
    // Answered, or overtaken by another dose: nobody waits for it any more.
    let is_answered = events.iter().any(|event| matches!(event, watch::Event::Alarming(_)));
    let how = if is_answered { "satisfied" } else { "cancelled" };
    rows::settle(work, session, MORNING, 0, how).await
}

fn is_morning_awaited(state: &Watch) -> bool {
    match state {
        Watch::Aftercare(aftercare) => aftercare.asked == Morning::Asked,
        Watch::Standing { .. } | Watch::Watching(_) | Watch::Closed { .. } => false,
    }
}

async fn missed(
    work: &mut Work,
    row: &Row<Watch>,
    sequence: i64,
    deadline_at: Timestamp,
) -> Result<(), Failure> {
    let session = session_of(&row.about)?;
    work.tell(session, &say::CheckinMissed { session, sequence, deadline_at }).await?;
    work.audit("checkin.missed", format!("check-in {sequence}"), Some(session));
    let noticed_after = clock::duration(work.now().since(deadline_at));
    metrics::histogram!("checkins_silence_noticed_seconds").record(noticed_after);
    raise_since(work, &row.about, row, Cause::MissedCheckin, Severity::Urgent, deadline_at).await
}

/// Opens an incident now, or makes the open one of the same cause worse.
pub(crate) async fn raise(
    work: &mut Work,
    about: &About,
    row: &Row<Watch>,
    cause: Cause,
    severity: Severity,
) -> Result<(), Failure> {
    let now = work.now();
    raise_since(work, about, row, cause, severity, now).await
}

/// The same, counted from when it should have been noticed.
pub(crate) async fn raise_since(
    work: &mut Work,
    about: &About,
    row: &Row<Watch>,
    cause: Cause,
    severity: Severity,
    since: Timestamp,
) -> Result<(), Failure> {
    let session = session_of(about)?;
    if let Some(open) = open_for(work, session, cause).await? {
        Box::pin(work.step::<Incidents>(open, escalation::Command::Again(severity))).await?;
        return Ok(());
    }
    let own = ladders::current(work).await?;
    let is_covered = matches!(cause, Cause::TherapistLost | Cause::WatchWeakened);
    let ladder = if is_covered { signals::cover(&own) } else { own };
    let matter = Matter { cause, severity, opened_at: since, pace: row.state.protocol().pace, ladder };
    let step = escalation::open(matter);
    // The same for every engine that comes to take this very step of the watch, and another for the next one: a dose
    // told twice misses the same looks again.
    let taken = format!("{} {} {}", cause.as_str(), since.micros(), row.version);
    let id: IncidentId = ids::derived(session.0, &taken);
    Box::pin(work.create::<Incidents>(id, *about, step.state, &step.events)).await?;
    Ok(())
}

/// The open incident that this belongs to: a look that nobody took is part of a patient who is lost already, or whom
/// somebody is seeing to since the house came back.
async fn open_for(work: &Work, session: SessionId, cause: Cause) -> Result<Option<IncidentId>, Failure> {
    let open = rows::open_incident(work, session, cause.as_str()).await?;
    if open.is_some() || cause != Cause::MissedCheckin {
        return Ok(open);
    }
    match rows::open_incident(work, session, Cause::LostPatient.as_str()).await? {
        Some(lost) => Ok(Some(lost)),
        None => rows::open_incident(work, session, Cause::Restored.as_str()).await,
    }
}

/// Raises an incident for a session whose watch is read first.
pub(crate) async fn raise_for(
    work: &mut Work,
    session: SessionId,
    cause: Cause,
    severity: Severity,
) -> Result<(), Failure> {
    let row = Watches::load(work, session).await?.ok_or(Failure::Missing)?;
    raise(work, &row.about.clone(), &row, cause, severity).await
}

/// Messages and facts that follow from what an incident did.
pub(crate) async fn incident(
    work: &mut Work,
    id: IncidentId,
    row: &Row<Incident>,
    events: &[escalation::Event],
) -> Result<(), Failure> {
    let session = session_of(&row.about)?;
    let matter = row.state.matter();
    let at = work.now();
    for event in events {
        match event {
            escalation::Event::Opened => {
                let (cause, severity) = (matter.cause.as_str().to_owned(), matter.severity);
                let fact = say::IncidentOpened { session, incident: id, cause, severity, at };
                tell(work, session, matter.cause, &fact).await?;
                work.audit("incident.opened", format!("{} {id}", matter.cause.as_str()), Some(session));
            }
            escalation::Event::Step { step, round } => {
                messages::tell_people(work, id, session, matter, (*step, *round)).await?;
                let fact = say::IncidentRose { session, incident: id, step: *step, at };
                tell(work, session, matter.cause, &fact).await?;
                work.audit("incident.step", format!("step {step}.{round} {id}"), Some(session));
            }
            escalation::Event::Acknowledged(by) => {
                // Whoever was not told yet need not be while somebody has it.
                notifications::supersede(work, id).await?;
                let fact = say::IncidentAcknowledged { session, incident: id, by: *by, at };
                tell(work, session, matter.cause, &fact).await?;
                work.audit("incident.acknowledged", id, Some(session));
            }
            escalation::Event::Reopened => work.audit("incident.reopened", id, Some(session)),
            escalation::Event::Resolved(by) => {
                notifications::supersede(work, id).await?;
                let fact = say::IncidentResolved { session, incident: id, by: *by, at };
                tell(work, session, matter.cause, &fact).await?;
                work.audit("incident.resolved", id, Some(session));
            }
        }
    }
    Ok(())
}

/// Tells a fact about an incident to the screens of everyone who may learn of it.
async fn tell<E: Event>(work: &mut Work, session: SessionId, cause: Cause, fact: &E) -> Result<(), Failure> {
    let people = work.members(session).await?.into_iter();
    let audience = people.filter(|member| cause.may_reach(member.role)).map(|member| member.person).collect();
    work.say(Some(session), audience, fact)
}

fn session_of(about: &About) -> Result<SessionId, Failure> {
    about.session.ok_or_else(|| Failure::Stored("a watch without a session".into()))
}

/// The watch stands.
pub(crate) async fn armed(work: &mut Work, session: SessionId) -> Result<(), Failure> {
    work.tell(session, &say::WatchArmed { session, at: work.now() }).await?;
    work.audit("watch.armed", session, Some(session));
    Ok(())
}

/// The on-call lead answered.
pub(crate) async fn on_call_confirmed(
    work: &mut Work,
    session: SessionId,
    person: PersonId,
) -> Result<(), Failure> {
    work.tell(session, &say::OnCallConfirmed { session, person, at: work.now() }).await?;
    work.audit("on_call.confirmed", session, Some(session));
    Ok(())
}

/// Whoever leads tried whether they hear the alarm on their screen.
pub(crate) async fn screen_tested(
    work: &mut Work,
    session: SessionId,
    person: PersonId,
    heard: bool,
) -> Result<(), Failure> {
    work.tell(session, &say::ScreenTested { session, person, heard, at: work.now() }).await?;
    work.audit("screen.tested", if heard { "heard" } else { "not heard" }, Some(session));
    Ok(())
}

/// The patient asked for support.
pub(crate) async fn support_asked(
    work: &mut Work,
    session: SessionId,
    support: RecordId,
) -> Result<(), Failure> {
    work.tell(session, &say::SupportAsked { session, support, at: work.now() }).await?;
    work.audit("support.asked", support, Some(session));
    Ok(())
}

/// Somebody saw it.
pub(crate) async fn support_seen(
    work: &mut Work,
    session: SessionId,
    support: RecordId,
) -> Result<(), Failure> {
    let (by, at) = (work.act().actor, work.now());
    work.tell(session, &say::SupportSeen { session, support, by, at }).await?;
    work.audit("support.seen", support, Some(session));
    Ok(())
}

/// A safety message was tried.
pub(crate) async fn attempted(work: &mut Work, attempt: &Unheard) -> Result<(), Failure> {
    let (session, incident) = (attempt.what.session, attempt.what.incident);
    let fact = say::NotificationChanged { session, incident };
    match attempt.cause {
        Some(cause) => tell(work, session, cause, &fact).await?,
        None => work.tell(session, &fact).await?,
    }
    let action = if attempt.has_failed() { "notification.failed" } else { "notification.accepted" };
    work.audit(action, attempt.notification, Some(session));
    Ok(())
}

/// More is known of a safety message: its provider, or whoever got it, said so.
pub(crate) async fn heard_of(work: &mut Work, told: &Told, action: &str) -> Result<(), Failure> {
    let (session, incident) = (told.what.session, told.what.incident);
    work.tell(session, &say::NotificationChanged { session, incident }).await?;
    work.audit(action, told.id, Some(session));
    Ok(())
}
