//! The database is gone for longer than anybody may wait, killed once and frozen once: whoever is on call is told from
//! the engines' own copy all the same, and when the rows are back nothing in them is missing or there twice.
#![expect(clippy::print_stdout, reason = "a proof answers on standard output")]

use anyhow::{Context as _, ensure};
use kernel::time::Span;
use serde_json::{Value, json};
use std::time::Duration;
use tests::night::Night;
use tests::night::engines::Place;
use tests::night::figures::Figures;
use tests::servers::Server;
use tests::{now, pause};

/// The deadlines lie in the middle of the loss: the engines have copied them, and nobody can look at their rows.
const BEFORE: Duration = Duration::from_secs(5);

/// How the database goes.
#[derive(Clone, Copy)]
enum Loss {
    Killed,
    Frozen,
}

impl Loss {
    fn begins(self, postgres: &mut Server) {
        match self {
            Self::Killed => postgres.kill(),
            Self::Frozen => postgres.freeze(),
        }
    }

    fn ends(self, postgres: &mut Server) -> anyhow::Result<()> {
        match self {
            Self::Killed => postgres.start(),
            Self::Frozen => {
                postgres.thaw();
                Ok(())
            }
        }
    }
}

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let deadlines: usize = words.next().map_or(Ok(200), |word| word.parse())?;
    let seconds: u64 = words.next().map_or(Ok(120), |word| word.parse())?;
    actix_web::rt::System::new().block_on(async {
        let killed = night("killed", Loss::Killed, deadlines, seconds).await?;
        let frozen = night("frozen", Loss::Frozen, deadlines, seconds).await?;
        let most = |name: &str| {
            let of = |night: &Value| night.get(name).and_then(Value::as_f64).unwrap_or(f64::MAX);
            of(&killed).max(of(&frozen))
        };
        let (lost, violations) = (most("lost"), most("violations"));
        println!(
            "{}",
            json!({
                "lost": lost, "violations": violations, "max_s": most("max_s"), "p99_s": most("p99_s"),
                "reconciled_s": most("reconciled_s"), "killed": killed, "frozen": frozen,
                "sqlite": { "skipped": "the embedded database is a file of the engine's own: it goes with the disk" },
            })
        );
        ensure!(lost == 0.0 && violations == 0.0, "not every silence was told");
        Ok(())
    })
}

/// One night in which the database goes away before the first deadline and comes back after the last.
async fn night(name: &str, loss: Loss, deadlines: usize, seconds: u64) -> anyhow::Result<Value> {
    let mut night = Night::begin(name, Place::Postgres).await?;
    night.dose(deadlines, Span::seconds(i64::try_from(seconds)?)).await?;
    night.until_the_first().await;
    let mut postgres = night.ground.postgres.take().context("no database of its own")?;
    loss.begins(&mut postgres);
    let away = Duration::from_secs(seconds) + BEFORE;
    let back = actix_web::rt::spawn(async move {
        pause(u64::try_from(away.as_millis()).unwrap_or(0)).await;
        loss.ends(&mut postgres)?;
        anyhow::Ok((now(), postgres))
    });
    let figures: Figures = night.seen_through().await?;
    let (back_at, _postgres) = back.await??;
    let reconciled = Span::micros(figures.shown_at.saturating_sub(back_at)).as_millis();
    Ok(json!({
        // On a screen it can only be once the rows are back; whoever is on call must not wait for that.
        "lost": figures.lost, "p99_s": figures.mail_p99_s, "max_s": figures.mail_max_s,
        "reconciled_s": Duration::from_millis(u64::try_from(reconciled).unwrap_or(0)).as_secs_f64(),
        "violations": figures.violations.len(), "night": figures,
    }))
}
