//! The clinic's safety numbers: from its own rows, its own alone, real sessions apart from drills.

use crate::door::well;
use crate::house::{House, Person};
use chassis::ids;
use kernel::time::Span;
use proto::events::safety::{DoseBegun, SessionOpened};
use serde_json::{Value, json};

impl House {
    async fn numbers(&self, who: Person) -> Value {
        let (status, numbers) = self.get(who, "/numbers?days=90").await;
        assert_eq!(status, 200, "{numbers}");
        numbers
    }
}

fn seconds(count: i64) -> Value {
    json!(Span::seconds(count).as_micros())
}

#[actix_web::test]
async fn every_number_counts_what_happened_and_from_when_it_should_have_been_noticed() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(5)).await;
        house.looks(session, 1, well()).await;
        // The second look is due at 15 minutes and silence lasts two; the engine is three seconds late.
        house.pass(Span::seconds(11 * 60 + 59)).await;
        house.pass(Span::seconds(4)).await;
        house.pass(Span::seconds(2)).await;
        house.watch(session).await;
        house.pass(Span::seconds(60)).await;
        house.awaited(async || (crate::rows::mails(house).await == ["accepted"]).then_some(())).await;
        house.post(house.dr_lee, &house.incident_path(session, "acknowledge").await, json!({})).await;
        house.pass(Span::seconds(30)).await;
        let well = json!({ "outcome": "patient_well_seen" });
        house.post(house.dr_lee, &house.incident_path(session, "resolve").await, well).await;

        let numbers = house.numbers(house.mia).await;
        let real = &numbers["real"];
        let worst = |measure: &str| real[measure]["worst_micros"].clone();
        assert_eq!((worst("detect"), worst("screen")), (seconds(3), seconds(5)), "{real}");
        assert_eq!(
            (worst("page"), worst("acknowledge"), worst("resolve")),
            (seconds(65), seconds(62), seconds(92))
        );
        let share = |measure: &str| (real[measure]["part"].clone(), real[measure]["whole"].clone());
        assert_eq!((share("missed"), share("false_alarms")), ((json!(1), json!(2)), (json!(1), json!(1))));
        assert_eq!((&real["sessions"], &real["incidents"]), (&json!(1), &json!(1)));
        let verdicts = ["detect", "page", "false_alarms"].map(|measure| real[measure]["verdict"].clone());
        assert_eq!(
            verdicts,
            [json!("unknown"), json!("unknown"), json!("unknown")],
            "one of each says nothing"
        );
    })
    .await;
}

#[actix_web::test]
async fn drills_are_counted_apart_and_an_empty_house_claims_nothing() {
    House::on_every_store(async |house| {
        let session = ids::fresh();
        house.hears(&SessionOpened { drill: true, ..house.opened(session) }).await;
        house.hears(&DoseBegun { session, at: house.now() }).await;
        house.pass(Span::minutes(7)).await;
        let numbers = house.numbers(house.dr_okafor).await;
        assert_eq!((&numbers["drills"]["sessions"], &numbers["drills"]["detect"]["known"]), (&json!(1), &json!(1)));
        let real = &numbers["real"];
        assert_eq!((&real["sessions"], &real["missed"]["whole"]), (&json!(0), &json!(0)));
        let nothing = json!({ "known": 0, "unknown": 0, "p50_micros": null, "p95_micros": null, "p99_micros": null,
            "worst_micros": null, "bar_micros": 1_000_000, "verdict": "unknown" });
        assert_eq!(real["detect"], nothing);
    })
    .await;
}

#[actix_web::test]
async fn whoever_was_asked_beforehand_and_answered_is_a_pager_drill_passed() {
    House::on_every_store(async |house| {
        let answered = house.session().await;
        let silent = house.session().await;
        for session in [answered, silent] {
            house.post(house.dr_lee, &format!("/sessions/{session}/on-call/page"), json!({})).await;
        }
        let token = house.link(house.noor).await;
        house.press("/links/on-call-confirmation", &token).await;
        let pager = house.numbers(house.dr_lee).await["real"]["pager"].clone();
        assert_eq!((&pager["part"], &pager["whole"]), (&json!(1), &json!(2)), "{pager}");
    })
    .await;
}

#[actix_web::test]
async fn another_clinic_sees_its_own_numbers_alone_and_the_home_sees_none() {
    House::on_every_store(async |house| {
        let session = house.dosed().await;
        house.pass(Span::minutes(7)).await;
        let other = Person { clinic: ids::fresh(), ..house.mia };
        let theirs = house.numbers(other).await;
        assert_eq!((&theirs["real"]["incidents"], &theirs["real"]["sessions"]), (&json!(0), &json!(0)));
        assert_eq!(house.numbers(house.mia).await["real"]["incidents"], json!(1));
        for at_home in [house.sam, house.ana] {
            assert_eq!(house.get(at_home, "/numbers").await.0, 403);
        }
        for wrong in ["/numbers?days=31", "/numbers?days=", "/numbers?weeks=2"] {
            assert_eq!(house.get(house.mia, wrong).await.0.as_u16() / 100, 4, "{wrong}");
        }
        // What Ana's phone shows is no screen of the clinic's.
        house.get(house.ana, &format!("/sessions/{session}/watch")).await;
        assert_eq!(house.numbers(house.mia).await["real"]["screen"]["unknown"], json!(1));
    })
    .await;
}
