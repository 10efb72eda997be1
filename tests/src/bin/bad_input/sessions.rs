//! Rows 72 and 73: beginning twice, ending too soon, and doses that should not have been.

use crate::caller::{Ask, key};
use crate::house::{House, MINUTE, Session, is_open};
use crate::wire::Answer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Both.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    beginning(house).await?;
    ending(house).await?;
    doses(house).await?;
    orders(house).await
}

fn to(session: &Session, path: &str, body: &Value) -> Ask {
    Ask::post(&format!("/api/safety/sessions/{}/{path}", session.id), body)
}

fn discharge() -> Value {
    let criteria: BTreeMap<_, _> = (1..=13).map(|number| (format!("D{number}"), true)).collect();
    json!({ "criteria": criteria, "padss": { "vitals": 2, "gait": 2, "nausea": 2, "intake": 2, "calm": 2 } })
}

fn ended(kind: &str) -> Value {
    json!({ "kind": kind, "reason": "Asked for by the table." })
}

/// Row 72, the beginning: out of turn, and twice.
async fn beginning(house: &House) -> anyhow::Result<()> {
    let session = house.sat(1).await?;
    let phase = (409, "session.phase");
    let lee = &house.therapist;
    house
        .refuses(72, "beginning before anybody is there", lee, &to(&session, "dose/offer", &json!({})), phase)
        .await?;
    house
        .refuses(
            72,
            "witnessing what nobody offered",
            &session.sitter,
            &to(&session, "dose/witness", &json!({})),
            phase,
        )
        .await?;
    house
        .refuses(72, "closing what never was", lee, &to(&session, "closure", &json!({ "note": null })), phase)
        .await?;
    house
        .refuses(
            72,
            "handing over before anybody is there",
            lee,
            &to(&session, "end", &ended("handed_over")),
            phase,
        )
        .await?;
    for kind in ["paused", "", "HANDED_OVER"] {
        house.refuses(72, kind, lee, &to(&session, "end", &ended(kind)), (422, "field.type")).await?;
    }
    let pause = to(&session, "pause", &json!({}));
    house.refuses(72, "a pause, which is not there", lee, &pause, (404, "not_found")).await.map(drop)
}

/// Row 72, the end: too early, and with an alarm open.
async fn ending(house: &House) -> anyhow::Result<()> {
    let session = house.dosed(1, 40 * MINUTE).await?;
    let lee = &house.therapist;
    house
        .refuses(72, "beginning again", lee, &to(&session, "dose/offer", &json!({})), (409, "session.phase"))
        .await?;
    let early = (409, "discharge.too_early");
    house.refuses(72, "40 of 120 minutes", lee, &to(&session, "discharge", &discharge()), early).await?;
    let silent = json!({ "sequence": 1, "answered_at": (tests::now()), "answers": { "CI-RESP": "nothing" } });
    session
        .sitter
        .good(&Ask::post(&format!("/api/checkins/sessions/{}/checkins", session.id), &silent))
        .await?;
    house.watch(&session.id, |watch| is_open(watch, "worrying_answer")).await?;
    for kind in ["without_dose", "withdrawn", "no_show"] {
        let what = format!("{kind}, while nothing answers");
        house.refuses(72, &what, lee, &to(&session, "end", &ended(kind)), (409, "session.phase")).await?;
    }
    house
        .refuses(
            72,
            "closing, while nothing answers",
            lee,
            &to(&session, "closure", &json!({ "note": "x" })),
            (409, "session.phase"),
        )
        .await?;
    house
        .refuses(
            72,
            "discharging, while nothing answers",
            lee,
            &to(&session, "discharge", &discharge()),
            early,
        )
        .await?;
    let late = house.dosed(1, 200 * MINUTE).await?;
    house.watch(&late.id, |watch| is_open(watch, "missed_checkin")).await?;
    let recovering = |state: &Value| state.get("phase") == Some(&json!("recovering"));
    lee.until(&format!("/api/safety/sessions/{}", late.id), recovering).await?;
    let unmet = (409, "discharge.unmet");
    let mut answer = Answer::default();
    // The alarm is the watch's, and the discharge hears of it a moment later.
    for _ in 0..50 {
        let ask = to(&late, "discharge", &discharge());
        answer = house.refuses(72, "discharging with an alarm open", lee, &ask, unmet).await?;
        if answer.fields().contains(&"D10") {
            break;
        }
        tests::pause(100).await;
    }
    house.shows(72, "the open alarm is not named", &answer, answer.fields().contains(&"D10"));
    let accept = to(&late, "discharge/acceptance", &json!({ "restrictions_read_back": true }));
    let answer = house
        .writes_only("accepting what nobody signed", &[], async || late.sitter.ask(&accept).await)
        .await?;
    house.shows(72, "accepting what nobody signed", &answer, answer.status == 409);
    Ok(())
}

/// Row 73. Facts are never refused (decisions.md): a second dose, too many, or one after the end is kept, flagged, and a
/// human looks. What no hand can hold, and units that are the order's, are no facts.
async fn doses(house: &House) -> anyhow::Result<()> {
    let session = house.dosed(1, 30 * MINUTE).await?;
    let lee = &house.therapist;
    let dose = |lozenges: i64| json!({ "taken_at": (tests::now()), "lozenges": lozenges, "note": null });
    let once = to(&session, "dose/record", &dose(1)).key(&key());
    lee.good(&once).await?;
    let again = house.writes_only("the same dose again", &[], async || lee.ask(&once).await).await?;
    house.shows(73, "the same press again", &again, again.header("idempotent-replay") == Some("true"));
    let ten = lee.ask(&to(&session, "dose/record", &dose(20))).await?;
    house.shows(73, "ten times the order", &ten, ten.status == 200);
    let watch = house.watch(&session.id, |watch| is_open(watch, "dose_out_of_order")).await?;
    house.holds(73, "nobody looks", is_open(&watch, "dose_out_of_order"));
    for odd in [0, -1, 21, 200, i64::MAX] {
        house
            .refuses_field(
                73,
                lee,
                &to(&session, "dose/record", &dose(odd)),
                (422, "field.invalid"),
                "/lozenges",
            )
            .await?;
    }
    for (name, value) in
        [("unit", json!("mg")), ("mg", json!(100)), ("ml", json!(2)), ("strength_mg", json!(1000))]
    {
        let mut body = dose(1);
        if let Some(body) = body.as_object_mut() {
            body.insert(name.into(), value);
        }
        house
            .refuses_field(
                73,
                lee,
                &to(&session, "dose/record", &body),
                (422, "field.unknown"),
                &format!("/{name}"),
            )
            .await?;
    }
    let seen: Vec<_> = house
        .ledger
        .words(&format!(
            "select kind from {{safety_statement}} where session_id = {{id:{}}} and kind = 'dose'",
            session.id
        ))
        .await?;
    house.holds(73, &format!("{} doses are kept", seen.len()), seen.len() == 3);
    house.therapist.good(&to(&session, "end", &ended("handed_over"))).await?;
    let late = lee.ask(&to(&session, "dose/record", &dose(1))).await?;
    house.shows(73, "a dose told after the end", &late, late.status == 200);
    Ok(())
}

/// Row 73: what may be ordered at all.
async fn orders(house: &House) -> anyhow::Result<()> {
    let order = |strength: i64, lozenges: i64| {
        json!({ "strength_mg": strength, "lozenges": lozenges, "hold_minutes": 10, "disposal": "spit", "max_sessions": 6,
            "min_interval_hours": 72, "valid_until_at": tests::now() + 10_000 * MINUTE })
    };
    let path = format!("/api/care/patients/{}/dose-orders", house.person("patient"));
    for (strength, lozenges) in [(10_000, 2), (100, 200), (0, 1), (-100, 2)] {
        let ask = Ask::post(&path, &order(strength, lozenges));
        let what = format!("an order of {lozenges} × {strength} mg");
        let answer = house.writes_only(&what, &[], async || house.prescriber.ask(&ask).await).await?;
        house.shows(73, &what, &answer, answer.status == 422);
    }
    Ok(())
}
