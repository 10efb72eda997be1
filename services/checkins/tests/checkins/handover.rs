//! The duty changes hands: whoever has it when a step is taken is told, and answers for themselves.

use crate::house::House;
use crate::rows;
use actix_web::http::StatusCode;
use kernel::id::SessionId;
use kernel::time::Span;
use proto::events::safety::{Member, OnCallHandedOver, PhaseChanged};
use serde_json::Value;

const CONFIRM: &str = "/links/on-call-confirmation";

/// Mia has the duty from now on; Noor stays in the session.
async fn mia_takes_over(house: &House, session: SessionId) {
    let mut opened = house.opened(session);
    opened.people.iter_mut().for_each(|member| member.on_call = false);
    opened.people.push(Member { person: house.mia.id, role: house.mia.role, on_call: true });
    house.hears(&house.reached(house.mia)).await;
    house.hears(&opened).await;
    house.hears(&OnCallHandedOver { session, person: house.mia.id, at: house.now() }).await;
}

#[actix_web::test]
async fn h10_a_step_tells_whoever_is_on_call_when_it_is_taken() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        house.pass(Span::seconds(60)).await;
        let told = rows::told(house, session).await;
        assert!(
            told.contains(&"2 Noor mail".to_owned()) && !told.iter().any(|row| row.contains("Mia")),
            "{told:?}"
        );
        mia_takes_over(house, session).await;
        house.pass(Span::seconds(60)).await;
        let told = rows::told(house, session).await;
        assert!(told.contains(&"3 Mia mail".to_owned()), "{told:?}");
        assert!(!told.iter().any(|row| row.starts_with("3 Noor")), "{told:?}");
    })
    .await;
}

#[actix_web::test]
async fn whoever_takes_the_duty_over_is_asked_anew_and_the_one_before_cannot_answer_for_them() {
    House::on_every_store(async |house| {
        let session = house.session().await;
        house.hears(&PhaseChanged { session, phase: "arriving".into(), at: house.now() }).await;
        let noors = house.link(house.noor).await;
        house.pass(Span::seconds(1)).await;
        mia_takes_over(house, session).await;
        assert_eq!(house.press(CONFIRM, &noors).await.0, StatusCode::FORBIDDEN);
        assert_eq!(house.watch(session).await["on_call_confirmed_at"], Value::Null);
        let mias = house.link(house.mia).await;
        assert_eq!(house.press(CONFIRM, &mias).await.0, StatusCode::OK);
        assert_ne!(house.watch(session).await["on_call_confirmed_at"], Value::Null);
    })
    .await;
}
