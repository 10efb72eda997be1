//! Everything arrives twice.

use crate::door::well;
use crate::house::House;
use crate::rows;
use actix_web::http::StatusCode;
use chassis::ids;
use kernel::time::Span;
use proto::events::safety::{DoseBegun, DoseRecorded, PhaseChanged, SessionClosed};
use serde_json::json;

#[actix_web::test]
async fn the_same_look_twice_gets_the_first_answer_and_is_one_look() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(5)).await;
        let path = format!("/sessions/{session}/checkins");
        let look = json!({ "sequence": 1, "answers": well(), "answered_at": house.now() });
        let key = ids::fresh();
        let first = house.post_as(key, house.ana, &path, look.clone()).await;
        assert_eq!(first.1["counted"], "in_time", "{first:?}");
        // A phone that was out of reach for a while sends it again.
        house.pass(Span::minutes(3)).await;
        assert_eq!(house.post_as(key, house.ana, &path, look).await, first);
        assert_eq!(rows::count(house, "select count(*) from checkins_answer").await, 1);
        assert_eq!(house.watch(session).await["history"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[actix_web::test]
async fn the_same_alarm_twice_is_one_incident_and_so_are_two_alarms() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let path = format!("/sessions/{session}/alarm");
        let key = ids::fresh();
        let first = house.post_as(key, house.sam, &path, json!({ "kind": "emergency" })).await;
        let told = rows::told(house, session).await;
        assert_eq!(house.post_as(key, house.sam, &path, json!({ "kind": "emergency" })).await, first);
        let (status, _) = house.post(house.ana, &path, json!({ "kind": "something_wrong" })).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(house.incident(session).await["severity"], "emergency");
        assert_eq!(rows::told(house, session).await, told);
    })
    .await;
}

#[actix_web::test]
async fn im_on_it_sent_twice_holds_no_longer() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        let path = house.incident_path(session, "acknowledge").await;
        let key = ids::fresh();
        let first = house.post_as(key, house.dr_lee, &path, json!({})).await;
        let held = house.incident(session).await;
        house.pass(Span::seconds(60)).await;
        assert_eq!(house.post_as(key, house.dr_lee, &path, json!({})).await, first);
        assert_eq!(house.incident(session).await, held);
    })
    .await;
}

#[actix_web::test]
async fn one_key_is_not_good_for_two_things() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let key = ids::fresh();
        house.post_as(key, house.sam, &format!("/sessions/{session}/support"), json!({})).await;
        let alarm = json!({ "kind": "something_wrong" });
        let (status, problem) =
            house.post_as(key, house.sam, &format!("/sessions/{session}/alarm"), alarm).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("idempotency.key_reused")));
    })
    .await;
}

#[actix_web::test]
async fn a_fact_delivered_twice_changes_nothing_even_after_its_incident_was_closed() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        let (patient, at) = (house.sam.id, house.now());
        let dose = DoseRecorded { session, patient, at, sealed: String::new(), out_of_order: true };
        let dose = house.envelope(&dose);
        let arriving = PhaseChanged { session, phase: "arriving".into(), at };
        let arriving = house.envelope(&arriving);
        for fact in [&dose, &arriving] {
            house.delivered(fact).await;
        }
        let path = house.incident_path(session, "resolve").await;
        house.post(house.dr_lee, &path, json!({ "outcome": "medical_advice" })).await;
        let before = house.watch(session).await;

        house.ground.clock.advance(Span::seconds(30));
        for fact in [&dose, &arriving] {
            house.ground.bus.publish(std::slice::from_ref(fact)).await.unwrap();
        }
        // The bus keeps its order: once this is heard, so were the repeats.
        house.hears(&house.opened(session)).await;
        let after = house.watch(session).await;
        for field in ["phase", "next", "incidents", "on_call_paged_at"] {
            assert_eq!(after[field], before[field], "{field}");
        }
        let armed = house.trail(session).await.iter().filter(|row| row.starts_with("watch.armed")).count();
        assert_eq!(armed, 1);
    })
    .await;
}

#[actix_web::test]
async fn a_dose_told_again_after_the_end_misses_its_looks_again_and_the_watch_lives() {
    House::on_every_store(async |house| {
        let at = house.now();
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        let path = house.incident_path(session, "resolve").await;
        house.post(house.dr_lee, &path, json!({ "outcome": "sitter_reached" })).await;
        house.hears(&SessionClosed { session, by: house.dr_lee.id, at: house.now() }).await;
        house.hears(&DoseBegun { session, at }).await;
        house.pass(Span::seconds(1)).await;
        let watch = house.watch(session).await;
        let causes: Vec<_> =
            watch["incidents"].as_array().unwrap().iter().map(|incident| &incident["cause"]).collect();
        assert_eq!(causes, ["missed_checkin"; 2], "{watch}");
        assert_eq!(watch["next"]["due_at"], json!(at.plus(Span::minutes(15))), "{watch}");
    })
    .await;
}
