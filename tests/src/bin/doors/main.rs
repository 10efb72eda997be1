//! Our gateway beside nginx and haproxy: the same request to the same backend, in turns of random order.
//!
//! Ours does what it does in production: cookie to standing (remembered) to a signed token of 60 s for one service,
//! limits, stripping, dressing, a request id. nginx checks nothing. haproxy does the same work for a JWT, with either
//! algorithm (`haproxy_rps` is the faster); beside that, `haproxy_bare_rps` says what it does when it only verifies.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

mod backend;
mod doors;
mod load;

use anyhow::{Context as _, bail};
use doors::Street;
use load::Run;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::folder;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    actix_web::rt::System::new().block_on(async {
        match words.as_slice() {
            ["backend", port] => {
                Ok(backend::serve(std::net::TcpListener::bind(("127.0.0.1", port.parse()?))?)?.await?)
            }
            [] => bench(7, 3).await,
            ["--rounds", rounds, "--seconds", seconds] => bench(rounds.parse()?, seconds.parse()?).await,
            _other => bail!("doors [--rounds N --seconds S]"),
        }
    })
}

async fn bench(rounds: usize, seconds: u32) -> anyhow::Result<()> {
    let street = Street::open(&folder("doors")?).await?;
    street.prove().await?;
    eprintln!("every door stands, and refuses what is not good");
    for door in &street.doors {
        load::run(door, 1)?;
    }
    let mut runs: BTreeMap<&str, Vec<Run>> = BTreeMap::new();
    for round in 0..rounds {
        for door in shuffled(&street.doors) {
            let run = load::run(door, seconds)?;
            eprintln!(
                "round {}: {:<14} {:>8.0} a second, p99 {:.2} ms",
                round + 1,
                door.name,
                run.rps,
                run.p99_ms
            );
            runs.entry(door.name).or_default().push(run);
        }
    }
    // The gateway went through all of it: is it still as strict?
    street.prove().await?;
    println!("{}", figures(&runs)?);
    Ok(())
}

/// The same doors in a random order.
fn shuffled<T>(all: &[T]) -> Vec<&T> {
    let mut all: Vec<_> = all.iter().map(|one| (chassis::crypto::random_token(), one)).collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.into_iter().map(|(_, one)| one).collect()
}

fn figures(runs: &BTreeMap<&str, Vec<Run>>) -> anyhow::Result<Value> {
    let of = |name: &str, pick: fn(&Run) -> f64| -> anyhow::Result<Vec<f64>> {
        let mut all: Vec<f64> =
            runs.get(name).context("a door that was not measured")?.iter().map(pick).collect();
        all.sort_by(f64::total_cmp);
        Ok(all)
    };
    let rps = |name: &str| Ok::<_, anyhow::Error>(median(&of(name, |run| run.rps)?));
    let p99 = |name: &str| Ok::<_, anyhow::Error>(rounded(median(&of(name, |run| run.p99_ms)?), 100.0));
    let cpu = |name: &str| Ok::<_, anyhow::Error>(rounded(median(&of(name, |run| run.cpu_us)?), 10.0));
    let spread = |name: &str| {
        let all = of(name, |run| run.rps)?;
        Ok::<_, anyhow::Error>(
            json!({ "least": all.first().map(|least| least.round()), "most": all.last().map(|most| most.round()) }),
        )
    };
    let (ours, nginx, bare) = (rps("ours")?, rps("nginx")?, rps("haproxy_bare")?);
    let (hs256, es256) = (rps("haproxy_hs256")?, rps("haproxy_es256")?);
    let (haproxy, fastest) = if hs256 >= es256 { (hs256, "haproxy_hs256") } else { (es256, "haproxy_es256") };
    Ok(json!({
        "ours_rps": ours.round(), "nginx_rps": nginx.round(), "haproxy_rps": haproxy.round(),
        "haproxy_hs256_rps": hs256.round(), "haproxy_es256_rps": es256.round(), "haproxy_bare_rps": bare.round(), "direct_rps": rps("direct")?.round(),
        "ours_p99_ms": p99("ours")?, "nginx_p99_ms": p99("nginx")?, "haproxy_p99_ms": p99(fastest)?,
        "ours_to_nginx": rounded(ours / nginx, 100.0), "ours_to_haproxy": rounded(ours / haproxy, 100.0),
        "ours_to_haproxy_bare": rounded(ours / bare, 100.0),
        "ours_cpu_us": cpu("ours")?, "nginx_cpu_us": cpu("nginx")?, "haproxy_cpu_us": cpu(fastest)?,
        "ours_spread": spread("ours")?, "nginx_spread": spread("nginx")?, "haproxy_spread": spread(fastest)?,
    }))
}

/// The middle one, or between the two in the middle.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    if sorted.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle.saturating_sub(1)), at(middle)) }
}

fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}
