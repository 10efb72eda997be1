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
    at: [Caller; 2],
}

/// What is asked over and over: who, the path, and a body for what changes something.
type Errand = (usize, String, Option<Value>);

struct Load {
    people: Vec<Person>,
    errands: Vec<Errand>,
    /// Which gateways take requests.
    open: Cell<[bool; 2]>,
    sent: Cell<u64>,
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
                house.stop(part)?;
                house.start(part)?;
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

fn addresses(house: &Split) -> anyhow::Result<[String; 2]> {
    Ok([house.address("gateway")?, house.address(SECOND_GATEWAY)?])
}

impl Load {
    async fn of(house: &Split) -> anyhow::Result<Self> {
        let mut people = vec![];
        for role in ["patient", "therapist", "coordinator", "prescriber", "admin"] {
            people.push(Person::enter(house, role).await?);
        }
        let [patient, ..] = people.as_slice() else { anyhow::bail!("nobody") };
        let session = booking::book(&patient.at[0], &house.ready).await?;
        let entry =
            json!({ "text": "One line while the house is renewed.", "shared": false, "session": null });
        let check = json!({ "camera": true, "microphone": true, "speaker": true,
            "connection": { "round_trip_ms": 40, "loss_percent": 0 } });
        let errands = vec![
            (0, "/api/care/journal".into(), Some(entry)),
            (1, format!("/api/checkins/sessions/{session}/watch"), None),
            (2, "/api/scheduling/bookings".into(), None),
            (3, format!("/api/safety/sessions/{session}"), None),
            (4, "/api/identity/people".into(), None),
            (0, format!("/api/video/sessions/{session}/device-check"), Some(check)),
            (
                1,
                format!("/api/checkins/sessions/{session}/screen-test"),
                Some(json!({ "sound_heard": true })),
            ),
            (4, "/api/notify/mailbox".into(), None),
            (2, "/api/safety/sessions".into(), None),
            (3, "/api/time".into(), None),
        ];
        Ok(Self {
            people,
            errands,
            open: Cell::new([true; 2]),
            sent: Cell::new(0),
            failed: RefCell::default(),
            took_ms: RefCell::default(),
            goes_on: Cell::new(true),
        })
    }

    /// One errand, at a gateway that is open; it counts as failed unless the answer is good.
    async fn run(&self, number: u64) {
        let errands = self.errands.len() as u64;
        let (who, path, body) = &self.errands[usize::try_from(number % errands).unwrap_or(0)];
        let turn = usize::try_from(number / errands % 2).unwrap_or(0);
        let gateway = if self.open.get()[turn] { turn } else { 1 - turn };
        let (caller, began) = (&self.people[*who].at[gateway], Instant::now());
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
    async fn enter(house: &Split, role: &str) -> anyhow::Result<Self> {
        let link =
            house.ready.pointer(&format!("/links/{role}")).and_then(Value::as_str).context("no link")?;
        let first = Caller::new(role, house.port());
        first.enter(link).await?;
        let port = house.address(SECOND_GATEWAY)?.rsplit(':').next().context("no port")?.parse()?;
        let second = Caller::new(role, port);
        second.take_cookie(first.cookie());
        Ok(Self { at: [first, second] })
    }
}

async fn balance(load: Rc<Load>, addresses: [String; 2]) {
    while load.goes_on.get() {
        let asked = addresses.clone();
        let found =
            actix_web::rt::task::spawn_blocking(move || asked.map(|address| is_ready(&address))).await;
        if let Ok(open) = found {
            load.open.set(open);
        }
        pause(LOOK_MS).await;
    }
}

async fn drive(load: Rc<Load>) {
    let mut beats = tokio::time::interval(BEAT);
    let mut running = vec![];
    while load.goes_on.get() {
        beats.tick().await;
        let number = load.sent.replace(load.sent.get() + 1);
        let load = Rc::clone(&load);
        running.push(actix_web::rt::spawn(async move { load.run(number).await }));
    }
    for errand in running {
        // Its outcome is in the figures.
        let _ = errand.await;
    }
}
