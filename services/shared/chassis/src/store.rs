//! One service's rows: how a transaction begins, how a command is answered once.

use crate::clock::{self, Clock};
use crate::pool::Pool;
use crate::problem::{Failure, Problem};
use crate::service::Ground;
use crate::vault::{self, DataKey, Place, Vault};
use crate::work::{Act, Work};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::{Span, Timestamp};
use proto::events::safety::Member;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
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
    lane: DatabaseConnection,
    service: &'static str,
    vault: Vault,
    ground: Ground,
    /// `SQLite` has one writer; taking turns here is fair, and nobody meets `database is locked`.
    turn: Option<Arc<Mutex<()>>>,
    wake: watch::Sender<u64>,
}

impl Store {
    /// The rows of `service` in `pool`.
    pub fn new(pool: &Pool, service: &'static str, ground: Ground) -> Self {
        let vault = Vault::new(service, ground.keys.clone());
        let wake = watch::Sender::new(0);
        let (db, lane) = (pool.db.clone(), pool.lane.clone());
        Self { db, lane, service, vault, ground, turn: pool.turn.clone(), wake }
    }

    /// The same rows, over the connections kept for alarms.
    pub fn lane(&self) -> Self {
        Self { db: self.lane.clone(), ..self.clone() }
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

    /// On `SQLite`, the turn to write, for as long as it is held. Whoever writes a single statement needs it too.
    pub async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        match &self.turn {
            Some(turn) => Some(Arc::clone(turn).lock_owned().await),
            None => None,
        }
    }

    async fn begin(&self, act: Act) -> Result<Work, Failure> {
        let turn = self.turn().await;
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

    /// What the database's clock says: on `SQLite`, the machine's.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn database_now(&self) -> Result<Timestamp, Failure> {
        if self.db.get_database_backend() != DbBackend::Postgres {
            return Ok(clock::machine_now());
        }
        let sql = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now";
        let row = self.db.query_one_raw(self.sql(sql, [])).await?.ok_or(Failure::Missing)?;
        Ok(Timestamp::from_micros(row.try_get("", "now")?))
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

/// Writes rows into `table (columns)`: one statement for as many as any database takes at once.
///
/// # Errors
/// When the database refuses a row.
pub async fn insert_all<const WIDTH: usize>(
    tx: &impl ConnectionTrait,
    table: &str,
    rows: Vec<[Value; WIDTH]>,
) -> Result<(), DbErr> {
    for some in rows.chunks(ROWS_MAX) {
        let sql = format!("insert into {table} values {}", places(1, WIDTH, some.len()));
        let values = some.iter().flatten().cloned();
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    }
    Ok(())
}

/// `($1, $2), ($3, $4)`: so many rows of this width, counted from `first`.
pub fn places(first: usize, width: usize, rows: usize) -> String {
    let row = |row: usize| {
        let begin = first + row * width;
        let places: Vec<_> = (begin..begin + width).map(|place| format!("${place}")).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// 2,200 values for the widest table; `SQLite` takes 32,766.
const ROWS_MAX: usize = 200;

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
