//! The last pictures of a publisher, opened: what a viewer missed is sent again from here (RFC 4588).

/// A second and a half of a busy picture. A viewer that asks for older is better served by a key frame.
const PACKETS: usize = 512;
/// No payload is longer: browsers stay below 1,200 bytes, and an Ethernet frame holds 1,500.
const BYTES_MAX: usize = 1_500;

/// One packet, as it can be sent again.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'h> {
    /// The last of its frame.
    pub marker: bool,
    /// The publisher's time.
    pub timestamp: u32,
    /// What it carries.
    pub payload: &'h [u8],
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// One more than the number it holds; zero is empty.
    after: u64,
    length: usize,
    marker: bool,
    timestamp: u32,
}

/// The packets, in places that are used again and again.
#[derive(Debug)]
pub struct History {
    slots: Vec<Slot>,
    bytes: Vec<u8>,
}

impl Default for History {
    fn default() -> Self {
        Self { slots: vec![Slot::default(); PACKETS], bytes: vec![0; PACKETS * BYTES_MAX] }
    }
}

impl History {
    /// Keeps a packet in place of the one 512 before it.
    pub fn keep(&mut self, index: u64, marker: bool, timestamp: u32, payload: &[u8]) {
        let place = place(index);
        let bytes = self.bytes.get_mut(place * BYTES_MAX..).and_then(|rest| rest.get_mut(..payload.len()));
        let (Some(slot), Some(bytes)) = (self.slots.get_mut(place), bytes) else { return };
        if payload.len() > BYTES_MAX || slot.after > index + 1 {
            return;
        }
        bytes.copy_from_slice(payload);
        *slot = Slot { after: index + 1, length: payload.len(), marker, timestamp };
    }

    /// The packet of this number, if it is still here.
    pub fn find(&self, index: u64) -> Option<Kept<'_>> {
        let place = place(index);
        let slot = self.slots.get(place).filter(|slot| slot.after == index + 1)?;
        let payload = self.bytes.get(place * BYTES_MAX..)?.get(..slot.length)?;
        Some(Kept { marker: slot.marker, timestamp: slot.timestamp, payload })
    }
}

fn place(index: u64) -> usize {
    usize::try_from(index).unwrap_or_default() % PACKETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_found_until_its_place_is_needed() {
        let mut history = History::default();
        for index in 0..600_u64 {
            history.keep(index, index % 2 == 0, 90, &index.to_be_bytes());
        }
        assert_eq!(history.find(599).unwrap().payload, 599_u64.to_be_bytes());
        assert!(history.find(88).unwrap().marker);
        assert!(history.find(87).is_none());
        assert!(history.find(600).is_none());
    }

    #[test]
    fn one_that_is_very_late_or_very_long_takes_no_place() {
        let mut history = History::default();
        history.keep(600, false, 0, b"new");
        history.keep(88, false, 0, b"old");
        assert_eq!(history.find(600).unwrap().payload, b"new");
        history.keep(601, false, 0, &[0; BYTES_MAX + 1]);
        assert!(history.find(601).is_none());
    }
}
