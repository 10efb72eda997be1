//! Routes: guard, parse, one call. Bodies stand beside their handlers.

pub mod account;
pub mod people;
pub mod presence;
pub mod replacement;
pub mod second_contacts;
pub mod sign_in;
pub mod sitters;
pub(crate) mod standing;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, SET_COOKIE};
use chassis::guard::Who;
use chassis::telemetry;
use chassis::work::Act;

/// The cookie of every browser. The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`.
pub const COOKIE: &str = "__Host-sid";

/// The header that gives a browser its cookie. The token's alphabet needs no quoting.
fn opening(token: &str) -> (HeaderName, String) {
    (SET_COOKIE, format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict"))
}

/// The header that takes it away.
fn closing() -> (HeaderName, String) {
    (SET_COOKIE, format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"))
}

/// Done, and nothing to read.
fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// An act without a command id, where repeating it is harmless by itself.
fn act(who: &Who, what: &str) -> Act {
    Act {
        clinic: who.clinic,
        actor: who.person,
        role: who.role.as_str(),
        command: None,
        what: what.into(),
        request_id: telemetry::current_request_id(),
        asked: chassis::asked::Asked::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_what_browsers_insist_on() {
        let (_, text) = opening("token");
        assert_eq!(text, "__Host-sid=token; Path=/; Secure; HttpOnly; SameSite=Strict");
    }
}
