//! Alarms over every channel, against a real server that takes them, refuses them, hangs, lies or points elsewhere.

use crate::house::{House, Person};
use crate::ladder::agree_on;
use crate::provider::{Heard, KEY, Manner, Provider};
use crate::rows;
use chassis::clock;
use chassis::config::Config;
use chassis::crypto;
use chassis::service::Service as _;
use kernel::id::SessionId;
use kernel::time::Span;
use proto::sealed::{CONTACT, Contact};
use serde_json::{Value, json};
use std::time::Duration;

/// The next channel has an alarm by then (reliability.md §2.7).
const NEXT_CHANNEL: Duration = Duration::from_secs(7);

/// Whoever is on call hears at the deadline itself, over these.
fn ladder(channels: &[&str]) -> Value {
    let rungs = [
        json!({ "after_seconds": 0, "who": ["therapist"], "channels": ["screen"], "order": "parallel" }),
        json!({ "after_seconds": 10, "who": ["on_call"], "channels": channels, "order": "parallel" }),
    ];
    json!({ "rungs": rungs, "repeat_seconds": 120, "hold_seconds": 60 })
}

/// Silence, and the step that tells whoever is on call.
async fn alarmed(house: &House, channels: &[&str]) -> SessionId {
    agree_on(house, &ladder(channels)).await;
    let session = house.dosed().await;
    house.pass(Span::minutes(7)).await;
    house.pass(Span::seconds(10)).await;
    session
}

async fn until(house: &House, session: SessionId, came: &[&str]) {
    house.awaited(async || (rows::came(house, session).await == came).then_some(())).await;
}

async fn once(house: &House, provider: &Provider, end: &str, count: usize) -> Vec<Heard> {
    house.awaited(async || Some(provider.heard(end)).filter(|heard| heard.len() >= count)).await
}

fn everything(provider: &Provider) -> impl Fn(&mut Config) {
    |config| {
        provider.telephony(config);
        provider.ntfy(config);
        provider.webhook(config);
    }
}

#[actix_web::test]
async fn every_channel_of_a_step_carries_the_alarm_and_nothing_personal() {
    let provider = Provider::start();
    House::set_up(everything(&provider), async |house| {
        let before = provider.heard("").len();
        let session = alarmed(house, &["sms", "voice", "ntfy", "webhook"]).await;
        let came = [
            "2 Noor ntfy accepted",
            "2 Noor sms accepted",
            "2 Noor voice accepted",
            "2 Noor webhook accepted",
        ];
        until(house, session, &came).await;
        let heard = provider.heard("").split_off(before);
        assert_eq!(heard.len(), 4, "{heard:?}");
        let people = [house.sam, house.ana, house.dr_lee, house.dr_okafor, house.noor];
        let names = people.map(|person: Person| person.name.to_lowercase());
        let why = ["ketamine", "missed", "patient", &session.to_string(), "home.test"].map(str::to_owned);
        for one in heard {
            let said = format!("{} {:?} {}", one.path, one.headers, one.body).to_lowercase();
            for word in names.iter().chain(&why) {
                assert!(!said.contains(&format!(" {word}")), "{word} in {said}");
            }
        }
    })
    .await;
}

#[actix_web::test]
async fn a_text_and_a_call_are_asked_for_in_the_providers_own_words() {
    let provider = Provider::start();
    House::set_up(everything(&provider), async |house| {
        let (texts, calls) = (provider.heard("Messages.json").len(), provider.heard("Calls.json").len());
        let session = alarmed(house, &["sms", "voice"]).await;
        let text =
            once(house, &provider, "/2010-04-01/Accounts/AC1/Messages.json", texts + 1).await[texts].clone();
        assert!(text.headers["authorization"].starts_with("Basic "), "{text:?}");
        let id = rows::message(house, session, house.noor, "sms").await;
        assert_eq!((text.field("To"), text.field("From")), ("+351900000004".into(), "+15550100".into()));
        let status = format!("https://calls.clinic.test/api/checkins/telephony/{id}/status");
        assert_eq!(text.field("StatusCallback"), status);
        assert!(text.field("Body").contains("https://clinic.test/ack#"), "{text:?}");

        let call =
            once(house, &provider, "/2010-04-01/Accounts/AC1/Calls.json", calls + 1).await[calls].clone();
        let id = rows::message(house, session, house.noor, "voice").await;
        let digits = format!("action=\"https://calls.clinic.test/api/checkins/telephony/{id}/digits\"");
        let said = call.field("Twiml");
        assert!(said.contains(&digits) && said.contains("numDigits=\"1\"") && !said.contains('#'), "{said}");
    })
    .await;
}

#[actix_web::test]
async fn a_webhook_is_signed_with_its_time_and_comes_again_as_the_same_message() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.webhook(config),
        async |house| {
            let before = provider.heard("/hook").len();
            provider.behave("/hook", Manner::Breaks);
            let session = alarmed(house, &["webhook"]).await;
            until(house, session, &["2 Noor webhook failed"]).await;
            provider.behave("/hook", Manner::Takes);
            house.pass(Span::seconds(1)).await;
            until(house, session, &["2 Noor webhook accepted"]).await;
            let heard = provider.heard("/hook").split_off(before);
            assert_eq!(heard.len(), 2);
            for one in &heard {
                let (time, signature) =
                    (&one.headers["x-holdspace-timestamp"], &one.headers["x-holdspace-signature"]);
                let made = crypto::hmac_sha256_hex(KEY, format!("{time}.{}", one.body).as_bytes());
                assert_eq!(*signature, format!("v1={made}"));
            }
            let bodies: Vec<Value> =
                heard.iter().map(|one| serde_json::from_str(&one.body).unwrap()).collect();
            assert_eq!(bodies[0], bodies[1]);
            let label = session.to_string().to_uppercase();
            assert_eq!(bodies[0]["session"], label[label.len() - 6..]);
            assert_eq!((&bodies[0]["step"], &bodies[0]["link"]), (&json!(2), &json!("https://clinic.test/")));
            assert_ne!(heard[0].headers["x-holdspace-timestamp"], heard[1].headers["x-holdspace-timestamp"]);
        },
    )
    .await;
}

#[actix_web::test]
async fn a_pager_service_gets_a_title_the_highest_priority_and_where_to_click() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.ntfy(config),
        async |house| {
            let before = provider.heard("/alarms").len();
            let session = alarmed(house, &["ntfy"]).await;
            until(house, session, &["2 Noor ntfy accepted"]).await;
            let heard = provider.heard("/alarms").split_off(before).remove(0);
            let header = |name: &str| heard.headers[name].clone();
            assert_eq!((header("title"), header("priority")), ("Please look now".into(), "5".into()));
            assert_eq!(
                (header("click"), header("authorization")),
                ("https://clinic.test/".into(), "Bearer tk_1".into())
            );
        },
    )
    .await;
}

#[actix_web::test]
async fn a_channel_that_all_share_is_told_once_a_step_and_nobody_acknowledges_through_it() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.ntfy(config),
        async |house| {
            let mut shared = ladder(&["ntfy"]);
            shared["rungs"][1]["who"] = json!(["on_call", "prescriber", "therapist"]);
            agree_on(house, &shared).await;
            let session = house.dosed().await;
            house.pass(Span::minutes(7)).await;
            house.pass(Span::seconds(10)).await;
            house.awaited(async || (rows::came(house, session).await.len() == 1).then_some(())).await;
            assert_eq!(rows::count(house, "select count(*) from checkins_link").await, 0);
        },
    )
    .await;
}

#[actix_web::test]
async fn what_was_refused_or_lied_about_or_sent_elsewhere_goes_to_the_next_channel_at_once() {
    for manner in [Manner::Refuses, Manner::Breaks, Manner::Lies, Manner::Points] {
        let provider = Provider::start();
        provider.behave("/2010-04-01/Accounts/AC1/Messages.json", manner);
        House::set_up(
            |config| provider.telephony(config),
            async |house| {
                let session = alarmed(house, &["sms"]).await;
                // No time passes.
                until(house, session, &["2 Noor sms failed", "2 Noor voice accepted"]).await;
                assert_eq!(provider.heard("/elsewhere").len(), 0, "{manner:?}");
            },
        )
        .await;
    }
}

#[actix_web::test]
async fn a_provider_that_hangs_costs_six_seconds_and_not_the_alarm() {
    let provider = Provider::start();
    provider.behave("/2010-04-01/Accounts/AC1/Messages.json", Manner::Hangs);
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            let session = alarmed(house, &["sms"]).await;
            let began = clock::monotonic();
            until(house, session, &["2 Noor sms failed", "2 Noor voice accepted"]).await;
            let took = clock::monotonic().duration_since(began);
            assert!(took <= NEXT_CHANNEL, "{took:?}");
        },
    )
    .await;
}

#[actix_web::test]
async fn one_failure_after_the_other_reaches_the_last_channel_and_each_is_tried_again() {
    let provider = Provider::start();
    provider.behave("/2010-04-01", Manner::Breaks);
    House::set_up(everything(&provider), async |house| {
        let session = alarmed(house, &["sms"]).await;
        until(house, session, &["2 Noor ntfy accepted", "2 Noor sms failed", "2 Noor voice failed"]).await;
        let before = provider.heard("Messages.json").len();
        house.pass(Span::seconds(1)).await;
        once(house, &provider, "Messages.json", before + 1).await;
    })
    .await;
}

#[actix_web::test]
async fn what_somebody_has_in_hand_goes_no_further() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            let session = alarmed(house, &["sms"]).await;
            until(house, session, &["2 Noor sms accepted"]).await;
            let path = house.incident_path(session, "acknowledge").await;
            house.post(house.dr_lee, &path, json!({})).await;
            let id = rows::message(house, session, house.noor, "sms").await;
            let form = [("MessageSid", "SM1"), ("MessageStatus", "undelivered")];
            crate::telephony::say(house, &format!("/telephony/{id}/status"), &form).await;
            until(house, session, &["2 Noor sms failed"]).await;
            let screens = house.incident(session).await["told"].as_array().unwrap().clone();
            assert_eq!(screens[0]["state"], "acknowledged");
        },
    )
    .await;
}

#[actix_web::test]
async fn who_has_no_number_is_told_by_mail() {
    let provider = Provider::start();
    let set_up = |config: &mut Config| {
        provider.telephony(config);
        config.demo = true;
    };
    House::set_up(set_up, async |house| {
        let mut reached = house.reached(house.noor);
        let contact = Contact {
            first_name: "Noor".into(),
            email: "noor@home.test".into(),
            phone: None,
            time_zone: "Europe/Lisbon".into(),
        };
        let plain = serde_json::to_vec(&contact).unwrap();
        reached.sealed = house.checkins.store().vault().seal_for_bus(CONTACT, house.noor.id, &plain).unwrap();
        house.hears(&reached).await;
        let session = alarmed(house, &["sms", "voice"]).await;
        until(house, session, &["2 Noor mail accepted"]).await;
    })
    .await;
}

#[actix_web::test]
async fn a_house_with_screens_alone_works_and_says_what_is_missing() {
    House::set_up(
        |_nothing| {},
        async |house| {
            let session = alarmed(house, &["sms", "ntfy"]).await;
            // Where nothing is set up mail is tried, and its failure is on the screens.
            until(house, session, &["2 Noor mail failed"]).await;
            let (_, ladder) = house.get(house.dr_lee, "/ladder").await;
            let missing = ladder["missing"].as_array().unwrap();
            assert_eq!(missing.len(), 6, "{missing:?}");
            assert_eq!(missing[1], "No alarm goes out to browsers: set up [web_push].");
            assert_eq!(missing[2], "No alarm goes out by text message: set up [telephony].");
            // Besides the channels: nothing proves the path, no second engine, and no watchdog.
            assert_eq!(house.checkins.missing().len(), 6 + 3);
        },
    )
    .await;
}

#[actix_web::test]
async fn a_message_shows_how_long_its_provider_took() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            let session = alarmed(house, &["sms"]).await;
            until(house, session, &["2 Noor sms accepted"]).await;
            let told = house.incident(session).await["told"].as_array().unwrap().clone();
            assert_eq!(told.last().unwrap()["latency_micros"], 0, "a test's clock stands still");
        },
    )
    .await;
}
