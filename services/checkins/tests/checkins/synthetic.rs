//! A look that is missed on purpose: over the same way as any other, to a mailbox that nobody sleeps beside.

use crate::house::House;
use crate::rows;
use chassis::config::Config;
use chassis::config::channels::DrillMailbox;
use chassis::service::Service as _;
use chassis::work::SYNTHETIC;
use checkins::store::auditor::violations;
use kernel::time::Span;
use serde_json::{Value, json};
use testkit::sink::Sink;

const MAILBOX: &str = "drill@clinic.test";
const BROKEN: &str = "the alarm path is broken";

fn proves(config: &mut Config) {
    config.drill_mailbox = Some(DrillMailbox { email: MAILBOX.into(), every_seconds: None });
}

/// The same over a real mail server.
fn over(sink: &Sink) -> impl Fn(&mut Config) {
    let account = sink.account("alarm@clinic.test", "pass");
    move |config| {
        proves(config);
        config.alarm_smtp = Some(account.clone());
    }
}

fn is_broken(house: &House) -> bool {
    house.checkins.unready().iter().any(|reason| reason.contains(BROKEN))
}

/// What was tried of the newest look: older ones are tried again all along.
async fn tried(house: &House) -> i64 {
    let of_it = "select count(*) from checkins_attempt a join checkins_notification n on n.id = a.notification_id
                 where n.session_id = (select session_id from checkins_synthetic order by began_at desc limit 1)";
    rows::count(house, of_it).await
}

/// One look is missed, its mail is tried, and it is judged.
async fn one_is_missed(house: &House) {
    house.pass(Span::micros(1)).await;
    house.pass(Span::seconds(1)).await;
    house.awaited(async || (tried(house).await > 0).then_some(())).await;
    house.pass(Span::seconds(10)).await;
}

fn pages(sink: &Sink) -> Vec<Value> {
    let mut mails = sink.mails();
    mails.retain(|mail| mail["subject"] == "The alarm path is broken");
    mails
}

async fn taken(house: &House) -> i64 {
    rows::count(house, "select count(*) from checkins_synthetic where accepted_at between deadline_at and deadline_at + 10000000").await
}

#[actix_web::test]
async fn a_look_missed_on_purpose_goes_the_way_of_every_alarm_and_pages_nobody() {
    House::set_up(
        |config| {
            config.demo = true;
            proves(config);
        },
        async |house| {
            let session = house.dosed().await;
            one_is_missed(house).await;
            assert_eq!(taken(house).await, 1);
            assert_eq!(house.ground.mailbox.of(SYNTHETIC).len(), 1);
            assert!(house.ground.mailbox.of(SYNTHETIC)[0].subject.starts_with("[Drill]"));
            assert!(house.ground.mailbox.of(house.sam.clinic).is_empty(), "a human was paged");
            let (_, incidents) = house.get(house.mia, "/incidents").await;
            assert_eq!((incidents, house.watch(session).await["incidents"].clone()), (json!([]), json!([])));
            let told =
                rows::count(house, "select count(*) from checkins_outbox where envelope like '%missed%'")
                    .await;
            assert_eq!((told, is_broken(house)), (0, false));
            assert_eq!(
                house.checkins.missing().iter().filter(|one| one.contains("[drill_mailbox]")).count(),
                0
            );
            let (store, now) = (house.checkins.store(), house.now());
            let found = violations(store.db(), now, now.minus(Span::minutes(1))).await.unwrap();
            assert_eq!(found, Vec::<String>::new());
        },
    )
    .await;
}

#[actix_web::test]
async fn the_next_comes_after_five_minutes_and_what_old_ones_left_is_swept() {
    House::set_up(
        |config| {
            config.demo = true;
            proves(config);
        },
        async |house| {
            one_is_missed(house).await;
            house.pass(Span::seconds(288)).await;
            assert_eq!(rows::count(house, "select count(*) from checkins_synthetic").await, 1);
            house.pass(Span::seconds(1)).await;
            one_is_missed(house).await;
            assert_eq!(rows::count(house, "select count(*) from checkins_synthetic").await, 2);
            house.pass(Span::hours(2)).await;
            one_is_missed(house).await;
            assert_eq!(rows::count(house, "select count(*) from checkins_synthetic").await, 3);
            assert_eq!(rows::count(house, "select count(*) from checkins_watch").await, 1);
            assert_eq!(rows::count(house, "select count(*) from checkins_notification").await, 2);
        },
    )
    .await;
}

#[actix_web::test]
async fn two_in_a_row_that_no_server_took_are_a_broken_path_and_the_next_that_comes_mends_it() {
    let Some(sink) = Sink::start() else { return };
    House::set_up(over(&sink), async |house| {
        house.dosed().await;
        // Whoever is on call for what falls due is known to the engine.
        house.pass(Span::micros(1)).await;
        // The sink was there for the other store, too.
        let before = pages(&sink).len();
        sink.behave("refuse 451");
        one_is_missed(house).await;
        assert!(!is_broken(house), "one may have met a restart");
        house.pass(Span::seconds(289)).await;
        one_is_missed(house).await;
        assert!(is_broken(house), "{:?}", house.checkins.unready());
        sink.behave("ok");
        let page = house.awaited(async || pages(&sink).get(before).cloned()).await;
        assert_eq!(page["to"][0], "noor@home.test");
        house.pass(Span::seconds(289)).await;
        one_is_missed(house).await;
        assert!(!is_broken(house));
        assert!(sink.mails().iter().any(|mail| mail["to"][0] == MAILBOX));
    })
    .await;
}

#[actix_web::test]
async fn a_house_without_a_drill_mailbox_misses_nothing_and_says_that_nothing_proves_the_path() {
    House::on_every_store(async |house| {
        house.pass(Span::hours(1)).await;
        assert_eq!(rows::count(house, "select count(*) from checkins_synthetic").await, 0);
        assert!(house.checkins.missing().iter().any(|one| one.contains("[drill_mailbox]")));
    })
    .await;
}
