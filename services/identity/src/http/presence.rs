//! Six digits on the patient's screen, typed on the sitter's phone.

use super::act;
use super::sitters::sitter_of;
use crate::{Identity, entry};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::crypto;
use chassis::guard::Guard;
use chassis::problem::{Failure, Problem, ProblemBody};
use garde::Validate;
use identity_core::presence::{Code, Command, Presence};
use kernel::id::SessionId;
use kernel::time::Timestamp;
use proto::permissions::{ProvePresence, ReadPresenceCode};
use proto::problems;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The code, to show or to read aloud.
#[derive(Serialize, ToSchema)]
pub struct Shown {
    code: String,
    expires_at: Timestamp,
}

/// Shows the code; a new one when none is valid. Looking again shows the same.
///
/// # Errors
/// When the sitter is confirmed already, or a code was just spent.
#[utoipa::path(operation_id = "read_presence_code", responses((status = 200, body = Shown), (status = 409, body = ProblemBody)))]
#[get("/sessions/{session}/presence-code")]
pub async fn shown(
    identity: Guard<ReadPresenceCode, Identity>,
    session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let fresh = Code::from_random(u32::from_be_bytes(crypto::random()));
    let act = act(identity.who()?, "presence-code");
    let presence = identity
        .store
        .work(act, async |work| {
            let sitter = sitter_of(work, *session).await?;
            entry::prove(work, *session, sitter, Command::Show { fresh }).await
        })
        .await?;
    match presence {
        Presence::Shown { code, expires_at, .. } => {
            Ok(HttpResponse::Ok().json(Shown { code: code.digits().into(), expires_at }))
        }
        Presence::Proven => Err(Problem::new(&problems::PRESENCE_PROVEN)),
        Presence::Unproven | Presence::Spent { .. } => Err(Problem::new(&problems::CODE_SPENT)),
    }
}

/// The code as typed.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    /// Six digits.
    #[garde(custom(|text: &str, (): &()| is_code(text)))]
    #[schema(pattern = r"^[0-9]{6}$")]
    code: String,
}

/// The sitter is in the home.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proven {
    presence: bool,
}

/// What became of a typed code. It is the command's first answer, so that a repeat is not a second try.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Right,
    Wrong,
    Spent,
}

/// Proves to be in the home: three tries, then a new code.
///
/// # Errors
/// When the code is wrong, spent, or none is open.
#[utoipa::path(operation_id = "prove_presence", request_body = Typed, responses((status = 200, body = Proven), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/presence")]
pub async fn prove(
    identity: Guard<ProvePresence, Identity>,
    session: Path<SessionId>,
    body: Body<Typed>,
) -> Result<HttpResponse, Problem> {
    let sitter = identity.who()?.person;
    let typed = Code::typed(&body.0.code).ok_or(Problem::new(&problems::CODE_REFUSED))?;
    // A wrong try must be counted, so it is an outcome and not a refusal: a refusal rolls back.
    let outcome = identity
        .store
        .command(identity.act()?, async |work| {
            if sitter_of(work, *session).await? != sitter {
                return Err(Failure::Missing);
            }
            let presence = entry::prove(work, *session, sitter, Command::Enter(typed)).await?;
            Ok(match presence {
                Presence::Proven => Outcome::Right,
                Presence::Spent { .. } => Outcome::Spent,
                Presence::Shown { .. } | Presence::Unproven => Outcome::Wrong,
            })
        })
        .await?;
    match outcome {
        Outcome::Right => Ok(HttpResponse::Ok().json(Proven { presence: true })),
        Outcome::Wrong => Err(Problem::new(&problems::CODE_REFUSED)),
        Outcome::Spent => Err(Problem::new(&problems::CODE_SPENT)),
    }
}

fn is_code(text: &str) -> garde::Result {
    if Code::typed(text).is_some() { Ok(()) } else { Err(garde::Error::new("six digits")) }
}
