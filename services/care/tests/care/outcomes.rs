//! Instruments and the answers to them.

use crate::house::{House, person};
use actix_web::http::StatusCode;
use kernel::role::Role;
use kernel::severity::Severity;
use proto::events::care::ResponseRecorded;
use proto::events::safety::DoseBegun;
use serde_json::{Value, json};

async fn answers(house: &House, instrument: &str, answers: &[i64]) -> (StatusCode, Value) {
    let body = json!({ "instrument": instrument, "session": null, "answers": answers });
    house.post(house.sam, &format!("/patients/{}/responses", house.sam.id), body).await
}

#[actix_web::test]
async fn an_instrument_is_shown_with_its_notice() {
    for house in House::on_every_store().await {
        let (_, shown) = house.get(house.sam, "/instruments/phq9").await;
        assert_eq!(shown["items"].as_array().unwrap().len(), 9);
        assert!(shown["notice"].as_str().unwrap().contains("No permission required"));
        assert_eq!(house.get(house.sam, "/instruments/cssrs").await.0, StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn a_thought_of_being_better_off_dead_is_said_on_the_bus_with_the_latest_session() {
    for mut house in House::on_every_store().await {
        let session = house.session().await;
        let (_, answered) = answers(&house, "phq9", &[0, 0, 0, 0, 0, 0, 0, 0, 1]).await;
        assert_eq!((&answered["total"], &answered["severity"]), (&json!(1), &json!("urgent")), "{answered}");
        assert!(answered["todo"].as_str().unwrap().contains("988"));
        let said = house.says::<ResponseRecorded>().await;
        assert_eq!((said.session, said.severity), (Some(session), Severity::Urgent));
    }
}

#[actix_web::test]
async fn a_gap_is_never_guessed_and_nothing_is_kept() {
    for house in House::on_every_store().await {
        let (status, problem) = answers(&house, "phq9", &[0; 8]).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("response.answers"))
        );
        let (_, outcomes) = house.get(house.sam, &format!("/patients/{}/outcomes", house.sam.id)).await;
        assert_eq!(outcomes["responses"], json!([]));
    }
}

#[actix_web::test]
async fn outcomes_compare_with_the_first_time_and_mark_the_doses() {
    for house in House::on_every_store().await {
        let session = house.session().await;
        answers(&house, "phq9", &[2, 2, 2, 2, 2, 2, 2, 2, 0]).await;
        house.hears(&DoseBegun { session, at: house.now() }).await;
        answers(&house, "phq9", &[1, 1, 1, 0, 0, 0, 0, 0, 0]).await;
        let (_, outcomes) = house.get(house.dr_lee, &format!("/patients/{}/outcomes", house.sam.id)).await;
        let rows = &outcomes["responses"];
        assert_eq!((&rows[0]["band"], &rows[0]["change"]), (&json!("moderately_severe"), &Value::Null));
        let change = json!({ "points": -13, "response": true, "remission": true, "worse": false });
        assert_eq!(rows[1]["change"], change, "{outcomes}");
        assert_eq!(outcomes["doses"][0]["session"], json!(session));
    }
}

#[actix_web::test]
async fn only_the_patient_answers_and_only_their_own_therapist_reads() {
    for house in House::on_every_store().await {
        house.session().await;
        let outcomes = format!("/patients/{}/outcomes", house.sam.id);
        assert_eq!(house.get(person(Role::Therapist), &outcomes).await.0, StatusCode::NOT_FOUND);
        assert_eq!(house.get(house.ana, &outcomes).await.0, StatusCode::FORBIDDEN);
        let body = json!({ "instrument": "gad7", "session": null, "answers": [0, 0, 0, 0, 0, 0, 0] });
        let path = format!("/patients/{}/responses", house.sam.id);
        assert_eq!(house.post(house.dr_lee, &path, body.clone()).await.0, StatusCode::FORBIDDEN);
        assert_eq!(house.post(person(Role::Patient), &path, body).await.0, StatusCode::NOT_FOUND);
    }
}
