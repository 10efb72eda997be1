//! RTP packets where they lie: the fixed header, one extension at a time, and the payload (RFC 3550 §5.1, RFC 8285).

use std::ops::Range;

/// The fixed part of a header.
pub const HEADER_BYTES: usize = 12;

/// A header with our one extension, the transport-wide number: profile, length, one element, padding.
pub const NUMBERED_HEADER_BYTES: usize = HEADER_BYTES + 8;

/// RTCP packet types share the second byte with RTP's marker and payload type (RFC 5761 §4).
const RTCP_TYPES: std::ops::RangeInclusive<u8> = 192..=223;

/// The profile of one-byte extension elements (RFC 8285 §4.2).
const ONE_BYTE: [u8; 2] = [0xBE, 0xDE];

/// What a received packet's header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The last packet of a frame, or the first of a talk spurt.
    pub marker: bool,
    /// What the payload is.
    pub payload_type: u8,
    /// Its number, 16 bits of it.
    pub sequence: u16,
    /// Its time.
    pub timestamp: u32,
    /// Its stream.
    pub ssrc: u32,
    /// How long the header is, with everything that belongs to it.
    pub length: usize,
    /// Where one-byte extension elements lie.
    extensions: Range<usize>,
    has_padding: bool,
}

/// Whether an authenticated-looking datagram is RTCP rather than RTP.
pub fn is_rtcp(packet: &[u8]) -> bool {
    packet.get(1).is_some_and(|second| RTCP_TYPES.contains(second))
}

impl Header {
    /// Reads it; nothing when the packet is shorter than it says.
    pub fn read(packet: &[u8]) -> Option<Self> {
        let (fixed, rest) = packet.split_first_chunk::<HEADER_BYTES>()?;
        let [first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *fixed;
        if first >> 6 != 2 {
            return None;
        }
        let sources = usize::from(first & 0x0F) * 4;
        let mut header = Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7F,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
            length: HEADER_BYTES + sources,
            extensions: 0..0,
            has_padding: first & 0x20 != 0,
        };
        if first & 0x10 != 0 {
            let [p0, p1, l0, l1] = *rest.get(sources..)?.first_chunk::<4>()?;
            let start = header.length + 4;
            header.length = start + usize::from(u16::from_be_bytes([l0, l1])) * 4;
            if [p0, p1] == ONE_BYTE {
                header.extensions = start..header.length;
            }
        }
        (header.length <= packet.len()).then_some(header)
    }

    /// What an extension element says.
    pub fn extension<'p>(&self, packet: &'p [u8], id: u8) -> Option<&'p [u8]> {
        let mut elements = packet.get(self.extensions.clone())?;
        while let Some((first, rest)) = elements.split_first() {
            // Id 0 is a padding byte without a length, and 15 ends the list.
            let (found, length) = (first >> 4, usize::from(first & 0x0F) + 1);
            if found == 15 {
                return None;
            }
            if found == 0 {
                elements = rest;
                continue;
            }
            let (value, next) = rest.split_at_checked(length)?;
            if found == id {
                return Some(value);
            }
            elements = next;
        }
        None
    }

    /// The payload of an opened packet, without its padding; nothing when there is less than it says.
    pub fn payload<'p>(&self, opened: &'p [u8]) -> Option<&'p [u8]> {
        let payload = opened.get(self.length..)?;
        let padding = if self.has_padding { usize::from(*payload.last()?) } else { 0 };
        payload.get(..payload.len().checked_sub(padding)?)
    }
}

/// What a packet that we send says in its header.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing {
    /// See [`Header`].
    pub marker: bool,
    /// What the viewer calls this kind of payload.
    pub payload_type: u8,
    /// Its number.
    pub sequence: u16,
    /// Its time.
    pub timestamp: u32,
    /// Its stream.
    pub ssrc: u32,
    /// Its number among all packets to this viewer, with the id that the viewer gave this extension.
    pub numbered: Option<(u8, u16)>,
}

impl Outgoing {
    /// Writes it, and says how long it is.
    pub fn write(&self, packet: &mut Vec<u8>) -> usize {
        let first = if self.numbered.is_some() { 0x90 } else { 0x80 };
        packet.extend_from_slice(&[first, (u8::from(self.marker) << 7) | (self.payload_type & 0x7F)]);
        packet.extend_from_slice(&self.sequence.to_be_bytes());
        packet.extend_from_slice(&self.timestamp.to_be_bytes());
        packet.extend_from_slice(&self.ssrc.to_be_bytes());
        let Some((id, number)) = self.numbered else { return HEADER_BYTES };
        let [high, low] = number.to_be_bytes();
        let [p0, p1] = ONE_BYTE;
        // One word: an element of two bytes, and one of padding.
        packet.extend_from_slice(&[p0, p1, 0, 1, (id << 4) | 1, high, low, 0]);
        NUMBERED_HEADER_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(numbered: Option<(u8, u16)>) -> Vec<u8> {
        let header = Outgoing {
            marker: true,
            payload_type: 96,
            sequence: 0xFFFE,
            timestamp: 0x0102_0304,
            ssrc: 0xA0B0_C0D0,
            numbered,
        };
        let mut packet = vec![];
        assert_eq!(header.write(&mut packet), packet.len());
        packet.extend_from_slice(b"payload");
        packet
    }

    #[test]
    fn what_is_written_can_be_read() {
        let packet = written(Some((3, 0xBEEF)));
        let header = Header::read(&packet).unwrap();
        assert!(header.marker);
        assert_eq!((header.payload_type, header.sequence), (96, 0xFFFE));
        assert_eq!((header.timestamp, header.ssrc), (0x0102_0304, 0xA0B0_C0D0));
        assert_eq!(header.extension(&packet, 3), Some([0xBE, 0xEF].as_slice()));
        assert_eq!(header.extension(&packet, 4), None);
        assert_eq!(header.payload(&packet), Some(b"payload".as_slice()));
        assert_eq!(Header::read(&written(None)).unwrap().length, HEADER_BYTES);
    }

    #[test]
    fn a_header_longer_than_its_packet_is_none() {
        let mut packet = written(Some((3, 1)));
        let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
        packet.splice(14..16, length);
        assert_eq!(Header::read(&packet), None);
        let mut many_sources = written(None);
        many_sources.splice(0..1, [0x8F]);
        assert_eq!(Header::read(&many_sources), None);
        for length in 0..HEADER_BYTES {
            assert_eq!(Header::read(written(None).get(..length).unwrap()), None);
        }
    }

    #[test]
    fn padding_is_no_payload_and_never_longer_than_it() {
        let mut packet = written(None);
        packet.splice(0..1, [0xA0]);
        packet.extend_from_slice(&[0, 0, 3]);
        let header = Header::read(&packet).unwrap();
        assert_eq!(header.payload(&packet), Some(b"payload".as_slice()));
        packet.pop();
        packet.push(200);
        assert_eq!(header.payload(&packet), None);
    }

    #[test]
    fn elements_end_where_the_list_says_or_breaks_off() {
        let mut packet = written(Some((3, 7)));
        // Padding first, then the end of the list: what follows is not read.
        packet.splice(16..20, [0x00, 0xF0, 0x31, 0x00]);
        let header = Header::read(&packet).unwrap();
        assert_eq!(header.extension(&packet, 3), None);
        // An element that reaches beyond the list.
        packet.splice(16..20, [0x3F, 1, 2, 3]);
        assert_eq!(header.extension(&packet, 3), None);
    }

    #[test]
    fn feedback_is_told_from_media_by_its_type() {
        assert!(is_rtcp(&[0x80, 200]));
        assert!(is_rtcp(&[0x81, 206]));
        assert!(!is_rtcp(&[0x80, 0xE0]));
        assert!(!is_rtcp(&[0x80]));
    }
}
