//! Routes of incidents: list, acknowledge, resolve.

use super::{Answer, Done, Nothing};
use crate::signs;
use crate::store::view::{self, Incident};
use crate::store::{Incidents, rows};
use crate::{Checkins, numbers, take};
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::guard::{Guard, Who};
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::vault::Place;
use chassis::words;
use chassis::work::Work;
use checkins_core::escalation::Command;
use checkins_core::outcome::Outcome;
use garde::Validate;
use kernel::id::{IncidentId, SessionId};
use kernel::role::Role;
use proto::permissions::{AcknowledgeIncident, Permission, ReadIncidents, ResolveIncident};
use proto::problems;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::Object;

/// Which incidents to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only those that are not over.
    open: Option<bool>,
}

#[utoipa::path(tag = "checkins", params(Which), responses((status = 200, body = Vec<Incident>)))]
#[get("/incidents")]
pub(super) async fn read_incidents(checkins: Guard<ReadIncidents, Checkins>, which: Query<Which>) -> Answer {
    let who = checkins.who()?.clone();
    signs::board_seen(&checkins, &who).await;
    let all =
        view::incidents(checkins.store(), who.clinic, None, which.open.unwrap_or(false), who.role).await?;
    let mut shown = vec![];
    for incident in all {
        if may_touch(&checkins, &who, incident.session).await? {
            shown.push(incident);
        }
    }
    numbers::shown(&checkins, &who, &shown).await;
    Ok(HttpResponse::Ok().json(shown))
}

/// Clinic staff see the clinic's; everyone else only those of sessions they belong to.
async fn may_touch<P: Permission>(
    checkins: &Guard<P, Checkins>,
    who: &Who,
    session: SessionId,
) -> Result<bool, Failure> {
    let is_clinic_wide = match who.role {
        Role::Coordinator | Role::Admin | Role::Auditor => true,
        Role::Patient | Role::Sitter | Role::Therapist | Role::Prescriber => false,
    };
    let members = checkins.store().members(who.clinic, session).await?;
    Ok(is_clinic_wide || members.iter().any(|member| member.person == who.person))
}

async fn touchable<P: Permission>(
    checkins: &Guard<P, Checkins>,
    incident: IncidentId,
) -> Result<SessionId, Problem> {
    let who = checkins.who()?;
    match rows::session_of(checkins.store(), who.clinic, incident).await? {
        Some(session) if may_touch(checkins, who, session).await? => Ok(session),
        Some(_) | None => Err(Failure::Missing.into()),
    }
}

/// A coordinator holds a ladder only while on call for that session (reliability.md §3.1, row 13).
async fn is_on_call<P: Permission>(
    checkins: &Guard<P, Checkins>,
    who: &Who,
    session: SessionId,
) -> Result<bool, Failure> {
    let members = checkins.store().members(who.clinic, session).await?;
    Ok(members.iter().any(|member| member.person == who.person && member.on_call))
}

#[utoipa::path(tag = "checkins", operation_id = "acknowledge_incident", params(("incident" = IncidentId, Path)), request_body = Nothing,
    responses((status = 200, body = Done), (status = 409, body = ProblemBody)))]
#[post("/incidents/{incident}/acknowledge")]
pub(super) async fn acknowledge(
    checkins: Guard<AcknowledgeIncident, Checkins>,
    incident: Path<IncidentId>,
    _body: Body<Nothing>,
) -> Answer {
    let session = touchable(&checkins, *incident).await?;
    let who = checkins.who()?.clone();
    if who.role == Role::Coordinator && !is_on_call(&checkins, &who, session).await? {
        return Err(Problem::new(&problems::INCIDENT_OFF_DUTY));
    }
    let done = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        take::incident(work, *incident, (who.person, who.role), None).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(done.await?))
}

fn outcome_words() -> Object {
    words::one_of("What came of it.", Outcome::ALL.map(Outcome::as_str))
}

/// What came of an incident.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Resolution {
    /// From the closed list.
    #[garde(skip)]
    #[schema(schema_with = outcome_words)]
    outcome: Outcome,
    /// A sentence.
    #[garde(length(chars, max = 2000))]
    #[schema(max_length = 2000)]
    note: Option<String>,
}

#[utoipa::path(tag = "checkins", operation_id = "resolve_incident", params(("incident" = IncidentId, Path)), request_body = Resolution,
    responses((status = 200, body = Done), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/incidents/{incident}/resolve")]
pub(super) async fn resolve(
    checkins: Guard<ResolveIncident, Checkins>,
    incident: Path<IncidentId>,
    body: Body<Resolution>,
) -> Answer {
    touchable(&checkins, *incident).await?;
    let who = checkins.who()?.clone();
    let Resolution { outcome, note } = body.0;
    let note = note.filter(|note| !note.trim().is_empty());
    let command = Command::Resolve { by: who.person, role: who.role, outcome, has_note: note.is_some() };
    let done = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        let row = work.step::<Incidents>(*incident, command).await?;
        if let Some(note) = &note {
            let (clinic, person) = (row.about.clinic, row.about.person);
            let place = Place { clinic, person, table: "checkins_incident", column: "note", row: incident.0 };
            let sealed = work.seal(&place, note.as_bytes()).await?;
            rows::note(work, *incident, sealed).await?;
        }
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(done.await?))
}
