//! Room tickets: the gateway signs them, video checks everything about them.

use crate::{Admitted, Gateway};
use actix_web::{HttpResponse, post, web};
use chassis::body::Body;
use chassis::problem::{Problem, ProblemBody};
use garde::Validate;
use kernel::id::SessionId;
use proto::permissions::{EnterRoom, Permission as _};
use proto::problems;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 32 bytes in hexadecimal, separated by colons: a SHA-256 fingerprint as browsers write it.
const FINGERPRINT_PARTS: usize = 32;

/// Which device wants to enter.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// SHA-256 fingerprint of the browser's DTLS certificate, `AB:CD:…`.
    #[garde(custom(|text: &str, (): &()| is_fingerprint(text)))]
    #[schema(pattern = r"^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}$")]
    fingerprint: String,
    /// A name the page made for this device.
    #[garde(ascii, length(min = 8, max = 64))]
    #[schema(min_length = 8, max_length = 64, pattern = r"^[ -~]*$")]
    device: String,
}

/// A ticket for 60 s, one room, one device, one use.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ticket {
    /// Sent in the first frame to `/api/video/signal`.
    token: String,
}

/// Signs a ticket. Whether the person belongs to the session, video knows; here only who they are.
///
/// # Errors
/// When nobody is signed in, or the role never enters a room.
#[utoipa::path(operation_id = "ask_ticket", request_body = Wanted, responses((status = 200, body = Ticket), (status = 403, body = ProblemBody)))]
#[post("/api/rooms/{session}/ticket")]
pub async fn ticket(
    gateway: Gateway,
    admitted: Option<web::ReqData<Admitted>>,
    session: web::Path<SessionId>,
    wanted: Body<Wanted>,
) -> Result<HttpResponse, Problem> {
    let standing = admitted.ok_or(Problem::new(&problems::AUTH_INVALID))?.standing;
    if !EnterRoom::ROLES.contains(&standing.role) {
        return Err(Problem::new(&problems::AUTH_FORBIDDEN));
    }
    let Body(Wanted { fingerprint, device }) = wanted;
    let fingerprint = fingerprint.to_uppercase();
    let token = gateway.door.room_ticket(&standing, *session, &device, &fingerprint)?;
    Ok(HttpResponse::Ok().json(Ticket { token }))
}

fn is_fingerprint(text: &str) -> garde::Result {
    let parts: Vec<&str> = text.split(':').collect();
    let is_byte = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if parts.len() == FINGERPRINT_PARTS && parts.iter().all(is_byte) {
        Ok(())
    } else {
        Err(garde::Error::new("a SHA-256 fingerprint: 32 pairs of hexadecimal digits with colons"))
    }
}
