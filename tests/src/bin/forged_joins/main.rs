//! Two thousand ways into a room that must stay shut, one that must open, and a removal after which nothing flows
//! (reliability.md P30, P31).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a proof answers on standard output")]

mod attempts;
mod offers;
mod removal;
mod tickets;

use attempts::Ledger;
use chassis::keys::Keys;
use kernel::role::Role;
use media::load::payload::Payloads;
use serde_json::json;
use tests::dice::Dice;
use tests::process::{Plan, free_port};
use tests::room::company::{self, Company};
use tests::room::{NOBODYS, Room, Someone};
use tests::{folder, told};

/// The same attempts every night.
const SEED: u64 = 30;

fn main() -> anyhow::Result<()> {
    let rounds = std::env::args().nth(1).map_or(Ok(50), |word| word.parse())?;
    actix_web::rt::System::new().block_on(drill(rounds))
}

async fn drill(rounds: usize) -> anyhow::Result<()> {
    let data = folder("forged-joins")?;
    let program = told("PROOF_PROGRAM")?.into();
    let (port, pace) = (free_port()?, 1);
    let plan =
        Plan { program, data: data.join("data"), port, database: None, smtp: None, pace, session: true };
    // Nobody asks so fast but who forges; that he is slowed down is another proof's.
    let house = plan.start_with(&["--requests", "1000"])?;
    let (room, desk) = Room::of(&house.ready, &plan.data).await?;
    company::knock_and_open(&room, &desk, room.ana).await?;
    let lees = room.clone();
    let inside =
        Company::begin(move || Ok(vec![company::enter_well(&lees, lees.lee)?]), |_| Payloads::new(900))?;
    let (mut ledger, mut dice, stranger) = (Ledger::default(), Dice::new(SEED), Keys::generate());
    for round in 0..rounds {
        one_round(&room, &stranger, &mut ledger, &mut dice)?;
        if round % 10 == 0 {
            eprintln!("round {round}: {} attempts, {} joined", ledger.attempts, ledger.joined);
        }
    }
    let seen = inside.end()?;
    ledger.holds("Dr. Lee's own line was ended", seen.iter().all(|one| one.ended.is_none() && !one.is_lost));
    // Whoever was accepted for control said nothing, so that each packet here is somebody's who should not be.
    ledger.holds("Dr. Lee heard somebody", seen.iter().all(|one| one.packets == 0));
    company::knock_and_open(&room, &desk, room.sam).await?;
    let removals = removal::of(&room, &desk, &mut ledger).await?;
    for fault in &ledger.faults {
        eprintln!("{fault}");
    }
    let figures = json!({
        "attempts": ledger.attempts, "joined": ledger.joined, "accepted": ledger.accepted,
        "failed": ledger.faults.len(), "kinds": ledger.reasons.len(), "removal_ms_max": removals.ms_max,
        "removals": removals.count, "reasons": ledger.reasons,
    });
    println!("{figures}");
    Ok(())
}

/// Every kind once, and between them one ticket that is right.
fn one_round(room: &Room, stranger: &Keys, ledger: &mut Ledger, dice: &mut Dice) -> anyhow::Result<()> {
    for forgery in tickets::all(room, stranger, dice)? {
        ledger.refuses(room, forgery.kind, &forgery.token, forgery.code)?;
    }
    let spent = room.sign(&room.claims(room.ana, NOBODYS))?;
    ledger.accepts(room, "a right ticket", &spent)?;
    ledger.refuses(room, "spent", &spent, tickets::REFUSED)?;
    let laptop = Someone { device: "laptop-of-nobody", role: Role::Therapist, ..room.lee };
    let second = room.sign(&room.claims(laptop, NOBODYS))?;
    ledger.refuses(room, "from a second device", &second, "room.other_device")?;
    offers::all(room, ledger)
}
