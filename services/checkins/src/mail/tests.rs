//! Two mail accounts against real servers: what the first does not take the second has at once.

use super::{Lane, Mail};
use chassis::clock::Clock;
use chassis::config::{Config, Smtp, SmtpTls};
use kernel::time::{Span, Timestamp};
use serde_json::json;
use std::net::TcpListener;
use std::time::Duration;
use tempfile::TempDir;
use testkit::sink::Sink;

/// Sunday 22 November 2026, 09:00 UTC.
const NINE: Timestamp = Timestamp::from_micros(1_795_338_000_000_000);
/// The next channel has the mail by then (reliability.md §2.7).
const NEXT_CHANNEL: Duration = Duration::from_secs(7);

/// A lane over two servers, and a clock that stands still.
struct Lanes {
    first: Sink,
    second: Sink,
    lane: Lane,
    clock: Clock,
    _folder: TempDir,
}

/// Nothing where the test runner brought no Python.
fn lanes() -> Option<Lanes> {
    let (first, second) = (Sink::start()?, Sink::start()?);
    let accounts = [&first, &second].map(|sink| Some(sink.account("alarm@clinic.test", "pass")));
    let (lane, clock, folder) = lane(accounts);
    Some(Lanes { first, second, lane, clock, _folder: folder })
}

fn lane(accounts: [Option<Smtp>; 2]) -> (Lane, Clock, TempDir) {
    let (folder, [alarm_smtp, smtp_second]) = (tempfile::tempdir().unwrap(), accounts);
    let config = Config { data_dir: folder.path().into(), alarm_smtp, smtp_second, ..Config::default() };
    let ground = chassis::run::ground(config, Clock::test(NINE)).unwrap();
    (Lane::new(&ground).unwrap(), ground.clock, folder)
}

/// An account at a port where nobody listens.
fn nobody() -> Smtp {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Smtp {
        host: "127.0.0.1".into(),
        port,
        tls: SmtpTls::LocalPlain,
        user: None,
        password: None,
        from: "alarm@clinic.test".into(),
        ca: None,
    }
}

async fn told(lane: &Lane, id: &str) -> Result<(), &'static str> {
    told_again(lane, id, 0).await
}

async fn told_again(lane: &Lane, id: &str, round: i64) -> Result<(), &'static str> {
    let mail = Mail { id: id.into(), to: "noor@home.test", subject: "Please look now", text: "Look.", round };
    let sent = tokio::time::timeout(NEXT_CHANNEL, lane.send(&mail)).await;
    sent.unwrap_or(Err("too_late")).map(drop)
}

impl Lanes {
    async fn told(&self, id: &str) -> Result<(), &'static str> {
        told(&self.lane, id).await
    }

    /// The ids that each server keeps.
    fn kept(&self) -> [Vec<String>; 2] {
        let id = |mail: &serde_json::Value| mail["message_id"].as_str().unwrap().to_owned();
        [&self.first, &self.second].map(|sink| sink.mails().iter().map(id).collect())
    }
}

fn ids(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| format!("<{word}@holdspace>")).collect()
}

#[actix_web::test]
async fn mail_goes_over_the_first_account_while_it_takes_it() {
    let Some(lanes) = lanes() else { return };
    lanes.told("one").await.unwrap();
    assert_eq!(lanes.kept(), [ids(&["one"]), ids(&[])]);
}

#[actix_web::test]
async fn an_account_that_says_later_is_left_for_last_for_a_minute_and_then_tried_again() {
    let Some(lanes) = lanes() else { return };
    lanes.first.behave("refuse 451");
    lanes.told("one").await.unwrap();
    lanes.first.behave("ok");
    lanes.told("two").await.unwrap();
    lanes.clock.advance(Span::seconds(59));
    lanes.told("three").await.unwrap();
    assert_eq!(lanes.kept(), [ids(&[]), ids(&["one", "two", "three"])]);

    lanes.clock.advance(Span::seconds(1));
    lanes.told("four").await.unwrap();
    lanes.told("five").await.unwrap();
    assert_eq!(lanes.kept()[0], ids(&["four", "five"]));
}

#[actix_web::test]
async fn a_first_account_that_hangs_costs_one_mail_its_time_and_not_the_next() {
    let Some(lanes) = lanes() else { return };
    lanes.first.behave("stall-before-data 30");
    lanes.told("one").await.unwrap();
    lanes.told("two").await.unwrap();
    assert_eq!((lanes.first.silences(), lanes.kept()), (1, [ids(&[]), ids(&["one", "two"])]));
}

#[actix_web::test]
async fn one_mail_alone_tries_an_account_that_has_rested() {
    let Some(lanes) = lanes() else { return };
    lanes.first.behave("refuse 451");
    lanes.told("one").await.unwrap();
    lanes.clock.advance(Span::minutes(1));
    lanes.first.behave("stall-before-data 30");
    let (two, three) = tokio::join!(lanes.told("two"), lanes.told("three"));
    assert_eq!((two, three, lanes.first.silences()), (Ok(()), Ok(()), 1));
}

#[actix_web::test]
async fn what_is_said_again_begins_with_the_other_account_for_the_first_may_have_lied() {
    let Some(lanes) = lanes() else { return };
    lanes.first.behave("drop");
    for round in 0..4 {
        told_again(&lanes.lane, &format!("round-{round}"), round).await.unwrap();
    }
    assert_eq!(lanes.kept(), [ids(&[]), ids(&["round-1", "round-3"])]);
}

#[actix_web::test]
async fn a_doubt_over_the_first_account_comes_again_over_the_second_under_one_id() {
    let Some(lanes) = lanes() else { return };
    lanes.first.behave("stall-after-data 30");
    lanes.told("one").await.unwrap();
    assert_eq!(lanes.kept(), [ids(&["one"]), ids(&["one"])]);
}

#[actix_web::test]
async fn a_refused_address_is_tried_over_the_second_account_and_the_first_stays_first() {
    let Some(lanes) = lanes() else { return };
    lanes.first.behave("refuse 550");
    lanes.told("one").await.unwrap();
    assert_eq!(lanes.lane.unready(), Vec::<String>::new());
    lanes.first.behave("ok");
    lanes.told("two").await.unwrap();
    assert_eq!(lanes.kept(), [ids(&["two"]), ids(&["one"])]);
}

#[actix_web::test]
async fn a_lane_is_unready_while_no_account_takes_mail_and_ready_while_one_does() {
    let Some(lanes) = lanes() else { return };
    lanes.first.behave("refuse 451");
    lanes.told("one").await.unwrap();
    assert_eq!(lanes.lane.unready(), Vec::<String>::new());
    lanes.second.behave("refuse 451");
    assert_eq!(lanes.told("two").await, Err("not_taken"));
    assert_eq!(lanes.lane.unready(), ["checkins: no mail server takes alarms"]);
    lanes.second.behave("ok");
    lanes.told("two").await.unwrap();
    assert_eq!(lanes.lane.unready(), Vec::<String>::new());
}

#[actix_web::test]
async fn a_server_that_is_not_there_is_one_account_less() {
    let Some(sink) = Sink::start() else { return };
    let account = sink.account("alarm@clinic.test", "pass");
    let (lane, _clock, _folder) = lane([Some(nobody()), Some(account)]);
    told(&lane, "one").await.unwrap();
    assert_eq!(sink.mails()[0]["message_id"], json!("<one@holdspace>"));
}

#[actix_web::test]
async fn a_second_account_alone_sends_nothing() {
    let (lane, _clock, _folder) = lane([None, Some(nobody())]);
    assert_eq!(told(&lane, "one").await, Err("no_mail_server"));
    assert_eq!(lane.unready(), ["checkins: no mail server for alarms is configured"]);
}
