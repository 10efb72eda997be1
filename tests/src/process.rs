//! The house as a process of its own, to be killed.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// How the demo house is started.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The program.
    pub program: PathBuf,
    /// Its folder: the same one again goes on where it was.
    pub data: PathBuf,
    /// The port, so that a restarted house is found again.
    pub port: u16,
    /// The database, if not the embedded one.
    pub database: Option<String>,
    /// The mail sink; without one, mail is on the demo's mailbox page.
    pub smtp: Option<String>,
    /// Protocol minutes per real minute.
    pub pace: i64,
    /// Whether a session is under way from the start.
    pub session: bool,
}

/// A running house. Dropping it kills it.
pub struct House {
    child: Child,
    /// What it printed when it was ready.
    pub ready: Value,
    /// When its process was started.
    pub started: Instant,
}

impl Plan {
    /// Starts it and waits for its ready line.
    ///
    /// # Errors
    /// When it ends before it is ready.
    pub fn start(&self) -> anyhow::Result<House> {
        self.start_with(&[])
    }

    /// The same, with more words on its command line.
    ///
    /// # Errors
    /// When it ends before it is ready.
    #[expect(clippy::disallowed_methods, reason = "measures how long a start takes")]
    pub fn start_with(&self, words: &[&str]) -> anyhow::Result<House> {
        let mut command = Command::new(&self.program);
        command.args(["demo", "--json"]).args(words).arg("--data").arg(&self.data);
        command.args(["--port", &self.port.to_string(), "--pace", &self.pace.to_string()]);
        if let Some(smtp) = &self.smtp {
            command.args(["--smtp", smtp]);
        }
        if let Some(database) = &self.database {
            command.args(["--database", database]);
        }
        if !self.session {
            command.arg("--no-session");
        }
        let started = Instant::now();
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.data.with_extension("log"))?;
        let mut child =
            command.stdout(Stdio::piped()).stderr(log).spawn().context("the house does not start")?;
        let output = child.stdout.take().context("no output")?;
        for line in BufReader::new(output).lines() {
            if let Ok(ready) = serde_json::from_str::<Value>(&line?) {
                return Ok(House { child, ready, started });
            }
        }
        let _ = child.wait();
        bail!("the house ended before it was ready; see {}", self.data.with_extension("log").display())
    }
}

impl House {
    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it ever held, in MB.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn memory_mb(&self) -> anyhow::Result<u64> {
        memory_mb(self.child.id())
    }

    /// kill -9, and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // Already gone is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.end();
    }
}

/// Ports that no service of a common machine has…
const FIRST: u16 = 15_000;
/// …and that Linux lends to nobody by itself (`ip_local_port_range` begins at 32,768).
const LENT_FROM: u16 = 30_000;

/// A free port on this machine, that stays free while its server is down.
///
/// # Errors
/// When there is none.
pub fn free_port() -> anyhow::Result<u16> {
    // Below the ports that the system lends to connections: a server that is killed must find its own free again.
    let first = u16::from_le_bytes(chassis::crypto::random::<2>()) % (LENT_FROM - FIRST);
    let all = (0..LENT_FROM - FIRST).map(|step| FIRST + (first + step) % (LENT_FROM - FIRST));
    let is_free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    all.into_iter().find(is_free).context("no free port")
}

/// The most memory a process ever held, in MB.
///
/// # Errors
/// When the kernel does not say.
pub fn memory_mb(process: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? / 1024)
}

/// Where the log of a plan is written.
pub fn log(data: &Path) -> PathBuf {
    data.with_extension("log")
}
