//! Configuration: one JSON file, read once. What cannot work is said at the start, not in the night it is needed.

use crate::keys;
use anyhow::{Context as _, ensure};
use ed25519_dalek::VerifyingKey;
use proto::beat::{Address, KeyId, PAGERS_MAX};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Two engines for each of eight houses.
const TRUSTED_MAX: usize = 16;
/// One for every clinic, or for every role of a demonstration.
const ORIGINS_MAX: usize = 32;

/// Everything the watchdog needs to know.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// Where its memory lies. The addresses of whoever is on call are in it: keep it from others.
    pub(crate) data_dir: PathBuf,
    /// Its own signing key, made when it is not there.
    pub(crate) key_file: PathBuf,
    /// The public keys of the engines it believes, in base64 for URLs, by their ids.
    pub(crate) trusted: BTreeMap<KeyId, String>,
    /// The house's pages, such as `https://clinic.example`: in a browser, only they may listen.
    pub(crate) origins: Vec<String>,
    /// Whoever is paged whatever the routing says.
    pub(crate) pagers: Vec<Address>,
    /// Its own mail account, at another provider than the house's.
    pub(crate) smtp: Smtp,
    /// Tried at once when the first does not take a mail.
    pub(crate) smtp_second: Option<Smtp>,
    /// Without it a proxy must terminate TLS: a page that came over TLS listens to nothing else.
    pub(crate) tls: Option<Tls>,
}

/// One mail account. Its password never prints.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Smtp {
    pub(crate) host: String,
    pub(crate) port: u16,
    #[serde(default)]
    pub(crate) tls: SmtpTls,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    /// Such as `Watchdog <watchdog@clinic.example>`.
    pub(crate) from: String,
    /// An extra trusted certificate, for a server with a private one.
    pub(crate) ca: Option<PathBuf>,
}

/// How a mail connection is protected; `LocalPlain`, not at all, is for a server on this machine.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SmtpTls {
    #[default]
    StartTls,
    Wrapped,
    LocalPlain,
}

/// A PEM certificate chain and its private key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Config {
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let place = file.display();
        let text = std::fs::read(file).with_context(|| format!("cannot read {place}"))?;
        let config: Self =
            serde_json::from_slice(&text).with_context(|| format!("{place} is no configuration"))?;
        config.assert().with_context(|| format!("{place} cannot be used"))?;
        Ok(config)
    }

    pub(crate) fn trusted(&self) -> anyhow::Result<BTreeMap<KeyId, VerifyingKey>> {
        let key = |(id, text): (&KeyId, &String)| {
            let key = keys::public_key(text).with_context(|| format!("trusted: {id:?} is no public key"));
            key.map(|key| (id.clone(), key))
        };
        self.trusted.iter().map(key).collect()
    }

    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Smtp> {
        std::iter::once(&self.smtp).chain(&self.smtp_second)
    }

    fn assert(&self) -> anyhow::Result<()> {
        let (engines, pagers) = (self.trusted()?.len(), self.pagers.len());
        ensure!((1..=TRUSTED_MAX).contains(&engines), "trusted: name 1 to {TRUSTED_MAX} engine keys");
        ensure!((1..=PAGERS_MAX).contains(&pagers), "pagers: name 1 to {PAGERS_MAX} addresses");
        let is_reached = |pager: &Address| pager.as_str().parse::<lettre::Address>().is_ok();
        ensure!(self.pagers.iter().all(is_reached), "pagers: mail cannot go to one of the addresses");
        ensure!(self.origins.len() <= ORIGINS_MAX, "origins: name at most {ORIGINS_MAX}");
        for origin in &self.origins {
            ensure!(is_origin(origin), "origins: {origin:?} is not like https://clinic.example, and no more");
        }
        for account in self.accounts() {
            let is_sender = account.from.parse::<lettre::message::Mailbox>().is_ok();
            ensure!(is_sender, "smtp {account:?}: mail cannot come from its sender");
            let is_login = account.user.is_some() == account.password.is_some();
            ensure!(is_login, "smtp {account:?}: give user and password, or neither");
        }
        Ok(())
    }
}

/// As browsers spell it: scheme, host, and a port that is not the usual one.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let is_plain = |l: u8| l.is_ascii_lowercase() || l.is_ascii_digit() || b".-:[]".contains(&l);
    !host.is_empty() && host.bytes().all(is_plain)
}
