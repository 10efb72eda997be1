//! What nobody should send is sent to the running house, row by row of the bad-input catalogue (reliability.md §5):
//! refused in the house's words, by name, with nothing written; and the facts among it are taken.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

mod accounts;
mod acks;
mod answers;
mod bodies;
mod caller;
mod commands;
mod framing;
mod house;
mod ledger;
mod links;
mod looks;
mod routes;
mod sessions;
mod sockets;
mod times;
mod vitals;
mod wire;

use anyhow::Context as _;
use house::{House, Standing};
use serde_json::{Value, json};
use tests::process::{Plan, free_port};
use tests::sink::Sink;
use tests::split::{self, Split};
use tests::{folder, told};

/// A drill's pace where a row books nothing of its own.
const PACE: i64 = 60;
/// What the catalogue asks of surfaces that the house does not have; what stands there instead is proven.
const NOT_HERE: &[&str] = &[
    "11: no list has pages: a size, an offset, an order or a cursor is refused as a parameter nobody knows",
    "14: there are no notes that two people edit; a journal page is written once",
    "24, in part: a drill's link opens at once and until long after; the hours are proven with a clock, in identity's core",
    "42, in part: the millisecond on either side of a deadline is proven with a clock, in the core's tests",
    "46, in part: looks are not signed by a device key; the session cookie of the one active device stands for it",
    "48, in part: there is one version of the form, and an answer does not name it",
    "63, in part: in a drill a therapist is there around the clock; leave is proven in the core's tests",
    "72, in part: nothing can be paused, so pausing is not found",
];

fn main() -> anyhow::Result<()> {
    let ways: Vec<String> = std::env::args().skip(1).collect();
    actix_web::rt::System::new().block_on(async {
        let mut found = vec![];
        for way in &ways {
            let began = tests::now();
            let mut result = proven(way).await.with_context(|| format!("the {way} way"))?;
            if let Some(result) = result.as_object_mut() {
                result.insert("seconds".into(), json!((tests::now() - began) / 1_000_000));
            }
            eprintln!("{way}: {result}");
            found.push((way.clone(), result));
        }
        let of = |name: &str| found.iter().map(|(_, one)| one.get(name).and_then(Value::as_u64).unwrap_or(0)).collect::<Vec<_>>();
        let sum = |name: &str| of(name).iter().sum::<u64>();
        let mut whole = json!({
            "rows": (of("rows").into_iter().min()), "failed": (sum("failed")), "server_errors": (sum("server_errors")),
            "rows_written_unasked": (sum("rows_written_unasked")), "not_here": NOT_HERE,
        });
        if let Some(whole) = whole.as_object_mut() {
            whole.extend(found.iter().cloned());
        }
        println!("{whole}");
        let is_clean = ["failed", "server_errors", "rows_written_unasked"].iter().all(|name| sum(name) == 0);
        anyhow::ensure!(is_clean, "not every row holds");
        Ok(())
    })
}

/// One way to stand: `all-in-one` on SQLite, or `split` into eight processes on Postgres and Redis.
async fn proven(way: &str) -> anyhow::Result<Value> {
    let work = folder(way)?;
    let sink = Sink::start(&work)?;
    let mut result = if way == "split" {
        let plan = split::Plan {
            program: told("PROOF_PROGRAM")?.into(),
            folder: work.join("house"),
            port: 0,
            smtp: sink.address.clone(),
            pace: PACE,
        };
        let running = Split::open(plan)?;
        let standing = Standing {
            ready: running.ready.clone(),
            database: running.database.clone(),
            logs: split::PARTS.iter().map(|part| running.log(part)).collect(),
            keys: running.folder("gateway").join("holdspace.keys"),
        };
        found(House::enter(standing, sink).await?).await?
    } else {
        let data = work.join("house");
        std::fs::create_dir_all(&data)?;
        let plan = Plan {
            program: told("PROOF_PROGRAM")?.into(),
            data: data.clone(),
            port: free_port()?,
            database: None,
            smtp: Some(sink.address.clone()),
            pace: PACE,
            session: false,
        };
        let running = plan.start()?;
        let standing = Standing {
            ready: running.ready.clone(),
            database: format!("sqlite://{}", data.join("holdspace.db").display()),
            logs: vec![tests::process::log(&data)],
            keys: data.join("holdspace.keys"),
        };
        found(House::enter(standing, sink).await?).await?
    };
    if let Some(result) = result.as_object_mut() {
        result.insert("way".into(), json!(way));
    }
    Ok(result)
}

async fn found(house: House) -> anyhow::Result<Value> {
    rows(&house).await?;
    let panics = panics(&house.standing)?;
    let mut result = house.result();
    if let Some(result) = result.as_object_mut() {
        result.insert("server_errors".into(), json!(house.wire.server_errors() + panics));
    }
    Ok(result)
}

/// Every surface: first while the house is at rest and every table counts, then with watches kept.
async fn rows(house: &House) -> anyhow::Result<()> {
    let slow = framing::slow_bodies(house);
    let calm = house.sat(1).await?;
    surface("framing", framing::rows(house)).await?;
    surface("bodies", bodies::rows(house, &calm)).await?;
    surface("routes", routes::rows(house, &calm)).await?;
    surface("commands", commands::rows(house)).await?;
    surface("times", times::rows(house)).await?;
    surface("accounts", accounts::rows(house)).await?;
    surface("links", links::rows(house)).await?;
    surface("sockets", sockets::rows(house, &calm)).await?;
    house.is_watched();
    surface("looks", looks::rows(house)).await?;
    surface("answers", answers::rows(house)).await?;
    surface("vitals", vitals::rows(house)).await?;
    surface("acknowledgement links", acks::rows(house)).await?;
    surface("sessions", sessions::rows(house)).await?;
    framing::slow_answers(house, slow).await
}

async fn surface(name: &str, rows: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let began = tests::now();
    rows.await.with_context(|| name.to_owned())?;
    eprintln!("{name}: {} ms", (tests::now() - began) / 1_000);
    Ok(())
}

/// A panic is a server error that nobody answered.
fn panics(standing: &Standing) -> anyhow::Result<u64> {
    let mut count = 0;
    for log in &standing.logs {
        let text = std::fs::read_to_string(log)?;
        count += text
            .lines()
            .filter(|line| line.contains("panicked at"))
            .inspect(|line| eprintln!("{line}"))
            .count();
    }
    Ok(u64::try_from(count)?)
}
