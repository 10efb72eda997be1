//! Every ticket that must open nothing, by name, with the code that refuses it.

use chassis::crypto::{from_base64, to_base64};
use chassis::ids;
use chassis::keys::Keys;
use chassis::token::{ACCESS, DOOR, ROOM, RoomTicket};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use serde_json::{Value, json};
use testkit::tokens::{Mint, with};
use tests::dice::Dice;
use tests::room::{NOBODYS, Room, Someone};

/// A ticket is not good, whatever is wrong with it.
pub const REFUSED: &str = "room.ticket_refused";

/// One of them.
pub struct Forgery {
    /// What is wrong.
    pub kind: &'static str,
    /// The token.
    pub token: String,
    /// The code it is refused with.
    pub code: &'static str,
}

fn forgery(kind: &'static str, token: String) -> Forgery {
    Forgery { kind, token, code: REFUSED }
}

/// All of them, anew: `dice` decide where a bit is flipped and where a token is cut.
pub fn all(room: &Room, stranger: &Keys, dice: &mut Dice) -> anyhow::Result<Vec<Forgery>> {
    let good = room.claims(room.ana, NOBODYS);
    let mint = Mint::new(room.keys.clone(), good.nbf);
    let header = with(&mint.header(), "typ", json!(ROOM));
    let mut all = headers(&mint, &header, &good, stranger)?;
    for (kind, claims) in claims(room, &good) {
        all.push(forgery(kind, room.sign(&claims)?));
    }
    let claims = serde_json::to_value(&good)?;
    for (kind, name, value) in [
        ("for another service", "aud", json!("safety")),
        ("for the gateway", "aud", json!("gateway")),
        ("for two services", "aud", json!(["video", "safety"])),
        ("of another house", "iss", json!("https://evil.example")),
        ("with more in it", "scope", json!("everything")),
        ("without an end", "exp", Value::Null),
    ] {
        all.push(forgery(kind, mint.signed(&header, &with(&claims, name, value))));
    }
    let token = room.sign(&good)?;
    all.push(forgery("a bit flipped in its header", flipped(&token, 0, dice)));
    all.push(forgery("a bit flipped in its claims", flipped(&token, 1, dice)));
    all.push(forgery("a bit flipped in its signature", flipped(&token, 2, dice)));
    let cut = dice.index(token.len().saturating_sub(1));
    all.push(forgery("cut off", token.chars().take(cut).collect()));
    all.push(forgery("another's signature", stolen(&token, &room.sign(&room.claims(room.lee, NOBODYS))?)));
    Ok(all)
}

fn headers(mint: &Mint, header: &Value, good: &RoomTicket, stranger: &Keys) -> anyhow::Result<Vec<Forgery>> {
    let claims = serde_json::to_value(good)?;
    let theirs = Mint::new(stranger.clone(), good.nbf);
    let their_header = with(&theirs.header(), "typ", json!(ROOM));
    let none = with(header, "alg", json!("none"));
    let unsigned = mint.signed(&none, &claims);
    let unsigned = unsigned.rsplit_once('.').map(|(text, _)| format!("{text}.")).unwrap_or_default();
    let our_name = header.get("kid").cloned().unwrap_or_default();
    let under_our_name = with(&their_header, "kid", our_name);
    let mut all = vec![
        forgery("signed with another key", theirs.signed(&their_header, &claims)),
        forgery("signed with another key, under the name of ours", theirs.signed(&under_our_name, &claims)),
        forgery("signed by nobody", unsigned),
    ];
    for (kind, name, value) in [
        ("of another algorithm", "alg", json!("HS256")),
        ("that brings its own key", "jwk", json!({ "kty": "OKP" })),
        ("of no type of ours", "typ", json!("JWT")),
        ("of the gateway's type", "typ", json!(DOOR)),
    ] {
        all.push(forgery(kind, mint.signed(&with(header, name, value), &claims)));
    }
    let other = mint.signed(&with(header, "typ", json!(ACCESS)), &claims);
    all.push(Forgery { kind: "that opens something else", token: other, code: "auth.forbidden" });
    Ok(all)
}

/// Right in form, and signed as ours are: the room or the times are against them.
fn claims(room: &Room, good: &RoomTicket) -> Vec<(&'static str, RoomTicket)> {
    let changed = |change: &dyn Fn(&mut RoomTicket)| {
        let mut claims = good.clone();
        claims.jti = ids::fresh::<uuid::Uuid>().to_string();
        change(&mut claims);
        claims
    };
    let shifted =
        |by: i64| changed(&move |claims| (claims.nbf, claims.exp) = (claims.nbf + by, claims.exp + by));
    let sam_as = |role| RoomTicket { role, ..room.claims(room.sam, NOBODYS) };
    let stranger =
        Someone { person: ids::fresh::<PersonId>(), role: Role::Patient, device: "phone-of-nobody" };
    vec![
        ("expired", shifted(-67)),
        ("expired an hour ago", shifted(-3_600)),
        ("not valid yet", shifted(8)),
        ("good for too long", changed(&|claims| claims.exp += 1)),
        ("over before it begins", changed(&|claims| claims.exp = claims.nbf - 1)),
        ("for a room that is not", changed(&|claims| claims.room = ids::fresh::<SessionId>())),
        ("of another clinic", changed(&|claims| claims.clinic = ids::fresh::<ClinicId>())),
        ("of somebody who does not belong", room.claims(stranger, NOBODYS)),
        ("as a therapist", sam_as(Role::Therapist)),
        ("as a sitter", sam_as(Role::Sitter)),
        ("as an administrator", sam_as(Role::Admin)),
        ("without a device", changed(&|claims| claims.device.clear())),
        ("with a device without end", changed(&|claims| claims.device = "a".repeat(65))),
        ("without a certificate", changed(&|claims| claims.fp.clear())),
        ("with half a certificate", changed(&|claims| claims.fp.truncate(47))),
    ]
}

fn flipped(token: &str, part: usize, dice: &mut Dice) -> String {
    let parts = token.split('.').enumerate().map(|(place, text)| {
        if place != part {
            return text.to_owned();
        }
        let mut bytes = from_base64(text).unwrap_or_default();
        let (at, bit) = (dice.index(bytes.len()), dice.below(8));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
        to_base64(&bytes)
    });
    parts.collect::<Vec<_>>().join(".")
}

/// The claims of one under the signature of another.
fn stolen(one: &str, other: &str) -> String {
    let text = one.rsplit_once('.').map(|(text, _)| text).unwrap_or_default();
    let signature = other.rsplit_once('.').map(|(_, signature)| signature).unwrap_or_default();
    format!("{text}.{signature}")
}
