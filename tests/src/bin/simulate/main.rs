//! The rules of the watch under a simulator: whole days in which everything breaks, each had again from its seed.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a proof answers on standard output, and tells its story beside"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "rows are numbered by the world that made them; a wrong number is a mistake here and dies loudly"
)]

mod agenda;
mod alarms;
mod book;
mod engines;
mod health;
mod looks;
mod people;
mod plan;
mod rows;
mod runs;
mod sendings;
mod shell;
mod weather;
mod world;

use anyhow::ensure;
use runs::{Day, Found};
use serde_json::json;
use shell::Planted;

/// What the command line says.
#[derive(Debug, Clone, Copy)]
struct Words {
    seeds: u64,
    seed: Option<u64>,
    day: Day,
}

fn main() -> anyhow::Result<()> {
    let words = Words::read(std::env::args().skip(1))?;
    if let Some(seed) = words.seed {
        return again(seed, words.day);
    }
    let began = runs::clock();
    let honest = runs::all(words.seeds, words.day);
    let mut found_at = serde_json::Map::new();
    for planted in Planted::ALL {
        let day = Day { planted: Some(planted), ..words.day };
        let Found { seed, why } = runs::first(words.seeds, day);
        eprintln!("planted {}: {seed:?} {why}", planted.as_str());
        found_at.insert(planted.as_str().into(), json!(seed));
    }
    let planted_found = found_at.values().filter(|seed| !seed.is_null()).count();
    let total = honest.counts;
    println!(
        "{}",
        json!({
            "seeds": words.seeds,
            "hours": words.day.hours,
            "violations": honest.violations.len(),
            "planted": Planted::ALL.len(),
            "planted_found": planted_found,
            "found_at": found_at,
            "deadlines": total.deadlines,
            "missed": total.missed,
            "incidents": total.incidents,
            "sent": total.sent,
            "sent_again": total.again,
            "crashes": total.crashes,
            "faults": total.faults,
            "suspicions": total.suspicions,
            "liveness_s_max": runs::seconds_of(total.liveness_ms),
            "seconds": runs::seconds_since(began),
        })
    );
    for (seed, violation) in &honest.violations {
        eprintln!("seed {seed}: {violation}");
    }
    ensure!(honest.violations.is_empty(), "seeds failed; --seed S tells the story of one");
    ensure!(planted_found == Planted::ALL.len(), "a planted mistake was not found");
    Ok(())
}

/// One seed, told.
fn again(seed: u64, day: Day) -> anyhow::Result<()> {
    let lived = world::World::new(seed, day, true).live();
    println!("{}", json!({ "seeds": 1, "seed": seed, "violations": usize::from(lived.is_err()) }));
    lived.map(drop).map_err(anyhow::Error::msg)
}

impl Words {
    fn read(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let day = Day { hours: 24, planted: None, jumps_forward: false };
        let mut read = Self { seeds: 500, seed: None, day };
        while let Some(word) = words.next() {
            let value = words.next().unwrap_or_default();
            match word.as_str() {
                "--seeds" => read.seeds = value.parse()?,
                "--seed" => read.seed = Some(value.parse()?),
                "--hours" => read.day.hours = value.parse()?,
                "--planted" => {
                    read.day.planted = Planted::ALL.into_iter().find(|known| known.as_str() == value);
                }
                "--forward" => read.day.jumps_forward = value.parse()?,
                _other => anyhow::bail!("--seeds N, --seed S, --hours H, --planted NAME, --forward true"),
            }
        }
        Ok(read)
    }
}
