//! Ten thousand deadlines pass while the engines that watch them are killed, and then the database under them too.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

use anyhow::{Context as _, ensure};
use kernel::time::Span;
use serde_json::json;
use std::time::Duration;
use tests::night::Night;
use tests::night::chaos::Faults;
use tests::night::engines::Place;
use tests::night::figures::Figures;

/// What the command line says.
#[derive(Debug, Clone, Copy)]
struct Words {
    deadlines: usize,
    over: Span,
    seed: u64,
    /// One night alone, for looking into it.
    only: Option<&'static str>,
}

/// The nights, with what goes wrong in each.
const NIGHTS: [&str; 3] = ["postgres", "database-killed", "sqlite"];

fn main() -> anyhow::Result<()> {
    let words = Words::read(std::env::args().skip(1))?;
    actix_web::rt::System::new().block_on(async {
        if let Some(only) = words.only {
            let figures = seen(only, words).await?;
            println!("{}", serde_json::to_string(&figures)?);
            return Ok(());
        }
        let [one, two, three] = NIGHTS;
        let (postgres, database, sqlite) =
            (seen(one, words).await?, seen(two, words).await?, seen(three, words).await?);
        let all = [&postgres, &database, &sqlite];
        let worst = |pick: fn(&Figures) -> f64| pick(&postgres).max(pick(&database));
        println!(
            "{}",
            json!({
                "deadlines": words.deadlines,
                "lost": all.iter().map(|night| night.lost).sum::<usize>(),
                "early": all.iter().map(|night| night.early).sum::<usize>(),
                "kills": all.iter().map(|night| night.kills).sum::<usize>(),
                "violations": all.iter().map(|night| night.violations.len()).sum::<usize>(),
                "max_s": worst(|night| night.max_s),
                "p99_s": worst(|night| night.p99_s),
                "duplicates_pct": worst(|night| night.duplicates_pct),
                "sqlite_p99_s": sqlite.p99_s,
                "sqlite_max_s": sqlite.max_s,
                "postgres": postgres, "database_killed": database, "sqlite": sqlite,
                "seed": words.seed,
            })
        );
        for night in all {
            ensure!(night.lost == 0 && night.early == 0, "not every silence was told, and in time");
            ensure!(night.violations.is_empty(), "the rows: {:?}", night.violations);
        }
        Ok(())
    })
}

async fn seen(name: &str, words: Words) -> anyhow::Result<Figures> {
    let engines = Faults::deaths(Duration::from_millis(500), Duration::from_secs(2));
    let (place, faults) = match name {
        "sqlite" => (Place::Sqlite, Faults::deaths(Duration::from_secs(5), Duration::from_secs(15))),
        "database-killed" => (Place::Postgres, engines.and_database(Duration::from_secs(12))),
        _postgres => (Place::Postgres, engines),
    };
    night(name, place, faults, words).await
}

async fn night(name: &str, place: Place, faults: Faults, words: Words) -> anyhow::Result<Figures> {
    let mut night = Night::begin(name, place).await?;
    night.dose(words.deadlines, words.over).await.with_context(|| format!("{name}: getting ready"))?;
    night.until_the_first().await;
    let (engines, postgres) = (std::mem::take(&mut night.engines), night.ground.postgres.take());
    let chaos = faults.begin(words.seed, engines, postgres);
    let ledger = night.watched().await;
    chaos.calm();
    let figures = async { ledger?.figures().await }.await;
    // Where chaos itself failed, that is why nothing could be seen.
    let havoc = chaos.end().with_context(|| format!("{name}: the faults"))?;
    let figures = figures.with_context(|| name.to_owned())?;
    let figures = Figures { kills: havoc.kills, database_kills: havoc.database_kills, ..figures };
    eprintln!("{name}: {}", serde_json::to_string(&figures)?);
    Ok(figures)
}

impl Words {
    fn read(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let seed = u64::from_le_bytes(chassis::crypto::random());
        let mut read = Self { deadlines: 10_000, over: Span::seconds(300), seed, only: None };
        while let Some(word) = words.next() {
            let value = words.next().unwrap_or_default();
            match word.as_str() {
                "--deadlines" => read.deadlines = value.parse()?,
                "--over" => read.over = Span::seconds(value.parse()?),
                "--seed" => read.seed = value.parse()?,
                "--only" => read.only = NIGHTS.into_iter().find(|night| *night == value),
                _other => anyhow::bail!("--deadlines N, --over SECONDS, --seed N, --only NIGHT"),
            }
        }
        Ok(read)
    }
}
