//! The mail sink as a process: a real SMTP server whose manners a drill can change.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running sink. Dropping it ends it.
pub struct Sink {
    child: Child,
    /// Where it listens, as host:port.
    pub address: String,
    out: PathBuf,
    mode: PathBuf,
}

impl Sink {
    /// Starts a sink whose mails and manners are files in `folder`.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        Self::start_as(folder, Command::new(crate::told("PROOF_PYTHON")?))
    }

    /// One that gives way to all others on this machine, as if it were on another.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_slowly(folder: &Path) -> anyhow::Result<Self> {
        let mut nice = Command::new("nice");
        nice.args(["-n", "19"]).arg(crate::told("PROOF_PYTHON")?);
        Self::start_as(folder, nice)
    }

    fn start_as(folder: &Path, mut python: Command) -> anyhow::Result<Self> {
        let (out, mode) = (folder.join("mails.jsonl"), folder.join("mode"));
        std::fs::write(&mode, "ok")?;
        std::fs::write(&out, "")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("smtp_sink.py");
        let mut child = python
            .arg(script)
            .arg("--out")
            .arg(&out)
            .arg("--mode-file")
            .arg(&mode)
            .stdout(Stdio::piped())
            .spawn()
            .context("the mail sink does not start")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        let Some(port) = line.trim().strip_prefix("ready ") else { bail!("the mail sink said {line:?}") };
        Ok(Self { address: format!("127.0.0.1:{port}"), child, out, mode })
    }

    /// Changes its manners: `ok`, `stall-before-data S`, `stall-after-data S`, `refuse CODE`, `drop`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn behave(&self, mode: &str) -> anyhow::Result<()> {
        let fresh = self.mode.with_extension("new");
        std::fs::write(&fresh, mode)?;
        Ok(std::fs::rename(fresh, &self.mode)?)
    }

    /// kill -9: whoever calls is refused by the machine.
    pub fn kill(&self) {
        crate::servers::signal("KILL", &self.child.id().to_string());
    }

    /// How often it went silent in the middle of a conversation.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn silences(&self) -> anyhow::Result<usize> {
        let told = self.mode.with_extension("silent");
        Ok(if told.exists() { std::fs::read_to_string(told)?.lines().count() } else { 0 })
    }

    /// Reads mails as they come, each once.
    pub fn tail(&self) -> Tail {
        Tail { out: self.out.clone(), read: 0 }
    }

    /// Every mail so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn mails(&self) -> anyhow::Result<Vec<Value>> {
        let text = std::fs::read_to_string(&self.out)?;
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}

/// Where a reader of the mails is.
pub struct Tail {
    out: PathBuf,
    read: u64,
}

impl Tail {
    /// What came since the last time. A line that is still being written is left for the next.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&mut self) -> anyhow::Result<Vec<Value>> {
        let mut file = std::fs::File::open(&self.out)?;
        file.seek(SeekFrom::Start(self.read))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        self.read += u64::try_from(whole)?;
        let lines = text.get(..whole).unwrap_or_default().lines();
        Ok(lines.filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Already gone is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
