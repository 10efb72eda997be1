//! The phone that answers signs what it says.

use crate::door::{Answer, well};
use crate::house::{House, Person};
use actix_web::http::StatusCode;
use chassis::{crypto, ids};
use kernel::id::{CommandId, SessionId};
use kernel::time::Span;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

/// A phone with its two keys.
pub struct Phone {
    pub ordinary: EcdsaKeyPair,
    pub quiet: EcdsaKeyPair,
}

impl Phone {
    pub fn new() -> Self {
        Self { ordinary: key(), quiet: key() }
    }

    pub async fn registers(&self, house: &House, who: Person, session: SessionId) -> Answer {
        let point = |key: &EcdsaKeyPair| crypto::to_base64(key.public_key().as_ref());
        let body = json!({ "answer_key": point(&self.ordinary), "quiet_key": point(&self.quiet) });
        house.post(who, &format!("/sessions/{session}/phone"), body).await
    }
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap()
}

pub fn signature(key: &EcdsaKeyPair, command: CommandId, session: SessionId, bytes: &str) -> String {
    let signed = format!("{command}\n/checkins/sessions/{session}/checkins\n{bytes}");
    crypto::to_base64(key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap().as_ref())
}

pub fn look(house: &House, sequence: i64, answers: &Value) -> String {
    json!({ "sequence": sequence, "answers": answers, "answered_at": house.now() }).to_string()
}

/// Ana's phone answers, signed by this key.
pub async fn answers(house: &House, session: SessionId, sequence: i64, key: &EcdsaKeyPair) -> Answer {
    let (command, bytes) = (ids::fresh(), look(house, sequence, &well()));
    let signature = signature(key, command, session, &bytes);
    let path = format!("/sessions/{session}/checkins");
    house.post_signed((command, house.ana), &path, &bytes, Some(signature)).await
}

#[actix_web::test]
async fn a_signed_answer_is_kept_as_signed_and_one_from_a_phone_without_keys_as_unsigned() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(5)).await;
        let (status, taken) = house.looks(session, 1, well()).await;
        assert_eq!((status, &taken["counted"]), (StatusCode::OK, &json!("in_time")));
        assert_eq!(house.watch(session).await["last"]["signature"], "unsigned");

        let phone = Phone::new();
        assert_eq!(phone.registers(house, house.ana, session).await.0, StatusCode::OK);
        house.pass(Span::minutes(10)).await;
        let (status, taken) = answers(house, session, 2, &phone.ordinary).await;
        assert_eq!((status, &taken["counted"]), (StatusCode::OK, &json!("in_time")), "{taken}");
        assert_eq!(house.watch(session).await["last"]["signature"], "signed");
    })
    .await;
}

#[actix_web::test]
async fn all_well_without_the_phones_own_signature_is_refused_by_name_and_answers_nothing() {
    House::on_every_store(async |house| {
        let (session, other) = (house.dosed().await, house.session().await);
        let phone = Phone::new();
        phone.registers(house, house.ana, session).await;
        house.pass(Span::minutes(5)).await;
        let (command, bytes) = (ids::fresh(), look(house, 1, &well()));
        let by = |key, command, session, bytes| Some(signature(key, command, session, bytes));
        let (ordinary, another, changed) = (&phone.ordinary, Phone::new(), bytes.replace("well", "ill"));
        let wrong = [
            ("checkin.unsigned", None),
            ("checkin.signature", Some("AAAA".to_owned())),
            ("checkin.signature", Some("not base64".to_owned())),
            ("checkin.signature", by(&another.ordinary, command, session, &bytes)),
            ("checkin.signature", by(ordinary, ids::fresh(), session, &bytes)),
            ("checkin.signature", by(ordinary, command, other, &bytes)),
            ("checkin.signature", by(ordinary, command, session, &changed)),
        ];
        let path = format!("/sessions/{session}/checkins");
        for (code, signature) in wrong {
            let (status, problem) =
                house.post_signed((command, house.ana), &path, &bytes, signature.clone()).await;
            assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!(code)), "{signature:?}");
        }
        assert_eq!(house.watch(session).await["next"]["sequence"], 1);

        let right = by(ordinary, command, session, &bytes);
        assert_eq!(house.post_signed((command, house.ana), &path, &bytes, right).await.0, StatusCode::OK);
    })
    .await;
}

#[actix_web::test]
async fn a_breath_that_stops_is_heard_from_any_hand_and_kept_as_unsigned() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        Phone::new().registers(house, house.ana, session).await;
        house.pass(Span::minutes(5)).await;
        let (status, taken) = house.looks(session, 1, json!({ "CI-BR": "pauses_or_none" })).await;
        assert_eq!((status, &taken["severity"]), (StatusCode::OK, &json!("emergency")), "{taken}");
        assert_eq!(house.watch(session).await["last"]["signature"], "unsigned");
        assert_eq!(house.incident(session).await["cause"], "worrying_answer");
    })
    .await;
}

#[actix_web::test]
async fn the_first_keys_of_a_sign_in_stay() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let phone = Phone::new();
        for _twice in 0..2 {
            assert_eq!(phone.registers(house, house.ana, session).await.0, StatusCode::OK);
        }
        let (status, problem) = Phone::new().registers(house, house.ana, session).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("phone.keys")));
        let (status, problem) = house
            .post(
                house.ana,
                &format!("/sessions/{session}/phone"),
                json!({ "answer_key": "B", "quiet_key": "B" }),
            )
            .await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("field.invalid")));
    })
    .await;
}

#[actix_web::test]
async fn a_queue_that_comes_late_is_kept_whole_with_both_times_and_closes_nothing() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let phone = Phone::new();
        phone.registers(house, house.ana, session).await;
        let path = format!("/sessions/{session}/checkins");
        let mut queue = vec![];
        for (sequence, minutes) in [(1, 5), (2, 10), (3, 10)] {
            house.pass(Span::minutes(minutes)).await;
            let (command, bytes) = (ids::fresh(), look(house, sequence, &well()));
            queue.push((command, signature(&phone.ordinary, command, session, &bytes), bytes, house.now()));
        }
        house.pass(Span::minutes(4)).await;
        assert_eq!(house.incident(session).await["cause"], "missed_checkin");
        // Out of order, and one of them twice.
        for index in [2, 0, 1, 0] {
            let (command, signature, bytes, _) = &queue[index];
            let sent = house.post_signed((*command, house.ana), &path, bytes, Some(signature.clone())).await;
            assert_eq!((sent.0, &sent.1["counted"]), (StatusCode::OK, &json!("late")), "{}", sent.1);
        }
        let watch = house.watch(session).await;
        let kept = watch["history"].as_array().unwrap();
        assert_eq!(kept.len(), 3);
        for look in kept {
            let index = usize::try_from(look["sequence"].as_i64().unwrap() - 1).unwrap();
            assert_eq!(
                (&look["answered_at"], &look["received_at"]),
                (&json!(queue[index].3), &json!(house.now()))
            );
            assert_eq!(look["signature"], "signed");
        }
        assert_eq!(house.incident(session).await["state"], "open");
    })
    .await;
}
