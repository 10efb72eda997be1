//! What stands before a VP8 frame in its packets (RFC 7741 §4.2). It is never encrypted end to end: the house reads
//! whether a key frame begins there, and keeps the numbers of frames going where one stream takes over from another.

/// Numbers of frames have 15 bits, or the lower 7 of them.
const PICTURE_ID_MASK: u16 = 0x7FFF;

/// Where the numbers of a frame lie in a payload, and what they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Descriptor {
    begins_key_frame: bool,
    /// Where it lies, whether in two bytes, and the number.
    picture_id: Option<(usize, bool, u16)>,
    /// The number of the newest frame that others build on.
    base_index: Option<(usize, u8)>,
}

impl Descriptor {
    fn read(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let mut descriptor = Self::default();
        let mut at = 1;
        if first & 0x80 != 0 {
            let extended = *payload.get(at)?;
            at += 1;
            if extended & 0x80 != 0 {
                let high = *payload.get(at)?;
                let is_long = high & 0x80 != 0;
                let low = if is_long { Some(*payload.get(at + 1)?) } else { None };
                let short = u16::from(high & 0x7F);
                let number = low.map_or(short, |low| (short << 8) | u16::from(low));
                descriptor.picture_id = Some((at, is_long, number));
                at += if is_long { 2 } else { 1 };
            }
            if extended & 0x40 != 0 {
                descriptor.base_index = Some((at, *payload.get(at)?));
                at += 1;
            }
            if extended & 0x30 != 0 {
                at += 1;
            }
        }
        let begins_frame = first & 0x17 == 0x10;
        descriptor.begins_key_frame = begins_frame && payload.get(at)? & 0x01 == 0;
        Some(descriptor)
    }
}

/// Whether a key frame begins in this packet: whoever sees nothing yet can begin here.
pub fn begins_key_frame(payload: &[u8]) -> bool {
    Descriptor::read(payload).is_some_and(|descriptor| descriptor.begins_key_frame)
}

/// The numbers of the frames that one viewer was shown on one line.
#[derive(Debug, Default)]
pub struct FrameNumbers {
    offset: Option<(u16, u8)>,
    newest: Option<(u16, u8)>,
}

impl FrameNumbers {
    /// The next frame comes from another stream.
    pub const fn change_stream(&mut self) {
        self.offset = None;
    }

    /// Renumbers the frame that a packet belongs to, in the packet's payload.
    pub fn renumber(&mut self, payload: &mut [u8]) {
        let Some(descriptor) = Descriptor::read(payload) else { return };
        let theirs = (
            descriptor.picture_id.map_or(0, |(_, _, number)| number),
            descriptor.base_index.map_or(0, |(_, number)| number),
        );
        let offset = *self.offset.get_or_insert_with(|| offset(self.newest, theirs));
        let ours = (theirs.0.wrapping_add(offset.0) & PICTURE_ID_MASK, theirs.1.wrapping_add(offset.1));
        if self.newest.is_none_or(|newest| is_after(ours.0, newest.0)) {
            self.newest = Some(ours);
        }
        write(payload, &descriptor, ours);
    }

    /// The same for a packet that is sent again: it changes nothing for those that come after it.
    pub fn renumber_again(&self, payload: &mut [u8]) {
        let (Some(offset), Some(descriptor)) = (self.offset, Descriptor::read(payload)) else { return };
        let picture = descriptor.picture_id.map_or(0, |(_, _, number)| number);
        let base = descriptor.base_index.map_or(0, |(_, number)| number);
        let ours = (picture.wrapping_add(offset.0) & PICTURE_ID_MASK, base.wrapping_add(offset.1));
        write(payload, &descriptor, ours);
    }
}

/// What to add so that this frame comes right after the newest; nothing for the first stream.
fn offset(newest: Option<(u16, u8)>, theirs: (u16, u8)) -> (u16, u8) {
    newest.map_or((0, 0), |(picture, base)| {
        (picture.wrapping_add(1).wrapping_sub(theirs.0), base.wrapping_add(1).wrapping_sub(theirs.1))
    })
}

const fn is_after(number: u16, newest: u16) -> bool {
    let ahead = number.wrapping_sub(newest) & PICTURE_ID_MASK;
    ahead != 0 && ahead < PICTURE_ID_MASK / 2
}

fn write(payload: &mut [u8], descriptor: &Descriptor, ours: (u16, u8)) {
    if let Some((at, is_long, _)) = descriptor.picture_id {
        let [high, low] = ours.0.to_be_bytes();
        let bytes = if is_long { [0x80 | high, low] } else { [low & 0x7F, 0] };
        let length = if is_long { 2 } else { 1 };
        for (place, byte) in payload.iter_mut().skip(at).zip(bytes).take(length) {
            *place = byte;
        }
    }
    if let Some(place) = descriptor.base_index.and_then(|(at, _)| payload.get_mut(at)) {
        *place = ours.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet with a long number, a base index, and a temporal layer, in which a key frame begins.
    fn packet(picture: u16, base: u8, is_key: bool) -> Vec<u8> {
        let [high, low] = picture.to_be_bytes();
        vec![0x90, 0xE0, 0x80 | high, low, base, 0x20, u8::from(!is_key), 7]
    }

    fn shown(numbers: &mut FrameNumbers, picture: u16, base: u8) -> (u16, u8) {
        let mut payload = packet(picture, base, false);
        numbers.renumber(&mut payload);
        read(&payload)
    }

    fn read(payload: &[u8]) -> (u16, u8) {
        let descriptor = Descriptor::read(payload).unwrap();
        (descriptor.picture_id.unwrap().2, descriptor.base_index.unwrap().1)
    }

    #[test]
    fn a_key_frame_begins_where_its_first_packet_says_so() {
        assert!(begins_key_frame(&packet(1, 1, true)));
        assert!(!begins_key_frame(&packet(1, 1, false)));
        assert!(begins_key_frame(&[0x10, 0x00]));
        // It goes on; its second partition begins; nothing is there.
        for other in [[0x00, 0x00].as_slice(), &[0x11, 0x00], &[0x10], &[0x90], &[0x90, 0x80, 0x81], &[]] {
            assert!(!begins_key_frame(other), "{other:?}");
        }
    }

    #[test]
    fn the_first_stream_keeps_its_numbers() {
        let mut numbers = FrameNumbers::default();
        assert_eq!(shown(&mut numbers, 700, 9), (700, 9));
        assert_eq!(shown(&mut numbers, 701, 9), (701, 9));
    }

    #[test]
    fn another_stream_goes_on_where_the_last_one_ended() {
        let mut numbers = FrameNumbers::default();
        shown(&mut numbers, 0x7FFE, 254);
        assert_eq!(shown(&mut numbers, 0x7FFF, 255), (0x7FFF, 255));
        // A frame out of order is no newer.
        shown(&mut numbers, 0x7FFD, 254);
        numbers.change_stream();
        assert_eq!(shown(&mut numbers, 12, 3), (0, 0));
        assert_eq!(shown(&mut numbers, 13, 4), (1, 1));
        let mut again = packet(12, 3, true);
        numbers.renumber_again(&mut again);
        assert_eq!(read(&again), (0, 0));
        assert!(begins_key_frame(&again));
    }

    #[test]
    fn a_number_of_seven_bits_stays_one() {
        let mut numbers = FrameNumbers::default();
        numbers.renumber(&mut [0x90, 0x80, 0x7F, 0x00]);
        numbers.change_stream();
        let mut payload = [0x90, 0x80, 0x05, 0x00];
        numbers.renumber(&mut payload);
        assert_eq!(payload, [0x90, 0x80, 0x00, 0x00]);
    }
}
