//! The patient calls, and the therapist's screen is heard.

use crate::house::House;
use crate::rows;
use actix_web::http::StatusCode;
use kernel::id::SessionId;
use kernel::time::Span;
use proto::events::checkins::{ScreenTested, SupportAsked, SupportSeen};
use serde_json::{Value, json};

async fn asked(house: &House, session: SessionId) -> String {
    let (status, asked) = house.post(house.sam, &format!("/sessions/{session}/support"), json!({})).await;
    assert_eq!(status, StatusCode::OK, "{asked}");
    format!("/sessions/{session}/support/{}/seen", asked["id"].as_str().unwrap())
}

#[actix_web::test]
async fn a_call_for_support_is_on_the_screen_at_once_and_then_shown_as_seen() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let seen = asked(house, session).await;
        assert_eq!(house.says::<SupportAsked>().await.session, session);
        let call = house.watch(session).await["support"][0].clone();
        assert_eq!((&call["asked_at"], &call["seen_at"]), (&json!(house.now()), &Value::Null));

        house.pass(Span::seconds(10)).await;
        assert_eq!(house.post(house.dr_lee, &seen, json!({})).await.0, StatusCode::OK);
        let said = house.says::<SupportSeen>().await;
        assert_eq!((said.session, said.by), (session, house.dr_lee.id));
        // The patient reads the same watch, and so learns that somebody saw it.
        let (_, watch) = house.get(house.sam, &format!("/sessions/{session}/watch")).await;
        let call = &watch["support"][0];
        assert_eq!((&call["seen_at"], &call["seen_by"]), (&json!(house.now()), &json!(house.dr_lee.id)));

        house.pass(Span::minutes(5)).await;
        assert_eq!(house.watch(session).await["incidents"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn a_call_that_nobody_saw_for_half_a_minute_becomes_an_incident() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        asked(house, session).await;
        house.pass(Span::seconds(29)).await;
        assert_eq!(house.watch(session).await["incidents"], json!([]));
        house.pass(Span::seconds(1)).await;
        assert_eq!(house.incident(session).await["cause"], "support_unseen");
        assert_eq!(rows::told(house, session).await, ["1 Ana screen", "1 Dr. Lee screen"]);
    })
    .await;
}

#[actix_web::test]
async fn only_the_patient_calls_and_only_the_therapist_sees() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let seen = asked(house, session).await;
        for who in [house.sam, house.ana, house.noor] {
            assert_eq!(house.post(who, &seen, json!({})).await.0, StatusCode::FORBIDDEN);
        }
        let call = format!("/sessions/{session}/support");
        assert_eq!(house.post(house.ana, &call, json!({})).await.0, StatusCode::FORBIDDEN);
        assert_eq!(house.watch(session).await["support"][0]["seen_at"], Value::Null);
    })
    .await;
}

#[actix_web::test]
async fn the_test_of_a_screen_is_noted_as_it_was_heard_and_the_house_is_told() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let path = format!("/sessions/{session}/screen-test");
        for is_heard in [false, true] {
            let body = json!({ "sound_heard": is_heard });
            assert_eq!(house.post(house.dr_lee, &path, body.clone()).await.0, StatusCode::OK);
            assert_eq!(house.post(house.ana, &path, body).await.0, StatusCode::FORBIDDEN);
            let said: ScreenTested = house.says().await;
            assert_eq!((said.session, said.person, said.heard), (session, house.dr_lee.id, is_heard));
        }
        let trail = house.trail(session).await;
        let tests: Vec<_> = trail.iter().filter(|row| row.starts_with("screen.tested")).collect();
        assert_eq!(tests, ["screen.tested not heard", "screen.tested heard"]);
    })
    .await;
}
