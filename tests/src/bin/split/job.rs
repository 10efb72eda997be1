//! The main job: booked, prepared, dosed, watched, missed, told, resolved, discharged. Over the public door only.

use crate::Stage;
use anyhow::{Context as _, ensure};
use holdspace::demo::session::{self, Cast, insist};
use holdspace::inside::Acting;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tests::caller::Caller;
use tests::{now, pause};

/// Everyone of the session as browsers of their own.
pub struct People {
    pub cast: Cast,
    /// Ana's cookie.
    pub ana: Option<String>,
    pub admin: Acting,
    pub coordinator: Acting,
}

async fn enter(stage: &Stage, role: &str) -> anyhow::Result<Acting> {
    let link = stage.house.ready.pointer(&format!("/links/{role}")).and_then(Value::as_str);
    let caller = Caller::new(role, stage.house.port());
    caller.enter(link.context("no link")?).await?;
    Ok(Acting::new(caller))
}

/// A mail's link to this page, once it is there.
async fn mailed(stage: &Stage, to: &str, page: &str) -> anyhow::Result<String> {
    let deadline = now() + 20_000_000;
    loop {
        for mail in stage.sink.mails()?.iter().rev() {
            let is_to = mail.get("to").is_some_and(|all| all.to_string().contains(to));
            let text = mail.get("text").and_then(Value::as_str).unwrap_or_default();
            let link = text.split_whitespace().find(|word| word.contains(page));
            if let Some(link) = link.filter(|_| is_to) {
                return Ok(link.to_owned());
            }
        }
        ensure!(now() < deadline, "no mail to {to} with {page}");
        pause(50).await;
    }
}

/// From the booking to the dose.
pub async fn prepare(stage: &Stage) -> anyhow::Result<People> {
    let (patient, therapist) = (enter(stage, "patient").await?, enter(stage, "therapist").await?);
    let (prescriber, coordinator) = (enter(stage, "prescriber").await?, enter(stage, "coordinator").await?);
    let admin = enter(stage, "admin").await?;
    eprintln!("booking");
    let session = book(stage, &patient).await?;
    let invite = format!("/api/identity/sessions/{session}/sitter-invitation");
    insist(&therapist, &invite, &json!({})).await?;
    let link = mailed(stage, "sitter@demo.example", "/s#").await?;
    let ana = Caller::new("sitter", stage.house.port());
    ana.enter(&link).await?;
    let cookie = ana.cookie();
    let cast = Cast::with(
        session.parse()?,
        [patient, Acting::new(ana), therapist],
        [prescriber, coordinator.clone()],
    );
    eprintln!("papers, training, checklists");
    session::prepare(&cast, "").await?;
    for (systolic, wait_ms) in [(124, 6_000), (122, 0)] {
        session::reading(&cast, systolic, Some(98), kernel::time::Timestamp::from_micros(now())).await?;
        pause(wait_ms).await;
    }
    let link = mailed(stage, "noor@demo.example", "/oncall#").await?;
    let token = link.rsplit_once('#').context("no token")?.1;
    let noor = Acting::new(Caller::at("noor.localhost", stage.house.port()));
    noor.post("/api/checkins/links/on-call-confirmation", &json!({ "token": token })).await?;
    eprintln!("the dose");
    cast.ready().await?;
    insist(&cast.therapist, &cast.safety("dose/offer"), &json!({})).await?;
    cast.sitter.post(&cast.safety("dose/witness"), &json!({})).await?;
    Ok(People { cast, ana: cookie, admin, coordinator })
}

async fn book(stage: &Stage, patient: &Acting) -> anyhow::Result<String> {
    let therapist = stage.id("therapist");
    let (from, until) = (now() - 3_600_000_000, now() + 24 * 3_600_000_000);
    let path = format!("/api/scheduling/slots?therapist={therapist}&from_at={from}&until_at={until}");
    let slots = patient.get(&path).await?;
    let slot = slots.pointer("/slots/0").context("no free time")?;
    let booking = json!({
        "kind": "dosing", "therapist": therapist, "starts_at": slot.get("starts_at"), "sitter": stage.id("sitter"),
        "patient": null, "time_zone": slots.get("therapist_zone"), "local": slot.get("local"),
        "offset_choice": null, "drill": { "pace": 60 },
    });
    let booked = insist(patient, "/api/scheduling/bookings", &booking).await?;
    Ok(booked.get("session").and_then(Value::as_str).context("no session")?.to_owned())
}

/// Ana, who looks whenever a look is open, whatever happens to the house meanwhile: on a thread of her own.
pub struct Sitter {
    goes_on: Arc<AtomicBool>,
    looks: Arc<AtomicU32>,
}

impl Sitter {
    /// She begins.
    pub fn begin(stage: &Stage, people: &People) -> Self {
        let (goes_on, looks) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
        let (session, port) = (people.cast.session.to_string(), stage.house.port());
        let (cookie, going, seen) = (people.ana.clone(), Arc::clone(&goes_on), Arc::clone(&looks));
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let ana = Caller::new("sitter", port);
                ana.take_cookie(cookie);
                let ana = Acting::new(ana);
                while going.load(Ordering::SeqCst) {
                    // What fails is tried again: her page does the same.
                    if look(&ana, &session).await.unwrap_or(false) {
                        seen.fetch_add(1, Ordering::SeqCst);
                    }
                    pause(250).await;
                }
            });
        });
        Self { goes_on, looks }
    }
}

/// Whether a look was open and was taken.
async fn look(ana: &Acting, session: &str) -> anyhow::Result<bool> {
    let watch = ana.get(&format!("/api/checkins/sessions/{session}/watch")).await?;
    let Some(next) = watch.get("next").filter(|next| next.is_object()) else { return Ok(false) };
    if next.get("opens_at").and_then(Value::as_i64).is_none_or(|opens_at| now() < opens_at) {
        return Ok(false);
    }
    let answers = json!({ "CI-BR": "easy", "CI-COL": "normal", "CI-RESP": "responds" });
    let report = json!({ "sequence": next.get("sequence"), "answers": answers, "answered_at": now() });
    let path = format!("/api/checkins/sessions/{session}/checkins");
    Ok(ana.try_post(&path, &report).await?.0 == 200)
}

/// Ana stops looking. The alarm reaches the on-call lead, somebody takes it, and somebody says what came of it.
/// Returns how long after the deadline the mail came.
pub async fn missed(stage: &Stage, people: &People, ana: Sitter) -> anyhow::Result<i64> {
    let until = now() + 30_000_000;
    while ana.looks.load(Ordering::SeqCst) == 0 {
        ensure!(now() < until, "nobody ever looked");
        pause(100).await;
    }
    resolve_all(people).await?;
    ana.goes_on.store(false, Ordering::SeqCst);
    pause(500).await;
    let alarms = || -> anyhow::Result<usize> {
        let is_alarm = |mail: &Value| {
            mail.get("subject").is_some_and(|text| text.to_string().contains("Please look now"))
        };
        Ok(stage.sink.mails()?.iter().filter(|mail| is_alarm(mail)).count())
    };
    let watch = people.cast.therapist.get(&watch_path(people)).await?;
    let deadline_at = watch.pointer("/next/deadline_at").and_then(Value::as_i64).context("no next look")?;
    eprintln!("nobody looks any more");
    while now() < deadline_at {
        pause(20).await;
    }
    // Mail about what was open before has left by now.
    let before = alarms()?;
    let limit = deadline_at + 30_000_000;
    while alarms()? == before {
        ensure!(now() < limit, "no alarm left the house");
        pause(20).await;
    }
    let after_ms = (now() - deadline_at) / 1_000;
    resolve_all(people).await?;
    Ok(after_ms)
}

fn watch_path(people: &People) -> String {
    format!("/api/checkins/sessions/{}/watch", people.cast.session)
}

/// Dr. Lee says of everything open that the patient was seen.
async fn resolve_all(people: &People) -> anyhow::Result<()> {
    let watch = people.cast.therapist.get(&watch_path(people)).await?;
    let all = watch.get("incidents").and_then(Value::as_array).cloned().unwrap_or_default();
    for incident in all.iter().filter(|incident| incident.get("state") != Some(&json!("resolved"))) {
        let id = incident.get("id").and_then(Value::as_str).unwrap_or_default();
        let outcome = json!({ "outcome": "patient_well_seen", "note": null });
        let path = format!("/api/checkins/incidents/{id}/resolve");
        let (status, answer) = people.cast.therapist.try_post(&path, &outcome).await?;
        ensure!(status == 200 || status == 409, "{path} answered {status}: {answer}");
    }
    Ok(())
}

/// Both signatures, once the observation has been long enough.
pub async fn discharge(people: &People) -> anyhow::Result<()> {
    let cast = &people.cast;
    let view = cast.therapist.get(&format!("/api/safety/sessions/{}", cast.session)).await?;
    let earliest =
        view.get("earliest_discharge_at").and_then(Value::as_i64).context("no earliest discharge")?;
    eprintln!("waiting {} s for the earliest discharge", (earliest - now()).max(0) / 1_000_000);
    while now() < earliest {
        pause(200).await;
    }
    let criteria: serde_json::Map<_, _> =
        (1..=13).map(|number| (format!("D{number}"), json!(true))).collect();
    let scores = json!({ "vitals": 2, "gait": 2, "nausea": 2, "intake": 2, "calm": 2 });
    let proposal = json!({ "criteria": criteria, "padss": scores });
    let until = now() + 30_000_000;
    // Nothing may be open, and the reading must be fresh: at this pace a look falls due every few seconds.
    loop {
        resolve_all(people).await?;
        measure(cast).await?;
        let (status, answer) = cast.therapist.try_post(&cast.safety("discharge"), &proposal).await?;
        if status == 200 {
            break;
        }
        ensure!(now() < until, "the discharge is refused: {answer}");
        pause(500).await;
    }
    let accepted = json!({ "restrictions_read_back": true });
    cast.sitter.post(&cast.safety("discharge/acceptance"), &accepted).await.map(drop)
}

async fn measure(cast: &Cast) -> anyhow::Result<()> {
    let vitals = json!({ "moment": "discharge", "systolic": 121, "diastolic": 77, "heart_rate": 66, "spo2": 98,
        "respiratory_rate": 14, "device": "upper_arm", "symptoms": false, "taken_at": now() });
    cast.sitter.post(&cast.safety("vitals"), &vitals).await.map(drop)
}
