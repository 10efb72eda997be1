//! Who does not belong to a session learns nothing of it.

use crate::house::{House, Person};
use actix_web::http::StatusCode;
use chassis::ids;
use kernel::time::Span;
use serde_json::{Value, json};

/// What a therapist reads of a session, and what they may do to its incident.
async fn asked(house: &House, who: Person, paths: &[String; 5]) -> Vec<(StatusCode, Value)> {
    let [watch, trail, alarm, acknowledge, resolve] = paths;
    vec![
        house.get(who, watch).await,
        house.get(who, trail).await,
        house.post(who, alarm, json!({ "kind": "something_wrong" })).await,
        house.post(who, acknowledge, json!({})).await,
        house.post(who, resolve, json!({ "outcome": "sitter_reached" })).await,
    ]
}

#[actix_web::test]
async fn another_clinics_therapist_finds_no_session_no_incident_and_no_trail() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        let paths = [
            format!("/sessions/{session}/watch"),
            format!("/sessions/{session}/trail"),
            format!("/sessions/{session}/alarm"),
            house.incident_path(session, "acknowledge").await,
            house.incident_path(session, "resolve").await,
        ];
        // Dr. Lee's own id, but in another clinic; and a colleague from the next room.
        let elsewhere = Person { clinic: ids::fresh(), ..house.dr_lee };
        let colleague = Person { id: ids::fresh(), ..house.dr_lee };
        for stranger in [elsewhere, colleague] {
            for (status, problem) in asked(house, stranger, &paths).await {
                assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("not_found")));
            }
            assert_eq!(house.get(stranger, "/incidents").await, (StatusCode::OK, json!([])));
        }
        assert_eq!(house.incident(session).await["state"], "open");
        assert_eq!(house.get(house.dr_lee, "/incidents").await.1[0]["session"], json!(session));
    })
    .await;
}

#[actix_web::test]
async fn another_clinics_coordinator_who_sees_everything_at_home_sees_nothing_here() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        let stranger = Person { clinic: ids::fresh(), ..house.noor };
        for path in ["watch", "trail"] {
            let path = format!("/sessions/{session}/{path}");
            assert_eq!(house.get(house.mia, &path).await.0, StatusCode::OK);
            assert_eq!(house.get(stranger, &path).await.0, StatusCode::NOT_FOUND);
        }
        let path = house.incident_path(session, "acknowledge").await;
        assert_eq!(house.post(stranger, &path, json!({})).await.0, StatusCode::NOT_FOUND);
    })
    .await;
}
