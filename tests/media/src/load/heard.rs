//! What one person received, and what is missing in it.

use std::collections::HashMap;

/// Counts of what was received.
#[derive(Debug, Default)]
pub struct Heard {
    /// Packets of sound and picture.
    pub packets: u64,
    /// Their payload.
    pub bytes: u64,
    /// Numbers that were left out.
    pub gaps: u64,
    newest: HashMap<u32, u64>,
}

impl Heard {
    /// A packet of a stream came, with its number that never wraps.
    pub fn note(&mut self, stream: u32, number: u64, bytes: usize) {
        self.packets += 1;
        self.bytes += u64::try_from(bytes).unwrap_or_default();
        let newest = self.newest.entry(stream).or_insert(number);
        // One that comes late was counted as missing: on a machine that talks to itself, lateness is loss repaired.
        self.gaps += number.saturating_sub(*newest).saturating_sub(1);
        *newest = number.max(*newest);
    }

    /// How many streams came.
    pub fn streams(&self) -> usize {
        self.newest.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_left_out_are_counted_for_each_stream() {
        let mut heard = Heard::default();
        for (stream, number) in [(1, 70_000), (2, 5), (1, 70_001), (2, 9), (1, 70_002), (2, 6)] {
            heard.note(stream, number, 10);
        }
        assert_eq!((heard.packets, heard.bytes, heard.gaps, heard.streams()), (6, 60, 3, 2));
    }
}
