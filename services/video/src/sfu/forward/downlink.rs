//! One stream that we own: whoever its slot shows, under our numbers.

use crate::sfu::engine::PeerId;
use crate::sfu::forward::downstream::Downstream;
use crate::sfu::forward::history::Kept;
use crate::sfu::forward::outbox::Outbox;
use crate::sfu::forward::rewrite::{Rewrite, low};
use crate::sfu::forward::uplink::Opened;
use crate::sfu::forward::vp8::FrameNumbers;
use crate::sfu::sdp::answer::Stream;
use crate::sfu::sdp::offer::Line;
use crate::sfu::wire::rtp::{NUMBERED_HEADER_BYTES, Outgoing};
use crate::sfu::wire::srtp::{Cipher, TAG_BYTES};
use chassis::crypto::random;
use rtc::rtcp::sender_report::SenderReport;
use std::time::Instant;

/// What sealing and sending to one viewer takes.
pub struct Leg<'l> {
    /// Seals.
    pub cipher: &'l mut Cipher,
    /// Takes what was sealed.
    pub outbox: &'l mut Outbox,
    /// Numbers what is sent.
    pub downstream: &'l mut Downstream,
    /// When.
    pub now: Instant,
}

impl Leg<'_> {
    fn number(&mut self, payload_bytes: usize) -> u16 {
        self.downstream.number(NUMBERED_HEADER_BYTES + payload_bytes + TAG_BYTES, self.now)
    }
}

/// One m-line of a slot.
pub struct Downlink {
    pub slot: usize,
    pub is_video: bool,
    pub source: Option<PeerId>,
    /// Which size of their picture to send; nothing sends none.
    pub wanted: Option<usize>,
    /// Which goes out: the one before, until a key frame of the one that is wanted comes.
    pub shown: Option<usize>,
    pub ssrc: u32,
    payload_type: u8,
    again: Option<(u32, u8)>,
    again_index: u64,
    numbered: Option<u8>,
    rewrite: Rewrite,
    frames: FrameNumbers,
    packets: u32,
    octets: u32,
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It is on its way.
    Sent,
    /// So is it, and nothing can be seen before a key frame.
    NeedsKeyFrame,
    /// It is of a size that this viewer gets as soon as a key frame of it comes.
    WaitsForKeyFrame,
    /// It is of another size.
    Unwanted,
    /// It could not be sealed, or it is older than what this viewer was shown first.
    Dropped,
}

impl Downlink {
    /// Of a line that receives, which shows nobody yet.
    pub fn new(line: &Line, slot: usize) -> Self {
        // The upper half of the first numbers is left free, so that nobody sees a wrap before the stream has begun.
        let index = u64::from(u16::from_ne_bytes(random()) >> 1);
        Self {
            slot,
            is_video: line.is_video,
            source: None,
            wanted: Some(0),
            shown: None,
            ssrc: random_ssrc(),
            payload_type: line.payload_type,
            again: line.again_type.map(|kind| (random_ssrc(), kind)),
            again_index: u64::from(u16::from_ne_bytes(random()) >> 1),
            numbered: line.numbered,
            frames: FrameNumbers::default(),
            rewrite: Rewrite::new(line.ticks(), index, u32::from_ne_bytes(random())),
            packets: 0,
            octets: 0,
        }
    }

    /// What the answer says of it.
    pub fn stream(&self) -> Stream {
        Stream { ssrc: self.ssrc, again_ssrc: self.again.map(|(ssrc, _)| ssrc) }
    }

    /// Shows somebody else, or nobody. A stream whose publisher changed starts over at the next packet.
    pub fn show_from(&mut self, source: Option<PeerId>) {
        if self.source != source {
            (self.source, self.shown) = (source, None);
        }
    }

    /// Sends this size from now on, or none.
    pub const fn choose(&mut self, wanted: Option<usize>) {
        self.wanted = wanted;
        if wanted.is_none() {
            self.shown = None;
        }
    }

    /// Sends one packet of the publisher.
    pub fn show(&mut self, packet: &Opened<'_>, leg: &mut Leg<'_>) -> Shown {
        if self.shown != Some(packet.layer.place) {
            if self.wanted != Some(packet.layer.place) {
                return Shown::Unwanted;
            }
            if !packet.layer.is_only && !packet.begins_key_frame {
                return Shown::WaitsForKeyFrame;
            }
            self.shown = self.wanted;
            self.rewrite.change_publisher();
            self.frames.change_stream();
        }
        let Some(out) = self.rewrite.next(packet.index, packet.timestamp, leg.now) else {
            return Shown::Dropped;
        };
        let header = Outgoing {
            marker: packet.marker,
            payload_type: self.payload_type,
            sequence: low(out.index),
            timestamp: out.timestamp,
            ssrc: self.ssrc,
            numbered: self.numbered.map(|id| (id, leg.number(packet.payload.len()))),
        };
        let frames = &mut self.frames;
        let is_video = self.is_video;
        let renumber = |payload: &mut [u8]| {
            if is_video {
                frames.renumber(payload);
            }
        };
        if !seal(&header, out.index, &[packet.payload], leg, renumber) {
            return Shown::Dropped;
        }
        self.packets = self.packets.wrapping_add(1);
        let octets = u32::try_from(packet.payload.len()).unwrap_or(u32::MAX);
        self.octets = self.octets.wrapping_add(octets);
        let lacks_key_frame = packet.is_video && out.is_first && !packet.begins_key_frame;
        if lacks_key_frame { Shown::NeedsKeyFrame } else { Shown::Sent }
    }

    /// The number of the publisher's packet behind one of ours that a viewer misses.
    pub fn missed(&self, sequence: u16) -> Option<u64> {
        self.again?;
        self.rewrite.source_of(sequence).map(|(_, source)| source)
    }

    /// Sends a packet again, under a number of its own, with the number it had.
    pub fn show_again(&mut self, sequence: u16, kept: &Kept<'_>, leg: &mut Leg<'_>) -> bool {
        let (Some((ssrc, kind)), Some(timestamp)) = (self.again, self.rewrite.time_of(kept.timestamp)) else {
            return false;
        };
        self.again_index += 1;
        let header = Outgoing {
            marker: kept.marker,
            payload_type: kind,
            sequence: low(self.again_index),
            timestamp,
            ssrc,
            numbered: self.numbered.map(|id| (id, leg.number(kept.payload.len()))),
        };
        let frames = &self.frames;
        let renumber = |payload: &mut [u8]| {
            if let Some((_sequence, payload)) = payload.split_first_chunk_mut::<2>() {
                frames.renumber_again(payload);
            }
        };
        seal(&header, self.again_index, &[&sequence.to_be_bytes(), kept.payload], leg, renumber)
    }

    /// The publisher's word about its clock, under our numbers.
    pub fn sender_report(&self, theirs: &SenderReport) -> Option<SenderReport> {
        Some(SenderReport {
            ssrc: self.ssrc,
            ntp_time: theirs.ntp_time,
            rtp_time: self.rewrite.time_of(theirs.rtp_time)?,
            packet_count: self.packets,
            octet_count: self.octets,
            ..SenderReport::default()
        })
    }
}

/// Zero means "none" in places.
fn random_ssrc() -> u32 {
    u32::from_ne_bytes(random()) | 1
}

fn seal(
    header: &Outgoing,
    index: u64,
    payload: &[&[u8]],
    leg: &mut Leg<'_>,
    renumber: impl FnOnce(&mut [u8]),
) -> bool {
    let cipher = &mut *leg.cipher;
    leg.outbox.push(|out, start| {
        let header_bytes = header.write(out);
        for part in payload {
            out.extend_from_slice(part);
        }
        if let Some(payload) = out.get_mut(start + header_bytes..) {
            renumber(payload);
        }
        cipher.seal(out, start, header_bytes, header.ssrc, index)
    })
}
