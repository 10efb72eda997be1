//! Passwords and app codes: hashing, checking, and the text an authenticator app reads.

use argon2::{Algorithm, Argon2, Params, Version};
use chassis::crypto;
use chassis::problem::{Failure, Problem};
use kernel::time::Timestamp;
use proto::problems;
use tokio::sync::Semaphore;
use totp_rs::{Builder, Totp};
use unicode_normalization::UnicodeNormalization as _;

/// Argon2id with 64 MiB, three passes, one lane (reliability.md §3.2).
const MEMORY_KIB: u32 = 64 * 1024;
/// Three passes.
const PASSES: u32 = 3;
/// One lane.
const LANES: u32 = 1;
/// 2 at a time: each takes 64 MiB and one of our cores; the others wait their turn.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// 160 bits, as RFC 4226 asks for.
const SECRET_BYTES: usize = 20;

/// A password as it rests: `salt ‖ hash`. It is sealed once more before it reaches a row.
pub(crate) type Hashed = Vec<u8>;

/// Hashes a new password. Takes a tenth of a second, on a thread of its own.
pub(crate) async fn hash(password: String) -> Result<Hashed, Failure> {
    let password = same_letters(&password);
    let salt = crypto::random::<SALT_BYTES>();
    let hash = argon2id(password, salt).await?;
    Ok([salt.as_slice(), &hash].concat())
}

/// Whether the password is the one. For somebody we do not know the same work is done, and the answer is no.
pub(crate) async fn is_right(password: String, known: Option<Hashed>) -> Result<bool, Failure> {
    let password = same_letters(&password);
    let parts = known.as_deref().and_then(|known| known.split_at_checked(SALT_BYTES));
    let (salt, wanted) = match parts {
        Some((salt, wanted)) => (<[u8; SALT_BYTES]>::try_from(salt).unwrap_or_default(), wanted.to_vec()),
        None => ([0; SALT_BYTES], vec![]),
    };
    let hash = argon2id(password, salt).await?;
    Ok(is_same(&hash, &wanted))
}

/// One keyboard writes "é" as one letter, another as two: both are the same password (NFC). Spaces stay as they are.
fn same_letters(password: &str) -> String {
    password.nfc().collect()
}

async fn argon2id(password: String, salt: [u8; SALT_BYTES]) -> Result<[u8; HASH_BYTES], Failure> {
    let broken = |error: String| Failure::from(Problem::new(&problems::HOUSE_BROKEN).because(error));
    let _turn = AT_ONCE.acquire().await.map_err(|error| broken(error.to_string()))?;
    let worked = tokio::task::spawn_blocking(move || {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES))?;
        let mut hash = [0; HASH_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            password.as_bytes(),
            &salt,
            &mut hash,
        )?;
        Ok::<_, argon2::Error>(hash)
    });
    worked.await.map_err(|error| broken(error.to_string()))?.map_err(|error| broken(error.to_string()))
}

/// Compares in the same time whatever differs.
fn is_same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).fold(0, |seen, (left, right)| seen | (left ^ right)) == 0
}

/// A new secret for an authenticator app.
pub(crate) fn app_secret() -> Vec<u8> {
    crypto::random::<SECRET_BYTES>().to_vec()
}

/// The time step a code belongs to, if it is a right one now, one step early or one late.
pub(crate) fn code_step(secret: &[u8], code: &str, now: Timestamp) -> Option<u64> {
    let seconds = u64::try_from(now.seconds()).ok()?;
    app(secret)?.check(code, seconds)
}

fn app(secret: &[u8]) -> Option<Totp> {
    let secret: [u8; SECRET_BYTES] = secret.try_into().ok()?;
    Builder::new().with_secret(secret).build().ok()
}

/// The address an app reads from a QR code (the `otpauth` key URI format).
pub(crate) fn otpauth_uri(secret: &[u8], email: &str) -> String {
    let account: String = email.bytes().map(percent).collect();
    format!("otpauth://totp/Holdspace:{account}?secret={}&issuer=Holdspace", base32(secret))
}

fn percent(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

/// RFC 4648 without padding, as apps take it when somebody types it in.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1)).collect();
    bits.chunks(5)
        .map(|five| {
            let value =
                five.iter().fold(0, |value, bit| (value << 1) | usize::from(*bit)) << (5 - five.len());
            char::from(*LETTERS.get(value).unwrap_or(&b'A'))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_as_apps_read_it() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        let uri = otpauth_uri(b"foobar", "lee+1@clinic.example");
        assert_eq!(
            uri,
            "otpauth://totp/Holdspace:lee%2B1%40clinic.example?secret=MZXW6YTBOI&issuer=Holdspace"
        );
    }

    #[test]
    fn a_code_belongs_to_its_half_minute_and_the_ones_beside_it() {
        // RFC 6238, appendix B: at 59 s the SHA-1 code ends in 287082.
        let secret = b"12345678901234567890";
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(code_step(secret, "287082", at(59)), Some(1));
        assert_eq!(code_step(secret, "287082", at(89)), Some(1));
        assert_eq!(code_step(secret, "287082", at(90)), None);
    }

    #[actix_web::test]
    async fn a_password_is_recognized_and_nobody_is_not() {
        let known = hash("the heron waits".into()).await.unwrap();
        assert!(is_right("the heron waits".into(), Some(known.clone())).await.unwrap());
        assert!(!is_right("the heron flies".into(), Some(known)).await.unwrap());
        assert!(!is_right("the heron waits".into(), None).await.unwrap());
    }

    #[actix_web::test]
    async fn a_letter_typed_in_two_strokes_is_the_same_letter_and_a_space_is_a_letter() {
        let known = hash(" h\u{e9}ron in the reeds".into()).await.unwrap();
        assert!(is_right(" he\u{301}ron in the reeds".into(), Some(known.clone())).await.unwrap());
        assert!(!is_right("h\u{e9}ron in the reeds".into(), Some(known)).await.unwrap());
    }
}
