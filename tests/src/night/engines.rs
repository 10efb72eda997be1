//! Two engines of one clinic, each a process that can be killed and started again, and what they stand on.

use crate::proc;
use crate::process::free_port;
use crate::servers::{self, Server};
use crate::split::is_ready;
use anyhow::ensure;
use chassis::config::{Config, Smtp};
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
    /// Words in its environment at every start: a drill may want it to believe something.
    pub environment: Vec<(String, String)>,
    program: PathBuf,
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

    /// What every process on it is told.
    fn config(&self) -> anyhow::Result<Config> {
        Ok(Config {
            database_url: self.database.clone(),
            bus_url: self.bus.clone(),
            public_url: "https://clinic.test".into(),
            listen: format!("127.0.0.1:{}", free_port()?),
            workers: 1,
            ..Config::default()
        })
    }
}

fn account(address: &str) -> anyhow::Result<Smtp> {
    setup::mail(address, "Clinic <alarm@clinic.test>", None)
}

impl Engine {
    /// Writes its configuration; it does not run yet. Both share a folder: on `SQLite` the lock in it says whose turn it is.
    pub fn new(
        name: &str,
        ground: &Ground,
        keys: &Keys,
        folder: &Path,
        mails: &[&str],
    ) -> anyhow::Result<Self> {
        let account = |place: usize| mails.get(place).map(|address| account(address)).transpose();
        let (alarm_smtp, smtp_second) = (account(0)?, account(1)?);
        let data_dir = folder.join("engine");
        let config = Config { data_dir, alarm_smtp, smtp_second, ..ground.config()? };
        Self::of("checkins", name, config, keys, folder)
    }

    /// Whoever sends the mail that is no alarm.
    pub fn notify(ground: &Ground, keys: &Keys, folder: &Path, mail: &str) -> anyhow::Result<Self> {
        let data_dir = folder.join("notify");
        let config = Config { data_dir, smtp: Some(account(mail)?), ..ground.config()? };
        Self::of("notify", "notify", config, keys, folder)
    }

    fn of(service: &str, name: &str, config: Config, keys: &Keys, folder: &Path) -> anyhow::Result<Self> {
        let program = PathBuf::from(crate::told("PROOF_PROGRAM")?);
        let program = program.with_file_name(format!("holdspace-{service}"));
        fs::create_dir_all(&config.data_dir)?;
        if !config.key_file().exists() {
            keys.write_share(service, &config.key_file())?;
        }
        let file = folder.join(format!("{name}.toml"));
        fs::write(&file, toml::to_string_pretty(&config)?)?;
        let (address, log) = (config.listen, folder.join(format!("{name}.log")));
        Ok(Self { address, environment: vec![], program, config: file, log, child: None })
    }

    /// From the next start on it is another program, with an account for ordinary mail and all keys of the house.
    pub fn becomes(&mut self, program: PathBuf, whole: &Path, mail: &str) -> anyhow::Result<()> {
        let told: Config = toml::from_str(&fs::read_to_string(&self.config)?)?;
        let config = Config { smtp: Some(account(mail)?), ..told };
        fs::copy(whole, config.key_file())?;
        fs::write(&self.config, toml::to_string_pretty(&config)?)?;
        self.program = program;
        Ok(())
    }

    /// Starts it and does not wait.
    pub fn start(&mut self) -> anyhow::Result<()> {
        self.start_with(&[])
    }

    /// The same, with more words in its environment this once.
    pub fn start_with(&mut self, environment: &[(&str, &str)]) -> anyhow::Result<()> {
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = servers::as_user(&self.program, None);
        command.arg("--config").arg(&self.config).envs(self.environment.iter().cloned());
        command.envs(environment.iter().copied());
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

    /// Processor seconds so far, and the most memory it ever held, in megabytes; nothing of one that does not run.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn cost(&self) -> anyhow::Result<(f64, f64)> {
        let Some(child) = &self.child else { return Ok((0.0, 0.0)) };
        Ok((proc::cpu_seconds(child.id())?, proc::rss_mb(child.id())?))
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
