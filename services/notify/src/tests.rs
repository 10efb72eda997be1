//! Wiring, on both stores: what is heard becomes a message, and nobody is left without word of it.

pub(crate) mod house;
mod smtp;

use house::{House, houses};
use kernel::role::Role::{Admin, Coordinator, Patient, Sitter, Therapist};
use kernel::time::Span;
use proto::events::notify::DeliveryFailed;
use serde_json::{Value, json};

/// Monday 30 November 2026, 09:00 UTC.
const MONDAY_NINE: i64 = 1_796_029_200_000_000;
const HOUR: i64 = 3_600_000_000;

fn texts<'a>(mails: &'a [Value], role: &str) -> Vec<&'a str> {
    let of_role = mails.iter().filter(|mail| mail["to_role"] == role);
    of_role.map(|mail| mail["text"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_booking_is_confirmed_by_the_readers_own_clock() {
    for house in houses(true).await {
        house.booked(house.sam, house.dr_lee).await;
        let mails = house.mails(2).await;
        assert!(mails.iter().all(|mail| mail["subject"] == "[Drill] Your appointment is booked"));
        assert!(texts(&mails, "patient")[0].contains("When: Monday 30 November 2026, 09:00 (Europe/Lisbon)"));
        assert!(
            texts(&mails, "therapist")[0].contains("When: Monday 30 November 2026, 02:00 (America/Denver)")
        );
        assert_eq!(mails.iter().filter(|mail| mail["to_name"] == "Sam").count(), 1);
    }
}

#[actix_web::test]
async fn an_invitation_carries_its_token_in_the_fragment_of_the_sitters_door() {
    for house in houses(true).await {
        house.invited(house.ana, "sitter_invitation", "T-1").await;
        let mails = house.mails(1).await;
        assert_eq!(mails[0]["links"], json!(["http://sitter.localhost:8080/s#T-1"]));
        house.until("select count(*) from notify_delivery where phase = 'sent'", 1).await;
        assert_eq!(house.stored("token").await, "", "a token is kept no longer than it is needed");
    }
}

#[actix_web::test]
async fn a_message_waits_for_an_address_and_leaves_when_there_is_one() {
    for house in houses(true).await {
        let kim = chassis::ids::fresh();
        house.invited(kim, "patient_invitation", "T-2").await;
        house.until("select count(*) from notify_delivery where phase = 'failed'", 1).await;
        assert!(!house.stored("token").await.contains("T-2"), "a token rests sealed");
        house.arrives(kim, Patient, "Kim", "Europe/Lisbon").await;
        assert_eq!(house.mails(1).await[0]["to_name"], "Kim");
    }
}

#[actix_web::test]
async fn what_can_never_be_taken_is_given_up_after_its_tries_and_people_are_told() {
    for house in houses(true).await {
        house.told_of_a_link(house.sam, "a purpose from the future").await;
        house.until("select count(*) from notify_letter where tries = 1 and died_at is null", 1).await;
        for tries in 2..=8 {
            house.pass(Span::seconds(32));
            house.until(&format!("select count(*) from notify_letter where tries = {tries}"), 1).await;
        }
        house.until("select count(*) from notify_letter where died_at is not null", 1).await;
        let mails = house.mails(2).await;
        assert!(mails.iter().all(|mail| mail["subject"] == "Please check: something was not done"));
        let roles: Vec<_> = mails.iter().map(|mail| mail["to_role"].as_str().unwrap()).collect();
        assert!(roles.contains(&"coordinator") && roles.contains(&"admin"), "{roles:?}");
    }
}

#[actix_web::test]
async fn a_fact_heard_twice_is_one_message() {
    for house in houses(true).await {
        let fact = house.offered(house.sam);
        house.hear(&fact).await;
        house.hear(&fact).await;
        house.mails(1).await;
        assert_eq!(house.count("select count(*) from notify_delivery").await, 1);
    }
}

#[actix_web::test]
async fn a_link_that_stopped_working_is_not_sent_and_the_coordinator_hears_it() {
    for house in houses(true).await {
        let mut heard = house.listen().await;
        let kim = chassis::ids::fresh();
        house.invited(kim, "patient_invitation", "T-3").await;
        let first: DeliveryFailed = house.next(&mut heard, house.mia).await;
        house.pass(Span::hours(25));
        let last: DeliveryFailed = house.next(&mut heard, house.mia).await;
        assert_eq!((first.person, last.notification), (kim, first.notification));
        house.arrives(kim, Patient, "Kim", "Europe/Lisbon").await;
        house.until("select count(*) from notify_delivery where phase = 'expired'", 1).await;
        assert_eq!(house.stored("token").await, "");
    }
}

#[actix_web::test]
async fn a_reminder_is_of_no_use_once_the_appointment_began() {
    for house in houses(true).await {
        house.reminded(house.sam, house.now().minus(Span::minutes(1))).await;
        house.until("select count(*) from notify_delivery where phase = 'expired'", 1).await;
        house.reminded(house.sam, house.now().plus(Span::hours(24))).await;
        assert_eq!(house.mails(1).await[0]["subject"], "Your appointment is tomorrow");
    }
}

#[actix_web::test]
async fn whoever_runs_the_day_is_told_of_a_gap_by_their_own_clock_while_it_can_be_filled() {
    for house in houses(true).await {
        let gap = |from: i64, until: i64| {
            (house.now().plus(Span::hours(from)), house.now().plus(Span::hours(until)))
        };
        house.uncovered(gap(-2, -1)).await;
        house.until("select count(*) from notify_delivery where phase = 'expired'", 2).await;
        house.uncovered(gap(70, 72)).await;
        let mails = house.mails(2).await;
        let roles: Vec<_> = mails.iter().map(|mail| mail["to_role"].as_str().unwrap()).collect();
        assert!(roles.contains(&"coordinator") && roles.contains(&"admin"), "{roles:?}");
        assert!(mails.iter().all(|mail| mail["subject"] == "Nobody is on call soon"));
        assert!(texts(&mails, "coordinator")[0].contains("When: "), "{mails:?}");
    }
}

#[actix_web::test]
async fn repeats_about_one_incident_are_folded() {
    for house in houses(true).await {
        let incident = chassis::ids::fresh();
        for number in 0..3 {
            house.alarm(house.dr_lee, Some(incident), &format!("step {number}"));
        }
        house.alarm(house.dr_lee, None, "another");
        let mails = house.mails(2).await;
        assert_eq!((&mails[0]["text"], &mails[0]["earlier"]), (&json!("another"), &json!(0)));
        assert_eq!((&mails[1]["text"], &mails[1]["earlier"]), (&json!("step 2"), &json!(2)));
    }
}

#[actix_web::test]
async fn the_mailbox_is_there_in_a_demo_only_and_for_staff_only() {
    for house in houses(true).await {
        assert_eq!(house.get(Patient, house.sam, "/mailbox").await.0, 403);
        assert_eq!(house.get(Sitter, house.ana, "/mailbox").await.0, 403);
        assert_eq!(house.get(Therapist, house.dr_lee, "/mailbox").await.0, 200);
    }
    for house in houses(false).await {
        assert_eq!(house.get(Therapist, house.dr_lee, "/mailbox").await.0, 404);
    }
}

#[actix_web::test]
async fn a_test_mail_says_what_became_of_it() {
    for house in houses(true).await {
        assert_eq!(house.post(Coordinator, house.mia, "/test-mail", &json!({})).await.0, 403);
        let (status, sent) = house.post(Admin, house.sol, "/test-mail", &json!({})).await;
        assert_eq!((status, &sent["state"]), (200, &json!("sent")), "{sent}");
    }
    for house in houses(false).await {
        let (status, problem) = house.post(Admin, house.sol, "/test-mail", &json!({})).await;
        assert_eq!((status, &problem["code"]), (409, &json!("mail.refused")));
        assert!(problem["detail"].as_str().unwrap().starts_with("No mail server is configured"));
    }
}

#[actix_web::test]
async fn without_a_mail_server_messages_wait_and_readiness_says_so() {
    for house in houses(false).await {
        assert_eq!(house.unready(), ["notify: no mail server is configured"]);
        house.booked(house.sam, house.dr_lee).await;
        house.until("select count(*) from notify_delivery where phase = 'failed'", 2).await;
    }
}

/// A second booking text for the SMTP tests.
fn span() -> (i64, i64) {
    (MONDAY_NINE, MONDAY_NINE + 7 * HOUR / 2)
}

/// Everything the house knows about its people; none of it may be read in a message.
fn personal(house: &House) -> Vec<String> {
    let ids = [house.sam, house.dr_lee, house.ana].map(|person| person.to_string());
    ["Sam", "Lee", "Ana", "+351", "Lisbon Clinic"].map(str::to_owned).into_iter().chain(ids).collect()
}
