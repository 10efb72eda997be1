//! The clinic's own ladder: two people agree on it, and what opens afterwards climbs it.

use crate::door::Answer;
use crate::house::{House, Person};
use crate::rows;
use actix_web::http::StatusCode;
use chassis::ids;
use kernel::role::Role;
use kernel::time::Span;
use serde_json::{Value, json};

const WHY: &str = "Noor wants to know at the deadline itself.";

fn jo(house: &House) -> Person {
    Person { id: ids::fresh(), role: Role::Admin, clinic: house.sam.clinic, name: "Jo" }
}

/// The on-call lead has mail at the deadline itself.
fn sooner() -> Value {
    let rung = |after: i64, who: &[&str], channels: &[&str]| json!({ "after_seconds": after, "who": who, "channels": channels, "order": "parallel", "gap_seconds": 15 });
    let rungs = [
        rung(0, &["therapist", "on_call"], &["screen", "mail"]),
        rung(10, &["prescriber", "on_call"], &["mail"]),
    ];
    json!({ "rungs": rungs, "repeat_seconds": 30, "hold_seconds": 60 })
}

async fn propose(house: &House, who: Person, ladder: &Value) -> Answer {
    house.post(who, "/ladder", json!({ "ladder": ladder, "reason": WHY })).await
}

async fn publish(house: &House, who: Person, version: &Value) -> Answer {
    house.post(who, "/ladder/publication", json!({ "version": version })).await
}

async fn agree(house: &House) {
    agree_on(house, &sooner()).await;
}

/// Two people agree on this ladder.
pub async fn agree_on(house: &House, ladder: &Value) {
    let (status, proposed) = propose(house, house.dr_okafor, ladder).await;
    assert_eq!(status, StatusCode::OK, "{proposed}");
    let (status, done) = publish(house, jo(house), &proposed["version"]).await;
    assert_eq!(status, StatusCode::OK, "{done}");
}

#[actix_web::test]
async fn what_opens_after_the_publication_climbs_the_new_ladder_and_what_burns_stays_on_its_own() {
    House::on_every_store(async |house| {
        let before = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        agree(house).await;
        let after = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        assert_eq!(rows::told(house, before).await[..2], ["1 Ana screen", "1 Dr. Lee screen"]);
        let told = rows::told(house, after).await;
        assert_eq!(told, ["1 Dr. Lee mail", "1 Dr. Lee screen", "1 Noor mail", "1 Noor screen"]);
        house.pass(Span::seconds(10)).await;
        assert_eq!(rows::told(house, after).await[4..], ["2 Dr. Okafor mail", "2 Noor mail"]);
    })
    .await;
}

#[actix_web::test]
async fn a_proposal_changes_nothing_until_a_second_person_publishes_it() {
    House::on_every_store(async |house| {
        let (_, proposed) = propose(house, house.dr_okafor, &sooner()).await;
        let (_, ladder) = house.get(house.mia, "/ladder").await;
        assert_eq!((&ladder["published"], &ladder["proposed"]["reason"]), (&Value::Null, &json!(WHY)));
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        assert_eq!(rows::told(house, session).await, ["1 Ana screen", "1 Dr. Lee screen"]);
        publish(house, jo(house), &proposed["version"]).await;
        let (_, ladder) = house.get(house.mia, "/ladder").await;
        assert_eq!((&ladder["published"]["ladder"], &ladder["proposed"]), (&sooner(), &Value::Null));
        assert_eq!(ladder["shipped"]["repeat_seconds"], 60);
    })
    .await;
}

#[actix_web::test]
async fn nobody_agrees_with_themselves_and_a_prescriber_is_among_the_two() {
    House::on_every_store(async |house| {
        let (_, own) = propose(house, house.dr_okafor, &sooner()).await;
        let (status, problem) = publish(house, house.dr_okafor, &own["version"]).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("ladder.own")));
        let (_, admins) = propose(house, jo(house), &sooner()).await;
        let (status, problem) = publish(house, jo(house), &admins["version"]).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("ladder.prescriber")));
        assert_eq!(publish(house, house.dr_okafor, &admins["version"]).await.0, StatusCode::OK);
    })
    .await;
}

#[actix_web::test]
async fn what_was_overtaken_or_published_cannot_be_published() {
    House::on_every_store(async |house| {
        let (_, first) = propose(house, house.dr_okafor, &sooner()).await;
        let (_, second) = propose(house, house.dr_okafor, &sooner()).await;
        let gone = (StatusCode::CONFLICT, json!("ladder.superseded"));
        let refused = async |version: &Value| {
            let (status, problem) = publish(house, jo(house), version).await;
            (status, problem["code"].clone())
        };
        assert_eq!(refused(&first["version"]).await, gone);
        assert_eq!(publish(house, jo(house), &second["version"]).await.0, StatusCode::OK);
        assert_eq!(refused(&second["version"]).await, gone);
        assert_eq!(refused(&json!(99)).await, gone);
    })
    .await;
}

#[actix_web::test]
async fn a_ladder_outside_its_bounds_is_refused_field_by_field_with_the_reason() {
    House::on_every_store(async |house| {
        let mut ladder = sooner();
        ladder["rungs"][1]["after_seconds"] = json!(600);
        ladder["hold_seconds"] = json!(0);
        let (status, problem) = propose(house, house.dr_okafor, &ladder).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("ladder.out_of_bounds"))
        );
        let fields = problem["fields"].as_array().unwrap();
        let names: Vec<_> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["hold_seconds", "rungs/1/after_seconds"]);
        assert!(fields[1]["detail"].as_str().unwrap().starts_with("10 to 120: "), "{problem}");
        let (_, kept) = house.get(house.dr_lee, "/ladder").await;
        assert_eq!(kept["proposed"], Value::Null);
    })
    .await;
}

#[actix_web::test]
async fn a_step_over_ways_that_are_not_set_up_goes_by_mail() {
    House::on_every_store(async |house| {
        let mut ladder = sooner();
        ladder["rungs"][1]["channels"] = json!(["sms", "voice"]);
        let (_, proposed) = propose(house, house.dr_okafor, &ladder).await;
        assert_eq!(publish(house, jo(house), &proposed["version"]).await.0, StatusCode::OK);
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        house.pass(Span::seconds(10)).await;
        assert_eq!(rows::told(house, session).await[4..], ["2 Dr. Okafor mail", "2 Noor mail"]);
    })
    .await;
}
