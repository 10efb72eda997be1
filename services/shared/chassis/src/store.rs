//! One service's rows: how a transaction begins, how a command is answered once, how settings are asserted.

use crate::clock::Clock;
use crate::problem::{Failure, Problem};
use crate::service::Ground;
use crate::vault::{self, DataKey, Place, Vault};
use crate::work::{Act, Work};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::{Span, Timestamp};
use proto::events::safety::Member;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use uuid::Uuid;

/// One service's rows and keys.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    service: &'static str,
    vault: Vault,
    ground: Ground,
    /// `SQLite` has one writer; taking turns here is fair, and nobody meets `database is locked`.
    turn: Option<Arc<Mutex<()>>>,
    wake: watch::Sender<u64>,
}

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
    turn: Option<Arc<Mutex<()>>>,
}

impl Pool {
    /// Opens the database with the settings of reliability.md §4.3, and asserts them.
    ///
    /// # Errors
    /// When it cannot be opened, or a setting is not what keeps records safe.
    pub async fn open(url: &str, schema: Option<&str>) -> Result<Self, Unfit> {
        let db = Database::connect(options(url, schema)).await?;
        assert_settings(&db).await?;
        let turn = (db.get_database_backend() == DbBackend::Sqlite).then(Arc::default);
        Ok(Self { db, turn })
    }
}

fn options(url: &str, schema: Option<&str>) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options.sqlx_logging(false).max_connections(8).min_connections(1);
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
            ("statement_timeout", "5s"),
            ("lock_timeout", "2s"),
            ("idle_in_transaction_session_timeout", "5s"),
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

impl Store {
    /// The rows of `service` in `pool`.
    pub fn new(pool: &Pool, service: &'static str, ground: Ground) -> Self {
        let vault = Vault::new(service, ground.keys.clone());
        let wake = watch::Sender::new(0);
        Self { db: pool.db.clone(), service, vault, ground, turn: pool.turn.clone(), wake }
    }

    /// What the service stands on.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.ground.clock
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }

    /// The service's name: also the prefix of its tables.
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// The service's keys.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The connection, for reading.
    pub fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Changes after every commit: the outbox and the timers look again.
    pub fn woken(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    /// Wakes everyone who looks at these rows.
    pub fn wake(&self) {
        self.wake.send_modify(|commits| *commits = commits.wrapping_add(1));
    }

    /// Answers a person's command in one transaction: rows, due times, audit, outbox, and the answer itself.
    /// The same command id again gives the first answer and does nothing.
    ///
    /// # Errors
    /// What `run` refuses, or what the database does.
    pub async fn command<A: Serialize + DeserializeOwned>(
        &self,
        act: Act,
        run: impl AsyncFnOnce(&mut Work) -> Result<A, Failure>,
    ) -> Result<A, Problem> {
        let mut work = self.begin(act).await?;
        if let Some(answer) = work.first_answer().await? {
            work.rollback().await?;
            return serde_json::from_str(&answer).map_err(|error| Failure::Stored(error.to_string()).into());
        }
        match run(&mut work).await {
            Ok(answer) => {
                work.keep_answer(&answer).await?;
                work.commit().await?;
                Ok(answer)
            }
            Err(failure) => {
                work.rollback().await?;
                Err(failure.into())
            }
        }
    }

    /// Does work that nobody asked for by id: a tick, or something heard. One transaction.
    ///
    /// # Errors
    /// What `run` refuses, or what the database does.
    pub async fn work<A>(
        &self,
        act: Act,
        run: impl AsyncFnOnce(&mut Work) -> Result<A, Failure>,
    ) -> Result<A, Failure> {
        let mut work = self.begin(act).await?;
        match run(&mut work).await {
            Ok(answer) => {
                work.commit().await?;
                Ok(answer)
            }
            Err(failure) => {
                work.rollback().await?;
                Err(failure)
            }
        }
    }

    async fn begin(&self, act: Act) -> Result<Work, Failure> {
        let turn: Option<OwnedMutexGuard<()>> = match &self.turn {
            Some(turn) => Some(Arc::clone(turn).lock_owned().await),
            None => None,
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = self.db.begin_with_options(options).await?;
        Ok(Work::new(tx, self.clone(), act, turn))
    }

    /// The people of a session, as this service has heard.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn members(&self, clinic: ClinicId, session: SessionId) -> Result<Vec<Member>, Failure> {
        crate::members::of(&self.db, self.service, clinic, session).await
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// When it was sealed elsewhere, or its key is gone.
    pub async fn open(&self, place: &Place<'_>, value: &[u8]) -> Result<Vec<u8>, Failure> {
        open_with(&self.db, &self.vault, place, value).await
    }

    /// A statement with `$n` placeholders, for either store.
    pub fn sql(&self, text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.db.get_database_backend(), text, values)
    }

    /// Copies the embedded database into a new file, consistent while others write.
    ///
    /// # Errors
    /// When the database is not embedded, or the file cannot be written.
    pub async fn copy_into(&self, path: &str) -> Result<(), Failure> {
        self.db.execute_raw(self.sql("vacuum into $1", [path.into()])).await?;
        Ok(())
    }

    /// Follows the database's clock, where it has one of its own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn calibrate(&self) -> Result<(), Failure> {
        if self.db.get_database_backend() == DbBackend::Postgres {
            let sql = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now";
            if let Some(row) = self.db.query_one_raw(self.sql(sql, [])).await? {
                self.ground.clock.calibrate(Timestamp::from_micros(row.try_get("", "now")?));
            }
        }
        Ok(())
    }
}

/// The current data key of a person, if there is one.
pub(crate) async fn data_key(
    db: &impl ConnectionTrait,
    vault: &Vault,
    service: &str,
    owner: (ClinicId, PersonId),
    version: Option<i64>,
) -> Result<Option<DataKey>, Failure> {
    let (clinic, person) = owner;
    if let Some(cached) = vault.cached(clinic, person, version.unwrap_or(1)) {
        return Ok(Some(cached));
    }
    let sql = format!(
        "select version, wrapped from {service}_data_key where clinic_id = $1 and person_id = $2
         and ($3 = 0 or version = $3) order by version desc limit 1"
    );
    let values = [clinic.0.into(), person.0.into(), version.unwrap_or(0).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let Some(row) = db.query_one_raw(statement).await? else { return Ok(None) };
    let wrapped: Vec<u8> = row.try_get("", "wrapped")?;
    Ok(Some(vault.unwrap(clinic, person, row.try_get("", "version")?, &wrapped)?))
}

pub(crate) async fn open_with(
    db: &impl ConnectionTrait,
    vault: &Vault,
    place: &Place<'_>,
    value: &[u8],
) -> Result<Vec<u8>, Failure> {
    let version = vault::version_of(value)?;
    let service = place.table.split('_').next().unwrap_or_default();
    let owner = (place.clinic, place.person);
    let key = data_key(db, vault, service, owner, Some(version)).await?.ok_or(Failure::Sealed)?;
    let plain = key.open(place, value)?;
    vault.remember(place.clinic, place.person, &key);
    Ok(plain)
}

/// An id column.
///
/// # Errors
/// When the column is not there or not an id.
pub fn id<T: From<Uuid>>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    row.try_get::<Uuid>("", column).map(T::from)
}

/// An id column that may be empty.
///
/// # Errors
/// When the column is not there or not an id.
pub fn maybe_id<T: From<Uuid>>(row: &QueryResult, column: &str) -> Result<Option<T>, DbErr> {
    Ok(row.try_get::<Option<Uuid>>("", column)?.map(T::from))
}

/// An instant column.
///
/// # Errors
/// When the column is not there or not an instant.
pub fn at(row: &QueryResult, column: &str) -> Result<Timestamp, DbErr> {
    row.try_get::<i64>("", column).map(Timestamp::from_micros)
}

/// An instant column that may be empty.
///
/// # Errors
/// When the column is not there or not an instant.
pub fn maybe_at(row: &QueryResult, column: &str) -> Result<Option<Timestamp>, DbErr> {
    Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp::from_micros))
}

/// How often loops look without being woken.
pub const LOOK_AGAIN: Span = Span::millis(250);
