//! The day over HTTP: from the dose to the closing signature, and every other end.

use super::house::{House, One, on_each_store};
use super::steps::{ids_of, sheet};
use chassis::ids;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Span};
use proto::events::care::NextMorningAnswered;
use proto::events::checkins::{IncidentOpened, IncidentResolved, OnCallConfirmed, QUIET_CALL};
use proto::events::identity::SitterReplaced;
use proto::events::safety::{
    Discharged, DoseRecorded, OnCallHandedOver, Prolonged, SessionClosed, SessionOpened,
};
use proto::events::scheduling::{OnCallChanged, SessionCancelled};
use proto::sealed::DOSE_COUNT;
use serde_json::json;

/// Two hours after the dose, with a fresh reading.
async fn recovered(house: &House) {
    house.everything_but("nothing").await;
    house.dose().await;
    house.pass(Span::minutes(120)).await;
    house.does(One::Ana, "vitals", house.reading("discharge", 122)).await;
}

async fn discharged(house: &House) {
    recovered(house).await;
    house.does(One::DrLee, "discharge", sheet()).await;
    house.does(One::Ana, "discharge/acceptance", json!({"restrictions_read_back": true})).await;
}

#[actix_web::test]
async fn a_session_runs_from_the_dose_to_the_closing_signature() {
    on_each_store(async |house| {
        discharged(house).await;
        assert_eq!(house.phase().await, "discharged");
        let close = json!({"note": null});
        assert_eq!(house.post(One::DrLee, "closure", &close).await.0, 409);
        let (session, at) = (house.session, house.now());
        house.hear(&NextMorningAnswered { session, severity: Severity::Ok, at }).await;
        let mut heard = house.listen().await;
        house.does(One::DrLee, "closure", close).await;
        let said: SessionClosed = house.next(&mut heard).await;
        assert_eq!((said.by, house.phase().await.as_str()), (house.person(One::DrLee), "closed"));
    })
    .await;
}

#[actix_web::test]
async fn the_house_hears_when_the_next_morning_is() {
    on_each_store(async |house| {
        recovered(house).await;
        let mut heard = house.listen().await;
        house.does(One::DrLee, "discharge", sheet()).await;
        house.does(One::Ana, "discharge/acceptance", json!({"restrictions_read_back": true})).await;
        let said: Discharged = house.next(&mut heard).await;
        assert_eq!(said.next_morning_at, house.now().plus(Span::hours(18)));
    })
    .await;
}

#[actix_web::test]
async fn nobody_is_discharged_too_early() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.dose().await;
        house.pass(Span::minutes(119)).await;
        house.does(One::Ana, "vitals", house.reading("discharge", 122)).await;
        let (status, problem) = house.post(One::DrLee, "discharge", &sheet()).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("discharge.too_early")));
        assert_eq!(ids_of(&problem["fields"], "name"), ["earliest_discharge_at"]);
    })
    .await;
}

#[actix_web::test]
async fn an_unmet_criterion_is_named_and_the_sitter_cannot_go_first() {
    on_each_store(async |house| {
        recovered(house).await;
        let accept = json!({"restrictions_read_back": true});
        assert_eq!(house.post(One::Ana, "discharge/acceptance", &accept).await.0, 409);
        let mut unsteady = sheet();
        unsteady["criteria"]["D4"] = false.into();
        unsteady["padss"]["gait"] = json!(0);
        let (status, problem) = house.post(One::DrLee, "discharge", &unsteady).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("discharge.unmet")));
        assert_eq!(ids_of(&problem["fields"], "name"), ["D4", "PADSS"]);
        assert_eq!(house.phase().await, "recovering");
    })
    .await;
}

#[actix_web::test]
async fn vitals_far_from_the_start_and_open_incidents_keep_the_patient() {
    on_each_store(async |house| {
        recovered(house).await;
        house.does(One::Ana, "vitals", house.reading("discharge", 150)).await;
        let (session, at, incident) = (house.session, house.now(), ids::fresh());
        let (cause, severity) = ("missed_checkin".to_owned(), Severity::Urgent);
        house.hear(&IncidentOpened { session, incident, cause, severity, at }).await;
        let (_, problem) = house.post(One::DrLee, "discharge", &sheet()).await;
        assert_eq!(ids_of(&problem["fields"], "name"), ["D5", "D10"]);
        // Nobody in the home may notice a quiet call by a signature that is refused.
        let (quiet, cause, severity) = (ids::fresh(), QUIET_CALL.to_owned(), Severity::Emergency);
        house.hear(&IncidentOpened { session, incident: quiet, cause, severity, at }).await;
        house.hear(&IncidentResolved { session, incident, by: house.person(One::DrLee), at }).await;
        house.does(One::Ana, "vitals", house.reading("discharge", 124)).await;
        house.does(One::DrLee, "discharge", sheet()).await;
    })
    .await;
}

#[actix_web::test]
async fn the_sitter_repeats_the_rules_before_taking_over() {
    on_each_store(async |house| {
        recovered(house).await;
        house.does(One::DrLee, "discharge", sheet()).await;
        let silent = json!({"restrictions_read_back": false});
        assert_eq!(house.post(One::Ana, "discharge/acceptance", &silent).await.0, 409);
        let spoken = json!({"restrictions_read_back": true});
        assert_eq!(house.post(One::DrLee, "discharge/acceptance", &spoken).await.0, 403);
        house.does(One::Ana, "discharge/acceptance", spoken).await;
    })
    .await;
}

#[actix_web::test]
async fn a_dose_outside_the_gate_is_stored_and_starts_the_observation() {
    on_each_store(async |house| {
        let mut heard = house.listen().await;
        let taken_at = house.now().minus(Span::minutes(3));
        let dose = json!({"taken_at": taken_at, "lozenges": 1, "note": "Taken before the call"});
        let answer = house.does(One::Ana, "dose/record", dose).await;
        assert_eq!(answer["phase"], "dosed");
        let said: DoseRecorded = house.next(&mut heard).await;
        assert_eq!((said.at, said.out_of_order, said.patient), (taken_at, true, house.person(One::Sam)));
        let count =
            house.service().store.vault().open_from_bus(DOSE_COUNT, said.patient, &said.sealed).unwrap();
        assert_eq!(count, br#"{"lozenges":1}"#);
        assert_eq!(house.post(One::Sam, "dose/record", &json!({})).await.0, 403);
    })
    .await;
}

#[actix_web::test]
async fn a_long_session_calls_the_prescriber_and_then_urgently() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.dose().await;
        let mut heard = house.listen().await;
        house.pass(Span::minutes(240)).await;
        assert_eq!(house.next::<Prolonged>(&mut heard).await.severity, Severity::Watch);
        house.pass(Span::minutes(120)).await;
        assert_eq!(house.next::<Prolonged>(&mut heard).await.severity, Severity::Urgent);
    })
    .await;
}

#[actix_web::test]
async fn every_other_end_waits_for_a_signature() {
    on_each_store(async |house| {
        let ends = [
            (One::DrLee, "without_dose", "ended_without_dose"),
            (One::Sam, "withdrawn", "withdrawn"),
            (One::DrLee, "no_show", "no_show"),
        ];
        for (one, kind, phase) in ends {
            house.session = house.books(Pace::REAL).await;
            house.does(one, "end", json!({"kind": kind, "reason": "As it happened"})).await;
            assert_eq!(house.phase().await, phase);
            house.does(One::DrLee, "closure", json!({"note": null})).await;
            assert_eq!(house.phase().await, "closed");
        }
    })
    .await;
}

#[actix_web::test]
async fn after_the_dose_only_a_hand_over_ends_it_and_the_reason_is_for_those_who_treat() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.dose().await;
        for (one, kind) in [(One::Sam, "withdrawn"), (One::DrLee, "without_dose"), (One::DrLee, "no_show")] {
            let (status, _) = house.post(one, "end", &json!({"kind": kind, "reason": "Enough"})).await;
            assert_eq!(status, 409, "{kind}");
        }
        house.does(One::DrLee, "end", json!({"kind": "handed_over", "reason": "Ambulance 7"})).await;
        let path = format!("/sessions/{}", house.session);
        let (_, seen) = house.get(One::DrLee, &path).await;
        assert_eq!(
            (seen["phase"].as_str(), seen["end"]["reason"].as_str()),
            (Some("handed_over"), Some("Ambulance 7"))
        );
        assert!(house.get(One::Ana, &path).await.1["end"]["reason"].is_null());
    })
    .await;
}

#[actix_web::test]
async fn a_cancelled_booking_never_reaches_the_gate_even_if_it_is_heard_first() {
    on_each_store(async |house| {
        let (patient, therapist) = (house.person(One::Sam), house.person(One::DrLee));
        let at = house.now();
        house.hear(&SessionCancelled { session: house.session, patient, therapist, at }).await;
        assert_eq!(house.phase().await, "ended_without_dose");
        house.hear(&SessionCancelled { session: ids::fresh(), patient, therapist, at }).await;
        house.session = house.books(Pace::REAL).await;
        assert_eq!(house.phase().await, "booked");
    })
    .await;
}

#[actix_web::test]
async fn the_people_of_a_session_are_said_once_with_the_duty_they_hold() {
    on_each_store(async |house| {
        let mut heard = house.listen().await;
        house.books(Pace::REAL).await;
        let said: SessionOpened = house.next(&mut heard).await;
        let on_call: Vec<_> = said.people.iter().filter(|member| member.on_call).collect();
        assert_eq!((said.people.len(), on_call.len()), (5, 1));
        assert_eq!(on_call[0].person, house.person(One::Noor));
    })
    .await;
}

#[actix_web::test]
async fn the_duty_is_handed_over_once_and_the_gate_waits_for_whoever_has_it_now() {
    on_each_store(async |house| {
        let (session, noor, mia) = (house.session, house.person(One::Noor), house.person(One::Mia));
        house.hear(&OnCallConfirmed { session, person: noor, at: house.now() }).await;
        let mut heard = house.listen().await;
        let at = house.now();
        house.hear(&OnCallChanged { session, on_call: mia, at }).await;
        let said = loop {
            let said: SessionOpened = house.next(&mut heard).await;
            // The booking's own word may still be under way.
            if said.people.iter().any(|member| member.on_call && member.person == mia) {
                break said;
            }
        };
        assert_eq!(said.people.iter().filter(|member| member.on_call).count(), 1);
        assert!(said.people.iter().any(|member| member.person == noor), "Noor may hold an incident");
        let handed: OnCallHandedOver = house.next(&mut heard).await;
        assert_eq!(handed.person, mia);

        // What is older, or from whoever had it, changes nothing.
        house.hear(&OnCallChanged { session, on_call: noor, at: at.minus(Span::seconds(1)) }).await;
        house.hear(&OnCallConfirmed { session, person: noor, at: house.now() }).await;
        assert!(wants_on_call(house).await);
        house.hear(&OnCallConfirmed { session, person: mia, at: house.now() }).await;
        assert!(!wants_on_call(house).await);
    })
    .await;
}

/// Whether the gate still waits for whoever is on call.
async fn wants_on_call(house: &House) -> bool {
    let (_, gate) = house.get(One::DrLee, "gate").await;
    gate["red"].as_array().unwrap().iter().any(|item| item["id"] == "RX-CALL")
}

#[actix_web::test]
async fn a_drill_at_sixty_is_over_in_minutes() {
    on_each_store(async |house| {
        house.session = house.books(Pace::new(60).unwrap()).await;
        house.everything_but("nothing").await;
        house.dose().await;
        house.pass(Span::minutes(2)).await;
        house.does(One::Ana, "vitals", house.reading("discharge", 122)).await;
        house.does(One::DrLee, "discharge", sheet()).await;
        let signed =
            house.does(One::Ana, "discharge/acceptance", json!({"restrictions_read_back": true})).await;
        assert_eq!(signed["next_morning_at"], json!(house.now().plus(Span::seconds(30))));
    })
    .await;
}

#[actix_web::test]
async fn a_second_real_dose_within_three_days_is_refused() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.dose().await;
        house.pass(Span::hours(71)).await;
        house.does(One::DrLee, "end", json!({"kind": "handed_over", "reason": "Tested"})).await;
        house.session = house.books(Pace::REAL).await;
        house.everything_but("nothing").await;
        assert_eq!(house.red().await, ["PT-INTV"]);
    })
    .await;
}

#[actix_web::test]
async fn the_board_shows_own_sessions_and_the_clinics_to_the_coordinator() {
    on_each_store(async |house| {
        for one in [One::Sam, One::Ana, One::DrLee, One::Ida, One::Noor, One::Mia] {
            let (status, rows) = house.get(one, "/sessions").await;
            assert_eq!((status, rows.as_array().unwrap().len()), (200, 1), "{one:?}");
            assert!(rows[0]["red"].as_u64().unwrap() > 50);
        }
        assert_eq!(house.stranger(kernel::role::Role::Patient, true, "/sessions").await, 200);
        let (_, trail) = house.get(One::DrLee, "trail").await;
        assert_eq!(trail[0]["action"], "session.opened");
    })
    .await;
}

#[actix_web::test]
async fn another_sitter_takes_the_place_in_the_middle_of_a_session() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.dose().await;
        let mut heard = house.listen().await;
        let (session, replaced, at) = (house.session, house.person(One::Ana), house.now());
        let person = ids::fresh();
        house.hear(&SitterReplaced { session, person, replaced, at }).await;
        let said: SessionOpened = house.next(&mut heard).await;
        let sitters: Vec<_> = said.people.iter().filter(|member| member.role == Role::Sitter).collect();
        assert_eq!((sitters.len(), sitters[0].person), (1, person));
        let path = format!("/sessions/{session}");
        let (_, seen) = house.get(One::DrLee, &path).await;
        assert_eq!((&seen["people"]["sitter"], &seen["phase"]), (&json!(person), &json!("dosed")));
        // The one before is a stranger here now.
        assert_eq!(house.get(One::Ana, &path).await.0, 404);
    })
    .await;
}
