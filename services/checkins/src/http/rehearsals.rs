//! Rehearsals of a drill session: begun by whoever trains the clinic, scored from what is on record.

use super::Answer;
use crate::Checkins;
use crate::store::rehearsals::{self, Rehearsal};
use crate::store::{Watches, ladders};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::keeper::Keeper as _;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::Work;
use chassis::{ids, words};
use checkins_core::rehearsal::{Began, FLOOR, Kind, Line, Mark, Standing};
use checkins_core::watch::Watch;
use garde::Validate;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::time::Timestamp;
use proto::permissions::{ReadRehearsals, Rehearse};
use proto::problems;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;

fn kind_words() -> Object {
    words::one_of("What is played.", Kind::ALL.map(Kind::as_str))
}

/// Which rehearsal to begin.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRehearsal {
    /// What is played.
    #[garde(skip)]
    #[schema(schema_with = kind_words)]
    kind: Kind,
}

/// A rehearsal was begun.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct RehearsalBegun {
    /// Its id.
    id: RecordId,
    /// When.
    began_at: Timestamp,
    /// When the look that is next is missed if nobody answers it.
    deadline_at: Timestamp,
}

/// One thing that must come.
#[derive(Debug, Serialize, ToSchema)]
struct RehearsalLine {
    /// `phone_silent`, `noticed`, `mail_refused`, `other_channel`, `outside_told`, `taken` or `closed`.
    #[schema(value_type = String)]
    mark: Mark,
    /// By when.
    due_by: Timestamp,
    /// When it came.
    came_at: Option<Timestamp>,
    /// `waiting`, `came`, `late`, `missed` or `not_needed`.
    #[schema(value_type = String)]
    standing: Standing,
}

/// A rehearsal and how it went.
#[derive(Debug, Serialize, ToSchema)]
struct RehearsalView {
    /// Its id.
    id: RecordId,
    /// What is played.
    #[schema(value_type = String)]
    kind: Kind,
    /// When it began.
    began_at: Timestamp,
    /// Who began it.
    began_by: PersonId,
    /// Who took it.
    taken_by: Option<PersonId>,
    /// What must come, in order.
    lines: Vec<RehearsalLine>,
    /// How many came in time.
    came: usize,
    /// Of how many that were due.
    due: usize,
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path)), request_body = NewRehearsal,
    responses((status = 200, body = RehearsalBegun), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/rehearsals")]
pub(super) async fn begin_rehearsal(
    checkins: Guard<Rehearse, Checkins>,
    session: Path<SessionId>,
    body: Body<NewRehearsal>,
) -> Answer {
    let kind = body.0.kind;
    let begun = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        let began = begun(work, *session).await?;
        let id = ids::fresh();
        rehearsals::begin(work, *session, id, kind, &began).await?;
        work.audit("rehearsal.began", kind.as_str(), Some(*session));
        Ok(RehearsalBegun { id, began_at: began.at, deadline_at: began.deadline_at })
    });
    Ok(HttpResponse::Ok().json(begun.await?))
}

/// Only of a drill, and only while its watch waits for a look: nobody's alarm is ever played.
async fn begun(work: &mut Work, session: SessionId) -> Result<Began, Failure> {
    if !rehearsals::is_drill(work, session).await? {
        return Err(Problem::new(&problems::REHEARSAL_REAL).into());
    }
    let row = Watches::load(work, session).await?.ok_or(Failure::Missing)?;
    let Watch::Watching(_) = &row.state else {
        return Err(Problem::new(&problems::REHEARSAL_UNWATCHED).into());
    };
    let next = row.state.current().ok_or(Failure::Missing)?;
    let pace = row.state.protocol().pace;
    let outside_after = ladders::current(work).await?.outside_after().at(pace).at_least(FLOOR);
    Ok(Began { at: work.now(), deadline_at: next.deadline_at, outside_after })
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path)),
    responses((status = 200, body = Vec<RehearsalView>)))]
#[get("/sessions/{session}/rehearsals")]
pub(super) async fn read_rehearsals(
    checkins: Guard<ReadRehearsals, Checkins>,
    session: Path<SessionId>,
) -> Answer {
    let (store, clinic) = (checkins.store(), checkins.who()?.clinic);
    let mut shown = vec![];
    for rehearsal in rehearsals::of_session(store, clinic, *session).await? {
        let record = rehearsals::record(store, clinic, *session, &rehearsal).await?;
        let lines = rehearsal.kind.score(&rehearsal.began, &record.came, store.now());
        shown.push(view(&rehearsal, &lines, record.taken_by));
    }
    Ok(HttpResponse::Ok().json(shown))
}

fn view(rehearsal: &Rehearsal, lines: &[Line], taken_by: Option<PersonId>) -> RehearsalView {
    let is_due = |line: &&Line| !matches!(line.standing, Standing::Waiting | Standing::NotNeeded);
    RehearsalView {
        id: rehearsal.id,
        kind: rehearsal.kind,
        began_at: rehearsal.began.at,
        began_by: rehearsal.began_by,
        taken_by,
        came: lines.iter().filter(|line| line.standing == Standing::Came).count(),
        due: lines.iter().filter(is_due).count(),
        lines: lines
            .iter()
            .map(|line| RehearsalLine {
                mark: line.mark,
                due_by: line.due_by,
                came_at: line.came_at,
                standing: line.standing,
            })
            .collect(),
    }
}
