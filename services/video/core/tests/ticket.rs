//! What a ticket must prove, one wrong thing at a time.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should stop")]

use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use video_core::fingerprint::Fingerprint;
use video_core::member::{Device, Line};
use video_core::ticket::{Known, Refusal, Ticket};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const ROOM: SessionId = SessionId(uuid::Uuid::from_u128(1));
const CLINIC: ClinicId = ClinicId(uuid::Uuid::from_u128(2));

fn fingerprint(byte: &str) -> Fingerprint {
    format!("sha-256 {}", vec![byte; 32].join(":")).parse().unwrap()
}

fn ticket() -> Ticket {
    Ticket {
        line: Line("t1".to_owned()),
        room: ROOM,
        clinic: CLINIC,
        person: PersonId(uuid::Uuid::from_u128(3)),
        role: Role::Patient,
        device: Device("phone".to_owned()),
        fingerprint: fingerprint("0A"),
        issued_at: NOW,
        expires_at: NOW.plus(Span::seconds(60)),
    }
}

fn known() -> Known {
    Known { room: ROOM, clinic: CLINIC, role: Some(Role::Patient), spent: false }
}

#[test]
fn a_good_ticket_opens_its_room() {
    assert_eq!(ticket().check(&known(), NOW), Ok(()));
}

#[test]
fn each_wrong_thing_is_refused_by_name() {
    let other = uuid::Uuid::from_u128(99);
    for (known, refusal) in [
        (Known { room: SessionId(other), ..known() }, Refusal::OtherRoom),
        (Known { clinic: ClinicId(other), ..known() }, Refusal::OtherRoom),
        (Known { role: None, ..known() }, Refusal::NotAMember),
        (Known { role: Some(Role::Therapist), ..known() }, Refusal::NotAMember),
        (Known { spent: true, ..known() }, Refusal::Spent),
    ] {
        assert_eq!(ticket().check(&known, NOW), Err(refusal));
    }
}

#[test]
fn a_ticket_lives_sixty_seconds_and_five_of_leeway() {
    for (seconds, expected) in [
        (-6, Err(Refusal::NotYet)),
        (-5, Ok(())),
        (0, Ok(())),
        (60, Ok(())),
        (64, Ok(())),
        (65, Err(Refusal::Expired)),
    ] {
        assert_eq!(ticket().check(&known(), NOW.plus(Span::seconds(seconds))), expected, "{seconds} s");
    }
}

#[test]
fn a_ticket_made_for_longer_is_not_ours() {
    let long = Ticket { expires_at: NOW.plus(Span::seconds(61)), ..ticket() };
    assert_eq!(long.check(&known(), NOW), Err(Refusal::TooLong));
}

#[test]
fn an_offer_must_carry_the_tickets_certificate_and_no_other() {
    let (ours, theirs) = (fingerprint("0a"), fingerprint("0B"));
    for (carried, expected) in [
        (vec![ours], Ok(())),
        (vec![ours, ours], Ok(())),
        (vec![], Err(Refusal::OtherCertificate)),
        (vec![theirs], Err(Refusal::OtherCertificate)),
        (vec![ours, theirs], Err(Refusal::OtherCertificate)),
        (vec![theirs, ours], Err(Refusal::OtherCertificate)),
    ] {
        assert_eq!(ticket().check_offer(&carried), expected);
    }
}
