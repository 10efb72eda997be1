//! Alarm mail against a real server: sent first and marked after, tried again, and never stopped by a neighbour.

use crate::house::{House, Person};
use crate::rows;
use crate::sink::{mails_once, on_every_store};
use actix_web::http::StatusCode;
use kernel::id::SessionId;
use kernel::time::Span;
use proto::events::safety::PhaseChanged;
use serde_json::{Value, json};
use testkit::sink::Sink;

/// The on-call lead is asked by mail for a new session.
async fn asked(house: &House) -> SessionId {
    let session = house.session().await;
    house.hears(&PhaseChanged { session, phase: "arriving".into(), at: house.now() }).await;
    session
}

async fn until_mails_are(house: &House, states: &[&str]) {
    house.awaited(async || (rows::mails(house).await == states).then_some(())).await;
}

async fn until_attempted(house: &House, count: usize) -> Vec<(String, Option<String>)> {
    house.awaited(async || Some(rows::attempts(house).await).filter(|all| all.len() >= count)).await
}

#[actix_web::test]
async fn an_alarm_reaches_the_on_call_lead_over_tls_and_its_link_takes_the_incident() {
    on_every_store(async |house, sink| {
        let session = house.dosed().await;
        house.pass(Span::minutes(8)).await;
        let mail = mails_once(sink, house, 1).await.remove(0);
        assert_eq!(
            (&mail["tls"], &mail["auth"], &mail["to"][0]),
            (&json!(true), &json!(true), &json!("noor@home.test"))
        );
        let text = mail["text"].as_str().unwrap();
        let token = text.lines().find_map(|line| line.split_once("/ack#")).unwrap().1;
        assert_eq!(house.press("/links/acknowledge", token).await.0, StatusCode::OK);
        assert_eq!(house.incident(session).await["acknowledged_by"], json!(house.noor.id));
        until_mails_are(house, &["accepted"]).await;
    })
    .await;
}

#[actix_web::test]
async fn an_alarm_mail_says_nobodys_name_and_not_why() {
    on_every_store(async |house, sink| {
        let session = house.dosed().await;
        house.looks(session, 1, json!({ "CI-RESP": "nothing" })).await;
        for mail in mails_once(sink, house, 3).await {
            // The link's token is random letters, and says nothing: without it.
            let text = mail["text"].as_str().unwrap();
            let plain = text.lines().map(|line| line.split_once('#').map_or(line, |(before, _)| before));
            let said = format!("{} {}", mail["subject"], plain.collect::<Vec<_>>().join(" ")).to_lowercase();
            let people = [house.sam, house.ana, house.dr_lee, house.dr_okafor, house.noor];
            let names = people.map(|person: Person| person.name.to_lowercase());
            let why =
                ["ketamine", "emergency", "worrying", "respond", &session.to_string()].map(str::to_owned);
            for word in names.iter().chain(&why) {
                assert!(!said.contains(word.as_str()), "{word} in {said}");
            }
        }
    })
    .await;
}

#[actix_web::test]
async fn a_mail_is_sent_first_and_marked_after_and_a_doubt_sends_it_again_under_one_id() {
    on_every_store(async |house, sink| {
        sink.behave("stall-after-data 30");
        asked(house).await;
        // The server has it, and has not said so: nothing is marked.
        mails_once(sink, house, 1).await;
        assert_eq!(rows::mails(house).await, ["leased"]);
        assert_eq!(rows::attempts(house).await, []);

        assert_eq!(until_attempted(house, 1).await, [("timed_out".to_owned(), None)]);
        sink.behave("ok");
        house.pass(Span::seconds(5)).await;
        let mails = mails_once(sink, house, 2).await;
        assert_eq!(mails[0]["message_id"], mails[1]["message_id"]);
        until_mails_are(house, &["accepted"]).await;
        let attempts = rows::attempts(house).await;
        assert_eq!((attempts.len(), attempts[1].0.as_str(), attempts[1].1.is_some()), (2, "accepted", true));
    })
    .await;
}

/// One mail was not taken, and waits to be tried again.
async fn one_waits(house: &House, sink: &Sink) {
    sink.behave("refuse 451");
    asked(house).await;
    until_attempted(house, 1).await;
    until_mails_are(house, &["pending"]).await;
}

#[actix_web::test]
async fn what_a_sender_held_when_it_died_is_sent_by_another_after_three_seconds() {
    on_every_store(async |house, sink| {
        one_waits(house, sink).await;
        rows::taken_by_another_sender(house, house.now().plus(Span::seconds(3))).await;
        sink.behave("ok");
        house.pass(Span::millis(2_999)).await;
        assert_eq!((rows::mails(house).await, sink.mails()), (vec!["leased".to_owned()], vec![]));
        house.pass(Span::millis(1)).await;
        mails_once(sink, house, 1).await;
        until_mails_are(house, &["accepted"]).await;
    })
    .await;
}

#[actix_web::test]
async fn what_an_engine_held_when_it_died_it_sends_as_soon_as_it_is_here_again() {
    on_every_store(async |house, sink| {
        one_waits(house, sink).await;
        rows::taken_by_this_engine(house, house.now().plus(Span::seconds(3))).await;
        sink.behave("ok");
        house.restored(Span::millis(500)).await;
        mails_once(sink, house, 1).await;
        until_mails_are(house, &["accepted"]).await;
    })
    .await;
}

#[actix_web::test]
async fn a_server_that_says_later_is_asked_again_and_again_until_it_takes_the_mail() {
    on_every_store(async |house, sink| {
        sink.behave("refuse 451");
        asked(house).await;
        for count in 1..=3 {
            let attempts = until_attempted(house, count).await;
            assert_eq!(attempts[count - 1].0, "not_taken");
            house.pass(Span::seconds(5)).await;
        }
        assert_eq!(sink.mails(), Vec::<Value>::new());
        sink.behave("ok");
        house.pass(Span::seconds(5)).await;
        mails_once(sink, house, 1).await;
        until_mails_are(house, &["accepted"]).await;
    })
    .await;
}

#[actix_web::test]
async fn a_server_that_stalls_on_one_mail_does_not_stop_the_next() {
    on_every_store(async |house, sink| {
        sink.behave("stall-before-data 30");
        let stalled = asked(house).await;
        house.awaited(async || (sink.silences() == 1).then_some(())).await;
        sink.behave("ok");
        // So that one is the older: ids say nothing of when.
        house.pass(Span::seconds(1)).await;
        let session = asked(house).await;
        let mails = mails_once(sink, house, 1).await;
        assert!(is_about(&mails[0], session), "{mails:?}");
        until_mails_are(house, &["leased", "accepted"]).await;

        until_attempted(house, 2).await;
        house.pass(Span::seconds(5)).await;
        assert!(is_about(&mails_once(sink, house, 2).await[1], stalled));
        until_mails_are(house, &["accepted", "accepted"]).await;
    })
    .await;
}

/// A mail names a session by its last six characters.
fn is_about(mail: &Value, session: SessionId) -> bool {
    let label = session.to_string().to_uppercase();
    mail["text"].as_str().unwrap().contains(&label[label.len() - 6..])
}

#[actix_web::test]
async fn an_incident_that_was_closed_meanwhile_is_not_mailed_any_more() {
    on_every_store(async |house, sink| {
        sink.behave("refuse 451");
        let session = house.dosed().await;
        house.pass(Span::minutes(8)).await;
        until_attempted(house, 1).await;
        until_mails_are(house, &["pending"]).await;
        let path = house.incident_path(session, "resolve").await;
        house.post(house.dr_lee, &path, json!({ "outcome": "sitter_reached" })).await;
        assert_eq!(rows::mails(house).await, ["superseded"]);
        // A mail asked for later arrives; the superseded one, due long before it, does not.
        sink.behave("ok");
        house.pass(Span::seconds(5)).await;
        asked(house).await;
        let mails = mails_once(sink, house, 1).await;
        assert_eq!((mails.len(), &mails[0]["subject"]), (1, &json!("Please confirm that you are on call")));
        until_mails_are(house, &["superseded", "accepted"]).await;
    })
    .await;
}
