//! Nobody looked: the incident, its ladder, and a house that slept.

use crate::door::well;
use crate::house::House;
use crate::rows;
use kernel::time::Span;
use proto::events::checkins::CheckinMissed;
use serde_json::{Value, json};

const SECOND: Span = Span::seconds(1);

#[actix_web::test]
async fn silence_opens_an_incident_at_its_deadline_and_not_before() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        let deadline_at = house.now().plus(Span::minutes(7));
        house.pass(Span::seconds(7 * 60 - 1)).await;
        assert_eq!(house.watch(session).await["incidents"], json!([]));

        house.pass(SECOND).await;
        let incident = house.incident(session).await;
        assert_eq!((&incident["cause"], &incident["step"]), (&json!("missed_checkin"), &json!(1)));
        assert_eq!(incident["opened_at"], json!(deadline_at));
        assert_eq!(rows::told(house, session).await, ["1 Ana screen", "1 Dr. Lee screen"]);
        assert_eq!(house.says::<CheckinMissed>().await.deadline_at, deadline_at);
    })
    .await;
}

#[actix_web::test]
async fn an_answer_in_time_leaves_nothing_to_alarm_about() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::seconds(7 * 60 - 1)).await;
        house.looks(session, 1, well()).await;
        house.pass(Span::minutes(9)).await;
        let watch = house.watch(session).await;
        assert_eq!((&watch["missed"], &watch["incidents"]), (&json!(0), &json!([])), "{watch}");
    })
    .await;
}

#[actix_web::test]
async fn the_ladder_climbs_a_step_a_minute_and_its_last_never_stops() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        let mut told = rows::told(house, session).await;
        for (step, people) in [
            ("2", &["Noor"][..]),
            ("3", &["Dr. Okafor", "Noor"]),
            ("4", &["Dr. Lee", "Dr. Okafor", "Noor"]),
            ("4.1", &["Dr. Lee", "Dr. Okafor", "Noor"]),
            ("4.2", &["Dr. Lee", "Dr. Okafor", "Noor"]),
        ] {
            house.pass(Span::seconds(59)).await;
            assert_eq!(rows::told(house, session).await, told, "before step {step}");
            house.pass(SECOND).await;
            let over = |channel| people.iter().map(move |name| format!("{step} {name} {channel}"));
            told.extend(over("mail").chain(over("screen")));
            told.sort();
            assert_eq!(rows::told(house, session).await, told, "at step {step}");
        }
    })
    .await;
}

#[actix_web::test]
async fn the_on_call_leads_mail_carries_a_link_and_only_its_hash_is_kept() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(8)).await;
        let token = house.link(house.noor).await;
        assert!(token.len() >= 40, "{token}");
        let hash = chassis::crypto::sha256_hex(token.as_bytes());
        let kept = |column, value| format!("select count(*) from checkins_link where {column} = '{value}'");
        assert_eq!(rows::count(house, &kept("token_hash", hash.as_str())).await, 1);
        assert_eq!(rows::count(house, &kept("token_hash", token.as_str())).await, 0);
        house.awaited(async || (rows::mails(house).await == ["accepted"]).then_some(())).await;
        assert_eq!(house.incident(session).await["step"], 2);
    })
    .await;
}

#[actix_web::test]
async fn a_late_all_well_is_shown_with_its_lateness_and_closes_nothing() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        house.pass(Span::seconds(30)).await;
        let (_, taken) = house.looks(session, 1, well()).await;
        assert_eq!((&taken["counted"], &taken["next"]["sequence"]), (&json!("late"), &json!(2)), "{taken}");

        let last = house.watch(session).await["last"].clone();
        let late = Span::seconds(2 * 60 + 30).as_micros();
        assert_eq!((&last["counted"], &last["late_micros"]), (&json!("late"), &json!(late)));
        assert_eq!(house.incident(session).await["state"], "open");
        house.pass(Span::seconds(30)).await;
        assert_eq!(house.incident(session).await["step"], 2);
    })
    .await;
}

#[actix_web::test]
async fn a_missed_look_is_asked_for_again_until_somebody_looks_or_a_person_closes_it() {
    House::on_every_store(async |house| {
        let answered = house.dosed().await;
        let closed = house.dosed().await;
        assert_eq!(house.watch(answered).await["overdue"], Value::Null);
        house.pass(Span::minutes(8)).await;
        for session in [answered, closed] {
            assert_eq!(house.watch(session).await["overdue"]["sequence"], 1);
        }
        house.looks(answered, 1, well()).await;
        assert_eq!(house.watch(answered).await["overdue"], Value::Null);
        let resolve = house.incident_path(closed, "resolve").await;
        house.post(house.dr_lee, &resolve, json!({ "outcome": "sitter_reached", "note": "Reached." })).await;
        assert_eq!(house.watch(closed).await["overdue"], Value::Null);
    })
    .await;
}

#[actix_web::test]
async fn a_house_that_slept_ten_minutes_opens_one_incident_as_high_as_the_ladder_is_by_now() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(5)).await;
        house.pass(Span::minutes(10)).await;
        let incident = house.incident(session).await;
        // The deadline was eight minutes ago; the last step comes three minutes after it.
        assert_eq!((&incident["state"], &incident["step"]), (&json!("open"), &json!(4)), "{incident}");
        assert_eq!(incident["next_step_at"], json!(house.now().plus(Span::minutes(1))));
        let told = rows::told(house, session).await;
        let steps: Vec<_> = told.iter().filter_map(|word| word.split(' ').next()).collect();
        assert_eq!(steps, ["1", "1", "2", "2", "3", "3", "3", "3", "4", "4", "4", "4", "4", "4"]);
    })
    .await;
}

#[actix_web::test]
async fn every_look_missed_in_a_sleep_is_counted_and_mails_are_not_made_up_for() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(60)).await;
        let watch = house.watch(session).await;
        assert_eq!((&watch["missed"], &watch["next"]["sequence"]), (&json!(6), &json!(7)), "{watch}");
        house.incident(session).await;
        let rounds = "select max(round) from checkins_notification";
        assert_eq!(rows::count(house, rounds).await, 0);
        house.pass(Span::minutes(30)).await;
        house.incident(session).await;
        assert_eq!(rows::count(house, rounds).await, 1);
    })
    .await;
}

#[actix_web::test]
async fn a_hold_that_ran_out_in_a_sleep_climbs_on_from_where_it_ran_out() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        let path = house.incident_path(session, "acknowledge").await;
        house.post(house.dr_lee, &path, json!({})).await;
        // Held for two minutes, then one step higher, then one more a minute later.
        house.pass(Span::seconds(190)).await;
        let incident = house.incident(session).await;
        assert_eq!((&incident["state"], &incident["step"]), (&json!("open"), &json!(3)), "{incident}");
    })
    .await;
}
