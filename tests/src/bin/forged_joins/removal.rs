//! Somebody is sent out: how long a packet still reaches them or comes from them, and that nothing lets them back.

use crate::attempts::Ledger;
use media::load::payload::Payloads;
use media::time::now;
use std::time::Duration;
use tests::pause;
use tests::room::company::{self, Company};
use tests::room::{Desk, NOBODYS, Room, Someone};

/// Sound flows for so long before, and would be seen for so long after.
const BEFORE_MS: u64 = 1_000;
const AFTER_MS: u64 = 3_000;
/// Fresh tickets that a removed person tries.
const TRIES: usize = 25;

/// How it went.
pub struct Removals {
    /// How many were sent out.
    pub count: usize,
    /// The longest from the press to the last packet, either way.
    pub ms_max: u128,
}

/// Sends Sam out, then Ana, each in the middle of a talk with Dr. Lee.
pub async fn of(room: &Room, desk: &Desk, ledger: &mut Ledger) -> anyhow::Result<Removals> {
    let mut ms_max = 0;
    let all = [room.sam, room.ana];
    for whom in all {
        ms_max = ms_max.max(one(room, desk, whom, ledger).await?.as_millis());
        for _try in 0..TRIES {
            let fresh = room.sign(&room.claims(whom, NOBODYS))?;
            ledger.refuses(room, "removed, with a fresh ticket", &fresh, "room.removed")?;
        }
        let elsewhere = Someone { device: "another-device", ..whom };
        let fresh = room.sign(&room.claims(elsewhere, NOBODYS))?;
        ledger.refuses(room, "removed, from another device", &fresh, "room.removed")?;
        ledger.holds("a removed person was admitted", desk.admit(whom).await.is_err());
    }
    Ok(Removals { count: all.len(), ms_max })
}

async fn one(room: &Room, desk: &Desk, whom: Someone, ledger: &mut Ledger) -> anyhow::Result<Duration> {
    let theirs = room.clone();
    let enters =
        move || [theirs.lee, whom].map(|who| company::enter_well(&theirs, who)).into_iter().collect();
    let company = Company::begin(enters, |_| Payloads::new(900))?;
    pause(BEFORE_MS).await;
    let pressed_at = now();
    desk.remove(whom).await?;
    pause(AFTER_MS).await;
    let seen = company.end()?;
    let removed = seen.get(1).and_then(|seen| seen.ended.as_ref());
    let why = removed.and_then(|ended| ended.get("why")).and_then(serde_json::Value::as_str);
    ledger.holds(&format!("the removed person was told {removed:?}"), why == Some("removed"));
    ledger.holds("nobody was heard before the removal", seen.iter().all(|one| one.packets >= 20));
    let last = seen.iter().filter_map(|one| one.reached_at).max();
    Ok(last.map_or(Duration::ZERO, |last| last.saturating_duration_since(pressed_at)))
}
