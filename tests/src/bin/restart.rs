//! kill -9 inside an escalation: before the commit, between commit and send, between send and mark.
//!
//! The driver keeps its own ledger: every alarm it was told was taken, and every step the screen said would come.
//! Each entry must reach the mail sink and the screen after the restart. Twice is allowed; never is not.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]
#![expect(clippy::disallowed_methods, reason = "a proof is outside the house: it measures")]

use anyhow::{Context as _, bail, ensure};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseTransaction, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::caller::Caller;
use tests::process::{House, Plan, free_port};
use tests::sink::Sink;
use tests::stores::fresh_database;
use tests::{folder, now, pause, told};

/// How the subject of an alarm ends.
const ALARM: &str = "Please look now";

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
    came_again: u32,
    resume_ms: Vec<u128>,
}

fn main() -> anyhow::Result<()> {
    let each: u32 = std::env::args().nth(1).map_or(Ok(10), |word| word.parse())?;
    actix_web::rt::System::new().block_on(async {
        let sqlite = drill("sqlite", None, each).await?;
        let postgres = drill("postgres", Some(fresh_database("drill").await?), each).await?;
        let worst = |pick: fn(&Figures) -> u128| pick(&sqlite).max(pick(&postgres));
        println!(
            "{}",
            json!({
                "kills": sqlite.kills + postgres.kills,
                "lost": sqlite.lost + postgres.lost,
                "came_again": sqlite.came_again + postgres.came_again,
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
        json!({ "kills": self.kills, "lost": self.lost, "came_again": self.came_again, "resume_ms_max": most })
    }
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
        smtp: Some(sink.address.clone()),
        pace: 60,
        session: false,
    };
    std::fs::create_dir_all(&plan.data)?;
    let house = plan.start()?;
    let therapist = enter(&house, "therapist", plan.port).await?;
    let patient = enter(&house, "patient", plan.port).await?;
    let session = tests::booking::book(&patient, &house.ready).await?;
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

impl Stage {
    /// One alarm, one kill, one restart, and the settling of the ledger.
    async fn round(&mut self, point: Point, figures: &mut Figures) -> anyhow::Result<()> {
        self.sink.behave("ok")?;
        self.quiet().await?;
        let before = self.alarms()?.len();
        match point {
            Point::Commit => self.kill_before_commit().await?,
            Point::Send => self.kill_while_silent("stall-before-data 30").await?,
            Point::Mark => self.kill_while_silent("stall-after-data 30").await?,
        }
        figures.kills += 1;
        // What the house handed over without hearing that it was taken. Only sending it again is safe.
        let unheard = self.alarms()?.len() - before;
        match point {
            Point::Commit | Point::Send => ensure!(unheard == 0, "{unheard} mails left before the kill"),
            Point::Mark => ensure!(unheard > 0, "no mail left before the kill"),
        }
        self.sink.behave("ok")?;
        let restarted = Instant::now();
        self.house = Some(self.plan.start()?);
        match self.settled(before, unheard, point).await {
            Ok(came_again) => {
                figures.came_again += came_again;
                figures.resume_ms.push(restarted.elapsed().as_millis());
            }
            Err(lost) => {
                eprintln!("lost: {lost:#}");
                figures.lost += 1;
            }
        }
        Ok(())
    }

    /// The alarms among the sink's mails; bookings and confirmations have mails of their own.
    fn alarms(&self) -> anyhow::Result<Vec<Value>> {
        let subject = |mail: &Value| mail.get("subject").and_then(Value::as_str).map(str::to_owned);
        let is_alarm = |mail: &Value| subject(mail).is_some_and(|subject| subject.ends_with(ALARM));
        Ok(self.sink.mails()?.into_iter().filter(is_alarm).collect())
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
    async fn kill_while_silent(&mut self, mode: &str) -> anyhow::Result<()> {
        self.sink.behave(mode)?;
        let silences = self.sink.silences()?;
        self.alarm("emergency").await?;
        let deadline = now() + 5_000_000;
        while self.sink.silences()? == silences {
            ensure!(now() < deadline, "no mail was begun");
            pause(5).await;
        }
        self.kill();
        Ok(())
    }

    fn kill(&mut self) {
        if let Some(house) = self.house.take() {
            house.kill();
        }
    }

    /// The ledger: the alarm was taken, so the on-call lead and the prescriber have mail, the screen shows it, and every
    /// mail of which the house never heard that it was taken has come again.
    async fn settled(&self, before: usize, unheard: usize, point: Point) -> anyhow::Result<u32> {
        let deadline = Instant::now() + Duration::from_secs(20);
        let expected: &[&str] = match point {
            // Step 2 is the on-call lead's; the prescriber comes with step 3.
            Point::Commit => &["noor@demo.example"],
            Point::Send | Point::Mark => &["noor@demo.example", "prescriber@demo.example"],
        };
        loop {
            let mails = self.alarms()?;
            let (handed_over, fresh) = mails.get(before..).unwrap_or_default().split_at(unheard);
            let reached = expected.iter().all(|to| fresh.iter().any(|mail| is_to(mail, to)));
            let came_again = handed_over.iter().filter(|mail| fresh.iter().any(|again| is_same(mail, again)));
            let repeated = came_again.count();
            let is_shown = !self.open().await.unwrap_or_default().is_empty();
            if reached && is_shown && repeated == unheard {
                return Ok(u32::try_from(repeated)?);
            }
            ensure!(
                Instant::now() < deadline,
                "mail reached: {reached}, screen shows: {is_shown}, {repeated} of {unheard} came again"
            );
            pause(25).await;
        }
    }
}

fn is_to(mail: &Value, address: &str) -> bool {
    let to = mail.get("to").and_then(Value::as_array).cloned().unwrap_or_default();
    to.iter().any(|found| found == address)
}

/// The same letter, not another one like it.
fn is_same(one: &Value, other: &Value) -> bool {
    let id = |mail: &Value| mail.get("message_id").and_then(Value::as_str).map(str::to_owned);
    id(one).is_some() && id(one) == id(other)
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
