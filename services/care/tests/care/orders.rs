//! Orders and the ledger.

use crate::house::{House, person};
use actix_web::http::StatusCode;
use chassis::ids;
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use proto::events::care::DoseOrdered;
use proto::events::safety::DoseBegun;
use serde_json::{Value, json};

fn order(valid_until_at: Timestamp) -> Value {
    json!({
        "strength_mg": 100, "lozenges": 2, "hold_minutes": 10, "disposal": "spit",
        "max_sessions": 6, "min_interval_hours": 168, "valid_until_at": valid_until_at,
    })
}

async fn ordered(house: &House) -> (StatusCode, Value) {
    let path = format!("/patients/{}/dose-orders", house.sam.id);
    house.post(house.dr_okafor, &path, order(house.now().plus(Span::hours(24 * 90)))).await
}

#[actix_web::test]
async fn a_prescriber_writes_an_order_and_the_patient_reads_it() {
    for mut house in House::on_every_store().await {
        let (status, written) = ordered(&house).await;
        assert_eq!((status, &written["session_mg"]), (StatusCode::OK, &json!(200)), "{written}");
        assert_eq!(house.says::<DoseOrdered>().await.patient, house.sam.id);

        let (_, read) = house.get(house.sam, &format!("/patients/{}/dose-orders", house.sam.id)).await;
        assert_eq!(read, json!([written]));
    }
}

#[actix_web::test]
async fn an_order_outside_its_bounds_names_every_slip_and_is_not_kept() {
    for house in House::on_every_store().await {
        let path = format!("/patients/{}/dose-orders", house.sam.id);
        let mut slips = order(house.now().plus(Span::hours(1)));
        slips["hold_minutes"] = json!(3);
        slips["min_interval_hours"] = json!(24);
        let (status, problem) = house.post(house.dr_okafor, &path, slips).await;
        let names: Vec<_> =
            problem["fields"].as_array().unwrap().iter().map(|field| &field["name"]).collect();
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("order.out_of_bounds"))
        );
        assert_eq!(names, ["hold_minutes", "min_interval_hours"]);
        assert_eq!(house.get(house.sam, &path).await.1, json!([]));
    }
}

#[actix_web::test]
async fn the_same_command_twice_writes_one_order() {
    for house in House::on_every_store().await {
        let path = format!("/patients/{}/dose-orders", house.sam.id);
        let (key, body) = (ids::fresh(), order(house.now().plus(Span::hours(24))));
        let first = house.post_as(key, house.dr_okafor, &path, body.clone()).await;
        assert_eq!(house.post_as(key, house.dr_okafor, &path, body).await, first);
        assert_eq!(house.get(house.sam, &path).await.1.as_array().unwrap().len(), 1);
    }
}

#[actix_web::test]
async fn only_a_prescriber_writes_and_a_stranger_learns_nothing() {
    for house in House::on_every_store().await {
        house.session().await;
        let path = format!("/patients/{}/dose-orders", house.sam.id);
        let body = order(house.now().plus(Span::hours(24)));
        assert_eq!(house.post(house.dr_lee, &path, body).await.0, StatusCode::FORBIDDEN);
        assert_eq!(house.get(house.dr_lee, &path).await.0, StatusCode::OK);
        for stranger in [Role::Patient, Role::Therapist] {
            assert_eq!(house.get(person(stranger), &path).await.0, StatusCode::NOT_FOUND);
        }
    }
}

#[actix_web::test]
async fn the_ledger_counts_what_the_house_heard_once() {
    for house in House::on_every_store().await {
        let session = house.session().await;
        ordered(&house).await;
        house.hears(&DoseBegun { session, at: house.now() }).await;
        let (_, ledger) = house.get(house.ana, &format!("/sessions/{session}/doses")).await;
        assert_eq!(ledger["findings"][0]["finding"], "not_counted", "{ledger}");

        let counted = house.dose_recorded(session, 2, false);
        let envelope = house.envelope(&counted);
        house.delivered(&envelope).await;
        house.delivered(&envelope).await;
        let (_, ledger) = house.get(house.ana, &format!("/sessions/{session}/doses")).await;
        assert_eq!((&ledger["mg_recorded"], &ledger["findings"]), (&json!(200), &json!([])), "{ledger}");
        assert_eq!(ledger["sessions_remaining"], 5);
    }
}

#[actix_web::test]
async fn a_dose_that_nobody_ordered_is_kept_and_found() {
    for house in House::on_every_store().await {
        let session = house.session().await;
        house.hears(&house.dose_recorded(session, 1, true)).await;
        let (_, ledger) = house.get(house.dr_okafor, &format!("/sessions/{session}/doses")).await;
        let found: Vec<_> =
            ledger["findings"].as_array().unwrap().iter().map(|row| &row["finding"]).collect();
        assert_eq!(found, ["no_order", "outside_the_gate"]);
    }
}

#[actix_web::test]
async fn nobody_orders_for_someone_who_is_no_patient_of_the_clinic() {
    for house in House::on_every_store().await {
        let path = format!("/patients/{}/dose-orders", person(Role::Patient).id);
        let asked = order(house.now().plus(Span::hours(24)));
        assert_eq!(house.post(house.dr_okafor, &path, asked).await.0, StatusCode::NOT_FOUND);
        assert_eq!(house.get(house.dr_okafor, &path).await.0, StatusCode::NOT_FOUND);
    }
}
