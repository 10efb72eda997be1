//! What one request asks: the digest of its body, and whether its answer was given before.

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// On an answer that was given before: nothing was done this time.
const REPLAY: HeaderName = HeaderName::from_static("idempotent-replay");

/// SHA-256 of a body.
pub type Digest = [u8; 32];

/// Shared by the guard, the body and the transaction of one request.
#[derive(Debug, Clone, Default)]
pub struct Asked(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    body: OnceLock<Digest>,
    replayed: AtomicBool,
}

impl Asked {
    /// That of this request; whoever comes first makes it.
    pub fn of(request: &HttpRequest) -> Self {
        let mut kept = request.extensions_mut();
        if let Some(asked) = kept.get::<Self>() {
            return asked.clone();
        }
        let asked = Self::default();
        kept.insert(asked.clone());
        asked
    }

    /// Notes the body as it arrived.
    pub(crate) fn note(&self, body: &[u8]) {
        // A request has one body; a second look finds the same.
        let _ = self.0.body.set(crate::crypto::sha256(body));
    }

    /// The digest of the body; of nothing, when there was none.
    pub(crate) fn body(&self) -> Digest {
        self.0.body.get().copied().unwrap_or_else(|| crate::crypto::sha256(&[]))
    }

    /// The answer was given before.
    pub(crate) fn replayed(&self) {
        self.0.replayed.store(true, Ordering::Relaxed);
    }

    /// Says on the answer that it was given before, if it was.
    pub fn sign<B>(response: &mut ServiceResponse<B>) {
        let asked = response.request().extensions().get::<Self>().cloned();
        if asked.is_some_and(|asked| asked.0.replayed.load(Ordering::Relaxed)) {
            response.headers_mut().insert(REPLAY, HeaderValue::from_static("true"));
        }
    }
}
