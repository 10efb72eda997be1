//! Readings over HTTP: what they mean, who decides on amber, and what leaves the house.

use super::house::{One, on_each_store};
use chassis::ids;
use kernel::severity::Severity;
use kernel::time::{Pace, Span};
use proto::events::safety::VitalsRecorded;
use serde_json::json;

#[actix_web::test]
async fn amber_waits_for_a_rest_a_repeat_and_the_prescriber() {
    on_each_store(async |house| {
        house.everything_but("RX-AMB").await;
        assert_eq!(house.red().await, ["RX-AMB"]);
        let proceed = json!({"decision": "proceed", "reason": "White coat, known for years"});
        let (status, problem) = house.post(One::Ida, "decision", &proceed).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("vitals.rest")));
        house.pass(Span::minutes(10)).await;
        for _reading in 0..2 {
            house.does(One::DrLee, "vitals", house.reading("before", 148)).await;
            house.pass(Span::minutes(1)).await;
        }
        assert_eq!(house.post(One::DrLee, "decision", &proceed).await.0, 403);
        assert_eq!(house.red().await, ["RX-AMB"]);
        house.does(One::Ida, "decision", proceed).await;
        house.dose().await;
    })
    .await;
}

#[actix_web::test]
async fn there_is_nothing_to_decide_on_green_or_red() {
    on_each_store(async |house| {
        house.everything_but("PT-BP").await;
        let proceed = json!({"decision": "proceed", "reason": "It is only a little high"});
        let (status, problem) = house.post(One::Ida, "decision", &proceed).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("vitals.not_amber")));
    })
    .await;
}

#[actix_web::test]
async fn red_stays_red_for_the_day_and_two_red_days_place_a_hold() {
    on_each_store(async |house| {
        house.everything_but("PT-BP").await;
        house.pass(Span::minutes(20)).await;
        for _reading in 0..2 {
            house.does(One::DrLee, "vitals", house.reading("before", 120)).await;
            house.pass(Span::minutes(1)).await;
        }
        assert_eq!(house.red().await, ["PT-BP"]);
        house.does(One::DrLee, "end", json!({"kind": "without_dose", "reason": "Red"})).await;
        house.pass(Span::hours(48)).await;
        house.session = house.books(Pace::REAL).await;
        house.everything_but("PT-BP").await;
        assert_eq!(house.red().await, ["PT-BP", "HOLD"]);
    })
    .await;
}

#[actix_web::test]
async fn a_reading_says_what_it_means_and_the_house_hears_only_how_bad_it_is() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.dose().await;
        let mut heard = house.listen().await;
        let mut reading = house.reading("during", 182);
        let answer = house.does(One::Ana, "vitals", reading.clone()).await;
        assert_eq!((answer["band"].as_str(), answer["severity"].as_str()), (Some("crisis"), Some("urgent")));
        assert!(answer["recheck_at"].is_i64() && answer["todo"].is_string());
        let said: VitalsRecorded = house.next(&mut heard).await;
        assert_eq!(said.severity, Severity::Urgent);
        reading["symptoms"] = true.into();
        assert_eq!(house.does(One::Ana, "vitals", reading).await["severity"], "emergency");
    })
    .await;
}

#[actix_web::test]
async fn what_is_unknown_is_shown_as_incomplete_and_never_green() {
    on_each_store(async |house| {
        let mut reading = house.reading("before", 120);
        reading["spo2"] = json!(null);
        let answer = house.does(One::Sam, "vitals", reading).await;
        assert_eq!(
            (answer["band"].as_str(), answer["completes_set"].as_bool()),
            (Some("incomplete"), Some(false))
        );
        house.pass(Span::minutes(1)).await;
        let answer = house.does(One::Sam, "vitals", house.reading("before", 161)).await;
        assert_eq!((answer["band"].as_str(), answer["completes_set"].as_bool()), (Some("amber"), Some(true)));
    })
    .await;
}

#[actix_web::test]
async fn the_same_reading_sent_twice_is_kept_once() {
    on_each_store(async |house| {
        let (key, reading) = (ids::fresh(), house.reading("before", 120));
        let first = house.send(One::Sam, "vitals", &reading, key).await;
        assert_eq!(house.send(One::Sam, "vitals", &reading, key).await, first);
        let (_, all) = house.get(One::DrLee, "vitals").await;
        assert_eq!(all.as_array().unwrap().len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn the_patient_does_not_read_the_numbers_and_nonsense_is_refused() {
    on_each_store(async |house| {
        assert_eq!(house.get(One::Sam, "vitals").await.0, 403);
        let mut reading = house.reading("before", 120);
        reading["systolic"] = json!(900);
        assert_eq!(house.post(One::Sam, "vitals", &reading).await.0, 422);
        reading["systolic"] = json!(120);
        reading["mood"] = json!("fine");
        assert_eq!(house.post(One::Sam, "vitals", &reading).await.0, 422);
    })
    .await;
}

#[actix_web::test]
async fn what_was_measured_and_said_is_nowhere_in_the_clear() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        let kept = crate::store::tests::all_text(house.service()).await;
        for secret in ["Elm Street", "systolic", "\"answer\"", "Blue door"] {
            assert!(!kept.contains(secret), "{secret}");
        }
    })
    .await;
}
