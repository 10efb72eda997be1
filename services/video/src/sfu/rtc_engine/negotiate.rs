//! Offer in, answer out: one stream of ours for every line the browser wants to receive on.

use crate::sfu::engine::{Answer, Fault, SlotLines};
use crate::sfu::offer::{Line, Offer};
use crate::sfu::rewrite::Rewrite;
use crate::sfu::rtc_engine::peer::{Outgoing, Peer};
use crate::sfu::rtc_engine::setup::{self, AUDIO_TICKS, VIDEO_TICKS, random_ssrc};
use rtc::ice::candidate::CandidateConfig;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{CandidateHostConfig, RTCIceCandidate};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpRtxParameters, RtpCodecKind,
};
use std::net::SocketAddr;
use std::time::Instant;

/// Answers the offer of a new peer.
pub fn answer(peer: &mut Peer, offer: &Offer, address: SocketAddr, now: Instant) -> Result<Answer, Fault> {
    let description = RTCSessionDescription::offer(offer.sdp.clone())?;
    peer.connection.set_remote_description(now, description)?;
    add_candidate(peer, address)?;
    // The engine puts a track on the first line of its kind that has none, so the order of the offer decides.
    for (place, line) in offer.receiving.iter().enumerate() {
        let out = outgoing(peer, line, place / 2)?;
        peer.outgoing.push(out);
    }
    let answer = peer.connection.create_answer(None)?;
    peer.connection.set_local_description(now, answer)?;
    learn_payload_types(peer);
    let local =
        peer.connection.local_description().ok_or_else(|| Fault("no local description".to_owned()))?;
    Ok(Answer { sdp: local.sdp, slots: slots(offer) })
}

fn slots(offer: &Offer) -> Vec<SlotLines> {
    let pairs = offer.receiving.chunks_exact(2);
    pairs
        .filter_map(|pair| match pair {
            [audio, video] => Some(SlotLines { audio: audio.mid.clone(), video: video.mid.clone() }),
            _other => None,
        })
        .collect()
}

/// The one address of the house. Browsers check it; we never need theirs.
fn add_candidate(peer: &mut Peer, address: SocketAddr) -> Result<(), Fault> {
    let base_config = CandidateConfig {
        network: "udp".to_owned(),
        address: address.ip().to_string(),
        port: address.port(),
        component: 1,
        ..CandidateConfig::default()
    };
    let candidate =
        CandidateHostConfig { base_config, ..CandidateHostConfig::default() }.new_candidate_host()?;
    peer.connection.add_local_candidate(RTCIceCandidate::from(&candidate).to_json()?)?;
    Ok(())
}

fn outgoing(peer: &mut Peer, line: &Line, slot: usize) -> Result<Outgoing, Fault> {
    let (codec, kind, ticks) = if line.is_video {
        (setup::vp8(), RtpCodecKind::Video, VIDEO_TICKS)
    } else {
        (setup::opus(), RtpCodecKind::Audio, AUDIO_TICKS)
    };
    let ssrc = random_ssrc()?;
    let rtx = if line.is_video { Some(RTCRtpRtxParameters { ssrc: random_ssrc()? }) } else { None };
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            ssrc: Some(ssrc),
            rtx,
            ..RTCRtpCodingParameters::default()
        },
        active: true,
        codec,
        ..RTCRtpEncodingParameters::default()
    };
    // Sound and picture of a slot share a stream, so that browsers keep them together.
    let (stream, track) = (format!("slot{slot}"), format!("slot{slot}-{}", line.mid));
    let track = MediaStreamTrack::new(stream, track, line.mid.clone(), kind, vec![encoding]);
    let sender = peer.connection.add_track(track)?;
    let (sequence, timestamp) = (u16::from_ne_bytes(setup::random()?), u32::from_ne_bytes(setup::random()?));
    Ok(Outgoing {
        slot,
        is_video: line.is_video,
        sender,
        ssrc,
        payload_type: 0,
        rewrite: Rewrite::new(ticks, sequence, timestamp),
        source: None,
    })
}

/// Browsers number their codecs as they like; ours follow theirs.
fn learn_payload_types(peer: &mut Peer) {
    for out in &mut peer.outgoing {
        let Some(mut sender) = peer.connection.rtp_sender(out.sender) else { continue };
        let wanted = if out.is_video { setup::vp8() } else { setup::opus() }.mime_type;
        let parameters = sender.get_parameters();
        let codecs = &parameters.rtp_parameters.codecs;
        if let Some(codec) =
            codecs.iter().find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(&wanted))
        {
            out.payload_type = codec.payload_type;
        }
    }
}
