//! The engine's look at itself (T-ESC-04): each thing that may never be is planted, and found.

use crate::door::well;
use crate::house::House;
use chassis::service::Service as _;
use checkins::store::auditor::violations;
use kernel::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::json;

/// What is planted, and what must be found.
const PLANTED: &[(&str, &str)] = &[
    ("update checkins_deadline set state = 'cancelled' where state = 'armed'", "I1"),
    ("update checkins_deadline set deadline_at = 0 where state = 'armed'", "I2"),
    ("delete from checkins_incident where cause = 'missed_checkin'", "I3"),
    ("update checkins_incident set phase = 'open', due_at = null", "I4"),
    ("delete from checkins_notification where kind = 'incident'", "I4b"),
    ("update checkins_incident set phase = 'acknowledged', due_at = due_at + 900000000", "I5"),
    ("update checkins_notification set state = 'leased', lease_until = 0 where channel = 'mail'", "I6"),
    ("update checkins_notification set state = 'pending', next_at = 0 where channel = 'mail'", "I6b"),
    ("delete from checkins_answer", "I7"),
    ("update checkins_incident set phase = 'resolved', state = '{}'", "I8"),
    ("update checkins_watch set phase = 'closed'", "I9"),
    ("delete from checkins_attempt", "I10"),
    ("update checkins_attempt set told_at = null, at = 0", "I10b"),
    ("update checkins_pager set due_at = 0", "I11"),
];

/// One look answered, one missed, and the on-call lead told: something of everything.
async fn lived(house: &House) {
    let session = house.dosed().await;
    house.pass(Span::minutes(5)).await;
    house.looks(session, 1, well()).await;
    // The second look falls due at 15 minutes, and silence lasts two; a minute later the on-call lead has mail.
    house.pass(Span::minutes(12)).await;
    house.pass(Span::seconds(60)).await;
    house.awaited(async || (!house.ground.mailbox.of(house.sam.clinic).is_empty()).then_some(())).await;
    let settled = "select count(*) from checkins_attempt where told_at is not null";
    house.awaited(async || (crate::rows::count(house, settled).await > 0).then_some(())).await;
}

async fn found(house: &House, planted: &str) -> Vec<String> {
    let store = house.checkins.store();
    let _turn = store.turn().await;
    let tx = store.db().begin().await.unwrap();
    tx.execute_unprepared(planted).await.unwrap();
    // A look that is a minute ahead counts as near.
    let now = house.now().plus(Span::minutes(9));
    let found = violations(&tx, now, Timestamp::from_micros(0)).await.unwrap();
    tx.rollback().await.unwrap();
    found
}

#[actix_web::test]
async fn a_house_that_is_well_has_nothing_to_find() {
    House::on_every_store(async |house| {
        lived(house).await;
        let now = house.now();
        let found = violations(house.checkins.store().db(), now, Timestamp::from_micros(0)).await.unwrap();
        assert_eq!(found, Vec::<String>::new());
    })
    .await;
}

#[actix_web::test]
async fn whatever_may_never_be_is_found_by_name() {
    House::on_every_store(async |house| {
        lived(house).await;
        for (planted, id) in PLANTED {
            let found = found(house, planted).await;
            let prefix = format!("{id}: ");
            assert!(found.iter().any(|violation| violation.starts_with(&prefix)), "{planted}: {found:?}");
        }
    })
    .await;
}

#[actix_web::test]
async fn a_violation_names_what_should_be_and_a_session_and_nothing_else() {
    House::on_every_store(async |house| {
        lived(house).await;
        let found = found(house, "update checkins_incident set phase = 'open', due_at = null").await;
        let watch = json!(found).to_string();
        assert!(
            watch.contains("I4: an open incident has a next step within two minutes; not so for session ")
        );
    })
    .await;
}
