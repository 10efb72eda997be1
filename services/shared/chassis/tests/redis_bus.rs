//! The bus on a real Redis: nothing is handed out less than once, nothing unreadable stops it, and a loss is noticed.
//! Each test has a database of its own on the server.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by unwrapping")]

use chassis::bus::redis::RedisBus;
use chassis::bus::{Bus, Subscription};
use chassis::{clock, ids};
use kernel::time::{Span, Timestamp};
use proto::envelope::Envelope;
use redis::AsyncCommands as _;
use std::sync::Arc;

const STREAM: &str = "holdspace:facts";

struct House {
    bus: Arc<dyn Bus>,
    redis: redis::aio::MultiplexedConnection,
}

impl House {
    /// None where no Redis is given: `cargo xtask test` always gives one.
    async fn on(database: u8) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "a test is told by its environment where Redis is")]
        let url = std::env::var("TEST_REDIS_URL").ok()?;
        let url = format!("{}/{database}", url.trim_end_matches('/'));
        let client = redis::Client::open(url.as_str()).unwrap();
        let mut redis = client.get_multiplexed_async_connection().await.unwrap();
        let _: () = redis::cmd("FLUSHDB").query_async(&mut redis).await.unwrap();
        Some(Self { bus: RedisBus::open(&url).unwrap(), redis })
    }

    async fn tell(&self, facts: &[&str]) {
        let facts: Vec<_> = facts.iter().map(|name| fact(name)).collect();
        self.bus.publish(&facts).await.unwrap();
    }
}

fn fact(name: &str) -> Envelope {
    Envelope {
        specversion: "1.0".into(),
        id: ids::fresh(),
        source: "/test".into(),
        name: name.into(),
        occurred_at: Timestamp::from_micros(0),
        clinic: ids::fresh(),
        subject: None,
        audience: vec![],
        data: serde_json::json!({}),
    }
}

/// The next `count` names, acknowledged or not.
async fn heard(group: &mut dyn Subscription, count: usize, is_done: bool) -> Vec<String> {
    let mut names = vec![];
    while names.len() < count {
        for delivery in group.next().await.unwrap() {
            if is_done {
                group.done(&[delivery.tag.as_str()]).await.unwrap();
            }
            names.push(delivery.envelope.map_or_else(|odd| format!("{} bytes", odd.bytes), |fact| fact.name));
        }
    }
    names
}

#[actix_web::test]
async fn every_group_hears_every_fact_in_order() {
    let Some(house) = House::on(5).await else { return };
    let mut care = house.bus.subscribe("care").await.unwrap();
    let mut safety = house.bus.subscribe("safety").await.unwrap();
    house.tell(&["a.one.v1", "a.two.v1"]).await;
    assert_eq!(heard(care.as_mut(), 2, true).await, ["a.one.v1", "a.two.v1"]);
    assert_eq!(heard(safety.as_mut(), 2, true).await, ["a.one.v1", "a.two.v1"]);
}

#[actix_web::test]
async fn what_was_handed_out_and_not_finished_comes_again() {
    let Some(house) = House::on(6).await else { return };
    let mut died = house.bus.subscribe("care").await.unwrap();
    house.tell(&["a.one.v1"]).await;
    heard(died.as_mut(), 1, false).await;
    drop(died);
    let mut next = house.bus.subscribe("care").await.unwrap();
    assert_eq!(heard(next.as_mut(), 1, true).await, ["a.one.v1"]);
}

#[actix_web::test]
async fn what_a_dead_process_left_is_taken_over_though_new_facts_never_stop() {
    let Some(house) = House::on(10).await else { return };
    let mut died = house.bus.subscribe("care").await.unwrap();
    house.tell(&["a.left.v1"]).await;
    heard(died.as_mut(), 1, false).await;
    drop(died);
    let mut next = house.bus.subscribe("care").await.unwrap();
    for _tenth_of_a_second in 0..30 {
        house.tell(&["a.fresh.v1"]).await;
        let names = heard(next.as_mut(), 1, true).await;
        if names.contains(&"a.left.v1".to_owned()) {
            return;
        }
        clock::wait(Span::millis(100)).await;
    }
    panic!("nobody took it over");
}

#[actix_web::test]
async fn something_that_is_no_fact_of_ours_does_not_stop_the_group() {
    let Some(mut house) = House::on(7).await else { return };
    let _: String = house.redis.xadd(STREAM, "*", &[("envelope", "{\"of\": \"a stranger\"}")]).await.unwrap();
    let _: String = house.redis.xadd(STREAM, "*", &[("envelope", "x".repeat(5_000_000))]).await.unwrap();
    house.tell(&["a.one.v1"]).await;
    let mut care = house.bus.subscribe("care").await.unwrap();
    assert_eq!(heard(care.as_mut(), 3, true).await, ["20 bytes", "5000000 bytes", "a.one.v1"]);
}

#[actix_web::test]
async fn lost_data_is_another_epoch_and_the_group_stands_again() {
    let Some(mut house) = House::on(8).await else { return };
    let mut care = house.bus.subscribe("care").await.unwrap();
    house.tell(&["a.one.v1"]).await;
    heard(care.as_mut(), 1, true).await;
    let before = house.bus.epoch().await.unwrap();
    assert_eq!(house.bus.epoch().await.unwrap(), before);
    let _: () = redis::cmd("FLUSHDB").query_async(&mut house.redis).await.unwrap();
    let after = house.bus.epoch().await.unwrap();
    assert_ne!(after.data, before.data);
    assert_eq!(after.run, before.run);
    house.tell(&["a.two.v1"]).await;
    assert!(care.next().await.is_err(), "the group went with the data");
    assert_eq!(heard(care.as_mut(), 1, true).await, ["a.two.v1"]);
}

#[actix_web::test]
async fn a_group_that_was_away_for_too_long_asks_for_everything_again() {
    let Some(mut house) = House::on(9).await else { return };
    let mut care = house.bus.subscribe("care").await.unwrap();
    house.tell(&["a.one.v1", "a.two.v1", "a.three.v1"]).await;
    heard(care.as_mut(), 3, true).await;
    let before = house.bus.epoch().await.unwrap();
    house.tell(&["a.four.v1", "a.five.v1"]).await;
    let mut back = house.bus.subscribe("care").await.unwrap();
    heard(back.as_mut(), 2, true).await;
    assert_eq!(house.bus.epoch().await.unwrap(), before, "nothing was cut off");

    house.tell(&["a.six.v1", "a.seven.v1"]).await;
    let _: usize = house.redis.xtrim(STREAM, redis::streams::StreamMaxlen::Equals(1)).await.unwrap();
    let mut late = house.bus.subscribe("care").await.unwrap();
    assert_eq!(heard(late.as_mut(), 1, true).await, ["a.seven.v1"]);
    assert_ne!(house.bus.epoch().await.unwrap().data, before.data);
}

#[actix_web::test]
async fn a_bus_stands_before_its_broker_does() {
    let bus = RedisBus::open("redis://127.0.0.1:1/").unwrap();
    assert!(bus.publish(&[fact("a.one.v1")]).await.is_err());
    assert!(!*bus.hears().borrow());
}
