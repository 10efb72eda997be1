//! Wall clocks jump by an hour and a day, step back and swing, under the engines and under the database, and engines are
//! started again in the middle of it: every silence is told, and in time.
#![expect(clippy::print_stdout, reason = "a proof answers on standard output")]

use anyhow::{Context as _, bail, ensure};
use kernel::time::Span;
use serde_json::{Map, Value, json};
use std::process::{Child, Command, Stdio};
use tests::night::Night;
use tests::night::engines::{Engine, Place};
use tests::night::jumps::{Jumps, Scene, Script, Wall};

/// Whose clock jumps in which night. They go on beside each other: each mostly waits.
const NIGHTS: [&str; 3] = ["engines", "database", "sqlite"];

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |place: usize, unless: &str| words.get(place).map_or(unless, String::as_str).to_owned();
    let (deadlines, seconds, rounds) = (word(0, "600"), word(1, "10"), word(2, "2"));
    let script = Script { stretch: Span::seconds(seconds.parse()?), rounds: rounds.parse()? };
    if let Some(name) = words.get(3) {
        let seen = actix_web::rt::System::new().block_on(night(name, script, deadlines.parse()?))?;
        println!("{seen}");
        return Ok(());
    }
    let start = |name| alone(name, [&deadlines, &seconds, &rounds]).map(|child| (name, child));
    let begun = NIGHTS.into_iter().map(start).collect::<anyhow::Result<Vec<_>>>()?;
    let ended = begun.into_iter().map(|(name, child)| seen(name, child));
    let nights = ended.collect::<anyhow::Result<Map<_, _>>>()?;
    let most = |field: &str| {
        let all = nights.values().filter_map(|night| night.get(field)?.as_f64());
        all.fold(f64::MIN, f64::max)
    };
    let sum = |field: &str| nights.values().filter_map(|night| night.get(field)?.as_u64()).sum::<u64>();
    let lost = sum("lost");
    let violations = nights.values().filter_map(|night| night.get("violations")?.as_array());
    let violations = violations.map(Vec::len).sum::<usize>();
    let mut told = json!({
        "lost": lost, "violations": violations, "max_s": most("max_s"), "p99_s": most("p99_s"), "early": sum("early"),
        "deadlines": sum("deadlines"), "jumps": sum("jumps"), "restarts": sum("restarts"),
    });
    if let Some(told) = told.as_object_mut() {
        told.extend(nights);
    }
    println!("{told}");
    ensure!(lost == 0 && violations == 0, "not every silence was told");
    Ok(())
}

/// A night in a process of its own.
fn alone(name: &'static str, words: [&String; 3]) -> anyhow::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    Ok(command.args(words).arg(name).stdout(Stdio::piped()).spawn()?)
}

fn seen(name: &str, child: Child) -> anyhow::Result<(String, Value)> {
    let output = child.wait_with_output()?;
    let said = String::from_utf8(output.stdout)?;
    let seen =
        said.lines().last().context("it said nothing").and_then(|line| Ok(serde_json::from_str(line)?));
    ensure!(output.status.success(), "{name} ended with {}", output.status);
    Ok((name.to_owned(), seen.with_context(|| name.to_owned())?))
}

async fn night(name: &str, script: Script, deadlines: usize) -> anyhow::Result<Value> {
    let place = match name {
        "engines" | "database" => Place::Postgres,
        "sqlite" => Place::Sqlite,
        other => bail!("{other} is none of {NIGHTS:?}"),
    };
    let mut night = Night::begin(name, place).await?;
    let (mut engines, mut postgres) = (std::mem::take(&mut night.engines), night.ground.postgres.take());
    let wall = Wall::new()?;
    if name == "database" {
        let postgres = postgres.as_mut().context("no database of its own")?;
        postgres.kill();
        postgres.environment = wall.environment();
        postgres.start()?;
    } else {
        engines.iter_mut().for_each(Engine::kill);
        for (place, engine) in engines.iter_mut().enumerate() {
            engine.environment = wall.environment();
            engine.start()?;
            // Where one alone may serve, it is the first.
            if place == 0 {
                engine.wait()?;
            }
        }
    }
    engines.first_mut().context("no engine")?.wait()?;
    let doses = night.plan(deadlines, script.lasts()).await?;
    // Each dose is told of in the stretch before the one of its deadline.
    let (told, jumps) = (night.dose_in_time(doses, script.stretch), async {
        night.until_the_first().await;
        Jumps::begin(script, Scene { wall, engines, postgres })
    });
    let (figures, told, jumps) = futures_util::join!(night.seen_through(), told, jumps);
    told?;
    let (figures, jumped) = (figures?, jumps.end()?);
    let mut seen = serde_json::to_value(&figures)?;
    if let Some(seen) = seen.as_object_mut() {
        seen.insert("jumps".into(), jumped.jumps.into());
        seen.insert("restarts".into(), jumped.restarts.into());
    }
    Ok(seen)
}
