//! Connections to one database: how many, how long they may take, and the settings without which nothing starts.

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, DbErr, Statement,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// A database could not be opened as the specification demands.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    /// A setting is not what keeps records safe.
    #[error("refusing to start: {setting} is {found}, and must be {wanted}")]
    Setting {
        /// Which.
        setting: String,
        /// What it is.
        found: String,
        /// What it must be.
        wanted: String,
    },
}

/// A database that several services may share: one pool and one turn for `SQLite`.
#[derive(Clone)]
pub struct Pool {
    pub(crate) db: DatabaseConnection,
    pub(crate) lane: DatabaseConnection,
    pub(crate) turn: Option<Arc<Mutex<()>>>,
}

impl Pool {
    /// Opens the database with the settings of reliability.md §4.3, and asserts them.
    ///
    /// # Errors
    /// When it cannot be opened, or a setting is not what keeps records safe.
    pub async fn open(url: &str, schema: Option<&str>) -> Result<Self, Unfit> {
        let db = Database::connect(options(url, schema, &REQUESTS)).await?;
        assert_settings(&db).await?;
        let turn = (db.get_database_backend() == DbBackend::Sqlite).then(Arc::default);
        Ok(Self { lane: db.clone(), db, turn })
    }

    /// The same, with connections of its own for alarms. `SQLite` needs none: there they take turns.
    pub(crate) async fn with_lane(self, url: &str, schema: &str) -> Result<Self, Unfit> {
        if self.turn.is_some() {
            return Ok(self);
        }
        let lane = Database::connect(options(url, Some(schema), &LANE)).await?;
        Ok(Self { lane, ..self })
    }
}

/// How many connections, and how long one may take (reliability.md §2.4 and §4.3).
struct Manners {
    connections: u32,
    statement: &'static str,
    lock: &'static str,
    idle: &'static str,
    acquire: Duration,
}

/// For requests.
const REQUESTS: Manners =
    Manners { connections: 8, statement: "5s", lock: "2s", idle: "5s", acquire: Duration::from_secs(5) };
/// For alarms: what takes long is given up and tried again, for the next one waits. A process that freezes in the middle
/// of a transaction loses it after 2 s, and another one goes on.
const LANE: Manners = Manners {
    connections: 4,
    statement: "1500ms",
    lock: "500ms",
    idle: "2s",
    acquire: Duration::from_secs(2),
};

fn options(url: &str, schema: Option<&str>, manners: &'static Manners) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options.sqlx_logging(false).max_connections(manners.connections).min_connections(1);
    options.acquire_timeout(manners.acquire).connect_timeout(manners.acquire);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(2))
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON")
    });
    // A cancelled `begin()` can leave a transaction open on a pooled connection; the next borrower's
    // acknowledged writes would then vanish (reliability.md M1). Rolling back on release closes that.
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.after_release(|connection, _| {
            Box::pin(async move {
                use sea_orm::sqlx::Executor as _;
                // Outside a transaction SQLite answers with an error: that is the healthy case.
                let _ = connection.execute("ROLLBACK").await;
                Ok(true)
            })
        })
    });
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.after_release(|connection, _| {
            Box::pin(async move {
                use sea_orm::sqlx::Executor as _;
                connection.execute("ROLLBACK").await?;
                Ok(true)
            })
        })
    });
    let search_path = schema.unwrap_or("public").to_owned();
    options.map_sqlx_postgres_opts(move |postgres| {
        postgres.options([
            ("search_path", format!("{search_path},public").as_str()),
            ("statement_timeout", manners.statement),
            ("lock_timeout", manners.lock),
            ("idle_in_transaction_session_timeout", manners.idle),
            ("timezone", "UTC"),
            // The rollback on release would answer with a warning, in every log, after every statement.
            ("client_min_messages", "error"),
        ])
    });
    options
}

/// Wrong settings lose records; so a wrong one refuses to start.
async fn assert_settings(db: &DatabaseConnection) -> Result<(), Unfit> {
    let backend = db.get_database_backend();
    let wanted: &[(&str, &str, &str)] = if backend == DbBackend::Postgres {
        &[
            ("fsync", "show fsync", "on"),
            ("synchronous_commit", "show synchronous_commit", "on"),
            ("full_page_writes", "show full_page_writes", "on"),
            ("data_checksums", "show data_checksums", "on"),
            ("idle_in_transaction_session_timeout", "show idle_in_transaction_session_timeout", "5s"),
        ]
    } else {
        &[
            ("journal_mode", "pragma journal_mode", "wal"),
            ("synchronous", "select cast(synchronous as text) from pragma_synchronous", "2"),
            ("foreign_keys", "select cast(foreign_keys as text) from pragma_foreign_keys", "1"),
            ("trusted_schema", "select cast(trusted_schema as text) from pragma_trusted_schema", "0"),
        ]
    };
    for (setting, sql, wanted) in wanted {
        let row = db.query_one_raw(Statement::from_string(backend, *sql)).await?;
        let found: String = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        if found != *wanted {
            let (setting, wanted) = ((*setting).into(), (*wanted).into());
            return Err(Unfit::Setting { setting, found, wanted });
        }
    }
    if backend == DbBackend::Sqlite {
        assert_sqlite_version(db).await?;
    }
    Ok(())
}

/// 3.51.3 fixed a corruption of the write-ahead log (reliability.md M10).
async fn assert_sqlite_version(db: &DatabaseConnection) -> Result<(), Unfit> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, "select sqlite_version()")).await?;
    let found: String = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    let parts: Vec<u32> = found.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() >= [3, 51, 3].as_slice() {
        return Ok(());
    }
    Err(Unfit::Setting { setting: "sqlite_version".into(), found, wanted: "3.51.3 or newer".into() })
}
