//! Reads a JSON body into a type that cannot be wrong: bounded, no unknown fields, validated.

use crate::asked::Asked;
use crate::json;
use crate::problem::{Field, Problem};
use actix_web::dev::Payload;
use actix_web::web::{Bytes, PathConfig, QueryConfig};
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

/// A body as it arrived, whole and bounded: for the one route that must hear an alarm through any mistake.
#[derive(Debug)]
pub struct Raw(pub Vec<u8>);

/// A form as others send it: who may not be asked for JSON, and proves the body by a signature over its fields.
#[derive(Debug)]
pub struct Form(pub Vec<(String, String)>);

impl FromRequest for Form {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (typed, payload) = (is(request, "application/x-www-form-urlencoded"), payload.take());
        Box::pin(async move {
            if !typed {
                return Err(Problem::new(&problems::BODY_TYPE).detail("Send a form."));
            }
            let bytes = collected(payload).await?;
            Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
        })
    }
}

impl<T> FromRequest for Body<T>
where
    T: DeserializeOwned + Validate<Context = ()> + 'static,
{
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let raw = Raw::from_request(request, payload);
        Box::pin(async move { parse(&raw.await?.0).map(Self) })
    }
}

impl FromRequest for Raw {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let typed = is(request, "application/json");
        let (asked, payload) = (Asked::of(request), payload.take());
        Box::pin(async move {
            if !typed {
                return Err(Problem::new(&problems::BODY_TYPE));
            }
            let bytes = collected(payload).await?;
            asked.note(&bytes);
            Ok(Self(bytes))
        })
    }
}

async fn collected(mut payload: Payload) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk: Bytes = chunk.map_err(|error| Problem::new(&problems::JSON_SYNTAX).because(error))?;
        if bytes.len().saturating_add(chunk.len()) > BODY_BYTES_MAX {
            return Err(Problem::new(&problems::BODY_TOO_LARGE));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn is(request: &HttpRequest, wanted: &str) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == wanted))
}

/// Parses and validates; every refusal names the field, none echoes a value.
///
/// # Errors
/// When the bytes are not JSON, not the type, or out of bounds.
pub fn parse<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, Problem> {
    let value: T = json::read(bytes)?;
    value.validate().map_err(|report| {
        let fields = report.iter().map(|(path, error)| Field {
            name: json::pointer(&path.to_string()),
            code: "field.invalid".into(),
            detail: error.to_string(),
            owner: None,
        });
        Problem::new(&problems::FIELD_INVALID).fields(fields)
    })?;
    Ok(value)
}

/// A text that says something: spaces and marks that nobody sees are no words.
///
/// # Errors
/// When nothing can be read in it.
pub fn says_something(text: &str, _: &()) -> garde::Result {
    let is_seen = |letter: char| !letter.is_whitespace() && !letter.is_control() && !is_unseen(letter);
    if text.chars().any(is_seen) { Ok(()) } else { Err(garde::Error::new("write at least a word")) }
}

/// Zero-width letters, and those that turn the direction of writing.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A malformed id in a path is nobody's: there is nothing here.
pub fn paths() -> PathConfig {
    PathConfig::default().error_handler(|error, _| Problem::new(&problems::NOT_FOUND).because(error).into())
}

/// A question we cannot read is refused like a body we cannot read.
pub fn queries() -> QueryConfig {
    QueryConfig::default().error_handler(|error, _| unreadable_query(&error).into())
}

/// Why a query cannot be read, by the parameter's name.
pub fn unreadable_query(error: &impl std::fmt::Display) -> Problem {
    let said = error.to_string();
    let reason = said.strip_prefix("Query deserialize error: ").unwrap_or(&said);
    json::unreadable(String::new(), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_see_says_nothing() {
        for silent in ["", "   ", "\u{200b}\u{200b}", "\u{202e}", "\n\t"] {
            assert!(says_something(silent, &()).is_err(), "{silent:?}");
        }
        for word in ["a", " ! ", "\u{202e}ab", "👩‍👩‍👧"] {
            assert!(says_something(word, &()).is_ok(), "{word:?}");
        }
    }
}
