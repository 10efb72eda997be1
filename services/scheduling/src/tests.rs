//! Wiring, on both stores: who may, what is answered, what the house hears.

pub(crate) mod house;
mod roster;

use house::{House, houses};
use kernel::id::SessionId;
use kernel::role::Role::{Coordinator, Patient, Sitter, Therapist};
use kernel::time::{Span, Timestamp};
use proto::envelope::Event as _;
use proto::events::safety::PhaseChanged;
use proto::events::scheduling::{ReminderDue, SessionBooked, SessionCancelled};
use serde_json::{Value, json};

/// Monday 30 November 2026, 09:00 in Lisbon, where winter time is UTC.
pub(crate) const MONDAY_NINE: i64 = 1_796_029_200_000_000;
pub(crate) const HOUR: i64 = 3_600_000_000;

pub(crate) fn wish(house: &House, starts_at: i64, local: &str) -> Value {
    json!({
        "kind": "dosing", "therapist": house.dr_lee, "starts_at": starts_at, "sitter": house.ana,
        "time_zone": "Europe/Lisbon", "local": local, "offset_choice": null, "drill": null,
    })
}

fn monday_nine(house: &House) -> Value {
    wish(house, MONDAY_NINE, "2026-11-30T09:00")
}

fn names(problem: &Value) -> Vec<&str> {
    problem["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_patient_books_what_the_slots_offer_and_safety_hears_it() {
    for house in houses().await {
        let mut heard = house.listen().await;
        let query = format!("from_at={MONDAY_NINE}&until_at={}", MONDAY_NINE + 24 * HOUR);
        let path = format!("/slots?therapist={}&{query}", house.dr_lee);
        let (status, slots) = house.get(Patient, house.sam, &path).await;
        assert_eq!((status, &slots["therapist_zone"]), (200, &json!("Europe/Lisbon")));
        let slot = &slots["slots"][0];
        assert_eq!((&slot["local"], &slot["on_call"]), (&json!("2026-11-30T09:00"), &json!(house.noor)));

        let (status, booked) = house.post(Patient, house.sam, "/bookings", &monday_nine(&house)).await;
        assert_eq!((status, &booked["ends_at"]), (200, &json!(MONDAY_NINE + 7 * HOUR / 2)), "{booked}");
        let fact: SessionBooked = house.next(&mut heard).await;
        assert_eq!((fact.on_call, fact.sitter, fact.drill), (house.noor, Some(house.ana), false));
        assert_eq!(fact.prescriber, Some(house.ida));

        let (_, list) = house.get(Therapist, house.dr_lee, "/bookings").await;
        assert_eq!((&list[0]["session"], &list[0]["state"]), (&booked["session"], &json!("booked")));
    }
}

#[actix_web::test]
async fn of_sixty_four_bookers_of_one_time_one_is_booked_and_all_others_hear_that_it_is_taken() {
    for house in houses().await {
        let mut patients = vec![];
        for _ in 0..64 {
            patients.push(house.newcomer(Patient).await);
        }
        let bodies: Vec<Value> = (0..64).map(|_| monday_nine(&house)).collect();
        let asked = patients
            .iter()
            .zip(&bodies)
            .map(|(patient, body)| house.post(Patient, *patient, "/bookings", body));
        let answers = futures_util::future::join_all(asked).await;
        let count = |wanted: u16| answers.iter().filter(|(status, _)| *status == wanted).count();
        assert_eq!((count(200), count(409)), (1, 63));
        assert!(answers.iter().all(|(status, answer)| *status == 200 || answer["code"] == "booking.taken"));
    }
}

#[actix_web::test]
async fn a_taken_time_names_the_two_nearest_that_are_free() {
    for house in houses().await {
        house.post(Patient, house.sam, "/bookings", &monday_nine(&house)).await;
        let other = house.newcomer(Patient).await;
        let (status, problem) = house
            .post(Patient, other, "/bookings", &wish(&house, MONDAY_NINE + HOUR, "2026-11-30T10:00"))
            .await;
        assert_eq!((status, &problem["code"]), (409, &json!("booking.taken")));
        let free = [MONDAY_NINE + 7 * HOUR / 2, MONDAY_NINE + 4 * HOUR].map(|at| at.to_string());
        assert_eq!(names(&problem), free);
    }
}

#[actix_web::test]
async fn a_command_sent_twice_books_once() {
    for house in houses().await {
        let key = chassis::ids::fresh();
        let body = monday_nine(&house);
        let (_, first) = house.send(Patient, house.sam, "/bookings", &body, Some(key)).await;
        let (status, second) = house.send(Patient, house.sam, "/bookings", &body, Some(key)).await;
        assert_eq!((status, &second), (200, &first));
        let (status, problem) = house.send(Patient, house.sam, "/bookings", &body, None).await;
        assert_eq!((status, &problem["code"]), (400, &json!("idempotency.key_missing")));
    }
}

#[actix_web::test]
async fn a_time_the_clocks_skip_is_refused_with_its_neighbours() {
    for house in houses().await {
        // Lisbon skips 01:00 to 02:00 on 28 March 2027.
        let (status, problem) =
            house.post(Patient, house.sam, "/bookings", &wish(&house, MONDAY_NINE, "2027-03-28T01:30")).await;
        assert_eq!((status, &problem["code"]), (422, &json!("booking.local_time_gap")));
        assert_eq!(names(&problem), ["2027-03-28T00:30", "2027-03-28T02:00"]);
    }
}

#[actix_web::test]
async fn a_time_the_clocks_repeat_needs_a_choice() {
    for house in houses().await {
        house.post(Therapist, house.dr_lee, "/availability", &all_week()).await;
        // Lisbon repeats 01:00 to 02:00 on 31 October 2027; the first 01:30 is 00:30 UTC.
        let at = 1_824_942_600_000_000;
        let mut body = wish(&house, at, "2027-10-31T01:30");
        body["kind"] = json!("integration");
        let (status, problem) = house.post(Patient, house.sam, "/bookings", &body).await;
        assert_eq!((status, &problem["code"]), (422, &json!("booking.local_time_fold")));
        assert_eq!(names(&problem), ["earlier", "later"]);
        body["offset_choice"] = json!("earlier");
        let (status, booked) = house.post(Patient, house.sam, "/bookings", &body).await;
        assert_eq!((status, &booked["starts_at"]), (200, &json!(at)), "{booked}");
    }
}

fn all_week() -> Value {
    let weekly: Vec<Value> =
        (1..=7).map(|weekday| json!({"weekday": weekday, "from": "00:00", "until": "24:00"})).collect();
    json!({"time_zone": "Europe/Lisbon", "weekly": weekly})
}

#[actix_web::test]
async fn without_anyone_on_call_no_session_is_booked() {
    for house in houses().await {
        // A week later nobody has a duty.
        let later = MONDAY_NINE + 7 * 24 * HOUR;
        let (status, problem) =
            house.post(Patient, house.sam, "/bookings", &wish(&house, later, "2026-12-07T09:00")).await;
        assert_eq!((status, &problem["code"]), (422, &json!("booking.no_on_call")));
        assert_eq!(problem["fields"].as_array().unwrap().len(), 2, "{problem}");
    }
}

#[actix_web::test]
async fn outside_of_the_week_and_without_a_sitter_nothing_is_booked() {
    for house in houses().await {
        let night = wish(&house, MONDAY_NINE - 6 * HOUR, "2026-11-30T03:00");
        let (status, problem) = house.post(Patient, house.sam, "/bookings", &night).await;
        assert_eq!((status, &problem["code"]), (422, &json!("booking.outside_availability")));
        let mut alone = monday_nine(&house);
        alone["sitter"] = Value::Null;
        let (status, problem) = house.post(Patient, house.sam, "/bookings", &alone).await;
        assert_eq!((status, &problem["code"]), (422, &json!("booking.no_sitter")));
    }
}

#[actix_web::test]
async fn nobody_is_booked_in_a_role_they_do_not_hold() {
    for house in houses().await {
        let mut body = monday_nine(&house);
        body["therapist"] = json!(house.ana);
        let (status, problem) = house.post(Patient, house.sam, "/bookings", &body).await;
        assert_eq!((status, names(&problem)), (422, vec!["therapist"]));
    }
}

#[actix_web::test]
async fn a_cancellation_frees_the_time_and_keeps_its_reason_sealed() {
    for house in houses().await {
        let (_, booked) = house.post(Patient, house.sam, "/bookings", &monday_nine(&house)).await;
        let path = format!("/bookings/{}/cancellation", booked["session"].as_str().unwrap());
        let stranger = house.newcomer(Patient).await;
        let reason = json!({"reason": "My sitter is ill"});
        assert_eq!(house.post(Patient, stranger, &path, &reason).await.0, 404);
        let mut heard = house.listen().await;
        let (status, cancelled) = house.post(Patient, house.sam, &path, &reason).await;
        assert_eq!((status, &cancelled["state"]), (200, &json!("cancelled")), "{cancelled}");
        let fact: SessionCancelled = house.next(&mut heard).await;
        assert_eq!(fact.patient, house.sam);

        let (_, list) = house.get(Coordinator, house.mia, "/bookings").await;
        assert_eq!(list[0]["reason"], "My sitter is ill");
        assert!(!crate::store::tests::reasons(&house).await.windows(6).any(|bytes| bytes == b"sitter"));
        assert_eq!(house.post(Patient, stranger, "/bookings", &monday_nine(&house)).await.0, 200);
        assert_eq!(house.post(Patient, house.sam, &path, &reason).await.0, 409);
    }
}

#[actix_web::test]
async fn a_session_that_is_under_way_is_not_cancelled_from_the_calendar() {
    for house in houses().await {
        let (_, booked) = house.post(Patient, house.sam, "/bookings", &monday_nine(&house)).await;
        let session: SessionId = booked["session"].as_str().unwrap().parse().unwrap();
        let at = Timestamp::from_micros(MONDAY_NINE);
        house.hear(PhaseChanged::NAME, json!({"session": session, "phase": "arriving", "at": at})).await;
        let path = format!("/bookings/{session}/cancellation");
        let (status, problem) = house.post(Patient, house.sam, &path, &json!({"reason": "Late"})).await;
        assert_eq!((status, &problem["code"]), (409, &json!("booking.over")));
        house.hear(PhaseChanged::NAME, json!({"session": session, "phase": "closed", "at": at})).await;
        let (_, list) = house.get(Patient, house.sam, "/bookings").await;
        assert_eq!(list[0]["state"], "completed");
    }
}

#[actix_web::test]
async fn people_are_reminded_a_day_before() {
    for house in houses().await {
        house.post(Patient, house.sam, "/bookings", &monday_nine(&house)).await;
        let mut heard = house.listen().await;
        house.pass(Span::hours(24 * 7)).await;
        let fact: ReminderDue = house.next(&mut heard).await;
        assert_eq!((fact.people, fact.starts_at.micros()), (vec![house.sam, house.dr_lee], MONDAY_NINE));
    }
}

#[actix_web::test]
async fn a_drill_begins_at_once_and_only_the_clinic_books_one() {
    for house in houses().await {
        let mut body = wish(&house, house.now().micros(), "2026-11-22T09:00");
        body["drill"] = json!({"pace": 60});
        let (status, problem) = house.post(Patient, house.sam, "/bookings", &body).await;
        assert_eq!((status, &problem["code"]), (403, &json!("auth.forbidden")));
        body["patient"] = json!(house.sam);
        let (status, booked) = house.post(Coordinator, house.mia, "/bookings", &body).await;
        let ends_at = house.now().plus(Span::seconds(210));
        assert_eq!((status, &booked["ends_at"]), (200, &json!(ends_at)), "{booked}");
    }
}

#[actix_web::test]
async fn a_week_and_a_duty_that_make_no_sense_are_refused() {
    for house in houses().await {
        let week = |zone: &str, from: &str| json!({"time_zone": zone, "weekly": [{"weekday": 1, "from": from, "until": "17:00"}]});
        for wrong in [
            week("Mars/Base", "09:00"),
            week("Etc/GMT-14", "09:00"),
            week("Europe/Lisbon", "18:00"),
            week("Europe/Lisbon", "9am!!"),
        ] {
            let (status, problem) = house.post(Therapist, house.dr_lee, "/availability", &wrong).await;
            assert_eq!((status, &problem["code"]), (422, &json!("field.invalid")), "{wrong}");
        }
        let (_, week) = house.get(Therapist, house.dr_lee, "/availability").await;
        assert_eq!(week["weekly"][0], json!({"weekday": 1, "from": "09:00", "until": "17:00"}));
        let now = house.now();
        let backwards = json!({"person": house.noor, "from_at": now, "until_at": now});
        assert_eq!(house.post(Coordinator, house.mia, "/on-call", &backwards).await.0, 422);
        let by_a_sitter = json!({"person": house.ana, "from_at": now, "until_at": now.plus(Span::hours(1))});
        assert_eq!(house.post(Coordinator, house.mia, "/on-call", &by_a_sitter).await.0, 422);
        let (_, roster) = house.get(Coordinator, house.mia, "/on-call").await;
        assert_eq!(roster[0]["person"], json!(house.noor));
    }
}

#[actix_web::test]
async fn each_route_asks_for_its_role() {
    for house in houses().await {
        assert_eq!(house.get(Sitter, house.ana, "/bookings").await.0, 403);
        assert_eq!(house.post(Therapist, house.dr_lee, "/bookings", &monday_nine(&house)).await.0, 403);
        assert_eq!(house.post(Patient, house.sam, "/availability", &all_week()).await.0, 403);
        assert_eq!(house.get(Sitter, house.ana, "/on-call").await.0, 403);
        assert_eq!(house.anonymous("/bookings").await, 401);
    }
}
