//! A real mail server on this machine: `tests/smtp_sink.py` under the Python that `PROOF_PYTHON` names (xtask sets it).

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
        // Already gone is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sink {
    /// With TLS and a login; `None` where the test runner brought no Python.
    ///
    /// # Panics
    /// When it does not start.
    #[expect(clippy::disallowed_methods, reason = "the test runner says where its Python is")]
    pub fn start() -> Option<Self> {
        let python = std::env::var("PROOF_PYTHON").ok()?;
        let files = TempDir::new().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        std::fs::write(files.path().join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(files.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/smtp_sink.py");
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
        let port = line.trim().strip_prefix("ready ").unwrap().parse().unwrap();
        Some(Self { child, port, files })
    }

    /// An account there. The right password is `pass`.
    pub fn account(&self, from: &str, password: &str) -> Smtp {
        Smtp {
            host: "localhost".into(),
            port: self.port,
            tls: SmtpTls::StartTls,
            user: Some("user".into()),
            password: Some(password.into()),
            from: from.into(),
            ca: Some(self.files.path().join("cert.pem")),
        }
    }

    /// From the next message on.
    ///
    /// # Panics
    /// When its folder is gone.
    pub fn behave(&self, mode: &str) {
        std::fs::write(self.files.path().join("mode"), mode).unwrap();
    }

    /// How often the server went silent.
    pub fn silences(&self) -> usize {
        let file = self.files.path().join("mode.silent");
        std::fs::read_to_string(file).unwrap_or_default().lines().count()
    }

    /// What it keeps.
    ///
    /// # Panics
    /// When it wrote something else than mails.
    pub fn mails(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.files.path().join("mails.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
