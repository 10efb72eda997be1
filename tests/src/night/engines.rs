//! Two engines of one clinic, each a process that can be killed and started again, and what they stand on.

use crate::process::free_port;
use crate::servers::{self, Server};
use crate::split::is_ready;
use anyhow::ensure;
use chassis::config::Config;
use chassis::keys::Keys;
use holdspace::setup;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A process that is not ready after this long will not be.
const START: Duration = Duration::from_secs(30);

/// The embedded database's file.
pub(super) const SQLITE_FILE: &str = "holdspace.db";

/// Where the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A server: both engines work.
    Postgres,
    /// A file: one engine works, the other stands by.
    Sqlite,
}

/// One engine.
pub struct Engine {
    /// Where it answers.
    pub address: String,
    config: PathBuf,
    log: PathBuf,
    child: Option<Child>,
}

/// What the engines stand on. Dropping it ends everything.
pub struct Ground {
    /// The database server, if there is one.
    pub postgres: Option<Server>,
    /// The bus.
    pub bus: String,
    /// The database's address.
    pub database: String,
    _redis: Server,
}

impl Ground {
    /// Servers of its own.
    pub fn open(place: Place, folder: &Path) -> anyhow::Result<Self> {
        Self::open_on(place, folder, None)
    }

    /// The same, with the database on a disk that a drill looks after.
    pub fn open_on(place: Place, folder: &Path, disk: Option<&Path>) -> anyhow::Result<Self> {
        let redis = servers::redis()?;
        let bus = format!("redis://127.0.0.1:{}/", redis.port);
        let (postgres, database) = match place {
            Place::Postgres => {
                let postgres = servers::postgres_on(disk)?;
                let database = format!("postgres://postgres@127.0.0.1:{}/postgres", postgres.port);
                (Some(postgres), database)
            }
            Place::Sqlite => {
                (None, format!("sqlite://{}", disk.unwrap_or(folder).join(SQLITE_FILE).display()))
            }
        };
        Ok(Self { postgres, bus, database, _redis: redis })
    }
}

impl Engine {
    /// Writes its configuration; it does not run yet. Both share a folder: on `SQLite` the lock in it says whose turn it is.
    pub fn new(name: &str, ground: &Ground, keys: &Keys, folder: &Path, mail: &str) -> anyhow::Result<Self> {
        let smtp = setup::mail(mail, "Clinic <alarm@clinic.test>", None)?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let data = folder.join("engine");
        let config = Config {
            data_dir: data.clone(),
            database_url: ground.database.clone(),
            bus_url: ground.bus.clone(),
            public_url: "https://clinic.test".into(),
            listen: address.clone(),
            alarm_smtp: Some(smtp),
            workers: 1,
            ..Config::default()
        };
        fs::create_dir_all(&data)?;
        if !config.key_file().exists() {
            keys.write_share("checkins", &config.key_file())?;
        }
        let file = folder.join(format!("{name}.toml"));
        fs::write(&file, toml::to_string_pretty(&config)?)?;
        Ok(Self { address, config: file, log: folder.join(format!("{name}.log")), child: None })
    }

    /// Starts it and does not wait.
    pub fn start(&mut self) -> anyhow::Result<()> {
        self.start_with(&[])
    }

    /// The same, with words in its environment.
    pub fn start_with(&mut self, environment: &[(&str, &str)]) -> anyhow::Result<()> {
        let program = PathBuf::from(crate::told("PROOF_PROGRAM")?).with_file_name("holdspace-checkins");
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = servers::as_user(&program, None);
        command.arg("--config").arg(&self.config).envs(environment.iter().copied());
        self.child = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?);
        Ok(())
    }

    /// Waits until it is ready.
    pub fn wait(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        while !is_ready(&self.address) {
            ensure!(started.elapsed() < START, "it is not ready; see {}", self.log.display());
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The file of its configuration.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Whether it ended by itself.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.as_mut().map(Child::try_wait).transpose()?.flatten().is_some())
    }

    /// A signal, by its word.
    pub fn tell(&self, word: &str) {
        if let Some(child) = &self.child {
            servers::signal(word, &child.id().to_string());
        }
    }

    /// kill -9, and waits until it is gone.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Already gone is what we want.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}
