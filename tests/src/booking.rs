//! Books a session as the patient and waits until its watch stands.

use crate::caller::Caller;
use crate::{now, pause};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

/// How long events may take to arrive.
const PATIENCE_MICROS: i64 = 20_000_000;

/// Books the first free time of the demo's calendar; nothing but alarms raised by hand can sound over it.
///
/// # Errors
/// When there is no free time, or no watch comes to stand.
pub async fn book(patient: &Caller, ready: &Value) -> anyhow::Result<String> {
    let person = |name: &str| ready.pointer(&format!("/people/{name}")).cloned().unwrap_or_default();
    let therapist = person("therapist");
    let (from, until) = (now(), now() + 24 * 3_600_000_000);
    let id = therapist.as_str().unwrap_or_default();
    let path = format!("/api/scheduling/slots?therapist={id}&from_at={from}&until_at={until}");
    let slots = patient.get(&path).await?.good()?;
    let slot = slots.pointer("/slots/0").context("no free time")?;
    let booking = json!({
        "kind": "dosing", "therapist": therapist, "starts_at": slot.get("starts_at"), "sitter": person("sitter"),
        "patient": null, "time_zone": slots.get("therapist_zone"), "local": slot.get("local"),
        "offset_choice": null, "drill": { "pace": 60 },
    });
    // The calendar hears of the demo's people a moment after they are there.
    let deadline = now() + PATIENCE_MICROS;
    let booked = loop {
        let answer = patient.post("/api/scheduling/bookings", &booking).await?;
        if answer.status == 200 || now() > deadline {
            break answer.good()?;
        }
        pause(50).await;
    };
    let session = booked.get("session").and_then(Value::as_str).context("no session")?.to_owned();
    while patient.get(&format!("/api/checkins/sessions/{session}/watch")).await?.status != 200 {
        ensure!(now() < deadline, "the watch does not stand");
        pause(50).await;
    }
    Ok(session)
}
