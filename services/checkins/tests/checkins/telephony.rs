//! What comes back from the telephone provider: believed under its signature, and only a person's own digit takes it.

use crate::door::Answer;
use crate::house::{House, Person};
use crate::ladder::agree_on;
use crate::provider::{Provider, TOKEN};
use crate::rows;
use actix_web::http::StatusCode;
use checkins_core::reply;
use kernel::id::SessionId;
use kernel::time::Span;
use serde_json::{Value, json};
use testkit::telephony::signature;

/// The address that the provider was given for a path of ours.
fn address(path: &str) -> String {
    format!("https://calls.clinic.test/api/checkins{path}")
}

/// The provider speaks.
pub async fn say(house: &House, path: &str, form: &[(&str, &str)]) -> Answer {
    house.provider_says(path, form, Some(signature(TOKEN, &address(path), form))).await
}

/// Somebody presses a key in the call about the last alarm.
pub async fn press(house: &House, session: SessionId, person: Person, digit: &str) -> String {
    let id = rows::message(house, session, person, "voice").await;
    let form = [("CallSid", "CA1"), ("Digits", digit)];
    let (status, said) = say(house, &format!("/telephony/{id}/digits"), &form).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    said.as_str().unwrap().to_owned()
}

/// Somebody writes to our number.
pub async fn write(house: &House, person: Person, text: &str) -> String {
    let from = House::phone(person).replace(' ', "");
    let (status, said) = say(house, "/telephony/replies", &[("From", &from), ("Body", text)]).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    said.as_str().unwrap().to_owned()
}

fn ladder(who: &str) -> Value {
    let rungs = [
        json!({ "after_seconds": 0, "who": ["therapist", who], "channels": ["screen", "sms", "voice"], "order": "parallel" }),
        json!({ "after_seconds": 60, "who": ["on_call"], "channels": ["sms"], "order": "parallel" }),
    ];
    json!({ "rungs": rungs, "repeat_seconds": 60, "hold_seconds": 60 })
}

/// A house with a telephone, and a session that alarmed by text and by call.
async fn told(story: impl AsyncFn(&mut House, SessionId)) {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            agree_on(house, &ladder("on_call")).await;
            let session = alarmed(house).await;
            story(house, session).await;
        },
    )
    .await;
}

async fn alarmed(house: &House) -> SessionId {
    let session = house.dosed().await;
    house.pass(Span::minutes(7)).await;
    let is_told = async || {
        let came = rows::came(house, session).await;
        let all_left = !came.is_empty() && came.iter().all(|word| word.ends_with("accepted"));
        // The trail hears of it a moment later.
        let told = house.trail(session).await;
        let told = told.iter().filter(|row| row.starts_with("notification.accepted")).count();
        (all_left && told == came.len()).then_some(())
    };
    house.awaited(is_told).await;
    session
}

#[actix_web::test]
async fn the_digit_takes_the_incident_as_a_link_does_and_another_key_does_not() {
    told(async |house, session| {
        for wrong in ["", "2", "11", "#"] {
            assert!(press(house, session, house.noor, wrong).await.contains("<Gather"), "{wrong}");
        }
        assert_eq!(house.incident(session).await["state"], "open");
        assert!(press(house, session, house.noor, "1").await.contains("You have it"));
        let incident = house.incident(session).await;
        assert_eq!(
            (&incident["state"], &incident["acknowledged_by"]),
            (&json!("acknowledged"), &json!(house.noor.id))
        );
        assert!(rows::came(house, session).await.contains(&"1 Noor voice acknowledged".to_owned()));
    })
    .await;
}

#[actix_web::test]
async fn a_call_that_a_machine_took_acknowledges_nothing() {
    told(async |house, session| {
        let id = rows::message(house, session, house.noor, "voice").await;
        let form = [("CallSid", "CA1"), ("CallStatus", "completed"), ("AnsweredBy", "machine_end_beep")];
        say(house, &format!("/telephony/{id}/status"), &form).await;
        assert_eq!(house.incident(session).await["state"], "open");
    })
    .await;
}

#[actix_web::test]
async fn the_same_digit_again_holds_no_longer() {
    told(async |house, session| {
        press(house, session, house.noor, "1").await;
        let until = house.incident(session).await["acknowledged_until"].clone();
        house.pass(Span::seconds(30)).await;
        assert!(press(house, session, house.noor, "1").await.contains("before"));
        assert_eq!(house.incident(session).await["acknowledged_until"], until);
    })
    .await;
}

#[actix_web::test]
async fn a_digit_half_an_hour_later_takes_nothing() {
    told(async |house, session| {
        let id = rows::message(house, session, house.noor, "voice").await;
        house.pass(Span::minutes(31)).await;
        let (_, said) = say(house, &format!("/telephony/{id}/digits"), &[("Digits", "1")]).await;
        assert!(said.as_str().unwrap().contains("over"), "{said}");
        assert_eq!(house.incident(session).await["state"], "open");
    })
    .await;
}

#[actix_web::test]
async fn what_the_provider_did_not_sign_finds_nothing_and_writes_nothing() {
    told(async |house, session| {
        let id = rows::message(house, session, house.noor, "voice").await;
        let path = format!("/telephony/{id}/digits");
        let form = [("CallSid", "CA1"), ("Digits", "1")];
        let elsewhere = address(&format!("/telephony/{id}/status"));
        let before = house.trail(session).await;
        let forged = [
            None,
            Some(String::new()),
            Some("forged".into()),
            Some(signature("another secret", &address(&path), &form)),
            Some(signature(TOKEN, &elsewhere, &form)),
            Some(signature(TOKEN, &address(&path), &[("CallSid", "CA1"), ("Digits", "2")])),
        ];
        for signature in forged {
            let (status, problem) = house.provider_says(&path, &form, signature.clone()).await;
            assert_eq!(
                (status, &problem["code"]),
                (StatusCode::NOT_FOUND, &json!("not_found")),
                "{signature:?}"
            );
        }
        assert_eq!(
            (house.incident(session).await["state"].clone(), house.trail(session).await),
            (json!("open"), before)
        );
    })
    .await;
}

#[actix_web::test]
async fn a_house_without_a_telephone_has_no_such_address() {
    House::on_every_store(async |house| {
        let form = [("From", "+351900000004"), ("Body", "1")];
        let (status, problem) = say(house, "/telephony/replies", &form).await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("not_found")));
    })
    .await;
}

#[actix_web::test]
async fn a_reply_with_the_code_takes_the_incident_of_whoever_was_told() {
    told(async |house, session| {
        let code = reply::code(rows::message(house, session, house.noor, "sms").await);
        // From a number that was told nothing of it, the code is worth nothing.
        assert!(write(house, house.mia, &format!("OK {code}")).await.contains("Nothing was noted"));
        for machine in ["I am driving, OK?", "OK", "STOP"] {
            assert!(write(house, house.noor, machine).await.contains("Nothing was noted"), "{machine}");
        }
        assert_eq!(house.incident(session).await["state"], "open");
        assert!(write(house, house.noor, &format!("ok {code}")).await.contains("You have it"));
        assert_eq!(house.incident(session).await["acknowledged_by"], json!(house.noor.id));
        assert!(rows::came(house, session).await.contains(&"1 Noor sms acknowledged".to_owned()));
    })
    .await;
}

#[actix_web::test]
async fn the_bare_digit_means_the_one_incident_and_never_one_of_two() {
    told(async |house, session| {
        let second = alarmed(house).await;
        assert!(write(house, house.noor, "1").await.contains("Nothing was noted"));
        for open in [session, second] {
            assert_eq!(house.incident(open).await["state"], "open");
        }
        let code = reply::code(rows::message(house, second, house.noor, "sms").await);
        write(house, house.noor, &format!("OK {code}")).await;
        assert_eq!(house.incident(second).await["acknowledged_by"], json!(house.noor.id));
    })
    .await;
    told(async |house, session| {
        assert!(write(house, house.noor, "1").await.contains("You have it"));
        assert_eq!(house.incident(session).await["acknowledged_by"], json!(house.noor.id));
    })
    .await;
}

#[actix_web::test]
async fn a_sitter_is_told_by_telephone_and_never_silences_the_alarm() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            agree_on(house, &ladder("sitter")).await;
            let session = alarmed(house).await;
            assert!(press(house, session, house.ana, "1").await.contains("Only the clinic"));
            let code = reply::code(rows::message(house, session, house.ana, "sms").await);
            assert!(write(house, house.ana, &format!("OK {code}")).await.contains("Only the clinic"));
            assert_eq!(house.incident(session).await["state"], "open");
            assert!(rows::came(house, session).await.contains(&"1 Ana voice accepted".to_owned()));
        },
    )
    .await;
}

#[actix_web::test]
async fn what_the_provider_says_of_a_text_is_shown_once() {
    told(async |house, session| {
        let id = rows::message(house, session, house.noor, "sms").await;
        let path = format!("/telephony/{id}/status");
        let status = async |sid: &str, word: &str| {
            let form = [("MessageSid", sid), ("MessageStatus", word)];
            assert_eq!(say(house, &path, &form).await.0, StatusCode::NO_CONTENT);
        };
        let shown =
            async || rows::came(house, session).await.into_iter().find(|word| word.starts_with("1 Noor sms"));
        status("SM1", "sent").await;
        status("another attempt", "delivered").await;
        assert_eq!(shown().await.unwrap(), "1 Noor sms accepted");
        status("SM1", "delivered").await;
        status("SM1", "delivered").await;
        status("SM1", "undelivered").await;
        assert_eq!(shown().await.unwrap(), "1 Noor sms delivered");
        let trail = house.trail(session).await;
        let said = format!("notification.delivered {id}");
        assert_eq!(trail.iter().filter(|row| **row == said).count(), 1, "{trail:?}");
    })
    .await;
}

#[actix_web::test]
async fn a_text_that_the_provider_could_not_deliver_goes_by_call_at_once() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            let mut texts = ladder("on_call");
            texts["rungs"][0]["channels"] = json!(["screen", "sms"]);
            agree_on(house, &texts).await;
            let session = alarmed(house).await;
            let id = rows::message(house, session, house.noor, "sms").await;
            let form = [("MessageSid", "SM1"), ("MessageStatus", "undelivered")];
            say(house, &format!("/telephony/{id}/status"), &form).await;
            let came = house
                .awaited(async || {
                    let came = rows::came(house, session).await;
                    came.contains(&"1 Noor voice accepted".to_owned()).then_some(came)
                })
                .await;
            assert!(came.contains(&"1 Noor sms failed".to_owned()), "{came:?}");
        },
    )
    .await;
}

#[actix_web::test]
async fn whoever_is_asked_to_be_on_call_may_say_so_by_text() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            let session = house.session().await;
            let path = format!("/sessions/{session}/on-call/page");
            house.post(house.dr_lee, &path, json!({})).await;
            let taken =
                "select count(*) from checkins_notification where channel = 'sms' and accepted_at > 0";
            house.awaited(async || (rows::count(house, taken).await > 0).then_some(())).await;
            assert!(write(house, house.noor, "1").await.contains("You are on call"));
            assert_eq!(house.watch(session).await["on_call_confirmed_at"], json!(house.now()));
        },
    )
    .await;
}
