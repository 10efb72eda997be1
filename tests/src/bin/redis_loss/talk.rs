//! Two small services on the house's own chassis: one counts aloud, the other takes down what it hears.

use chassis::clock::Clock;
use chassis::config::Config;
use chassis::ids;
use chassis::problem::Failure;
use chassis::run;
use chassis::schema::{HouseLetters, HouseTables, ddl};
use chassis::service::{self, Ground, Service};
use chassis::store::Store;
use chassis::work::{Act, Work};
use kernel::id::ClinicId;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event};
use sea_orm::{ConnectionTrait as _, Database, DatabaseTransaction, TransactionTrait as _};
use sea_orm_migration::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tests::pause;
use tests::split::Split;
use utoipa_actix_web::service_config::ServiceConfig;

/// So many things are counted side by side.
const AGGREGATES: usize = 20;
/// So long facts pile up before a fault.
const DEAF_MS: u64 = 1_000;
/// 200 a second.
const BEAT: Duration = Duration::from_millis(5);

/// The next number of one aggregate.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
struct Counted {
    aggregate: i64,
    number: i64,
}

impl Event for Counted {
    const NAME: &'static str = "counting.counted.v1";
}

/// Makes a service of a name, what it hears, and the table it writes.
macro_rules! small_service {
    ($name:ident, $word:literal, [$($hears:expr),*], [$($table:literal),*]) => {
        struct $name(Store);

        impl MigratorTrait for $name {
            fn migrations() -> Vec<Box<dyn MigrationTrait>> {
                vec![Box::new(HouseTables($word)), Box::new(HouseLetters($word)), Box::new(Own(&[$($table),*]))]
            }

            fn migration_table_name() -> DynIden {
                concat!($word, "_migration").into_iden()
            }
        }

        impl Service for $name {
            const NAME: &'static str = $word;
            const HEARS: &'static [&'static str] = &[$($hears),*];
            type Migrations = Self;

            fn new(store: Store) -> anyhow::Result<Self> {
                Ok(Self(store))
            }

            fn store(&self) -> &Store {
                &self.0
            }

            fn routes(_: &mut ServiceConfig) {}

            async fn hear(&self, work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
                take_down(work, &service::fact(envelope)?).await
            }

            async fn tick(&self) -> Result<Option<Timestamp>, Failure> {
                Ok(None)
            }
        }
    };
}

small_service!(Counting, "counting", [], []);
small_service!(
    Hearing,
    "hearing",
    [Counted::NAME],
    ["create table hearing_number (aggregate bigint not null, number bigint not null)"]
);

struct Own(&'static [&'static str]);

impl MigrationName for Own {
    fn name(&self) -> &'static str {
        "m0002_own"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Own {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in self.0 {
            ddl(manager, statement).await?;
        }
        Ok(())
    }
}

/// Without a key: what is taken twice is seen twice.
async fn take_down(work: &Work, fact: &Counted) -> Result<(), Failure> {
    let sql = "insert into hearing_number (aggregate, number) values ($1, $2)";
    let values = [fact.aggregate.into(), fact.number.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// The talk under way.
pub struct Talk {
    hearing: Arc<Hearing>,
    /// The last number told of each aggregate.
    told: Arc<Vec<AtomicI64>>,
    goes_on: Arc<AtomicBool>,
    _counting: Arc<Counting>,
}

impl Talk {
    /// Both services on the house's Postgres and Redis, in a database of their own.
    pub async fn begin(folder: &Path, house: &Split) -> anyhow::Result<Self> {
        let owner = Database::connect(&house.database).await?;
        owner.execute_unprepared("create database talk").await?;
        let config = Config {
            data_dir: folder.to_owned(),
            database_url: format!("postgres://postgres@127.0.0.1:{}/talk", house.postgres.port),
            bus_url: format!("redis://127.0.0.1:{}/", house.redis.port),
            ..Config::default()
        };
        let ground: Ground = run::ground(config, Clock::system())?;
        let (hearing, _) = run::mount::<Hearing>(&ground, None).await?;
        let (counting, _) = run::mount::<Counting>(&ground, None).await?;
        let told: Arc<Vec<_>> = Arc::new((0..AGGREGATES).map(|_| AtomicI64::new(0)).collect());
        let goes_on = Arc::new(AtomicBool::new(true));
        let (store, numbers, going) = (counting.store().clone(), Arc::clone(&told), Arc::clone(&goes_on));
        actix_web::rt::spawn(count(store, numbers, going));
        Ok(Self { hearing, told, goes_on, _counting: counting })
    }

    /// Facts are said and published, and nobody can take them down: what a broker loses now, it alone had handed out.
    /// Until the answer is rolled back.
    pub async fn deafen(&self) -> anyhow::Result<DatabaseTransaction> {
        let tx = self.hearing.store().db().begin().await?;
        tx.execute_unprepared("lock table hearing_number in exclusive mode").await?;
        pause(DEAF_MS).await;
        Ok(tx)
    }

    /// Enough.
    pub fn stop(&self) {
        self.goes_on.store(false, Ordering::SeqCst);
    }

    /// The last number of each aggregate so far.
    pub fn counts(&self) -> Vec<i64> {
        self.told.iter().map(|last| last.load(Ordering::SeqCst)).collect()
    }

    /// How many facts were told.
    pub fn said(&self) -> i64 {
        self.counts().iter().sum()
    }

    /// Whether every aggregate is complete up to these numbers.
    pub async fn has_heard(&self, up_to: &[i64]) -> anyhow::Result<bool> {
        let sql = "select aggregate, number from hearing_number";
        let store = self.hearing.store();
        for (aggregate, last) in (0_i64..).zip(up_to) {
            let counted = format!(
                "select count(distinct number) as heard from ({sql}) as heard where aggregate = $1 and number <= $2"
            );
            let row =
                store.db().query_one_raw(store.sql(counted, [aggregate.into(), (*last).into()])).await?;
            if row.map(|row| row.try_get::<i64>("", "heard")).transpose()? != Some(*last) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Numbers that never came, and numbers that were taken twice.
    pub async fn faults(&self) -> anyhow::Result<(i64, i64)> {
        let store = self.hearing.store();
        let sql =
            "select count(*) as taken, count(distinct (aggregate, number)) as heard from hearing_number";
        let row = store.db().query_one_raw(store.sql(sql, [])).await?;
        let row = row.ok_or_else(|| anyhow::anyhow!("no count"))?;
        let (taken, heard): (i64, i64) = (row.try_get("", "taken")?, row.try_get("", "heard")?);
        Ok((self.said() - heard, taken - heard))
    }
}

async fn count(store: Store, told: Arc<Vec<AtomicI64>>, goes_on: Arc<AtomicBool>) {
    let clinic: ClinicId = ids::fresh();
    let mut beats = tokio::time::interval(BEAT);
    for (aggregate, last) in (0_i64..).zip(told.iter()).cycle() {
        beats.tick().await;
        if !goes_on.load(Ordering::SeqCst) {
            return;
        }
        let number = last.load(Ordering::SeqCst) + 1;
        let fact = Counted { aggregate, number };
        let said = store.work(Act::clock(clinic), async |work| work.say(None, vec![], &fact)).await;
        // Only what was committed was told.
        if said.is_ok() {
            last.store(number, Ordering::SeqCst);
        }
    }
}
