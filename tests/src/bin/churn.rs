//! Somebody comes into a room and leaves it, again and again, each time with a new connection: nothing of it stays.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

use anyhow::{Context as _, ensure};
use media::cost::{measure, memory_mib};
use serde_json::json;
use tests::proc::open_files;
use tests::process::{Plan, free_port};
use tests::room::{Room, company};
use tests::{folder, told};

/// The house is looked at so often.
const LOOKS: u64 = 100;

/// What the house held after so many cycles.
struct Look {
    cycles: f64,
    kib: f64,
    files: usize,
}

fn main() -> anyhow::Result<()> {
    let cycles = std::env::args().nth(1).map_or(Ok(5_000), |word| word.parse())?;
    actix_web::rt::System::new().block_on(drill(cycles))
}

async fn drill(cycles: u64) -> anyhow::Result<()> {
    let data = folder("churn")?.join("data");
    let program = told("PROOF_PROGRAM")?.into();
    let (port, pace) = (free_port()?, 1);
    let plan = Plan { program, data, port, database: None, smtp: None, pace, session: true };
    let house = plan.start_with(&["--requests", "1000"])?;
    let (room, _desk) = Room::of(&house.ready, &plan.data).await?;
    let every = (cycles / LOOKS).max(1);
    let (mut looks, mut joined) = (vec![], 0_u64);
    for cycle in 0..cycles {
        if cycle % every == 0 {
            looks.push(look(house.id(), cycle)?);
        }
        let mut lee = company::enter_well(&room, room.lee).with_context(|| format!("cycle {cycle}"))?;
        lee.connect().with_context(|| format!("cycle {cycle}"))?;
        lee.leave()?;
        joined += 1;
        if cycle % (every * 10) == 0 {
            eprintln!(
                "{joined} came and went: {:?} KiB, {:?} files",
                looks.last().map(|look| look.kib),
                looks.last().map(|look| look.files)
            );
        }
    }
    looks.push(look(house.id(), cycles)?);
    let second_half = looks.get(looks.len() / 2..).unwrap_or_default();
    let files = |looks: &[Look]| looks.iter().map(|look| look.files).min().unwrap_or_default();
    let last = second_half.get(second_half.len() / 2..).unwrap_or_default();
    let figures = json!({
        "cycles": joined, "kept_kib_per_cycle": rise(second_half)?,
        "files_kept": files(last).saturating_sub(files(second_half)),
        "rss_mib": looks.last().map(|look| look.kib / 1024.0), "files": looks.last().map(|look| look.files),
    });
    println!("{figures}");
    Ok(())
}

fn look(house: u32, cycles: u64) -> anyhow::Result<Look> {
    Ok(Look { cycles: measure(cycles), kib: memory_mib(house)? * 1024.0, files: open_files(house)? })
}

/// The slope of the straight line nearest to all looks.
fn rise(looks: &[Look]) -> anyhow::Result<f64> {
    ensure!(looks.len() > 2, "too few cycles for a slope");
    let count = measure(u64::try_from(looks.len())?);
    let mean = |of: fn(&Look) -> f64| looks.iter().map(of).sum::<f64>() / count;
    let (cycles, kib) = (mean(|look| look.cycles), mean(|look| look.kib));
    let both: f64 = looks.iter().map(|look| (look.cycles - cycles) * (look.kib - kib)).sum();
    let square: f64 = looks.iter().map(|look| (look.cycles - cycles).powi(2)).sum();
    Ok((both / square * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn what_stays_of_each_cycle_is_the_slope_and_a_swing_is_none() {
        let looks = |kib: fn(f64) -> f64| {
            [0.0, 10.0, 20.0, 30.0].map(|cycles| Look { cycles, kib: 500.0 + kib(cycles), files: 9 })
        };
        assert!((rise(&looks(|cycles| 2.5 * cycles)).unwrap() - 2.5).abs() < 0.001);
        assert!(rise(&looks(|_| 0.0)).unwrap().abs() < 0.001);
        assert!(rise(&[]).is_err());
    }
}
