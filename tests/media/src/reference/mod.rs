//! A small SFU on str0m, written to be fast: the bar that ours is held against.
//!
//! One thread and one UDP port for everybody. Datagrams are read and sent in batches, each finds its person by where
//! it came from, and a person who was sent something is drained once for a batch, not once for a packet.

mod person;
mod rooms;

use crate::time::now;
use crate::udp::Udp;
use crate::wire::{self, Visit};
use person::Person;
use rooms::Rooms;
use std::net::{SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

/// Timers of connections need no better: reports are sent every second, and missing packets asked for every 30 ms.
const TICK: Duration = Duration::from_millis(5);

/// Serves until the process ends.
///
/// # Errors
/// When an address is taken, or the kernel refuses to receive.
pub fn serve(udp: SocketAddr, tcp: SocketAddr) -> anyhow::Result<()> {
    let mut udp = Udp::bind(udp)?;
    let visits = wire::open(tcp)?;
    let mut rooms = Rooms::default();
    let address = udp.address();
    let mut leaving = Vec::new();
    let mut tick_at = now();
    loop {
        udp.wait(TICK)?;
        let at = now();
        udp.receive(|from, bytes| rooms.receive(at, (from, bytes), address, &mut leaving))?;
        if tick_at <= at {
            tick_at = at + TICK;
            for visit in visits.try_iter() {
                welcome(&mut rooms, visit, address, at);
            }
            rooms.wake(at);
        }
        rooms.settle(at, &mut leaving);
        udp.send(&leaving);
        leaving.clear();
    }
}

/// What is on its way out.
type Leaving = Vec<(SocketAddrV4, str0m::net::DatagramSend)>;

fn welcome(rooms: &mut Rooms, visit: Visit, address: SocketAddr, at: Instant) {
    match visit {
        Visit::Leaves { person } => rooms.leave(person),
        Visit::Enters { person, offer, answer } => {
            // Who offers what cannot be answered finds the door closed.
            let Ok((newcomer, said)) = Person::enter(offer.room, &offer.sdp, address, at) else { return };
            rooms.enter(person, newcomer);
            let _ = answer.try_send(said);
        }
    }
}
