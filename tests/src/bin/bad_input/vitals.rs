//! Rows 52 to 55: numbers no device shows, numbers in the wrong unit, grave numbers, and devices that repeat themselves.

use crate::caller::Ask;
use crate::house::{House, MINUTE, Session, is_open};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// A red reading is on the screen within this.
const HEARD_MS_MAX: i64 = 2_000;

/// All of them.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    let session = house.sat(1).await?;
    impossible(house, &session).await?;
    repeated(house, &session).await?;
    grave(house).await
}

fn reading(more: &[(&str, Value)]) -> Value {
    let mut body = json!({ "moment": "before", "systolic": 124, "diastolic": 78, "heart_rate": 68, "spo2": 98,
        "respiratory_rate": 14, "device": "upper_arm", "symptoms": false, "taken_at": tests::now() });
    if let Some(body) = body.as_object_mut() {
        body.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    body
}

fn measured(session: &Session, more: &[(&str, Value)]) -> Ask {
    Ask::post(&format!("/api/safety/sessions/{}/vitals", session.id), &reading(more))
}

fn pressure(session: &Session, upper: u16, lower: u16) -> Ask {
    measured(session, &[("systolic", json!(upper)), ("diastolic", json!(lower))])
}

/// Rows 52 and 53.
async fn impossible(house: &House, session: &Session) -> anyhow::Result<()> {
    let by = &session.sitter;
    let range = (422, "vital.range");
    for (upper, lower, field, meant) in [
        (12, 8, "/systolic", "120/80"),
        (1200, 800, "/systolic", "120/80"),
        (120, 8, "/diastolic", ""),
        (80, 120, "/diastolic", "120/80"),
        (120, 120, "/diastolic", ""),
        (16, 11, "/systolic", "kPa"),
        (65_535, 65_535, "/systolic", ""),
        (0, 0, "/systolic", ""),
    ] {
        let answer = house.refuses_field(52, by, &pressure(session, upper, lower), range, field).await?;
        house.shows(
            52,
            &format!("{upper}/{lower}: no hint"),
            &answer,
            answer.text("/fields/0/detail").contains(meant),
        );
    }
    let path = format!("/api/safety/sessions/{}/vitals", session.id);
    let comma = reading(&[]).to_string().replace("124", "120,5");
    house.refuses(52, "120,5", by, &Ask::raw(&path, comma), (400, "json.syntax")).await?;
    for odd in [json!("120/80 "), json!(120.5), json!("16 kPa")] {
        house
            .refuses_field(52, by, &measured(session, &[("systolic", odd)]), (422, "field.type"), "/systolic")
            .await?;
    }
    for (name, value) in [
        ("spo2", 9),
        ("spo2", 101),
        ("spo2", 0),
        ("heart_rate", 0),
        ("heart_rate", 300),
        ("heart_rate", 7),
        ("respiratory_rate", 81),
    ] {
        let field = format!("/{name}");
        house.refuses_field(53, by, &measured(session, &[(name, json!(value))]), range, &field).await?;
    }
    for odd in [json!(98.6), json!("98"), json!("about 98%"), json!("%"), json!("-98%")] {
        house
            .refuses_field(53, by, &measured(session, &[("spo2", odd)]), (422, "field.type"), "/spo2")
            .await?;
    }
    let fever = measured(session, &[("temperature", json!(98.6))]);
    house.refuses_field(53, by, &fever, (422, "field.unknown"), "/temperature").await?;
    let all = measured(
        session,
        &[("spo2", json!(9)), ("heart_rate", json!(0)), ("systolic", json!(12)), ("diastolic", json!(8))],
    );
    let answer = house.refuses(53, "three at once", by, &all, range).await?;
    house.shows(53, "three at once", &answer, answer.fields() == ["/systolic", "/heart_rate", "/spo2"]);
    let percent = by.ask(&measured(session, &[("spo2", json!("97%"))])).await?;
    house.shows(53, "97%", &percent, percent.status == 200 && percent.body.get("spo2") == Some(&json!(97)));
    Ok(())
}

/// Row 55.
async fn repeated(house: &House, session: &Session) -> anyhow::Result<()> {
    let by = &session.sitter;
    let count = format!("select count(*) from {{safety_vitals}} where session_id = {{id:{}}}", session.id);
    let before = house.ledger.count(&count).await?;
    let at = tests::now() - MINUTE;
    let same = |_: usize| measured(session, &[("taken_at", json!(at)), ("systolic", json!(131))]);
    let asks: Vec<_> = (0..100).map(same).collect();
    let mut records = std::collections::BTreeSet::new();
    for ten in asks.chunks(10) {
        for answer in join_all(ten.iter().map(|ask| by.ask(ask))).await {
            let answer = answer?;
            house.shows(55, "the same reading again", &answer, answer.status == 200);
            records.insert(answer.text("/record").to_owned());
        }
    }
    house.holds(55, &format!("one reading became {} records", records.len()), records.len() == 1);
    let kept = house.ledger.count(&count).await? - before;
    house.holds(55, &format!("one reading became {kept} rows"), kept == 1);
    let ahead = tests::now() + 180 * MINUTE;
    let future = by.ask(&measured(session, &[("taken_at", json!(ahead)), ("systolic", json!(129))])).await?;
    house.shows(55, "from the future", &future, future.body.get("clock_off") == Some(&json!(true)));
    let earlier =
        by.ask(&measured(session, &[("taken_at", json!(at - 2 * MINUTE)), ("systolic", json!(133))])).await?;
    house.shows(55, "out of order", &earlier, earlier.body.get("clock_off") == Some(&json!(false)));
    let all = house.therapist.get(&format!("/api/safety/sessions/{}/vitals", session.id)).await?;
    let all = all.body.as_array().cloned().unwrap_or_default();
    let upper: Vec<_> = all.iter().filter_map(|one| one.get("systolic")?.as_i64()).collect();
    let place = |value| upper.iter().position(|one| *one == value);
    house.holds(
        55,
        &format!("not in the order they were measured: {upper:?}"),
        place(133) < place(131) && place(131) < place(129),
    );
    let received = all.iter().all(|one| one.get("recorded_at").and_then(Value::as_i64) > Some(0));
    house.holds(55, "when they came is not kept", received && place(133).is_some());
    Ok(())
}

/// Row 54.
async fn grave(house: &House) -> anyhow::Result<()> {
    let session = house.dosed(1, 4 * MINUTE).await?;
    let began = tests::now();
    let low = measured(&session, &[("moment", json!("during")), ("spo2", json!(85))]);
    let answer = session.sitter.ask(&low).await?;
    let is_grave = answer.status == 200 && matches!(answer.text("/band"), "red" | "crisis");
    house.shows(54, "85 %", &answer, is_grave);
    house.watch(&session.id, |watch| is_open(watch, "vitals")).await?;
    let took = (tests::now() - began) / 1_000;
    house.holds(54, &format!("an incident after {took} ms"), took <= HEARD_MS_MAX);
    Ok(())
}
