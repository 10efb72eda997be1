//! How many bits a second of a stream come in.

use std::time::{Duration, Instant};

/// A second holds several frames of any picture that moves.
const WINDOW: Duration = Duration::from_secs(1);

/// Counts one stream, a second at a time.
#[derive(Debug)]
pub struct Meter {
    from: Instant,
    bytes: u32,
    last: Option<u32>,
}

impl Meter {
    /// Nothing came yet.
    pub const fn new(now: Instant) -> Self {
        Self { from: now, bytes: 0, last: None }
    }

    /// So many bytes came.
    pub fn note(&mut self, bytes: usize, now: Instant) {
        self.turn(now);
        self.bytes = self.bytes.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    /// Bits in the last whole second, or in this one so far where that is more; nothing when neither had any.
    pub fn bits_per_second(&mut self, now: Instant) -> Option<u32> {
        self.turn(now);
        let bytes = self.last.unwrap_or_default().max(self.bytes);
        (bytes > 0).then(|| bytes.saturating_mul(8))
    }

    fn turn(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.from);
        if passed >= WINDOW {
            self.last = (passed < WINDOW * 2).then_some(self.bytes);
            (self.from, self.bytes) = (now, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_counts_from_its_first_packet_until_it_has_been_silent_for_two_seconds() {
        let start = chassis::clock::monotonic();
        let after = |millis| start + Duration::from_millis(millis);
        let mut meter = Meter::new(start);
        assert_eq!(meter.bits_per_second(after(10)), None);
        meter.note(1_000, after(20));
        assert_eq!(meter.bits_per_second(after(30)), Some(8_000));
        meter.note(1_500, after(900));
        assert_eq!(meter.bits_per_second(after(1_100)), Some(20_000));
        meter.note(100, after(1_200));
        assert_eq!(meter.bits_per_second(after(1_300)), Some(20_000));
        assert_eq!(meter.bits_per_second(after(2_200)), Some(800));
        assert_eq!(meter.bits_per_second(after(4_300)), None);
    }
}
