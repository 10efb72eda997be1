//! Tokens that must open nothing: forged, confused or stale (reliability.md P40). One table, for the verifier alone
//! and for a house that runs.

use chassis::crypto::{from_base64, to_base64};
use chassis::keys::Keys;
use chassis::token::{ACCESS, Access, ISSUER, ROOM, key_id};
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::role::Role;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

/// Our keys, a stranger's keys, and good claims.
pub struct Mint {
    keys: Keys,
    stranger: Keys,
    now: i64,
}

impl Mint {
    /// A mint with these keys, at this second.
    pub fn new(keys: Keys, now: i64) -> Self {
        Self { keys, stranger: Keys::generate(), now }
    }

    /// The header of ours.
    ///
    /// # Panics
    /// When the keys are a share that signs nothing.
    pub fn header(&self) -> Value {
        json!({"alg": "EdDSA", "kid": key_id(&self.keys.public().unwrap()), "typ": ACCESS})
    }

    /// Claims of a therapist for safety.
    ///
    /// # Panics
    /// Never: claims are JSON.
    pub fn claims(&self) -> Value {
        let id = Uuid::from_u128(7);
        serde_json::to_value(Access {
            iss: ISSUER.into(),
            aud: "safety".into(),
            sub: id.into(),
            sid: id.into(),
            clinic: id.into(),
            role: Role::Therapist,
            session: None,
            jti: id.to_string(),
            nbf: self.now,
            exp: self.now + 60,
        })
        .unwrap()
    }

    /// Signs with our key.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        Self::raw(&self.keys, &header.to_string(), &claims.to_string())
    }

    /// Signs any two texts, well-formed or not.
    fn raw(keys: &Keys, header: &str, claims: &str) -> String {
        let text = format!("{}.{}", to_base64(header.as_bytes()), to_base64(claims.as_bytes()));
        let key = SigningKey::from_pkcs8_der(&keys.signing_der().unwrap()).unwrap();
        format!("{text}.{}", to_base64(&key.sign(text.as_bytes()).to_bytes()))
    }

    /// The old trick: the public key as the secret of a symmetric signature.
    fn symmetric(&self, alg: &str) -> String {
        let header = with(&self.header(), "alg", json!(alg));
        let text = format!(
            "{}.{}",
            to_base64(header.to_string().as_bytes()),
            to_base64(self.claims().to_string().as_bytes())
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.keys.public().unwrap()).unwrap();
        mac.update(text.as_bytes());
        format!("{text}.{}", to_base64(&mac.finalize().into_bytes()))
    }

    /// A token that is accepted.
    pub fn good(&self) -> String {
        self.signed(&self.header(), &self.claims())
    }

    /// Every forged, confused or stale token, by name.
    pub fn mutations(&self) -> Vec<(String, String)> {
        [headers(self), claims(self), texts(self)].concat()
    }
}

/// An object with one field set.
///
/// # Panics
/// When it is no object.
pub fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().insert(name.into(), value);
    object
}

fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove(name);
    object
}

/// Headers that are not ours, correctly signed with our key.
fn headers(mint: &Mint) -> Vec<(String, String)> {
    let header = mint.header();
    let set = |name: &str, value: Value| (format!("header {name}={value}"), with(&header, name, value));
    let mut all = vec![
        set("alg", json!("none")),
        set("alg", json!("None")),
        set("alg", json!("HS256")),
        set("alg", json!("ES256")),
        set("alg", json!("RS256")),
        set("alg", json!("eddsa")),
        set("alg", json!(["EdDSA"])),
        set("kid", json!("../../keys/other")),
        set("kid", json!("' or 1=1 --")),
        set("kid", json!("")),
        set("kid", json!(key_id(&mint.stranger.public().unwrap()))),
        set("typ", json!("JWT")),
        set("typ", json!(ROOM)),
        set("typ", json!("AT+JWT")),
        set("typ", json!("application/at+jwt")),
        set("jku", json!("https://evil.example/keys")),
        set("x5u", json!("https://evil.example/cert")),
        set("jwk", json!({"kty": "OKP"})),
        set("crit", json!(["exp"])),
        set("cty", json!("JWT")),
    ];
    all.extend(["alg", "kid", "typ"].map(|name| (format!("header without {name}"), without(&header, name))));
    all.into_iter().map(|(name, header)| (name, mint.signed(&header, &mint.claims()))).collect()
}

/// Claims that are not good, correctly signed with our key.
fn claims(mint: &Mint) -> Vec<(String, String)> {
    let good = mint.claims();
    let set = |name: &str, value: Value| (format!("claim {name}={value}"), with(&good, name, value));
    let mut all = vec![
        set("aud", json!("care")),
        set("aud", json!("*")),
        set("aud", json!("")),
        set("aud", json!(["safety", "care"])),
        set("iss", json!("https://evil.example")),
        set("iss", json!("Holdspace")),
        set("exp", json!(mint.now - 6)),
        set("exp", json!(mint.now + 3600)),
        set("exp", json!("soon")),
        set("exp", json!(-1)),
        set("nbf", json!(mint.now + 6)),
        set("nbf", json!(mint.now + 60)),
        set("role", json!("superuser")),
        set("sub", json!("admin")),
        set("scope", json!("everything")),
        set("session", json!("*")),
    ];
    let names = ["iss", "aud", "sub", "sid", "clinic", "role", "jti", "nbf", "exp"];
    all.extend(names.map(|name| (format!("without claim {name}"), without(&good, name))));
    all.into_iter().map(|(name, claims)| (name, mint.signed(&mint.header(), &claims))).collect()
}

/// Tokens that are broken as texts.
fn texts(mint: &Mint) -> Vec<(String, String)> {
    let good = mint.good();
    let parts: Vec<&str> = good.split('.').collect();
    let [head, body, signature] = parts.as_slice() else { return vec![] };
    let mut flipped = from_base64(signature).unwrap();
    flipped.iter_mut().take(1).for_each(|byte| *byte ^= 1);
    let twice = mint.claims().to_string().replacen('{', r#"{"role":"admin","#, 1);
    let double = mint.header().to_string().replacen('{', r#"{"alg":"EdDSA","#, 1);
    let named = |name: &str, token: String| (name.to_owned(), token);
    vec![
        named("empty", String::new()),
        named("one part", (*head).to_owned()),
        named("two parts", format!("{head}.{body}")),
        named("no signature", format!("{head}.{body}.")),
        named("four parts", format!("{good}.{signature}")),
        named("five parts, as encrypted tokens have", format!("{head}.{body}.{signature}.{head}.{body}")),
        named("a signature bit flipped", format!("{head}.{body}.{}", to_base64(&flipped))),
        named(
            "another's signature",
            Mint::raw(&mint.stranger, &mint.header().to_string(), &mint.claims().to_string()),
        ),
        named("claims changed after signing", {
            let changed = with(&mint.claims(), "role", json!("admin")).to_string();
            format!("{head}.{}.{signature}", to_base64(changed.as_bytes()))
        }),
        named("padded base64", format!("{head}=.{body}.{signature}")),
        named("bad base64", format!("{head}.!{body}.{signature}")),
        named(
            "standard alphabet",
            format!("{head}.{body}.{}+/", signature.trim_end_matches(char::is_alphanumeric)),
        ),
        named("spaces around", format!(" {good} ")),
        named(
            "longer than any of ours",
            mint.signed(&mint.header(), &with(&mint.claims(), "jti", json!("x".repeat(9_000)))),
        ),
        named("a claim twice", Mint::raw(&mint.keys, &mint.header().to_string(), &twice)),
        named("a header twice", Mint::raw(&mint.keys, &double, &mint.claims().to_string())),
        named("claims that are a list", Mint::raw(&mint.keys, &mint.header().to_string(), "[]")),
        named("claims that are no JSON", Mint::raw(&mint.keys, &mint.header().to_string(), "{")),
        named("the public key as a symmetric secret", mint.symmetric("HS256")),
        named("the same, calling itself EdDSA", mint.symmetric("EdDSA")),
    ]
}
