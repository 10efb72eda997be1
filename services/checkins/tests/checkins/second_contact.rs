//! The second contact is called by the ladder: only after a yes, only about the home, and never in the clinic's place.

use crate::house::House;
use crate::ladder::agree_on;
use crate::phone::{Phone, answers};
use crate::provider::Provider;
use crate::rows;
use crate::telephony::{press, write};
use actix_web::http::StatusCode;
use chassis::service::Service as _;
use checkins_core::reply;
use kernel::id::SessionId;
use kernel::time::Span;
use proto::events::identity::SecondContactChanged;
use proto::events::safety::Discharged;
use proto::sealed::LINK;
use serde_json::{Value, json};

/// What identity made for Bruno when he said yes.
const CODE: &str = "a-code-of-forty-three-letters-that-opens-the-page";

/// Identity says how Bruno stands.
async fn stands(house: &House, session: SessionId, standing: &str) {
    let vault = house.checkins.store().vault();
    let sealed = vault.seal_for_bus(LINK, house.bruno.id, CODE.as_bytes()).unwrap();
    let sealed = (standing == "confirmed").then_some(sealed);
    let (person, standing, at) = (house.bruno.id, standing.to_owned(), house.now());
    house.hears(&SecondContactChanged { session, person, standing, sealed, at }).await;
}

/// A dosed session, whose second contact stands so.
async fn with(house: &House, standing: &str) -> SessionId {
    house.hears(&house.reached(house.bruno)).await;
    let session = house.dosed().await;
    stands(house, session, standing).await;
    session
}

/// Nobody looks, and nobody answers until the shipped ladder's third step.
async fn third_step(house: &House) {
    house.pass(Span::minutes(7)).await;
    house.pass(Span::seconds(60)).await;
    house.pass(Span::seconds(60)).await;
}

fn brunos(told: &[String]) -> Vec<&str> {
    told.iter().map(String::as_str).filter(|word| word.contains("Bruno")).collect()
}

async fn came_of(house: &House, session: SessionId) -> Value {
    house.incident(session).await["second_contact"].clone()
}

#[actix_web::test]
async fn a_confirmed_one_is_called_at_the_third_step_and_not_before_or_again() {
    House::on_every_store(async |house| {
        let session = with(house, "confirmed").await;
        house.pass(Span::minutes(7)).await;
        house.pass(Span::seconds(60)).await;
        assert_eq!(brunos(&rows::told(house, session).await), Vec::<&str>::new());
        house.pass(Span::seconds(60)).await;
        house.pass(Span::seconds(60)).await;
        house.pass(Span::seconds(60)).await;
        assert_eq!(brunos(&rows::told(house, session).await), ["3 Bruno mail"]);
        assert_eq!(came_of(house, session).await, "called");
        assert_eq!(house.incident(session).await["sitter"], json!(house.ana.id), "who sat when it opened");
        assert!(house.trail(session).await.contains(&"second_contact.step step 3: called".to_owned()));
    })
    .await;
}

#[actix_web::test]
async fn their_mail_has_the_way_into_the_sitters_page_and_no_way_to_take_the_incident() {
    House::on_every_store(async |house| {
        let session = with(house, "confirmed").await;
        third_step(house).await;
        assert_eq!(house.link(house.bruno).await, CODE);
        let (status, problem) = house.press("/links/acknowledge", CODE).await;
        assert_eq!((status, &problem["code"]), (StatusCode::GONE, &json!("link.refused")));
        assert_eq!(house.incident(session).await["state"], "open");
    })
    .await;
}

#[actix_web::test]
async fn whoever_did_not_say_yes_is_skipped_and_the_step_says_why() {
    House::on_every_store(async |house| {
        let skipped = [
            ("asked", "not_confirmed"),
            ("declined", "declined"),
            ("sits", "sits"),
            ("a newer word", "none_named"),
        ];
        for (standing, why) in skipped {
            let session = with(house, standing).await;
            third_step(house).await;
            assert_eq!(brunos(&rows::told(house, session).await), Vec::<&str>::new(), "{standing}");
            assert_eq!(came_of(house, session).await, why);
        }
        let session = house.dosed().await;
        third_step(house).await;
        assert_eq!(came_of(house, session).await, "none_named");
        let told = rows::told(house, session).await;
        assert!(told.contains(&"3 Dr. Okafor mail".to_owned()), "the others are told as ever: {told:?}");
    })
    .await;
}

#[actix_web::test]
async fn an_older_word_that_comes_later_calls_nobody() {
    House::on_every_store(async |house| {
        house.hears(&house.reached(house.bruno)).await;
        let session = house.dosed().await;
        let person = house.bruno.id;
        let said = |standing: &str, at| SecondContactChanged {
            session,
            person,
            standing: standing.into(),
            sealed: None,
            at,
        };
        house.hears(&said("declined", house.now())).await;
        house.hears(&said("confirmed", house.now().minus(Span::seconds(1)))).await;
        third_step(house).await;
        assert_eq!(came_of(house, session).await, "declined");
    })
    .await;
}

#[actix_web::test]
async fn what_waits_for_them_is_not_sent_once_they_may_not_be_called() {
    House::on_every_store(async |house| {
        let session = with(house, "confirmed").await;
        let ladder = json!({ "rungs": [
            { "after_seconds": 0, "who": ["therapist", "second_contact"], "channels": ["screen", "mail"], "order": "serial", "gap_seconds": 60 },
            { "after_seconds": 120, "who": ["on_call"], "channels": ["mail"], "order": "parallel" },
        ], "repeat_seconds": 60, "hold_seconds": 60 });
        agree_on(house, &ladder).await;
        house.pass(Span::minutes(7)).await;
        assert_eq!(brunos(&rows::told(house, session).await), ["1 Bruno mail"]);
        stands(house, session, "sits").await;
        let told = house.incident(session).await["told"].clone();
        let state = told.as_array().unwrap().iter().find(|one| one["person"] == json!(house.bruno.id)).unwrap();
        assert_eq!(state["state"], "superseded");
    })
    .await;
}

#[actix_web::test]
async fn a_quiet_call_never_reaches_whom_the_home_has_named() {
    House::on_every_store(async |house| {
        let (session, phone) = (with(house, "confirmed").await, Phone::new());
        assert_eq!(phone.registers(house, house.ana, session).await.0, StatusCode::OK);
        house.pass(Span::minutes(5)).await;
        assert_eq!(answers(house, session, 1, &phone.quiet).await.0, StatusCode::OK);
        house.pass(Span::seconds(60)).await;
        house.pass(Span::seconds(60)).await;
        let told = rows::told(house, session).await;
        assert!(told.contains(&"3 Dr. Okafor mail".to_owned()), "{told:?}");
        assert_eq!(brunos(&told), Vec::<&str>::new());
        assert_eq!(came_of(house, session).await, "not_for_them");
    })
    .await;
}

#[actix_web::test]
async fn after_the_discharge_there_is_no_place_to_take_and_nobody_is_called_to_it() {
    House::on_every_store(async |house| {
        let session = with(house, "confirmed").await;
        let (at, next_morning_at) = (house.now(), house.now().plus(Span::hours(14)));
        house.hears(&Discharged { session, at, next_morning_at }).await;
        for minutes in [60, 20, 1, 1] {
            house.pass(Span::minutes(minutes)).await;
        }
        let trail = house.trail(session).await;
        assert!(trail.contains(&"second_contact.step step 3: not_dosed".to_owned()), "{trail:?}");
        assert_eq!(brunos(&rows::told(house, session).await), Vec::<&str>::new());
    })
    .await;
}

#[actix_web::test]
async fn by_telephone_they_say_that_they_heard_it_and_the_incident_stays_open() {
    let provider = Provider::start();
    House::set_up(
        |config| provider.telephony(config),
        async |house| {
            let session = with(house, "confirmed").await;
            third_step(house).await;
            let left = async || {
                let came = rows::came(house, session).await;
                let has = |way: &str| came.contains(&format!("3 Bruno {way} accepted"));
                (has("sms") && has("voice")).then_some(())
            };
            house.awaited(left).await;
            assert!(press(house, session, house.bruno, "1").await.contains("go there"));
            let code = reply::code(rows::message(house, session, house.bruno, "sms").await);
            assert!(write(house, house.bruno, &format!("OK {code}")).await.contains("go there"));
            let incident = house.incident(session).await;
            assert_eq!((&incident["state"], &incident["acknowledged_by"]), (&json!("open"), &Value::Null));
            assert!(rows::came(house, session).await.contains(&"3 Bruno voice seen".to_owned()));
        },
    )
    .await;
}
