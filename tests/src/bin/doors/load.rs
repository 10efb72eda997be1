//! wrk: one thread, 32 connections, one door at a time.

use crate::doors::{Door, PATH};
use ::tests::proc::cpu_seconds;
use ::tests::told;
use anyhow::{Context as _, bail, ensure};
use std::process::Command;

/// What one run found.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Requests a second.
    pub rps: f64,
    /// 99 of 100 answers came within this.
    pub p99_ms: f64,
    /// Processor time of the door for one request: it does not depend on who else is busy.
    pub cpu_us: f64,
}

/// Runs wrk against a door for some seconds. An answer that is not good makes the run void.
pub fn run(door: &Door, seconds: u32) -> anyhow::Result<Run> {
    let mut wrk = Command::new(told("PROOF_WRK")?);
    wrk.args(["-t1", "-c32", "--latency", &format!("-d{seconds}s")]);
    for (name, value) in &door.headers {
        wrk.arg("-H").arg(format!("{name}: {value}"));
    }
    let before = cpu_seconds(door.process)?;
    let output =
        wrk.arg(format!("http://127.0.0.1:{}{PATH}", door.port)).output().context("wrk does not start")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "wrk ended with {}: {text}", output.status);
    ensure!(
        !text.contains("Non-2xx") && !text.contains("Socket errors"),
        "{} refused some: {text}",
        door.name
    );
    let (mut run, requests) = read(&text).with_context(|| format!("wrk said {text}"))?;
    run.cpu_us = (cpu_seconds(door.process)? - before) * 1_000_000.0 / requests;
    Ok(run)
}

/// The run, and how many requests there were.
fn read(text: &str) -> anyhow::Result<(Run, f64)> {
    let after = |word: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(word))
            .map(str::trim)
            .with_context(|| format!("no {word}"))
    };
    let requests =
        text.lines().find_map(|line| line.trim().split_once(" requests in ")).context("no count")?.0;
    let run =
        Run { rps: after("Requests/sec:")?.parse()?, p99_ms: milliseconds(after("99%")?)?, cpu_us: 0.0 };
    Ok((run, requests.parse()?))
}

fn milliseconds(text: &str) -> anyhow::Result<f64> {
    for (unit, milliseconds) in [("us", 0.001), ("ms", 1.0), ("s", 1000.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * milliseconds);
        }
    }
    bail!("{text} is no length of time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_says_is_read_in_every_unit() {
        let said = |p99: &str| {
            format!(
                "  Latency Distribution\n     99%    {p99}\n  190863 requests in 3.00s, 40MB read\nRequests/sec:  63633.12\n"
            )
        };
        for (p99, milliseconds) in [("2.94ms", 2.94), ("940.00us", 0.94), ("1.50s", 1500.0)] {
            let (run, _requests) = read(&said(p99)).unwrap();
            assert!((run.p99_ms - milliseconds).abs() < 1e-9 && (run.rps - 63633.12).abs() < 1e-9, "{run:?}");
        }
        assert!(read("Requests/sec: many").is_err());
    }
}
