//! Looks that the sitter is asked for by telephone, while no page of theirs can ask.

use crate::door::well;
use crate::house::House;
use crate::provider::{Heard, Provider};
use crate::rows;
use crate::telephony::{press, write};
use kernel::id::SessionId;
use kernel::time::Span;
use proto::events::safety::Discharged;
use serde_json::json;

/// A house with a telephone, and a session whose first look is due now.
async fn due(story: impl AsyncFn(&mut House, SessionId, &Provider)) {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            let session = house.dosed().await;
            house.pass(Span::minutes(5)).await;
            story(house, session, &provider).await;
        },
    )
    .await;
}

/// What Ana was sent over this channel about this session, once the provider has it.
async fn to_ana(house: &House, session: SessionId, provider: &Provider, channel: &str) -> Heard {
    let id = rows::message(house, session, house.ana, channel).await.to_string();
    let is_it = |heard: &Heard| heard.field("StatusCallback").contains(&id);
    let heard = house.awaited(async || provider.heard(".json").into_iter().find(is_it)).await;
    assert_eq!(heard.field("To"), House::phone(house.ana).replace(' ', ""));
    heard
}

/// The code that Ana replies with.
async fn code(house: &House, session: SessionId) -> String {
    checkins_core::reply::code(rows::message(house, session, house.ana, "sms").await)
}

#[actix_web::test]
async fn a_due_look_is_asked_for_by_text_and_ok_with_its_code_answers_it() {
    due(async |house, session, provider| {
        let text = to_ana(house, session, provider, "sms").await.field("Body");
        let code = code(house, session).await;
        assert!(text.contains(&format!("reply OK {code}")), "{text}");
        for personal in ["Sam", "Ana", "ketamine"] {
            assert!(!text.contains(personal), "{text}");
        }

        assert!(write(house, house.ana, &format!("OK {code}")).await.contains("all is well"));
        let watch = house.watch(session).await;
        assert_eq!(
            (&watch["last"]["source"], &watch["last"]["signature"]),
            (&json!("sitter_by_text"), &json!("unsigned"))
        );
        assert!(write(house, house.ana, &format!("OK {code}")).await.contains("before"));
        house.pass(Span::minutes(2)).await;
        assert_eq!(house.watch(session).await["incidents"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn half_a_minute_later_a_call_asks_and_a_key_answers() {
    due(async |house, session, provider| {
        to_ana(house, session, provider, "sms").await;
        house.pass(Span::seconds(30)).await;
        let call = to_ana(house, session, provider, "voice").await.field("Twiml");
        assert!(call.contains("Press 1 if you looked and all is well. Press 9 if it is not."), "{call}");
        assert!(press(house, session, house.ana, "5").await.contains("<Gather"));
        assert!(press(house, session, house.ana, "1").await.contains("all is well"));
        assert_eq!(house.watch(session).await["last"]["source"], "sitter_by_call");
    })
    .await;
}

#[actix_web::test]
async fn not_well_is_an_alarm_at_once_even_after_all_well() {
    due(async |house, session, provider| {
        to_ana(house, session, provider, "sms").await;
        let code = code(house, session).await;
        write(house, house.ana, &format!("OK {code}")).await;
        let said = write(house, house.ana, &format!("NO {code}")).await;
        assert!(said.contains("being told now"), "{said}");
        let incident = house.incident(session).await;
        assert_eq!((&incident["cause"], &incident["state"]), (&json!("alarm"), &json!("open")));
    })
    .await;
}

#[actix_web::test]
async fn a_reply_after_the_deadline_is_kept_as_late_and_closes_nothing() {
    due(async |house, session, provider| {
        to_ana(house, session, provider, "sms").await;
        let code = code(house, session).await;
        house.pass(Span::minutes(2)).await;
        assert!(write(house, house.ana, &format!("OK {code}")).await.contains("late"));
        assert_eq!(house.incident(session).await["state"], "open");
        assert_eq!(house.watch(session).await["last"]["counted"], "late");
    })
    .await;
}

#[actix_web::test]
async fn nobody_else_answers_for_the_sitter() {
    due(async |house, session, provider| {
        to_ana(house, session, provider, "sms").await;
        let code = code(house, session).await;
        assert!(write(house, house.noor, &format!("OK {code}")).await.contains("Nothing was noted"));
        house.pass(Span::minutes(2)).await;
        assert_eq!(house.incident(session).await["cause"], "missed_checkin");
    })
    .await;
}

#[actix_web::test]
async fn whose_page_is_open_is_not_asked_by_telephone() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            let session = house.dosed().await;
            house.pass(Span::seconds(290)).await;
            house.get(house.ana, &format!("/sessions/{session}/watch")).await;
            house.pass(Span::seconds(10)).await;
            house.looks(session, 1, well()).await;
            house.pass(Span::seconds(5)).await;
            assert_eq!(rows::count(house, ASKED).await, 0);
        },
    )
    .await;
}

const ASKED: &str = "select count(*) from checkins_notification where kind = 'look_asked'";

#[actix_web::test]
async fn after_the_discharge_each_look_is_asked_for_by_text_or_else_by_mail() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let next_morning_at = house.now().plus(Span::hours(14));
        house.hears(&Discharged { session, at: house.now(), next_morning_at }).await;
        house.pass(Span::minutes(60)).await;
        let by_mail = format!("{ASKED} and channel = 'mail' and step = 2");
        house.awaited(async || (rows::count(house, &by_mail).await == 1).then_some(())).await;
        house.pass(Span::minutes(5)).await;
        assert_eq!(rows::count(house, ASKED).await, 1);
    })
    .await;
}
