//! Names and passwords that a relay believes for a while, without a table: the name says until when, and only who knows
//! the secret can work out the password to it (draft-uberti-behave-turn-rest; coturn's `use-auth-secret`).

use chassis::crypto;
use kernel::id::PersonId;
use kernel::time::{Span, Timestamp};

/// A session with its recovery fits into it. Whoever stays longer comes in anew and gets another.
const GOOD_FOR: Span = Span::hours(12);

/// What a browser says at the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `<seconds since 1970>:<person>`.
    pub username: String,
    /// HMAC-SHA1 of that, in base64.
    pub password: String,
}

impl Credentials {
    /// For one person, from now on.
    pub fn of(secret: &str, person: PersonId, now: Timestamp) -> Self {
        let username = format!("{}:{person}", now.plus(GOOD_FOR).seconds());
        let password = password(secret, &username);
        Self { username, password }
    }
}

/// The password that belongs to a name, as long as the name is good.
pub fn password_of(secret: &str, username: &str, now: Timestamp) -> Option<String> {
    let (until, _person) = username.split_once(':')?;
    let until: i64 = until.parse().ok()?;
    (until > now.seconds()).then(|| password(secret, username))
}

fn password(secret: &str, username: &str) -> String {
    crypto::hmac_sha1_base64(secret, username.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_until_its_name_says_otherwise() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let given = Credentials::of("secret", PersonId(uuid::Uuid::nil()), now);
        let known = |secret, span| password_of(secret, &given.username, now.plus(span));
        assert_eq!(known("secret", Span::ZERO), Some(given.password.clone()));
        assert_ne!(known("another", Span::ZERO), Some(given.password.clone()));
        assert_eq!(known("secret", GOOD_FOR), None);
        assert_eq!(password_of("secret", "nobody", now), None);
    }
}
