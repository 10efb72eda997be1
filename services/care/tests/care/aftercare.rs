//! What comes after a session.

use crate::house::House;
use actix_web::http::StatusCode;
use chassis::ids;
use kernel::id::SessionId;
use kernel::severity::Severity;
use kernel::time::Span;
use proto::events::care::{IntegrationOffered, NextMorningAnswered};
use proto::events::safety::Discharged;
use proto::events::scheduling::{IntegrationBooked, SessionCancelled};
use serde_json::{Value, json};

async fn discharged(house: &House, session: SessionId) {
    let next_morning_at = house.now().plus(Span::hours(14));
    house.hears(&Discharged { session, at: house.now(), next_morning_at }).await;
}

async fn aftercare(house: &House, session: SessionId) -> Value {
    house.get(house.sam, &format!("/sessions/{session}/aftercare")).await.1
}

async fn morning(house: &House, session: SessionId, safe: &str) -> (StatusCode, Value) {
    let body = json!({ "sleep": 7, "mood": 6, "nausea": 0, "headache": 0, "bladder": 0, "safe": safe });
    house.post(house.sam, &format!("/sessions/{session}/morning"), body).await
}

#[actix_web::test]
async fn nothing_is_promised_before_the_discharge() {
    for house in House::on_every_store().await {
        let session = house.session().await;
        let shown = aftercare(&house, session).await;
        assert_eq!((&shown["discharged_at"], &shown["restrictions"]), (&Value::Null, &json!([])));
    }
}

#[actix_web::test]
async fn a_discharge_brings_restrictions_a_prompt_and_the_offer_of_a_visit() {
    for mut house in House::on_every_store().await {
        let session = house.session().await;
        discharged(&house, session).await;
        let shown = aftercare(&house, session).await;
        assert_eq!(shown["restrictions"].as_array().unwrap().len(), 6);
        assert!(!shown["journal_prompt"].as_str().unwrap().is_empty());
        assert_eq!(shown["integration"]["by_at"], json!(house.now().plus(Span::hours(72))));
        assert_eq!(house.says::<IntegrationOffered>().await.session, session);
    }
}

#[actix_web::test]
async fn a_discharge_heard_before_its_session_still_brings_the_offer_once() {
    for mut house in House::on_every_store().await {
        let session: SessionId = ids::fresh();
        discharged(&house, session).await;
        house.opened(session).await;
        let offered_at = aftercare(&house, session).await["integration"]["offered_at"].clone();
        assert_eq!(offered_at, json!(house.now()));
        assert_eq!(house.says::<IntegrationOffered>().await.patient, house.sam.id);

        house.pass(Span::hours(1));
        house.opened(session).await;
        assert_eq!(aftercare(&house, session).await["integration"]["offered_at"], offered_at);
    }
}

#[actix_web::test]
async fn a_booked_visit_is_shown_until_it_is_cancelled() {
    for house in House::on_every_store().await {
        let session = house.session().await;
        discharged(&house, session).await;
        let (visit, patient, therapist) = (ids::fresh(), house.sam.id, house.dr_lee.id);
        let starts_at = house.now().plus(Span::hours(40));
        let ends_at = starts_at.plus(Span::minutes(50));
        house.hears(&IntegrationBooked { session: visit, patient, therapist, starts_at, ends_at }).await;
        assert_eq!(aftercare(&house, session).await["integration"]["booked_at"], json!(house.now()));

        house.hears(&SessionCancelled { session: visit, patient, therapist, at: house.now() }).await;
        assert_eq!(aftercare(&house, session).await["integration"]["booked_at"], Value::Null);
    }
}

#[actix_web::test]
async fn a_fine_morning_waits_for_the_morning() {
    for mut house in House::on_every_store().await {
        let session = house.session().await;
        assert_eq!(morning(&house, session, "yes").await.1["code"], "morning.early");
        discharged(&house, session).await;
        house.pass(Span::hours(5));
        assert_eq!(morning(&house, session, "yes").await.0, StatusCode::CONFLICT);

        house.pass(Span::hours(1));
        let (_, answered) = morning(&house, session, "yes").await;
        assert_eq!(answered["severity"], "ok", "{answered}");
        assert_eq!(house.says::<NextMorningAnswered>().await.severity, Severity::Ok);
        assert_eq!(aftercare(&house, session).await["morning"]["answered_at"], json!(house.now()));
    }
}

#[actix_web::test]
async fn not_feeling_safe_is_taken_at_any_hour_and_after_any_answer() {
    for mut house in House::on_every_store().await {
        let session = house.session().await;
        for safe in ["unsure", "no"] {
            let (_, answered) = morning(&house, session, safe).await;
            assert_eq!(answered["severity"], "urgent", "{answered}");
            assert_eq!(house.says::<NextMorningAnswered>().await.severity, Severity::Urgent);
        }
    }
}

#[actix_web::test]
async fn the_sitter_neither_answers_for_the_patient_nor_reads_what_comes_after() {
    for house in House::on_every_store().await {
        let session = house.session().await;
        let body = json!({ "sleep": 7, "mood": 6, "nausea": 0, "headache": 0, "bladder": 0, "safe": "yes" });
        let path = format!("/sessions/{session}/morning");
        assert_eq!(house.post(house.ana, &path, body).await.0, StatusCode::FORBIDDEN);
        assert_eq!(
            house.get(house.ana, &format!("/sessions/{session}/aftercare")).await.0,
            StatusCode::FORBIDDEN
        );
    }
}
