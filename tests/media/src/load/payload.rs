//! What the people of the load send: packets made beforehand, that look like Opus and VP8 to who only looks at them.

use std::sync::Arc;

/// A second of sound is 50 packets of 20 ms.
pub const SOUNDS_PER_SECOND: u32 = 50;
/// What Opus takes for speech at 36 kbit/s.
const SOUND_BYTES: usize = 90;
/// The first byte of a VP8 payload where a frame begins (RFC 7741 §4.2: S, partition 0)…
const FRAME_BEGINS: u8 = 0x10;
/// …and where it goes on.
const FRAME_GOES_ON: u8 = 0x00;
/// What follows where a key frame begins (RFC 6386 §9.1): no P bit, shown, the start code, 640 × 480.
const KEY_FRAME: [u8; 10] = [0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01];
/// The same for a frame that needs the one before: P bit, shown, a first partition.
const DELTA_FRAME: [u8; 3] = [0x11, 0x00, 0x00];

/// The payloads, shared by everybody who sends them.
#[derive(Debug, Clone)]
pub struct Payloads {
    /// 20 ms of sound.
    pub sound: Arc<[u8]>,
    key: Arc<[u8]>,
    delta: Arc<[u8]>,
    rest: Arc<[u8]>,
}

impl Payloads {
    /// Pictures in packets of so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self {
            sound: filled(&[], SOUND_BYTES),
            key: filled(&[&[FRAME_BEGINS], KEY_FRAME.as_slice()].concat(), bytes),
            delta: filled(&[&[FRAME_BEGINS], DELTA_FRAME.as_slice()].concat(), bytes),
            rest: filled(&[FRAME_GOES_ON], bytes),
        }
    }

    /// The packets of one frame.
    pub fn frame(&self, packets: u32, is_key: bool) -> impl Iterator<Item = &Arc<[u8]>> {
        let first = if is_key { &self.key } else { &self.delta };
        (0..packets).map(move |packet| if packet == 0 { first } else { &self.rest })
    }
}

fn filled(head: &[u8], bytes: usize) -> Arc<[u8]> {
    // Not all the same, so that nothing on the way finds them easy.
    let rest = (head.len()..bytes).map(|place| u8::try_from(place * 31 % 251).unwrap_or_default());
    head.iter().copied().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_frame_s_first_packet_says_that_it_begins_and_whether_it_is_a_key_frame() {
        let payloads = Payloads::new(1100);
        let key: Vec<_> =
            payloads.frame(3, true).map(|packet| (packet.len(), packet[0], packet[1] & 1)).collect();
        assert_eq!(key[0], (1100, FRAME_BEGINS, 0));
        assert!(key[1..].iter().all(|packet| (packet.0, packet.1) == (1100, FRAME_GOES_ON)));
        assert_eq!(payloads.frame(3, false).map(|packet| packet[1] & 1).next(), Some(1));
    }
}
