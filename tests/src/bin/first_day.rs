//! A clinic's first day with the real program: set up once, never twice; the link, the mail, the backup, the trail.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tests::caller::Caller;
use tests::process::free_port;
use tests::sink::Sink;
use tests::{folder, now, pause, told};

fn main() -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let work = folder("clinic")?;
        let sink = Sink::start(&work)?;
        let day = Day { data: work.join("data"), port: free_port()?, mail: sink.address.clone() };

        eprintln!("an empty clinic is set up");
        let link = day.set_up(&sink)?;
        eprintln!("a second setup is refused, and a dead mail server is said");
        day.refuses_a_second_time()?;
        day.says_that_mail_does_not_leave(&work.join("silent"))?;
        eprintln!("the house serves, and the link opens once");
        let serving = day.serve(&work).await?;
        let status = day.opens_once(&link).await?;
        eprintln!("a copy is made while it runs, and the trail is whole");
        let copy = work.join("copy.db");
        day.run(&["backup", "--to", &copy.display().to_string()])?;
        let verified = day.run(&["audit", "verify"])?;
        drop(serving);
        let whole = json_of(&verified)?.get("whole").cloned().unwrap_or_default();
        let passed = whole == json!(true) && copy.exists();
        println!(
            "{}",
            json!({ "passed": passed, "whole": whole, "mails": sink.mails()?.len(), "again": status })
        );
        Ok(())
    })
}

/// Where this clinic lives.
struct Day {
    data: PathBuf,
    port: u16,
    mail: String,
}

/// A serving house. Dropping it ends it.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // Already gone is what we want.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Day {
    fn setup(&self, data: &Path, mail: &str) -> anyhow::Result<Output> {
        let mut setup = Command::new(told("PROOF_PROGRAM")?);
        setup.arg("setup").arg("--data").arg(data).args(["--smtp", mail]);
        let (url, listen) = (format!("http://localhost:{}", self.port), format!("127.0.0.1:{}", self.port));
        setup.args(["--public-url", &url, "--listen", &listen, "--media", "127.0.0.1:0"]);
        setup.args(["--clinic", "Quiet Harbour", "--phone", "+15550100", "--time-zone", "America/Denver"]);
        setup.args([
            "--admin-first-name",
            "Jo",
            "--admin-last-name",
            "B.",
            "--admin-email",
            "jo@clinic.example",
        ]);
        setup.args(["--mail-from", "no-reply@clinic.example"]);
        Ok(setup.stdin(Stdio::null()).output()?)
    }

    /// The first administrator's link. The files are the owner's alone, and the test mail arrived.
    fn set_up(&self, sink: &Sink) -> anyhow::Result<String> {
        let output = self.setup(&self.data, &self.mail)?;
        let said = String::from_utf8(output.stdout)?;
        ensure!(output.status.success(), "setup: {said}");
        for needed in ["Back up", "A test mail is on its way to jo@clinic.example"] {
            ensure!(said.contains(needed), "setup does not say {needed:?}: {said}");
        }
        for (file, mode) in [("", 0o700), ("holdspace.keys", 0o400), ("holdspace.toml", 0o600)] {
            let found = fs::metadata(self.data.join(file))?.permissions().mode() & 0o777;
            ensure!(found == mode, "{file:?} has mode {found:o}, not {mode:o}");
        }
        let is_test = |mail: &Value| mail.get("subject") == Some(&json!("Test message"));
        ensure!(sink.mails()?.iter().any(is_test), "no test mail arrived");
        let link = said.split_whitespace().find(|word| word.contains("/link#")).context("no link")?;
        Ok(link.to_owned())
    }

    fn refuses_a_second_time(&self) -> anyhow::Result<()> {
        let keys = fs::read(self.data.join("holdspace.keys"))?;
        ensure!(!self.setup(&self.data, &self.mail)?.status.success(), "a second setup went through");
        ensure!(fs::read(self.data.join("holdspace.keys"))? == keys, "a second setup touched the keys");
        Ok(())
    }

    fn says_that_mail_does_not_leave(&self, data: &Path) -> anyhow::Result<()> {
        let said = String::from_utf8(self.setup(data, &format!("127.0.0.1:{}", free_port()?))?.stdout)?;
        ensure!(said.contains("THE TEST MAIL DID NOT LEAVE"), "a dead mail server is not said: {said}");
        Ok(())
    }

    fn config(&self) -> String {
        self.data.join("holdspace.toml").display().to_string()
    }

    async fn serve(&self, work: &Path) -> anyhow::Result<Serving> {
        let mut serve = Command::new(told("PROOF_PROGRAM")?);
        let log = fs::File::create(work.join("log"))?;
        let serving = Serving(serve.args(["serve", "--config", &self.config()]).stderr(log).spawn()?);
        let probe = Caller::at("localhost", self.port);
        let deadline = now() + 10_000_000;
        while !probe.get("/ready").await.is_ok_and(|answer| answer.status == 200) {
            ensure!(now() < deadline, "the house is not ready; see {}", work.join("log").display());
            pause(20).await;
        }
        Ok(serving)
    }

    /// The code of the refusal when the link is pressed once more.
    async fn opens_once(&self, link: &str) -> anyhow::Result<Value> {
        let jo = Caller::at("localhost", self.port);
        jo.enter(link).await?;
        let account = json!({ "password": "a lamp left on in the next room" });
        let opened = jo.post("/api/identity/account", &account).await?.good()?;
        ensure!(opened.get("secret").is_some_and(Value::is_string), "no second factor: {opened}");
        let token = link.rsplit_once('#').context("no token in the link")?.1;
        let stranger = Caller::at("localhost", self.port);
        let again = stranger.post("/api/identity/links/redeem", &json!({ "token": token })).await?;
        ensure!(again.status != 200, "the link opened twice");
        Ok(again.body.get("code").cloned().unwrap_or_default())
    }

    fn run(&self, words: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output =
            Command::new(told("PROOF_PROGRAM")?).args(words).args(["--config", &self.config()]).output()?;
        if !output.status.success() {
            bail!("{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(output.stdout)
    }
}

fn json_of(output: &[u8]) -> anyhow::Result<Value> {
    let text = std::str::from_utf8(output)?;
    Ok(serde_json::from_str(text.lines().last().context("nothing was said")?)?)
}
