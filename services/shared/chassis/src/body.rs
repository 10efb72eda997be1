//! Reads a JSON body into a type that cannot be wrong: bounded, no unknown fields, validated.

use crate::problem::Problem;
use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, http::header};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use garde::Validate;
use proto::problems;
use serde::de::DeserializeOwned;

/// 64 KiB: the longest journal entry with room to spare.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A validated body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T> FromRequest for Body<T>
where
    T: DeserializeOwned + Validate<Context = ()> + 'static,
{
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let typed = is_json(request);
        let mut payload = payload.take();
        Box::pin(async move {
            if !typed {
                return Err(Problem::new(&problems::BODY_TYPE));
            }
            let mut bytes = Vec::new();
            while let Some(chunk) = payload.next().await {
                let chunk: Bytes =
                    chunk.map_err(|error| Problem::new(&problems::JSON_SYNTAX).because(error))?;
                if bytes.len().saturating_add(chunk.len()) > BODY_BYTES_MAX {
                    return Err(Problem::new(&problems::BODY_TOO_LARGE));
                }
                bytes.extend_from_slice(&chunk);
            }
            parse(&bytes).map(Self)
        })
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json"))
}

/// Parses and validates; every refusal names the field, none echoes a value.
///
/// # Errors
/// When the bytes are not JSON, not the type, or out of bounds.
pub fn parse<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, Problem> {
    let value: T = serde_json::from_slice(bytes).map_err(|error| unreadable(&error))?;
    value.validate().map_err(|report| {
        let fields = report.iter().map(|(path, error)| crate::problem::Field {
            name: path.to_string(),
            code: "field.invalid".into(),
            detail: error.to_string(),
            owner: None,
        });
        Problem::new(&problems::FIELD_INVALID).fields(fields)
    })?;
    Ok(value)
}

fn unreadable(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let named = text.split('`').nth(1).unwrap_or("body").to_owned();
    if !error.is_data() {
        Problem::new(&problems::JSON_SYNTAX)
    } else if text.starts_with("unknown field") {
        Problem::new(&problems::FIELD_UNKNOWN).field("body", "field.unknown", "This field is not known here.")
    } else if text.starts_with("missing field") {
        Problem::new(&problems::FIELD_TYPE).field(named, "field.missing", "This field is needed.")
    } else {
        let place = format!("line {}, column {}", error.line(), error.column());
        Problem::new(&problems::FIELD_TYPE).field(place, "field.type", "The value there has the wrong type.")
    }
}
