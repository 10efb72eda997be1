//! Routes of the browsers in which a person wants to be told of alarms: which there are, one more, one less.

use super::{Answer, Done};
use crate::Checkins;
use crate::channels::{Push, Subscription};
use crate::store::browsers;
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::{Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::Work;
use garde::Validate;
use kernel::id::RecordId;
use kernel::time::Timestamp;
use proto::permissions::KeepBrowser;
use proto::problems;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The browsers of whoever asks.
#[derive(Debug, Serialize, ToSchema)]
struct Browsers {
    /// What a browser binds its subscription to; nothing where alerts in browsers are not set up.
    key: Option<String>,
    /// The newest first.
    browsers: Vec<BrowserEntry>,
}

/// One browser.
#[derive(Debug, Serialize, ToSchema)]
struct BrowserEntry {
    /// Which.
    id: RecordId,
    /// Since when.
    since_at: Timestamp,
    /// Whose push service it uses.
    service: String,
}

/// Where a browser is reached, as the browser says it.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBrowser {
    /// Its address at its push service.
    #[garde(length(chars, min = 1, max = 1000))]
    #[schema(min_length = 1, max_length = 1000)]
    endpoint: String,
    /// Its public key: an uncompressed point on P-256, base64 for URLs.
    #[garde(length(chars, min = 80, max = 100))]
    #[schema(min_length = 80, max_length = 100)]
    p256dh: String,
    /// Its secret of sixteen bytes, base64 for URLs.
    #[garde(length(chars, min = 16, max = 30))]
    #[schema(min_length = 16, max_length = 30)]
    auth: String,
}

/// A browser that was registered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct BrowserKept {
    /// Which.
    id: RecordId,
}

/// Nothing to say.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrowserRemoval {}

#[utoipa::path(tag = "checkins", responses((status = 200, body = Browsers)))]
#[get("/browsers")]
pub(super) async fn read_browsers(checkins: Guard<KeepBrowser, Checkins>) -> Answer {
    let (store, who) = (checkins.store(), checkins.who()?);
    let mut entries = vec![];
    for browser in browsers::of_person(store, who.clinic, who.person).await? {
        let subscription = browsers::open(store, &browser).await?;
        let place = checkins.push.as_ref().and_then(|push| push.place(&subscription.endpoint));
        let service = place.map_or_else(String::new, |place| place.host().to_owned());
        entries.push(BrowserEntry { id: browser.id, since_at: browser.since_at, service });
    }
    let key = checkins.push.as_ref().map(|push| push.public_key().to_owned());
    Ok(HttpResponse::Ok().json(Browsers { key, browsers: entries }))
}

#[utoipa::path(tag = "checkins", operation_id = "keep_browser", request_body = NewBrowser,
    responses((status = 200, body = BrowserKept), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/browsers")]
pub(super) async fn keep_browser(checkins: Guard<KeepBrowser, Checkins>, body: Body<NewBrowser>) -> Answer {
    let push = checkins.push.as_ref().ok_or(Problem::new(&problems::PUSH_NOT_SET_UP))?;
    let NewBrowser { endpoint, p256dh, auth } = body.0;
    if push.place(&endpoint).is_none() {
        let detail = "A push service has an https address on the open internet. Use another browser.";
        return Err(Problem::new(&problems::FIELD_INVALID).field("endpoint", "address.invalid", detail));
    }
    let subscription = Subscription { endpoint, p256dh, auth };
    if !Push::fits(&subscription) {
        let detail =
            "These are not the keys of a browser. Take the registration back there, and begin again.";
        return Err(Problem::new(&problems::FIELD_INVALID).field("p256dh", "key.invalid", detail));
    }
    let kept = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        Ok(BrowserKept { id: browsers::register(work, &subscription).await? })
    });
    Ok(HttpResponse::Ok().json(kept.await?))
}

#[utoipa::path(tag = "checkins", operation_id = "forget_browser", request_body = BrowserRemoval,
    params(("browser" = RecordId, Path)),
    responses((status = 200, body = Done)))]
#[post("/browsers/{browser}/removal")]
pub(super) async fn forget_browser(
    checkins: Guard<KeepBrowser, Checkins>,
    browser: Path<RecordId>,
    _body: Body<BrowserRemoval>,
) -> Answer {
    let forgotten = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        browsers::forget(work, *browser).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(forgotten.await?))
}
