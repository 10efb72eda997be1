//! The media port under a flood, from strangers and from somebody in the room: the others hear each other as before
//! (reliability.md P37; §5, rows 35 to 37).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

mod flood;

use anyhow::Context as _;
use flood::Rubbish;
use media::cost::{measure, memory_mib, processor};
use media::load::payload::Payloads;
use media::time::now;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tests::night::figures::ranked;
use tests::process::{Plan, free_port};
use tests::room::company::{self, Company, PATIENCE, Seen};
use tests::room::{Desk, Room};
use tests::{folder, pause, told};

/// How long all is quiet before.
const CALM: Duration = Duration::from_secs(5);
/// A packet of sound every 20 ms.
const SOUNDS_PER_SECOND: u64 = 50;

/// How long each sound was on its way, in microseconds.
type Delays = Arc<Mutex<Vec<i64>>>;

fn main() -> anyhow::Result<()> {
    let seconds = std::env::args().nth(1).map_or(Ok(30), |word| word.parse())?;
    actix_web::rt::System::new().block_on(drill(Duration::from_secs(seconds)))
}

async fn drill(length: Duration) -> anyhow::Result<()> {
    let data = folder("media-flood")?.join("data");
    let program = told("PROOF_PROGRAM")?.into();
    let (port, pace) = (free_port()?, 1);
    let plan = Plan { program, data, port, database: None, smtp: None, pace, session: true };
    let house = plan.start_with(&["--requests", "1000"])?;
    let (room, desk) = Room::of(&house.ready, &plan.data).await?;
    for whom in [room.sam, room.ana] {
        company::knock_and_open(&room, &desk, whom).await?;
    }
    let calm = listened(&room, &desk, CALM, house.id(), None).await?;
    eprintln!("calm: {calm}");
    // Ana's page has gone mad, and strangers have found the port.
    let rubbish = Rubbish::thrown_by(&room, room.ana)?;
    let flooded = listened(&room, &desk, length, house.id(), Some(&rubbish)).await?;
    let thrown = rubbish.end()?;
    let of = |name: &str| flooded.get(name).cloned().unwrap_or_default();
    println!(
        "{}",
        json!({
            "loss_pct": of("loss_pct"), "delay_ms_p99": of("delay_ms_p99"), "lines_lost": of("lines_lost"),
            "signalling_ms_p99": of("signalling_ms_p99"), "rss_grew_mib": of("rss_grew_mib"),
            "cpu_pct": of("cpu_pct"), "thrown": thrown.count, "thrown_pps": thrown.pps, "heard": of("heard"),
            "calm": calm, "flooded": flooded,
        })
    );
    Ok(())
}

/// Dr. Lee and Sam talk for so long: what was lost, how late it was, and what it cost the house.
async fn listened(
    room: &Room,
    _desk: &Desk,
    length: Duration,
    house: u32,
    rubbish: Option<&Rubbish>,
) -> anyhow::Result<Value> {
    let (began, delays) = (now(), Delays::default());
    let (theirs, ears) = (room.clone(), Arc::clone(&delays));
    let enters = move || {
        let mut visitors = vec![];
        for who in [theirs.lee, theirs.sam] {
            let mut visitor = company::enter_well(&theirs, who)?;
            let ear = Arc::clone(&ears);
            visitor.peer.ear = Some(Box::new(move |sound| note(&ear, began, sound)));
            visitors.push(visitor);
        }
        Ok(visitors)
    };
    let company = Company::begin(enters, move |at| stamped(began, at))?;
    pause(500).await;
    let before = (memory_mib(house)?, processor(house)?, now());
    delays.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let _flood = rubbish.map(Rubbish::begin);
    let mut answers = vec![];
    while now() < before.2 + length {
        answers.push(answered(room)?);
        pause(50).await;
    }
    let seconds = before.2.elapsed().as_secs_f64();
    let cpu = processor(house)?.saturating_sub(before.1).as_secs_f64() / seconds * 100.0;
    let seen = company.end()?;
    Ok(figures(&seen, &delays, &mut answers, seconds, cpu, memory_mib(house)? - before.0))
}

fn figures(
    seen: &[Seen],
    delays: &Delays,
    answers: &mut [i64],
    seconds: f64,
    cpu: f64,
    rss_grew: f64,
) -> Value {
    let mut delays = delays.lock().unwrap_or_else(PoisonError::into_inner).clone();
    delays.sort_unstable();
    answers.sort_unstable();
    let sum = |of: fn(&Seen) -> u64| seen.iter().map(of).sum::<u64>();
    let (packets, gaps) = (sum(|one| one.packets), sum(|one| one.gaps));
    let lost = seen.iter().filter(|one| one.is_lost || one.ended.is_some()).count();
    let ms = |micros: i64| measure(u64::try_from(micros).unwrap_or_default()) / 1_000.0;
    let round = |figure: f64| (figure * 100.0).round() / 100.0;
    // Everybody hears one other; what is missing at the end is in no gap.
    let wanted =
        measure(SOUNDS_PER_SECOND) * seconds * measure(u64::try_from(seen.len()).unwrap_or_default());
    json!({
        "heard": packets, "gaps": gaps, "lines_lost": lost,
        "loss_pct": round((100.0 * measure(gaps) / measure((packets + gaps).max(1))).max(100.0 * (1.0 - measure(u64::try_from(delays.len()).unwrap_or_default()) / wanted))),
        "delay_ms_p50": ms(ranked(&delays, 50)), "delay_ms_p99": ms(ranked(&delays, 99)),
        "delay_ms_max": ms(ranked(&delays, 100)), "signalling_ms_p99": ms(ranked(answers, 99)),
        "cpu_pct": round(cpu), "rss_grew_mib": round(rss_grew),
    })
}

/// How long the door takes to answer somebody, in microseconds.
fn answered(room: &Room) -> anyhow::Result<i64> {
    let asked_at = now();
    let mut line = room.knock("nobody's")?;
    line.waits_for(&["ended"], PATIENCE).context("the door did not answer")?;
    Ok(i64::try_from(asked_at.elapsed().as_micros())?)
}

/// Sound that says when it was sent.
fn stamped(began: Instant, at: Instant) -> Payloads {
    let mut payloads = Payloads::new(900);
    let sent = u64::try_from(at.saturating_duration_since(began).as_micros()).unwrap_or(u64::MAX);
    payloads.sound = sent.to_be_bytes().into_iter().chain([0; 82]).collect();
    payloads
}

fn note(delays: &Delays, began: Instant, sound: &[u8]) {
    let Some(sent) = sound.first_chunk().map(|sent| u64::from_be_bytes(*sent)) else { return };
    let came = u64::try_from(now().saturating_duration_since(began).as_micros()).unwrap_or(u64::MAX);
    let delay = i64::try_from(came.saturating_sub(sent)).unwrap_or(i64::MAX);
    delays.lock().unwrap_or_else(PoisonError::into_inner).push(delay);
}
