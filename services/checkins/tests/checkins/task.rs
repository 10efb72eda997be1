//! The look task: a count of breaths before "all well" counts.

use crate::door::well;
use crate::house::House;
use crate::rows;
use actix_web::http::StatusCode;
use kernel::id::SessionId;
use kernel::time::{Span, Timestamp};
use serde_json::{Value, json};

/// A dosed session whose second look asks for a count, due now: which looks ask lies in the session's id.
async fn asks(house: &House) -> SessionId {
    loop {
        let session = house.dosed().await;
        house.pass(Span::minutes(5)).await;
        assert_eq!(house.watch(session).await["next"]["task"], Value::Null, "the first look asks nothing");
        house.looks(session, 1, well()).await;
        if house.watch(session).await["next"]["task"] == "count_breaths" {
            house.pass(Span::minutes(10)).await;
            return session;
        }
    }
}

#[actix_web::test]
async fn a_count_is_kept_sealed_and_shown_beside_the_look() {
    House::on_every_store(async |house| {
        let session = asks(house).await;
        let (_, taken) = house.looks(session, 2, json!({ "CI-ALL": "well", "CI-COUNT": "5" })).await;
        assert_eq!((&taken["severity"], &taken["counted"]), (&json!("ok"), &json!("in_time")), "{taken}");
        let last = house.watch(session).await["last"].clone();
        assert_eq!((&last["task"], &last["breaths"]), (&json!("counted"), &json!("5")), "{last}");
        let plain = "select count(*) from checkins_answer where cast(answers as text) like '%CI-COUNT%'";
        assert_eq!(rows::count(house, plain).await, 0);
    })
    .await;
}

#[actix_web::test]
async fn all_well_without_its_count_is_taken_and_looked_at_again_in_five_minutes() {
    House::on_every_store(async |house| {
        let session = asks(house).await;
        let (status, taken) = house.looks(session, 2, json!({ "CI-ALL": "well" })).await;
        assert_eq!((status, &taken["severity"]), (StatusCode::OK, &json!("watch")), "{taken}");
        assert!(taken["todo"][0].as_str().unwrap().contains("count the breaths"), "{taken}");
        assert_eq!(taken["next"]["due_at"], json!(house.now().plus(Span::minutes(5))));
        let watch = house.watch(session).await;
        assert_eq!(
            (&watch["last"]["task"], &watch["incidents"]),
            (&json!("left_out"), &json!([])),
            "{watch}"
        );
    })
    .await;
}

#[actix_web::test]
async fn a_look_that_nobody_asked_for_yet_wants_no_count() {
    House::on_every_store(async |house| {
        let session = asks(house).await;
        // Two minutes before its time an answer counts, and the page asks one minute before.
        house.looks(session, 2, well()).await;
        let early = loop {
            let next = house.watch(session).await["next"].clone();
            let due_at = Timestamp::from_micros(next["due_at"].as_i64().unwrap());
            if next["task"] == "count_breaths" {
                break (next["sequence"].as_i64().unwrap(), due_at.minus(Span::seconds(90)));
            }
            house.pass(due_at.since(house.now())).await;
            house.looks(session, next["sequence"].as_i64().unwrap(), well()).await;
        };
        house.pass(early.1.since(house.now())).await;
        let (_, taken) = house.looks(session, early.0, json!({ "CI-ALL": "well" })).await;
        assert_eq!((&taken["severity"], &taken["counted"]), (&json!("ok"), &json!("in_time")), "{taken}");
    })
    .await;
}

#[actix_web::test]
async fn too_few_breaths_alarm_at_once_and_nothing_urgent_is_asked_to_count_first() {
    House::on_every_store(async |house| {
        let few = asks(house).await;
        let (_, taken) = house.looks(few, 2, json!({ "CI-COUNT": "1" })).await;
        assert_eq!(taken["severity"], "emergency", "{taken}");
        assert_eq!(house.incident(few).await["cause"], "worrying_answer");

        let noisy = asks(house).await;
        let (_, taken) = house.looks(noisy, 2, json!({ "CI-BR": "noisy_or_slow" })).await;
        assert_eq!(taken["severity"], "urgent", "{taken}");
        assert_eq!(house.watch(noisy).await["last"]["task"], Value::Null);
    })
    .await;
}

#[actix_web::test]
async fn a_look_on_camera_has_no_count() {
    House::on_every_store(async |house| {
        let session = asks(house).await;
        let answers = json!({ "CI-BR": "easy", "CI-COL": "normal", "CI-RESP": "responds" });
        let body = json!({ "sequence": 2, "answers": answers, "answered_at": house.now() });
        let (_, taken) = house.post(house.dr_lee, &format!("/sessions/{session}/checkins"), body).await;
        assert_eq!(taken["severity"], "ok", "{taken}");
    })
    .await;
}
