//! A quiet call for help: everyone on the ladder knows, and nothing in the home looks different.

use crate::house::{House, Person};
use crate::phone::{Phone, answers};
use crate::rows;
use actix_web::http::StatusCode;
use kernel::id::SessionId;
use kernel::time::Span;
use serde_json::{Value, json};

/// A dosed session, and the phone that will answer its looks.
async fn dosed(house: &House) -> (SessionId, Phone) {
    let (session, phone) = (house.dosed().await, Phone::new());
    assert_eq!(phone.registers(house, house.ana, session).await.0, StatusCode::OK);
    (session, phone)
}

/// Which looks want a count is drawn from the session's id: it differs between any two.
fn without_task(mut said: Value) -> Value {
    if let Some(task) = said.pointer_mut("/next/task") {
        *task = Value::Null;
    }
    said
}

/// All that somebody in the home can be shown, without the ids that differ between any two looks.
async fn shown(house: &House, who: Person, session: SessionId) -> Value {
    let mut shown = house.get(who, &format!("/sessions/{session}/watch")).await.1;
    for id in ["/session", "/last/id", "/history/0/id"] {
        *shown.pointer_mut(id).unwrap() = Value::Null;
    }
    without_task(shown)
}

/// Until every mail that was written has left, and was told of.
async fn all_told(house: &House) {
    let sql = "select (select count(*) from checkins_notification where channel = 'mail')
               - (select count(*) from checkins_attempt where told_at is not null)";
    house.awaited(async || (rows::count(house, sql).await == 0).then_some(())).await;
}

#[actix_web::test]
async fn whatever_the_home_can_ask_is_answered_as_after_an_ordinary_look() {
    House::on_every_store(async |house| {
        let ((ordinary, plain), (quiet, phone)) = (dosed(house).await, dosed(house).await);
        house.pass(Span::minutes(5)).await;
        let replies = [
            answers(house, ordinary, 1, &plain.ordinary).await,
            answers(house, quiet, 1, &phone.quiet).await,
        ];
        let [plainly, quietly] = replies.map(|(status, said)| (status, without_task(said)));
        assert_eq!(plainly, quietly);
        all_told(house).await;
        house.pass(Span::minutes(3)).await;
        all_told(house).await;
        // Dr. Lee has both sessions open: that a screen asks is a sign of its own, and the home sees it.
        house.watch(ordinary).await;
        let id = house.incident(quiet).await["id"].as_str().unwrap().to_owned();
        for action in ["acknowledge", "resolve"] {
            for who in [house.ana, house.sam] {
                assert_eq!(shown(house, who, ordinary).await, shown(house, who, quiet).await, "{action}");
                let said = rows::said_to(house, who, quiet).await;
                assert_eq!(rows::said_to(house, who, ordinary).await, said, "{action}");
                let asked = house.post(who, &format!("/incidents/{id}/{action}"), json!({})).await;
                assert_eq!(asked.0, StatusCode::FORBIDDEN);
            }
            let body = if action == "resolve" { json!({ "outcome": "sitter_reached" }) } else { json!({}) };
            let (status, _) = house.post(house.dr_lee, &format!("/incidents/{id}/{action}"), body).await;
            assert_eq!(status, StatusCode::OK);
        }
        for who in [house.ana, house.sam] {
            assert_eq!(shown(house, who, ordinary).await, shown(house, who, quiet).await);
            assert_eq!(rows::said_to(house, who, ordinary).await, rows::said_to(house, who, quiet).await);
        }
    })
    .await;
}

#[actix_web::test]
async fn a_quiet_call_is_heard_even_when_nobody_asked_for_that_look() {
    House::on_every_store(async |house| {
        let (session, phone) = dosed(house).await;
        assert_eq!(answers(house, session, 9, &phone.quiet).await.0, StatusCode::OK);
        assert_eq!(house.incident(session).await["cause"], "quiet_call");
        assert_eq!(answers(house, session, 9, &phone.ordinary).await.0, StatusCode::CONFLICT);
    })
    .await;
}

#[actix_web::test]
async fn the_clinic_is_told_at_once_and_nobody_in_the_home() {
    House::on_every_store(async |house| {
        let (session, phone) = dosed(house).await;
        house.pass(Span::minutes(5)).await;
        assert_eq!(answers(house, session, 1, &phone.quiet).await.0, StatusCode::OK);
        let incident = house.incident(session).await;
        assert_eq!((&incident["cause"], &incident["severity"]), (&json!("quiet_call"), &json!("emergency")));
        let told = rows::told(house, session).await;
        assert!(told.contains(&"1 Dr. Lee screen".to_owned()), "{told:?}");
        for who in ["Noor mail", "Dr. Okafor mail"] {
            assert!(told.iter().any(|line| line.ends_with(who)), "{who}: {told:?}");
        }
        assert!(!told.iter().any(|line| line.contains("Ana") || line.contains("Sam")), "{told:?}");
        let mail = house.awaited(async || house.ground.mailbox.of(house.sam.clinic).into_iter().next()).await;
        assert!(
            mail.text
                .starts_with("Quiet call for help from the sitter. Do not ring the sitter's phone first.")
        );
    })
    .await;
}
