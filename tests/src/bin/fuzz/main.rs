//! What reads words and datagrams from outside, fed with real ones that were changed: nothing may fall over or dawdle.
//!
//! Coverage is not measured. What is new is what a parser answers anew; such an input is changed further.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

mod mutate;
mod real;
mod targets;

use media::cost::measure;
use media::time::now;
use mutate::Mutator;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use targets::Target;
use tests::proc::rss_mb;

/// No input that fits into one message takes so much of a processor to read.
const SLOW: Duration = Duration::from_millis(100);
/// Inputs kept because they were answered in a way that no other was.
const KEPT_MAX: usize = 4_000;

/// What came of one target.
struct Run {
    executions: u64,
    kept: usize,
    crashes: u64,
    slow: u64,
    per_second: f64,
}

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let seconds = words.first().map_or(Ok(10), |word| word.parse())?;
    let seed = words.get(1).map_or(Ok(1), |word| word.parse())?;
    let only = words.get(2);
    // What falls over is counted and shown below; the usual message would come a thousand times.
    std::panic::set_hook(Box::new(|_| {}));
    let mut said = Map::new();
    let (mut crashes, mut slow, mut executions, mut least) = (0, 0, 0, f64::INFINITY);
    for target in targets::all()? {
        if only.is_some_and(|only| only != target.name) {
            continue;
        }
        let name = target.name;
        let run = run(target, Duration::from_secs(seconds), seed);
        eprintln!("{name}: {} inputs, {:.0} a second, {} kept", run.executions, run.per_second, run.kept);
        crashes += run.crashes;
        slow += run.slow;
        executions += run.executions;
        least = least.min(run.per_second);
        let run = json!({
            "executions": run.executions, "per_second": run.per_second, "kept": run.kept,
            "crashes": run.crashes, "slow": run.slow,
        });
        said.insert(name.to_owned(), run);
    }
    let figures = json!({
        "crashes": crashes, "slow": slow, "executions": executions, "targets": said.len(),
        "least_rps": least, "rss_mb": rss_mb(std::process::id())?.round(), "seed": seed,
        "each": Value::Object(said),
    });
    println!("{figures}");
    Ok(())
}

fn run(mut target: Target, length: Duration, seed: u64) -> Run {
    let mut mutator = Mutator::new(seed, target.corpus.clone(), target.is_text);
    let (mut known, began) = (HashSet::new(), now());
    let mut run = Run { executions: 0, kept: 0, crashes: 0, slow: 0, per_second: 0.0 };
    for input in &target.corpus {
        known.insert((target.reads)(input));
    }
    while began.elapsed() < length {
        let input = mutator.next();
        let at = worked();
        let answered = catch_unwind(AssertUnwindSafe(|| (target.reads)(&input)));
        run.executions += 1;
        if worked().saturating_sub(at) > SLOW {
            run.slow += 1;
            show(target.name, "is slow on", &input);
        }
        match answered {
            Ok(answer) => {
                if known.len() < KEPT_MAX && known.insert(answer) {
                    run.kept += 1;
                    mutator.keep(input);
                }
            }
            Err(_panicked) => {
                run.crashes += 1;
                if run.crashes <= 5 {
                    show(target.name, "fell over on", &input);
                }
            }
        }
    }
    run.per_second = (measure(run.executions) / began.elapsed().as_secs_f64()).round();
    run
}

/// What this thread has had of a processor: one that was taken away for a while is not the input's doing.
fn worked() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

fn show(name: &str, what: &str, input: &[u8]) {
    let start: String =
        input.iter().take(2_000).flat_map(|byte| std::ascii::escape_default(*byte)).map(char::from).collect();
    eprintln!("{name} {what} ({} bytes): {start}", input.len());
}
