//! How the watchdog says no: RFC 9457, in the house's shape, with sentences for whoever runs an engine or a page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;
use std::fmt;

/// A refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Stable and dotted.
    pub(crate) code: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: &'static str,
}

/// Makes the constants.
macro_rules! problems {
    ($($name:ident = $status:ident $code:literal $title:literal $detail:literal;)*) => {$(
        pub(crate) const $name: Problem =
            Problem { code: $code, status: StatusCode::$status, title: $title, detail: $detail };
    )*};
}

problems! {
    TOO_LARGE = PAYLOAD_TOO_LARGE "body.too_large" "The beat is too large." "Send one beat at a time.";
    SLOW = REQUEST_TIMEOUT "http.slow_body" "The beat arrived too slowly." "Send the next one; look at the connection.";
    MALFORMED = BAD_REQUEST "beat.malformed" "That is not a signed beat." "Send what proto/src/beat.rs describes: another version may speak here.";
    KEY_UNKNOWN = FORBIDDEN "beat.key_unknown" "Nobody here knows that key." "Add the engine's public key to the watchdog's configuration and restart it.";
    SIGNATURE_BAD = FORBIDDEN "beat.signature_bad" "The signature is not good." "Sign the exact text of the body with the key that key_id names.";
    NOT_FRESH = UNPROCESSABLE_ENTITY "beat.not_fresh" "The beat was not sent within the last 10 seconds." "Compare the clocks of engine and watchdog.";
    REPLAYED = CONFLICT "beat.replayed" "That beat was heard before." "Raise the sequence with every beat, and name a new boot after each start.";
    TOO_MANY_ENGINES = CONFLICT "beat.too_many_engines" "More engines speak than one watchdog hears." "Give each engine a name that stays, or another watchdog.";
    ORIGIN_UNKNOWN = FORBIDDEN "origin.unknown" "That page is not one of the house's." "Add its address to origins in the watchdog's configuration.";
    STREAMS_FULL = SERVICE_UNAVAILABLE "streams.full" "Too many pages are listening." "Try again in a few seconds.";
    NOT_READY = SERVICE_UNAVAILABLE "house.not_ready" "The watchdog is not in order." "Look at its disk and at its mail accounts; it goes on watching meanwhile.";
    NOT_FOUND = NOT_FOUND "not_found" "There is nothing here." "Use /beats, /live, /ready or /metrics.";
    BROKEN = INTERNAL_SERVER_ERROR "house.broken" "The watchdog could not answer." "Send the next beat; look at its log.";
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status)
            .content_type("application/problem+json")
            .insert_header(("cache-control", "no-store"))
            .json(json!({
                "type": format!("/problems/{}", self.code), "title": self.title, "status": self.status.as_u16(),
                "detail": self.detail, "code": self.code, "request_id": "-", "fields": [],
            }))
    }
}
