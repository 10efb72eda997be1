//! A message that only one browser can read (RFC 8291): a key agreed with the browser's, one record (RFC 8188).

use super::Subscription;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::crypto;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::SystemRandom;

/// The size of a record. Ours are far shorter; push services want no more.
const RECORD_BYTES: u32 = 4096;
/// An uncompressed point.
const POINT_BYTES: u8 = 65;
/// What ends the last record.
const LAST: u8 = 2;
const SALT_BYTES: usize = 16;
const AUTH_BYTES: usize = 16;
const KEY_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;

/// The browser's half.
pub(super) struct Keys {
    point: Vec<u8>,
    auth: Vec<u8>,
}

impl Keys {
    /// Nothing when they are not what a browser makes.
    pub(super) fn read(subscription: &Subscription) -> Option<Self> {
        let read = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let (point, auth) = (read(&subscription.p256dh)?, read(&subscription.auth)?);
        (point.len() == usize::from(POINT_BYTES) && auth.len() == AUTH_BYTES).then_some(Self { point, auth })
    }
}

/// How many bytes are wanted of a key.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(key: &Prk, purpose: &[&[u8]]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    key.expand(purpose, Bytes(N)).ok()?.fill(&mut bytes).ok()?;
    Some(bytes)
}

/// The body of a push message. Nothing when the browser's point is not on the curve.
pub(super) fn seal(plain: &[u8], to: &Keys) -> Option<Vec<u8>> {
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).ok()?;
    let public = own.compute_public_key().ok()?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &to.point);
    let secret = agree_ephemeral(own, &theirs, |shared| {
        let key = Salt::new(HKDF_SHA256, &to.auth).extract(shared);
        expand::<SECRET_BYTES>(&key, &[b"WebPush: info\0", &to.point, public.as_ref()])
    });
    let salt: [u8; SALT_BYTES] = crypto::random();
    let key = Salt::new(HKDF_SHA256, &salt).extract(&secret.ok()??);
    let content_key = expand::<KEY_BYTES>(&key, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = expand::<NONCE_LEN>(&key, &[b"Content-Encoding: nonce\0"])?;
    let mut record = plain.to_vec();
    record.push(LAST);
    let content_key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content_key).ok()?);
    let nonce = Nonce::assume_unique_for_key(nonce);
    content_key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).ok()?;
    let mut body = salt.to_vec();
    body.extend(RECORD_BYTES.to_be_bytes());
    body.push(POINT_BYTES);
    body.extend(public.as_ref());
    body.extend(record);
    Some(body)
}
