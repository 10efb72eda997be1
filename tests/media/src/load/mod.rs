//! The load: rooms full of people who send at a steady pace and count what they receive.

pub mod crowd;
pub mod heard;
pub mod pace;
pub mod payload;
pub mod peer;

use crate::cost::{measure, memory_mib, processor, us_per_packet};
use crate::time::now;
use anyhow::Context as _;
use crowd::Crowd;
use pace::Pace;
use payload::Payloads;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Until routes, caches and buffers are as they stay.
const WARM_UP: Duration = Duration::from_secs(3);

/// How much, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// How many rooms.
    pub rooms: u32,
    /// People in each.
    pub people: u32,
    /// Packets of picture that each sends in a second.
    pub pps: u32,
    /// Bytes in each of them.
    pub payload: usize,
    /// How many times less often everybody sends everything, so that more people make the same load.
    pub slower: u32,
    /// Seconds that are measured.
    pub seconds: u64,
}

/// What the load did to an SFU.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Burden {
    /// Connections that stood, of `connections`.
    pub connected: usize,
    /// Connections that were asked for.
    pub connections: usize,
    /// Packets that the people received in the window.
    pub forwarded: u64,
    /// The same, of those that were due to them.
    pub delivered: f64,
    /// Packets a second into the SFU.
    pub tx_pps: f64,
    /// Packets a second out of it.
    pub rx_pps: f64,
    /// Numbers that were left out in what was received.
    pub gaps: u64,
    /// Requests for key frames, from the first connection on.
    pub key_requests: u64,
    /// What the SFU spent on each packet that arrived.
    pub us_per_packet: f64,
    /// The share of a core that the SFU took.
    pub sfu_pct: f64,
    /// The share of a core that the load itself took.
    pub generator_pct: f64,
    /// The memory of the SFU at the end.
    pub rss_mib: f64,
}

/// What is counted at the edges of the window.
struct Reading {
    spent: Duration,
    own: Duration,
    received: u64,
    sent: u64,
    gaps: u64,
}

impl Load {
    /// Puts the load on an SFU and measures what its process spends.
    ///
    /// # Errors
    /// When the SFU turns people away, loses them, or is gone.
    pub fn put_on(&self, crowd: &mut Crowd, sfu: u32) -> anyhow::Result<Burden> {
        let payloads = Payloads::new(self.payload);
        crowd.settle()?;
        let mut pace = Pace::new(self, crowd, now());
        pace.run(crowd, &payloads, WARM_UP)?;
        let (before, began) = (Reading::take(crowd, sfu)?, now());
        pace.run(crowd, &payloads, Duration::from_secs(self.seconds))?;
        let (after, seconds) = (Reading::take(crowd, sfu)?, began.elapsed().as_secs_f64());

        let (forwarded, sent) = (after.received - before.received, after.sent - before.sent);
        let cost = after.spent.saturating_sub(before.spent);
        let own = after.own.saturating_sub(before.own);
        let due = measure(sent) * f64::from(self.people - 1);
        Ok(Burden {
            connected: crowd.peers.iter().filter(|peer| peer.is_connected).count(),
            connections: crowd.peers.len(),
            forwarded,
            delivered: measure(forwarded) / due.max(1.0),
            tx_pps: measure(sent) / seconds,
            rx_pps: measure(forwarded) / seconds,
            gaps: after.gaps - before.gaps,
            key_requests: crowd.peers.iter().map(|peer| peer.key_requests).sum(),
            us_per_packet: us_per_packet(cost, forwarded).context("nothing was forwarded")?,
            sfu_pct: 100.0 * cost.as_secs_f64() / seconds,
            generator_pct: 100.0 * own.as_secs_f64() / seconds,
            rss_mib: memory_mib(sfu)?,
        })
    }
}

impl Burden {
    /// Why these figures say nothing about the SFU, if they do not: somebody was missing, or packets were lost.
    pub fn fault(&self) -> Option<String> {
        if self.connected < self.connections {
            return Some(format!("{} of {} connected", self.connected, self.connections));
        }
        if self.gaps > 0 {
            return Some(format!("{} gaps", self.gaps));
        }
        // What is on its way when the window opens and closes is some hundredths of a second's packets.
        let is_whole = (0.98..1.02).contains(&self.delivered);
        (!is_whole).then(|| format!("{:.3} of the packets delivered", self.delivered))
    }
}

impl Reading {
    fn take(crowd: &Crowd, sfu: u32) -> anyhow::Result<Self> {
        let sum = |count: fn(&peer::Peer) -> u64| crowd.peers.iter().map(count).sum();
        Ok(Self {
            spent: processor(sfu)?,
            own: processor(std::process::id())?,
            received: sum(|peer| peer.heard.packets),
            sent: sum(|peer| peer.sent),
            gaps: sum(|peer| peer.heard.gaps),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_with_somebody_missing_or_packets_lost_say_nothing() {
        let whole = Burden {
            connected: 32,
            connections: 32,
            forwarded: 168_000,
            delivered: 1.0,
            tx_pps: 11_200.0,
            rx_pps: 33_600.0,
            gaps: 0,
            key_requests: 0,
            us_per_packet: 6.0,
            sfu_pct: 20.0,
            generator_pct: 20.0,
            rss_mib: 30.0,
        };
        assert_eq!(whole.fault(), None);
        assert!(Burden { connected: 31, ..whole.clone() }.fault().is_some());
        assert!(Burden { gaps: 1, ..whole.clone() }.fault().is_some());
        assert!(Burden { delivered: 0.5, ..whole }.fault().is_some());
    }
}
