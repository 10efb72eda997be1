//! An engine that begins after nobody looked for a long time (F-49): one word a session, and none of the old alarms.

use crate::house::House;
use crate::rows;
use chassis::service::Service as _;
use kernel::time::{Span, Timestamp};
use serde_json::json;

#[actix_web::test]
async fn a_restored_house_says_one_word_a_session_and_none_of_the_old_alarms() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let burning = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        // One was seen to and closed; the other still burns when the house stops.
        let path = house.incident_path(session, "resolve").await;
        house.post(house.dr_lee, &path, json!({ "outcome": "patient_well_seen" })).await;
        let told = rows::told(house, burning).await;
        house.restored(Span::hours(9)).await;

        for session in [session, burning] {
            let watch = house.watch(session).await;
            let open: Vec<_> = watch["incidents"].as_array().unwrap().iter().collect();
            let restored: Vec<_> = open.iter().filter(|one| one["cause"] == "restored").collect();
            assert_eq!(restored.len(), 1, "{watch}");
            assert_eq!((&restored[0]["opened_at"], &restored[0]["step"]), (&json!(house.now()), &json!(1)));
        }
        let watch = house.watch(burning).await;
        assert_eq!(watch["incidents"].as_array().unwrap().len(), 2, "the old one and the word: {watch}");
        let mut now_told = rows::told(house, burning).await;
        now_told.dedup();
        assert_eq!(now_told, told, "the first step of the word, on screens, and no step of the old ladder");
        assert!(watch["missed"].as_i64().unwrap() > 10, "what nobody looked at is counted: {watch}");
    })
    .await;
}

#[actix_web::test]
async fn a_look_missed_while_somebody_sees_to_it_joins_the_word() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.restored(Span::hours(2)).await;
        house.pass(Span::minutes(60)).await;
        assert_eq!(house.incident(session).await["cause"], "restored");
    })
    .await;
}

#[actix_web::test]
async fn an_engine_that_was_away_for_ten_minutes_at_most_tells_all_that_fell_due() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.restored(Span::minutes(10)).await;
        house.pass(Span::ZERO).await;
        assert_eq!(house.incident(session).await["cause"], "missed_checkin");
    })
    .await;
}

#[actix_web::test]
async fn held_rows_are_as_they_must_be() {
    House::on_every_store(async |house| {
        house.dosed().await;
        house.restored(Span::hours(9)).await;
        house.pass(Span::ZERO).await;
        let since = Timestamp::from_micros(0);
        let found =
            checkins::store::auditor::violations(house.checkins.store().db(), house.now(), since).await;
        assert_eq!(found.unwrap(), Vec::<String>::new());
    })
    .await;
}

#[actix_web::test]
async fn a_house_whose_clock_was_put_back_has_everybody_who_is_dosed_seen() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        // The next look lies an hour ahead of the time that it now is.
        house.restored(Span::hours(-1)).await;
        // How far it has climbed is not asked: the engine of before goes on by its own clock.
        let incident = house.incident(session).await;
        assert_eq!((&incident["cause"], &incident["opened_at"]), (&json!("restored"), &json!(house.now())));
    })
    .await;
}

#[actix_web::test]
async fn an_engine_that_was_a_moment_ahead_of_this_one_is_no_reason_to_alarm() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.restored(Span::seconds(-50)).await;
        assert_eq!(house.watch(session).await["incidents"], json!([]));
    })
    .await;
}

#[actix_web::test]
async fn a_session_that_cannot_be_read_keeps_no_other_from_being_held() {
    for away in [Span::hours(9), Span::hours(-1)] {
        House::on_every_store(async |house| {
            let (before, spoilt, after) = (house.dosed().await, house.dosed().await, house.dosed().await);
            rows::spoil(house, spoilt).await;
            house.restored(away).await;
            for session in [before, after] {
                assert_eq!(house.incident(session).await["cause"], "restored");
            }
        })
        .await;
    }
}
