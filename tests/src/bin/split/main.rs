//! The main job over the public door while every part of the house is killed on a command it has not answered.
//!
//! Eight processes on Postgres and Redis of their own. The driver keeps a ledger of every command that was answered
//! well; at the end each entry is on the screens, once.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]
#![expect(clippy::disallowed_methods, reason = "a proof is outside the house: it measures")]

mod job;
mod kills;
mod ledger;

use anyhow::Context as _;
use ledger::Ledger;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;
use tests::sink::Sink;
use tests::split::{Plan, Split};
use tests::{folder, told};

fn main() -> anyhow::Result<()> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(2), |word| word.parse())?;
    let is_short = std::env::args().any(|word| word == "--short");
    actix_web::rt::System::new().block_on(async {
        let began = Instant::now();
        let mut stage = Stage::set()?;
        let cast = job::prepare(&stage).await.context("getting ready")?;
        let sitter = job::Sitter::begin(&stage, &cast);
        let mut ledger = Ledger::open(&stage, &cast);
        let mut kills = 0;
        for round in 0..rounds {
            kills += kills::every_part(&mut stage, &mut ledger, round).await?;
        }
        kills += kills::bus_and_rows(&mut stage, &mut ledger).await?;
        let missed_to_mail_ms = job::missed(&stage, &cast, sitter).await.context("the look nobody takes")?;
        let _ana_again = job::Sitter::begin(&stage, &cast);
        if !is_short {
            job::discharge(&cast).await.context("discharge")?;
        }
        let verdict = ledger.settle().await?;
        let passed = verdict.lost.is_empty() && verdict.repeated.is_empty();
        for entry in verdict.lost.iter().chain(&verdict.repeated) {
            eprintln!("not as it was told: {entry}");
        }
        println!(
            "{}",
            json!({
                "passed": passed, "kills": kills, "commands": verdict.commands, "lost": verdict.lost.len(),
                "duplicates_shown": verdict.repeated.len(), "missed_to_mail_ms": missed_to_mail_ms,
                "seconds": began.elapsed().as_secs(),
            })
        );
        Ok(())
    })
}

/// The house and its mail.
struct Stage {
    house: Split,
    sink: Sink,
}

impl Stage {
    fn set() -> anyhow::Result<Self> {
        let work: PathBuf = folder("house")?;
        let sink = Sink::start(&work)?;
        let program = told("PROOF_PROGRAM")?.into();
        let plan = Plan { program, folder: work, port: 0, smtp: sink.address.clone(), pace: 60 };
        eprintln!("eight processes stand up");
        Ok(Self { house: Split::open(plan)?, sink })
    }

    fn id(&self, person: &str) -> String {
        let found = self.house.ready.pointer(&format!("/people/{person}"));
        found.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }
}
