//! Makes the packets of changing publishers look like one unbroken stream to a viewer.

use std::time::Instant;

/// Numbers and times of one outgoing stream.
#[derive(Debug)]
pub struct Rewrite {
    ticks_per_second: u32,
    newest: Newest,
    offset: Option<Offset>,
}

#[derive(Debug, Clone, Copy)]
struct Newest {
    sequence: u16,
    timestamp: u32,
    sent_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Offset {
    sequence: u16,
    timestamp: u32,
}

/// What a packet carries on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewritten {
    /// Its number.
    pub sequence: u16,
    /// Its time.
    pub timestamp: u32,
    /// Whether it is the first of its publisher: a viewer can show nothing before a key frame.
    pub is_first: bool,
}

impl Rewrite {
    /// A stream that has sent nothing, starting from random numbers.
    pub const fn new(ticks_per_second: u32, sequence: u16, timestamp: u32) -> Self {
        let newest = Newest { sequence, timestamp, sent_at: None };
        Self { ticks_per_second, newest, offset: None }
    }

    /// The next packet comes from another publisher.
    pub const fn change_publisher(&mut self) {
        self.offset = None;
    }

    /// Numbers for a packet that arrived with these.
    pub fn next(&mut self, sequence: u16, timestamp: u32, now: Instant) -> Rewritten {
        let is_first = self.offset.is_none();
        let offset = self.offset.unwrap_or_else(|| Offset {
            sequence: self.newest.sequence.wrapping_add(1).wrapping_sub(sequence),
            timestamp: self.newest.timestamp.wrapping_add(self.ticks_since(now)).wrapping_sub(timestamp),
        });
        self.offset = Some(offset);
        let out = Rewritten {
            sequence: sequence.wrapping_add(offset.sequence),
            timestamp: timestamp.wrapping_add(offset.timestamp),
            is_first,
        };
        if is_first || is_newer(out.sequence, self.newest.sequence) {
            self.newest = Newest { sequence: out.sequence, timestamp: out.timestamp, sent_at: Some(now) };
        }
        out
    }

    /// How far the stream's clock has gone on since its newest packet, so that sound and picture stay together
    /// over a change. At least one: two frames never share a time.
    fn ticks_since(&self, now: Instant) -> u32 {
        let Some(sent_at) = self.newest.sent_at else { return 1 };
        let micros = u64::try_from(now.saturating_duration_since(sent_at).as_micros()).unwrap_or(u64::MAX);
        let ticks = micros.saturating_mul(u64::from(self.ticks_per_second)) / 1_000_000;
        // A gap so long that it does not fit is a new start anyway.
        u32::try_from(ticks).unwrap_or(1).max(1)
    }
}

/// Whether `sequence` comes after `other`, over the wrap.
const fn is_newer(sequence: u16, other: u16) -> bool {
    let ahead = sequence.wrapping_sub(other);
    ahead != 0 && ahead < 0x8000
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn start() -> Instant {
        chassis::clock::monotonic()
    }

    #[test]
    fn one_publisher_keeps_its_own_steps() {
        let (mut stream, now) = (Rewrite::new(90_000, 65_534, 1000), start());
        let first = stream.next(10, 500, now);
        assert_eq!(first, Rewritten { sequence: 65_535, timestamp: 1001, is_first: true });
        let second = stream.next(11, 3500, now);
        assert_eq!(second, Rewritten { sequence: 0, timestamp: 4001, is_first: false });
    }

    #[test]
    fn a_change_of_publisher_leaves_no_gap_and_goes_on_in_time() {
        let (mut stream, now) = (Rewrite::new(90_000, 0, 0), start());
        let before = stream.next(100, 0, now);
        stream.change_publisher();
        let after = stream.next(40_000, 77, now + Duration::from_secs(2));
        assert_eq!(after.sequence, before.sequence + 1);
        assert_eq!(after.timestamp, before.timestamp + 180_000);
        assert!(after.is_first);
    }

    #[test]
    fn a_late_packet_keeps_its_place_and_moves_nothing() {
        let (mut stream, now) = (Rewrite::new(48_000, 0, 0), start());
        let [first, third, second] =
            [1, 3, 2].map(|number| stream.next(number, u32::from(number) * 960, now));
        assert_eq!([first.sequence, second.sequence, third.sequence], [1, 2, 3]);
        stream.change_publisher();
        assert_eq!(stream.next(9, 9, now).sequence, 4);
    }
}
