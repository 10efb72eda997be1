//! A house that rests: its files, rows, log and mails are read as bytes; its audit rows are edited one by one.

use crate::canaries::Canaries;
use anyhow::{Context as _, ensure};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::told;

/// The chains one row of which is edited.
const EDITED: [&str; 3] = ["safety", "checkins", "identity"];

/// What a look found.
#[derive(Default)]
pub struct Rested {
    /// Field and place of everything that should not be there.
    pub found: Vec<String>,
    /// What was not as it must be.
    pub faults: Vec<String>,
    /// How many edited rows were named.
    pub rows_named: usize,
    /// How many mails were read.
    pub mails: usize,
    /// How many bytes were read.
    pub bytes: usize,
}

impl Rested {
    fn search(&mut self, place: &str, bytes: &[u8], canaries: &Canaries) {
        self.bytes += bytes.len();
        self.found.extend(canaries.found_in(bytes).iter().map(|field| format!("{field} in {place}")));
    }
}

/// Reads everything a house leaves behind.
pub async fn look(
    work: &Path,
    database: Option<&str>,
    canaries: &Canaries,
    mails: &[Value],
) -> anyhow::Result<Rested> {
    let mut rested = Rested { mails: mails.len(), ..Rested::default() };
    sight(canaries)?;
    for file in files(&work.join("house"))? {
        rested.search(&file.display().to_string(), &std::fs::read(&file)?, canaries);
    }
    rested.search("the log", &std::fs::read(work.join("log"))?, canaries);
    letters(&mut rested, canaries, mails)?;
    if let Some(database) = database {
        rows(&mut rested, canaries, database).await?;
    } else {
        ensure!(rested.bytes > 100_000, "the database was not there to be read");
    }
    chains(&mut rested, work, database).await?;
    Ok(rested)
}

/// A search that cannot see proves nothing.
fn sight(canaries: &Canaries) -> anyhow::Result<()> {
    let said = canaries.said();
    let texts = said.as_array().context("no canaries")?;
    for pair in texts {
        let text = pair.get(1).and_then(Value::as_str).unwrap_or_default();
        for dressed in [text.to_owned(), text.to_uppercase(), format!("x{}", hexadecimal(text))] {
            ensure!(!canaries.found_in(format!("…{dressed}…").as_bytes()).is_empty(), "{text} is not seen");
        }
        for shift in ["", "a", "ab"] {
            let coded = chassis::crypto::to_base64(format!("{shift}{text}, and more").as_bytes());
            ensure!(!canaries.found_in(coded.as_bytes()).is_empty(), "{text} is not seen in base64");
        }
    }
    Ok(())
}

fn hexadecimal(text: &str) -> String {
    text.bytes()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect()
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

/// A mail may hold the address it goes to, where an address stands, and nothing else.
fn letters(rested: &mut Rested, canaries: &Canaries, mails: &[Value]) -> anyhow::Result<()> {
    ensure!(!mails.is_empty(), "no mail was sent");
    for mail in mails {
        let mut mail = mail.clone();
        let parts = mail.as_object_mut().context("a mail is an object")?;
        let to = parts.remove("to").context("a mail goes to somebody")?;
        let addresses: Vec<&str> = match &to {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            Value::String(one) => vec![one.as_str()],
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![],
        };
        if let Some(headers) = parts.get_mut("headers") {
            let mut text = headers.to_string();
            for address in addresses {
                text = text.replace(address, "");
            }
            *headers = Value::String(text);
        }
        rested.search("a mail", mail.to_string().as_bytes(), canaries);
    }
    Ok(())
}

/// Every row of every table, as text: bytes come in hexadecimal.
async fn rows(rested: &mut Rested, canaries: &Canaries, database: &str) -> anyhow::Result<()> {
    let db = Database::connect(database).await?;
    let ask = |sql: String| Statement::from_string(DbBackend::Postgres, sql);
    let tables = "select table_schema || '.' || table_name as name from information_schema.tables
                  where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')";
    let before = rested.bytes;
    for table in db.query_all_raw(ask(tables.into())).await? {
        let table: String = table.try_get("", "name")?;
        for row in db.query_all_raw(ask(format!("select t::text as row from {table} t"))).await? {
            rested.search(&table, row.try_get::<String>("", "row")?.as_bytes(), canaries);
        }
    }
    ensure!(rested.bytes > before + 50_000, "the database was not there to be read");
    Ok(())
}

/// `holdspace audit verify` finds the chains whole, and then names each row that somebody edited.
async fn chains(rested: &mut Rested, work: &Path, database: Option<&str>) -> anyhow::Result<()> {
    let config = work.join("verify.toml");
    let house = work.join("house");
    let base = chassis::config::Config { data_dir: house.clone(), ..chassis::config::Config::default() };
    let url = database.map_or_else(|| base.database(), str::to_owned);
    std::fs::write(
        &config,
        format!("data_dir = {:?}\ndatabase_url = {url:?}\n", house.display().to_string()),
    )?;
    let (is_whole, said) = verified(&config)?;
    if !is_whole {
        rested.faults.push(format!("untouched chains are not whole: {said}"));
    }
    let db = Database::connect(&url).await?;
    for service in EDITED {
        let row = edit(&db, service).await.with_context(|| format!("editing {service}"))?;
        let (is_whole, said) = verified(&config)?;
        if !is_whole && said.contains(&row) {
            rested.rows_named += 1;
        } else {
            rested.faults.push(format!("{row} was edited and not named: {said}"));
        }
    }
    Ok(())
}

fn verified(config: &Path) -> anyhow::Result<(bool, String)> {
    let mut program = Command::new(told("PROOF_PROGRAM")?);
    let output = program.args(["audit", "verify", "--config"]).arg(config).output()?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Takes the lock off, changes one word of one row, and says which.
async fn edit(db: &impl ConnectionTrait, service: &str) -> anyhow::Result<String> {
    let backend = db.get_database_backend();
    let (table, lock) = if backend == DbBackend::Sqlite {
        (format!("{service}_audit"), format!("drop trigger {service}_audit_no_update"))
    } else {
        let table = format!("{service}.{service}_audit");
        (table.clone(), format!("drop trigger {service}_audit_no_change on {table}"))
    };
    db.execute_raw(Statement::from_string(backend, lock)).await?;
    let middle = format!(
        "select clinic_id, sequence from {table} where sequence > 2 order by clinic_id, sequence limit 1"
    );
    let row = db.query_one_raw(Statement::from_string(backend, middle)).await?.context("no row to edit")?;
    let (clinic, sequence): (uuid::Uuid, i64) = (row.try_get("", "clinic_id")?, row.try_get("", "sequence")?);
    let sql =
        format!("update {table} set action = 'nothing happened' where clinic_id = $1 and sequence = $2");
    db.execute_raw(Statement::from_sql_and_values(backend, sql, [clinic.into(), sequence.into()])).await?;
    Ok(format!("{service}: clinic {clinic}, sequence {sequence}"))
}
