//! kill -9 inside an escalation: before the commit, between commit and send, between send and mark.
//!
//! The driver keeps its own ledger: every alarm it was told was taken, and every step the screen said would come.
//! Each entry must reach the mail sink and the screen after the restart. Twice is allowed; never is not.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]
#![expect(clippy::disallowed_methods, reason = "a proof is outside the house: it measures")]

use anyhow::{Context as _, bail};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseTransaction, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tests::caller::Caller;
use tests::process::{House, Plan, free_port};
use tests::sink::Sink;
use tests::{folder, now, pause, told};

/// What the process is killed right before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    Commit,
    Send,
    Mark,
}

/// One store's figures.
#[derive(Default)]
struct Figures {
    kills: u32,
    lost: u32,
    duplicates: u32,
    resume_ms: Vec<u128>,
}

fn main() -> anyhow::Result<()> {
    let each: u32 = std::env::args().nth(1).map_or(Ok(10), |word| word.parse())?;
    actix_web::rt::System::new().block_on(async {
        let sqlite = drill("sqlite", None, each).await?;
        let postgres = drill("postgres", Some(fresh_database().await?), each).await?;
        let worst = |pick: fn(&Figures) -> u128| pick(&sqlite).max(pick(&postgres));
        println!(
            "{}",
            json!({
                "kills": sqlite.kills + postgres.kills,
                "lost": sqlite.lost + postgres.lost,
                "duplicates": sqlite.duplicates + postgres.duplicates,
                "resume_ms_max": u64::try_from(worst(|figures| figures.resume_ms.iter().copied().max().unwrap_or(0)))?,
                "sqlite": sqlite.json(),
                "postgres": postgres.json(),
            })
        );
        Ok(())
    })
}

impl Figures {
    fn json(&self) -> Value {
        let most = self.resume_ms.iter().copied().max().and_then(|most| u64::try_from(most).ok());
        json!({ "kills": self.kills, "lost": self.lost, "duplicates": self.duplicates, "resume_ms_max": most })
    }
}

/// A database of its own on the throwaway server.
async fn fresh_database() -> anyhow::Result<String> {
    let url = told("TEST_POSTGRES_URL")?;
    let name = format!(
        "drill_{}",
        chassis::crypto::random_token().chars().filter(char::is_ascii_lowercase).take(12).collect::<String>()
    );
    let server = Database::connect(&url).await?;
    server.execute_unprepared(&format!("create database {name}")).await?;
    let base = url.rsplit_once('/').context("no database in the address")?.0;
    Ok(format!("{base}/{name}"))
}

/// The house, its people, and the ledger of one store.
struct Stage {
    plan: Plan,
    sink: Sink,
    house: Option<House>,
    therapist: Caller,
    session: String,
}

async fn drill(store: &str, database: Option<String>, each: u32) -> anyhow::Result<Figures> {
    let work = folder(store)?;
    let sink = Sink::start(&work)?;
    let plan = Plan {
        program: told("PROOF_PROGRAM")?.into(),
        data: work.join("house"),
        port: free_port()?,
        database,
        smtp: sink.address.clone(),
        pace: 60,
        session: false,
    };
    std::fs::create_dir_all(&plan.data)?;
    let house = plan.start()?;
    let therapist = enter(&house, "therapist", plan.port).await?;
    let session = book(&house, plan.port).await?;
    let mut stage = Stage { plan, sink, house: Some(house), therapist, session };
    let mut figures = Figures::default();
    for point in [Point::Commit, Point::Send, Point::Mark] {
        for round in 0..each {
            eprintln!("{store}: {point:?}, kill {}", round + 1);
            stage
                .round(point, &mut figures)
                .await
                .with_context(|| format!("{store}, {point:?}, kill {}", round + 1))?;
        }
    }
    Ok(figures)
}

async fn enter(house: &House, role: &str, port: u16) -> anyhow::Result<Caller> {
    let link = house.ready.pointer(&format!("/links/{role}")).and_then(Value::as_str).context("no link")?;
    let caller = Caller::new(role, port);
    caller.enter(link).await?;
    Ok(caller)
}

/// Books a session as the patient. Its watch stands, and nothing but our own alarms can sound.
async fn book(house: &House, port: u16) -> anyhow::Result<String> {
    let patient = enter(house, "patient", port).await?;
    let person = |name: &str| house.ready.pointer(&format!("/people/{name}")).cloned().unwrap_or_default();
    let therapist = person("therapist");
    let (from, until) = (now(), now() + 24 * 3_600_000_000);
    let id = therapist.as_str().unwrap_or_default();
    let path = format!("/api/scheduling/slots?therapist={id}&from_at={from}&until_at={until}");
    let slots = patient.get(&path).await?.good()?;
    let slot = slots.pointer("/slots/0").context("no free time")?;
    let zone = slots.get("therapist_zone").cloned().unwrap_or_default();
    let booking = json!({
        "kind": "dosing", "therapist": therapist, "starts_at": slot.get("starts_at"), "sitter": person("sitter"),
        "patient": null, "time_zone": zone, "local": slot.get("local"), "offset_choice": null,
        "drill": { "pace": 60 },
    });
    let booked = patient.post("/api/scheduling/bookings", &booking).await?.good()?;
    let session = booked.get("session").and_then(Value::as_str).context("no session")?.to_owned();
    let deadline = now() + 5_000_000;
    while patient.get(&format!("/api/checkins/sessions/{session}/watch")).await?.status != 200 {
        if now() > deadline {
            bail!("the watch does not stand");
        }
        pause(20).await;
    }
    Ok(session)
}

impl Stage {
    /// One alarm, one kill, one restart, and the settling of the ledger.
    async fn round(&mut self, point: Point, figures: &mut Figures) -> anyhow::Result<()> {
        self.sink.behave("ok")?;
        self.quiet().await?;
        let before = self.sink.mails()?.len();
        match point {
            Point::Commit => self.kill_before_commit().await?,
            Point::Send => self.kill_while_sending("stall-before-data 30", before).await?,
            Point::Mark => self.kill_while_sending("stall-after-data 30", before).await?,
        }
        figures.kills += 1;
        self.sink.behave("ok")?;
        let restarted = Instant::now();
        self.house = Some(self.plan.start()?);
        match self.settled(before, point).await {
            Ok(duplicates) => {
                figures.duplicates += duplicates;
                figures.resume_ms.push(restarted.elapsed().as_millis());
            }
            Err(lost) => {
                eprintln!("lost: {lost:#}");
                figures.lost += 1;
            }
        }
        Ok(())
    }

    /// Resolves whatever is open, so that the next alarm is a new incident.
    async fn quiet(&self) -> anyhow::Result<()> {
        let deadline = now() + 10_000_000;
        while now() < deadline {
            let open = self.open().await?;
            if open.is_empty() {
                return Ok(());
            }
            for incident in open {
                let id = incident.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                let outcome = json!({ "outcome": "patient_well_seen", "note": null });
                self.therapist.post(&format!("/api/checkins/incidents/{id}/resolve"), &outcome).await?;
            }
        }
        bail!("the incidents do not end")
    }

    async fn open(&self) -> anyhow::Result<Vec<Value>> {
        let path = format!("/api/checkins/sessions/{}/watch", self.session);
        let watch = self.therapist.get(&path).await?.good()?;
        let incidents = watch.get("incidents").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_alarm = |incident: &Value| incident.get("cause") == Some(&json!("alarm"));
        let is_over = |incident: &Value| incident.get("state") == Some(&json!("resolved"));
        Ok(incidents.into_iter().filter(|incident| is_alarm(incident) && !is_over(incident)).collect())
    }

    async fn alarm(&self, kind: &str) -> anyhow::Result<()> {
        let path = format!("/api/checkins/sessions/{}/alarm", self.session);
        self.therapist.post(&path, &json!({ "kind": kind })).await?.good().map(drop)
    }

    /// The screen said when the next step comes. The rows are held when it does, and the process dies waiting.
    async fn kill_before_commit(&mut self) -> anyhow::Result<()> {
        self.alarm("something_wrong").await?;
        let open = self.open().await?;
        let next = open.first().and_then(|incident| incident.get("next_step_at")).and_then(Value::as_i64);
        let next = next.context("the screen names no next step")?;
        wait_until(next - 300_000).await;
        let held = hold(&self.plan).await?;
        wait_until(next + 700_000).await;
        self.kill();
        held.rollback().await?;
        Ok(())
    }

    /// An emergency writes three mails at once; the sink goes silent at the chosen word, and the process dies there.
    async fn kill_while_sending(&mut self, mode: &str, before: usize) -> anyhow::Result<()> {
        self.sink.behave(mode)?;
        self.alarm("emergency").await?;
        if mode.starts_with("stall-after") {
            // The sink has a mail that the house does not know was taken.
            let deadline = now() + 5_000_000;
            while self.sink.mails()?.len() == before && now() < deadline {
                pause(20).await;
            }
        } else {
            pause(400).await;
        }
        self.kill();
        Ok(())
    }

    fn kill(&mut self) {
        if let Some(house) = self.house.take() {
            house.kill();
        }
    }

    /// The ledger: the alarm was taken, so the on-call lead and the prescriber have mail, and the screen shows it.
    async fn settled(&self, before: usize, point: Point) -> anyhow::Result<u32> {
        let deadline = Instant::now() + Duration::from_secs(20);
        let expected: &[&str] = match point {
            // Step 2 is the on-call lead's; the prescriber comes with step 3.
            Point::Commit => &["noor@demo.example"],
            Point::Send | Point::Mark => &["noor@demo.example", "prescriber@demo.example"],
        };
        loop {
            let mails = self.sink.mails()?;
            let fresh: Vec<_> = mails.iter().skip(before).collect();
            let reached = expected.iter().all(|to| fresh.iter().any(|mail| is_to(mail, to)));
            let is_shown = !self.open().await.unwrap_or_default().is_empty();
            if reached && is_shown {
                return Ok(repeats(&fresh));
            }
            if Instant::now() > deadline {
                bail!("mail reached: {reached}, screen shows: {is_shown}, {} mails", fresh.len());
            }
            pause(25).await;
        }
    }
}

fn is_to(mail: &Value, address: &str) -> bool {
    let to = mail.get("to").and_then(Value::as_array).cloned().unwrap_or_default();
    to.iter().any(|found| found == address)
}

/// Mails that came more than once: the same Message-ID.
fn repeats(mails: &[&Value]) -> u32 {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for mail in mails {
        *seen.entry(mail.get("message_id").map(Value::to_string).unwrap_or_default()).or_default() += 1;
    }
    seen.values().map(|count| count - 1).sum()
}

async fn wait_until(at: i64) {
    while now() < at {
        pause(10).await;
    }
}

/// Holds the rows as another writer would, so that the engine waits before its commit.
async fn hold(plan: &Plan) -> anyhow::Result<DatabaseTransaction> {
    let url = plan
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite://{}", plan.data.join("holdspace.db").display()));
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let held = db.begin_with_options(options).await?;
    if plan.database.is_some() {
        held.execute_unprepared("lock table checkins.checkins_incident in access exclusive mode").await?;
    }
    Ok(held)
}
