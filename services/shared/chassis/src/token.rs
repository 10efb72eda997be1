//! The one place that signs and verifies tokens (reliability.md M4). Ed25519 only, leeway exactly 5 s.

use crate::crypto;
use crate::keys::Keys;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::id::{ClinicId, PersonId, SessionId, SignInId};
use kernel::role::Role;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Who issues every token of the house.
pub const ISSUER: &str = "holdspace";
/// A token lives this long, and nothing refreshes it.
pub const LIFETIME_SECONDS: i64 = 60;
/// The subject of the gateway's own pass.
pub const GATEWAY: &str = "gateway";
/// Clocks may differ by this much.
const LEEWAY_SECONDS: u64 = 5;
/// 10,000 browsers ask one service within a minute; beyond that the others are verified each time.
const KNOWN_MAX: usize = 10_000;
/// Longer than any token of ours.
const LENGTH_MAX: usize = 4096;

/// The `typ` of an internal access token.
pub const ACCESS: &str = "at+jwt";
/// The `typ` of a room ticket.
pub const ROOM: &str = "room+jwt";
/// The `typ` of the gateway's own pass, for what only it may ask.
pub const DOOR: &str = "door+jwt";

/// What an internal access token says about the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Always [`ISSUER`].
    pub iss: String,
    /// The one service it is for.
    pub aud: String,
    /// Who.
    pub sub: PersonId,
    /// Which sign-in.
    pub sid: SignInId,
    /// Which clinic.
    pub clinic: ClinicId,
    /// As what.
    pub role: Role,
    /// The one session a link opened, for sitters and one-time links.
    pub session: Option<SessionId>,
    /// Unique.
    pub jti: String,
    /// Not before, in seconds.
    pub nbf: i64,
    /// Until, in seconds.
    pub exp: i64,
}

/// What a room ticket says: exactly one room, one device, one use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomTicket {
    /// Always [`ISSUER`].
    pub iss: String,
    /// Always `video`.
    pub aud: String,
    /// Who.
    pub sub: PersonId,
    /// Which sign-in.
    pub sid: SignInId,
    /// Which clinic.
    pub clinic: ClinicId,
    /// As what.
    pub role: Role,
    /// The one room.
    pub room: SessionId,
    /// The device, so that a second one is told apart.
    pub device: String,
    /// SHA-256 fingerprint of the browser's DTLS certificate.
    pub fp: String,
    /// Unique; used once.
    pub jti: String,
    /// Not before, in seconds.
    pub nbf: i64,
    /// Until, in seconds.
    pub exp: i64,
}

/// What the gateway says about itself when it asks how a cookie stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorPass {
    /// Always [`ISSUER`].
    pub iss: String,
    /// The one service it is for.
    pub aud: String,
    /// Always `gateway`.
    pub sub: String,
    /// Unique.
    pub jti: String,
    /// Not before, in seconds.
    pub nbf: i64,
    /// Until, in seconds.
    pub exp: i64,
}

/// A token that is not good. One error for all reasons: a prober learns nothing.
#[derive(Debug, thiserror::Error)]
#[error("the token is not good")]
pub struct NotGood;

/// Signs tokens: only the gateway holds one.
#[derive(Clone)]
pub struct Signer {
    key: EncodingKey,
    kid: String,
}

/// Verifies tokens with the published keys.
#[derive(Clone)]
pub struct Verifier {
    keys: BTreeMap<String, DecodingKey>,
    /// Access tokens found good before, by their hash: verifying costs forty times as much as hashing.
    known: Arc<Mutex<HashMap<[u8; 32], Access>>>,
}

impl Signer {
    /// From the key file; `None` where it holds no signing key.
    pub fn new(keys: &Keys) -> Option<Self> {
        let (der, public) = (keys.signing_der()?, keys.public()?);
        Some(Self { key: EncodingKey::from_ed_der(&der), kid: key_id(&public) })
    }

    /// Signs `claims` as a token of type `typ`.
    ///
    /// # Errors
    /// When the claims cannot be encoded.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, NotGood> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(typ.into());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.key).map_err(|_inner| NotGood)
    }
}

impl Verifier {
    /// Trusts these public keys and no others.
    pub fn new(public_keys: &[[u8; 32]]) -> Self {
        let keys = public_keys.iter().map(|key| (key_id(key), DecodingKey::from_ed_der(key))).collect();
        Self { keys, known: Arc::default() }
    }

    /// An internal access token for `service`.
    ///
    /// # Errors
    /// When anything at all is wrong with it.
    pub fn verify_access(&self, token: &str, service: &str, now: Timestamp) -> Result<Access, NotGood> {
        if token.len() > LENGTH_MAX {
            return Err(NotGood);
        }
        let key = crypto::sha256(token.as_bytes());
        let known = self.known().get(&key).filter(|claims| claims.aud == service).cloned();
        let claims = match known {
            Some(claims) => claims,
            None => self.verify(token, ACCESS, service)?,
        };
        if !in_time(claims.nbf, claims.exp, now) {
            return Err(NotGood);
        }
        self.remember(key, &claims, now);
        Ok(claims)
    }

    fn remember(&self, key: [u8; 32], claims: &Access, now: Timestamp) {
        let mut known = self.known();
        if known.len() >= KNOWN_MAX {
            known.retain(|_, claims| in_time(claims.nbf, claims.exp, now));
        }
        if known.len() < KNOWN_MAX {
            known.entry(key).or_insert_with(|| claims.clone());
        }
    }

    /// The list stays whole even if a thread died holding it: every change is one call.
    fn known(&self) -> MutexGuard<'_, HashMap<[u8; 32], Access>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A room ticket.
    ///
    /// # Errors
    /// When anything at all is wrong with it.
    pub fn verify_room(&self, token: &str, now: Timestamp) -> Result<RoomTicket, NotGood> {
        let claims: RoomTicket = self.verify(token, ROOM, "video")?;
        in_time(claims.nbf, claims.exp, now).then_some(claims).ok_or(NotGood)
    }

    /// The gateway's own pass to `service`.
    ///
    /// # Errors
    /// When anything at all is wrong with it.
    pub fn verify_door(&self, token: &str, service: &str, now: Timestamp) -> Result<(), NotGood> {
        let claims: DoorPass = self.verify(token, DOOR, service)?;
        (claims.sub == GATEWAY && in_time(claims.nbf, claims.exp, now)).then_some(()).ok_or(NotGood)
    }

    /// Whether this was made to open something else. Its signature was not looked at.
    pub fn is_for_access(token: &str) -> bool {
        token.len() <= LENGTH_MAX && strict_header(token).is_ok_and(|header| header.typ == ACCESS)
    }

    /// Length, three segments, header keys, algorithm, key, type, signature, claims: in this order.
    fn verify<C: DeserializeOwned>(&self, token: &str, typ: &str, audience: &str) -> Result<C, NotGood> {
        if token.len() > LENGTH_MAX || token.split('.').count() != 3 {
            return Err(NotGood);
        }
        let header = strict_header(token)?;
        if header.alg != "EdDSA" || header.typ != typ {
            return Err(NotGood);
        }
        let key = self.keys.get(&header.kid).ok_or(NotGood)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS;
        // Times are compared against the house's clock below, not against the library's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_audience(&[audience]);
        validation.set_issuer(&[ISSUER]);
        validation.required_spec_claims =
            ["exp", "nbf", "iss", "aud", "sub", "jti"].into_iter().map(str::to_owned).collect();
        jsonwebtoken::decode::<C>(token, key, &validation).map(|good| good.claims).map_err(|_inner| NotGood)
    }
}

/// Whether `now` lies in the token's window, which itself must not be longer than a token may live.
fn in_time(nbf: i64, exp: i64, now: Timestamp) -> bool {
    let leeway = i64::try_from(LEEWAY_SECONDS).unwrap_or(0);
    let now = now.seconds();
    exp > nbf
        && exp - nbf <= LIFETIME_SECONDS
        && now <= exp.saturating_add(leeway)
        && now >= nbf.saturating_sub(leeway)
}

/// The only header we sign; any other key (jku, x5u, jwk, crit) is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    kid: String,
    typ: String,
}

fn strict_header(token: &str) -> Result<StrictHeader, NotGood> {
    let head = token.split('.').next().ok_or(NotGood)?;
    let bytes = crypto::from_base64(head).map_err(|_bad| NotGood)?;
    serde_json::from_slice(&bytes).map_err(|_bad| NotGood)
}

/// The name of a public key: the start of its hash.
pub fn key_id(public: &[u8; 32]) -> String {
    crypto::sha256_hex(public).chars().take(16).collect()
}

/// The published key set (RFC 7517) for these keys.
pub fn key_set(public_keys: &[[u8; 32]]) -> serde_json::Value {
    let unique: BTreeSet<_> = public_keys.iter().collect();
    let keys: Vec<_> = unique
        .into_iter()
        .map(|key| {
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
                "kid": key_id(key), "x": crypto::to_base64(key),
            })
        })
        .collect();
    serde_json::json!({ "keys": keys })
}
