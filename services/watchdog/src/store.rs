//! What survives a crash: one row, in the watchdog's own `SQLite` file.

use crate::silence::Kept;
use anyhow::{Context as _, ensure};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};
use std::path::Path;
use std::time::Duration;

/// A disk that takes longer counts as failing: the watchdog says so, and goes on without it.
const WRITE: Duration = Duration::from_secs(5);
/// All of it in one row, so that no crash can part one half from the other.
const TABLE: &str =
    "create table if not exists watchdog_memory (id integer primary key check (id = 1), kept text not null)";
const KEEP: &str = "insert into watchdog_memory (id, kept) values (1, $1) on conflict (id) do update set kept = excluded.kept";
/// Wrong settings lose what was kept (reliability.md §4.3).
const SETTINGS: &[(&str, &str)] =
    &[("wal", "pragma journal_mode"), ("2", "select cast(synchronous as text) from pragma_synchronous")];
/// Before it, `SQLite` may damage its write-ahead log (reliability.md M10).
const VERSION_MIN: [u32; 3] = [3, 51, 3];

/// The file.
pub(crate) struct Store(DatabaseConnection);

impl Store {
    /// Opens the file, or makes it. Asserts the settings that keep it safe.
    pub(crate) async fn open(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join("watchdog.db");
        let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
        // One connection: one row has one writer.
        options.sqlx_logging(false).max_connections(1).min_connections(1).acquire_timeout(WRITE);
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
        });
        let opened = Database::connect(options).await;
        let store = Self(opened.with_context(|| format!("cannot open {}", file.display()))?);
        for (wanted, sql) in SETTINGS {
            let found = store.text(sql).await?.unwrap_or_default();
            ensure!(found == *wanted, "refusing to start: {sql} says {found}, and must say {wanted}");
        }
        let version = store.text("select sqlite_version()").await?.unwrap_or_default();
        let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
        ensure!(parts.as_slice() >= VERSION_MIN.as_slice(), "refusing to start: SQLite {version} is too old");
        store.0.execute_raw(Statement::from_string(DbBackend::Sqlite, TABLE)).await?;
        Ok(store)
    }

    /// What was kept; nothing before the first beat.
    pub(crate) async fn kept(&self) -> anyhow::Result<Kept> {
        let text = self.text("select kept from watchdog_memory").await?;
        let kept = text.map(|text| serde_json::from_str(&text)).transpose();
        Ok(kept
            .context("what was kept cannot be read: move watchdog.db away to begin anew")?
            .unwrap_or_default())
    }

    /// Keeps this in place of what was.
    pub(crate) async fn keep(&self, kept: &Kept) -> anyhow::Result<()> {
        let values = [serde_json::to_string(kept)?.into()];
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, KEEP, values);
        tokio::time::timeout(WRITE, self.0.execute_raw(statement))
            .await
            .context("the disk is too slow")??;
        Ok(())
    }

    async fn text(&self, sql: &str) -> Result<Option<String>, DbErr> {
        let row = self.0.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
        row.map(|row| row.try_get_by_index(0)).transpose()
    }
}
