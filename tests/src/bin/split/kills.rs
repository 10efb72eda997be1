//! kill -9 on a command that was sent and not answered: before its commit, and at any moment around it.

use crate::Stage;
use crate::ledger::{Entry, Ledger};
use anyhow::{Context as _, ensure};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, TransactionTrait as _};
use serde_json::Value;
use tests::split::PARTS;
use tests::{now, pause};

/// What the door waits at most, and a little.
const ANSWER_MICROS: i64 = 25_000_000;

/// Kills every part once on a command that waits for its rows, and once around its commit.
pub async fn every_part(stage: &mut Stage, ledger: &mut Ledger, round: usize) -> anyhow::Result<u32> {
    let mut kills = 0;
    for part in PARTS {
        eprintln!("round {}: {part} dies before its commit", round + 1);
        before_commit(stage, ledger, part).await.with_context(|| format!("{part}, before its commit"))?;
        eprintln!("round {}: {part} dies around its commit", round + 1);
        around_commit(stage, ledger, part, round)
            .await
            .with_context(|| format!("{part}, around its commit"))?;
        kills += 2;
    }
    Ok(kills)
}

/// The rows are held as another writer would hold them; the command waits, and its service or the gateway dies.
async fn before_commit(stage: &mut Stage, ledger: &mut Ledger, part: &'static str) -> anyhow::Result<()> {
    let rows = if part == "gateway" { "care" } else { part };
    let entry = ledger.command(part).await?;
    let owner = owner(&stage.house.database).await?;
    let held = owner.begin().await?;
    held.execute_unprepared(&format!(
        "lock table {rows}.{rows}_audit, {rows}.{rows}_outbox in access exclusive mode"
    ))
    .await?;
    let answer = send(&entry);
    let watching = watcher(&stage.house.database).await?;
    let deadline = now() + 5_000_000;
    while !is_waiting(&watching, rows).await? {
        ensure!(now() < deadline, "the command never came to its rows");
        pause(2).await;
    }
    stage.house.kill(part);
    held.rollback().await?;
    stage.house.start(part)?;
    settle(ledger, entry, answer).await
}

/// Dies some moments after the command was sent: before, in or after its commit, and never after its answer was read.
async fn around_commit(
    stage: &mut Stage,
    ledger: &mut Ledger,
    part: &'static str,
    round: usize,
) -> anyhow::Result<()> {
    let entry = ledger.command(part).await?;
    let answer = send(&entry);
    // A command takes a few milliseconds; the later rounds die a little later each.
    pause(u64::try_from(1 + round * 2)?).await;
    stage.house.kill(part);
    stage.house.start(part)?;
    settle(ledger, entry, answer).await
}

/// Redis is emptied and killed, then Postgres is killed, each under a command.
pub async fn bus_and_rows(stage: &mut Stage, ledger: &mut Ledger) -> anyhow::Result<u32> {
    eprintln!("Redis is emptied, and dies");
    stage.house.redis.empty()?;
    let entry = ledger.command("care").await?;
    let answer = send(&entry);
    stage.house.redis.kill();
    settle(ledger, entry, answer).await.context("a command without the bus")?;
    stage.house.redis.start()?;
    eprintln!("Postgres dies");
    let entry = ledger.command("care").await?;
    let answer = send(&entry);
    stage.house.postgres.kill();
    stage.house.postgres.start()?;
    settle(ledger, entry, answer).await.context("a command over the death of its rows")?;
    Ok(2)
}

type Sent = tokio::task::JoinHandle<anyhow::Result<(u16, Value)>>;

/// Under one command id, again and again until there is an answer: the page does the same.
fn send(entry: &Entry) -> Sent {
    let (who, path, body) = (entry.who.clone(), entry.path.clone(), entry.body.clone());
    actix_web::rt::spawn(async move {
        let key = chassis::ids::fresh::<kernel::id::CommandId>().to_string();
        let until = now() + ANSWER_MICROS;
        loop {
            let answer = who.repeat(&path, &body, &key).await;
            let is_final = answer.as_ref().is_ok_and(|(status, _)| *status < 500 && *status != 429);
            if is_final || now() > until {
                return answer;
            }
            pause(100).await;
        }
    })
}

async fn settle(ledger: &mut Ledger, entry: Entry, answer: Sent) -> anyhow::Result<()> {
    let (status, body) = answer.await.context("the command was dropped")??;
    ensure!((200..300).contains(&status), "{} answered {status}: {body}", entry.path);
    ledger.keep(entry);
    Ok(())
}

async fn owner(url: &str) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    Ok(Database::connect(options).await?)
}

async fn watcher(url: &str) -> anyhow::Result<DatabaseConnection> {
    owner(url).await
}

async fn is_waiting(db: &DatabaseConnection, service: &str) -> anyhow::Result<bool> {
    let sql = format!(
        "select count(*) as waiting from pg_stat_activity
         where usename = current_database() || '_{service}' and wait_event_type = 'Lock'"
    );
    let row = db.query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql)).await?;
    Ok(row.map(|row| row.try_get::<i64>("", "waiting")).transpose()?.unwrap_or(0) > 0)
}
