//! Backup of the embedded database, and reading the rows without running the house.

use anyhow::{Context as _, bail};
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::pool::Pool;
use chassis::run;
use chassis::store::Store;
use serde_json::{Value, json};
use std::path::Path;

/// Every service, by name: the prefixes of its tables.
const SERVICES: [&str; 7] = ["identity", "scheduling", "safety", "checkins", "care", "video", "notify"];

/// The rows of every service, with no loop running.
///
/// # Errors
/// When the database or the key file cannot be opened.
pub async fn stores(config: Config) -> anyhow::Result<Vec<Store>> {
    if !config.key_file().exists() {
        bail!("there is no house in {}", config.data_dir.display());
    }
    let ground = run::ground(config, Clock::system())?;
    let url = ground.config.database();
    let mut stores = vec![];
    let shared = if url.starts_with("sqlite:") { Some(Pool::open(&url, None).await?) } else { None };
    for service in SERVICES {
        let pool = match &shared {
            Some(pool) => pool.clone(),
            None => Pool::open(&url, Some(service)).await?,
        };
        stores.push(Store::new(&pool, service, ground.clone()));
    }
    Ok(stores)
}

/// Copies the embedded database into one file, consistent while the house runs. The key file is not in it.
///
/// # Errors
/// When the file is there already, or the database is not the embedded one.
pub async fn run(config: &Config, to: &Path) -> anyhow::Result<Value> {
    if !config.database().starts_with("sqlite:") {
        bail!("on Postgres use its own tools: pg_basebackup and a standby");
    }
    if to.exists() {
        bail!("{} is there already; choose another name", to.display());
    }
    let stores = stores(config.clone()).await?;
    let store = stores.first().context("no service")?;
    let path = to.to_str().context("the name of the file is not plain text")?;
    store.copy_into(path).await.map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let bytes = std::fs::metadata(to)?.len();
    let keys = config.key_file();
    Ok(json!({ "copied": path, "bytes": bytes, "keys_apart": keys.display().to_string() }))
}
