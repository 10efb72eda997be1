//! Randomness, hashes and authenticated encryption, each from a well-kept crate.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A 256-bit key, wiped when dropped.
pub type SecretKey = Zeroizing<[u8; 32]>;

/// Something that should open did not.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value did not open")]
pub struct DoesNotOpen;

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    // Without randomness nothing here is safe: stop at once, the supervisor restarts us.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}

/// A random token of 256 bits for a cookie or a link, in the URL alphabet.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// A token as a person pasted it: mail programs take the full stop or the bracket after a link for a part of it.
pub fn token_in(pasted: &str) -> &str {
    pasted.trim().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '>', '"', '\x27'])
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 in hexadecimal, as shown beside a consent text and stored for tokens.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// Bytes in hexadecimal, small letters.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A signature under a key that both sides know, in hexadecimal.
pub fn hmac_sha256_hex(key: &str, text: &[u8]) -> String {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(text);
    hex(&mac.finalize().into_bytes())
}

/// A signature as relays want it for a password: HMAC-SHA1 in base64.
pub fn hmac_sha1_base64(key: &str, text: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(text);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Whether this is the signature of this text, as telephone providers write it: HMAC-SHA1 in base64. Takes the same
/// time for every wrong one.
pub fn is_hmac_sha1(key: &str, text: &[u8], signature: &str) -> bool {
    let Ok(claimed) = STANDARD.decode(signature) else { return false };
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else { return false };
    mac.update(text);
    mac.verify_slice(&claimed).is_ok()
}

/// A key for one purpose, derived from another.
pub fn derive(key: &[u8; 32], purpose: &[&[u8]]) -> SecretKey {
    let mut derived = Zeroizing::new([0_u8; 32]);
    let info: Vec<u8> = purpose.iter().flat_map(|part| framed(part)).collect();
    // 32 bytes is always a valid HKDF-SHA-256 length.
    let _ = Hkdf::<Sha256>::new(None, key).expand(&info, &mut *derived);
    derived
}

/// A part with its length in front, so that no two lists of parts look the same.
pub fn framed(part: &[u8]) -> Vec<u8> {
    let mut framed = u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes().to_vec();
    framed.extend_from_slice(part);
    framed
}

/// Seals with AES-256-GCM-SIV: `nonce(12) ‖ ciphertext ‖ tag(16)`.
///
/// # Errors
/// Only for plaintexts beyond the cipher's length bound.
pub fn seal(key: &[u8; 32], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
    let nonce = random::<12>();
    let cipher = Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*key));
    let sealed =
        cipher.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad }).map_err(|_gone| DoesNotOpen)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what `seal` made with the same key and the same additional data.
///
/// # Errors
/// When key, additional data or bytes differ.
pub fn open(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
    let (nonce, body) = sealed.split_at_checked(12).ok_or(DoesNotOpen)?;
    let nonce: [u8; 12] = nonce.try_into().map_err(|_short| DoesNotOpen)?;
    let cipher = Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(*key));
    cipher.decrypt(&Nonce::from(nonce), Payload { msg: body, aad }).map_err(|_gone| DoesNotOpen)
}

/// The URL alphabet without padding.
pub fn to_base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Back from the URL alphabet.
///
/// # Errors
/// When the text is not in the alphabet.
pub fn from_base64(text: &str) -> Result<Vec<u8>, DoesNotOpen> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_bad| DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_that_others_make() {
        // RFC 4231, test case 2.
        let made = hmac_sha256_hex("Jefe", b"what do ya want for nothing?");
        assert_eq!(made, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_providers_signature_is_believed_and_no_other() {
        // RFC 2202, test case 2.
        let (text, good) = (b"what do ya want for nothing?", "7/zfauXrL6LSdBbV8YTfnCWafHk=");
        assert!(is_hmac_sha1("Jefe", text, good));
        assert!(!is_hmac_sha1("jefe", text, good));
        assert!(!is_hmac_sha1("Jefe", b"what do ya want", good));
        for wrong in ["", "no base64", "7/zfauXrL6LSdBbV8YTfnCWafHg=", "7/zfauXr"] {
            assert!(!is_hmac_sha1("Jefe", text, wrong), "{wrong}");
        }
    }
}
