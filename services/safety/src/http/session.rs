//! The session itself: arriving, ready, the dose, other ends.

use super::{Answer, Nothing, only, speaker, view};
use crate::Safety;
use crate::evidence;
use crate::store::records::{self, Kind};
use crate::store::sessions;
use crate::store::{Reader as _, Sessions};
use crate::view::{self as shown, BoardRow, Reason, SessionView};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::{Body, says_something};
use chassis::guard::Guard;
use chassis::problem::ProblemBody;
use chassis::service::Service as _;
use chassis::words;
use chassis::work::Work;
use garde::Validate;
use kernel::id::SessionId;
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::permissions::{
    Arrive, BeginDose, CloseSession, EndSession, PressReady, ReadBoard, ReadSession, RecordDose, WitnessDose,
};
use safety_core::session::EndKind;
use safety_core::session::words::Command;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;

#[utoipa::path(tag = "safety", responses((status = 200, body = Vec<BoardRow>)))]
#[get("/sessions")]
pub(super) async fn read_board(safety: Guard<ReadBoard, Safety>) -> Answer {
    let who = safety.who()?;
    let of = match who.role {
        Role::Coordinator | Role::Admin => None,
        Role::Patient | Role::Sitter | Role::Therapist | Role::Prescriber | Role::Auditor => Some(who.person),
    };
    let mut rows = shown::board(&view(&safety, who), of).await?;
    rows.retain(|row| who.session.is_none_or(|only| only == row.session));
    Ok(HttpResponse::Ok().json(rows))
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)),
    responses((status = 200, body = SessionView), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}")]
pub(super) async fn read_session(safety: Guard<ReadSession, Safety>, session: Path<SessionId>) -> Answer {
    let who = safety.who()?;
    Ok(HttpResponse::Ok().json(shown::session(&view(&safety, who), *session, who.role).await?))
}

/// Where the session is now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Moved {
    /// The phase.
    phase: String,
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = Nothing,
    responses((status = 200, body = Moved), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/arrival")]
pub(super) async fn arrive_in_session(
    safety: Guard<Arrive, Safety>,
    session: Path<SessionId>,
    body: Body<Nothing>,
) -> Answer {
    let (who, Nothing {}) = (safety.who()?.clone(), body.0);
    let moved = safety.store().command(safety.act()?, async |work: &mut Work| {
        only(sessions::folder(work, *session).await?.person(who.role), &who)?;
        let row = work.step::<Sessions>(*session, Command::Arrive { role: who.role }).await?;
        Ok(Moved { phase: row.state.phase().into() })
    });
    Ok(HttpResponse::Ok().json(moved.await?))
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = Nothing,
    responses((status = 200, body = Moved), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/ready")]
pub(super) async fn press_ready(
    safety: Guard<PressReady, Safety>,
    session: Path<SessionId>,
    body: Body<Nothing>,
) -> Answer {
    let (who, Nothing {}) = (safety.who()?.clone(), body.0);
    let moved = safety.store().command(safety.act()?, async |work: &mut Work| {
        only(sessions::folder(work, *session).await?.person(who.role), &who)?;
        let row = work.step::<Sessions>(*session, Command::PressReady { role: who.role }).await?;
        Ok(Moved { phase: row.state.phase().into() })
    });
    Ok(HttpResponse::Ok().json(moved.await?))
}

/// The sitter is asked to witness.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Offered {
    /// Until when.
    until_at: Option<Timestamp>,
}

/// The gate is asked inside the transaction that begins the dose: nothing can change in between.
#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = Nothing,
    responses((status = 200, body = Offered), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/dose/offer")]
pub(super) async fn offer_dose(
    safety: Guard<BeginDose, Safety>,
    session: Path<SessionId>,
    body: Body<Nothing>,
) -> Answer {
    let (who, Nothing {}) = (safety.who()?.clone(), body.0);
    let offered = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        only(Some(folder.therapist), &who)?;
        let state = work.session(*session).await?;
        let verdict = evidence::verdict(work, &folder, &state).await?;
        let command = Command::OfferDose { by: who.person, verdict };
        let row = work.step::<Sessions>(*session, command).await?;
        Ok(Offered { until_at: row.state.due() })
    });
    Ok(HttpResponse::Ok().json(offered.await?))
}

/// The dose began.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Begun {
    /// When.
    dose_at: Option<Timestamp>,
    /// The phase.
    phase: String,
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = Nothing,
    responses((status = 200, body = Begun), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/dose/witness")]
pub(super) async fn witness_dose(
    safety: Guard<WitnessDose, Safety>,
    session: Path<SessionId>,
    body: Body<Nothing>,
) -> Answer {
    let (who, Nothing {}) = (safety.who()?.clone(), body.0);
    let begun = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        only(folder.sitter, &who)?;
        let state = work.session(*session).await?;
        let verdict = evidence::verdict(work, &folder, &state).await?;
        let row = work.step::<Sessions>(*session, Command::WitnessDose { verdict }).await?;
        let dose_at = row.state.course().map(|course| course.first_at);
        Ok(Begun { dose_at, phase: row.state.phase().into() })
    });
    Ok(HttpResponse::Ok().json(begun.await?))
}

/// A dose, as somebody saw or heard of it.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Dose {
    /// When it was taken.
    #[garde(skip)]
    taken_at: Timestamp,
    /// How many lozenges; 20 is more than any package holds.
    #[garde(range(min = 1, max = 20))]
    #[schema(minimum = 1, maximum = 20)]
    lozenges: i64,
    /// What else was seen.
    #[garde(length(chars, max = 2000))]
    #[schema(max_length = 2000)]
    note: Option<String>,
}

/// What is kept of a dose.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DoseKept {
    taken_at: Timestamp,
    pub(super) lozenges: i64,
    note: Option<String>,
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = Dose,
    responses((status = 200, body = Moved), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/dose/record")]
pub(super) async fn record_dose(
    safety: Guard<RecordDose, Safety>,
    session: Path<SessionId>,
    body: Body<Dose>,
) -> Answer {
    let who = safety.who()?.clone();
    let Dose { taken_at, lozenges, note } = body.0;
    let moved = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        let kept = DoseKept { taken_at, lozenges, note };
        records::state(work, &folder, speaker(&who), Kind::Dose, &kept).await?;
        let row = work.step::<Sessions>(*session, Command::RecordDose { taken_at, lozenges }).await?;
        Ok(Moved { phase: row.state.phase().into() })
    });
    Ok(HttpResponse::Ok().json(moved.await?))
}

fn end_words() -> Object {
    words::one_of("Which end.", EndKind::ALL.map(EndKind::as_str))
}

/// Another end.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ending {
    /// `without_dose`, `withdrawn`, `no_show` or `handed_over`.
    #[garde(skip)]
    #[schema(schema_with = end_words)]
    kind: EndKind,
    /// Why.
    #[garde(length(chars, min = 1, max = 2000), custom(says_something))]
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

#[utoipa::path(tag = "safety", operation_id = "end_session", params(("session" = SessionId, Path)), request_body = Ending,
    responses((status = 200, body = Moved), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/end")]
pub(super) async fn end(
    safety: Guard<EndSession, Safety>,
    session: Path<SessionId>,
    body: Body<Ending>,
) -> Answer {
    let who = safety.who()?.clone();
    let Ending { kind, reason } = body.0;
    let moved = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        records::state(work, &folder, speaker(&who), Kind::End, &Reason { reason }).await?;
        let command = Command::End { kind, by: who.person, role: who.role };
        let row = work.step::<Sessions>(*session, command).await?;
        Ok(Moved { phase: row.state.phase().into() })
    });
    Ok(HttpResponse::Ok().json(moved.await?))
}

/// The last signature.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Closure {
    /// What is to be said with it.
    #[garde(length(chars, max = 2000))]
    #[schema(max_length = 2000)]
    note: Option<String>,
}

#[utoipa::path(tag = "safety", operation_id = "close_session", params(("session" = SessionId, Path)), request_body = Closure,
    responses((status = 200, body = Moved), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/closure")]
pub(super) async fn close(
    safety: Guard<CloseSession, Safety>,
    session: Path<SessionId>,
    body: Body<Closure>,
) -> Answer {
    let who = safety.who()?.clone();
    let note = body.0.note.filter(|note| !note.trim().is_empty());
    let moved = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        let (morning_answered, noted) = (folder.morning_at.is_some(), note.is_some());
        if let Some(reason) = note {
            records::state(work, &folder, speaker(&who), Kind::Closure, &Reason { reason }).await?;
        }
        let command = Command::Close { by: who.person, morning_answered, noted };
        let row = work.step::<Sessions>(*session, command).await?;
        Ok(Moved { phase: row.state.phase().into() })
    });
    Ok(HttpResponse::Ok().json(moved.await?))
}
