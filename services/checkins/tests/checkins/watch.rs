//! The watch: it stands, it is armed, and somebody must look.

use crate::door::well;
use crate::house::House;
use crate::rows;
use actix_web::http::StatusCode;
use kernel::time::Span;
use proto::events::checkins::{CheckinAnswered, IncidentOpened, WatchArmed};
use proto::events::safety::{DoseBegun, DoseRecorded};
use serde_json::{Value, json};

#[actix_web::test]
async fn a_watch_stands_as_soon_as_a_session_is_opened_and_says_that_it_is_armed() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        assert_eq!(house.says::<WatchArmed>().await.session, session);
        let watch = house.watch(session).await;
        assert_eq!((&watch["phase"], &watch["armed"]), (&json!("standing"), &json!(true)), "{watch}");
        assert_eq!(watch["next"], Value::Null);

        house.pass(Span::hours(3)).await;
        assert_eq!(house.watch(session).await["incidents"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn looks_fall_due_from_the_dose_however_late_each_answer_comes() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let dose_at = house.now();
        for (index, minute) in [5, 15, 25, 35, 45, 55, 65, 80].into_iter().enumerate() {
            let sequence = i64::try_from(index).unwrap() + 1;
            let due_at = dose_at.plus(Span::minutes(minute));
            let next = house.watch(session).await["next"].clone();
            assert_eq!((&next["sequence"], &next["due_at"]), (&json!(sequence), &json!(due_at)));

            house.pass(due_at.plus(Span::seconds(90)).since(house.now())).await;
            let (status, taken) = house.looks(session, sequence, well()).await;
            assert_eq!((status, &taken["counted"]), (StatusCode::OK, &json!("in_time")), "{taken}");
        }
        assert_eq!(house.watch(session).await["incidents"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn a_dose_heard_late_counts_from_its_own_time() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let dose_at = house.now();
        house.pass(Span::minutes(3)).await;
        house.hears(&DoseBegun { session, at: dose_at }).await;
        assert_eq!(house.watch(session).await["next"]["due_at"], json!(dose_at.plus(Span::minutes(5))));
    })
    .await;
}

#[actix_web::test]
async fn a_dose_outside_of_the_gate_starts_the_watch_and_needs_a_human() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let (patient, at) = (house.sam.id, house.now());
        house.hears(&DoseRecorded { session, patient, at, sealed: String::new(), out_of_order: true }).await;
        assert_eq!(house.watch(session).await["phase"], "watching");
        assert_eq!(house.incident(session).await["cause"], "dose_out_of_order");
    })
    .await;
}

#[actix_web::test]
async fn the_worst_answer_decides_and_comes_first_in_what_to_do() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(5)).await;
        let answers = json!({
            "CI-BR": "easy", "CI-COL": "pale", "CI-RESP": "responds", "CI-VOM": "nausea", "CI-DIS": "0_to_3",
        });
        let (_, taken) = house.looks(session, 1, answers).await;
        assert_eq!(taken["severity"], "urgent", "{taken}");
        let todo = taken["todo"].as_array().unwrap();
        assert!(todo.len() == 2 && todo[0].as_str().unwrap().starts_with("Lay them flat"), "{taken}");
        let last = house.watch(session).await["last"].clone();
        assert_eq!((&last["severity"], &last["source"]), (&json!("urgent"), &json!("sitter")));
        assert_eq!(house.says::<CheckinAnswered>().await.sequence, 1);
    })
    .await;
}

#[actix_web::test]
async fn a_worrying_answer_brings_the_next_look_forward() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(5)).await;
        let (_, taken) = house.looks(session, 1, json!({ "CI-ALL": "unsure" })).await;
        assert_eq!(taken["next"]["due_at"], json!(house.now().plus(Span::minutes(5))), "{taken}");
        assert_eq!(house.watch(session).await["incidents"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn an_urgent_answer_opens_an_incident_at_once_on_the_screens_of_those_present() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        // Even long before its time: the look does not count, the danger does.
        let (_, taken) = house.looks(session, 1, json!({ "CI-BR": "noisy_or_slow" })).await;
        assert_eq!(taken["counted"], "extra", "{taken}");
        let incident = house.incident(session).await;
        assert_eq!(
            (&incident["cause"], &incident["severity"]),
            (&json!("worrying_answer"), &json!("urgent"))
        );
        assert_eq!(rows::told(house, session).await, ["1 Ana screen", "1 Dr. Lee screen"]);
        assert_eq!(house.says::<IncidentOpened>().await.session, session);
    })
    .await;
}

#[actix_web::test]
async fn an_emergency_takes_the_first_three_steps_at_once() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.looks(session, 1, json!({ "CI-RESP": "nothing" })).await;
        assert_eq!(
            rows::told(house, session).await,
            [
                "1 Ana screen",
                "1 Dr. Lee screen",
                "2 Noor mail",
                "2 Noor screen",
                "3 Dr. Okafor mail",
                "3 Dr. Okafor screen",
                "3 Noor mail",
                "3 Noor screen",
            ]
        );
        assert_eq!(house.incident(session).await["step"], 3);
    })
    .await;
}

#[actix_web::test]
async fn a_look_that_leaves_out_breathing_is_refused_and_not_kept() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(5)).await;
        let partly = json!({ "CI-COL": "normal", "CI-RESP": "responds" });
        let (status, problem) = house.looks(session, 1, partly).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("checkin.answer")));
        assert_eq!(problem["fields"][0]["name"], "CI-BR", "{problem}");
        assert_eq!(house.looks(session, 2, well()).await.1["code"], "checkin.unknown");
        assert_eq!(rows::count(house, "select count(*) from checkins_answer").await, 0);
    })
    .await;
}

#[actix_web::test]
async fn what_was_answered_rests_sealed() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.looks(session, 1, json!({ "CI-BR": "noisy_or_slow" })).await;
        let kept = rows::bytes(house, "select answers from checkins_answer").await;
        assert!(!kept.is_empty() && !String::from_utf8_lossy(&kept).contains("noisy"));
    })
    .await;
}
