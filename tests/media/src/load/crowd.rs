//! Everybody in the rooms, and how they come in by our door.

use super::Load;
use super::peer::{Peer, Shape};
use crate::time::{now, pause};
use crate::wire::{Link, Offer};
use anyhow::{Context as _, ensure};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Between two people at the door: a crowd that comes at once is another benchmark.
pub const STEP: Duration = Duration::from_millis(20);
/// Who is not connected by then will not be.
const SETTLED_WITHIN: Duration = Duration::from_secs(15);
/// How long everybody may rest when there is nothing to do. Sockets are looked at so often, not waited for: a load
/// that slept on them would make the SFU pay for waking it.
pub const REST: Duration = Duration::from_micros(300);

/// The people and what holds them there.
#[derive(Default)]
pub struct Crowd {
    /// One connection of somebody each.
    pub peers: Vec<Peer>,
    links: Vec<Link>,
}

impl Crowd {
    /// Everybody enters an SFU that speaks [`crate::wire`].
    ///
    /// # Errors
    /// When somebody is turned away.
    pub fn enter(load: &Load, sfu: SocketAddr, own: IpAddr) -> anyhow::Result<Self> {
        let mut crowd = Self::default();
        let shape = Shape { others: load.people.saturating_sub(1) };
        for room in 0..load.rooms {
            for _person in 0..load.people {
                let mut peer = Peer::new(own)?;
                let mut link = None;
                peer.offer(shape, |sdp| {
                    let (entered, answer) = Link::enter(sfu, &Offer { room, sdp })?;
                    link = Some(entered);
                    Ok(answer.sdp)
                })
                .with_context(|| format!("somebody in room {room}"))?;
                crowd.links.extend(link);
                crowd.peers.push(peer);
                crowd.mingle(STEP)?;
            }
        }
        Ok(crowd)
    }

    /// Everybody does what is due for so long.
    ///
    /// # Errors
    /// When a connection broke.
    pub fn mingle(&mut self, length: Duration) -> anyhow::Result<()> {
        let end = now() + length;
        while now() < end {
            self.turn()?;
            pause(REST);
        }
        Ok(())
    }

    /// Waits until everybody is connected.
    ///
    /// # Errors
    /// When somebody never is.
    pub fn settle(&mut self) -> anyhow::Result<()> {
        let end = now() + SETTLED_WITHIN;
        while self.peers.iter().any(|peer| !peer.is_connected) {
            let missing = self.peers.iter().filter(|peer| !peer.is_connected).count();
            ensure!(now() < end, "{missing} of {} never connected", self.peers.len());
            self.mingle(STEP)?;
        }
        Ok(())
    }

    /// Everybody reads once.
    ///
    /// # Errors
    /// When a connection broke.
    pub fn turn(&mut self) -> anyhow::Result<()> {
        self.peers.iter_mut().try_for_each(Peer::turn)
    }
}
