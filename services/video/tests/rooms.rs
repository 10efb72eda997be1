//! Rooms from outside: real tickets, real sockets, real media on loopback, between `webrtc` clients.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set its scene should stop")]
#![expect(clippy::panic, clippy::indexing_slicing, reason = "the same")]
#![expect(
    clippy::disallowed_methods,
    reason = "ids of people who exist for one test need no order of the house"
)]

mod world;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use serde_json::{Value, json};
use std::net::UdpSocket;
use std::time::{Duration, Instant};
use webrtc::peer_connection::RTCPeerConnectionState;
use world::bot::{Bot, is_heard, shown};
use world::{House, until};

const ANY_PRINT: &str = "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:\
                         00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

#[actix_web::test]
async fn two_people_hear_each_other_and_the_slots_name_them() {
    let house = House::start().await;
    let (mut lee, mut sam) = (Bot::new().await, Bot::new().await);
    let mut lees = lee.knock(&house, house.lee).await;
    lee.offer_over(&mut lees).await;
    let mut sams = sam.knock(&house, house.sam).await;
    sams.hears("waiting").await;
    assert_eq!(house.admit(house.sam).await.0, 200);
    sam.offer_over(&mut sams).await;
    assert!(lee.becomes(RTCPeerConnectionState::Connected).await);
    assert!(sam.becomes(RTCPeerConnectionState::Connected).await);
    assert!(is_heard(&mut lee, &mut sam, b"how are you, Sam").await);
    assert!(is_heard(&mut sam, &mut lee, b"well").await);
    let slots = sams.hears_that("slots", |slots| shown(slots)[0].is_some()).await;
    assert_eq!(shown(&slots), [Some(house.lee.person.to_string())]);
}

/// A point of the curve whose private half is this number.
fn point(secret: u8) -> String {
    let key = p256::SecretKey::from_slice(&[secret; 32]).unwrap();
    URL_SAFE_NO_PAD.encode(key.public_key().to_encoded_point(false).as_bytes())
}

fn numbers(devices: &Value) -> Vec<(u64, String)> {
    let members = devices["members"].as_array().unwrap().iter();
    let number = |member: &Value| member["number"].as_u64().unwrap();
    members.map(|member| (number(member), member["public_key"].as_str().unwrap().to_owned())).collect()
}

#[actix_web::test]
async fn devices_are_listed_for_as_long_as_they_are_in_and_their_letters_are_passed_on() {
    let house = House::start().await;
    let (mut lee, mut sam) = (Bot::new().await, Bot::new().await);
    let hello = |token: String, secret| json!({"type": "hello", "token": token, "public_key": point(secret)});
    let mut lees = house.greet(hello(house.ticket(house.lee, &lee.fingerprint()), 1)).await;
    lee.offer_over(&mut lees).await;
    let mut sams = house.greet(hello(house.ticket(house.sam, &sam.fingerprint()), 2)).await;
    house.admit(house.sam).await;
    sam.offer_over(&mut sams).await;
    let both = [(1, point(1)), (2, point(2))];
    let told = lees.hears_that("devices", |devices| numbers(devices) == both).await;
    assert_eq!((told["room"].as_str(), told["epoch"].as_u64()), (Some(&*house.session.to_string()), Some(2)));
    assert_eq!(numbers(&sams.hears("devices").await), both);
    sams.say(json!({"type": "key", "to": 1, "key": "sealed"})).await;
    assert_eq!(lees.hears("key").await, json!({"type": "key", "from": 2, "key": "sealed"}));
    lees.say(json!({"type": "key_had", "to": 2, "epoch": 1})).await;
    assert_eq!(sams.hears("key_had").await, json!({"type": "key_had", "from": 1, "epoch": 1}));
    let left_at = Instant::now();
    sams.say(json!({"type": "bye"})).await;
    lees.hears_that("devices", |devices| numbers(devices) == both[..1]).await;
    assert!(left_at.elapsed() < Duration::from_secs(1));
}

#[actix_web::test]
async fn everyone_sees_whose_browser_cannot_encrypt_and_who_agreed_to_go_on() {
    let house = House::start().await;
    let mut lee = Bot::new().await;
    let mut lees = lee.knock(&house, house.lee).await;
    lee.offer_over(&mut lees).await;
    let sees = |encrypts: Value, agrees: bool| {
        let person = house.lee.person.to_string();
        move |roster: &Value| {
            let mut people = roster["people"].as_array().unwrap().iter();
            let lee = people.find(|one| one["person"] == person).unwrap();
            (&lee["encrypts"], lee["agrees_open"].as_bool()) == (&encrypts, Some(agrees))
        }
    };
    lees.hears_that("roster", sees(json!(false), false)).await;
    lees.say(json!({"type": "agree_open", "on": true})).await;
    lees.hears_that("roster", sees(json!(false), true)).await;
}

#[actix_web::test]
async fn what_a_camera_and_a_microphone_give_is_told_until_that_line_ends() {
    let house = House::start().await;
    let (lee, sam) = (Bot::new().await, Bot::new().await);
    let mut lees = lee.knock(&house, house.lee).await;
    let mut sams = sam.knock(&house, house.sam).await;
    sams.hears("waiting").await;
    house.admit(house.sam).await;
    sams.hears("admitted").await;
    let sees = |place: &'static str, picture: Value, sound: Value| {
        let person = house.sam.person.to_string();
        move |roster: &Value| {
            let mut people = roster["people"].as_array().unwrap().iter();
            let sam = people.find(|one| one["person"] == person).unwrap();
            let is = |what: &str| sam[what].get("is").cloned().unwrap_or(Value::Null);
            (sam["place"].as_str(), is("picture"), is("sound"))
                == (Some(place), picture.clone(), sound.clone())
        }
    };
    lees.hears_that("roster", sees("present", Value::Null, Value::Null)).await;
    sams.say(json!({"type": "sends", "picture": "black", "sound": "silent"})).await;
    lees.hears_that("roster", sees("present", json!("black"), json!("silent"))).await;
    sams.say(json!({"type": "sends", "picture": "live", "sound": null})).await;
    lees.hears_that("roster", sees("present", json!("live"), Value::Null)).await;
    drop(sams);
    lees.hears_that("roster", sees("lost", Value::Null, Value::Null)).await;
    let mut again = sam.knock(&house, house.sam).await;
    lees.hears_that("roster", sees("present", Value::Null, Value::Null)).await;
    again.say(json!({"type": "sends", "picture": "pretty", "sound": "live"})).await;
    assert_eq!(again.hears_end().await["why"], "refused");
}

#[actix_web::test]
async fn an_admission_reaches_the_door_within_a_second() {
    let house = House::start().await;
    let mut sams = house.knock(&house.ticket(house.sam, ANY_PRINT)).await;
    sams.hears("waiting").await;
    let (_, room) = house.get(house.lee, "room").await;
    assert_eq!(room["waiting"][0]["person"], house.sam.person.to_string());
    let pressed_at = Instant::now();
    house.admit(house.sam).await;
    sams.hears("admitted").await;
    assert!(pressed_at.elapsed() < Duration::from_secs(1));
}

#[actix_web::test]
async fn everyone_is_on_the_roster_from_the_door_on() {
    let house = House::start().await;
    let mut lees = house.knock(&house.ticket(house.lee, ANY_PRINT)).await;
    let _sams = house.knock(&house.ticket(house.sam, ANY_PRINT)).await;
    let sam = house.sam.person.to_string();
    let waits = |line: &Value| line["person"] == sam && line["place"] == "waiting";
    lees.hears_that("roster", |roster| roster["people"].as_array().unwrap().iter().any(waits)).await;
}

#[actix_web::test]
async fn removal_ends_socket_and_media_within_a_second_and_for_good() {
    let house = House::start().await;
    let (mut lee, mut sam) = (Bot::new().await, Bot::new().await);
    let mut lees = lee.knock(&house, house.lee).await;
    lee.offer_over(&mut lees).await;
    let mut sams = sam.knock(&house, house.sam).await;
    sams.hears("waiting").await;
    house.admit(house.sam).await;
    sam.offer_over(&mut sams).await;
    assert!(is_heard(&mut lee, &mut sam, b"still here").await);
    let pressed_at = Instant::now();
    assert_eq!(house.remove(house.sam).await.0, 200);
    let ended = sams.hears_end().await;
    assert_eq!((ended["why"].as_str(), ended["again"].as_bool()), (Some("removed"), Some(false)));
    assert!(pressed_at.elapsed() < Duration::from_secs(1));
    while sam.hears_within(Duration::from_millis(100)).await.is_some() {}
    lee.speak(b"private").await;
    assert_eq!(sam.hears_within(Duration::from_millis(300)).await, None);
    let mut again = house.knock(&house.ticket(house.sam, ANY_PRINT)).await;
    assert_eq!(again.hears_end().await["code"], "room.removed");
    assert_eq!(house.admit(house.sam).await.1["code"], "room.removed");
}

#[actix_web::test]
async fn a_ticket_works_once() {
    let house = House::start().await;
    let token = house.ticket(house.lee, ANY_PRINT);
    let mut first = house.knock(&token).await;
    first.hears("admitted").await;
    let mut second = house.knock(&token).await;
    assert_eq!(second.hears_end().await["code"], "room.ticket_refused");
}

#[actix_web::test]
async fn forged_expired_and_foreign_tickets_open_nothing() {
    let house = House::start().await;
    let good = house.claims(house.lee, ANY_PRINT);
    let other = house.claims(house.ana, ANY_PRINT);
    let other_clinic = House::start().await;
    let token = house.sign(&good);
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("a token has three parts")
    };
    let stolen = house.sign(&other).split('.').nth(1).unwrap().to_owned();
    for token in [
        String::new(),
        format!("{header}.{claims}."),
        format!("{header}.{stolen}.{signature}"),
        other_clinic.ticket(house.lee, ANY_PRINT),
        house.sign(&chassis::token::RoomTicket { room: other_clinic.session, ..good.clone() }),
        house.sign(&chassis::token::RoomTicket { role: kernel::role::Role::Patient, ..good.clone() }),
        house.sign(&chassis::token::RoomTicket { sub: other_clinic.lee.person, ..good.clone() }),
        house.sign(&chassis::token::RoomTicket {
            clinic: kernel::id::ClinicId(uuid::Uuid::now_v7()),
            ..good.clone()
        }),
        house.sign(&chassis::token::RoomTicket { aud: "care".into(), ..good.clone() }),
        house.sign(&chassis::token::RoomTicket { nbf: good.nbf - 120, exp: good.exp - 120, ..good.clone() }),
        house.sign(&chassis::token::RoomTicket { exp: good.exp + 1, ..good.clone() }),
        house.sign(&chassis::token::RoomTicket { fp: "00:11".into(), ..good.clone() }),
    ] {
        let mut socket = house.knock(&token).await;
        assert_eq!(socket.hears_end().await["code"], "room.ticket_refused", "{token}");
    }
}

#[actix_web::test]
async fn an_offer_with_another_certificate_is_refused() {
    let house = House::start().await;
    let lee = Bot::new().await;
    let mut lees = house.knock(&house.ticket(house.lee, ANY_PRINT)).await;
    lees.hears("admitted").await;
    lees.say(json!({"type": "offer", "sdp": lee.offer})).await;
    assert_eq!(lees.hears_end().await["code"], "room.offer_refused");
}

#[actix_web::test]
async fn a_browser_that_shows_another_certificate_than_it_offered_gets_no_media() {
    let house = House::start().await;
    let (mut lee, mut sam) = (Bot::new().await, Bot::new().await);
    let mut lees = lee.knock(&house, house.lee).await;
    lee.offer_over(&mut lees).await;
    assert!(lee.becomes(RTCPeerConnectionState::Connected).await);
    sam.offer = sam.offer.replace(&sam.fingerprint(), ANY_PRINT);
    let mut sams = house.knock(&house.ticket(house.sam, ANY_PRINT)).await;
    sams.hears("waiting").await;
    house.admit(house.sam).await;
    let admitted_at = Instant::now();
    sam.offer_over(&mut sams).await;
    sams.hears("media_lost").await;
    assert!(admitted_at.elapsed() < Duration::from_secs(3));
    for _ in 0..20 {
        lee.speak(b"private").await;
        sam.speak(b"let me in").await;
    }
    assert_eq!(sam.hears_within(Duration::from_millis(300)).await, None);
    assert_eq!(lee.hears_within(Duration::from_millis(1)).await, None);
    assert_eq!(house.video.sfu().figures().forwarded.get(), 0);
}

#[actix_web::test]
async fn a_second_device_is_refused_and_the_therapist_is_told() {
    let house = House::start().await;
    let mut lees = house.knock(&house.ticket(house.lee, ANY_PRINT)).await;
    lees.hears("admitted").await;
    let mut sams = house.knock(&house.ticket(house.sam, ANY_PRINT)).await;
    sams.hears("waiting").await;
    let laptop = world::Someone { device: "laptop", ..house.sam };
    let mut second = house.knock(&house.ticket(laptop, ANY_PRINT)).await;
    assert_eq!(second.hears_end().await["why"], "other_device");
    let notice = lees.hears("notice").await;
    assert_eq!(notice["code"], "room.other_device_refused");
    assert_eq!(notice["person"], house.sam.person.to_string());
}

#[actix_web::test]
async fn the_same_device_takes_its_own_place_over() {
    let house = House::start().await;
    let mut first = house.knock(&house.ticket(house.lee, ANY_PRINT)).await;
    first.hears("admitted").await;
    let mut second = house.knock(&house.ticket(house.lee, ANY_PRINT)).await;
    second.hears("admitted").await;
    assert_eq!(first.hears_end().await["why"], "replaced");
}

#[actix_web::test]
async fn media_goes_on_while_a_lost_socket_comes_back() {
    let house = House::start().await;
    let (mut lee, mut sam) = (Bot::new().await, Bot::new().await);
    let mut lees = lee.knock(&house, house.lee).await;
    lee.offer_over(&mut lees).await;
    let mut sams = sam.knock(&house, house.sam).await;
    sams.hears("waiting").await;
    house.admit(house.sam).await;
    sam.offer_over(&mut sams).await;
    assert!(is_heard(&mut lee, &mut sam, b"before").await);
    drop(sams);
    let sams_id = house.sam.person.to_string();
    let is_lost = |line: &Value| line["person"] == sams_id && line["place"] == "lost";
    lees.hears_that("roster", |roster| roster["people"].as_array().unwrap().iter().any(is_lost)).await;
    assert!(is_heard(&mut lee, &mut sam, b"meanwhile").await);
    let mut newer = Bot::new().await;
    let mut back = newer.knock(&house, house.sam).await;
    newer.offer_over(&mut back).await;
    assert!(is_heard(&mut lee, &mut newer, b"again").await);
}

#[actix_web::test]
async fn after_a_restart_whoever_was_let_in_is_let_in_and_heard_again() {
    let mut house = House::start().await;
    let mut sams = house.knock(&house.ticket(house.sam, ANY_PRINT)).await;
    sams.hears("waiting").await;
    house.admit(house.sam).await;
    sams.hears("admitted").await;
    house.restart().await;
    let began_at = Instant::now();
    let (mut lee, mut sam) = (Bot::new().await, Bot::new().await);
    let mut lees = lee.knock(&house, house.lee).await;
    lee.offer_over(&mut lees).await;
    let mut back = sam.knock(&house, house.sam).await;
    sam.offer_over(&mut back).await;
    assert!(is_heard(&mut lee, &mut sam, b"there you are").await);
    assert!(began_at.elapsed() < Duration::from_secs(5));
}

#[actix_web::test]
async fn packets_from_unknown_addresses_are_dropped_and_counted() {
    let house = House::start().await;
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let figures = house.video.sfu().figures();
    let before = figures.unknown.get();
    for datagram in [&b"\x80\x60junk that looks like media"[..], &b"\x16\xfe\xfd a handshake"[..], &[0; 20]] {
        stranger.send_to(datagram, house.video.sfu().addresses().next().unwrap()).unwrap();
    }
    until(async || figures.unknown.get() >= before + 3).await;
}

#[actix_web::test]
async fn a_device_check_is_kept_and_judged() {
    let house = House::start().await;
    let check = |round_trip_ms: i64| {
        json!({"camera": true, "microphone": true, "speaker": true,
               "connection": {"round_trip_ms": round_trip_ms, "loss_percent": 0}})
    };
    assert_eq!(house.post(house.sam, "device-check", check(501)).await.1, json!({"passed": false}));
    assert_eq!(house.post(house.sam, "device-check", check(40)).await.1, json!({"passed": true}));
    assert_eq!(house.post(house.sam, "device-check", check(-1)).await.0, 422);
    let mut sams = house.knock(&house.ticket(house.sam, ANY_PRINT)).await;
    sams.hears("waiting").await;
    let (_, room) = house.get(house.lee, "room").await;
    assert_eq!(room["waiting"][0]["device_check"]["connection"]["round_trip_ms"], 40);
}

#[actix_web::test]
async fn only_the_therapist_lets_in_and_sends_out() {
    let house = House::start().await;
    let mut sams = house.knock(&house.ticket(house.sam, ANY_PRINT)).await;
    sams.hears("waiting").await;
    for who in [house.sam, house.ana] {
        let door = format!("admissions/{}", house.sam.person);
        assert_eq!(house.post(who, &door, json!({})).await.0, 403);
    }
    assert_eq!(house.admit(house.ana).await.1["code"], "room.not_waiting");
    assert_eq!(house.remove(house.lee).await.1["code"], "room.therapist_stays");
}

#[actix_web::test]
async fn a_closed_session_empties_the_room() {
    let house = House::start().await;
    let mut lees = house.knock(&house.ticket(house.lee, ANY_PRINT)).await;
    lees.hears("admitted").await;
    let closed = json!({"session": house.session, "by": house.lee.person, "at": 0});
    house.say("safety.session_closed.v1", closed).await;
    assert_eq!(lees.hears_end().await["why"], "closed");
}
