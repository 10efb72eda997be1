//! Forged, confused and stale tokens: every one is refused, and all with the same error (reliability.md P40).

use chassis::keys::Keys;
use chassis::token::{ACCESS, ISSUER, ROOM, RoomTicket, Signer, Verifier};
use kernel::role::Role;
use kernel::time::Timestamp;
use serde_json::json;
use testkit::tokens::{Mint, with};
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;

fn mint() -> (Keys, Mint) {
    let keys = Keys::generate();
    (keys.clone(), Mint::new(keys, NOW))
}

fn is_accepted(keys: &Keys, token: &str) -> bool {
    let now = Timestamp::from_micros(NOW * 1_000_000);
    Verifier::new(keys.trusted()).verify_access(token, "safety", now).is_ok()
}

#[test]
fn a_token_of_ours_is_accepted() {
    let (keys, mint) = mint();
    assert!(is_accepted(&keys, &mint.good()));
    let signer = Signer::new(&keys).unwrap();
    assert!(is_accepted(&keys, &signer.sign(ACCESS, &mint.claims()).unwrap()));
}

#[test]
fn every_forged_confused_or_stale_token_is_refused() {
    let (keys, mint) = mint();
    let all = mint.mutations();
    assert!(all.len() >= 48, "{}", all.len());
    let accepted: Vec<_> =
        all.iter().filter(|(_, token)| is_accepted(&keys, token)).map(|(name, _)| name).collect();
    assert!(accepted.is_empty(), "{accepted:?}");
}

#[test]
fn clocks_may_differ_by_five_seconds_and_not_by_six() {
    let (keys, mint) = mint();
    let shifted = |by: i64| {
        let claims = with(&with(&mint.claims(), "nbf", json!(NOW + by)), "exp", json!(NOW + by + 60));
        is_accepted(&keys, &mint.signed(&mint.header(), &claims))
    };
    assert_eq!([-66, -65, -5, 0, 5, 6].map(shifted), [false, true, true, true, true, false]);
}

#[test]
fn a_room_ticket_is_no_access_token_and_an_access_token_no_ticket() {
    let (keys, mint) = mint();
    let id = Uuid::from_u128(7);
    let ticket = RoomTicket {
        iss: ISSUER.into(),
        aud: "video".into(),
        sub: id.into(),
        sid: id.into(),
        clinic: id.into(),
        role: Role::Therapist,
        room: id.into(),
        device: "laptop-1".into(),
        fp: "AB".into(),
        jti: id.to_string(),
        nbf: NOW,
        exp: NOW + 60,
    };
    let (now, verifier) = (Timestamp::from_micros(NOW * 1_000_000), Verifier::new(keys.trusted()));
    let token = Signer::new(&keys).unwrap().sign(ROOM, &ticket).unwrap();
    assert!(verifier.verify_room(&token, now).is_ok());
    assert!(verifier.verify_access(&token, "video", now).is_err());
    assert!(verifier.verify_room(&mint.good(), now).is_err());
}
