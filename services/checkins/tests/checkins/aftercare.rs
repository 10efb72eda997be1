//! After the discharge: the sitter looks in, and the morning is asked about.

use crate::door::well;
use crate::house::House;
use kernel::id::SessionId;
use kernel::severity::Severity;
use kernel::time::Span;
use proto::events::care::NextMorningAnswered;
use proto::events::checkins::{NextMorningDue, WatchClosed};
use proto::events::safety::Discharged;
use serde_json::{Value, json};

/// Discharged just now; asked about the morning in fourteen hours.
async fn discharged(house: &House) -> SessionId {
    let session = house.dosed().await;
    let next_morning_at = house.now().plus(Span::hours(14));
    house.hears(&Discharged { session, at: house.now(), next_morning_at }).await;
    session
}

/// Ana looks in at each of her three times, and at ten in the evening.
async fn looked_in(house: &House, session: SessionId) {
    for (sequence, minutes) in [(2, 60), (3, 60), (4, 120), (5, 9 * 60)] {
        house.pass(Span::minutes(minutes)).await;
        assert_eq!(house.looks(session, sequence, well()).await.1["counted"], "in_time");
    }
}

#[actix_web::test]
async fn a_worrying_look_after_the_discharge_is_not_taken_for_the_morning() {
    House::on_every_store(async |house| {
        let session = discharged(house).await;
        house.pass(Span::minutes(60)).await;
        house.looks(session, 2, json!({ "CI-BR": "noisy_or_slow" })).await;
        assert_eq!(house.incident(session).await["cause"], "worrying_answer");
    })
    .await;
}

#[actix_web::test]
async fn a_silent_morning_opens_an_incident_and_the_watch_stays() {
    House::on_every_store(async |house| {
        let session = discharged(house).await;
        looked_in(house, session).await;
        house.pass(Span::hours(1)).await;
        let due = house.says::<NextMorningDue>().await;
        assert_eq!((due.patient, due.deadline_at), (house.sam.id, house.now().plus(Span::minutes(20))));
        house.pass(Span::seconds(20 * 60 - 1)).await;
        assert_eq!(house.watch(session).await["incidents"], json!([]));

        house.pass(Span::seconds(1)).await;
        assert_eq!(house.incident(session).await["cause"], "next_morning");
        assert_eq!(house.watch(session).await["phase"], "aftercare");
    })
    .await;
}

#[actix_web::test]
async fn a_good_morning_ends_the_watch_and_a_worrying_one_does_not() {
    House::on_every_store(async |house| {
        for (severity, phase, cause) in [
            (Severity::Ok, json!("closed"), Value::Null),
            (Severity::Urgent, json!("aftercare"), json!("next_morning")),
        ] {
            let session = discharged(house).await;
            looked_in(house, session).await;
            house.pass(Span::hours(1)).await;
            house.hears(&NextMorningAnswered { session, severity, at: house.now() }).await;
            let watch = house.watch(session).await;
            assert_eq!((&watch["phase"], &watch["incidents"][0]["cause"]), (&phase, &cause), "{watch}");
            // Nine in the morning again: the next one has a bedtime too.
            house.pass(Span::hours(10)).await;
        }
        house.says::<WatchClosed>().await;
    })
    .await;
}

#[actix_web::test]
async fn a_worrying_morning_leaves_nothing_armed_behind() {
    House::on_every_store(async |house| {
        let session = discharged(house).await;
        looked_in(house, session).await;
        house.pass(Span::hours(1)).await;
        house.hears(&NextMorningAnswered { session, severity: Severity::Urgent, at: house.now() }).await;
        assert_eq!(house.incident(session).await["cause"], "next_morning");
        let armed = "select count(*) from checkins_deadline where state = 'armed'";
        assert_eq!(crate::rows::count(house, armed).await, 0);
    })
    .await;
}

#[actix_web::test]
async fn a_bedtime_that_nobody_answers_alarms_as_a_missed_look() {
    House::on_every_store(async |house| {
        let session = discharged(house).await;
        for (sequence, minutes) in [(2, 60), (3, 60), (4, 120)] {
            house.pass(Span::minutes(minutes)).await;
            house.looks(session, sequence, well()).await;
        }
        let ten = house.now().plus(Span::hours(9));
        assert_eq!(house.watch(session).await["next"]["due_at"], json!(ten), "ten in the evening in Lisbon");
        house.pass(Span::minutes(9 * 60 + 20)).await;
        assert_eq!(house.incident(session).await["cause"], "missed_checkin");
        // Nothing is asked again before the morning.
        assert_eq!(house.watch(session).await["next"], Value::Null);
    })
    .await;
}
