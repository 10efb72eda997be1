//! A thousand watches fall silent within a minute, on each store: how late is each incident, and what does that cost?
//!
//! Late is counted from the deadline until the announcement is heard outside of the engine's process: by then the rows
//! are committed and every screen can know. Then the ladder goes on: the on-call lead's mail of each is waited for.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

mod engine;
mod figures;
mod night;

use anyhow::{Context as _, bail, ensure};
use figures::Figures;
use kernel::time::{Pace, Span};
use night::Night;
use serde_json::json;

/// How many watches, within which time, in a drill of which pace.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    watches: usize,
    over: Span,
    pace: Pace,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    actix_web::rt::System::new().block_on(async {
        match arguments.as_slice() {
            [word, folder, database, mail] if word == "engine" => engine::run(folder, database, mail).await,
            _plan => both(Plan::read(&arguments)?).await,
        }
    })
}

async fn both(plan: Plan) -> anyhow::Result<()> {
    let sqlite = night("sqlite", None, plan).await?;
    let postgres = night("postgres", Some(tests::stores::fresh_database("watch").await?), plan).await?;
    let most = |pick: fn(&Figures) -> f64| pick(&sqlite).max(pick(&postgres));
    println!(
        "{}",
        json!({
            "watches": plan.watches,
            "incidents": sqlite.incidents.min(postgres.incidents),
            "untold": sqlite.untold.max(postgres.untold),
            "told_twice": sqlite.told_twice.max(postgres.told_twice),
            "mails": sqlite.mails.min(postgres.mails),
            "lag_p50_ms": most(|figures| figures.lag_p50_ms),
            "lag_p99_ms": most(|figures| figures.lag_p99_ms),
            "lag_ms_max": most(|figures| figures.lag_ms_max),
            "mail_p99_ms": most(|figures| figures.mail_p99_ms),
            "cpu_seconds": most(|figures| figures.cpu_seconds),
            "rss_mb": most(|figures| figures.rss_mb),
            "sqlite": sqlite.json(), "postgres": postgres.json(),
        })
    );
    for (store, figures) in [("sqlite", &sqlite), ("postgres", &postgres)] {
        ensure!(figures.is_right(plan.watches), "{store}: not every silence was told once, and by mail");
    }
    Ok(())
}

/// One store, one night.
async fn night(store: &str, database: Option<String>, plan: Plan) -> anyhow::Result<Figures> {
    Night::begin(store, database, plan)?.seen_through().await.with_context(|| store.to_owned())
}

impl Plan {
    fn read(arguments: &[String]) -> anyhow::Result<Self> {
        let mut plan = Self { watches: 1000, over: Span::seconds(60), pace: Pace::REAL };
        for pair in arguments.chunks(2) {
            match pair {
                [name, value] if name == "--watches" => plan.watches = value.parse()?,
                [name, value] if name == "--over" => plan.over = Span::seconds(value.parse()?),
                [name, value] if name == "--pace" => {
                    plan.pace = Pace::new(value.parse()?).context("a pace is from 1 to 60")?;
                }
                _other => bail!("watch [--watches N] [--over SECONDS] [--pace 1..60]"),
            }
        }
        Ok(plan)
    }
}
