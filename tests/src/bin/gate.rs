//! Every blocking item of clinical.md §3, each alone: the dose is refused, the item and its owner are named, and
//! nothing is half-written. The list below is written by hand from that page; a difference either way fails.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

use anyhow::{Context as _, bail, ensure};
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::ids;
use holdspace::demo::clinic::{self, People};
use holdspace::demo::session::{self, Cast, until};
use holdspace::house::House;
use holdspace::inside::Inside;
use kernel::role::Role;
use kernel::time::{Pace, Span};
use proto::envelope::{Envelope, Event as _};
use proto::events::checkins::{HouseStands, WatchClosed};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::folder;

/// Blocking by a person's answer: the id, and who may own it. Conditional ones (ST-BACK, TH-SAFE) block too.
const ANSWERED: &[(&str, &[&str])] = &[
    ("PT-ID", &["therapist"]),
    ("PT-FOOD", &["patient"]),
    ("PT-FLUID", &["patient"]),
    ("PT-ALC", &["patient", "sitter"]),
    ("PT-SUB", &["patient"]),
    ("PT-MED", &["patient", "therapist"]),
    ("PT-WELL", &["patient"]),
    ("PT-PREG", &["patient"]),
    ("PT-POS", &["patient", "sitter", "therapist"]),
    ("PT-HAZ", &["patient", "sitter"]),
    ("PT-BASIN", &["patient", "sitter", "therapist"]),
    ("PT-LIGHT", &["patient", "sitter", "therapist"]),
    ("PT-PHONE", &["patient"]),
    ("PT-KIDS", &["patient", "sitter"]),
    ("PT-DRIVE", &["patient"]),
    ("PT-TIME", &["patient"]),
    ("PT-INTV", &["patient"]),
    ("ST-ADULT", &["therapist"]),
    ("ST-SOBER", &["sitter", "therapist"]),
    ("ST-STAY", &["sitter"]),
    ("ST-ABLE", &["sitter"]),
    ("ST-ADDR", &["sitter"]),
    ("ST-PLAN", &["sitter"]),
    ("ST-BPC", &["sitter"]),
    ("ST-REL", &["coordinator"]),
    ("ST-BACK", &["patient", "sitter"]),
    ("TH-LIC", &["therapist"]),
    ("TH-ID", &["therapist"]),
    ("TH-EMS", &["therapist"]),
    ("TH-CONT", &["therapist"]),
    ("TH-CSSRS", &["therapist"]),
    ("TH-RX", &["therapist", "prescriber"]),
    ("TH-RXP", &["therapist", "prescriber"]),
    ("TH-PLANB", &["therapist"]),
    ("TH-AV", &["therapist"]),
    ("TH-STATE", &["therapist"]),
    ("TH-PRIV", &["therapist"]),
    ("TH-SAFE", &["therapist"]),
    ("TH-FIT", &["therapist"]),
    ("RX-ELIG", &["prescriber"]),
    ("RX-DEA", &["prescriber"]),
    ("RX-PDMP", &["prescriber"]),
    ("RX-VS", &["prescriber"]),
    ("RX-DOSE", &["prescriber"]),
];

/// Blocking by a "no" that also places a hold on the patient: only the prescriber lifts that.
const HOLDING: &[(&str, &[&str])] = &[("PT-CSSRS", &["therapist"]), ("PT-CNT", &["therapist"])];

/// Blocking by a fact that is not there.
const MISSING: &[(&str, &[&str])] = &[
    ("PT-CONS", &["patient", "therapist"]),
    ("ST-AGREE", &["sitter"]),
    ("ST-TRAIN", &["sitter"]),
    ("ST-PHONE", &["sitter"]),
    ("ST-PRES", &["sitter"]),
    ("PT-LOC", &["patient", "therapist"]),
    ("PT-BP", &["sitter", "patient", "therapist"]),
    ("PT-SPO2", &["sitter", "patient", "therapist"]),
    ("RX-AMB", &["prescriber"]),
    ("RX-CALL", &["on_call"]),
    ("WATCH-SCREEN", &["therapist"]),
    ("WATCH-ARMED", &["therapist", "coordinator"]),
    ("WATCH-LIVE", &["admin"]),
    ("WATCH-CLOCK", &["admin"]),
    ("WATCH-SECOND", &["admin"]),
    ("WATCH-DOG", &["admin"]),
];

fn main() -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let mut refused = 0;
        for (id, owners) in MISSING {
            eprintln!("without {id}");
            let story = Story::begin(id).await?;
            story.without(id, owners).await.with_context(|| format!("without {id}"))?;
            refused += 1;
        }
        refused += Story::begin("answers").await?.answers().await?;
        // TH-CONS goes with PT-CONS: one missing signature, seen by two people.
        let items = ANSWERED.len() + HOLDING.len() + MISSING.len() + 1;
        println!("{}", json!({ "items": items, "refused": refused + 1, "passed": items == refused + 1 }));
        ensure!(items == refused + 1, "not every item was refused");
        Ok(())
    })
}

struct Story {
    house: House,
    inside: Inside,
    people: People,
}

impl Story {
    /// A house of its own: what was signed or learnt in one lasts for months, and would hide what is missing.
    async fn begin(name: &str) -> anyhow::Result<Self> {
        let config =
            Config { data_dir: folder(name)?, demo: true, demo_pace: Pace::new(60)?, ..Config::default() };
        let house = House::stand_up(config, Clock::system()).await?;
        let inside = Inside::new(&house.ground, &house.mounted).await?;
        let people = clinic::found(&house, &inside).await?;
        Ok(Self { house, inside, people })
    }

    /// A session with everything in place but one item.
    async fn everything_but(&self, but: &str) -> anyhow::Result<Cast> {
        let session = session::book(&self.house, &self.inside, &self.people, Pace::new(60)?).await?;
        let cast = Cast::of(&self.inside, &self.people, session);
        let clock = &self.house.ground.clock;
        // The clock stands a minute and a half back, and moves on between the two readings.
        clock.set_back(Span::seconds(90));
        session::prepare(&cast, but).await?;
        for before in [Span::seconds(75), Span::ZERO] {
            clock.set_back(before);
            // Amber waits for the prescriber; red is no dose today (clinical.md §4.3).
            let systolic = match but {
                "RX-AMB" => 150,
                "PT-BP" => 170,
                _other => 122,
            };
            let spo2 = (but != "PT-SPO2").then_some(98);
            session::reading(&cast, systolic, spo2, clock.now()).await?;
        }
        if but != "RX-CALL" {
            session::on_call(&self.house, &self.inside, &self.people).await?;
        }
        cast.ready().await?;
        Ok(cast)
    }

    async fn without(&self, id: &str, owners: &[&str]) -> anyhow::Result<()> {
        let cast = self.everything_but(id).await?;
        match id {
            "WATCH-ARMED" => self.stand_down(&cast).await?,
            "WATCH-LIVE" | "WATCH-CLOCK" | "WATCH-SECOND" | "WATCH-DOG" => self.weaken(&cast, id).await?,
            _others => {}
        }
        let expected: &[&str] = if id == "PT-CONS" { &["PT-CONS", "TH-CONS"] } else { &[id] };
        refused(&cast, expected, owners).await
    }

    /// Announces, as checkins would, that this is gone. The watch itself announces the truth again within a second, which
    /// is long enough to be refused.
    async fn weaken(&self, cast: &Cast, id: &str) -> anyhow::Result<()> {
        gate(cast, "an open gate", |open| open).await?;
        let at = self.house.ground.clock.now();
        let word = |of: &str| if of == id { "missing" } else { "there" }.to_owned();
        let said = HouseStands {
            writable: id != "WATCH-LIVE",
            clocks_agree: id != "WATCH-CLOCK",
            standby: word("WATCH-SECOND"),
            watchdog: word("WATCH-DOG"),
            at,
        };
        let envelope = Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/checkins".into(),
            name: HouseStands::NAME.into(),
            occurred_at: at,
            clinic: self.people.clinic,
            subject: None,
            audience: vec![],
            data: serde_json::to_value(said)?,
        };
        self.house.ground.bus.cast(&[envelope]).await?;
        gate(cast, "a gate closed again", |open| !open).await
    }

    /// Says on the bus, as checkins would, that the watch stood down, and waits until safety has heard it.
    async fn stand_down(&self, cast: &Cast) -> anyhow::Result<()> {
        // The watch's own news first: armed after closed would be armed.
        gate(cast, "an open gate", |open| open).await?;
        let at = self.house.ground.clock.now();
        let envelope = Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/checkins".into(),
            name: WatchClosed::NAME.into(),
            occurred_at: at,
            clinic: self.people.clinic,
            subject: Some(cast.session),
            audience: vec![],
            data: serde_json::to_value(WatchClosed { session: cast.session, at })?,
        };
        self.house.ground.bus.publish(&[envelope]).await?;
        gate(cast, "a gate closed again", |open| !open).await
    }

    /// Each answerable item turned to "no" alone, and back; at the end the dose may begin.
    async fn answers(&self) -> anyhow::Result<usize> {
        let cast = self.everything_but("").await?;
        same_list(&cast).await?;
        for (id, owners) in ANSWERED {
            eprintln!("{id}: no");
            say(&cast, id, "no").await?;
            refused(&cast, &[id], owners).await.with_context(|| format!("{id}: no"))?;
            say(&cast, id, "yes").await?;
        }
        for (id, owners) in HOLDING {
            eprintln!("{id}: no, and a hold");
            say(&cast, id, "no").await?;
            refused(&cast, &[id, "HOLD"], &[owners, ["prescriber"].as_slice()].concat()).await?;
            say(&cast, id, "yes").await?;
            let why = json!({ "reason": "Looked into it with the patient" });
            let prescriber = acting(&cast, Role::Prescriber)?;
            prescriber.post(&cast.safety("hold/clearance"), &why).await?;
        }
        cast.therapist
            .post(&cast.safety("dose/offer"), &json!({}))
            .await
            .context("everything is in place")?;
        Ok(ANSWERED.len() + HOLDING.len())
    }
}

/// Waits until the gate stands so.
async fn gate(cast: &Cast, what: &str, stands: impl Fn(bool) -> bool) -> anyhow::Result<()> {
    until(what, async || {
        let gate = cast.therapist.get(&cast.safety("gate")).await?;
        Ok(gate.get("open").and_then(Value::as_bool).is_some_and(&stands).then_some(()))
    })
    .await
}

fn acting(cast: &Cast, role: Role) -> anyhow::Result<&holdspace::inside::Acting> {
    cast.people
        .iter()
        .find(|(theirs, _)| *theirs == role)
        .map(|(_, acting)| acting)
        .context("nobody in that role")
}

/// Everyone who answers this item answers it so.
async fn say(cast: &Cast, id: &str, answer: &str) -> anyhow::Result<()> {
    let items = cast.therapist.get(&cast.safety("checklist")).await?;
    let item = find(&items, id).with_context(|| format!("{id} is not on the checklist"))?;
    let attesters = item.get("attesters").and_then(Value::as_array).cloned().unwrap_or_default();
    for attester in attesters {
        let role: Role = attester.as_str().unwrap_or_default().parse()?;
        let body = json!({ "answer": answer, "reason": null });
        acting(cast, role)?.post(&cast.safety(&format!("checklist/{id}")), &body).await?;
    }
    Ok(())
}

fn find<'a>(items: &'a Value, id: &str) -> Option<&'a Value> {
    items.as_array()?.iter().find(|item| item.get("id").and_then(Value::as_str) == Some(id))
}

/// Refused with exactly these items, each with an owner of ours and a sentence; and nothing half-written.
async fn refused(cast: &Cast, expected: &[&str], owners: &[&str]) -> anyhow::Result<()> {
    let wanted: BTreeSet<String> = expected.iter().map(|id| (*id).to_owned()).collect();
    let problem = until("exactly these reasons", async || {
        let (status, problem) = cast.therapist.try_post(&cast.safety("dose/offer"), &json!({})).await?;
        ensure!(status == 409, "the dose was not refused: {status} {problem}");
        Ok((names(&problem) == wanted).then_some(problem))
    });
    let problem = match problem.await {
        Ok(problem) => problem,
        Err(never) if !never.to_string().contains("did not come") => return Err(never),
        Err(_never) => {
            let (_, problem) = cast.therapist.try_post(&cast.safety("dose/offer"), &json!({})).await?;
            bail!("refused for {:?}, not for {wanted:?}: {problem}", names(&problem));
        }
    };
    ensure!(problem.get("code") == Some(&json!("gate.closed")), "{problem}");
    for field in problem.get("fields").and_then(Value::as_array).into_iter().flatten() {
        let owner = field.get("owner").and_then(Value::as_str).unwrap_or_default();
        ensure!(owners.contains(&owner), "{field} is not {owners:?}'s");
        ensure!(
            field.get("detail").and_then(Value::as_str).is_some_and(|text| text.len() > 10),
            "no sentence: {field}"
        );
    }
    let state = cast.therapist.get(cast.safety("").trim_end_matches('/')).await?;
    let is_untouched =
        state.get("offer").is_some_and(Value::is_null) && state.get("dose_at").is_some_and(Value::is_null);
    ensure!(
        is_untouched && state.get("phase") == Some(&json!("gate")),
        "something was half-written: {state}"
    );
    Ok(())
}

fn names(problem: &Value) -> BTreeSet<String> {
    let fields = problem.get("fields").and_then(Value::as_array).into_iter().flatten();
    fields.filter_map(|field| field.get("name").and_then(Value::as_str).map(str::to_owned)).collect()
}

/// The house's own blocking items are exactly those of the hand-written list.
async fn same_list(cast: &Cast) -> anyhow::Result<()> {
    let items = cast.therapist.get(&cast.safety("checklist")).await?;
    let blocking = |item: &&Value| item.get("blocking") == Some(&json!(true));
    let theirs: BTreeSet<_> = items
        .as_array()
        .into_iter()
        .flatten()
        .filter(blocking)
        .filter_map(|item| item.get("id").and_then(Value::as_str))
        .collect();
    let ours: BTreeSet<_> =
        ANSWERED.iter().chain(HOLDING).chain(MISSING).map(|(id, _)| *id).chain(["TH-CONS"]).collect();
    ensure!(
        theirs == ours,
        "the house has {:?} more, and lacks {:?}",
        theirs.difference(&ours),
        ours.difference(&theirs)
    );
    Ok(())
}
