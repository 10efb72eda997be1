//! What somebody holds at the relay: for how long, whom they may reach, and which number stands for whom.

use kernel::time::{Span, Timestamp};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

const PERMISSION_FOR: Span = Span::minutes(5);
const CHANNEL_FOR: Span = Span::minutes(10);

/// One allocation.
pub struct Allocation {
    /// Whose.
    pub username: String,
    /// When it ends, unless it is refreshed.
    pub until: Timestamp,
    permitted: HashMap<IpAddr, Timestamp>,
    channels: HashMap<u16, (SocketAddr, Timestamp)>,
}

impl Allocation {
    /// One that reaches nobody yet.
    pub fn new(username: String, until: Timestamp) -> Self {
        Self { username, until, permitted: HashMap::new(), channels: HashMap::new() }
    }

    /// Permissions are for addresses; ports do not count (RFC 8656 §9).
    pub fn permit(&mut self, peer: IpAddr, now: Timestamp) {
        self.permitted.insert(peer, now.plus(PERMISSION_FOR));
    }

    /// Whether this address is permitted.
    pub fn permits(&self, peer: IpAddr, now: Timestamp) -> bool {
        self.permitted.get(&peer).is_some_and(|until| *until > now)
    }

    /// Lets a number stand for a peer. False when either already has another.
    pub fn bind(&mut self, number: u16, peer: SocketAddr, now: Timestamp) -> bool {
        let is_other = |(other, (bound, until)): (&u16, &(SocketAddr, Timestamp))| {
            *until > now && ((*other == number) != (*bound == peer))
        };
        if self.channels.iter().any(is_other) {
            return false;
        }
        self.channels.insert(number, (peer, now.plus(CHANNEL_FOR)));
        self.permit(peer.ip(), now);
        true
    }

    /// For whom this number stands.
    pub fn peer_of(&self, number: u16, now: Timestamp) -> Option<SocketAddr> {
        self.channels.get(&number).filter(|(_, until)| *until > now).map(|(peer, _)| *peer)
    }

    /// Which number stands for this peer.
    pub fn channel_of(&self, peer: SocketAddr, now: Timestamp) -> Option<u16> {
        let stands = |(_, (bound, until)): &(&u16, &(SocketAddr, Timestamp))| *bound == peer && *until > now;
        self.channels.iter().find(stands).map(|(number, _)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_for_one_peer_and_a_peer_has_one_number() {
        let now = Timestamp::from_micros(0);
        let [one, other] = [1, 2].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let mut held = Allocation::new(String::new(), now.plus(Span::hours(1)));
        assert!(held.bind(0x4000, one, now) && held.bind(0x4000, one, now));
        assert!(!held.bind(0x4000, other, now) && !held.bind(0x4001, one, now));
        assert!(held.bind(0x4001, other, now));
        let later = now.plus(CHANNEL_FOR);
        assert_eq!((held.peer_of(0x4000, now), held.channel_of(one, later)), (Some(one), None));
        assert!(held.permits(one.ip(), now) && !held.permits(one.ip(), now.plus(PERMISSION_FOR)));
    }
}
