//! An engine aborts at each named point between a deadline and the mail it leads to; another goes on, and all are told.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]
#![expect(clippy::disallowed_methods, reason = "a proof is outside the house: it measures")]

use anyhow::{Context as _, ensure};
use kernel::time::Span;
use serde::Serialize;
use serde_json::json;
use std::time::{Duration, Instant};
use tests::night::Night;
use tests::night::engines::{Engine, Place};
use tests::pause;

/// Every point there is, from the bus to the mail server and back: see `fail_point!` in chassis and checkins.
const POINTS: [&str; 16] = [
    "hear.delivered",
    "hear.settled",
    "tick.listed",
    "tick.loaded",
    "work.done",
    "work.written",
    "work.committed",
    "outbox.read",
    "outbox.published",
    "outbox.marked",
    "lane.claimed",
    "lane.link_issued",
    "mail.connected",
    "mail.taken",
    "lane.sent",
    "lane.marked",
];
/// Between a commit and the next, and between the mail server's word and the mark.
const TENDEREST: [&str; 4] = ["work.written", "work.committed", "lane.claimed", "mail.taken"];
/// At these the mail server has the mail, and the house does not know it.
const AFTER_THE_WORD: [&str; 2] = ["mail.taken", "lane.sent"];
/// Milliseconds: a lease of 3 s, and a little.
const AGAIN: u64 = 4500;
/// Deadlines a round.
const DEADLINES: usize = 5;
/// Milliseconds from a second before the first deadline until the last has passed.
const AFTER_THE_FIRST: u64 = 2200;
/// An engine comes to any point of the path in this time, or it is not on the path.
const HIT: Duration = Duration::from_secs(15);

fn main() -> anyhow::Result<()> {
    // Inside the suite the tenderest points are tried, on one store: its time is better spent elsewhere.
    let is_short = std::env::args().any(|word| word == "--short");
    let points = if is_short { &TENDEREST[..] } else { &POINTS[..] };
    actix_web::rt::System::new().block_on(async {
        let mut all = vec![("postgres", rounds("postgres", Place::Postgres, points).await?)];
        if !is_short {
            all.push(("sqlite", rounds("sqlite", Place::Sqlite, points).await?));
        }
        let sum = |pick: fn(&Tally) -> u64| all.iter().map(|(_, tally)| pick(tally)).sum::<u64>();
        let mut figures = json!({
            "points": points.len(), "stores": all.len(), "lost": sum(|tally| tally.lost),
            "violations": sum(|tally| tally.violations), "again": sum(|tally| tally.again),
            "hit": all.iter().map(|(_, tally)| tally.hit).min(),
            "max_s": all.iter().map(|(_, tally)| tally.max_s).fold(0.0, f64::max),
        });
        for (store, tally) in &all {
            figures.as_object_mut().context("no object")?.insert((*store).into(), json!(tally));
        }
        println!("{figures}");
        ensure!(sum(|tally| tally.lost) == 0, "not every silence was told");
        Ok(())
    })
}

/// What the rounds on one store came to.
#[derive(Debug, Default, Serialize)]
struct Tally {
    hit: usize,
    lost: u64,
    violations: u64,
    again: u64,
    max_s: f64,
}

async fn rounds(name: &str, place: Place, points: &[&str]) -> anyhow::Result<Tally> {
    let mut night = Night::begin(name, place).await?;
    let mut tally = Tally::default();
    for point in points {
        night.dose(DEADLINES, Span::seconds(1)).await.with_context(|| format!("{name}, {point}"))?;
        abort_at(&mut night, point).await.with_context(|| format!("{name}, {point}"))?;
        if AFTER_THE_WORD.contains(point) {
            // Of these the house never heard that they were taken: they come again when the lease of the dead is over.
            pause(AGAIN).await;
        }
        let figures = night.seen_through().await?;
        let (again, late) = (figures.came_again, figures.max_s);
        eprintln!("{name}, {point}: the last was told after {late} s, {again} came again");
        tally.hit += 1;
        tally.lost += u64::try_from(figures.lost)?;
        tally.violations += u64::try_from(figures.violations.len())?;
        tally.again += u64::try_from(again)?;
        tally.max_s = tally.max_s.max(late);
    }
    Ok(tally)
}

/// Alone, the second engine comes to the point and dies there; then both run again, as a supervisor would have them.
async fn abort_at(night: &mut Night, point: &str) -> anyhow::Result<()> {
    night.engines.iter_mut().for_each(Engine::kill);
    let condition = format!("{point}=1*panic");
    let mut two = night.engines.pop().context("there are two engines")?;
    // Nobody watches while the deadlines pass: the first thing to do is the alarm, and the point lies on its way.
    night.until_the_first().await;
    pause(AFTER_THE_FIRST).await;
    two.start_with(&[("FAILPOINTS", &condition)])?;
    if point.starts_with("hear") {
        night.say_something().await?;
    }
    let begun = Instant::now();
    while !two.has_ended()? {
        ensure!(begun.elapsed() < HIT, "no engine came to this point");
        pause(20).await;
    }
    two.start()?;
    night.engines.iter_mut().try_for_each(Engine::start)?;
    night.engines.push(two);
    Ok(())
}
