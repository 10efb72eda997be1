//! Stands services up: migrations, loops on a thread of their own, routes.

use crate::bus::{memory, redis::RedisBus};
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::fallback::{self, Ways};
use crate::follow;
use crate::hear;
use crate::keys::Keys;
use crate::letters;
use crate::mailbox::Mailbox;
use crate::outbox;
use crate::pool::Pool;
use crate::service::{Ground, Service};
use crate::store::{LOOK_AGAIN, Store};
use crate::token::Verifier;
use crate::trail;
use actix_web::guard::Get;
use actix_web::http::Method;
use actix_web::{App, web};
use anyhow::Context as _;
use futures_util::future::LocalBoxFuture;
use kernel::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use sea_orm_migration::MigratorTrait as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

/// A service that stands: what the gateway mounts and watches.
#[derive(Clone)]
pub struct Mounted {
    /// Its name.
    pub name: &'static str,
    /// Its rows.
    pub store: Store,
    /// Adds its routes, with itself behind the door.
    pub configure: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
    /// Why it is not ready.
    pub unready: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
    /// What it works without.
    pub missing: Vec<String>,
}

/// How one service is mounted, without its type: what a process of its own and a whole house start from.
#[derive(Clone, Copy)]
pub struct Part {
    /// The service's name.
    pub name: &'static str,
    mount: fn(Ground, Option<Pool>) -> LocalBoxFuture<'static, anyhow::Result<Mounted>>,
}

impl Part {
    /// The part of this service.
    pub fn of<S: Service>() -> Self {
        Self {
            name: S::NAME,
            mount: |ground, shared| {
                Box::pin(async move { Ok(mount::<S>(&ground, shared.as_ref()).await?.1) })
            },
        }
    }

    /// Migrates, builds and starts it, with a pool of its own.
    ///
    /// # Errors
    /// When its tables cannot be made, or it cannot start.
    pub async fn mount(self, ground: Ground) -> anyhow::Result<Mounted> {
        (self.mount)(ground, None).await
    }

    /// The same, on a pool that the services of one process may share.
    ///
    /// # Errors
    /// When its tables cannot be made, or it cannot start.
    pub async fn mount_on(self, ground: &Ground, shared: Option<&Pool>) -> anyhow::Result<Mounted> {
        (self.mount)(ground.clone(), shared.cloned()).await
    }
}

/// How long a start waits for the database.
const DATABASE_PATIENCE: Duration = Duration::from_secs(1);

/// Every service answers this one.
const TRAIL: &str = "/sessions/{session}/trail";

/// How each path of a service may be asked.
fn ways<S: Service>() -> Ways {
    let app = App::new().into_utoipa_app().configure(|config| S::routes(config));
    Ways::of(&app.split_for_parts().1.paths).and(TRAIL, Method::GET)
}

/// A timer loop that has not looked for this long is dead: not ready.
const STALE: Span = Span::seconds(5);

/// What is in the data folder is sealed, and still nobody else's business.
pub(crate) fn make_folder(config: &Config) -> anyhow::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true).mode(0o700).create(&config.data_dir).context("the data folder cannot be made")
}

/// The ground of a whole house, from the configuration. Its key file is made when there is none.
///
/// # Errors
/// When the key file or the bus cannot be used.
pub fn ground(config: Config, clock: Clock) -> anyhow::Result<Ground> {
    make_folder(&config)?;
    let keys = Keys::load_or_create(&config.key_file())?;
    ground_with(keys, config, clock)
}

/// The ground of one part of a house. Its share of the keys is there already, or it does not start.
///
/// # Errors
/// When the key file or the bus cannot be used.
pub fn ground_of_a_part(config: Config, clock: Clock) -> anyhow::Result<Ground> {
    let file = config.key_file();
    let keys = Keys::load(&file).with_context(|| format!("no share of the keys in {}", file.display()))?;
    ground_with(keys, config, clock)
}

fn ground_with(keys: Keys, config: Config, clock: Clock) -> anyhow::Result<Ground> {
    let bus = if config.bus_url == "memory:" { memory::bus() } else { RedisBus::open(&config.bus_url)? };
    let verifier = Verifier::new(keys.trusted());
    Ok(Ground { clock, bus, verifier, keys, config: Arc::new(config), mailbox: Mailbox::default() })
}

/// Migrates, builds and starts one service. `shared` is the pool it shares, on `SQLite`.
///
/// # Errors
/// When its tables cannot be made, or it cannot start.
pub async fn mount<S: Service>(ground: &Ground, shared: Option<&Pool>) -> anyhow::Result<(Arc<S>, Mounted)> {
    let url = ground.config.database();
    migrate::<S>(&url).await.with_context(|| format!("the tables of {} cannot be made", S::NAME))?;
    let pool = match shared {
        Some(pool) => pool.clone(),
        None => Pool::open(&url, Some(S::NAME)).await?,
    };
    let pool = if S::ALARMS { pool.with_lane(&url, S::NAME).await? } else { pool };
    let store = Store::new(&pool, S::NAME, ground.clone());
    let leads = ground.clock.is_first();
    if leads {
        follow::begin(&store).await?;
    }
    let service = Arc::new(S::new(store.clone())?);
    let looked = Arc::new(AtomicI64::new(store.now().micros()));
    start_loops(&service, &looked, leads);
    let ways = ways::<S>();
    let (held, checked, clock) = (Arc::clone(&service), Arc::clone(&service), ground.clock.clone());
    let mounted = Mounted {
        name: S::NAME,
        missing: service.missing(),
        store,
        configure: Arc::new(move |config| {
            config.map(|inner| {
                crate::guard::hold(Arc::clone(&held))(inner);
                fallback::last(inner, format!("/api/{}", S::NAME), ways.clone());
                inner.service(web::resource(TRAIL).guard(Get()).to(trail::read::<S>))
            });
            S::routes(config);
        }),
        unready: Arc::new(move || {
            let mut reasons = checked.unready();
            let last = Timestamp::from_micros(looked.load(Ordering::Relaxed));
            if !clock.is_test() && clock.now().since(last) > STALE {
                reasons.push(format!("{}: the timers have not looked for too long", S::NAME));
            }
            reasons
        }),
    };
    Ok((service, mounted))
}

/// On a connection of its own: migrating on a pool can leave foreign keys off on one connection.
async fn migrate<S: Service>(url: &str) -> anyhow::Result<()> {
    let mut options = sea_orm::ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    // A database that is away is waited for by whoever starts us again: soon, and not with ever longer pauses.
    options.acquire_timeout(DATABASE_PATIENCE);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.create_if_missing(true).foreign_keys(true));
    options.map_sqlx_postgres_opts(|postgres| {
        postgres.options([("search_path", format!("{},public", S::NAME))])
    });
    let db = Database::connect(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        make_schema(&db, S::NAME).await?;
    }
    S::Migrations::up(&db, None).await?;
    db.close().await?;
    Ok(())
}

/// A service's own role may not make schemas; `holdspace split` made its one.
async fn make_schema(db: &impl ConnectionTrait, name: &str) -> anyhow::Result<()> {
    let sql = "select 1 as one from pg_namespace where nspname = $1";
    let asked = Statement::from_sql_and_values(DbBackend::Postgres, sql, [name.into()]);
    if db.query_one_raw(asked).await?.is_none() {
        db.execute_unprepared(&format!("create schema {name}")).await?;
    }
    Ok(())
}

/// Each service has a thread of its own, so that one that hangs holds up nobody else's alarms.
fn start_loops<S: Service>(service: &Arc<S>, looked: &Arc<AtomicI64>, leads: bool) {
    let (service, looked) = (Arc::clone(service), Arc::clone(looked));
    actix_rt::Arbiter::new().spawn_fn(move || {
        actix_web::rt::spawn(outbox::relay(service.store().clone()));
        actix_web::rt::spawn(hear::listen(Arc::clone(&service)));
        actix_web::rt::spawn(letters::retry(Arc::clone(&service)));
        actix_web::rt::spawn(tick(Arc::clone(&service), looked));
        if leads {
            actix_web::rt::spawn(follow::follow(service.store().clone()));
        }
        service.start();
    });
}

async fn tick<S: Service>(service: Arc<S>, looked: Arc<AtomicI64>) {
    let mut woken = service.store().woken();
    loop {
        woken.mark_unchanged();
        let next = match service.tick().await {
            Ok(next) => {
                looked.store(service.store().now().micros(), Ordering::Relaxed);
                next
            }
            Err(failure) => {
                tracing::error!(service = S::NAME, error = %failure, "the timers could not look");
                None
            }
        };
        let until_next = next.map_or(LOOK_AGAIN, |at| at.since(service.store().now()).at_most(LOOK_AGAIN));
        let _ = tokio::time::timeout(clock::duration(until_next), woken.changed()).await;
    }
}
