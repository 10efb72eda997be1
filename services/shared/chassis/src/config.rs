//! Configuration: read once, from a TOML file and then the environment (`HOLDSPACE_…`).

pub mod channels;
pub mod interlock;

use channels::{DrillMailbox, Ntfy, Telephony, WebPush, Webhook};
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use kernel::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

/// Everything a house or a single service needs to know before it starts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where files live: the database, the key file.
    pub data_dir: PathBuf,
    /// `sqlite:` (a file under `data_dir`) or `postgres://…`.
    pub database_url: String,
    /// `memory:` or `redis://…`.
    pub bus_url: String,
    /// The address browsers use, such as `https://clinic.example`.
    pub public_url: String,
    /// Where the gateway listens.
    pub listen: String,
    /// The UDP address media is received on.
    pub media_listen: String,
    /// The address browsers send media to, when it differs (behind NAT).
    pub media_public_ip: Option<String>,
    /// How many threads carry media, each on a UDP port of its own: that of `media_listen`, and those after it.
    pub media_threads: NonZeroU16,
    /// A way in for networks that let no media through.
    pub relay: Option<Relay>,
    /// PEM certificate chain and key for TLS at the gateway; without them a proxy must terminate TLS.
    pub tls: Option<Tls>,
    /// Mail for everything that is not an alarm.
    pub smtp: Option<Smtp>,
    /// Mail for alarms: its own account, its own connections.
    pub alarm_smtp: Option<Smtp>,
    /// Mail for alarms that the first account did not take: best at another provider.
    pub smtp_second: Option<Smtp>,
    /// Alarms by text message and by telephone.
    pub telephony: Option<Telephony>,
    /// Alarms to a pager service.
    pub ntfy: Option<Ntfy>,
    /// Alarms to another system.
    pub webhook: Option<Webhook>,
    /// Where looks that are missed on purpose arrive: they prove the alarm path.
    pub drill_mailbox: Option<DrillMailbox>,
    /// Alarms in people's own browsers.
    pub web_push: Option<WebPush>,
    /// Who hears this house's beats, and pages people when there are none.
    pub watchdog: Option<Watchdog>,
    /// What has to stand behind the watch before a dose may begin.
    pub interlock: interlock::Interlock,
    /// Whether this is a demo: seeded people, a mailbox page, drills only.
    pub demo: bool,
    /// In a demo: protocol minutes per real minute of the sessions booked there.
    pub demo_pace: kernel::time::Pace,
    /// Where the built web pages are; embedded ones serve when absent.
    pub web_dir: Option<PathBuf>,
    /// Services in processes of their own, as `name = "host:port"`: what the gateway has behind its door.
    pub upstreams: BTreeMap<String, String>,
    /// How often people may ask.
    pub budgets: Budgets,
    /// When told to stop, how long to go on while `/ready` already says no: a load balancer looks elsewhere first.
    pub drain_seconds: i64,
    /// HTTP worker threads.
    pub workers: usize,
    /// Proxies in front of the gateway: they alone may say who the caller is (`X-Forwarded-For`).
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

/// Requests a second, each lane for itself. Check-ins and alarms have lanes that nothing else can use up.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budgets {
    /// From one address: a clinic of thirty open screens behind one router.
    pub address: u32,
    /// From one person: a few screens, each polling a handful of queries.
    pub person: u32,
    /// From one clinic, so that none slows another down.
    pub clinic: u32,
    /// Passwords, links and codes from one address, a minute (reliability.md §3.2).
    pub entries_a_minute: u32,
}

impl Default for Budgets {
    fn default() -> Self {
        Self { address: 100, person: 20, clinic: 300, entries_a_minute: 50 }
    }
}

/// Where media goes in when the direct way is closed (TURN, RFC 8656).
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Relay {
    /// Our own, in the process that carries media: UDP and TCP on one port.
    Own {
        /// Address and port.
        listen: SocketAddr,
    },
    /// One beside it, such as coturn with `use-auth-secret`: it can speak TLS on 443.
    Other {
        /// Every way to it, such as `turns:turn.clinic.example:443?transport=tcp`.
        urls: Vec<String>,
        /// Its `static-auth-secret`.
        secret: String,
    },
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own { listen } => write!(f, "Relay({listen})"),
            Self::Other { urls, .. } => write!(f, "Relay({urls:?})"),
        }
    }
}

/// A certificate.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM certificate chain.
    pub certificate: PathBuf,
    /// PEM private key.
    pub key: PathBuf,
}

/// A watchdog that runs elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watchdog {
    /// Its address for engines and browsers alike, such as `https://watchdog.example`.
    pub url: String,
    /// Its public key, as it prints it when it starts.
    pub key: String,
    /// An extra trusted certificate, for one that has a private one.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

/// One mail account.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: SmtpTls,
    /// User name, if the server wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// Password.
    #[serde(default)]
    pub password: Option<String>,
    /// Sender, such as `Clinic <no-reply@clinic.example>`.
    pub from: String,
    /// An extra trusted certificate, for a server with a private one.
    #[serde(default)]
    pub ca: Option<PathBuf>,
}

/// How a mail connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// STARTTLS, required.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Wrapped,
    /// None: only for a server on this machine.
    LocalPlain,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("holdspace-data"),
            database_url: "sqlite:".into(),
            bus_url: "memory:".into(),
            public_url: "http://localhost:8080".into(),
            listen: "127.0.0.1:8080".into(),
            media_listen: "127.0.0.1:0".into(),
            media_public_ip: None,
            // One carries over a hundred rooms, and one port is what most firewalls have open.
            media_threads: NonZeroU16::MIN,
            relay: None,
            tls: None,
            smtp: None,
            alarm_smtp: None,
            smtp_second: None,
            telephony: None,
            ntfy: None,
            webhook: None,
            drill_mailbox: None,
            web_push: None,
            watchdog: None,
            interlock: interlock::Interlock::default(),
            demo: false,
            demo_pace: kernel::time::Pace::REAL,
            web_dir: None,
            upstreams: BTreeMap::new(),
            budgets: Budgets::default(),
            drain_seconds: 0,
            workers: 2,
            trusted_proxies: vec![],
        }
    }
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be used: {0}")]
pub struct ConfigFault(#[from] Box<figment::Error>);

impl Config {
    /// Defaults, then the file, then the environment.
    ///
    /// # Errors
    /// When a value has the wrong type or a name is unknown.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigFault> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let figment = figment.merge(Env::prefixed("HOLDSPACE_").split("__"));
        figment.extract().map_err(|error| ConfigFault(Box::new(error)))
    }

    /// Whether browsers reach us over TLS: then cookies carry the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The key file.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("holdspace.keys")
    }

    /// How long to go on when told to stop.
    pub fn drain(&self) -> Span {
        Span::seconds(self.drain_seconds)
    }

    /// The database address with the SQLite file filled in.
    pub fn database(&self) -> String {
        if self.database_url == "sqlite:" {
            format!("sqlite://{}", self.data_dir.join("holdspace.db").display())
        } else {
            self.database_url.clone()
        }
    }
}
