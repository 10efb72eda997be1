//! Against a real mail server.

use super::house::House;
use super::personal;
use chassis::config::Smtp;
use kernel::role::Role::{Admin, Patient};
use kernel::time::Span;
use proto::events::notify::DeliveryFailed;
use serde_json::Value;
use testkit::sink::Sink;

/// The account of everything that is no alarm.
fn account(sink: &Sink, password: &str) -> Smtp {
    sink.account("no-reply@clinic.test", password)
}

/// The mails once there are `count`.
async fn mails_once(sink: &Sink, house: &House, count: usize) -> Vec<Value> {
    house.awaited(async || Some(sink.mails()).filter(|mails| mails.len() >= count)).await
}

#[actix_web::test]
async fn a_confirmation_arrives_over_tls_with_an_entry_and_without_a_word_about_anyone() {
    let Some(sink) = Sink::start() else { return };
    let house = House::with_smtp(account(&sink, "pass")).await;
    let session = house.booked(house.sam, house.dr_lee).await;
    let mails = mails_once(&sink, &house, 2).await;
    for mail in &mails {
        assert_eq!((&mail["tls"], &mail["auth"]), (&true.into(), &true.into()));
        assert_eq!(mail["headers"]["auto-submitted"], "auto-generated");
        let attachment = &mail["attachments"][0];
        assert!(
            attachment["type"].as_str().unwrap().contains("method=\"REQUEST\"")
                || attachment["type"].as_str().unwrap().contains("method=REQUEST")
        );
        let entry = attachment["text"].as_str().unwrap();
        assert!(
            entry.contains(&format!("UID:{session}@holdspace")) && entry.contains("SEQUENCE:0"),
            "{entry}"
        );
        let said = format!("{}{}{entry}", mail["subject"], mail["text"]);
        for word in personal(&house) {
            assert!(!said.contains(&word), "{word} in {said}");
        }
    }
}

#[actix_web::test]
async fn a_cancellation_takes_the_same_entry_out_again() {
    let Some(sink) = Sink::start() else { return };
    let house = House::with_smtp(account(&sink, "pass")).await;
    let session = house.booked(house.sam, house.dr_lee).await;
    mails_once(&sink, &house, 2).await;
    house.cancelled(session, house.sam, house.dr_lee).await;
    let mails = mails_once(&sink, &house, 4).await;
    let entries: Vec<&str> =
        mails.iter().map(|mail| mail["attachments"][0]["text"].as_str().unwrap()).collect();
    let taken_out: Vec<&&str> = entries.iter().filter(|entry| entry.contains("METHOD:CANCEL")).collect();
    assert_eq!(taken_out.len(), 2);
    for entry in taken_out {
        assert!(
            entry.contains("SEQUENCE:1") && entry.contains(&format!("UID:{session}@holdspace")),
            "{entry}"
        );
    }
}

#[actix_web::test]
async fn a_server_that_says_later_is_asked_again() {
    let Some(sink) = Sink::start() else { return };
    let house = House::with_smtp(account(&sink, "pass")).await;
    house.reached_at(house.sam, Patient, ("Sam", "grey@home.test", "Europe/Lisbon")).await;
    house.hear(&house.offered(house.sam)).await;
    house.until("select count(*) from notify_delivery where phase = 'failed'", 1).await;
    house.pass(Span::seconds(5));
    let mails = mails_once(&sink, &house, 1).await;
    assert_eq!(mails[0]["subject"], "You can book your next appointment");
}

#[actix_web::test]
async fn an_address_that_does_not_exist_is_said_and_mended_by_a_new_one() {
    let Some(sink) = Sink::start() else { return };
    let house = House::with_smtp(account(&sink, "pass")).await;
    house.reached_at(house.sam, Patient, ("Sam", "bounce@home.test", "Europe/Lisbon")).await;
    let mut heard = house.listen().await;
    house.hear(&house.offered(house.sam)).await;
    let fact: DeliveryFailed = house.next(&mut heard, house.mia).await;
    assert_eq!(fact.person, house.sam);
    house.until("select count(*) from notify_delivery where phase = 'refused'", 1).await;
    house.reached_at(house.sam, Patient, ("Sam", "sam@home.test", "Europe/Lisbon")).await;
    assert_eq!(mails_once(&sink, &house, 1).await[0]["to"][0], "sam@home.test");
}

#[actix_web::test]
async fn a_server_that_takes_and_falls_silent_gets_the_message_again_under_one_id() {
    let Some(sink) = Sink::start() else { return };
    let house = House::with_smtp(account(&sink, "pass")).await;
    sink.behave("stall-after-data 30");
    house.hear(&house.offered(house.sam)).await;
    mails_once(&sink, &house, 1).await;
    sink.behave("ok");
    // The lease runs out while the server is silent: the message is taken up again.
    house.pass(Span::seconds(30));
    let mails = mails_once(&sink, &house, 2).await;
    assert_eq!(mails[0]["message_id"], mails[1]["message_id"]);
    house.until("select count(*) from notify_delivery where phase = 'sent'", 1).await;
}

#[actix_web::test]
async fn a_wrong_password_costs_nobody_a_message() {
    let Some(sink) = Sink::start() else { return };
    let house = House::with_smtp(account(&sink, "wrong")).await;
    house.hear(&house.offered(house.sam)).await;
    house.until("select count(*) from notify_delivery where phase = 'failed'", 1).await;
    let (status, problem) = house.post(Admin, house.sol, "/test-mail", &serde_json::json!({})).await;
    assert_eq!(status, 409, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("password"), "{problem}");
}
