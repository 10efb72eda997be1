//! The gate over HTTP: each reason alone keeps it closed, and a refusal leaves nothing behind.

use super::house::{House, One, on_each_store};
use super::steps::{address, ids_of};
use chassis::ids;
use kernel::role::Role;
use kernel::time::Span;
use proto::events::checkins::{PagerChanged, ScreenTested, WatchClosed};
use proto::events::identity::SitterRevoked;
use proto::events::safety::DoseOffered;
use safety_core::checklist::{self, Weight};
use serde_json::json;

/// Refused, with exactly these items, and the session stays where it was, with no dose anywhere.
async fn stays_closed(house: &House, expected: &[&str]) {
    let (status, problem) = house.post(One::DrLee, "dose/offer", &json!({})).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("gate.closed")), "{expected:?}");
    assert_eq!(ids_of(&problem["fields"], "name"), expected);
    for field in problem["fields"].as_array().unwrap() {
        assert!(field["detail"].as_str().unwrap().ends_with('.') && field["owner"].is_string(), "{field}");
    }
    let (_, session) = house.get(One::DrLee, &format!("/sessions/{}", house.session)).await;
    assert_eq!((session["phase"].as_str(), session["offer"].is_null()), (Some("gate"), true));
    assert!(session["dose_at"].is_null());
}

#[actix_web::test]
async fn everything_in_place_opens_the_gate_and_the_sitter_witnesses() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        assert_eq!(house.red().await, Vec::<String>::new());
        let mut heard = house.listen().await;
        house.dose().await;
        assert_eq!(house.phase().await, "dosed");
        let offered: DoseOffered = house.next(&mut heard).await;
        assert_eq!(offered.until_at, house.now().plus(Span::seconds(30)));
    })
    .await;
}

#[actix_web::test]
async fn each_no_alone_keeps_the_gate_closed() {
    let house = House::start("sqlite:".into()).await;
    house.everything_but("nothing").await;
    let asked = checklist::all().filter(|(_, item)| item.weight != Weight::Advisory);
    for (_, item) in asked {
        for role in item.who.roles() {
            house.says(House::one(*role), item.id, "no").await;
            let holds = ["PT-CNT", "PT-CSSRS"].contains(&item.id);
            let both = [item.id, "HOLD"];
            stays_closed(&house, both.split_at(if holds { 2 } else { 1 }).0).await;
            house.says(House::one(*role), item.id, "yes").await;
            if holds {
                house.does(One::Ida, "hold/clearance", json!({"reason": "Looked into it"})).await;
            }
        }
    }
    house.dose().await;
}

#[actix_web::test]
async fn each_missing_fact_alone_keeps_the_gate_closed() {
    let blocking = |item: &checklist::Item| item.weight != Weight::Advisory;
    let facts = checklist::all().filter(|(_, item)| item.proof.is_some() && blocking(item));
    let ours = facts.filter(|(_, item)| !["PT-CONS", "PT-INTV", "TH-FIT"].contains(&item.id));
    for id in ours.map(|(_, item)| item.id) {
        let house = House::start("sqlite:".into()).await;
        house.everything_but(id).await;
        stays_closed(
            &house,
            if id == "TH-CONS" { &["PT-CONS", "TH-CONS"] } else { std::slice::from_ref(&id) },
        )
        .await;
    }
}

#[actix_web::test]
async fn each_missing_press_alone_keeps_the_gate_closed() {
    for id in ["READY-PATIENT", "READY-SITTER", "READY-THERAPIST"] {
        let house = House::start("sqlite:".into()).await;
        house.everything_but(id).await;
        stays_closed(&house, &[id]).await;
    }
}

#[actix_web::test]
async fn advisory_items_are_declined_with_a_reason_and_never_block() {
    on_each_store(async |house| {
        house.everything_but("PT-MASK").await;
        let declined = json!({"answer": "declined", "reason": null});
        assert_eq!(house.post(One::Sam, "checklist/PT-MASK", &declined).await.0, 422);
        house
            .does(One::Sam, "checklist/PT-MASK", json!({"answer": "declined", "reason": "I dislike it"}))
            .await;
        house.dose().await;
    })
    .await;
}

#[actix_web::test]
async fn no_blocking_item_can_be_skipped() {
    on_each_store(async |house| {
        let declined = json!({"answer": "declined", "reason": "We are in a hurry today"});
        let (status, problem) = house.post(One::Sam, "checklist/PT-FOOD", &declined).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("checklist.required")));
        let yes = json!({"answer": "yes", "reason": null});
        let (status, problem) = house.post(One::DrLee, "checklist/PT-BP", &yes).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("checklist.measured")));
        let (status, problem) = house.post(One::Sam, "checklist/PT-ID", &yes).await;
        assert_eq!((status, problem["code"].as_str()), (403, Some("checklist.not_yours")));
        assert_eq!(house.post(One::Sam, "checklist/PT-NOPE", &yes).await.0, 404);
    })
    .await;
}

#[actix_web::test]
async fn answers_run_out_after_an_hour() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.pass(Span::minutes(60)).await;
        let (status, problem) = house.post(One::DrLee, "dose/offer", &json!({})).await;
        assert_eq!(status, 409);
        assert!(ids_of(&problem["fields"], "name").contains(&"PT-FOOD".to_owned()));
    })
    .await;
}

#[actix_web::test]
async fn a_gate_that_closes_after_the_offer_refuses_the_witness() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.does(One::DrLee, "dose/offer", json!({})).await;
        house.says(One::Sam, "PT-WELL", "no").await;
        let (status, problem) = house.post(One::Ana, "dose/witness", &json!({})).await;
        assert_eq!((status, ids_of(&problem["fields"], "name")), (409, vec!["PT-WELL".to_owned()]));
        assert_eq!(house.phase().await, "dosing_offered");
    })
    .await;
}

#[actix_web::test]
async fn losing_the_sitter_or_the_watch_closes_the_gate() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        let (session, at) = (house.session, house.now());
        house.hear(&SitterRevoked { session, person: house.person(One::Ana), at }).await;
        house.hear(&WatchClosed { session, at }).await;
        assert_eq!(house.red().await, ["ST-PRES", "WATCH-ARMED"]);
    })
    .await;
}

#[actix_web::test]
async fn a_new_address_has_to_be_confirmed_again() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.does(One::Sam, "address", address()).await;
        assert_eq!(house.red().await, ["PT-LOC"]);
        house.says(One::DrLee, "PT-LOC", "yes").await;
        assert_eq!(house.red().await, Vec::<String>::new());
    })
    .await;
}

#[actix_web::test]
async fn a_wrong_count_places_a_hold_that_only_the_prescriber_lifts() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.says(One::DrLee, "PT-CNT", "no").await;
        house.says(One::DrLee, "PT-CNT", "yes").await;
        stays_closed(house, &["HOLD"]).await;
        let why = json!({"reason": "Counted again on camera"});
        assert_eq!(house.post(One::DrLee, "hold/clearance", &why).await.0, 403);
        house.does(One::Ida, "hold/clearance", why).await;
        assert_eq!(house.red().await, Vec::<String>::new());
    })
    .await;
}

#[actix_web::test]
async fn only_the_leading_therapist_begins_and_only_the_sitter_witnesses() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        for one in [One::Sam, One::Ana, One::Ida, One::Mia, One::Noor] {
            assert_eq!(house.post(one, "dose/offer", &json!({})).await.0, 403, "{one:?}");
        }
        house.does(One::DrLee, "dose/offer", json!({})).await;
        for one in [One::Sam, One::DrLee, One::Ida, One::Mia, One::Noor] {
            assert_eq!(house.post(one, "dose/witness", &json!({})).await.0, 403, "{one:?}");
        }
        house.does(One::Ana, "dose/witness", json!({})).await;
    })
    .await;
}

#[actix_web::test]
async fn the_witness_has_thirty_seconds() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.does(One::DrLee, "dose/offer", json!({})).await;
        house.pass(Span::seconds(31)).await;
        let (status, problem) = house.post(One::Ana, "dose/witness", &json!({})).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("dose.offer_over")));
        assert_eq!(house.phase().await, "gate");
        house.dose().await;
    })
    .await;
}

#[actix_web::test]
async fn the_same_command_twice_gives_the_first_answer_and_one_dose() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        let key = ids::fresh();
        let first = house.send(One::DrLee, "dose/offer", &json!({}), key).await;
        house.pass(Span::seconds(10)).await;
        assert_eq!(house.send(One::DrLee, "dose/offer", &json!({}), key).await, first);
        let key = ids::fresh();
        let first = house.send(One::Ana, "dose/witness", &json!({}), key).await;
        house.pass(Span::minutes(5)).await;
        assert_eq!(house.send(One::Ana, "dose/witness", &json!({}), key).await, first);
        assert_eq!(first.0, 200);
    })
    .await;
}

#[actix_web::test]
async fn nobody_outside_the_session_learns_that_it_exists() {
    on_each_store(async |house| {
        for rest in ["gate", "checklist", "vitals", "emergency-card"] {
            assert_eq!(house.stranger(Role::Therapist, false, rest).await, 404, "{rest}");
            assert_eq!(house.stranger(Role::Therapist, true, rest).await, 404, "{rest}");
            assert_eq!(house.stranger(Role::Coordinator, false, "gate").await, 404);
        }
    })
    .await;
}

#[actix_web::test]
async fn the_gate_says_what_is_missing_on_the_ladder_and_whose_it_is() {
    on_each_store(async |house| {
        house.everything_but("RX-CALL").await;
        let (session, at) = (house.session, house.now());
        let mut said = vec![];
        for (standing, hole) in [("planned", Some("nobody")), ("unanswered", None)] {
            let (standing, hole) = (standing.to_owned(), hole.map(str::to_owned));
            house.hear(&PagerChanged { session, standing, hole, current: 1, at }).await;
            let (_, gate) = house.get(One::DrLee, &format!("/sessions/{session}/gate")).await;
            said.push((gate["red"][0]["owner_role"].clone(), gate["red"][0]["todo"].clone()));
            stays_closed(house, &["RX-CALL"]).await;
        }
        assert_eq!([&said[0].0, &said[1].0], ["coordinator", "on_call"]);
        assert!(said[0].1.as_str().unwrap().contains("names nobody"), "{said:?}");
        assert!(said[1].1.as_str().unwrap().contains("nobody answered"), "{said:?}");
    })
    .await;
}

#[actix_web::test]
async fn only_the_screen_of_whoever_leads_counts_and_only_its_last_test() {
    on_each_store(async |house| {
        house.everything_but("WATCH-SCREEN").await;
        let session = house.session;
        let tested = async |one: One, heard: bool| {
            let person = house.person(one);
            house.hear(&ScreenTested { session, person, heard, at: house.now() }).await;
        };
        stays_closed(house, &["WATCH-SCREEN"]).await;
        tested(One::Ida, true).await;
        stays_closed(house, &["WATCH-SCREEN"]).await;
        tested(One::DrLee, true).await;
        tested(One::DrLee, false).await;
        stays_closed(house, &["WATCH-SCREEN"]).await;
        tested(One::DrLee, true).await;
        let (_, gate) = house.get(One::DrLee, &format!("/sessions/{session}/gate")).await;
        assert_eq!(gate["red"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn one_reachable_contact_is_shown_as_a_warning_and_a_second_ends_it() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        let (session, at) = (house.session, house.now());
        let mut shown = vec![];
        for current in [1, 2] {
            let fact = PagerChanged { session, standing: "answered".into(), hole: None, current, at };
            house.hear(&fact).await;
            let (_, gate) = house.get(One::DrLee, &format!("/sessions/{session}/gate")).await;
            assert_eq!(gate["open"], true);
            shown.push(gate["amber"].as_array().unwrap().iter().any(|item| item["id"] == "RX-REACH"));
        }
        assert_eq!(shown, [true, false]);
    })
    .await;
}
