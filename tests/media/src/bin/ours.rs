//! Our media plane alone, behind the door of the benchmark: no rooms in a database, no tickets, the same threads.

use anyhow::Context as _;
use kernel::id::{PersonId, SessionId};
use media::wire::{self, Answer, Offer, Slot, Visit};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use uuid::Uuid;
use video::sfu::engine::PeerId;
use video::sfu::sdp;
use video::sfu::thread::{Entry, Settings, Sfu};

fn main() -> anyhow::Result<()> {
    let (udp, tcp) = addresses()?;
    let (threads, clock) = (NonZeroU16::MIN, chassis::clock::monotonic);
    let sfu = Sfu::start(&Settings { listen: udp, public_ip: None, threads, clock })?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut inside = HashMap::new();
    for visit in wire::open(tcp)? {
        match visit {
            Visit::Enters { person, offer, answer } => {
                let (peer, said) = runtime.block_on(enter(&sfu, person, &offer))?;
                inside.insert(person, peer);
                // Whoever is gone already says so next.
                let _gone = answer.send(said);
            }
            Visit::Leaves { person } => {
                if let Some(peer) = inside.remove(&person) {
                    sfu.dismiss(peer);
                }
            }
        }
    }
    Ok(())
}

async fn enter(sfu: &Sfu, person: u64, offer: &Offer) -> anyhow::Result<(PeerId, Answer)> {
    // Nobody listens to what becomes of the line: the load sees for itself.
    let (news, _unheard) = tokio::sync::mpsc::unbounded_channel();
    let entry = Entry {
        room: SessionId(Uuid::from_u128(offer.room.into())),
        person: PersonId(Uuid::from_u128(person.into())),
        offer: sdp::offer::Offer::read(&offer.sdp)?,
        news,
    };
    let (peer, answer) = sfu.enter(entry).await?;
    let slots = answer.slots.into_iter().map(|lines| Slot { audio: lines.audio, video: lines.video });
    Ok((peer, Answer { sdp: answer.sdp, slots: slots.collect() }))
}

fn addresses() -> anyhow::Result<(SocketAddr, SocketAddr)> {
    let words: Vec<String> = std::env::args().collect();
    let of = |name: &str| -> anyhow::Result<SocketAddr> {
        let place = words.iter().position(|word| word == name).context("--udp IP:PORT --tcp IP:PORT")?;
        Ok(words.get(place + 1).context("an address is missing")?.parse()?)
    };
    Ok((of("--udp")?, of("--tcp")?))
}
