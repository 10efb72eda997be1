//! Which devices may hold the keys of a room, signed by the house: a browser wraps its key for these and for no others.
//!
//! The bytes that are signed are those of `web/src/lib/media/e2ee/roster-signature.ts`, to the last one: both tests pin
//! the same example.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::id::{PersonId, SessionId};
use kernel::time::Timestamp;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde::{Deserialize, Serialize};
use video_core::member::Device;

/// What is signed begins with this, so that no signature of ours for anything else is one of a roster.
const LABEL: &str = "Holdspace roster 1";

/// An uncompressed point: 4, then X and Y.
const POINT_BYTES: usize = 65;

/// A wrapped key has 90 letters.
const WRAPPED_LENGTH_MAX: usize = 128;

/// The public key of one coming-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; POINT_BYTES]);

impl PublicKey {
    /// Reads what a browser says; nothing for what is no point of the curve.
    fn read(text: &str) -> Option<Self> {
        let point = URL_SAFE_NO_PAD.decode(text).ok()?;
        p256::PublicKey::from_sec1_bytes(&point).ok()?;
        point.try_into().ok().map(Self)
    }

    /// As it came.
    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::read(&text).ok_or("not an uncompressed point of P-256 in base64url")
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.text()
    }
}

/// What only two devices can open, in base64url: the house sees that it is not too long, and no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WrappedKey(String);

impl TryFrom<String> for WrappedKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() <= WRAPPED_LENGTH_MAX { Ok(Self(text)) } else { Err("longer than a wrapped key") }
    }
}

impl From<WrappedKey> for String {
    fn from(key: WrappedKey) -> Self {
        key.0
    }
}

/// A browser that can encrypt, as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceKey {
    /// Which browser.
    pub device: Device,
    /// What the others wrap their keys for.
    pub public_key: PublicKey,
}

/// One device of a room: a coming-in with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Of this coming-in and no other in this room.
    pub number: u16,
    /// Whose.
    pub person: PersonId,
    /// Which browser.
    pub device: Device,
    /// What the others wrap their keys for.
    pub public_key: PublicKey,
}

/// The devices of a room at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Roster {
    /// Of which room.
    pub room: SessionId,
    /// Grows with every roster that a line is told.
    pub epoch: u64,
    /// When.
    pub issued_at: Timestamp,
    /// In any order.
    pub members: Vec<Member>,
}

/// A roster as the house says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedRoster {
    /// What is signed.
    #[serde(flatten)]
    pub roster: Roster,
    /// r and s, as browsers want them, in base64url.
    pub signature: String,
}

/// The house's hand.
pub struct RosterSigner(SigningKey);

impl RosterSigner {
    /// From the service's own root, so that every process of a house signs under one key.
    ///
    /// # Errors
    /// When the secret is no key of the curve.
    pub fn new(secret: &[u8; 32]) -> anyhow::Result<Self> {
        Ok(Self(SigningKey::from_slice(secret)?))
    }

    /// What browsers check signatures with.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_encoded_point(false).as_bytes())
    }

    /// Signs.
    pub fn sign(&self, roster: Roster) -> SignedRoster {
        let signature: Signature = self.0.sign(&roster.bytes());
        SignedRoster { roster, signature: URL_SAFE_NO_PAD.encode(signature.to_bytes()) }
    }
}

impl Roster {
    /// What is signed.
    fn bytes(&self) -> Vec<u8> {
        let mut members: Vec<_> = self.members.iter().collect();
        members.sort_by_key(|member| member.number);
        let mut bytes = vec![];
        put(&mut bytes, LABEL.as_bytes());
        put(&mut bytes, self.room.to_string().as_bytes());
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(&self.issued_at.micros().to_be_bytes());
        bytes.extend_from_slice(&length(members.len()));
        for member in members {
            bytes.extend_from_slice(&member.number.to_be_bytes());
            put(&mut bytes, member.person.to_string().as_bytes());
            put(&mut bytes, member.device.0.as_bytes());
            put(&mut bytes, &member.public_key.0);
        }
        bytes
    }
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&length(part.len()));
    bytes.extend_from_slice(part);
}

/// Nothing in a roster is four gigabytes long.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier as _;
    use uuid::Uuid;

    fn member(number: u16, name: &str, fill: u8) -> Member {
        let mut point = [fill; POINT_BYTES];
        point[0] = 4;
        Member {
            number,
            person: PersonId(Uuid::from_u128(number.into())),
            device: Device(format!("{name}-phone")),
            public_key: PublicKey(point),
        }
    }

    fn roster() -> Roster {
        Roster {
            room: SessionId(Uuid::from_u128(7)),
            epoch: 3,
            issued_at: Timestamp::from_micros(1_795_000_000_000_001),
            members: vec![member(258, "søm", 2), member(1, "lee", 1)],
        }
    }

    /// The same example as in roster-signature.test.ts.
    #[test]
    fn the_signed_bytes_are_those_that_browsers_check() {
        let id = |last: &str| format!("00000024{}", chassis::crypto::hex(id_ending(last).as_bytes()));
        let expected = [
            "00000012486f6c64737061636520726f737465722031",
            &id("007"),
            "0000000000000003",
            "0006608b015f3001",
            "00000002",
            "0001",
            &id("001"),
            "000000096c65652d70686f6e650000004104",
            &"01".repeat(64),
            "0102",
            &id("102"),
            "0000000a73c3b86d2d70686f6e650000004104",
            &"02".repeat(64),
        ];
        assert_eq!(chassis::crypto::hex(&roster().bytes()), expected.concat());
    }

    fn id_ending(last: &str) -> String {
        format!("00000000-0000-0000-0000-000000000{last}")
    }

    #[test]
    fn a_signature_is_the_houses_and_of_this_roster() {
        let house = RosterSigner::new(&[7; 32]).unwrap();
        let signed = house.sign(roster());
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signed.signature).unwrap()).unwrap();
        let public = URL_SAFE_NO_PAD.decode(house.public_key()).unwrap();
        let public = VerifyingKey::from_sec1_bytes(&public).unwrap();
        public.verify(&roster().bytes(), &signature).unwrap();
        let changed = Roster { epoch: 4, ..roster() };
        assert!(public.verify(&changed.bytes(), &signature).is_err());
    }

    #[test]
    fn only_a_point_of_the_curve_is_a_key() {
        let house = RosterSigner::new(&[7; 32]).unwrap();
        let text = house.public_key();
        assert_eq!(PublicKey::read(&text).unwrap().text(), text);
        let compressed = URL_SAFE_NO_PAD.encode(house.0.verifying_key().to_encoded_point(true).as_bytes());
        let off_the_curve = member(1, "lee", 1).public_key.text();
        for refused in ["", "?", &compressed, &off_the_curve, &format!("{text}AA")] {
            assert_eq!(PublicKey::read(refused), None, "{refused}");
        }
    }
}
