//! Everything is restarted one by one, two gateways included, at 50 requests a second: none of them fails.
//!
//! The driver does what a load balancer does: it asks each gateway's `/ready` and sends nothing to one that says no.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]
#![expect(clippy::disallowed_methods, reason = "a proof is outside the house: it measures")]

use anyhow::Context as _;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tests::caller::Caller;
use tests::sink::Sink;
use tests::split::{PARTS, Plan, SECOND_GATEWAY, Split, is_ready};
use tests::{booking, folder, pause, told};

/// 50 a second.
const BEAT: Duration = Duration::from_millis(20);
/// How often a load balancer looks.
const LOOK_MS: u64 = 200;

/// One person's browser, at either gateway.
struct Person {
    first: Caller,
    second: Caller,
}

/// What is asked over and over: by whom, the path, and a body for what changes something.
struct Errand(Rc<Person>, String, Option<Value>);

struct Load {
    errands: Vec<Rc<Errand>>,
    /// Which gateways take requests.
    open: Cell<(bool, bool)>,
    failed: RefCell<Vec<String>>,
    took_ms: RefCell<Vec<u128>>,
    goes_on: Cell<bool>,
}

fn main() -> anyhow::Result<()> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(2), |word| word.parse())?;
    actix_web::rt::System::new().block_on(async {
        let work = folder("house")?;
        let sink = Sink::start(&work)?;
        let program = told("PROOF_PROGRAM")?.into();
        let plan = Plan { program, folder: work, port: 0, smtp: sink.address.clone(), pace: 60 };
        let mut house = Split::open(plan)?;
        house.open_second_gateway()?;
        let load = Rc::new(Load::of(&house).await?);
        actix_web::rt::spawn(balance(Rc::clone(&load), addresses(&house)?));
        let driving = actix_web::rt::spawn(drive(Rc::clone(&load)));
        let mut restarts = 0;
        for round in 0..rounds {
            for part in PARTS.into_iter().chain([SECOND_GATEWAY]) {
                eprintln!("round {}: {part}", round + 1);
                // Beside the load: it goes on while the part is gone.
                house = actix_web::rt::task::spawn_blocking(move || restarted(house, part)).await??;
                restarts += 1;
                // The next one goes when this one is known to be back.
                pause(LOOK_MS * 2).await;
            }
        }
        load.goes_on.set(false);
        driving.await?;
        println!("{}", load.figures(restarts));
        Ok(())
    })
}

fn restarted(mut house: Split, part: &'static str) -> anyhow::Result<Split> {
    house.stop(part)?;
    house.start(part)?;
    Ok(house)
}

fn addresses(house: &Split) -> anyhow::Result<[String; 2]> {
    Ok([house.address("gateway")?, house.address(SECOND_GATEWAY)?])
}

impl Load {
    async fn of(house: &Split) -> anyhow::Result<Self> {
        let [patient, therapist, coordinator, prescriber, admin] = [
            Person::enter(house, "patient").await?,
            Person::enter(house, "therapist").await?,
            Person::enter(house, "coordinator").await?,
            Person::enter(house, "prescriber").await?,
            Person::enter(house, "admin").await?,
        ];
        let session = booking::book(&patient.first, &house.ready).await?;
        let entry =
            json!({ "text": "One line while the house is renewed.", "shared": false, "session": null });
        let check = json!({ "camera": true, "microphone": true, "speaker": true,
            "connection": { "round_trip_ms": 40, "loss_percent": 0 } });
        let heard = json!({ "sound_heard": true });
        let errands = [
            Errand(patient.clone(), "/api/care/journal".into(), Some(entry)),
            Errand(therapist.clone(), format!("/api/checkins/sessions/{session}/watch"), None),
            Errand(coordinator.clone(), "/api/scheduling/bookings".into(), None),
            Errand(prescriber.clone(), format!("/api/safety/sessions/{session}"), None),
            Errand(admin.clone(), "/api/identity/people".into(), None),
            Errand(patient, format!("/api/video/sessions/{session}/device-check"), Some(check)),
            Errand(therapist, format!("/api/checkins/sessions/{session}/screen-test"), Some(heard)),
            Errand(admin, "/api/notify/mailbox".into(), None),
            Errand(coordinator, "/api/safety/sessions".into(), None),
            Errand(prescriber, "/api/time".into(), None),
        ];
        Ok(Self {
            errands: errands.map(Rc::new).into(),
            open: Cell::new((true, true)),
            failed: RefCell::default(),
            took_ms: RefCell::default(),
            goes_on: Cell::new(true),
        })
    }

    /// One errand, at a gateway that is open; it counts as failed unless the answer is good.
    async fn run(&self, Errand(who, path, body): &Errand, prefers_first: bool) {
        let (first, second) = self.open.get();
        let (gateway, caller) =
            if prefers_first && first || !second { (1, &who.first) } else { (2, &who.second) };
        let began = Instant::now();
        let answer = match body {
            Some(body) => caller.post(path, body).await,
            None => caller.get(path).await,
        };
        self.took_ms.borrow_mut().push(began.elapsed().as_millis());
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => {}
            Ok(answer) => self.failed.borrow_mut().push(format!("{path}: {} {}", answer.status, answer.body)),
            Err(error) => self.failed.borrow_mut().push(format!("{path} at gateway {gateway}: {error:#}")),
        }
    }

    fn figures(&self, restarts: usize) -> Value {
        let (mut took, failed) = (self.took_ms.borrow_mut(), self.failed.borrow());
        took.sort_unstable();
        let rank = |share: usize| {
            u64::try_from(took.get(took.len() * share / 100).copied().unwrap_or(0)).unwrap_or(0)
        };
        for failure in failed.iter().take(10) {
            eprintln!("{failure}");
        }
        json!({
            "restarts": restarts, "requests": took.len(), "failed": failed.len(), "p50_ms": rank(50), "p99_ms": rank(99),
            "ms_max": took.last().and_then(|most| u64::try_from(*most).ok()),
        })
    }
}

impl Person {
    /// Signed in once; both gateways know the cookie.
    async fn enter(house: &Split, role: &str) -> anyhow::Result<Rc<Self>> {
        let link =
            house.ready.pointer(&format!("/links/{role}")).and_then(Value::as_str).context("no link")?;
        let first = Caller::new(role, house.port());
        first.enter(link).await?;
        let port = house.address(SECOND_GATEWAY)?.rsplit(':').next().context("no port")?.parse()?;
        let second = Caller::new(role, port);
        second.take_cookie(first.cookie());
        Ok(Rc::new(Self { first, second }))
    }
}

async fn balance(load: Rc<Load>, addresses: [String; 2]) {
    while load.goes_on.get() {
        let asked = addresses.clone();
        let found =
            actix_web::rt::task::spawn_blocking(move || asked.map(|address| is_ready(&address))).await;
        if let Ok(open) = found {
            let [first, second] = open;
            load.open.set((first, second));
        }
        pause(LOOK_MS).await;
    }
}

async fn drive(load: Rc<Load>) {
    let mut beats = tokio::time::interval(BEAT);
    let mut running = vec![];
    for (errand, turn) in load.errands.iter().cycle().zip([true, true, false].into_iter().cycle()) {
        if !load.goes_on.get() {
            break;
        }
        beats.tick().await;
        let (load, errand) = (Rc::clone(&load), Rc::clone(errand));
        running.push(actix_web::rt::spawn(async move { load.run(&errand, turn).await }));
    }
    for errand in running {
        // Its outcome is in the figures.
        let _ = errand.await;
    }
}
