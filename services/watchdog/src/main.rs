//! The watchdog: hears the engines' beats, and pages people when it does not. `holdspace-watchdog --config FILE`.
//!
//! It must bark when everything else is dead. So it shares nothing with the house but the words that travel
//! (`proto::beat`): not its rows, keys, mail accounts, clock or machine.

mod clock;
mod config;
mod desk;
mod door;
mod hearing;
mod keys;
mod mail;
mod pages;
mod problems;
mod silence;
mod store;
#[cfg(test)]
mod tests;
mod words;

use crate::config::{Config, Tls};
use crate::desk::Desk;
use crate::keys::Signer;
use crate::store::Store;
use actix_web::{App, HttpServer};
use anyhow::{Context as _, bail};
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A silent connection is closed.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Longer than engines wait between two beats.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// 500 pages that listen, the engines, and as many strangers.
const CONNECTIONS_MAX: usize = 1_100;
/// Nobody waits for the last event of a stream.
const SHUTDOWN_SECONDS: u64 = 1;

fn main() -> anyhow::Result<()> {
    let config = Config::read(&arguments()?)?;
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_max_level(tracing::Level::INFO).init();
    actix_web::rt::System::new().block_on(run(config))
}

fn arguments() -> anyhow::Result<PathBuf> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    match words.as_slice() {
        [flag, file] if flag == "--config" => Ok(file.into()),
        _other => bail!("usage: holdspace-watchdog --config FILE"),
    }
}

/// Looking, remembering and hearing: when one of them ends, all do, and the supervisor starts anew.
async fn run(config: Config) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data_dir)
        .with_context(|| format!("cannot make {}", config.data_dir.display()))?;
    let signer = Signer::load_or_create(&config.key_file)?;
    writeln!(std::io::stdout(), "watchdog key {} {}", signer.key_id(), signer.public())?;
    let store = Store::open(&config.data_dir).await?;
    let desk = Desk::new(&config, signer, store.kept().await?)?;
    let door = Arc::clone(&desk);
    let server = HttpServer::new(move || App::new().configure(|config| door::routes(config, &door)))
        .client_request_timeout(HEAD_TIME)
        .keep_alive(KEEP_ALIVE)
        .max_connections(CONNECTIONS_MAX)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .workers(1);
    let server = match &config.tls {
        Some(tls) => server.bind_rustls_0_23(config.listen, certificate(tls)?),
        None => server.bind(config.listen),
    };
    let server = server.with_context(|| format!("cannot listen on {}", config.listen))?;
    tracing::info!(listen = ?server.addrs(), engines.trusted = config.trusted.len(), "watches");
    tokio::select! {
        ended = server.run() => Ok(ended?),
        ended = actix_web::rt::spawn(Arc::clone(&desk).look()) => bail!("the watchdog stopped looking: {ended:?}"),
        ended = actix_web::rt::spawn(desk.remember(store)) => bail!("the watchdog stopped remembering: {ended:?}"),
    }
}

fn certificate(tls: &Tls) -> anyhow::Result<rustls::ServerConfig> {
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let chain = rustls_pemfile::certs(&mut read(&tls.certificate)?.as_slice()).collect::<Result<_, _>>()?;
    let key =
        rustls_pemfile::private_key(&mut read(&tls.key)?.as_slice())?.context("there is no private key")?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_no_client_auth().with_single_cert(chain, key)?)
}
