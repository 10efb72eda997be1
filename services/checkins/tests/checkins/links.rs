//! One-use links: from a mail, by somebody who is not signed in.

use crate::house::House;
use actix_web::http::StatusCode;
use kernel::id::SessionId;
use kernel::time::Span;
use proto::events::checkins::OnCallConfirmed;
use proto::events::safety::PhaseChanged;
use serde_json::{Value, json};

const ACKNOWLEDGE: &str = "/links/acknowledge";
const CONFIRM: &str = "/links/on-call-confirmation";
const PEEK: &str = "/links/peek";

/// A session whose on-call lead was just sent a link.
async fn mailed(house: &House) -> (SessionId, String) {
    let session = house.dosed().await;
    house.pass(Span::minutes(8)).await;
    (session, house.link(house.noor).await)
}

fn is_refused((status, problem): &(StatusCode, Value)) -> bool {
    *status == StatusCode::GONE && problem["code"] == "link.refused"
}

#[actix_web::test]
async fn a_link_acts_when_pressed_and_once() {
    House::on_every_store(async |house| {
        let (session, token) = mailed(house).await;
        let (status, done) = house.press(ACKNOWLEDGE, &token).await;
        assert_eq!((status, &done["at"]), (StatusCode::OK, &json!(house.now())), "{done}");
        assert_eq!(house.incident(session).await["acknowledged_by"], json!(house.noor.id));

        house.pass(Span::seconds(60)).await;
        assert!(is_refused(&house.press(ACKNOWLEDGE, &token).await));
        let until = house.now().plus(Span::seconds(60));
        assert_eq!(house.incident(session).await["acknowledged_until"], json!(until));
    })
    .await;
}

#[actix_web::test]
async fn following_a_link_or_peeking_at_it_changes_nothing() {
    House::on_every_store(async |house| {
        let (session, token) = mailed(house).await;
        let before = house.incident(session).await;
        let (status, _) = house.get(house.noor, ACKNOWLEDGE).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        for _look in 0..3 {
            let (_, seen) = house.press(PEEK, &token).await;
            assert_eq!((&seen["kind"], &seen["usable"]), (&json!("acknowledge"), &json!(true)), "{seen}");
        }
        assert_eq!(house.incident(session).await["state"], before["state"]);

        house.press(ACKNOWLEDGE, &token).await;
        assert_eq!(house.press(PEEK, &token).await.1["usable"], false);
    })
    .await;
}

#[actix_web::test]
async fn a_link_to_a_closed_incident_says_that_it_is_closed() {
    House::on_every_store(async |house| {
        let (session, token) = mailed(house).await;
        let path = house.incident_path(session, "resolve").await;
        house.post(house.dr_lee, &path, json!({ "outcome": "sitter_reached" })).await;
        let (status, problem) = house.press(ACKNOWLEDGE, &token).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("incident.resolved")));
        assert_eq!(house.incident(session).await["resolved_by"], json!(house.dr_lee.id));
    })
    .await;
}

#[actix_web::test]
async fn a_token_that_nobody_was_sent_opens_nothing() {
    House::on_every_store(async |house| {
        let (session, token) = mailed(house).await;
        let last = if token.ends_with('A') { "B" } else { "A" };
        let wrong = format!("{}{last}", &token[..token.len() - 1]);
        for path in [PEEK, ACKNOWLEDGE, CONFIRM] {
            assert!(is_refused(&house.press(path, &wrong).await), "{path}");
        }
        // A good one opens its own door only.
        assert!(is_refused(&house.press(CONFIRM, &token).await));
        assert_eq!(house.incident(session).await["state"], "open");
    })
    .await;
}

#[actix_web::test]
async fn a_link_works_for_half_an_hour() {
    House::on_every_store(async |house| {
        let (session, token) = mailed(house).await;
        let path = house.incident_path(session, "acknowledge").await;
        for _minute in 0..30 {
            house.post(house.dr_lee, &path, json!({})).await;
            assert_eq!(house.press(PEEK, &token).await.1["usable"], true);
            house.pass(Span::minutes(1)).await;
        }
        assert_eq!(house.press(PEEK, &token).await.1["usable"], false);
        assert!(is_refused(&house.press(ACKNOWLEDGE, &token).await));
    })
    .await;
}

#[actix_web::test]
async fn the_on_call_lead_is_asked_on_the_day_and_confirms_with_one_press() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        house.hears(&PhaseChanged { session, phase: "arriving".into(), at: house.now() }).await;
        let asked_at = house.now();
        let token = house.link(house.noor).await;
        house.pass(Span::seconds(20)).await;
        assert_eq!(house.press(PEEK, &token).await.1["kind"], "on_call");
        assert_eq!(house.watch(session).await["on_call_confirmed_at"], Value::Null);

        assert_eq!(house.press(CONFIRM, &token).await.0, StatusCode::OK);
        let watch = house.watch(session).await;
        assert_eq!(
            (&watch["on_call_paged_at"], &watch["on_call_confirmed_at"]),
            (&json!(asked_at), &json!(house.now()))
        );
        let confirmed = house.says::<OnCallConfirmed>().await;
        assert_eq!((confirmed.session, confirmed.person), (session, house.noor.id));
        assert!(is_refused(&house.press(CONFIRM, &token).await));
    })
    .await;
}

#[actix_web::test]
async fn the_on_call_lead_is_asked_again_when_the_therapist_wants_it() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        house.hears(&PhaseChanged { session, phase: "arriving".into(), at: house.now() }).await;
        let first = house.link(house.noor).await;
        house.pass(Span::seconds(60)).await;
        let path = format!("/sessions/{session}/on-call/page");
        assert_eq!(house.post(house.dr_lee, &path, json!({})).await.0, StatusCode::OK);
        assert_eq!(house.watch(session).await["on_call_paged_at"], json!(house.now()));
        let second =
            house.awaited(async || Some(house.link(house.noor).await).filter(|token| *token != first)).await;
        assert_eq!(house.press(CONFIRM, &second).await.0, StatusCode::OK);
    })
    .await;
}
