//! Row 70: "I'm on it", by a link in a mail.

use crate::caller::Ask;
use crate::house::House;
use futures_util::future::join_all;
use serde_json::{Value, json};

const PRESS: &str = "/api/checkins/links/acknowledge";

/// The row.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    let session = house.book(1).await?;
    // Pages about earlier sessions may still come, and come again.
    let label = session.get(session.len().saturating_sub(6)..).unwrap_or_default().to_uppercase();
    let alarm = json!({ "kind": "emergency" });
    house.therapist.good(&Ask::post(&format!("/api/checkins/sessions/{session}/alarm"), &alarm)).await?;
    let (one, other) = (house.mailed("/ack#", &label, 0).await?, house.mailed("/ack#", &label, 1).await?);
    let press = |token: &str| Ask::post(PRESS, &json!({ "token": token })).without("idempotency-key");
    let scanner = house.stranger("noor");
    let acknowledged = "select count(*) from {checkins_audit} where action = 'incident.acknowledged'";
    let noted = house.ledger.count(acknowledged).await?;
    for answer in join_all((0..20).map(|_| scanner.get("/ack"))).await {
        let answer = answer?;
        let is_page = answer.status == 200
            && answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        house.shows(70, "a scanner's look", &answer, is_page);
    }
    let reading = Ask::get(PRESS);
    house.refuses(70, "reading the press", &scanner, &reading, (405, "http.method")).await?;
    house.holds(70, "a look acknowledged", house.ledger.count(acknowledged).await? == noted);
    let forbidden = (403, "auth.forbidden");
    for (what, by) in
        [("the coordinator's browser", &house.coordinator), ("the patient's browser", &house.patient)]
    {
        house.refuses(70, what, by, &press(&one), forbidden).await?;
    }
    let both = join_all([scanner.ask(&press(&one)), scanner.ask(&press(&format!("{one}.")))]).await;
    let both = both.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let mut got: Vec<_> = both.iter().map(|answer| (answer.status, answer.code())).collect();
    got.sort_unstable();
    house.holds(70, &format!("two presses at once: {got:?}"), got == [(200, ""), (410, "link.refused")]);
    house.holds(70, "not one acknowledgement", house.ledger.count(acknowledged).await? == noted + 1);
    house.refuses(70, "a third press", &scanner, &press(&one), (410, "link.refused")).await?;
    let watch = house.watch(&session, |_| true).await?;
    // A look may have gone silent meanwhile: the incident is the one that somebody has.
    let all = watch.get("incidents").and_then(Value::as_array).into_iter().flatten();
    let mut taken = all.filter(|incident| incident.get("acknowledged_by").is_some_and(Value::is_string));
    let incident = taken.next().and_then(|incident| incident.get("id")).and_then(Value::as_str);
    let incident = incident.unwrap_or_default().to_owned();
    let outcome = json!({ "outcome": "patient_well_seen", "note": "Seen and well." });
    house
        .therapist
        .good(&Ask::post(&format!("/api/checkins/incidents/{incident}/resolve"), &outcome))
        .await?;
    house
        .refuses(70, "after it is resolved", &scanner, &press(&other), (409, "incident.resolved"))
        .await
        .map(drop)
}
