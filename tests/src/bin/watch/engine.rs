//! The engine alone: this program again, with only checkins mounted. Facts come in on standard input and are published on
//! its bus; what it announces there goes out on standard output.

use anyhow::{Context as _, bail};
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::run::{ground, mount};
use chassis::telemetry;
use checkins::Checkins;
use holdspace::setup;
use proto::envelope::Envelope;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tests::now;
use tokio::sync::broadcast::error::RecvError;

/// What it says first.
const READY: &str = "ready";
/// Migrating both stores takes less than a second.
const START: Duration = Duration::from_secs(30);

/// The engine's own main: until its input ends.
pub async fn run(folder: &str, database: &str, mail: &str) -> anyhow::Result<()> {
    telemetry::start("warn");
    let _ = telemetry::recorder();
    let smtp = setup::mail(mail, "Clinic <alarm@clinic.test>", None)?;
    let config = Config {
        data_dir: folder.into(),
        database_url: database.into(),
        public_url: "https://clinic.test".into(),
        alarm_smtp: Some(smtp),
        ..Config::default()
    };
    let ground = ground(config, Clock::system())?;
    let mut announced = ground.bus.listen().await?;
    let _mounted = mount::<Checkins>(&ground, None).await?;
    let mut facts = heard_from_outside();
    println!("{READY}");
    loop {
        tokio::select! {
            fact = facts.recv() => match fact {
                Some(envelope) => ground.bus.publish(&[envelope]).await?,
                None => return Ok(()),
            },
            said = announced.recv() => match said {
                Ok(envelope) => println!("{}", json!({ "type": envelope.name, "data": envelope.data })),
                Err(RecvError::Lagged(count)) => bail!("{count} announcements were lost before they were counted"),
                Err(RecvError::Closed) => return Ok(()),
            },
        }
    }
}

fn heard_from_outside() -> tokio::sync::mpsc::UnboundedReceiver<Envelope> {
    let (say, facts) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let is_heard = serde_json::from_str(&line).is_ok_and(|envelope| say.send(envelope).is_ok());
            if !is_heard {
                return;
            }
        }
    });
    facts
}

/// The engine as the bench sees it. Dropping it ends it.
pub struct Engine {
    child: Child,
    /// Where facts go in, one line each.
    pub facts: ChildStdin,
    /// What it announced, and when that was heard here.
    pub announced: mpsc::Receiver<(i64, Value)>,
}

impl Engine {
    /// Starts it on this store.
    pub fn start(folder: &Path, database: &str, mail: &str) -> anyhow::Result<Self> {
        let log = std::fs::File::create(folder.join("log"))?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("engine")
            .args([&folder.display().to_string(), database, mail])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("the engine does not start")?;
        let (facts, output) =
            (child.stdin.take().context("no input")?, child.stdout.take().context("no output")?);
        let (say, announced) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let said = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if say.send((now(), said)).is_err() {
                    return;
                }
            }
        });
        let engine = Self { child, facts, announced };
        let first = engine.announced.recv_timeout(START).context("the engine ended; see its log")?;
        if first.1 == READY { Ok(engine) } else { bail!("the engine said {}", first.1) }
    }

    /// Processor seconds so far.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        tests::proc::cpu_seconds(self.child.id())
    }

    /// The most memory it ever held, in megabytes.
    pub fn rss_mb(&self) -> anyhow::Result<f64> {
        tests::proc::rss_mb(self.child.id())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Already gone is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
