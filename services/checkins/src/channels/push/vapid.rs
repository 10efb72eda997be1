//! Who we are to a push service (RFC 8292): a token for one service, signed with a key that never changes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::time::{Span, Timestamp};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;

/// At most a day (RFC 8292 §2); half of it, for clocks that disagree.
const VALID: Span = Span::hours(12);

pub(super) struct Vapid {
    key: SigningKey,
    public: String,
    contact: String,
}

impl Vapid {
    /// From the service's own root, so that every engine of a house speaks under one key.
    pub(super) fn new(secret: &[u8; 32], contact: String) -> anyhow::Result<Self> {
        let key = SigningKey::from_slice(secret)?;
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().to_encoded_point(false).as_bytes());
        Ok(Self { key, public, contact })
    }

    /// What browsers bind their subscription to.
    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// The header for one push service.
    pub(super) fn authorization(&self, origin: &str, now: Timestamp) -> String {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({ "typ": "JWT", "alg": "ES256" }));
        let expires = now.plus(VALID).seconds();
        let claims = part(json!({ "aud": origin, "exp": expires, "sub": self.contact }));
        let signature: Signature = self.key.sign(format!("{head}.{claims}").as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={head}.{claims}.{signature}, k={}", self.public)
    }
}
