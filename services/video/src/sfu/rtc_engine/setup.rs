//! How a connection is set up: codecs, ciphers, interceptors, credentials.

use crate::sfu::demux::Credentials;
use crate::sfu::engine::Fault;
use crate::sfu::rtc_engine::tap::KeyFrameTap;
use rtc::crypto::RTCRandom as _;
use rtc::crypto::providers::RingRandom;
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::interceptor::{Registry, Slot};
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::transport::RTCDtlsRole;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind};
use rtc::shared::error::Error;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Opus runs at 48 kHz, always (RFC 7587).
pub const AUDIO_TICKS: u32 = 48_000;
/// Video counts in 90 kHz, always (RFC 7741).
pub const VIDEO_TICKS: u32 = 90_000;

/// After this silence a peer counts as disconnected, and this much later as failed (reliability.md P32).
const DISCONNECTED_AFTER: Duration = Duration::from_secs(10);
const FAILED_AFTER: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(2);

/// The place of our tap among the interceptors: after those of the engine.
const TAP_SLOT: usize = 14_000;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// A random number that nobody can guess.
pub fn random<const BYTES: usize>() -> Result<[u8; BYTES], Fault> {
    let mut bytes = [0; BYTES];
    RingRandom.fill(&mut bytes).map_err(|error| Fault(error.to_string()))?;
    Ok(bytes)
}

/// A random stream number. Zero means "none" in places.
pub fn random_ssrc() -> Result<u32, Fault> {
    Ok(u32::from_ne_bytes(random()?) | 1)
}

/// Fresh ICE credentials: 128 random bits each.
pub fn credentials() -> Result<Credentials, Fault> {
    Ok(Credentials { ufrag: hex(&random::<16>()?), password: hex(&random::<16>()?) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// Opus, as every leg uses it.
pub fn opus() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: MIME_TYPE_OPUS.to_owned(),
        clock_rate: AUDIO_TICKS,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
        rtcp_feedback: vec![],
    }
}

/// VP8, as every leg uses it: the one codec that each browser has and that leaves room for encrypted frames.
pub fn vp8() -> RTCRtpCodec {
    let feedback =
        |kind: &str, parameter: &str| RTCPFeedback { typ: kind.to_owned(), parameter: parameter.to_owned() };
    RTCRtpCodec {
        mime_type: MIME_TYPE_VP8.to_owned(),
        clock_rate: VIDEO_TICKS,
        channels: 0,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: vec![feedback("ccm", "fir"), feedback("nack", ""), feedback("nack", "pli")],
    }
}

fn retransmission() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: "video/rtx".to_owned(),
        clock_rate: VIDEO_TICKS,
        channels: 0,
        sdp_fmtp_line: "apt=96".to_owned(),
        rtcp_feedback: vec![],
    }
}

fn codecs() -> Result<MediaEngine, Fault> {
    let mut media = MediaEngine::default();
    for (rtp_codec, payload_type, kind) in [
        (opus(), 111, RtpCodecKind::Audio),
        (vp8(), 96, RtpCodecKind::Video),
        (retransmission(), 97, RtpCodecKind::Video),
    ] {
        media.register_codec(RTCRtpCodecParameters { rtp_codec, payload_type }, kind)?;
    }
    Ok(media)
}

/// A connection that answers, waits for checks instead of sending them, and encrypts with AES-GCM only.
///
/// Every current browser offers GCM, and the engine takes the client's first choice among ours: were the older
/// HMAC-SHA1 profile listed, it would win (video.md P4).
pub fn connection(credentials: &Credentials, now: Instant) -> Result<RTCPeerConnection, Fault> {
    let settings = SettingEngineBuilder::new()
        .with_ice_credentials(credentials.ufrag.clone(), credentials.password.clone())
        .with_lite(true)
        .with_answering_dtls_role(RTCDtlsRole::Server)
        .with_ice_timeouts(Some(DISCONNECTED_AFTER), Some(FAILED_AFTER), Some(KEEP_ALIVE))
        .with_srtp_protection_profiles(vec![
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
            SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm,
        ])
        .build();
    let mut media = codecs()?;
    let interceptors = register_default_interceptors(Registry::new(), &mut media)?
        .with(Slot::Custom(TAP_SLOT), KeyFrameTap::default());
    Ok(RTCPeerConnectionBuilder::new()
        .with_setting_engine(settings)
        .with_media_engine(media)
        .with_interceptor_registry(interceptors)
        .build(now)?)
}
