//! A real mail server on this machine: `tests/smtp_sink.py` under the Python that `PROOF_PYTHON` names (xtask sets it).

use crate::house::House;
use crate::rows;
use chassis::config::{Smtp, SmtpTls};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The server, gone when dropped.
pub struct Sink {
    child: Child,
    port: u16,
    files: TempDir,
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sink {
    /// With TLS and a login; `None` where the test runner brought no Python.
    pub fn start() -> Option<Self> {
        let python = rows::left("PROOF_PYTHON")?;
        let files = TempDir::new().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        std::fs::write(files.path().join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(files.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/smtp_sink.py");
        let mut child = Command::new(python)
            .current_dir(files.path())
            .arg(script)
            .args(["--out", "mails.jsonl", "--cert", "cert.pem", "--key", "key.pem"])
            .args(["--login", "user:pass", "--mode-file", "mode"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("ready ").expect("the sink says its port").parse().unwrap();
        Some(Self { child, port, files })
    }

    /// The alarm lane's own account.
    fn account(&self) -> Smtp {
        Smtp {
            host: "localhost".into(),
            port: self.port,
            tls: SmtpTls::StartTls,
            user: Some("user".into()),
            password: Some("pass".into()),
            from: "alarm@clinic.test".into(),
            ca: Some(self.files.path().join("cert.pem")),
        }
    }

    /// Tells the story on every store, each with a fresh server; nothing where there is no Python.
    pub async fn on_every_store(story: impl AsyncFn(&mut House, &Self)) {
        for url in rows::stores().await {
            let Some(sink) = Self::start() else { return };
            House::with_smtp(url, sink.account(), async |house| story(house, &sink).await).await;
        }
    }

    /// From the next message on.
    pub fn behave(&self, mode: &str) {
        std::fs::write(self.files.path().join("mode"), mode).unwrap();
    }

    /// How often the server went silent.
    pub fn silences(&self) -> usize {
        let file = self.files.path().join("mode.silent");
        std::fs::read_to_string(file).unwrap_or_default().lines().count()
    }

    /// What it keeps.
    pub fn mails(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.files.path().join("mails.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What it keeps once there are `count`.
    pub async fn mails_once(&self, house: &House, count: usize) -> Vec<Value> {
        house.awaited(async || Some(self.mails()).filter(|mails| mails.len() >= count)).await
    }
}
