//! Challenges that need no table: the time, signed for who asked. Nothing is kept for somebody who has proven nothing.

use crate::relay::step::Client;
use chassis::crypto;
use kernel::time::{Span, Timestamp};

/// How long one may be answered (RFC 8656 §5 asks for at least an hour).
const GOOD_FOR: Span = Span::hours(1);

/// Makes them, and knows its own.
pub struct Nonces {
    key: String,
}

impl Default for Nonces {
    fn default() -> Self {
        Self { key: crypto::random_token() }
    }
}

impl Nonces {
    /// One for this client.
    pub fn fresh(&self, client: Client, at: Timestamp) -> String {
        let said = format!("{:x}", at.seconds());
        let signed = crypto::hmac_sha256_hex(&self.key, format!("{said} {}", client.address).as_bytes());
        format!("{said}-{signed}")
    }

    /// Whether this one is ours, for this client, and not too old.
    pub fn is_ours(&self, client: Client, nonce: &str, now: Timestamp) -> bool {
        let at = nonce.split_once('-').and_then(|(said, _)| i64::from_str_radix(said, 16).ok());
        at.is_some_and(|at| {
            let at = Timestamp::from_micros(at.saturating_mul(1_000_000));
            // Whoever guesses a nonce has nothing yet: the password is what proves.
            at <= now && now.since(at) < GOOD_FOR && nonce == self.fresh(client, at)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_for_who_got_it_and_for_an_hour() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let [one, other] =
            [1, 2].map(|port| Client { address: ([127, 0, 0, 1], port).into(), is_stream: false });
        let (nonces, others) = (Nonces::default(), Nonces::default());
        let nonce = nonces.fresh(one, now);
        assert!(nonces.is_ours(one, &nonce, now));
        assert!(!nonces.is_ours(other, &nonce, now) && !others.is_ours(one, &nonce, now));
        assert!(!nonces.is_ours(one, &nonce, now.plus(GOOD_FOR)) && !nonces.is_ours(one, "7-0", now));
    }
}
