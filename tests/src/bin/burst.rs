//! Five hundred deadlines in one second; and again while ten thousand mails that are no alarms wait to leave.
#![expect(clippy::print_stdout, reason = "a proof answers on standard output")]

use anyhow::{Context as _, ensure};
use chassis::pool::Pool;
use chassis::process;
use kernel::time::Span;
use serde_json::{Value, json};
use tests::night::Night;
use tests::night::engines::Place;
use tests::night::figures::Figures;
use tests::night::ordinary::Ordinary;

/// All of them fall due within it.
const OVER: Span = Span::seconds(1);

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1).peekable();
    if words.peek().is_some_and(|word| word == "--config") {
        return house();
    }
    let deadlines: usize = words.next().map_or(Ok(500), |word| word.parse())?;
    let mails: usize = words.next().map_or(Ok(10_000), |word| word.parse())?;
    let mut nights = vec![];
    for (store, place) in [("postgres", Place::Postgres), ("sqlite", Place::Sqlite)] {
        let seen = actix_web::rt::System::new().block_on(night(store, place, deadlines, mails));
        nights.push(seen.context(store)?);
    }
    let most = |field: &str| {
        let all = nights.iter().flat_map(|(alone, beside)| [alone, beside]);
        all.filter_map(|figures| figures.get(field)?.as_f64()).fold(0.0, f64::max)
    };
    let slower = nights.iter().map(|(alone, beside)| {
        let p99 = |figures: &Value| figures.get("p99_s").and_then(Value::as_f64).unwrap_or(f64::MAX);
        p99(beside) / p99(alone)
    });
    let slower = (slower.fold(0.0, f64::max) * 100.0).round() / 100.0;
    let waiting = nights.iter().filter_map(|(_, beside)| beside.get("waiting")?.as_u64()).min();
    let lost = most("lost");
    let told = nights.iter().map(|(alone, beside)| json!({ "alone": alone, "beside_mails": beside }));
    println!(
        "{}",
        json!({
            "lost": lost, "p99_s": most("p99_s"), "max_s": most("max_s"), "slower_beside_mails": slower,
            "waiting": waiting, "deadlines": deadlines, "nights": told.collect::<Vec<_>>(),
        })
    );
    ensure!(lost == 0.0, "not every silence was told");
    Ok(())
}

/// The watch and whoever sends ordinary mail, in one process over one embedded database.
fn house() -> anyhow::Result<()> {
    process::start("checkins and notify", async |ground, socket, stopping| {
        let shared = Pool::open(&ground.config.database(), None).await?;
        notify::part().mount_on(&ground, Some(&shared)).await?;
        let checkins = checkins::part().mount_on(&ground, Some(&shared)).await?;
        process::listen(&ground, checkins, socket, stopping)
    })
    .map(drop)
}

/// The same house twice over: with nothing else to send, and with much.
async fn night(store: &str, place: Place, deadlines: usize, mails: usize) -> anyhow::Result<(Value, Value)> {
    let mut night = Night::begin(store, place).await?;
    night.closes_at_once = false;
    let ordinary = Ordinary::begin(&mut night, place)?;
    let alone = burst(&mut night, deadlines).await?;
    eprintln!("{store}: {alone:?}");
    ordinary.gather(&night, mails).await?;
    night.dose(deadlines, OVER).await?;
    night.until_the_first().await;
    ordinary.release()?;
    let begun = ordinary.waiting(&night).await?;
    let beside = night.seen_through().await?;
    let ended = ordinary.waiting(&night).await?;
    eprintln!("{store}, beside {begun} to {ended} mails: {beside:?}");
    ensure!(beside.violations.is_empty() && alone.violations.is_empty(), "the rows: {:?}", beside.violations);
    let mut beside = serde_json::to_value(&beside)?;
    if let Some(beside) = beside.as_object_mut() {
        beside.extend([("waiting".into(), begun.into()), ("waiting_after".into(), ended.into())]);
    }
    Ok((serde_json::to_value(&alone)?, beside))
}

async fn burst(night: &mut Night, deadlines: usize) -> anyhow::Result<Figures> {
    night.dose(deadlines, OVER).await?;
    night.until_the_first().await;
    night.seen_through().await
}
