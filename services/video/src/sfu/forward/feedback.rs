//! What browsers say about media, and what we say: lost packets, key frames, how much arrived.

use crate::sfu::engine::PeerId;
use crate::sfu::figures::Figures;
use crate::sfu::forward::peer::Peer;
use crate::sfu::forward::rewrite::low;
use crate::sfu::forward::uplink::Uplink;
use rtc::rtcp::packet::unmarshal;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{
    NackPair, TransportLayerNack, nack_pairs_from_sequence_numbers,
};
use std::time::{Duration, Instant};

/// A report a second is what browsers send too.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// One piece of feedback may ask for so many packets again. One that asks for everything wants a key frame.
const AGAIN_MAX: usize = 128;

/// We have no stream of our own to report from.
const OURS: u32 = 1;

/// What a browser wants of us, or wants us to know.
#[derive(Debug, PartialEq)]
pub enum Wish {
    /// A key frame of whoever this stream shows.
    KeyFrame(u32),
    /// These packets of this stream again.
    Again(u32, Vec<u16>),
    /// Its own clock is to be told to its viewers.
    Clock(SenderReport),
    /// These packets came, at these times, and these did not.
    Arrived(TransportLayerCc),
}

/// Opens and reads feedback. Nothing when it was not theirs.
pub fn wishes(peer: &mut Peer, datagram: &[u8]) -> Vec<Wish> {
    let Some(session) = peer.session.as_mut() else { return vec![] };
    let Ok(plain) = session.feedback_in.decrypt_rtcp(datagram) else { return vec![] };
    read(&plain)
}

fn read(mut plain: &[u8]) -> Vec<Wish> {
    let mut wishes = vec![];
    for packet in unmarshal(&mut plain).unwrap_or_default() {
        let any = packet.as_any();
        if any.is::<PictureLossIndication>() || any.is::<FullIntraRequest>() {
            wishes.extend(packet.destination_ssrc().into_iter().map(Wish::KeyFrame));
        } else if let Some(nack) = any.downcast_ref::<TransportLayerNack>() {
            let numbers = nack.nacks.iter().flat_map(NackPair::packet_list);
            wishes.push(Wish::Again(nack.media_ssrc, numbers.take(AGAIN_MAX).collect()));
        } else if let Some(report) = any.downcast_ref::<SenderReport>() {
            wishes.push(Wish::Clock(report.clone()));
        } else if let Some(arrivals) = any.downcast_ref::<TransportLayerCc>() {
            wishes.push(Wish::Arrived(arrivals.clone()));
        }
    }
    wishes
}

/// Tells a publisher what is due: what is missing, which picture has to start over, how much arrived.
pub fn tell_publisher(peer: &mut Peer, now: Instant, figures: &Figures) {
    if !peer.is_connected() || peer.uplinks.is_empty() {
        return;
    }
    let mut packets: Vec<Box<dyn rtc::rtcp::Packet>> = vec![];
    for uplink in &mut peer.uplinks {
        if let Some(media_ssrc) = uplink.key_frame_due(now) {
            figures.key_frames_asked.add();
            packets.push(Box::new(PictureLossIndication { sender_ssrc: OURS, media_ssrc }));
        }
        let missing: Vec<u16> = uplink.gaps.ask(now).into_iter().map(low).collect();
        if let Some(media_ssrc) = uplink.ssrc.filter(|_| !missing.is_empty()) {
            let nacks = nack_pairs_from_sequence_numbers(&missing);
            packets.push(Box::new(TransportLayerNack { sender_ssrc: OURS, media_ssrc, nacks }));
        }
    }
    if now.saturating_duration_since(peer.reported_at) >= REPORT_EVERY {
        peer.reported_at = now;
        let reports = peer.uplinks.iter_mut();
        let reports: Vec<_> =
            reports.filter_map(|uplink| uplink.reception.report(uplink.ssrc?, now)).collect();
        if !reports.is_empty() {
            packets.push(Box::new(ReceiverReport { ssrc: OURS, reports, ..ReceiverReport::default() }));
        }
    }
    if !packets.is_empty() {
        // What cannot be sealed is said again at the next turn.
        let _unsaid = peer.tell(&packets);
    }
}

/// Tells a browser when its packets arrived.
pub fn tell_arrivals(peer: &mut Peer) {
    if !peer.is_connected() {
        return;
    }
    let media = peer.uplinks.iter().find_map(|uplink| uplink.ssrc).unwrap_or(OURS);
    while let Some(feedback) = peer.arrivals.feedback(media) {
        peer.tell(&[Box::new(feedback)]);
    }
}

/// Tells one viewer what time it is at the publisher that a stream shows, so that sound and picture stay together.
pub fn tell_clock(viewer: &mut Peer, from: PeerId, uplink: &Uplink, theirs: &SenderReport) {
    let shows = viewer.downlinks.iter().find(|down| {
        down.source == Some(from) && down.is_video == uplink.is_video && down.shown == Some(uplink.layer)
    });
    if let Some(report) = shows.and_then(|downlink| downlink.sender_report(theirs)) {
        viewer.tell(&[Box::new(report)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::rtcp::packet::marshal;

    #[test]
    fn wishes_are_read_and_everything_else_is_passed_over() {
        let nacks = nack_pairs_from_sequence_numbers(&[5, 7]);
        let packets: [Box<dyn rtc::rtcp::Packet>; 3] = [
            Box::new(ReceiverReport::default()),
            Box::new(PictureLossIndication { sender_ssrc: 1, media_ssrc: 9 }),
            Box::new(TransportLayerNack { sender_ssrc: 1, media_ssrc: 9, nacks }),
        ];
        let plain = marshal(&packets).unwrap();
        assert_eq!(read(&plain), [Wish::KeyFrame(9), Wish::Again(9, vec![5, 7])]);
        assert_eq!(read(b"\x80\xC9rubbish"), []);
    }

    #[test]
    fn nobody_gets_everything_again() {
        let all: Vec<u16> = (0..u16::MAX).collect();
        let nacks = nack_pairs_from_sequence_numbers(&all).into_iter().take(200).collect();
        let nack = TransportLayerNack { sender_ssrc: 1, media_ssrc: 9, nacks };
        let plain = marshal(&[Box::new(nack)]).unwrap();
        let wishes = read(&plain);
        assert!(matches!(wishes.as_slice(), [Wish::Again(9, numbers)] if numbers.len() == AGAIN_MAX));
    }
}
