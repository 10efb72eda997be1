//! One engine after the other stands still, for up to half a minute, wherever it is; the other one goes on.
#![expect(clippy::print_stdout, reason = "a proof answers on standard output")]

use anyhow::ensure;
use kernel::time::Span;
use serde_json::json;
use std::time::Duration;
use tests::night::Night;
use tests::night::chaos::Faults;
use tests::night::engines::Place;

/// The longest an engine stands still, beyond the first second (reliability.md P12).
const LONGEST: Duration = Duration::from_secs(29);

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let deadlines: usize = words.next().map_or(Ok(2000), |word| word.parse())?;
    let seconds: i64 = words.next().map_or(Ok(300), |word| word.parse())?;
    let seed = u64::from_le_bytes(chassis::crypto::random());
    actix_web::rt::System::new().block_on(async {
        let mut night = Night::begin("postgres", Place::Postgres).await?;
        night.dose(deadlines, Span::seconds(seconds)).await?;
        night.until_the_first().await;
        let (engines, postgres) = (std::mem::take(&mut night.engines), night.ground.postgres.take());
        let faults = Faults::sleeps(LONGEST, Duration::from_millis(500), Duration::from_secs(2));
        let chaos = faults.begin(seed, engines, postgres);
        let figures = night.seen_through().await?;
        let havoc = chaos.end()?;
        println!(
            "{}",
            json!({
                "lost": figures.lost, "p99_s": figures.p99_s, "max_s": figures.max_s, "freezes": havoc.kills,
                "violations": figures.violations.len(), "duplicates_pct": figures.duplicates_pct,
                "postgres": figures, "seed": seed,
                "sqlite": { "skipped": "one process writes: a frozen one holds the file, and its supervisor must end it" },
            })
        );
        ensure!(figures.lost == 0 && figures.violations.is_empty(), "not every silence was told");
        Ok(())
    })
}
