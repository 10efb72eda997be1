//! Another sitter in the middle of a session. The clock does not stop for it: what is due stays due.

use super::people::Sent;
use super::sitters::{link_to, sitter_of};
use crate::entry::{self, Purpose};
use crate::store::{people, sessions};
use crate::{Identity, publish};
use actix_web::web::Path;
use actix_web::{HttpResponse, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::work::Work;
use garde::Validate;
use identity_core::session;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use proto::permissions::ReplaceSitter;
use proto::problems;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who sits from now on.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// A sitter whom the patient has named.
    #[garde(skip)]
    person: PersonId,
}

/// Names another sitter and sends their link. Whoever sat until now is signed out; whoever sits now proves with the six
/// digits that they are there, as every sitter does.
///
/// # Errors
/// When the patient never named them, they sit already, or nobody is dosed.
#[utoipa::path(operation_id = "replace_sitter", request_body = Replacement, responses((status = 200, body = Sent), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/sitter-replacement")]
pub async fn replace(
    identity: Guard<ReplaceSitter, Identity>,
    session: Path<SessionId>,
    body: Body<Replacement>,
) -> Result<HttpResponse, Problem> {
    let person = body.0.person;
    let sent = identity
        .store
        .command(identity.act()?, async |work| {
            let known = hand_over(work, *session, person).await?;
            let sent_at = work.now();
            entry::send(work, link_to(&known, sent_at), person, Purpose::Sitter, Some(*session)).await?;
            Ok(Sent { sent_at })
        })
        .await?;
    Ok(HttpResponse::Ok().json(sent))
}

/// The sitter's place changes hands: while somebody is dosed, and to whom the patient has named.
pub(crate) async fn hand_over(
    work: &mut Work,
    session: SessionId,
    person: PersonId,
) -> Result<sessions::Session, Failure> {
    let known = sessions::load(work, session).await?.ok_or(Failure::Missing)?;
    let replaced = sitter_of(work, session).await?;
    // Before the dose a session is prepared with its sitter, and is booked anew without.
    if !session::is_dosed(&known.phase) || replaced == person {
        return Err(Problem::new(&problems::SESSION_PHASE).detail(WHEN).into());
    }
    was_named(work, session, person).await?;
    publish::sitter_replaced(work, session, person, replaced).await?;
    Ok(known)
}

const WHEN: &str = "Another sitter is named while somebody is dosed, and is not the one who sits already.";

/// The patient lets people into their home, nobody else does.
pub(crate) async fn was_named(work: &Work, session: SessionId, person: PersonId) -> Result<(), Failure> {
    let members = work.members(session).await?;
    let patient = members.iter().find(|member| member.role == Role::Patient).map(|member| member.person);
    let sitter = people::load(work, person).await?;
    if sitter.role == Role::Sitter && sitter.named_by.is_some() && sitter.named_by == patient {
        return Ok(());
    }
    Err(Problem::new(&problems::NOT_FOUND)
        .detail("The patient has not named this person as a sitter.")
        .into())
}
