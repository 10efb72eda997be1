//! Routes of one-use links: they act only on a press, and prove themselves by their token.

use super::{Answer, Done};
use crate::store::deliveries;
use crate::store::links::{self, Link};
use crate::{Checkins, pager, take};
use actix_web::{HttpResponse, post};
use chassis::body::Body;
use chassis::crypto;
use chassis::guard::Guard;
use chassis::problem::{Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::{Act, Work};
use garde::Validate;
use kernel::time::Timestamp;
use proto::permissions::Enter;
use proto::problems;
use serde::{Deserialize, Serialize};
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

/// What a one-use link is about, for the page that asks for the press.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LinkView {
    /// `acknowledge` or `on_call`.
    pub kind: String,
    /// Whether it can still be used.
    pub usable: bool,
    /// Until when.
    pub expires_at: Timestamp,
}

impl LinkView {
    fn of(link: &Link, now: Timestamp) -> Self {
        let usable = link.used_at.is_none() && now < link.expires_at;
        Self { kind: link.kind.clone(), usable, expires_at: link.expires_at }
    }
}

#[utoipa::path(tag = "checkins", security(()), request_body = Token,
    responses((status = 200, body = LinkView), (status = 410, body = ProblemBody)))]
#[post("/links/peek")]
pub(super) async fn peek_link(checkins: Guard<Enter, Checkins>, body: Body<Token>) -> Answer {
    let hash = crypto::sha256_hex(crypto::token_in(&body.0.token).as_bytes());
    let found = links::link(checkins.store(), &hash).await?;
    let link = found.ok_or(Problem::new(&problems::LINK_REFUSED))?;
    let shown = LinkView::of(&link, checkins.store().now());
    if let Some(message) = link.notification.filter(|_| shown.usable) {
        let act = Act::link(link.clinic, link.person);
        let seen = async |work: &mut Work| deliveries::see(work, message).await;
        checkins.store().work(act, seen).await?;
    }
    Ok(HttpResponse::Ok().json(shown))
}

/// A link is somebody's: pressed where another person is signed in, it is not theirs to use.
fn theirs(checkins: &Guard<Enter, Checkins>, link: &links::Link) -> Result<(), Problem> {
    match checkins.who() {
        Ok(who) if who.person != link.person => Err(Problem::new(&problems::AUTH_FORBIDDEN)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// The link for this token, if it is of this kind and can still be used.
async fn usable(checkins: &Checkins, token: &str, kind: &str) -> Result<(links::Link, String), Problem> {
    let hash = crypto::sha256_hex(crypto::token_in(token).as_bytes());
    let found = links::link(checkins.store(), &hash).await?;
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
    let done = checkins.store().work(Act::link(link.clinic, link.person), async |work: &mut Work| {
        if !links::use_link(work, &hash).await? {
            return Err(Problem::new(&problems::LINK_REFUSED).into());
        }
        take::incident(work, incident, (link.person, link.role), link.notification).await?;
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
        if !links::use_link(work, &hash).await? {
            return Err(Problem::new(&problems::LINK_REFUSED).into());
        }
        pager::answer(work, link.session, link.person, link.notification).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(done.await?))
}
