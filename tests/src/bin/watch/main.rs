//! A thousand, ten thousand, a hundred thousand watches stand at a cadence of ten minutes, and in one minute a tenth of
//! them fall due: of a hundred looks one is not taken. How late is each silence told, and what does all of it cost?
//!
//! Late counts from the deadline until a screen could know. Beside it, over the whole house with a thousand sessions:
//! how long after a look was sent the therapist's socket has it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

mod socket;
mod window;

use anyhow::{Context as _, bail, ensure};
use kernel::time::Span;
use serde_json::{Map, Value};
use socket::Heard;
use std::collections::BTreeMap;
use tests::night::engines::Place;
use window::Seen;

/// So many sessions are live while the socket is listened to.
const HEARD_LIVE: usize = 1_000;

/// What the command line says.
struct Words {
    live: Vec<usize>,
    window: Span,
    only: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let words = Words::read(std::env::args().skip(1))?;
    let mut told = Map::new();
    let mut seen = vec![];
    for (store, place) in [("postgres", Place::Postgres), ("sqlite", Place::Sqlite)] {
        if !words.asks_for(store) {
            continue;
        }
        let mut of_store = Map::new();
        for live in &words.live {
            let name = format!("{store}-{live}");
            let one = actix_web::rt::System::new().block_on(window::seen(&name, place, *live, words.window));
            let one = one.context(name)?;
            eprintln!("{store}: {one:?}");
            of_store.insert(live.to_string(), serde_json::to_value(&one)?);
            seen.push((store, *live, one));
        }
        told.insert(store.into(), of_store.into());
    }
    let heard = heard(&words)?;
    for (live, word) in [(1_000, "1k"), (10_000, "10k"), (100_000, "100k")] {
        let of = seen.iter().find(|(store, count, _)| *store == "postgres" && *count == live);
        if let Some((_, _, one)) = of {
            told.insert(format!("lag_ms_p99_{word}"), one.lag_ms_p99.into());
        }
    }
    let sum = |pick: fn(&Seen) -> usize| seen.iter().map(|(_, _, one)| pick(one)).sum::<usize>();
    let (untold, violations) = (sum(|one| one.untold), sum(|one| one.violations.len()));
    told.extend([
        ("silent".to_owned(), sum(|one| one.silent).into()),
        ("untold".to_owned(), untold.into()),
        ("unheard".to_owned(), heard.values().map(|one| one.unheard).sum::<usize>().into()),
        (
            "checkin_to_socket_ms_p99".to_owned(),
            heard.values().map(|one| one.ms_p99).fold(0.0, f64::max).into(),
        ),
        ("checkin_to_socket".to_owned(), serde_json::to_value(&heard)?),
        ("violations".to_owned(), violations.into()),
        ("quiet_cost_ratio".to_owned(), quiet_cost_ratio(&seen).into()),
    ]);
    println!("{}", Value::Object(told));
    ensure!(untold == 0 && violations == 0, "not every silence was told");
    Ok(())
}

/// From a look to the therapist's socket, on each store that was asked for.
fn heard(words: &Words) -> anyhow::Result<BTreeMap<&'static str, Heard>> {
    let mut heard = BTreeMap::new();
    // A cadence of ten minutes makes few looks: one in a hundred should be more than one of all.
    let window = words.window.times(2);
    let system = actix_web::rt::System::new;
    if words.asks_for("postgres") {
        let one = system().block_on(socket::on_postgres(HEARD_LIVE, window));
        heard.insert("postgres", one.context("the socket on postgres")?);
    }
    if words.asks_for("sqlite") {
        let one = system().block_on(socket::on_sqlite(HEARD_LIVE, window));
        heard.insert("sqlite", one.context("the socket on sqlite")?);
    }
    eprintln!("{heard:?}");
    Ok(heard)
}

/// What nothing due costs with the most watches, to what it costs with the fewest, on Postgres: it must not grow with
/// what is live.
fn quiet_cost_ratio(seen: &[(&str, usize, Seen)]) -> f64 {
    let mut of: Vec<_> = seen.iter().filter(|(store, _, _)| *store == "postgres").collect();
    of.sort_by_key(|(_, live, _)| *live);
    let cost = |one: Option<&&(&str, usize, Seen)>| one.map_or(f64::NAN, |(_, _, one)| one.quiet_cpu_pct);
    (cost(of.last()) / cost(of.first()) * 100.0).round() / 100.0
}

impl Words {
    fn asks_for(&self, store: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == store)
    }

    fn read(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut read = Self { live: vec![1_000, 10_000, 100_000], window: Span::seconds(60), only: None };
        while let Some(word) = words.next() {
            let value = words.next().unwrap_or_default();
            match word.as_str() {
                "--live" => read.live = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "--window" => read.window = Span::seconds(value.parse()?),
                "--only" => read.only = Some(value),
                _other => bail!("--live N,N,…  --window SECONDS  --only postgres|sqlite"),
            }
        }
        Ok(read)
    }
}
