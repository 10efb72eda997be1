//! A look of nobody's, missed on purpose: the same watch, incident, ladder, message and sender as a patient's, in a clinic
//! that does not exist, to a mailbox that nobody sleeps beside. Nobody is paged while all is well.

use crate::store::{Incidents, Watches, ladders, rows, synthetic};
use crate::{Checkins, on_call};
use chassis::config::channels::DrillMailbox;
use chassis::keeper::About;
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::Store;
use chassis::work::{Act, SYNTHETIC, Work};
use chassis::{clock, ids, members};
use checkins_core::escalation::{Cause, Command as Incident};
use checkins_core::ladder::{Channel, Ladder, Order, Rung, SERIAL_GAP_SECONDS, Who};
use checkins_core::outcome::Outcome;
use checkins_core::protocol::Protocol;
use checkins_core::synthetic::{AHEAD, Came, EVERY, is_broken, next_at};
use checkins_core::watch::{Command, Watch};
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use proto::events::safety::{Member, SessionOpened};
use proto::sealed::{CONTACT, Contact};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// When its rows could not be read, they are read again after this.
const AGAIN: Span = Span::seconds(1);
/// How often an engine asks itself whether somebody must be told.
const LOOK_EVERY: Span = Span::seconds(1);
/// As long as the way is broken, the page about it is repeated.
const REPEAT: Span = Span::minutes(30);
/// The account that a page about it begins with: not the one that the looks begin with.
const OTHER_ACCOUNT: i64 = 1;

/// What this engine knows of the way.
#[derive(Debug, Default)]
pub(crate) struct Path {
    next_at: AtomicI64,
    is_broken: AtomicBool,
}

impl Path {
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    pub(crate) fn unready(&self) -> Option<String> {
        let sentence = "checkins: the alarm path is broken: two looks that were missed on purpose reached no mailbox in time";
        self.is_broken().then(|| sentence.into())
    }
}

/// What is missing where nobody set it up, in words for whoever sets the house up.
pub(crate) fn missing(drill: Option<&DrillMailbox>) -> Option<String> {
    let sentence = "Nothing proves every five minutes that an alarm arrives: set up [drill_mailbox].";
    drill.is_none().then(|| sentence.into())
}

/// Begins one when its time has come, and judges it ten seconds after its deadline. A failure here holds up no alarm.
pub(crate) async fn tick(service: &Checkins, store: &Store) -> Option<Timestamp> {
    let drill = store.ground().config.drill_mailbox.as_ref()?;
    let (path, now) = (&service.path, store.now());
    let known = Timestamp::from_micros(path.next_at.load(Ordering::Relaxed));
    if now < known && known.since(now) <= every(drill) {
        return Some(known);
    }
    let next = match look(path, store, drill).await {
        Ok(next) => next,
        Err(failure) => {
            tracing::error!(error = %failure, "the alarm path could not be proven");
            now.plus(AGAIN)
        }
    };
    path.next_at.store(next.micros(), Ordering::Relaxed);
    Some(next)
}

fn every(drill: &DrillMailbox) -> Span {
    drill.every_seconds.map_or(EVERY, Span::seconds)
}

async fn look(path: &Path, store: &Store, drill: &DrillMailbox) -> Result<Timestamp, Failure> {
    let runs = synthetic::newest(store).await?;
    if let Some(newest) = runs.first().filter(|newest| !newest.is_judged) {
        if store.now() < newest.came.judged_at() {
            return Ok(newest.came.judged_at());
        }
        store.work(Act::clock(SYNTHETIC), async |work| end(work, newest.session).await).await?;
    }
    let runs = synthetic::newest(store).await?;
    let judged: Vec<Came> = runs.iter().filter(|run| run.is_judged).map(|run| run.came).collect();
    if let Some(took) = judged.first().and_then(|came| came.took()) {
        metrics::histogram!("checkins_synthetic_seconds").record(clock::duration(took));
    }
    path.is_broken.store(is_broken(&judged), Ordering::Relaxed);
    let next = next_at(runs.first().map(|run| run.began_at), every(drill), store.now());
    if store.now() < next {
        return Ok(next);
    }
    let began = store.work(Act::clock(SYNTHETIC), async |work| begin(work, drill).await);
    Ok(Came { deadline_at: began.await?, accepted_at: None }.judged_at())
}

/// Sessions of one house are named alike by all of its engines: only one of them begins each.
async fn begin(work: &mut Work, drill: &DrillMailbox) -> Result<Timestamp, Failure> {
    let (now, deadline_at) = (work.now(), work.now().plus(AHEAD));
    let slot = now.micros().checked_div(every(drill).as_micros()).unwrap_or_default();
    let session: SessionId = ids::derived(SYNTHETIC.0, &format!("look {slot}"));
    if !synthetic::begin(work, session, deadline_at).await? {
        return Ok(deadline_at);
    }
    let reader: PersonId = ids::derived(SYNTHETIC.0, "drill mailbox");
    keep_ladder(work).await?;
    keep_reader(work, reader, drill).await?;
    let people = vec![Member { person: reader, role: Role::Therapist, on_call: false }];
    let pace = Pace::REAL;
    let opened = SessionOpened { session, people, starts_at: now, ends_at: deadline_at, drill: true, pace };
    members::replace(work, &opened).await?;
    let protocol = Protocol { pace };
    let about = About { clinic: SYNTHETIC, session: Some(session), person: reader };
    rows::open_watch(work, &about, &Watch::Standing { protocol }, true).await?;
    // A dose so long ago that its first look is missed in a moment.
    let silence = protocol.first(now, 1).deadline_at.since(now);
    work.step::<Watches>(session, Command::Dose(deadline_at.minus(silence))).await?;
    Ok(deadline_at)
}

/// One step, at the deadline: whoever reads the drill mailbox, on a screen and by mail.
async fn keep_ladder(work: &Work) -> Result<(), Failure> {
    if ladders::newest(work).await?.is_some() {
        return Ok(());
    }
    let (who, channels) = (vec![Who::Therapist], vec![Channel::Screen, Channel::Mail]);
    let rung =
        Rung { after_seconds: 0, who, channels, order: Order::Parallel, gap_seconds: SERIAL_GAP_SECONDS };
    let ladder = Ladder { rungs: vec![rung], repeat_seconds: 120, hold_seconds: 120 };
    let version = ladders::propose(work, Role::Admin, &ladder, "Proves the alarm path.").await?;
    ladders::publish(work, version).await
}

async fn keep_reader(work: &Work, reader: PersonId, drill: &DrillMailbox) -> Result<(), Failure> {
    let contact = Contact {
        first_name: "Drill".into(),
        email: drill.email.clone(),
        phone: None,
        time_zone: "UTC".into(),
    };
    let plain = serde_json::to_vec(&contact).map_err(|error| Failure::Stored(error.to_string()))?;
    let sealed = work.store().vault().seal_for_bus(CONTACT, reader, &plain)?;
    rows::keep_contact(work, reader, Role::Therapist, &sealed, false).await
}

/// Notes what came of it, closes what it opened, and takes away what older ones left.
async fn end(work: &mut Work, session: SessionId) -> Result<(), Failure> {
    if !synthetic::judge(work, session).await? {
        return Ok(());
    }
    let by: PersonId = ids::derived(SYNTHETIC.0, "drill mailbox");
    if let Some(open) = rows::open_incident(work, session, Cause::MissedCheckin.as_str()).await? {
        let outcome = Outcome::FalseAlarmAnswered;
        let resolve = Incident::Resolve { by, role: Role::Therapist, outcome, has_note: false };
        work.step::<Incidents>(open, resolve).await?;
    }
    work.step::<Watches>(session, Command::Close).await?;
    synthetic::sweep(work).await
}

/// Starts telling whoever is on call when the way is broken, on the service's own thread.
pub(crate) fn start(service: &Arc<Checkins>) {
    if service.store().ground().config.drill_mailbox.is_some() {
        actix_web::rt::spawn(tell(Arc::clone(service)));
    }
}

async fn tell(service: Arc<Checkins>) {
    let mut paged_at: Option<Timestamp> = None;
    loop {
        clock::wait(LOOK_EVERY).await;
        let now = service.store().now();
        let is_due = paged_at.is_none_or(|at| now.since(at) >= REPEAT);
        if !service.path.is_broken() {
            paged_at = None;
        } else if is_due && page(&service, now).await {
            paged_at = Some(now);
        }
    }
}

async fn page(service: &Checkins, now: Timestamp) -> bool {
    let text = format!(
        "Twice in a row a look that was missed on purpose reached no mailbox within ten seconds. At {} an alarm about a \
         session may reach nobody by mail.\n\nPlease have the mail accounts seen to, watch the sessions under way on the \
         screen, and begin no dose before.",
        crate::channels::utc(now)
    );
    let minute = Timestamp::from_micros(now.micros() / 60_000_000 * 60_000_000);
    let said = on_call::Said { subject: "The alarm path is broken", text: &text, round: OTHER_ACCOUNT };
    on_call::page(service, minute, said).await
}
