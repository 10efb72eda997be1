//! Redis is emptied, killed and frozen while 200 facts a second are told over it. Every fact is heard, and alarms go
//! on as if nothing happened.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]
#![expect(clippy::disallowed_methods, reason = "a proof is outside the house: it measures")]

mod alarms;
mod talk;

use alarms::Alarms;
use anyhow::ensure;
use serde_json::json;
use std::time::{Duration, Instant};
use talk::Talk;
use tests::servers::Server;
use tests::sink::Sink;
use tests::split::{Plan, Split};
use tests::{folder, pause, told};

/// Every fact told before a fault's end is heard this soon after it (reliability.md P19).
const RECOVERED: Duration = Duration::from_secs(30);

/// So long is it gone; and so long does it stand before the next fault, so that there is more and more to lose.
const GONE_MS: u64 = 3_000;
const STANDS_MS: u64 = 2_000;

#[derive(Debug, Clone, Copy)]
enum Fault {
    Emptied,
    Killed,
    Frozen,
}

const FAULTS: [Fault; 3] = [Fault::Emptied, Fault::Killed, Fault::Frozen];

fn main() -> anyhow::Result<()> {
    let count: usize = std::env::args().nth(1).map_or(Ok(20), |word| word.parse())?;
    actix_web::rt::System::new().block_on(async {
        let work = folder("house")?;
        let sink = Sink::start(&work)?;
        let program = told("PROOF_PROGRAM")?.into();
        let plan = Plan { program, folder: work.clone(), port: 0, smtp: sink.address.clone(), pace: 60 };
        let mut house = Split::open(plan)?;
        let talk = Talk::begin(&work.join("talk"), &house).await?;
        let mut alarms = Alarms::begin(&house, sink).await?;
        let began = Instant::now();
        let mut recovered_ms_max = 0;
        for (number, fault) in FAULTS.into_iter().cycle().take(count).enumerate() {
            eprintln!("{} of {count}: {fault:?}", number + 1);
            befall(&mut house.redis, fault, &talk, &mut alarms).await?;
            recovered_ms_max = recovered_ms_max.max(recovered(&talk).await?);
            pause(STANDS_MS).await;
        }
        talk.stop();
        pause(500).await;
        recovered_ms_max = recovered_ms_max.max(recovered(&talk).await?);
        let rate = talk.said().unsigned_abs() / began.elapsed().as_secs().max(1);
        let (missing, repeated) = talk.faults().await?;
        println!(
            "{}",
            json!({
                "faults": count, "facts": talk.said(), "facts_a_second": rate, "missing": missing,
                "taken_twice": repeated, "recovered_ms_max": recovered_ms_max, "alarms": alarms.raised,
                "lost": alarms.lost, "alarm_ms_max": alarms.slowest_ms,
            })
        );
        Ok(())
    })
}

/// One fault, with facts in the broker that nobody has taken yet, and an alarm in the middle of it.
async fn befall(redis: &mut Server, fault: Fault, talk: &Talk, alarms: &mut Alarms) -> anyhow::Result<()> {
    let deaf = talk.deafen().await?;
    match fault {
        Fault::Emptied => {
            redis.empty()?;
            deaf.rollback().await?;
            alarms.raise().await
        }
        Fault::Killed => {
            redis.kill();
            deaf.rollback().await?;
            let raised = alarms.raise().await;
            pause(GONE_MS).await;
            redis.start()?;
            raised
        }
        Fault::Frozen => {
            redis.freeze();
            deaf.rollback().await?;
            let raised = alarms.raise().await;
            pause(GONE_MS).await;
            redis.thaw();
            raised
        }
    }
}

/// How long until everything told so far is heard.
async fn recovered(talk: &Talk) -> anyhow::Result<u64> {
    let (ended, told) = (Instant::now(), talk.counts());
    while !talk.has_heard(&told).await? {
        ensure!(ended.elapsed() < RECOVERED, "facts are still missing after {} s", RECOVERED.as_secs());
        pause(50).await;
    }
    Ok(u64::try_from(ended.elapsed().as_millis())?)
}
