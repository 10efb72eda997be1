//! What screens are shown of a watch and its incidents.

use super::pagers::view::{self as page, PagerView};
use super::{counts, overdue, signs};
use crate::store::deliveries;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use checkins_core::escalation::Incident as State;
use checkins_core::outcome::Outcome;
use checkins_core::protocol::clock_is_off;
use checkins_core::task;
use checkins_core::watch::Watch;
use kernel::id::{ClinicId, CommandId, IncidentId, PersonId, RecordId, SessionId};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A screen shows this many looks; the trail has them all.
const HISTORY_MAX: u64 = 50;
/// And this many incidents.
const INCIDENTS_MAX: u64 = 100;

/// A look that is expected.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NextLook {
    /// Which check-in.
    pub sequence: i64,
    /// When to look.
    pub due_at: Timestamp,
    /// From when an answer counts.
    pub opens_at: Timestamp,
    /// When silence becomes an incident.
    pub deadline_at: Timestamp,
    /// `count_breaths` where "all well" wants a count of breaths first.
    #[serde(default)]
    pub task: Option<String>,
}

/// A look that was taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TakenLook {
    /// Its id.
    pub id: CommandId,
    /// Which check-in.
    pub sequence: i64,
    /// The worst answer.
    pub severity: Severity,
    /// `in_time`, `extra` or `late`.
    pub counted: String,
    /// `sitter`, `sitter_by_text`, `sitter_by_call` or `observed_by_therapist`.
    pub source: String,
    /// Who.
    pub person: PersonId,
    /// When, by the device.
    pub answered_at: Timestamp,
    /// When, by the server.
    pub received_at: Timestamp,
    /// How long after its time, in microseconds.
    pub late_micros: i64,
    /// `signed` by the phone of the session, `unsigned`, or `foreign`: signed by another.
    pub signature: String,
    /// Whether the device's clock was more than ten minutes off, or the look waited that long on the phone.
    pub clock_off: bool,
    /// `counted`, or `left_out` when "all well" came without the count that this look asked for.
    pub task: Option<String>,
    /// The breaths that were counted in 15 seconds: of the last look alone.
    pub breaths: Option<String>,
}

/// A call for support.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Support {
    /// Its id.
    pub id: RecordId,
    /// When.
    pub asked_at: Timestamp,
    /// When somebody saw it.
    pub seen_at: Option<Timestamp>,
    /// Who saw it.
    pub seen_by: Option<PersonId>,
}

/// Somebody who was told.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Told {
    /// Who.
    pub person: PersonId,
    /// `screen`, `mail`, `push`, `sms`, `voice`, `ntfy` or `webhook`.
    pub channel: String,
    /// At which step.
    pub step: i64,
    /// How far it is known to have come: `queued`, `accepted`, `delivered`, `seen`, `acknowledged`, `failed`, or
    /// `superseded` when somebody had the incident before it left.
    pub state: String,
    /// When it was written, or came so far.
    pub at: Timestamp,
    /// How long its provider took to take it, in microseconds.
    pub latency_micros: Option<i64>,
    /// Whether it waits for this person's page to ask: theirs is the first screen that has it.
    #[serde(skip)]
    pub(crate) is_unshown: bool,
}

/// An incident as screens show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The session.
    pub session: SessionId,
    /// A word for what opened it.
    pub cause: String,
    /// How bad.
    pub severity: Severity,
    /// `open`, `acknowledged` or `resolved`.
    pub state: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Who sat then. Another may sit since.
    pub sitter: Option<PersonId>,
    /// The highest step taken.
    pub step: Option<i64>,
    /// When the next step is taken.
    pub next_step_at: Option<Timestamp>,
    /// Who has it.
    pub acknowledged_by: Option<PersonId>,
    /// Until when that holds.
    pub acknowledged_until: Option<Timestamp>,
    /// Who closed it.
    pub resolved_by: Option<PersonId>,
    /// What came of it.
    #[schema(value_type = Option<String>)]
    pub outcome: Option<Outcome>,
    /// What the last step that names the second contact did: `called`, or why not: `none_named`, `not_confirmed`,
    /// `declined`, `sits`, `not_dosed` or `not_for_them`. Nothing before such a step.
    pub second_contact: Option<String>,
    /// Who was told.
    pub told: Vec<Told>,
}

impl Incident {
    /// Whether it is open, this person was told of it on a screen, and no page of theirs had it yet.
    pub(crate) fn is_news_to(&self, person: PersonId) -> bool {
        self.resolved_by.is_none() && self.told.iter().any(|told| told.person == person && told.is_unshown)
    }
}

/// The whole watch.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WatchView {
    /// The session.
    pub session: SessionId,
    /// `standing`, `watching`, `aftercare` or `closed`.
    pub phase: String,
    /// Whether it can run.
    pub armed: bool,
    /// Whether it is a drill.
    pub drill: bool,
    /// When the on-call lead was last asked.
    pub on_call_paged_at: Option<Timestamp>,
    /// When the on-call lead answered.
    pub on_call_confirmed_at: Option<Timestamp>,
    /// The page before the session: who was asked and who answered. Nothing for the home.
    pub pager: Option<PagerView>,
    /// What is expected next.
    pub next: Option<NextLook>,
    /// A look that nobody took in time, and that is asked for again: its incident is open and nobody looked since.
    pub overdue: Option<NextLook>,
    /// The last look that was taken.
    pub last: Option<TakenLook>,
    /// The last looks, newest first.
    pub history: Vec<TakenLook>,
    /// How many were missed.
    pub missed: i64,
    /// Calls for support, newest first.
    pub support: Vec<Support>,
    /// Incidents, newest first.
    pub incidents: Vec<Incident>,
    /// What the session shows of itself, from the dose on.
    pub signs: Vec<signs::SignView>,
    /// The server's clock.
    pub now_at: Timestamp,
}

/// Reads the whole watch of one session.
pub(crate) async fn watch(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
    reader: Role,
) -> Result<WatchView, Failure> {
    let sql = "select phase, state, drill, on_call_paged_at, on_call_confirmed_at from checkins_watch
               where clinic_id = $1 and session_id = $2";
    let row = one(store, sql, [clinic.0.into(), session.0.into()]).await?.ok_or(Failure::Missing)?;
    let state: Watch = parse(&row)?;
    let mut history = looks(store, clinic, session).await?;
    counts::show(store, clinic, (session, reader), history.first_mut()).await?;
    let sql = "select count(*) as missed from checkins_deadline
               where clinic_id = $1 and session_id = $2 and state = 'missed'";
    let missed = one(store, sql, [clinic.0.into(), session.0.into()]).await?;
    let incidents = incidents(store, clinic, Some(session), false, reader).await?;
    let is_asked_again = overdue::is_open(&incidents);
    let overdue = overdue::look(store, clinic, (session, &state), history.first()).await?;
    Ok(WatchView {
        session,
        phase: row.try_get("", "phase")?,
        armed: !matches!(state, Watch::Closed { .. }),
        drill: row.try_get("", "drill")?,
        on_call_paged_at: store::maybe_at(&row, "on_call_paged_at")?,
        on_call_confirmed_at: store::maybe_at(&row, "on_call_confirmed_at")?,
        pager: page::read(store, clinic, session, reader).await?,
        next: next(&state, session),
        overdue: overdue.filter(|_look| is_asked_again),
        last: history.first().cloned(),
        history,
        missed: missed.map(|row| row.try_get("", "missed")).transpose()?.unwrap_or(0),
        support: support(store, clinic, session).await?,
        incidents,
        signs: signs::all(store, clinic, session).await?,
        now_at: store.now(),
    })
}

/// What is expected next.
pub(crate) fn next(state: &Watch, session: SessionId) -> Option<NextLook> {
    let due = state.current()?;
    let opens_at = state.protocol().opens_at(&due);
    let (sequence, due_at, deadline_at) = (due.sequence, due.due_at, due.deadline_at);
    Some(NextLook { sequence, due_at, opens_at, deadline_at, task: task(state, session, sequence) })
}

/// What a look asks for besides an answer.
pub(crate) fn task(state: &Watch, session: SessionId, sequence: i64) -> Option<String> {
    task::is_due(state, session, sequence).then(|| "count_breaths".into())
}

async fn looks(store: &Store, clinic: ClinicId, session: SessionId) -> Result<Vec<TakenLook>, Failure> {
    let sql = format!(
        "select id, sequence, severity, counted, source, person_id, answered_at, received_at, late_micros,
         signature, task
         from checkins_answer where clinic_id = $1 and session_id = $2 order by received_at desc limit {HISTORY_MAX}"
    );
    let parse = |row: &QueryResult| {
        let (answered_at, received_at) = (store::at(row, "answered_at")?, store::at(row, "received_at")?);
        Ok(TakenLook {
            id: store::id(row, "id")?,
            sequence: row.try_get("", "sequence")?,
            severity: severity(row)?,
            counted: row.try_get("", "counted")?,
            source: row.try_get("", "source")?,
            person: store::id(row, "person_id")?,
            answered_at,
            received_at,
            late_micros: row.try_get("", "late_micros")?,
            signature: row.try_get("", "signature")?,
            clock_off: clock_is_off(Some(answered_at), received_at),
            task: row.try_get("", "task")?,
            breaths: None,
        })
    };
    all(store, &sql, [clinic.0.into(), session.0.into()]).await?.iter().map(parse).collect()
}

async fn support(store: &Store, clinic: ClinicId, session: SessionId) -> Result<Vec<Support>, Failure> {
    let sql = format!(
        "select id, asked_at, seen_at, seen_by from checkins_support
         where clinic_id = $1 and session_id = $2 order by asked_at desc limit {HISTORY_MAX}"
    );
    let parse = |row: &QueryResult| {
        Ok(Support {
            id: store::id(row, "id")?,
            asked_at: store::at(row, "asked_at")?,
            seen_at: store::maybe_at(row, "seen_at")?,
            seen_by: store::maybe_id(row, "seen_by")?,
        })
    };
    all(store, &sql, [clinic.0.into(), session.0.into()]).await?.iter().map(parse).collect()
}

/// Incidents of a session, or of the clinic; all, or only those that are not over; and only what this reader may learn of.
pub(crate) async fn incidents(
    store: &Store,
    clinic: ClinicId,
    session: Option<SessionId>,
    open_only: bool,
    reader: Role,
) -> Result<Vec<Incident>, Failure> {
    let one = session.map_or("", |_session| "and session_id = $2");
    let open = if open_only { "and phase <> 'resolved'" } else { "" };
    let sql = format!(
        "select id, session_id, cause, severity, phase, state, opened_at, second_contact, sitter_id
         from checkins_incident
         where clinic_id = $1 {one} {open}
         order by case phase when 'resolved' then 1 else 0 end, opened_at desc limit {INCIDENTS_MAX}"
    );
    let values: Vec<Value> =
        std::iter::once(clinic.0.into()).chain(session.map(|session| session.0.into())).collect();
    let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
    let mut incidents = vec![];
    for row in &rows {
        let state: State = parse(row)?;
        if state.matter().cause.may_reach(reader) {
            incidents.push(incident(store, clinic, row, state).await?);
        }
    }
    Ok(incidents)
}

async fn incident(
    store: &Store,
    clinic: ClinicId,
    row: &QueryResult,
    state: State,
) -> Result<Incident, Failure> {
    let id: IncidentId = store::id(row, "id")?;
    let mut shown = Incident {
        id,
        session: store::id(row, "session_id")?,
        cause: row.try_get("", "cause")?,
        severity: severity(row)?,
        state: row.try_get("", "phase")?,
        opened_at: store::at(row, "opened_at")?,
        sitter: store::maybe_id(row, "sitter_id")?,
        step: None,
        next_step_at: None,
        acknowledged_by: None,
        acknowledged_until: None,
        resolved_by: None,
        outcome: None,
        second_contact: row.try_get("", "second_contact")?,
        told: told(store, clinic, id).await?,
    };
    match state {
        State::Open { step, next_step_at, .. } => {
            (shown.step, shown.next_step_at) = (Some(step), Some(next_step_at));
        }
        State::Acknowledged { step, by, until_at, .. } => {
            (shown.step, shown.acknowledged_by, shown.acknowledged_until) =
                (Some(step), Some(by), Some(until_at));
        }
        State::Resolved { by, outcome, .. } => {
            (shown.resolved_by, shown.outcome) = (Some(by), Some(outcome));
        }
    }
    Ok(shown)
}

async fn told(store: &Store, clinic: ClinicId, incident: IncidentId) -> Result<Vec<Told>, Failure> {
    let sql = "select person_id, channel, step, state, created_at, accepted_at, delivered_at, seen_at,
               acknowledged_at, failed_at, shown_at from checkins_notification where clinic_id = $1 and incident_id = $2
               order by step, round, created_at limit 200";
    let parse = |row: &QueryResult| {
        let (marks, written_at) = (deliveries::marks(row)?, store::at(row, "created_at")?);
        let channel: String = row.try_get("", "channel")?;
        Ok(Told {
            person: store::id(row, "person_id")?,
            is_unshown: channel == "screen" && store::maybe_at(row, "shown_at")?.is_none(),
            channel,
            step: row.try_get("", "step")?,
            state: marks.delivery().as_str().into(),
            at: marks.at().unwrap_or(written_at),
            latency_micros: marks.latency(written_at).map(Span::as_micros),
        })
    };
    all(store, sql, [clinic.0.into(), incident.0.into()]).await?.iter().map(parse).collect()
}

async fn one<const N: usize>(
    store: &Store,
    sql: &str,
    values: [Value; N],
) -> Result<Option<QueryResult>, Failure> {
    Ok(store.db().query_one_raw(store.sql(sql, values)).await?)
}

async fn all<const N: usize>(
    store: &Store,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<QueryResult>, Failure> {
    Ok(store.db().query_all_raw(store.sql(sql, values)).await?)
}

fn severity(row: &QueryResult) -> Result<Severity, Failure> {
    let word: String = row.try_get("", "severity")?;
    word.parse().map_err(|_word| Failure::Stored(format!("severity {word}")))
}

fn parse<M: serde::de::DeserializeOwned>(row: &QueryResult) -> Result<M, Failure> {
    let text: String = row.try_get("", "state")?;
    serde_json::from_str(&text).map_err(|error| Failure::Stored(error.to_string()))
}
