//! Stands services up: migrations, loops on a thread of their own, routes.

use crate::bus::{Delivery, Subscription, memory, redis::RedisBus};
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::keys::Keys;
use crate::mailbox::Mailbox;
use crate::members;
use crate::outbox;
use crate::problem::Failure;
use crate::service::{Ground, Service};
use crate::store::{LOOK_AGAIN, Pool, Store};
use crate::token::Verifier;
use crate::trail;
use crate::work::Act;
use anyhow::Context as _;
use kernel::time::{Span, Timestamp};
use proto::envelope::Event as _;
use proto::events::safety::SessionOpened;
use sea_orm::{ConnectionTrait as _, Database, DbBackend};
use sea_orm_migration::MigratorTrait as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
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
}

/// A timer loop that has not looked for this long is dead: not ready.
const STALE: Span = Span::seconds(5);

/// The ground, from the configuration.
///
/// # Errors
/// When the key file or the bus cannot be used.
pub async fn ground(config: Config, clock: Clock) -> anyhow::Result<Ground> {
    // What is in it is sealed, and still nobody else's business.
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true).mode(0o700).create(&config.data_dir).context("the data folder cannot be made")?;
    let keys = Keys::load_or_create(&config.key_file())?;
    let bus =
        if config.bus_url == "memory:" { memory::bus() } else { RedisBus::connect(&config.bus_url).await? };
    let verifier = Verifier::new(&[keys.public()]);
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
    let store = Store::new(&pool, S::NAME, ground.clone());
    store.calibrate().await?;
    let service = Arc::new(S::new(store.clone())?);
    let looked = Arc::new(AtomicI64::new(store.now().micros()));
    start_loops(&service, &looked);
    let (held, checked, clock) = (Arc::clone(&service), Arc::clone(&service), ground.clock.clone());
    let mounted = Mounted {
        name: S::NAME,
        store,
        configure: Arc::new(move |config| {
            config.map(|inner| {
                crate::guard::hold(Arc::clone(&held))(inner);
                inner
            });
            S::routes(config);
            config.route("/sessions/{session}/trail", actix_web::web::get().to(trail::read::<S>));
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
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.create_if_missing(true).foreign_keys(true));
    options.map_sqlx_postgres_opts(|postgres| {
        postgres.options([("search_path", format!("{},public", S::NAME))])
    });
    let db = Database::connect(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(&format!("create schema if not exists {}", S::NAME)).await?;
    }
    S::Migrations::up(&db, None).await?;
    db.close().await?;
    Ok(())
}

/// Each service has a thread of its own, so that one that hangs holds up nobody else's alarms.
fn start_loops<S: Service>(service: &Arc<S>, looked: &Arc<AtomicI64>) {
    let (service, looked) = (Arc::clone(service), Arc::clone(looked));
    actix_rt::Arbiter::new().spawn_fn(move || {
        actix_web::rt::spawn(outbox::relay(service.store().clone()));
        actix_web::rt::spawn(listen(Arc::clone(&service)));
        actix_web::rt::spawn(tick(Arc::clone(&service), looked));
        service.start();
    });
}

async fn tick<S: Service>(service: Arc<S>, looked: Arc<AtomicI64>) {
    let mut woken = service.store().woken();
    loop {
        woken.mark_unchanged();
        match service.tick().await {
            Ok(()) => looked.store(service.store().now().micros(), Ordering::Relaxed),
            Err(failure) => tracing::error!(service = S::NAME, error = %failure, "the timers could not look"),
        }
        let _ = tokio::time::timeout(clock::duration(LOOK_AGAIN), woken.changed()).await;
    }
}

async fn listen<S: Service>(service: Arc<S>) {
    let bus = Arc::clone(&service.store().ground().bus);
    loop {
        match bus.subscribe(S::NAME).await {
            Ok(mut subscription) => {
                service.store().wake();
                hear_all(&service, subscription.as_mut()).await;
            }
            Err(fault) => tracing::warn!(service = S::NAME, error = %fault, "cannot listen yet"),
        }
        clock::wait(Span::millis(200)).await;
    }
}

/// Until the subscription breaks.
async fn hear_all<S: Service>(service: &Arc<S>, subscription: &mut dyn Subscription) {
    loop {
        let deliveries = match subscription.next().await {
            Ok(deliveries) => deliveries,
            Err(fault) => {
                tracing::warn!(service = S::NAME, error = %fault, "the subscription broke");
                return;
            }
        };
        for delivery in deliveries {
            let told = settle(service, subscription, delivery).await;
            if let Err(fault) = told {
                tracing::warn!(service = S::NAME, error = %fault, "a delivery could not be settled");
            }
        }
    }
}

async fn settle<S: Service>(
    service: &Arc<S>,
    subscription: &mut dyn Subscription,
    delivery: Delivery,
) -> Result<(), crate::bus::BusFault> {
    let name = delivery.envelope.name.as_str();
    if !S::HEARS.contains(&name) && name != SessionOpened::NAME {
        return subscription.done(&delivery.tag).await;
    }
    match hear(service.as_ref(), &delivery).await {
        Ok(()) => subscription.done(&delivery.tag).await,
        Err(failure) => {
            tracing::error!(service = S::NAME, event = name, error = %failure, "an event could not be heard");
            subscription.again(delivery).await
        }
    }
}

/// Hears one event in one transaction, once.
async fn hear<S: Service>(service: &S, delivery: &Delivery) -> Result<(), Failure> {
    let envelope = &delivery.envelope;
    let store = service.store();
    store
        .work(Act::bus(envelope.clinic), async |work| {
            let sql = format!(
                "insert into {}_inbox (event_id, heard_at) values ($1, $2) on conflict do nothing",
                S::NAME
            );
            let values = [envelope.id.0.into(), work.now().micros().into()];
            if work.tx().execute_raw(store.sql(sql, values)).await?.rows_affected() == 0 {
                return Ok(());
            }
            if let Some(opened) = envelope.open::<SessionOpened>() {
                members::replace(work, &opened).await?;
            }
            if S::HEARS.contains(&envelope.name.as_str()) {
                service.hear(work, envelope).await
            } else {
                Ok(())
            }
        })
        .await
}
