//! The house keeps its own document: every operation of `proto/openapi.json`, asked thousands of times by every role,
//! with what it allows and with what it does not. Each answer is one that the document names.
//!
//! Schemathesis makes the requests (`tests/contract.py`); this program stands the house up, gives each role a cookie
//! and the ids that exist, and asks once more what needs no chance: everything that needs a sign-in, without one.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tests::booking::book;
use tests::caller::Caller;
use tests::process::{House, Plan, free_port};
use tests::requests::{self, Places};
use tests::{folder, pause, told};

/// Who asks. The sitter's sign-in lives and dies with the session, so that losing it is part of the answer.
const ROLES: [&str; 5] = ["patient", "therapist", "coordinator", "prescriber", "sitter"];
/// Every id that an answer may name, as its documents call it.
const IDS: [&str; 9] =
    ["session", "person", "patient", "therapist", "sitter", "incident", "record", "support", "order"];
/// What `id` means in the rows of a path that ends like this.
const LISTS: [(&str, &str); 3] =
    [("/incidents", "incident"), ("/journal", "record"), ("/support", "support")];

/// Booked sessions, not begun, that may end in any way.
const SPARES: usize = 8;

/// How much to ask.
struct Amount {
    /// Generated requests per operation and role.
    fuzzing: u32,
    /// Sequences per role, in which answers feed later requests.
    stateful: u32,
    /// Whether every bound of every field is tried as well.
    coverage: bool,
}

impl Amount {
    /// `contract FUZZING STATEFUL [coverage]`
    fn told() -> anyhow::Result<Self> {
        let mut words = std::env::args().skip(1);
        let mut number = || anyhow::Ok(words.next().context("how many?")?.parse()?);
        let (fuzzing, stateful) = (number()?, number()?);
        Ok(Self { fuzzing, stateful, coverage: words.next().as_deref() == Some("coverage") })
    }
}

fn main() -> anyhow::Result<()> {
    let amount = Amount::told()?;
    actix_web::rt::System::new().block_on(async {
        let work = folder("contract")?;
        let house = stand_up(&work)?;
        let stage = Stage::set(&house, work).await?;
        let strangers = stage.unasked().await?;
        let runs = stage.run(&amount).await?;
        println!("{}", figures(&strangers, &runs));
        Ok(())
    })
}

fn stand_up(work: &Path) -> anyhow::Result<House> {
    let data = work.join("house");
    std::fs::create_dir_all(&data)?;
    let plan = Plan {
        program: told("PROOF_PROGRAM")?.into(),
        data,
        port: free_port()?,
        database: None,
        smtp: None,
        pace: 6,
        session: true,
    };
    // A tool asks faster than people do; how fast they may, the tests of the gateway say.
    plan.start_with(&["--requests", "100000"])
}

/// The people, signed in, and what they can name.
struct Stage {
    port: u16,
    work: PathBuf,
    document: PathBuf,
    paths: Map<String, Value>,
    problems: Value,
    callers: BTreeMap<&'static str, (Caller, String)>,
    places: Places,
    spares: Vec<String>,
}

impl Stage {
    /// The ready line is all that it knows of the house.
    async fn set(house: &House, work: PathBuf) -> anyhow::Result<Self> {
        let ready = |pointer: &str| house.ready.pointer(pointer).cloned().unwrap_or_default();
        let port = u16::try_from(ready("/port").as_u64().context("no port")?)?;
        let mut callers = BTreeMap::new();
        for role in ROLES {
            let link = ready(&format!("/links/{role}"));
            let link = link.as_str().with_context(|| format!("no link for the {role}"))?;
            let caller = Caller::new(role, port);
            caller.enter(link).await?;
            let token = link.rsplit_once('#').context("no token in the link")?.1;
            callers.insert(role, (caller, token.to_owned()));
        }
        let mut places = Places::new();
        for (name, of) in
            [("patient", "patient"), ("person", "patient"), ("therapist", "therapist"), ("sitter", "sitter")]
        {
            places
                .insert(name, ready(&format!("/people/{of}")).as_str().context("no such person")?.to_owned());
        }
        places.insert("session", ready("/session").as_str().context("no session")?.to_owned());
        places.insert("item", "PT-FOOD".to_owned());
        places.insert("instrument", "phq9".to_owned());
        let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto").canonicalize()?;
        let document = proto.join("openapi.json");
        let read = |file: &Path| anyhow::Ok(serde_json::from_slice::<Value>(&std::fs::read(file)?)?);
        let paths = read(&document)?.get("paths").and_then(Value::as_object).cloned().context("no paths")?;
        let problems = read(&proto.join("problems.json"))?;
        let spares = vec![];
        let mut stage = Self { port, work, document, paths, problems, callers, places, spares };
        stage.happen(&house.ready).await?;
        Ok(stage)
    }

    fn caller(&self, role: &str) -> anyhow::Result<&Caller> {
        self.callers.get(role).map(|(caller, _token)| caller).with_context(|| format!("no {role}"))
    }

    /// One of each thing that has an id of its own, and sessions that may end, through the pages' own routes.
    async fn happen(&mut self, ready: &Value) -> anyhow::Result<()> {
        let session = self.places.get("session").cloned().unwrap_or_default();
        let at = format!("/api/checkins/sessions/{session}");
        let patient = self.caller("patient")?;
        let page = json!({ "text": "A quiet week.", "shared": true, "session": null });
        let page = patient.post("/api/care/journal", &page).await?.good()?;
        let support = patient.post(&format!("{at}/support"), &json!({})).await?.good()?;
        let alarm = json!({ "kind": "something_wrong" });
        self.caller("therapist")?.post(&format!("{at}/alarm"), &alarm).await?.good()?;
        let open = self.caller("therapist")?.get("/api/checkins/incidents?open=true").await?.good()?;
        let id = |answer: &Value, pointer: &str| {
            answer
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .with_context(|| format!("no {pointer}"))
        };
        let path = "/api/scheduling/on-call/weekly";
        let duty = requests::body(path, "coordinator", &self.places);
        let duty = self.caller("coordinator")?.post(path, &duty).await?.good()?;
        let more = [
            ("entry", id(&duty, "/id")?),
            ("browser", session.clone()),
            ("record", id(&page, "/record")?),
            ("support", id(&support, "/id")?),
            ("incident", id(&open, "/0/id")?),
        ];
        let mut spares = vec![];
        for _ in 0..SPARES {
            spares.push(book(patient, ready).await?);
        }
        self.spares = spares;
        self.places.extend(more);
        Ok(())
    }

    /// Every method and path with its own description.
    fn operations(&self) -> impl Iterator<Item = (&'static str, &String, &Value)> {
        self.paths.iter().flat_map(|(path, item)| {
            ["get", "post"].into_iter().filter_map(move |method| Some((method, path, item.get(method)?)))
        })
    }

    /// Without a cookie, everything that needs a sign-in says so; what only a provider may ask is not there at all.
    async fn unasked(&self) -> anyhow::Result<Unasked> {
        let stranger = Caller::new("patient", self.port);
        let mut seen = Unasked::default();
        for (method, template, operation) in self.operations() {
            if operation.get("security") == Some(&json!([{}])) {
                continue;
            }
            let is_providers = operation.get("security") == Some(&json!([{ "provider": [] }]));
            let wanted = if is_providers { (404, "not_found") } else { (401, "auth.invalid") };
            let path = requests::path(template, &self.places);
            let answer = if method == "get" {
                stranger.get(&format!("{path}{}", requests::query(template, &self.places))).await?
            } else {
                stranger.post(&path, &requests::body(template, "patient", &self.places)).await?
            };
            seen.cases += 1;
            if answer.status != wanted.0 || answer.body.get("code") != Some(&json!(wanted.1)) {
                eprintln!("{method} {template} tells a stranger {}: {}", answer.status, answer.body);
                seen.failures += 1;
            }
        }
        Ok(seen)
    }

    /// All roles at once.
    async fn run(&self, amount: &Amount) -> anyhow::Result<BTreeMap<&'static str, Value>> {
        let mut running = BTreeMap::new();
        for role in ROLES {
            running.insert(role, Running::start(&self.work, role, &self.brief(role, amount)?)?);
        }
        let mut reports = BTreeMap::new();
        for (role, run) in running {
            reports.insert(role, run.report().await.with_context(|| format!("the {role}'s run"))?);
        }
        Ok(reports)
    }

    /// What one run is told.
    fn brief(&self, role: &str, amount: &Amount) -> anyhow::Result<Value> {
        let (caller, token) = self.callers.get(role).context("no such role")?;
        let cookie = caller.cookie().context("not signed in")?;
        let (mut bodies, mut queries) = (Map::new(), Map::new());
        let opened = ("POST /api/identity/links/redeem", json!({ "token": token }));
        for (method, template, operation) in self.operations() {
            let label = format!("{} {template}", method.to_uppercase());
            if operation.get("requestBody").is_some() {
                bodies.insert(label.clone(), requests::body(template, role, &self.places));
            }
            let query = requests::query(template, &self.places);
            let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
            let pairs: Map<_, _> = pairs.map(|(name, value)| (name.to_owned(), value.into())).collect();
            queries.insert(label, pairs.into());
        }
        bodies.insert(opened.0.to_owned(), opened.1);
        let sitter = self.places.get("sitter");
        if let Some(booking) = bodies.get_mut("POST /api/scheduling/bookings").and_then(Value::as_object_mut)
        {
            booking.insert("sitter".into(), json!(sitter));
        }
        Ok(json!({
            "url": format!("http://127.0.0.1:{}", self.port),
            "document": self.document,
            "role": role,
            "cookie": cookie.split_once('=').context("not a cookie")?.1,
            "token": token,
            "problems": self.problems,
            "places": self.places,
            "spares": self.spares,
            "bodies": bodies,
            "queries": queries,
            "ids": IDS,
            "lists": BTreeMap::from(LISTS),
            "fuzzing": amount.fuzzing,
            "stateful": amount.stateful,
            "coverage": amount.coverage,
            "seed": 1,
        }))
    }
}

/// What happened without a sign-in.
#[derive(Default)]
struct Unasked {
    cases: u64,
    failures: u64,
}

/// One role's run. Dropping it ends it.
struct Running {
    child: Child,
    out: PathBuf,
}

impl Running {
    fn start(work: &Path, role: &str, brief: &Value) -> anyhow::Result<Self> {
        let told_in = work.join(format!("{role}.json"));
        std::fs::write(&told_in, brief.to_string())?;
        let (out, log) = (work.join(format!("{role}.out")), work.join(format!("{role}.log")));
        let child = Command::new(told("PROOF_PYTHON")?)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("contract.py"))
            .arg(&told_in)
            .current_dir(work)
            .stdout(Stdio::from(std::fs::File::create(&out)?))
            .stderr(Stdio::from(std::fs::File::create(log)?))
            .spawn()
            .context("the run does not start")?;
        Ok(Self { child, out })
    }

    /// The last line of what it says, when it is over.
    async fn report(mut self) -> anyhow::Result<Value> {
        let status = loop {
            match self.child.try_wait()? {
                Some(status) => break status,
                None => pause(100).await,
            }
        };
        ensure!(status.success(), "{status}; see {}", self.out.with_extension("log").display());
        let text = std::fs::read_to_string(&self.out)?;
        let Some(last) = text.lines().last() else { bail!("it said nothing") };
        Ok(serde_json::from_str(last)?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What all runs found together, and how deep they went.
fn figures(unasked: &Unasked, runs: &BTreeMap<&'static str, Value>) -> Value {
    let number = |run: &Value, name: &str| run.get(name).and_then(Value::as_u64).unwrap_or_default();
    let sum = |name: &str| runs.values().map(|run| number(run, name)).sum::<u64>();
    let mut answers: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for (label, statuses) in runs.values().filter_map(|run| run.get("answers")?.as_object()).flatten() {
        for (status, count) in statuses.as_object().into_iter().flatten() {
            *answers.entry(label).or_default().entry(status).or_default() +=
                count.as_u64().unwrap_or_default();
        }
    }
    let is_good = |statuses: &BTreeMap<&str, u64>| statuses.keys().any(|status| status.starts_with('2'));
    let never_good: Vec<_> =
        answers.iter().filter(|(_, statuses)| !is_good(statuses)).map(|(label, _)| label).collect();
    let by_role: BTreeMap<_, _> = runs.iter().map(|(role, run)| (role, number(run, "cases"))).collect();
    let errors: Vec<_> = runs.values().filter_map(|run| run.get("errors")?.as_array()).flatten().collect();
    let is_whole = runs.values().all(|run| run.get("complete") == Some(&json!(true)));
    for (label, statuses) in &answers {
        eprintln!("{label}: {statuses:?}");
    }
    json!({
        "cases": sum("cases") + unasked.cases,
        "failures": sum("failures") + unasked.failures,
        "server_errors": sum("server_errors"),
        "errors": errors.len(),
        "whole": is_whole,
        "requests": sum("requests") + unasked.cases,
        "roles": by_role,
        "operations": answers.len(),
        "operations_good": answers.len() - never_good.len(),
        "never_good": never_good,
    })
}
