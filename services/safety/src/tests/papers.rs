//! Consents, training and the phone over HTTP.

use super::house::{One, on_each_store};
use super::steps::{ids_of, phone};
use serde_json::json;

#[actix_web::test]
async fn a_patient_reads_three_texts_and_a_sitter_one_and_no_answers_with_them() {
    on_each_store(async |house| {
        let (_, texts) = house.get(One::Sam, "/consents").await;
        assert_eq!(ids_of(&texts, "kind"), ["ketamine", "telehealth", "psychotherapy"]);
        let (_, agreement) = house.get(One::Ana, &format!("/consents?session={}", house.session)).await;
        assert_eq!(ids_of(&agreement, "kind"), ["sitter_agreement"]);
        let (_, training) = house.get(One::Ana, "training").await;
        for shown in [texts, agreement, training] {
            assert!(!shown.to_string().contains("right\""));
        }
    })
    .await;
}

#[actix_web::test]
async fn a_wrong_answer_or_an_old_text_is_not_signed() {
    on_each_store(async |house| {
        let (_, texts) = house.get(One::Sam, "/consents").await;
        let mut wrong = house.signature(&texts[0]);
        wrong["answers"]["K1"] = "a".into();
        let (status, problem) = house.post(One::Sam, "/consents", &wrong).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some("consent.answers")));
        assert_eq!(ids_of(&problem["fields"], "name"), ["K1"]);
        let mut old = house.signature(&texts[0]);
        old["sha256"] = "0".repeat(64).into();
        let (status, problem) = house.post(One::Sam, "/consents", &old).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("consent.outdated")));
        let sitters = house.signature(&texts[0]);
        assert_eq!(house.post(One::Ana, "/consents", &sitters).await.0, 403);
        let (_, texts) = house.get(One::Sam, "/consents").await;
        assert!(texts[0]["signed_at"].is_null());
    })
    .await;
}

#[actix_web::test]
async fn nothing_is_signed_between_the_dose_and_the_discharge() {
    on_each_store(async |house| {
        let (_, texts) = house.get(One::Sam, "/consents").await;
        house.everything_but("nothing").await;
        house.dose().await;
        let (status, problem) = house.post(One::Sam, "/consents", &house.signature(&texts[0])).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("consent.dosed")));
    })
    .await;
}

#[actix_web::test]
async fn three_right_answers_are_not_enough_and_a_failed_phone_test_counts() {
    on_each_store(async |house| {
        let answers = json!({"answers": {"T1": "c", "T2": "a", "T3": "b", "T4": "a", "T5": "b"}});
        let marked = house.does(One::Ana, "training", answers).await;
        assert_eq!((marked["score"].as_u64(), marked["passed"].as_bool()), (Some(60), Some(false)));
        assert_eq!(marked["wrong"], json!(["T4", "T5"]));
        house.everything_but("nothing").await;
        let tested = house.does(One::Ana, "phone-test", phone(30)).await;
        assert_eq!(tested, json!({"passed": false, "failed": ["battery"]}));
        assert_eq!(house.red().await, ["ST-PHONE"]);
    })
    .await;
}

#[actix_web::test]
async fn the_emergency_card_knows_the_address_and_the_dose_and_says_when_it_does_not() {
    on_each_store(async |house| {
        let (_, card) = house.get(One::Ana, "emergency-card").await;
        assert!(card["address"].is_null() && card["dose"].is_null() && card["confirmed_at"].is_null());
        house.everything_but("nothing").await;
        house.dose().await;
        let dose = json!({"taken_at": house.now(), "lozenges": 2, "note": null});
        house.does(One::DrLee, "dose/record", dose).await;
        let (_, card) = house.get(One::Ana, "emergency-card").await;
        assert_eq!(
            (card["address"]["line1"].as_str(), card["emergency_number"].as_str()),
            (Some("12 Elm Street"), Some("911"))
        );
        assert!(card["dose"].as_str().unwrap().starts_with("2 lozenges") && card["dose_at"].is_i64());
        assert_eq!(house.get(One::Sam, "emergency-card").await.0, 403);
    })
    .await;
}
