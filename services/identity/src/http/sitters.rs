//! The sitter: named by the patient, approved and invited by the therapist, revocable by all three.

use super::done;
use super::people::{Added, Sent, enrol, is_phone};
use crate::entry::{self, Purpose};
use crate::store::people::{self, NewPerson};
use crate::store::sessions;
use crate::{Identity, publish};
use actix_web::web::Path;
use actix_web::{HttpResponse, post};
use chassis::body::{Body, says_something};
use chassis::guard::Guard;
use chassis::ids;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::words;
use chassis::work::Work;
use garde::Validate;
use identity_core::invitation::Link;
use identity_core::presence;
use identity_core::session::Ending;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::permissions::{InviteSitter, NameSitter, RevokeSitter};
use proto::problems;
use serde::Deserialize;
use utoipa::ToSchema;

/// The adult who will sit.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sitter {
    #[garde(length(chars, min = 1, max = 80), custom(says_something))]
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    first_name: String,
    #[garde(length(chars, min = 1, max = 80), custom(says_something))]
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    last_name: String,
    #[garde(email, length(max = 254))]
    #[schema(max_length = 254, format = Email)]
    email: String,
    #[garde(custom(|text: &str, (): &()| is_phone(text)))]
    #[schema(max_length = 30, pattern = r"^[+ ()./-]*([0-9][+ ()./-]*){5,15}$")]
    phone: String,
    /// The patient attests that they are 21 or older (decisions.md).
    #[garde(custom(|attested: &bool, (): &()| is_adult(*attested)))]
    #[schema(schema_with = words::yes)]
    adult: bool,
}

/// Names a sitter. They hear nothing until the therapist approves.
///
/// # Errors
/// When a field will not do.
#[utoipa::path(operation_id = "name_sitter", request_body = Sitter, responses((status = 200, body = Added), (status = 422, body = ProblemBody)))]
#[post("/sitters")]
pub async fn name(
    identity: Guard<NameSitter, Identity>,
    body: Body<Sitter>,
) -> Result<HttpResponse, Problem> {
    let who = identity.who()?;
    let patient = people::see(&identity.store, who.clinic, who.person).await?;
    let Body(Sitter { first_name, last_name, email, phone, adult: _ }) = body;
    // They sit in the patient's home, so the patient's time is theirs.
    let (time_zone, named_by) = (patient.time_zone, Some(who.person));
    let new = NewPerson { role: Role::Sitter, first_name, last_name, email, phone, time_zone, named_by };
    let added = identity
        .store
        .command(identity.act()?, async |work| {
            let person = ids::fresh();
            enrol(work, person, &new).await?;
            Ok(Added { person })
        })
        .await?;
    Ok(HttpResponse::Ok().json(added))
}

/// Approves the sitter and sends the link. An earlier link stops working; an earlier device stays until the
/// new link is pressed.
///
/// # Errors
/// When the session has no sitter.
#[utoipa::path(operation_id = "invite_sitter", responses((status = 200, body = Sent), (status = 404, body = ProblemBody)))]
#[post("/sessions/{session}/sitter-invitation")]
pub async fn invite(
    identity: Guard<InviteSitter, Identity>,
    session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let sent = identity
        .store
        .command(identity.act()?, async |work| {
            let (sitter, sent_at) = (sitter_of(work, *session).await?, work.now());
            let known = sessions::load(work, *session).await?.ok_or(Failure::Missing)?;
            entry::send(work, link_to(&known, sent_at), sitter, Purpose::Sitter, Some(*session)).await?;
            Ok(Sent { sent_at })
        })
        .await?;
    Ok(HttpResponse::Ok().json(sent))
}

/// Takes the sitter's access back, at once, in the middle of a session too.
///
/// # Errors
/// When the session has no sitter.
#[utoipa::path(operation_id = "revoke_sitter", responses((status = 204), (status = 404, body = ProblemBody)))]
#[post("/sessions/{session}/sitter-revocation")]
pub async fn revoke(
    identity: Guard<RevokeSitter, Identity>,
    session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    identity
        .store
        .command(identity.act()?, async |work| {
            let sitter = sitter_of(work, *session).await?;
            entry::take_back(work, sitter, Purpose::Sitter, Some(*session)).await?;
            entry::take_back(work, sitter, Purpose::Demonstration, Some(*session)).await?;
            entry::end_all(work, sitter, Some(*session), Ending::Revoked).await?;
            entry::prove(work, *session, sitter, presence::Command::Restart).await?;
            publish::sitter_revoked(work, *session, sitter).await
        })
        .await?;
    Ok(done())
}

/// A sitter's link to a session.
pub(crate) fn link_to(known: &sessions::Session, sent_at: Timestamp) -> Link {
    if known.drill {
        Link::drill_sitter(sent_at, known.ends_at)
    } else {
        Link::sitter(known.starts_at, known.ends_at)
    }
}

/// The sitter of a session.
pub(crate) async fn sitter_of(work: &Work, session: SessionId) -> Result<PersonId, Failure> {
    let members = work.members(session).await?;
    let sitter = members.into_iter().find(|member| member.role == Role::Sitter);
    let missing = || Problem::new(&problems::NOT_FOUND).detail("This session has no sitter yet.");
    Ok(sitter.ok_or_else(missing)?.person)
}

fn is_adult(attested: bool) -> garde::Result {
    if attested { Ok(()) } else { Err(garde::Error::new("a sitter is 21 or older; the patient confirms it")) }
}
