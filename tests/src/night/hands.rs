//! The people of the clinic, who agree on a ladder and close what they were told of, at whichever engine answers.

use crate::{now, pause};
use anyhow::{Context as _, bail};
use awc::Client;
use chassis::ids;
use chassis::token::{ACCESS, Access, ISSUER, Signer};
use kernel::id::{ClinicId, CommandId, IncidentId, PersonId, SessionId};
use kernel::role::Role;
use serde_json::{Value, json};
use std::time::Duration;

/// An answer takes no longer, or another engine is asked.
const ANSWER: Duration = Duration::from_secs(3);
/// A command that is not taken by then never will be.
const PATIENCE_MICROS: i64 = 60_000_000;

/// Somebody who may.
pub struct Hands {
    client: Client,
    signer: Signer,
    clinic: ClinicId,
    addresses: Vec<String>,
}

impl Hands {
    /// At these doors.
    pub fn new(signer: Signer, clinic: ClinicId, addresses: Vec<String>) -> Self {
        let connector = awc::Connector::new().timeout(Duration::from_millis(500)).limit(64);
        let client = Client::builder().connector(connector).timeout(ANSWER).finish();
        Self { client, signer, clinic, addresses }
    }

    /// The on-call lead has mail at the deadline itself, and again after so many seconds; everything else is as shipped.
    pub async fn agree_on_a_ladder(&self, prescriber: PersonId, again_after: i64) -> anyhow::Result<()> {
        let rung = |after: i64, who: &[&str], channels: &[&str]| json!({ "after_seconds": after, "who": who, "channels": channels, "order": "parallel" });
        let ladder = json!({
            "rungs": [
                rung(0, &["therapist", "on_call"], &["screen", "mail"]),
                rung(again_after, &["on_call"], &["screen", "mail"]),
            ],
            "repeat_seconds": 120, "hold_seconds": 120,
        });
        let reason = "The on-call lead is told at the deadline itself.";
        let proposal = json!({ "ladder": ladder, "reason": reason });
        let version = self.does(prescriber, Role::Prescriber, "ladder", &proposal).await?;
        self.does(ids::fresh(), Role::Admin, "ladder/publication", &version).await.map(drop)
    }

    /// The prescriber saw the patient.
    pub async fn close(&self, by: PersonId, incident: IncidentId) -> anyhow::Result<()> {
        let outcome = json!({ "outcome": "patient_well_seen", "note": null });
        self.does(by, Role::Prescriber, &format!("incidents/{incident}/resolve"), &outcome).await.map(drop)
    }

    /// The therapist looked at the patient. The id of what was acknowledged: that of its row, too.
    pub async fn look(&self, therapist: PersonId, session: SessionId) -> anyhow::Result<CommandId> {
        let key = ids::fresh();
        let answers = json!({ "CI-BR": "easy", "CI-COL": "normal", "CI-RESP": "responds" });
        let look = json!({ "sequence": 1, "answers": answers, "answered_at": null });
        let path = format!("sessions/{session}/checkins");
        self.does_as(key, therapist, Role::Therapist, &path, &look).await?;
        Ok(key)
    }

    async fn does(&self, person: PersonId, role: Role, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.does_as(ids::fresh(), person, role, path, body).await
    }

    /// Says it under one command id until an engine takes it: saying it twice is harmless.
    async fn does_as(
        &self,
        key: CommandId,
        person: PersonId,
        role: Role,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let begun = now();
        let mut last = String::new();
        // Half of all begin at the other engine.
        let is_odd = key.0.as_bytes().last().is_some_and(|byte| byte % 2 == 1);
        for address in self.addresses.iter().cycle().skip(usize::from(is_odd)) {
            let sent = self
                .client
                .post(format!("http://{address}/api/checkins/{path}"))
                .insert_header(("authorization", format!("Bearer {}", self.token(person, role)?)))
                .insert_header(("idempotency-key", key.to_string()))
                .send_json(body);
            match sent.await {
                Ok(mut answer) if answer.status().is_success() => return Ok(answer.json().await?),
                Ok(mut answer) if answer.status().is_client_error() => {
                    let problem: Value = answer.json().await.unwrap_or_default();
                    bail!("{path} was refused: {problem}");
                }
                Ok(answer) => last = answer.status().to_string(),
                Err(error) => last = error.to_string(),
            }
            if now() - begun > PATIENCE_MICROS {
                break;
            }
            pause(20).await;
        }
        bail!("{path} was never taken: {last}")
    }

    fn token(&self, person: PersonId, role: Role) -> anyhow::Result<String> {
        let seconds = now() / 1_000_000;
        let claims = Access {
            iss: ISSUER.into(),
            aud: "checkins".into(),
            sub: person,
            sid: ids::fresh(),
            clinic: self.clinic,
            role,
            session: None,
            jti: ids::fresh::<CommandId>().to_string(),
            nbf: seconds,
            exp: seconds + 60,
        };
        self.signer.sign(ACCESS, &claims).context("the token cannot be signed")
    }
}
