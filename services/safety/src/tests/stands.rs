//! What the watch stands on, as the gate asks for it: announced, not told, and red when it falls silent.

use super::house::{House, One, on_each_store};
use chassis::ids;
use chassis::service::Service as _;
use kernel::time::Span;
use proto::envelope::{Envelope, Event as _};
use proto::events::checkins::HouseStands;
use serde_json::Value;

impl House {
    /// The watch says what it stands on: everything but this.
    pub(crate) async fn stands(&self, left_out: &str) {
        let there = |id: &str| if id == left_out { "missing" } else { "there" }.to_owned();
        let said = HouseStands {
            writable: left_out != "WATCH-LIVE",
            clocks_agree: left_out != "WATCH-CLOCK",
            standby: there("WATCH-SECOND"),
            watchdog: there("WATCH-DOG"),
            at: self.now(),
        };
        self.hears_of(said).await;
    }

    async fn hears_of(&self, said: HouseStands) {
        crate::store::house::heard(self.service().store(), self.now(), &said).await.unwrap();
        *self.heard.borrow_mut() = Some(said);
    }

    async fn amber(&self) -> Vec<(String, String)> {
        let (_, gate) = self.get(One::DrLee, "gate").await;
        let word = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
        gate["amber"].as_array().unwrap().iter().map(|row| (word(row, "id"), word(row, "todo"))).collect()
    }
}

#[actix_web::test]
async fn a_watch_that_falls_silent_closes_the_gate_and_a_dose_is_refused() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        *house.heard.borrow_mut() = None;
        house.pass(Span::seconds(15)).await;
        assert_eq!(house.red().await, Vec::<String>::new());
        house.pass(Span::seconds(1)).await;
        assert_eq!(house.red().await, ["WATCH-LIVE"]);
        let (status, problem) = house.post(One::DrLee, "dose/offer", &serde_json::json!({})).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("gate.closed")));
        assert_eq!(problem["fields"][0]["owner"], "admin");
        house.stands("nothing").await;
        house.dose().await;
    })
    .await;
}

#[actix_web::test]
async fn a_second_engine_that_dies_between_offer_and_witness_refuses_the_witness() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.does(One::DrLee, "dose/offer", serde_json::json!({})).await;
        house.stands("WATCH-SECOND").await;
        let (status, problem) = house.post(One::Ana, "dose/witness", &serde_json::json!({})).await;
        assert_eq!((status, problem["fields"][0]["name"].as_str()), (409, Some("WATCH-SECOND")), "{problem}");
    })
    .await;
}

#[actix_web::test]
async fn a_small_house_may_begin_and_reads_plainly_what_it_does_without() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        let none = || "not_set_up".to_owned();
        let at = house.now();
        let small = HouseStands { writable: true, clocks_agree: true, standby: none(), watchdog: none(), at };
        house.hears_of(small).await;
        let advice = house.amber().await.into_iter().filter(|(id, _)| id.starts_with("WATCH-"));
        let advice: Vec<_> = advice.collect();
        let ids: Vec<_> = advice.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["WATCH-SECOND", "WATCH-DOG"]);
        assert!(
            advice[0]
                .1
                .starts_with("No second engine is set up: if this process dies, only open pages alarm.")
        );
        house.dose().await;
    })
    .await;
}

#[actix_web::test]
async fn what_is_announced_on_the_bus_is_heard() {
    on_each_store(async |house| {
        house.everything_but("nothing").await;
        house.stands("WATCH-DOG").await;
        let said = HouseStands { watchdog: "there".into(), ..house.heard.borrow().clone().unwrap() };
        let announcement = Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/checkins".into(),
            name: HouseStands::NAME.into(),
            occurred_at: house.now(),
            clinic: ids::fresh(),
            subject: None,
            audience: vec![],
            data: serde_json::to_value(&said).unwrap(),
        };
        let mut is_heard = false;
        for _try in 0..500 {
            house.service().store().ground().bus.cast(std::slice::from_ref(&announcement)).await.unwrap();
            is_heard = house.red().await.is_empty();
            if is_heard {
                break;
            }
        }
        assert!(is_heard);
    })
    .await;
}
