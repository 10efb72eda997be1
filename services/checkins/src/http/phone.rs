//! The phone that answers: it brings its keys once, and signs every look with one of them.

use super::{Answer, Done};
use crate::Checkins;
use crate::store::phones::{self, Keys};
use actix_web::dev::Payload;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post};
use chassis::body::Body;
use chassis::crypto;
use chassis::guard::Guard;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::Work;
use checkins_core::signature::Signature;
use garde::Validate;
use kernel::id::{SessionId, SignInId};
use proto::permissions::RegisterPhone;
use proto::problems;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;
use std::convert::Infallible;
use std::future::{Ready, ready};
use utoipa::ToSchema;

/// Where the signature travels, in base64url: beside the body, whose bytes it is over.
const HEADER: &str = "x-holdspace-signature";
/// An uncompressed point on P-256: a mark and two coordinates.
const POINT: (usize, u8) = (65, 4);
/// 87: such a point in base64url.
const POINT_LETTERS: usize = 87;

/// The public keys of a phone.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Phone {
    /// Signs ordinary answers: an uncompressed point on P-256, in base64url.
    #[garde(custom(is_point))]
    #[schema(min_length = 87, max_length = 87, pattern = "^B[A-P][A-Za-z0-9_-]{84}[AEIMQUYcgkosw048]$")]
    answer_key: String,
    /// Signs answers that also call for help, which nobody in the home sees.
    #[garde(custom(is_point))]
    #[schema(min_length = 87, max_length = 87, pattern = "^B[A-P][A-Za-z0-9_-]{84}[AEIMQUYcgkosw048]$")]
    quiet_key: String,
}

impl Phone {
    fn keys(&self) -> Result<Keys, Failure> {
        let point = |text| crypto::from_base64(text);
        Ok(Keys { answer: point(&self.answer_key)?, quiet: point(&self.quiet_key)? })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape garde asks for")]
fn is_point(text: &str, _: &()) -> garde::Result {
    let (length, mark) = POINT;
    let bytes =
        if text.len() == POINT_LETTERS { crypto::from_base64(text).unwrap_or_default() } else { vec![] };
    let is_one = bytes.len() == length && bytes.first() == Some(&mark);
    if is_one { Ok(()) } else { Err(garde::Error::new("a key is an uncompressed P-256 point in base64url")) }
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path)), request_body = Phone,
    responses((status = 200, body = Done), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/phone")]
pub(super) async fn register_phone(
    checkins: Guard<RegisterPhone, Checkins>,
    session: Path<SessionId>,
    body: Body<Phone>,
) -> Answer {
    let phone = checkins.who()?.sign_in;
    let keys = body.0.keys()?;
    let registered = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        phones::register(work, *session, phone, &keys).await?;
        if phones::keys(work, *session, phone).await?.as_ref() != Some(&keys) {
            return Err(Problem::new(&problems::PHONE_KEYS).into());
        }
        work.audit("phone.registered", phone, Some(*session));
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(registered.await?))
}

/// The signature that came with a request, if it is one.
pub(super) struct Signed(Option<Vec<u8>>);

impl FromRequest for Signed {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        // What cannot be read is a signature all the same: nobody's.
        ready(Ok(Self(header.map(|text| crypto::from_base64(text).unwrap_or_default()))))
    }
}

impl Signed {
    /// Which key of this phone signed this look.
    pub(super) async fn by(
        &self,
        work: &Work,
        session: SessionId,
        phone: SignInId,
        body: &[u8],
    ) -> Result<Signature, Failure> {
        let Some(keys) = phones::keys(work, session, phone).await? else { return Ok(Signature::NoKey) };
        let Some(signature) = &self.0 else { return Ok(Signature::Missing) };
        let command = work.act().command.map(|id| id.to_string()).unwrap_or_default();
        // The command, the path and the body, which says when by the phone's own clock: nothing of it can be changed.
        let path = format!("/checkins/sessions/{session}/checkins");
        let signed = [command.as_bytes(), b"\n", path.as_bytes(), b"\n", body].concat();
        let is_by = |key: &[u8]| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(&signed, signature).is_ok()
        };
        Ok(match (is_by(&keys.answer), is_by(&keys.quiet)) {
            (_, true) => Signature::Quiet,
            (true, false) => Signature::Ordinary,
            (false, false) => Signature::Foreign,
        })
    }
}
