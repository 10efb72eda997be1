//! When the packets of a publisher arrived: the browser's congestion control lives on it (transport-wide feedback).

use crate::sfu::wire::srtp::Window;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::{
    PacketStatusChunk, RecvDelta, StatusChunkTypeTcc, StatusVectorChunk, SymbolSizeTypeTcc, SymbolTypeTcc,
    TransportLayerCc,
};
use std::collections::BTreeMap;
use std::time::Instant;

/// Times are told in quarters of a millisecond, and their start in units of 64 ms.
const DELTA_MICROS: i64 = 250;
const REFERENCE_MICROS: i64 = 64_000;
/// Two-bit symbols in one chunk.
const SYMBOLS: usize = 7;
/// One piece of feedback stays below an Ethernet frame.
const PACKETS_MAX: usize = 400;

/// What has arrived since the last feedback.
pub struct Arrivals {
    began_at: Instant,
    window: Window,
    arrived: BTreeMap<u64, i64>,
    next: Option<u64>,
    count: u8,
}

impl Arrivals {
    /// Nothing yet.
    pub fn new(now: Instant) -> Self {
        Self { began_at: now, window: Window::default(), arrived: BTreeMap::new(), next: None, count: 0 }
    }

    /// A packet with this transport-wide number came.
    pub fn note(&mut self, number: u16, now: Instant) {
        let index = self.window.whole(number);
        self.window.mark(index);
        // What was already reported as lost stays lost: the browser has acted on it.
        if self.next.is_none_or(|next| index >= next) {
            let micros = now.saturating_duration_since(self.began_at).as_micros();
            self.arrived.entry(index).or_insert_with(|| i64::try_from(micros).unwrap_or(i64::MAX));
        }
    }

    /// What to tell the browser; nothing when nothing came.
    pub fn feedback(&mut self, media_ssrc: u32) -> Option<TransportLayerCc> {
        let (first, at) = self.arrived.first_key_value().map(|(index, at)| (*index, *at))?;
        let base = self.next.filter(|next| first - next <= u64::try_from(PACKETS_MAX).unwrap_or(0));
        let base = base.unwrap_or(first);
        let reference = at / REFERENCE_MICROS;
        let (mut told_micros, mut next) = (reference * REFERENCE_MICROS, base);
        let (mut symbols, mut deltas) = (vec![], vec![]);
        while let Some((index, at)) = self.arrived.first_key_value().map(|(index, at)| (*index, *at)) {
            let Some(delta) = delta(at - told_micros) else { break };
            let missing = usize::try_from(index - next).unwrap_or(usize::MAX);
            if symbols.len().saturating_add(missing) >= PACKETS_MAX {
                break;
            }
            symbols.extend(std::iter::repeat_n(SymbolTypeTcc::PacketNotReceived, missing));
            symbols.push(delta.type_tcc_packet);
            told_micros += delta.delta;
            deltas.push(delta);
            next = index + 1;
            self.arrived.pop_first();
        }
        if deltas.is_empty() {
            // A jump in time or number too large for one feedback begins the next.
            self.next = Some(first);
            return None;
        }
        self.next = Some(next);
        Some(self.message(media_ssrc, base, reference, &symbols, deltas))
    }

    fn message(
        &mut self,
        media_ssrc: u32,
        base: u64,
        reference: i64,
        symbols: &[SymbolTypeTcc],
        recv_deltas: Vec<RecvDelta>,
    ) -> TransportLayerCc {
        let count = self.count;
        self.count = count.wrapping_add(1);
        TransportLayerCc {
            sender_ssrc: 1,
            media_ssrc,
            base_sequence_number: super::rewrite::low(base),
            packet_status_count: u16::try_from(symbols.len()).unwrap_or(u16::MAX),
            reference_time: u32::try_from(reference & 0x00FF_FFFF).unwrap_or_default(),
            fb_pkt_count: count,
            packet_chunks: symbols.chunks(SYMBOLS).map(chunk).collect(),
            recv_deltas,
        }
    }
}

fn delta(micros: i64) -> Option<RecvDelta> {
    let quarters = micros.div_euclid(DELTA_MICROS);
    let kind = if (0..=255).contains(&quarters) {
        SymbolTypeTcc::PacketReceivedSmallDelta
    } else {
        i16::try_from(quarters).ok()?;
        SymbolTypeTcc::PacketReceivedLargeDelta
    };
    Some(RecvDelta { type_tcc_packet: kind, delta: quarters * DELTA_MICROS })
}

fn chunk(symbols: &[SymbolTypeTcc]) -> PacketStatusChunk {
    let mut symbol_list = symbols.to_vec();
    symbol_list.resize(SYMBOLS, SymbolTypeTcc::PacketNotReceived);
    PacketStatusChunk::StatusVectorChunk(StatusVectorChunk {
        type_tcc: StatusChunkTypeTcc::StatusVectorChunk,
        symbol_size: SymbolSizeTypeTcc::TwoBit,
        symbol_list,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::rtcp::packet::Packet as _;
    use rtc::shared::marshal::{Marshal as _, Unmarshal as _};
    use std::time::Duration;

    fn arrivals() -> (Arrivals, Instant) {
        let now = chassis::clock::monotonic();
        (Arrivals::new(now), now)
    }

    #[test]
    fn what_came_and_what_did_not_is_told_with_its_time() {
        let (mut arrivals, start) = arrivals();
        for (number, millis) in [(65_534, 70), (65_535, 71), (2, 75)] {
            arrivals.note(number, start + Duration::from_millis(millis));
        }
        let told = arrivals.feedback(5).unwrap();
        assert_eq!((told.base_sequence_number, told.packet_status_count), (65_534, 5));
        assert_eq!(told.reference_time, 1);
        assert_eq!(told.recv_deltas.iter().map(|one| one.delta).collect::<Vec<_>>(), [6000, 1000, 4000]);
        let bytes = told.marshal().unwrap();
        assert_eq!(bytes.len() % 4, 0);
        assert_eq!(bytes.len(), (usize::from(told.header().length) + 1) * 4);
        let read = TransportLayerCc::unmarshal(&mut bytes.clone()).unwrap();
        assert_eq!(read.recv_deltas, told.recv_deltas);
        assert_eq!(arrivals.feedback(5), None);
    }

    #[test]
    fn the_next_feedback_begins_where_the_last_one_ended() {
        let (mut arrivals, start) = arrivals();
        arrivals.note(10, start);
        arrivals.feedback(5).unwrap();
        arrivals.note(13, start + Duration::from_millis(1));
        // Told as lost is lost.
        arrivals.note(9, start + Duration::from_millis(2));
        let told = arrivals.feedback(5).unwrap();
        assert_eq!((told.base_sequence_number, told.packet_status_count, told.fb_pkt_count), (11, 3, 1));
    }

    #[test]
    fn a_long_silence_begins_a_new_count() {
        let (mut arrivals, start) = arrivals();
        arrivals.note(10, start);
        arrivals.feedback(5).unwrap();
        arrivals.note(20_000, start + Duration::from_secs(100));
        let told = arrivals.feedback(5).unwrap();
        assert_eq!((told.base_sequence_number, told.packet_status_count), (20_000, 1));
    }
}
