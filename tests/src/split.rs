//! The house as many processes, each to be killed and started again: what `docker compose up` gives, without containers.

use crate::process::free_port;
use crate::servers::{self, Server};
use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Every process of the house; the gateway comes last.
pub const PARTS: [&str; 8] =
    ["identity", "scheduling", "safety", "checkins", "care", "video", "notify", "gateway"];
/// A second gateway, for whoever opens it.
pub const SECOND_GATEWAY: &str = "gateway-two";
/// A process that is not ready after this long will not be.
const START: Duration = Duration::from_secs(30);

/// How the house is stood up.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The all-in-one program; the services' programs lie beside it.
    pub program: PathBuf,
    /// An empty folder.
    pub folder: PathBuf,
    /// The gateway's port; 0 takes any.
    pub port: u16,
    /// The mail sink.
    pub smtp: String,
    /// Protocol minutes per real minute.
    pub pace: i64,
}

/// A running house of eight processes on Postgres and Redis of its own. Dropping it kills everything.
pub struct Split {
    /// What the seeding printed: links, people, the port.
    pub ready: Value,
    /// Its database.
    pub postgres: Server,
    /// Its bus.
    pub redis: Server,
    /// The database's address, as its owner.
    pub database: String,
    plan: Plan,
    parts: BTreeMap<&'static str, Child>,
}

impl Split {
    /// Seeds a clinic, splits the house, and starts its parts.
    ///
    /// # Errors
    /// When a part does not become ready.
    pub fn open(mut plan: Plan) -> anyhow::Result<Self> {
        if plan.port == 0 {
            plan.port = free_port()?;
        }
        fs::create_dir_all(&plan.folder)?;
        let (postgres, redis) = (servers::postgres()?, servers::redis()?);
        let server = format!("postgres://postgres@127.0.0.1:{}", postgres.port);
        wait_for_postgres(&server)?;
        let database = format!("{server}/postgres");
        let ready = seed(&plan, &database)?;
        let bus = format!("redis://127.0.0.1:{}/", redis.port);
        cut(&plan, &bus)?;
        let mut split = Self { ready, postgres, redis, database, plan, parts: BTreeMap::new() };
        for part in PARTS {
            split.begin(part)?;
        }
        for part in PARTS {
            split.await_ready(part)?;
        }
        Ok(split)
    }

    /// Another gateway before the same services, with the same share of the keys.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn open_second_gateway(&mut self) -> anyhow::Result<()> {
        let (first, second) = (self.folder("gateway"), self.folder(SECOND_GATEWAY));
        fs::create_dir_all(&second)?;
        fs::copy(first.join("holdspace.keys"), second.join("holdspace.keys"))?;
        let text = fs::read_to_string(first.join("holdspace.toml"))?;
        let listens = format!("listen = \"127.0.0.1:{}\"", self.plan.port);
        let text = text
            .replace(&listens, &format!("listen = \"127.0.0.1:{}\"", free_port()?))
            .replace(&first.display().to_string(), &second.display().to_string());
        fs::write(second.join("holdspace.toml"), text)?;
        self.start(SECOND_GATEWAY)
    }

    /// The gateway's port.
    pub fn port(&self) -> u16 {
        self.plan.port
    }

    /// Starts one part again and waits until it is ready.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn start(&mut self, part: &'static str) -> anyhow::Result<()> {
        self.begin(part)?;
        self.await_ready(part)
    }

    /// Starts one part and does not wait.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn begin(&mut self, part: &'static str) -> anyhow::Result<()> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log(part))?;
        let name = if part == SECOND_GATEWAY { "gateway" } else { part };
        let program = self.plan.program.with_file_name(format!("holdspace-{name}"));
        let mut command = servers::as_user(&program, None);
        command.arg("--config").arg(self.folder(part).join("holdspace.toml"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        self.parts.insert(part, child.with_context(|| format!("{part} does not start"))?);
        Ok(())
    }

    /// kill -9, and waits until it is gone.
    pub fn kill(&mut self, part: &str) {
        if let Some(mut child) = self.parts.remove(part) {
            // Already gone is what we want.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks one part to stop, and waits until it has.
    ///
    /// # Errors
    /// When it was not running.
    pub fn stop(&mut self, part: &str) -> anyhow::Result<()> {
        let mut child = self.parts.remove(part).with_context(|| format!("{part} is not running"))?;
        servers::signal("TERM", &child.id().to_string());
        let status = child.wait()?;
        ensure!(status.success(), "{part} ended with {status}");
        Ok(())
    }

    /// The process id of one part.
    pub fn id(&self, part: &str) -> Option<u32> {
        self.parts.get(part).map(Child::id)
    }

    /// Where one part logs.
    pub fn log(&self, part: &str) -> PathBuf {
        self.plan.folder.join(format!("{part}.log"))
    }

    /// Where one part listens.
    ///
    /// # Errors
    /// When its configuration does not say.
    pub fn address(&self, part: &str) -> anyhow::Result<String> {
        let text = fs::read_to_string(self.folder(part).join("holdspace.toml"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("listen = "));
        Ok(line.with_context(|| format!("{part} listens nowhere"))?.trim_matches('"').to_owned())
    }

    /// The folder of one part.
    pub fn folder(&self, part: &str) -> PathBuf {
        self.plan.folder.join("parts").join(part)
    }
    fn await_ready(&mut self, part: &'static str) -> anyhow::Result<()> {
        let (address, log, started) = (self.address(part)?, self.log(part), Instant::now());
        while !is_ready(&address) {
            let child = self.parts.get_mut(part).with_context(|| format!("{part} was not started"))?;
            if child.try_wait()?.is_some() || started.elapsed() > START {
                bail!("{part} is not ready; see {}", log.display());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Split {
    fn drop(&mut self) {
        for part in PARTS.into_iter().chain([SECOND_GATEWAY]) {
            self.kill(part);
        }
    }
}

/// Postgres takes connections a moment before it takes queries.
fn wait_for_postgres(server: &str) -> anyhow::Result<()> {
    let bin = PathBuf::from(crate::told("PROOF_POSTGRES")?);
    let started = Instant::now();
    while !Command::new(bin.join("pg_isready")).args(["-q", "-d", server]).status()?.success() {
        ensure!(started.elapsed() < START, "Postgres takes no queries");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn seed(plan: &Plan, database: &str) -> anyhow::Result<Value> {
    let mut command = Command::new(&plan.program);
    command.args(["demo", "--json", "--no-session", "--seed-only", "--database", database]);
    command.args(["--smtp", &plan.smtp, "--port", &plan.port.to_string(), "--pace", &plan.pace.to_string()]);
    let log = fs::File::create(plan.folder.join("seed.log"))?;
    let mut child =
        command.arg("--data").arg(plan.folder.join("whole")).stdout(Stdio::piped()).stderr(log).spawn()?;
    let output = child.stdout.take().context("no output")?;
    let ready = BufReader::new(output)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| serde_json::from_str(&line).ok());
    ensure!(child.wait()?.success(), "the seeding failed; see {}", plan.folder.join("seed.log").display());
    ready.context("the seeding said nothing")
}

/// Ports follow one another from the first of a free run.
fn cut(plan: &Plan, bus: &str) -> anyhow::Result<()> {
    let mut command = Command::new(&plan.program);
    command.args(["split", "--bus", bus, "--ports-from", &free_run()?.to_string()]);
    command
        .arg("--config")
        .arg(plan.folder.join("whole/demo.toml"))
        .arg("--to")
        .arg(plan.folder.join("parts"));
    let output = command.output()?;
    ensure!(output.status.success(), "the split failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn free_run() -> anyhow::Result<u16> {
    for _try in 0..50 {
        let first = free_port()?;
        let ports = (first..).take(PARTS.len());
        if ports.map(|port| TcpListener::bind(("127.0.0.1", port))).all(|bound| bound.is_ok()) {
            return Ok(first);
        }
    }
    bail!("no run of free ports")
}

/// Whether `/ready` says 200.
pub fn is_ready(address: &str) -> bool {
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    asked().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}
