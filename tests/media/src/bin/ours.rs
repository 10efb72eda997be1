//! Our media plane alone, behind the door of the benchmark: no rooms in a database, no tickets, the same threads.

use kernel::id::{PersonId, SessionId};
use media::wire::{self, Answer, Offer, Visit};
use media::words::Words;
use std::collections::HashMap;
use std::num::NonZeroU16;
use uuid::Uuid;
use video::sfu::engine::PeerId;
use video::sfu::sdp;
use video::sfu::thread::{Entry, Settings, Sfu};

fn main() -> anyhow::Result<()> {
    let said: Vec<String> = std::env::args().skip(1).collect();
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    let said = Words::read(&said, &["udp", "tcp"])?;
    let (listen, tcp) = (said.value("udp")?, said.value("tcp")?);
    let (threads, clock) = (NonZeroU16::MIN, chassis::clock::monotonic);
    let sfu = Sfu::start(&Settings { listen, public_ip: None, threads, clock })?;
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
        key: None,
        news,
    };
    let (peer, answer) = sfu.enter(entry).await?;
    Ok((peer, Answer { sdp: answer.sdp }))
}
