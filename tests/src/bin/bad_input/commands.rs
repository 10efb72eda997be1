//! Rows 12 and 13: command ids that are missing, borrowed or used at once.

use crate::caller::{Ask, key};
use crate::house::House;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// How many at once.
const AT_ONCE: usize = 20;

/// Both.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    house.ledger.settle().await?;
    ids(house).await?;
    at_once(house).await
}

fn person(email: &str) -> Value {
    json!({ "role": "patient", "first_name": "Kim", "last_name": "Lee", "email": email,
        "phone": "+1 555 0103", "time_zone": "Europe/Lisbon" })
}

const PEOPLE: &str = "/api/identity/people";
const PAGE: &str = "/api/care/journal";

/// Row 12.
async fn ids(house: &House) -> anyhow::Result<()> {
    let by = &house.coordinator;
    let ask = Ask::post(PEOPLE, &person("twelve@demo.example"));
    let missing = (400, "idempotency.key_missing");
    house.refuses(12, "no command id", by, &ask.clone().without("idempotency-key"), missing).await?;
    let long = "0".repeat(60_000);
    for odd in ["", "7", "7d444840-9dc0-41d2-8f2a-3c1a3b1c9e10", long.as_str(), "null"] {
        let what: String = format!("id {odd}").chars().take(40).collect();
        house.refuses(12, &what, by, &ask.clone().key(odd), missing).await?;
    }
    let endless = ask.clone().key(&"0".repeat(1_000_000));
    let answer = house.writes_only("an id of 1 MB", &[], async || by.ask(&endless).await).await?;
    house.shows(12, "an id of 1 MB", &answer, matches!(answer.status, 400 | 431));
    let sam = &house.patient;
    let written = json!({ "text": "A quiet week.", "shared": false, "session": null });
    let id = key();
    let first = sam.ask(&Ask::post(PAGE, &written).key(&id)).await?;
    house.shows(12, "the first", &first, first.status == 200 && first.header("idempotent-replay").is_none());
    house.ledger.settle().await?;
    let again = house
        .writes_only("the same again", &[], async || sam.ask(&Ask::post(PAGE, &written).key(&id)).await)
        .await?;
    let is_same = again.status == 200 && again.body == first.body;
    house.shows(12, "the same again", &again, is_same && again.header("idempotent-replay") == Some("true"));
    let other = json!({ "text": "A loud week.", "shared": false, "session": null });
    let reused = (409, "idempotency.key_reused");
    house.refuses(12, "another body", sam, &Ask::post(PAGE, &other).key(&id), reused).await?;
    let record = first.text("/record").to_owned();
    let elsewhere = Ask::post(&format!("{PAGE}/{record}/sharing"), &json!({ "shared": true })).key(&id);
    house.refuses(12, "another path", sam, &elsewhere, reused).await?;
    let order = json!({ "strength_mg": 100, "lozenges": 2, "hold_minutes": 10, "disposal": "spit", "max_sessions": 6,
        "min_interval_hours": 72, "valid_until_at": tests::now() + 86_400_000_000_i64 });
    let path = format!("/api/care/patients/{}/dose-orders", house.person("patient"));
    let others = Ask::post(&path, &order).key(&id);
    house.refuses(12, "another person", &house.prescriber, &others, reused).await.map(drop)
}

/// Row 13.
async fn at_once(house: &House) -> anyhow::Result<()> {
    let by = &house.coordinator;
    let ask = Ask::post(PEOPLE, &person("thirteen@demo.example"));
    house.ledger.settle().await?;
    let people = "select count(*) from {identity_person}";
    let before = house.ledger.count(people).await?;
    let answers = join_all((0..AT_ONCE).map(|_| by.ask(&ask))).await;
    let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let first = answers.first().cloned().unwrap_or_default();
    let are_same = answers.iter().all(|answer| answer.status == 200 && answer.body == first.body);
    house.shows(13, "not one answer for all", &first, are_same);
    let replays = answers.iter().filter(|answer| answer.header("idempotent-replay") == Some("true")).count();
    house.holds(13, &format!("{replays} replays"), replays == AT_ONCE - 1);
    let added = house.ledger.count(people).await? - before;
    house.holds(13, &format!("{added} people"), added == 1);
    house.ledger.settle().await
}
