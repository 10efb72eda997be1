//! When everybody sends: sound every 20 ms, a frame about every 33 ms, and not all at the same moment.

use super::Load;
use super::crowd::{Crowd, REST};
use super::payload::{Payloads, SOUNDS_PER_SECOND};
use crate::time::{now, pause};
use std::time::{Duration, Instant};

/// Frames of a usual camera in a second.
const FRAMES_PER_SECOND: u32 = 30;

/// What is due, for each who sends.
pub struct Pace {
    packets: u32,
    frame_every: Duration,
    sound_every: Duration,
    turns: Vec<Turn>,
}

struct Turn {
    peer: usize,
    frame_at: Instant,
    sound_at: Instant,
}

/// A packet count for a frame, and how often it comes, that make so many packets a second.
fn frames(pps: u32) -> (u32, Duration) {
    let packets = pps.div_ceil(FRAMES_PER_SECOND).max(1);
    (packets, Duration::from_secs(1) * packets / pps.max(1))
}

impl Pace {
    /// Everybody who sends has another moment to begin.
    pub fn new(load: &Load, crowd: &Crowd, at: Instant) -> Self {
        let (packets, frame_every) = frames(load.pps);
        let frame_every = frame_every * load.slower;
        let sound_every = Duration::from_secs(1) * load.slower / SOUNDS_PER_SECOND;
        let senders = crowd.peers.iter().enumerate().filter(|(_, peer)| peer.publishes());
        let peers: Vec<usize> = senders.map(|(peer, _)| peer).collect();
        let count = u32::try_from(peers.len()).unwrap_or(u32::MAX).max(1);
        let turns = (0..).zip(peers).map(|(place, peer)| Turn {
            peer,
            frame_at: at + frame_every * place / count,
            sound_at: at + sound_every * place / count,
        });
        Self { packets, frame_every, sound_every, turns: turns.collect() }
    }

    /// Everybody sends and receives for so long.
    ///
    /// # Errors
    /// When a connection broke.
    pub fn run(&mut self, crowd: &mut Crowd, payloads: &Payloads, length: Duration) -> anyhow::Result<()> {
        let end = now() + length;
        while now() < end {
            let is_busy = self.send_due(crowd, payloads)?;
            crowd.turn()?;
            if !is_busy {
                pause(REST);
            }
        }
        Ok(())
    }

    /// Says whether anything was due. Who is late catches up: the pace is kept over the whole window.
    fn send_due(&mut self, crowd: &mut Crowd, payloads: &Payloads) -> anyhow::Result<bool> {
        let mut is_busy = false;
        for turn in &mut self.turns {
            let Some(peer) = crowd.peers.get_mut(turn.peer) else { continue };
            let at = now();
            if turn.frame_at <= at {
                turn.frame_at += self.frame_every;
                peer.show(payloads, self.packets)?;
                is_busy = true;
            }
            if turn.sound_at <= at {
                turn.sound_at += self.sound_every;
                peer.speak(payloads)?;
                is_busy = true;
            }
        }
        Ok(is_busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_s_packets_come_in_frames() {
        assert_eq!(frames(300), (10, Duration::from_nanos(33_333_333)));
        assert_eq!(frames(31).0, 2);
        assert_eq!(frames(20), (1, Duration::from_millis(50)));
    }
}
