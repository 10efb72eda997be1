//! The second contact: named, asked by mail, and shown. The ladder calls them; checkins does that.

use super::people::Sent;
use super::sign_in::Redeem;
use crate::Identity;
use crate::second_contacts::{self, refused};
use crate::store::people::{self, Column};
use crate::store::{second_contacts as rows, sessions};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::{Problem, ProblemBody};
use chassis::work::Act;
use garde::Validate;
use identity_core::second_contact::{Command, Standing};
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::permissions::{Enter, NameSecondContact, ReadSecondContact};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom to call.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecondContact {
    /// Somebody whom the patient has named as a sitter, and who does not sit in this session.
    #[garde(skip)]
    person: PersonId,
}

/// Names the second contact of a session and asks them by mail whether they can be reached. Whoever it was before is so
/// no more, and naming somebody again asks anew.
///
/// # Errors
/// When the patient never named them, they share a telephone or an address with the sitter, or the session is over.
#[utoipa::path(operation_id = "name_second_contact", request_body = NewSecondContact, responses((status = 200, body = Sent), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/second-contact")]
pub async fn name(
    identity: Guard<NameSecondContact, Identity>,
    session: Path<SessionId>,
    body: Body<NewSecondContact>,
) -> Result<HttpResponse, Problem> {
    let person = body.0.person;
    let sent = identity
        .store
        .command(identity.act()?, async |work| {
            second_contacts::ask(work, *session, person).await?;
            Ok(Sent { sent_at: work.now() })
        })
        .await?;
    Ok(HttpResponse::Ok().json(sent))
}

/// The second contact of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondContact {
    /// `none`, `asked`, `confirmed`, `declined`, or `sits` once they have the sitter's place.
    standing: &'static str,
    /// Who, if somebody was named.
    person: Option<PersonId>,
    first_name: Option<String>,
    /// For whoever has to ring them: the patient is not told.
    phone: Option<String>,
    /// When they were asked.
    asked_at: Option<Timestamp>,
    /// When that changed last.
    answered_at: Option<Timestamp>,
}

/// How the second contact stands.
///
/// # Errors
/// When the session is not theirs.
#[utoipa::path(operation_id = "read_second_contact", responses((status = 200, body = SecondContact), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/second-contact")]
pub async fn read(
    identity: Guard<ReadSecondContact, Identity>,
    session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let (who, store) = (identity.who()?, &identity.store);
    let Some(known) = rows::see(store, who.clinic, *session).await? else {
        let (person, first_name, phone, asked_at, answered_at) = (None, None, None, None, None);
        let nobody = SecondContact { standing: "none", person, first_name, phone, asked_at, answered_at };
        return Ok(HttpResponse::Ok().json(nobody));
    };
    let person = people::see(store, who.clinic, known.person).await?;
    let phone = match who.role {
        Role::Patient => None,
        Role::Sitter
        | Role::Therapist
        | Role::Prescriber
        | Role::Coordinator
        | Role::Admin
        | Role::Auditor => Some(person.open(store, Column::Phone).await?),
    };
    Ok(HttpResponse::Ok().json(SecondContact {
        standing: known.standing.as_str(),
        person: Some(known.person),
        first_name: Some(person.open(store, Column::FirstName).await?),
        phone,
        asked_at: Some(known.asked_at),
        answered_at: known.answered_at,
    }))
}

/// A second contact's word.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondContactAnswer {
    /// The part of the link after `#`.
    #[garde(length(min = 1, max = 128), ascii)]
    #[schema(min_length = 1, max_length = 128, pattern = r"^[ -~]*$")]
    token: String,
    /// Whether they can be reached while the session lasts.
    #[garde(skip)]
    reachable: bool,
}

/// From when until when somebody is asked to be within reach.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithinReach {
    starts_at: Timestamp,
    ends_at: Timestamp,
}

/// Says when the second contact is asked to be within reach, as long as they have not answered. Looking changes nothing.
///
/// # Errors
/// With `link.refused`.
#[utoipa::path(operation_id = "read_second_contact_question", security(()), request_body = Redeem, responses((status = 200, body = WithinReach), (status = 410, body = ProblemBody)))]
#[post("/links/second-contact/question")]
pub async fn question(identity: Guard<Enter, Identity>, body: Body<Redeem>) -> Result<HttpResponse, Problem> {
    let store = &identity.store;
    let asked = second_contacts::question(store, &body.0.token).await?;
    let session = asked.session.ok_or_else(refused)?;
    let known = rows::see(store, asked.clinic, session).await?;
    if !known.is_some_and(|known| known.person == asked.person && known.standing == Standing::Asked) {
        return Err(refused());
    }
    let session = sessions::see(store, asked.clinic, session).await?.ok_or_else(refused)?;
    Ok(HttpResponse::Ok().json(WithinReach { starts_at: session.starts_at, ends_at: session.ends_at }))
}

/// Says whether the second contact can be reached. The link works once; used, late, taken back or never made give the
/// same answer.
///
/// # Errors
/// With `link.refused`.
#[utoipa::path(operation_id = "answer_second_contact", security(()), request_body = SecondContactAnswer, responses((status = 204), (status = 410, body = ProblemBody)))]
#[post("/links/second-contact")]
pub async fn answer(
    identity: Guard<Enter, Identity>,
    body: Body<SecondContactAnswer>,
) -> Result<HttpResponse, Problem> {
    let store = &identity.store;
    let link = second_contacts::question(store, &body.0.token).await?;
    let command = if body.0.reachable { Command::Reachable } else { Command::NotReachable };
    let act = Act::link(link.clinic, link.person);
    store.work(act, async |work| second_contacts::answered(work, &link, command).await).await?;
    Ok(super::done())
}
