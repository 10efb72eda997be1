//! What people do on the watch: answer, call, say they saw it.

use crate::publish;
use crate::store::{Watches, rows};
use chassis::ids;
use chassis::keeper::Keeper as _;
use chassis::problem::Failure;
use chassis::store::{LOOK_AGAIN, Store};
use chassis::vault::Place;
use chassis::work::{Act, Work};
use checkins_core::escalation::Cause;
use checkins_core::form;
use checkins_core::signature::Signature;
use checkins_core::task::{self, Task};
use checkins_core::watch::{Command, Counted, Event, Refusal, Watch};
use kernel::id::{CommandId, RecordId, SessionId};
use kernel::machine::Machine as _;
use kernel::severity::Severity;
use kernel::time::Timestamp;
use std::collections::BTreeMap;

/// One look, as it arrives.
pub(crate) struct Look {
    pub(crate) sequence: i64,
    pub(crate) answers: BTreeMap<String, String>,
    /// When, by the device, if it says so.
    pub(crate) answered_at: Option<Timestamp>,
}

/// Who cannot speak freely may be in danger of life: everyone on the ladder is told at once.
const QUIET: Severity = Severity::Emergency;

/// The source of a look from the room itself: from the sitter's page, by text or in a call.
pub(crate) const SITTER: &str = "sitter";
pub(crate) const BY_TEXT: &str = "sitter_by_text";
pub(crate) const BY_CALL: &str = "sitter_by_call";
/// The source of a look over the video.
pub(crate) const ON_CAMERA: &str = "observed_by_therapist";

/// From whom a look is.
#[derive(Clone, Copy)]
pub(crate) struct Hand {
    /// One of the words below.
    pub(crate) source: &'static str,
    /// Whose phone signed it.
    pub(crate) signature: Signature,
}

/// How a look was taken: the word for when it came, by how much it was late, and what became of its task.
#[derive(Clone, Copy)]
struct Manner {
    counted: &'static str,
    late_micros: i64,
    task: Task,
}

impl Hand {
    /// Only the sitter is in the room and can count: a look on camera has no task.
    fn task(
        self,
        watch: &Watch,
        session: SessionId,
        (look, severity): (&Look, Severity),
        now: Timestamp,
    ) -> Task {
        if self.source == ON_CAMERA {
            return Task::NotAsked;
        }
        task::done(watch, session, look.sequence, (&look.answers, severity), now)
    }
}

/// What the sitter is told back.
pub(crate) struct Taken {
    pub(crate) severity: Severity,
    pub(crate) todo: Vec<String>,
    pub(crate) counted: &'static str,
    pub(crate) watch: Watch,
    pub(crate) warning: Option<&'static str>,
}

/// A look that cannot be read as a whole, and says that something is urgent: whoever wrote it needs help, not a form.
pub(crate) fn cry(bytes: &[u8]) -> Option<Look> {
    let sent: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let given = sent.get("answers")?.as_object()?.iter();
    let given = given.filter_map(|(id, value)| Some((id.clone(), value.as_str()?.to_owned())));
    let is_urgent = |(id, value): &(String, String)| {
        let alone = BTreeMap::from([(id.clone(), value.clone())]);
        form::read(&alone).is_ok_and(|meaning| meaning.severity >= Severity::Urgent)
    };
    let answers: BTreeMap<_, _> = given.filter(is_urgent).collect();
    let number = |name: &str| sent.get(name).and_then(serde_json::Value::as_i64);
    let sequence = number("sequence").unwrap_or_default();
    let answered_at = number("answered_at").map(Timestamp::from_micros);
    (!answers.is_empty()).then_some(Look { sequence, answers, answered_at })
}

/// Takes a look: the worst answer decides, and every look is kept, in time or not.
pub(crate) async fn look(
    work: &mut Work,
    session: SessionId,
    look: &Look,
    hand: Hand,
) -> Result<Taken, Failure> {
    let meaning = form::read(&look.answers).map_err(|unclear| crate::problems::unclear(&unclear))?;
    let is_quiet = hand.signature.calls_quietly();
    hand.signature.admits(meaning.severity).map_err(crate::problems::signature)?;
    let before = Watches::load(work, session).await?.ok_or(Failure::Missing)?;
    let task = hand.task(&before.state, session, (look, meaning.severity), work.now());
    let severity = task.severity(meaning.severity);
    // The same pure decision the machine takes below; read here for the row that keeps it.
    let command = Command::Answer { sequence: look.sequence, severity };
    let left_out = (task == Task::LeftOut).then_some(task::COUNT_NOW);
    let todo = meaning.todo.into_iter().chain(left_out).map(str::to_owned).collect();
    let step = match before.state.clone().step(command.clone(), work.now()) {
        Ok(step) => step,
        // Nobody asked for this look, and it cannot wait until somebody does.
        Err(refusal) if is_quiet || (refusal == Refusal::UnknownCheckin && severity >= Severity::Urgent) => {
            let manner = Manner { counted: "extra", late_micros: 0, task };
            keep(work, session, look, severity, (manner, hand)).await?;
            work.audit("checkin.answered", "outside of the schedule", Some(session));
            let (cause, worst) =
                if is_quiet { (Cause::QuietCall, QUIET) } else { (Cause::WorryingAnswer, severity) };
            publish::raise(work, &before.about, &before, cause, worst).await?;
            let (watch, warning) = (before.state, meaning.warning);
            return Ok(Taken { severity, todo, counted: "extra", watch, warning });
        }
        Err(refusal) => return Err(Watches::problem(refusal).into()),
    };
    let counted = step.events.iter().find_map(Event::counted);
    let (counted, late_micros) = match counted {
        Some(Counted::InTime) => ("in_time", 0),
        Some(Counted::Late) => ("late", late_micros(work, session, look.sequence).await?),
        Some(Counted::Extra) | None => ("extra", 0),
    };
    keep(work, session, look, severity, (Manner { counted, late_micros, task }, hand)).await?;
    let row = work.step::<Watches>(session, command).await?;
    if is_quiet {
        publish::raise(work, &row.about, &row, Cause::QuietCall, QUIET).await?;
    }
    Ok(Taken { severity, todo, counted, watch: row.state, warning: meaning.warning })
}

/// How long ago the look it answers was due. The machine has moved on from it; its deadline row is kept.
async fn late_micros(work: &Work, session: SessionId, sequence: i64) -> Result<i64, Failure> {
    let due_at = rows::due_at(work, session, publish::LOOK, sequence).await?;
    Ok(due_at.map_or(0, |due_at| work.now().since(due_at).as_micros()))
}

async fn keep(
    work: &mut Work,
    session: SessionId,
    look: &Look,
    severity: Severity,
    (Manner { counted, late_micros, task }, Hand { source, signature }): (Manner, Hand),
) -> Result<(), Failure> {
    let id: CommandId = work.act().command.unwrap_or_else(ids::fresh);
    let patient = Watches::load(work, session).await?.ok_or(Failure::Missing)?.about.person;
    let place = Place {
        clinic: work.clinic(),
        person: patient,
        table: "checkins_answer",
        column: "answers",
        row: id.0,
    };
    let plain = serde_json::to_vec(&look.answers).map_err(|error| Failure::Stored(error.to_string()))?;
    let answers = work.seal(&place, &plain).await?;
    let person = work.act().actor;
    let (sequence, answered_at) = (look.sequence, look.answered_at.unwrap_or(work.now()));
    let kept = rows::Look {
        id,
        session,
        person,
        sequence,
        severity,
        counted,
        source,
        answered_at,
        late_micros,
        signature: signature.as_str(),
        task: task.as_str(),
        answers,
    };
    rows::keep(work, kept).await
}

/// The patient needs support.
pub(crate) async fn ask_support(work: &mut Work, session: SessionId) -> Result<RecordId, Failure> {
    let row = Watches::load(work, session).await?.ok_or(Failure::Missing)?;
    let support: RecordId = ids::fresh();
    let deadline_at = row.state.protocol().support_deadline(work.now());
    rows::ask_support(work, support, session, deadline_at).await?;
    publish::support_asked(work, session, support).await?;
    Ok(support)
}

/// The therapist saw it.
pub(crate) async fn see_support(
    work: &mut Work,
    session: SessionId,
    support: RecordId,
) -> Result<(), Failure> {
    if !rows::see_support(work, support, session).await? {
        return Err(Failure::Missing);
    }
    publish::support_seen(work, session, support).await
}

/// Calls for support that nobody saw in time become incidents.
pub(crate) async fn tick_support(store: &Store) -> Result<Option<Timestamp>, Failure> {
    let now = store.now();
    let waiting = rows::unseen_support(store, now.plus(LOOK_AGAIN)).await?;
    let (unseen, soon): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|call| call.deadline_at <= now);
    for rows::Unseen { clinic, support, session, .. } in unseen {
        store
            .work(Act::clock(clinic), async |work| {
                if rows::miss_support(work, support).await? {
                    work.audit("support.unseen", support, Some(session));
                    publish::raise_for(work, session, Cause::SupportUnseen, Severity::Urgent).await?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(soon.first().map(|call| call.deadline_at))
}
