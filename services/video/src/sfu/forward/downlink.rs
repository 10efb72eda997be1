//! One stream that we own: whoever its slot shows, under our numbers.

use crate::sfu::engine::{Fault, PeerId};
use crate::sfu::forward::history::Kept;
use crate::sfu::forward::outbox::Outbox;
use crate::sfu::forward::rewrite::{Rewrite, low};
use crate::sfu::forward::uplink::{AUDIO_TICKS, Opened, VIDEO_TICKS};
use crate::sfu::sdp::answer::Stream;
use crate::sfu::sdp::offer::Line;
use crate::sfu::wire::ice::random;
use crate::sfu::wire::rtp::Outgoing;
use crate::sfu::wire::srtp::Cipher;
use rtc::rtcp::sender_report::SenderReport;
use std::time::Instant;

/// Numbers every packet of one viewer, over all of its streams.
#[derive(Debug, Default)]
pub struct Numbering(u16);

impl Numbering {
    fn next(&mut self) -> u16 {
        self.0 = self.0.wrapping_add(1);
        self.0
    }
}

/// What sealing and sending to one viewer takes.
pub struct Leg<'l> {
    /// Seals.
    pub cipher: &'l mut Cipher,
    /// Takes what was sealed.
    pub outbox: &'l mut Outbox,
    /// Numbers what is sent.
    pub numbering: &'l mut Numbering,
}

/// One m-line of a slot.
#[derive(Debug)]
pub struct Downlink {
    pub slot: usize,
    pub is_video: bool,
    pub source: Option<PeerId>,
    stream: Stream,
    payload_type: u8,
    again: Option<(u32, u8)>,
    again_index: u64,
    numbered: Option<u8>,
    rewrite: Rewrite,
    packets: u32,
    octets: u32,
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It is on its way.
    Sent,
    /// So is it, and it is the first that this viewer gets of this publisher.
    First,
    /// It belongs to no picture of this viewer, or could not be sealed.
    Dropped,
}

impl Downlink {
    /// Of a line that receives, which shows nobody yet.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(line: &Line, slot: usize) -> Result<Self, Fault> {
        let ticks = if line.is_video { VIDEO_TICKS } else { AUDIO_TICKS };
        let (ssrc, again_ssrc) = (random_ssrc()?, random_ssrc()?);
        // The upper half of the first numbers is left free, so that nobody sees a wrap before the stream has begun.
        let index = u64::from(u16::from_ne_bytes(random()?) >> 1);
        Ok(Self {
            slot,
            is_video: line.is_video,
            source: None,
            stream: Stream { ssrc, again_ssrc: line.again_type.map(|_| again_ssrc) },
            payload_type: line.payload_type,
            again: line.again_type.map(|kind| (again_ssrc, kind)),
            again_index: u64::from(u16::from_ne_bytes(random()?) >> 1),
            numbered: line.numbered,
            rewrite: Rewrite::new(ticks, index, u32::from_ne_bytes(random()?)),
            packets: 0,
            octets: 0,
        })
    }

    /// What the answer says of it.
    pub const fn stream(&self) -> Stream {
        self.stream
    }

    /// Shows somebody else, or nobody. A stream whose publisher changed starts over at the next packet.
    pub fn show_from(&mut self, source: Option<PeerId>) {
        if self.source != source {
            self.source = source;
            self.rewrite.change_publisher();
        }
    }

    /// Sends one packet of the publisher.
    pub fn show(&mut self, packet: &Opened<'_>, leg: &mut Leg<'_>, now: Instant) -> Shown {
        let Some(out) = self.rewrite.next(packet.index, packet.timestamp, now) else { return Shown::Dropped };
        let header = Outgoing {
            marker: packet.marker,
            payload_type: self.payload_type,
            sequence: low(out.index),
            timestamp: out.timestamp,
            ssrc: self.stream.ssrc,
            numbered: self.numbered.map(|id| (id, leg.numbering.next())),
        };
        if !seal(&header, out.index, &[packet.payload], leg) {
            return Shown::Dropped;
        }
        self.packets = self.packets.wrapping_add(1);
        let octets = u32::try_from(packet.payload.len()).unwrap_or(u32::MAX);
        self.octets = self.octets.wrapping_add(octets);
        if out.is_first { Shown::First } else { Shown::Sent }
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
            numbered: self.numbered.map(|id| (id, leg.numbering.next())),
        };
        seal(&header, self.again_index, &[&sequence.to_be_bytes(), kept.payload], leg)
    }

    /// The publisher's word about its clock, under our numbers.
    pub fn sender_report(&self, theirs: &SenderReport) -> Option<SenderReport> {
        Some(SenderReport {
            ssrc: self.stream.ssrc,
            ntp_time: theirs.ntp_time,
            rtp_time: self.rewrite.time_of(theirs.rtp_time)?,
            packet_count: self.packets,
            octet_count: self.octets,
            ..SenderReport::default()
        })
    }
}

/// Zero means "none" in places.
fn random_ssrc() -> Result<u32, Fault> {
    Ok(u32::from_ne_bytes(random()?) | 1)
}

fn seal(header: &Outgoing, index: u64, payload: &[&[u8]], leg: &mut Leg<'_>) -> bool {
    let cipher = &mut *leg.cipher;
    leg.outbox.push(|out, start| {
        let header_bytes = header.write(out);
        for part in payload {
            out.extend_from_slice(part);
        }
        cipher.seal(out, start, header_bytes, header.ssrc, index)
    })
}
