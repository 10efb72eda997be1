//! Every row of every table, counted by a reader of our own: what a bad request wrote shows here.

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use std::collections::BTreeMap;

/// What timers and messages write without being asked, while a watch is kept. An audit row tells who acted.
const TIMED: [&str; 11] = [
    "_outbox",
    "_inbox",
    "checkins_incident",
    "checkins_notification",
    "checkins_attempt",
    "checkins_deadline",
    "checkins_link",
    "notify_",
    "safety_incident",
    "care_dose",
    "_machine",
];

/// How much is written without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// Nothing at all: every table counts.
    Quiet,
    /// Watches are kept and mails sent: only what people write counts.
    Watched,
}

/// Rows by table.
pub type Counts = BTreeMap<String, i64>;

/// A reader of the house's database.
pub struct Ledger {
    db: DatabaseConnection,
    tables: Vec<String>,
}

impl Ledger {
    /// Reads this database, and can do nothing else.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let is_postgres = url.starts_with("postgres");
        let address = if is_postgres { url.to_owned() } else { format!("{url}?mode=ro") };
        let mut options = ConnectOptions::new(address);
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await?;
        if is_postgres {
            db.execute_unprepared("set default_transaction_read_only = on").await?;
        }
        let names = if is_postgres {
            "select table_schema || '.' || table_name as name from information_schema.tables
             where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
        } else {
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        };
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), names)).await?;
        let tables = rows.iter().map(|row| row.try_get("", "name")).collect::<Result<Vec<String>, _>>()?;
        anyhow::ensure!(tables.len() > 50, "only {} tables: this is not the house's database", tables.len());
        Ok(Self { db, tables })
    }

    /// How many rows each table has, in one look. A request writes into the tables of the service it asks; whatever
    /// else follows from it is in that service's outbox first.
    pub async fn counts(&self, around: Around, service: &str) -> anyhow::Result<Counts> {
        let is_theirs = |table: &str| table.rsplit('.').next().unwrap_or(table).starts_with(service);
        let theirs = self.tables.iter().filter(|table| is_theirs(table));
        let counted = theirs.filter(|table| around == Around::Quiet || !is_timed(table));
        let parts: Vec<_> = counted
            .map(|table| {
                let is_audit = around == Around::Watched && table.ends_with("_audit");
                let only = if is_audit { " where role not in ('clock', 'bus')" } else { "" };
                format!("select '{table}' as name, count(*) as rows from {table}{only}")
            })
            .collect();
        anyhow::ensure!(!parts.is_empty(), "no tables of {service}");
        let rows = self.all(&parts.join(" union all ")).await?;
        rows.iter().map(|row| Ok((row.try_get("", "name")?, row.try_get("", "rows")?))).collect()
    }

    /// One number.
    pub async fn count(&self, sql: &str) -> anyhow::Result<i64> {
        let rows = self.all(&self.sql(sql)).await?;
        Ok(rows.first().map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
    }

    /// One word.
    pub async fn words(&self, sql: &str) -> anyhow::Result<Vec<String>> {
        let rows = self.all(&self.sql(sql)).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// `{checkins_answer}` is that table, and `{id:…}` that id, in either store.
    fn sql(&self, text: &str) -> String {
        let is_postgres = self.db.get_database_backend() == DbBackend::Postgres;
        let mut sql = text.to_owned();
        for table in &self.tables {
            let short = table.rsplit('.').next().unwrap_or(table);
            sql = sql.replace(&format!("{{{short}}}"), table);
        }
        while let Some((before, rest)) = sql.split_once("{id:") {
            let Some((id, after)) = rest.split_once('}') else { break };
            let id = if is_postgres { format!("'{id}'") } else { format!("x'{}'", id.replace('-', "")) };
            sql = format!("{before}{id}{after}");
        }
        sql
    }

    async fn all(&self, sql: &str) -> anyhow::Result<Vec<sea_orm::QueryResult>> {
        Ok(self.db.query_all_raw(Statement::from_string(self.db.get_database_backend(), sql)).await?)
    }

    /// Waits until nobody writes any more: the last thing done has been heard everywhere.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let mut before = self.counts(Around::Quiet, "").await?;
        let mut same = 0;
        for _look in 0..200 {
            tests::pause(60).await;
            let after = self.counts(Around::Quiet, "").await?;
            same = if before == after { same + 1 } else { 0 };
            before = after;
            if same >= 4 {
                return Ok(());
            }
        }
        anyhow::bail!("the house never comes to rest")
    }
}

fn is_timed(table: &str) -> bool {
    let short = table.rsplit('.').next().unwrap_or(table);
    TIMED
        .iter()
        .any(|timed| if timed.starts_with('_') { short.ends_with(timed) } else { short.starts_with(timed) })
}

/// The tables that grew, but for those that may: a name, or `*_inbox` for every service's.
pub fn grown(before: &Counts, after: &Counts, may: &[&str]) -> Vec<String> {
    let allowed = |table: &str| {
        let short = table.rsplit('.').next().unwrap_or(table);
        may.iter().any(|one| one.strip_prefix('*').map_or(short == *one, |end| short.ends_with(end)))
    };
    let more = after.iter().filter(|(table, count)| before.get(*table).copied().unwrap_or(0) < **count);
    more.filter(|(table, _)| !allowed(table)).map(|(table, _)| table.clone()).collect()
}
