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
    index: u64,
    timestamp: u32,
    sent_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Offset {
    /// The publisher's first number here; what came before it belongs to nobody's picture.
    first: u64,
    index: u64,
    timestamp: u32,
}

/// What a packet carries on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewritten {
    /// Its whole number; the packet carries the last 16 bits.
    pub index: u64,
    /// Its time.
    pub timestamp: u32,
    /// Whether it is the first of its publisher: a viewer can show nothing before a key frame.
    pub is_first: bool,
}

impl Rewrite {
    /// A stream that has sent nothing, starting from these numbers.
    pub const fn new(ticks_per_second: u32, index: u64, timestamp: u32) -> Self {
        let newest = Newest { index, timestamp, sent_at: None };
        Self { ticks_per_second, newest, offset: None }
    }

    /// The next packet comes from another publisher.
    pub const fn change_publisher(&mut self) {
        self.offset = None;
    }

    /// Numbers for a packet that arrived with these; nothing for one from before the publisher was shown here.
    pub fn next(&mut self, index: u64, timestamp: u32, now: Instant) -> Option<Rewritten> {
        let is_first = self.offset.is_none();
        let offset = self.offset.unwrap_or_else(|| Offset {
            first: index,
            index: self.newest.index.wrapping_add(1).wrapping_sub(index),
            timestamp: self.newest.timestamp.wrapping_add(self.ticks_since(now)).wrapping_sub(timestamp),
        });
        self.offset = Some(offset);
        if index < offset.first {
            return None;
        }
        let (index, timestamp) = (index.wrapping_add(offset.index), timestamp.wrapping_add(offset.timestamp));
        if index > self.newest.index {
            self.newest = Newest { index, timestamp, sent_at: Some(now) };
        }
        Some(Rewritten { index, timestamp, is_first })
    }

    /// The publisher's number of a packet that went out with these 16 bits, not long ago.
    pub fn source_of(&self, sequence: u16) -> Option<(u64, u64)> {
        let offset = self.offset?;
        let behind = u64::from(low(self.newest.index).wrapping_sub(sequence));
        let index = self.newest.index.checked_sub(behind)?;
        let source = index.wrapping_sub(offset.index);
        (source >= offset.first && source <= self.newest.index.wrapping_sub(offset.index))
            .then_some((index, source))
    }

    /// The viewer's time for one of the publisher's.
    pub fn time_of(&self, timestamp: u32) -> Option<u32> {
        self.offset.map(|offset| timestamp.wrapping_add(offset.timestamp))
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

/// The 16 bits of a number that a packet carries.
pub fn low(index: u64) -> u16 {
    let [.., high, low] = index.to_be_bytes();
    u16::from_be_bytes([high, low])
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
        let first = stream.next(10, 500, now).unwrap();
        assert_eq!(first, Rewritten { index: 65_535, timestamp: 1001, is_first: true });
        let second = stream.next(11, 3500, now).unwrap();
        assert_eq!(second, Rewritten { index: 65_536, timestamp: 4001, is_first: false });
        assert_eq!(low(second.index), 0);
    }

    #[test]
    fn a_change_of_publisher_leaves_no_gap_and_goes_on_in_time() {
        let (mut stream, now) = (Rewrite::new(90_000, 0, 0), start());
        let before = stream.next(100, 0, now).unwrap();
        stream.change_publisher();
        let after = stream.next(40_000, 77, now + Duration::from_secs(2)).unwrap();
        assert_eq!(after.index, before.index + 1);
        assert_eq!(after.timestamp, before.timestamp + 180_000);
        assert!(after.is_first);
        assert_eq!(stream.next(39_999, 70, now), None);
    }

    #[test]
    fn a_late_packet_keeps_its_place_and_moves_nothing() {
        let (mut stream, now) = (Rewrite::new(48_000, 0, 0), start());
        let [first, third, second] =
            [1, 3, 2].map(|number: u32| stream.next(number.into(), number * 960, now).unwrap());
        assert_eq!([first.index, second.index, third.index], [1, 2, 3]);
        stream.change_publisher();
        assert_eq!(stream.next(9, 9, now).unwrap().index, 4);
    }

    #[test]
    fn what_went_out_is_found_again_by_its_16_bits_and_nothing_else_is() {
        let (mut stream, now) = (Rewrite::new(90_000, 65_530, 0), start());
        for index in 500..520 {
            stream.next(index, 0, now);
        }
        assert_eq!(stream.source_of(65_531), Some((65_531, 500)));
        assert_eq!(stream.source_of(14), Some((65_550, 519)));
        assert_eq!(stream.source_of(15), None);
        assert_eq!(stream.source_of(65_530), None);
        stream.change_publisher();
        assert_eq!(stream.source_of(14), None);
    }
}
