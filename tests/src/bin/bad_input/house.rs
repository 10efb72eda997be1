//! The house under test, its people, and sessions of every kind.

use crate::caller::{Ask, Caller};
use crate::ledger::{Around, Ledger, grown};
use crate::wire::{Answer, Wire};
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::rc::Rc;
use tests::requests::Places;
use tests::sink::Sink;

/// A minute, in the house's microseconds.
pub const MINUTE: i64 = 60_000_000;

/// What is told of the house that stands: all that the suite knows of how it does.
pub struct Standing {
    /// What it printed when it was ready.
    pub ready: Value,
    /// Where its rows are.
    pub database: String,
    /// Where its logs are.
    pub logs: Vec<PathBuf>,
    /// Its key file.
    pub keys: PathBuf,
}

/// What held and what did not.
#[derive(Default)]
struct Report {
    checks: BTreeMap<u32, u64>,
    faults: Vec<(u32, String)>,
    unasked: Vec<String>,
}

/// The house, its people, and what was found.
pub struct House {
    /// How it stands.
    pub standing: Standing,
    /// The wire to it.
    pub wire: Rc<Wire>,
    /// Its rows.
    pub ledger: Ledger,
    /// Its mails.
    pub sink: Sink,
    around: Cell<Around>,
    hours: Cell<i64>,
    network: Cell<u8>,
    report: RefCell<Report>,
    /// Sam.
    pub patient: Caller,
    /// Dr. Lee.
    pub therapist: Caller,
    /// Dr. Okafor.
    pub prescriber: Caller,
    /// Mia.
    pub coordinator: Caller,
    /// Jo.
    pub admin: Caller,
}

/// The service a path asks; any, when it is nobody's.
fn service_of(path: &str) -> &str {
    let services = ["identity", "scheduling", "safety", "checkins", "care", "video", "notify"];
    let named = path.strip_prefix("/api/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    services.into_iter().find(|service| *service == named).unwrap_or_default()
}

/// Whether a watch shows an open incident with this cause.
pub fn is_open(watch: &Value, cause: &str) -> bool {
    let all = watch.get("incidents").and_then(Value::as_array).into_iter().flatten();
    let is_one = |one: &&Value| {
        one.get("cause") == Some(&json!(cause)) && one.get("state") != Some(&json!("resolved"))
    };
    all.filter(is_one).count() > 0
}

/// One session, and who sits in it.
pub struct Session {
    /// Its id.
    pub id: String,
    /// Ana's phone, once she pressed her link.
    pub sitter: Caller,
}

impl House {
    /// Opens everyone's door.
    pub async fn enter(standing: Standing, sink: Sink) -> anyhow::Result<Self> {
        let port = standing.ready.get("port").and_then(Value::as_u64).context("no port")?;
        let wire = Rc::new(Wire::new(u16::try_from(port)?));
        let ledger = Ledger::open(&standing.database).await?;
        let people = ["patient", "therapist", "prescriber", "coordinator", "admin"];
        let mut callers = vec![];
        for (place, role) in (1_u8..).zip(people) {
            let caller = Caller::new(&wire, role, Ipv4Addr::new(127, 0, place, 1));
            let link = standing.ready.pointer(&format!("/links/{role}")).and_then(Value::as_str);
            caller.enter(link.context("no link")?).await?;
            callers.push(caller);
        }
        let [patient, therapist, prescriber, coordinator, admin] =
            <[Caller; 5]>::try_from(callers).map_err(|_others| anyhow::anyhow!("five people"))?;
        Ok(Self {
            standing,
            wire,
            ledger,
            sink,
            around: Cell::new(Around::Quiet),
            hours: Cell::new(1),
            network: Cell::new(20),
            report: RefCell::default(),
            patient,
            therapist,
            prescriber,
            coordinator,
            admin,
        })
    }

    /// A person's id by their name in the demo.
    pub fn person(&self, name: &str) -> String {
        let id = self.standing.ready.pointer(&format!("/people/{name}")).and_then(Value::as_str);
        id.unwrap_or_default().to_owned()
    }

    /// A browser nobody signed in, from a network of its own.
    pub fn stranger(&self, name: &str) -> Caller {
        self.network.set(self.network.get() + 1);
        Caller::new(&self.wire, name, Ipv4Addr::new(127, 0, self.network.get(), 1))
    }

    /// From here on only what people write counts: watches are kept, and mails are sent.
    pub fn is_watched(&self) {
        self.around.set(Around::Watched);
    }

    /// Notes one thing that must hold.
    pub fn holds(&self, row: u32, what: &str, held: bool) {
        let mut report = self.report.borrow_mut();
        *report.checks.entry(row).or_default() += 1;
        if !held {
            eprintln!("  row {row}: {what}");
            report.faults.push((row, what.to_owned()));
        }
    }

    /// Notes one thing of an answer that must hold, and shows the answer if it does not.
    pub fn shows(&self, row: u32, what: &str, answer: &Answer, held: bool) {
        let told: String = answer.body.to_string().chars().take(300).collect();
        self.holds(row, &format!("{what}: {} {told}", answer.status), held);
    }

    /// Whatever `does` writes, it was not asked to, unless a table may grow.
    pub async fn writes_only<T>(
        &self,
        what: &str,
        may: &[&str],
        does: impl AsyncFnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.writes_only_in("", what, may, does).await
    }

    /// The same, looking at the tables of one service.
    async fn writes_only_in<T>(
        &self,
        service: &str,
        what: &str,
        may: &[&str],
        does: impl AsyncFnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let around = self.around.get();
        let before = self.ledger.counts(around, service).await?;
        let done = does().await?;
        let after = self.ledger.counts(around, service).await?;
        for table in grown(&before, &after, may) {
            eprintln!("  written unasked: {what}: {table}");
            self.report.borrow_mut().unasked.push(format!("{what}: {table}"));
        }
        Ok(done)
    }

    /// A bad request: refused with this status and code, in a problem's shape, and nothing is written.
    pub async fn refuses(
        &self,
        row: u32,
        what: &str,
        by: &Caller,
        ask: &Ask,
        expected: (u16, &str),
    ) -> anyhow::Result<Answer> {
        self.refuses_but(row, what, by, ask, expected, &[]).await
    }

    /// The same, where a row says what may be written all the same.
    pub async fn refuses_but(
        &self,
        row: u32,
        what: &str,
        by: &Caller,
        ask: &Ask,
        expected: (u16, &str),
        may: &[&str],
    ) -> anyhow::Result<Answer> {
        let service = service_of(&ask.path);
        let answer = self.writes_only_in(service, what, may, async || by.ask(ask).await).await?;
        let (status, code) = expected;
        let is_right = answer.status == status && answer.code() == code;
        self.shows(row, &format!("{what}: not {status} {code}"), &answer, is_right);
        let keys: BTreeSet<_> =
            answer.body.as_object().map(|body| body.keys().map(String::as_str).collect()).unwrap_or_default();
        let whole = BTreeSet::from(["type", "title", "status", "detail", "code", "request_id", "fields"]);
        let is_kept = answer.header("cache-control") == Some("no-store") && answer.bytes.len() <= 2_048;
        self.shows(row, &format!("{what}: not a whole problem"), &answer, keys == whole && is_kept);
        Ok(answer)
    }

    /// The same, naming this field.
    pub async fn refuses_field(
        &self,
        row: u32,
        by: &Caller,
        ask: &Ask,
        expected: (u16, &str),
        field: &str,
    ) -> anyhow::Result<Answer> {
        let body = ask.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let what = format!("{} {}", ask.path, body.chars().take(120).collect::<String>());
        let answer = self.refuses(row, &what, by, ask, expected).await?;
        self.shows(row, &format!("{what}: {field} is not named"), &answer, answer.fields().contains(&field));
        Ok(answer)
    }

    /// What came of it: rows proven, and what was not.
    pub fn result(&self) -> Value {
        let report = self.report.borrow();
        let broken: BTreeSet<u32> = report.faults.iter().map(|(row, _)| *row).collect();
        let rows: Vec<u32> = report.checks.keys().copied().filter(|row| !broken.contains(row)).collect();
        json!({
            "rows": rows.len(), "checks": (report.checks.values().sum::<u64>()), "failed": report.faults.len(),
            "rows_written_unasked": report.unasked.len(), "requests": self.wire.requests(),
            "broken": broken, "proven": rows,
        })
    }

    /// A session of Sam's, hours away from the others, at this pace.
    pub async fn book(&self, pace: i64) -> anyhow::Result<String> {
        let hour = 60 * MINUTE;
        let from = tests::now() + self.hours.get() * hour;
        let booking = self.booking(from, pace).await?;
        self.hours.set(self.hours.get() + 8);
        let booked = self.patient.insist("/api/scheduling/bookings", &booking).await?;
        let session = booked.get("session").and_then(Value::as_str).context("no session")?.to_owned();
        for path in [
            format!("/api/checkins/sessions/{session}/watch"),
            format!("/api/safety/sessions/{session}"),
            format!("/api/identity/sessions/{session}/people"),
        ] {
            self.therapist.until(&path, |_| true).await?;
        }
        Ok(session)
    }

    /// A booking of the first free time after this one.
    pub async fn booking(&self, from: i64, pace: i64) -> anyhow::Result<Value> {
        let therapist = self.person("therapist");
        let until = from + 48 * 60 * MINUTE;
        let path = format!(
            "/api/scheduling/slots?therapist={therapist}&from_at={from}&until_at={until}&pace={pace}"
        );
        let slots = self.patient.good(&Ask::get(&path)).await?;
        let slot = slots.pointer("/slots/0").context("no free time")?;
        Ok(json!({
            "kind": "dosing", "therapist": therapist, "starts_at": slot.get("starts_at"),
            "sitter": self.person("sitter"), "patient": null, "time_zone": slots.get("therapist_zone"),
            "local": slot.get("local"), "offset_choice": null, "drill": { "pace": pace },
        }))
    }

    /// A session whose sitter pressed her link.
    pub async fn sat(&self, pace: i64) -> anyhow::Result<Session> {
        let id = self.book(pace).await?;
        let sitter = self.stranger("sitter");
        sitter.good(&crate::caller::redeem(&self.sitter_token(&id).await?)).await?;
        Ok(Session { id, sitter })
    }

    /// A session whose patient took a dose so long ago: nobody asked the gate, so its watch begins at once.
    pub async fn dosed(&self, pace: i64, ago: i64) -> anyhow::Result<Session> {
        let session = self.sat(pace).await?;
        let dose = json!({ "taken_at": (tests::now() - ago), "lozenges": 1, "note": null });
        let path = format!("/api/safety/sessions/{}/dose/record", session.id);
        self.therapist.good(&Ask::post(&path, &dose)).await?;
        self.watch(&session.id, |watch| watch.get("phase") == Some(&json!("watching"))).await?;
        Ok(session)
    }

    /// The watch of a session, once this is true of it.
    pub async fn watch(&self, session: &str, is_so: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        self.therapist.until(&format!("/api/checkins/sessions/{session}/watch"), is_so).await
    }

    /// The token of a fresh link to the sitter, as it comes by mail.
    pub async fn sitter_token(&self, session: &str) -> anyhow::Result<String> {
        let before = self.tokens("/s#", "")?.len();
        let path = format!("/api/identity/sessions/{session}/sitter-invitation");
        self.therapist.good(&Ask::post(&path, &json!({}))).await?;
        self.mailed("/s#", "", before).await
    }

    /// The token of the next mailed link of this kind, after so many, in mails with this word.
    pub async fn mailed(&self, kind: &str, word: &str, before: usize) -> anyhow::Result<String> {
        for _look in 0..400 {
            if let Some(token) = self.tokens(kind, word)?.get(before) {
                return Ok(token.clone());
            }
            tests::pause(25).await;
        }
        bail!("no mail with {kind} came")
    }

    /// The tokens of all mailed links of this kind in mails with this word, oldest first.
    pub fn tokens(&self, kind: &str, word: &str) -> anyhow::Result<Vec<String>> {
        let is_token = |letter: &char| letter.is_ascii_alphanumeric() || "-_".contains(*letter);
        let mut found = vec![];
        for mail in self.sink.mails()? {
            let text = mail.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
            if !text.contains(word) {
                continue;
            }
            found.extend(text.split(kind).skip(1).map(|rest| rest.chars().take_while(is_token).collect()));
        }
        Ok(found)
    }

    /// What stands for `{session}` and the rest in a path.
    pub fn places(&self, session: &str) -> Places {
        let other = crate::caller::key();
        Places::from([
            ("session", session.to_owned()),
            ("patient", self.person("patient")),
            ("therapist", self.person("therapist")),
            ("person", self.person("sitter")),
            ("item", "PT-FOOD".into()),
            ("instrument", "phq9".into()),
            ("incident", other.clone()),
            ("support", other.clone()),
            ("entry", other.clone()),
            ("browser", other.clone()),
            ("record", other),
        ])
    }
}
