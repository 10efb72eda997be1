//! The seeded clinic: shown to a person, or checked role by role.

use crate::house::{self, Demo};
use crate::http::Browser;
use crate::{place, run};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::process::ExitStatusExt;

/// From the start of the process until all five roles have seen their session.
const READY_MS_MAX: u128 = 3_000;
/// Resident memory after all five have signed in.
const RSS_MB_MAX: u64 = 120;
/// Each role, and something that only another role may ask for.
const ROLES: [(&str, &str); 5] = [
    ("patient", "training"),
    ("sitter", "incidents"),
    ("therapist", "training"),
    ("prescriber", "training"),
    ("coordinator", "training"),
];

/// Builds the house and runs it until the person stops it.
pub fn show(port: u16) -> Result<bool> {
    let program = house::built()?;
    let folder = place::root().join("target/demo");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut command = run::bound(program, None);
    command.args(["demo", "--port"]).arg(port.to_string()).arg("--data").arg(&folder);
    let status = command.status().with_context(|| run::words(&command))?;
    // Control-C is how a person ends it.
    Ok(status.success() || status.signal() == Some(2))
}

/// Starts the house, walks in as every role, and prints what it took.
pub fn check() -> Result<bool> {
    let demo = Demo::start(&house::built()?)?;
    let listening_ms = demo.started.elapsed().as_millis();
    let mut roles = vec![];
    for (role, closed) in ROLES {
        match looked_around(&demo, role, closed) {
            Ok(seen) => roles.push(seen),
            Err(why) => eprintln!("{role}: {why:#}"),
        }
    }
    let ready_ms = demo.started.elapsed().as_millis();
    let rss_mb = rss_mb(demo.running.id())?;
    let five = roles.len() == ROLES.len();
    let figures = json!({
        "ready_ms": u64::try_from(ready_ms)?,
        "listening_ms": u64::try_from(listening_ms)?,
        "rss_mb": rss_mb,
        "roles": roles,
    });
    drop(demo);
    println!("{figures}");
    let holds = five && ready_ms <= READY_MS_MAX && rss_mb <= RSS_MB_MAX;
    if !holds {
        eprintln!("the bar: ready_ms ≤ {READY_MS_MAX}, rss_mb ≤ {RSS_MB_MAX}, five roles");
    }
    Ok(holds)
}

/// Redeems the role's link, sees the session it belongs to, and is kept out of someone else's page.
fn looked_around(demo: &Demo, role: &str, closed: &str) -> Result<Value> {
    let link = demo.ready.links.get(role).context("has no link")?;
    let token = link.rsplit_once('#').context("its link carries no token")?.1;
    let mut browser = Browser::new(role, demo.ready.port);
    let entered = browser.post("/api/identity/links/redeem", &json!({ "token": token }))?;
    ensure!(entered.status == 200, "its link answered {} {}", entered.status, entered.body);
    ensure!(entered.cookie.is_some(), "its link set no cookie");
    ensure!(entered.body.get("role").is_some_and(|found| found == role), "its link says {}", entered.body);

    let board = browser.get("/api/safety/sessions")?;
    ensure!(board.status == 200, "the board answered {} {}", board.status, board.body);
    let Some(session) = board.body.pointer("/0/session").and_then(Value::as_str) else {
        bail!("no session on its board: {}", board.body)
    };
    let watch = browser.get(&format!("/api/checkins/sessions/{session}/watch"))?;
    ensure!(watch.status == 200, "the watch answered {} {}", watch.status, watch.body);

    let elsewhere = match closed {
        "incidents" => "/api/checkins/incidents".to_owned(),
        page => format!("/api/safety/sessions/{session}/{page}"),
    };
    let refused = browser.get(&elsewhere)?.status;
    ensure!(refused == 403, "{elsewhere} answered {refused}, not 403");
    let phase = board.body.pointer("/0/phase");
    ensure!(phase.is_some_and(Value::is_string), "its session has no phase: {}", board.body);
    let due_at = watch.body.pointer("/next/due_at");
    ensure!(due_at.is_some_and(Value::is_i64), "its watch has no next due: {}", watch.body);
    Ok(json!({ "role": role, "phase": phase, "next_due_at": due_at, "refused": refused }))
}

fn rss_mb(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes.div_ceil(1024))
}
