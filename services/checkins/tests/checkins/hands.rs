//! People take an incident, and close it.

use crate::house::House;
use crate::rows;
use actix_web::http::StatusCode;
use kernel::id::SessionId;
use kernel::severity::Severity;
use kernel::time::Span;
use proto::events::checkins::{IncidentAcknowledged, IncidentResolved};
use proto::events::safety::Prolonged;
use serde_json::{Value, json};

/// A session whose first look was missed just now.
async fn silent(house: &House) -> SessionId {
    let session = house.dosed().await;
    house.pass(Span::minutes(7)).await;
    session
}

#[actix_web::test]
async fn im_on_it_holds_two_minutes_and_then_the_ladder_resumes_one_step_higher() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let path = house.incident_path(session, "acknowledge").await;
        assert_eq!(house.post(house.dr_lee, &path, json!({})).await.0, StatusCode::OK);
        let incident = house.incident(session).await;
        assert_eq!(incident["acknowledged_by"], json!(house.dr_lee.id));
        assert_eq!(incident["acknowledged_until"], json!(house.now().plus(Span::seconds(120))));
        assert_eq!(house.says::<IncidentAcknowledged>().await.by, house.dr_lee.id);

        house.pass(Span::seconds(119)).await;
        assert_eq!(house.incident(session).await["state"], "acknowledged");
        assert_eq!(rows::mails(house).await.len(), 0);
        house.pass(Span::seconds(1)).await;
        let incident = house.incident(session).await;
        assert_eq!((&incident["state"], &incident["step"]), (&json!("open"), &json!(2)), "{incident}");
        assert_eq!(rows::mails(house).await.len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn an_incident_closes_only_with_an_outcome_from_the_list() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let path = house.incident_path(session, "resolve").await;
        for body in [json!({}), json!({ "outcome": "fine" })] {
            let (status, problem) = house.post(house.dr_lee, &path, body).await;
            assert!(status.is_client_error(), "{problem}");
        }
        assert_eq!(house.incident(session).await["state"], "open");

        let (status, _) = house.post(house.dr_lee, &path, json!({ "outcome": "sitter_reached" })).await;
        assert_eq!(status, StatusCode::OK);
        let incident = house.incident(session).await;
        assert_eq!(
            (&incident["state"], &incident["outcome"]),
            (&json!("resolved"), &json!("sitter_reached"))
        );
        assert_eq!(incident["resolved_by"], json!(house.dr_lee.id));
        assert_eq!(house.says::<IncidentResolved>().await.session, session);
    })
    .await;
}

#[actix_web::test]
async fn another_outcome_needs_a_sentence_which_rests_sealed() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let path = house.incident_path(session, "resolve").await;
        for note in [Value::Null, json!("  ")] {
            let (status, problem) =
                house.post(house.dr_lee, &path, json!({ "outcome": "other", "note": note })).await;
            let refused = (StatusCode::UNPROCESSABLE_ENTITY, &json!("incident.note"));
            assert_eq!((status, &problem["code"]), refused);
        }
        let note = json!({ "outcome": "other", "note": "The telephone lay under a cushion." });
        assert_eq!(house.post(house.dr_lee, &path, note).await.0, StatusCode::OK);
        let kept = rows::bytes(house, "select note from checkins_incident").await;
        assert!(!kept.is_empty() && !String::from_utf8_lossy(&kept).contains("cushion"));
    })
    .await;
}

#[actix_web::test]
async fn a_closed_incident_climbs_no_further_and_is_nobodys_any_more() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let resolve = house.incident_path(session, "resolve").await;
        let acknowledge = house.incident_path(session, "acknowledge").await;
        house.post(house.dr_lee, &resolve, json!({ "outcome": "sitter_reached" })).await;
        house.pass(Span::minutes(5)).await;
        assert_eq!(rows::told(house, session).await, ["1 Ana screen", "1 Dr. Lee screen"]);
        for (path, body) in [(acknowledge, json!({})), (resolve, json!({ "outcome": "medical_advice" }))] {
            let (status, problem) = house.post(house.dr_okafor, &path, body).await;
            assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("incident.resolved")));
        }
    })
    .await;
}

#[actix_web::test]
async fn silence_after_a_closed_incident_opens_another() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let path = house.incident_path(session, "resolve").await;
        house.post(house.dr_lee, &path, json!({ "outcome": "sitter_reached" })).await;
        house.pass(Span::minutes(10)).await;
        let watch = house.watch(session).await;
        let states: Vec<_> =
            watch["incidents"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["open", "resolved"]);
    })
    .await;
}

#[actix_web::test]
async fn neither_patient_nor_sitter_silences_an_alarm() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let acknowledge = house.incident_path(session, "acknowledge").await;
        let resolve = house.incident_path(session, "resolve").await;
        for who in [house.sam, house.ana] {
            let outcome = json!({ "outcome": "false_alarm_answered" });
            for (path, body) in [(&acknowledge, json!({})), (&resolve, outcome)] {
                let (status, problem) = house.post(who, path, body).await;
                assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("auth.forbidden")));
            }
        }
        assert_eq!(house.incident(session).await["state"], "open");
    })
    .await;
}

#[actix_web::test]
async fn a_coordinator_holds_the_ladder_only_while_on_call_for_that_session() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let path = house.incident_path(session, "acknowledge").await;
        let (status, problem) = house.post(house.mia, &path, json!({})).await;
        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("incident.off_duty")));
        assert_eq!(house.incident(session).await["state"], "open");

        assert_eq!(house.post(house.noor, &path, json!({})).await.0, StatusCode::OK);
        assert_eq!(house.incident(session).await["acknowledged_by"], json!(house.noor.id));
        // Even on call, what came of it is a clinician's word.
        let resolve = house.incident_path(session, "resolve").await;
        let outcome = json!({ "outcome": "sitter_reached" });
        assert_eq!(house.post(house.noor, &resolve, outcome).await.0, StatusCode::FORBIDDEN);
    })
    .await;
}

#[actix_web::test]
async fn a_coordinator_whose_duty_ended_no_longer_holds_the_ladder() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let mut opened = house.opened(session);
        opened.people.iter_mut().for_each(|member| member.on_call = false);
        house.hears(&opened).await;
        let path = house.incident_path(session, "acknowledge").await;
        assert_eq!(house.post(house.noor, &path, json!({})).await.1["code"], "incident.off_duty");
    })
    .await;
}

#[actix_web::test]
async fn an_old_incident_can_be_closed_however_many_came_after_it() {
    House::on_every_store(async |house| {
        let session = silent(house).await;
        let path = house.incident_path(session, "resolve").await;
        house.pass(Span::seconds(1)).await;
        for _later in 0..101 {
            let (session, at) = (house.session().await, house.now());
            house.hears(&Prolonged { session, severity: Severity::Urgent, at }).await;
        }
        let (status, problem) = house.post(house.dr_lee, &path, json!({ "outcome": "sitter_reached" })).await;
        assert_eq!(status, StatusCode::OK, "{problem}");
    })
    .await;
}

#[actix_web::test]
async fn an_open_incident_is_listed_however_many_were_closed_after_it() {
    House::on_every_store(async |house| {
        let old = house.incident(silent(house).await).await["id"].clone();
        let session = house.session().await;
        for _later in 0..101 {
            house.ground.clock.advance(Span::seconds(1));
            house.hears(&Prolonged { session, severity: Severity::Urgent, at: house.now() }).await;
            let (_, open) = house.get(house.mia, "/incidents?open=true").await;
            let of_session =
                open.as_array().unwrap().iter().find(|one| one["session"] == json!(session)).unwrap();
            let path = format!("/incidents/{}/resolve", of_session["id"].as_str().unwrap());
            let (status, closed) =
                house.post(house.dr_lee, &path, json!({ "outcome": "medical_advice" })).await;
            assert_eq!(status, StatusCode::OK, "{closed}");
        }
        let (_, listed) = house.get(house.mia, "/incidents").await;
        let listed = listed.as_array().unwrap();
        assert_eq!(listed.len(), 100);
        assert!(listed.iter().any(|one| one["id"] == old), "the open one is not among them");
    })
    .await;
}
