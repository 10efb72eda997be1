//! Routes of one-use links: they act only on a press, and prove themselves by their token.

use super::{Answer, Done};
use crate::store::view::{self, LinkView};
use crate::store::{Incidents, Watches, rows};
use crate::{Checkins, publish};
use actix_web::{HttpResponse, post};
use chassis::body::Body;
use chassis::crypto;
use chassis::guard::Guard;
use chassis::keeper::Keeper as _;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::{Act, Work};
use checkins_core::escalation::Command;
use garde::Validate;
use proto::permissions::Enter;
use proto::problems;
use serde::Deserialize;
use utoipa::ToSchema;

/// A one-use token, from the fragment of a link.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Token {
    /// The token.
    #[garde(length(chars, min = 20, max = 100))]
    #[schema(min_length = 20, max_length = 100)]
    token: String,
}

#[utoipa::path(tag = "checkins", security(()), request_body = Token,
    responses((status = 200, body = LinkView), (status = 410, body = ProblemBody)))]
#[post("/links/peek")]
pub(super) async fn peek_link(checkins: Guard<Enter, Checkins>, body: Body<Token>) -> Answer {
    let hash = crypto::sha256_hex(crypto::token_in(&body.0.token).as_bytes());
    let found = rows::link(checkins.store(), &hash).await?;
    let link = found.ok_or(Problem::new(&problems::LINK_REFUSED))?;
    Ok(HttpResponse::Ok().json(view::link(&link, checkins.store().now())))
}

/// A link is somebody's: pressed where another person is signed in, it is not theirs to use.
fn theirs(checkins: &Guard<Enter, Checkins>, link: &rows::Link) -> Result<(), Problem> {
    match checkins.who() {
        Ok(who) if who.person != link.person => Err(Problem::new(&problems::AUTH_FORBIDDEN)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The link for this token, if it is of this kind and can still be used.
async fn usable(checkins: &Checkins, token: &str, kind: &str) -> Result<(rows::Link, String), Problem> {
    let hash = crypto::sha256_hex(crypto::token_in(token).as_bytes());
    let found = rows::link(checkins.store(), &hash).await?;
    let now = checkins.store().now();
    match found {
        Some(link) if link.kind == kind && link.used_at.is_none() && now < link.expires_at => {
            Ok((link, hash))
        }
        Some(_) | None => Err(Problem::new(&problems::LINK_REFUSED)),
    }
}

#[utoipa::path(tag = "checkins", security(()), request_body = Token,
    responses((status = 200, body = Done), (status = 410, body = ProblemBody)))]
#[post("/links/acknowledge")]
pub(super) async fn acknowledge_by_link(checkins: Guard<Enter, Checkins>, body: Body<Token>) -> Answer {
    let (link, hash) = usable(&checkins, &body.0.token, "acknowledge").await?;
    theirs(&checkins, &link)?;
    let incident = link.incident.ok_or(Problem::new(&problems::LINK_REFUSED))?;
    let command = Command::Acknowledge { by: link.person, role: link.role };
    let done = checkins.store().work(Act::link(link.clinic, link.person), async |work: &mut Work| {
        if !rows::use_link(work, &hash).await? {
            return Err(Problem::new(&problems::LINK_REFUSED).into());
        }
        work.step::<Incidents>(incident, command).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(done.await?))
}

#[utoipa::path(tag = "checkins", security(()), request_body = Token,
    responses((status = 200, body = Done), (status = 410, body = ProblemBody)))]
#[post("/links/on-call-confirmation")]
pub(super) async fn confirm_on_call(checkins: Guard<Enter, Checkins>, body: Body<Token>) -> Answer {
    let (link, hash) = usable(&checkins, &body.0.token, "on_call").await?;
    theirs(&checkins, &link)?;
    let done = checkins.store().work(Act::link(link.clinic, link.person), async |work: &mut Work| {
        if !rows::use_link(work, &hash).await? {
            return Err(Problem::new(&problems::LINK_REFUSED).into());
        }
        Watches::load(work, link.session).await?.ok_or(Failure::Missing)?;
        rows::confirm_on_call(work, link.session).await?;
        publish::on_call_confirmed(work, link.session, link.person).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(done.await?))
}
