//! What must not be found, and what must be refused: words entered through every personal field are sought in database
//! files, logs and mails; sealed values are moved, audit rows edited, tokens bent, sockets revoked, strangers let loose.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

mod canaries;
mod entering;
mod living;
mod resting;
mod strangers;

use anyhow::{Context as _, ensure};
use canaries::Canaries;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use tests::folder;
use tests::sink::Sink;
use tests::stores::fresh_database;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    actix_web::rt::System::new().block_on(async {
        match arguments.as_slice() {
            [word, folder, database, mail] if word == "living" => {
                let database = (database != "-").then(|| database.clone());
                let lived = living::live(Path::new(folder), database, mail).await?;
                println!("{lived}");
                Ok(())
            }
            _run => both().await,
        }
    })
}

async fn both() -> anyhow::Result<()> {
    let sqlite = drill("sqlite", None).await?;
    let postgres = drill("postgres", Some(fresh_database("secrets").await?)).await?;
    let of = |drilled: &Value, name: &str| drilled.get(name).and_then(Value::as_u64).unwrap_or_default();
    let sum = |name: &str| of(&sqlite, name) + of(&postgres, name);
    let least = |name: &str| of(&sqlite, name).min(of(&postgres, name));
    let most = |name: &str| of(&sqlite, name).max(of(&postgres, name));
    println!(
        "{}",
        json!({
            "canaries": least("canaries"), "canaries_found": sum("canaries_found"), "failed": sum("failed"),
            "moved_refused": least("moved_refused"), "strangers_refused": least("strangers_refused"),
            "tokens_refused": least("tokens_refused"), "rows_named": least("rows_named"), "mails": least("mails"),
            "revoked_ms_max": (most("revoked_ms_max")),
            "sqlite": sqlite, "postgres": postgres,
        })
    );
    Ok(())
}

/// What a program said to a person when it ended; what it logged are JSON objects.
fn last_words(log: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(log)?;
    let words: Vec<_> = text.lines().filter(|line| !line.starts_with('{')).take(20).collect();
    Ok(words.join("\n"))
}

/// One store: a house lives in a process of its own, whose every log line we keep, and then rests.
async fn drill(store: &str, database: Option<String>) -> anyhow::Result<Value> {
    let work = folder(store)?;
    let sink = Sink::start(&work)?;
    let log = work.join("log");
    eprintln!("{store}: a house lives");
    let output = Command::new(std::env::current_exe()?)
        .args(["living", &work.display().to_string(), database.as_deref().unwrap_or("-"), &sink.address])
        .stderr(std::fs::File::create(&log)?)
        .stdout(Stdio::piped())
        .output()?;
    ensure!(output.status.success(), "{store}: the house did not live to the end: {}", last_words(&log)?);
    let lived = String::from_utf8(output.stdout)?;
    let mut drilled: Value = serde_json::from_str(lived.lines().last().context("nothing was said")?)?;
    let canaries = Canaries::of(drilled.get("texts").context("no canaries")?);
    eprintln!("{store}: it rests");
    let rested = resting::look(&work, database.as_deref(), &canaries, &sink.mails()?).await?;
    let refused_nothing = drilled.get("faults").and_then(Value::as_array).cloned().unwrap_or_default();
    let said = refused_nothing.iter().map(Value::to_string);
    for fault in said.chain(rested.found.iter().cloned()).chain(rested.faults.iter().cloned()) {
        eprintln!("{store}: {fault}");
    }
    let failed = rested.faults.len() + refused_nothing.len();
    if let Some(drilled) = drilled.as_object_mut() {
        drilled.remove("texts");
        drilled.insert("canaries".into(), json!(canaries.count()));
        drilled.insert("canaries_found".into(), json!(rested.found.len()));
        drilled.insert("rows_named".into(), json!(rested.rows_named));
        drilled.insert("mails".into(), json!(rested.mails));
        drilled.insert("bytes_searched".into(), json!(rested.bytes));
        drilled.insert("failed".into(), json!(failed));
    }
    Ok(drilled)
}
