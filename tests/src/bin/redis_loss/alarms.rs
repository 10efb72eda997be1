//! Alarms raised while Redis is not itself: each must leave by mail and stand on the therapist's screen.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::time::Instant;
use tests::caller::Caller;
use tests::sink::Sink;
use tests::split::Split;
use tests::{now, pause};

/// With any one part gone, a missed deadline is told within 10 s (reliability.md §6).
const ALARM_SECONDS: u64 = 10;

/// A session whose watch stands, and the count of what was raised over it.
pub struct Alarms {
    therapist: Caller,
    session: String,
    sink: Sink,
    /// How many were raised.
    pub raised: u32,
    /// How many never reached the on-call lead or the screen in time.
    pub lost: u32,
    /// From the press to the mail.
    pub slowest_ms: u64,
}

impl Alarms {
    /// Books a session and waits for its watch.
    pub async fn begin(house: &Split, sink: Sink) -> anyhow::Result<Self> {
        let therapist = enter(house, "therapist").await?;
        let patient = enter(house, "patient").await?;
        let session = tests::booking::book(&patient, &house.ready).await?;
        Ok(Self { therapist, session, sink, raised: 0, lost: 0, slowest_ms: 0 })
    }

    /// Raises one, waits until it was told, and closes it.
    pub async fn raise(&mut self) -> anyhow::Result<()> {
        let (before, pressed) = (self.mails()?, Instant::now());
        let path = format!("/api/checkins/sessions/{}/alarm", self.session);
        self.therapist.post(&path, &json!({ "kind": "emergency" })).await?.good()?;
        self.raised += 1;
        while self.mails()? == before || self.open().await?.is_empty() {
            if pressed.elapsed().as_secs() >= ALARM_SECONDS {
                self.lost += 1;
                break;
            }
            pause(20).await;
        }
        self.slowest_ms = self.slowest_ms.max(u64::try_from(pressed.elapsed().as_millis())?);
        self.resolve().await
    }

    fn mails(&self) -> anyhow::Result<usize> {
        let is_alarm = |mail: &Value| {
            let subject = mail.get("subject").and_then(Value::as_str).unwrap_or_default();
            subject.ends_with("Please look now")
                && mail.get("to").is_some_and(|to| to.to_string().contains("noor@"))
        };
        Ok(self.sink.mails()?.iter().filter(|mail| is_alarm(mail)).count())
    }

    async fn open(&self) -> anyhow::Result<Vec<String>> {
        let path = format!("/api/checkins/sessions/{}/watch", self.session);
        let watch = self.therapist.get(&path).await?.good()?;
        let all = watch.get("incidents").and_then(Value::as_array).cloned().unwrap_or_default();
        let open = all.into_iter().filter(|incident| incident.get("state") != Some(&json!("resolved")));
        Ok(open.filter_map(|incident| Some(incident.get("id")?.as_str()?.to_owned())).collect())
    }

    async fn resolve(&self) -> anyhow::Result<()> {
        let deadline = now() + 10_000_000;
        loop {
            let open = self.open().await?;
            if open.is_empty() {
                return Ok(());
            }
            ensure!(now() < deadline, "the incidents do not end");
            for id in open {
                let outcome = json!({ "outcome": "patient_well_seen", "note": null });
                self.therapist.post(&format!("/api/checkins/incidents/{id}/resolve"), &outcome).await?;
            }
        }
    }
}

async fn enter(house: &Split, role: &str) -> anyhow::Result<Caller> {
    let link = house.ready.pointer(&format!("/links/{role}")).and_then(Value::as_str).context("no link")?;
    let caller = Caller::new(role, house.port());
    caller.enter(link).await?;
    Ok(caller)
}
