//! The one internal question of the house: the gateway asks how a cookie stands.

use crate::{Identity, entry};
use actix_web::HttpResponse;
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::Problem;
use garde::Validate;
use proto::permissions::ResolveCookie;
use proto::standing::Touch;
use serde::Deserialize;

/// Which cookie, and whether a person stood behind it.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[garde(ascii, length(max = 64))]
    cookie: String,
    #[garde(skip)]
    touch: Touch,
}

/// The standing as JSON, or `null` when the cookie counts no longer.
pub(crate) async fn read(
    identity: Guard<ResolveCookie, Identity>,
    asked: Body<Asked>,
) -> Result<HttpResponse, Problem> {
    let Body(Asked { cookie, touch }) = asked;
    let standing = entry::resolve(&identity.store, &cookie, touch).await?;
    Ok(HttpResponse::Ok().json(standing))
}
