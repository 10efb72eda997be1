//! A browser without a screen: one peer connection, one slot, its own sound and picture.

use super::{House, PATIENCE, Socket, Someone};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCPeerConnectionState, RTCSessionDescription,
};
use webrtc::runtime::TokioRuntime;

/// What a bot's connection tells.
enum Told {
    Gathered,
    State(RTCPeerConnectionState),
    Media(Vec<u8>),
}

struct Ears(mpsc::UnboundedSender<Told>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Ears {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            let _ = self.0.send(Told::Gathered);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let _ = self.0.send(Told::State(state));
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let told = self.0.clone();
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                    let _ = told.send(Told::Media(packet.payload.to_vec()));
                }
            }
        });
    }
}

pub struct Bot {
    connection: Box<dyn PeerConnection>,
    told: mpsc::UnboundedReceiver<Told>,
    voice: Arc<TrackLocalStaticRTP>,
    ssrc: u32,
    sequence: u16,
    pub offer: String,
}

impl Bot {
    pub async fn new() -> Self {
        let (ears, mut told) = mpsc::unbounded_channel();
        let mut codecs = MediaEngine::default();
        codecs.register_default_codecs().unwrap();
        let builder = PeerConnectionBuilder::new()
            .with_media_engine(codecs)
            .with_handler(Arc::new(Ears(ears)))
            .with_runtime(Arc::new(TokioRuntime))
            .with_udp_addrs(vec!["127.0.0.1:0".to_owned()]);
        let connection = Box::pin(builder.build()).await.unwrap();
        let receive =
            RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Recvonly, ..Default::default() };
        for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
            connection.add_transceiver_from_kind(kind, Some(receive.clone())).await.unwrap();
        }
        let ssrc = u32::from_ne_bytes(uuid::Uuid::now_v7().as_bytes()[12..].try_into().unwrap());
        let voice = voice(ssrc);
        let send =
            RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Sendonly, ..Default::default() };
        let local: Arc<dyn TrackLocal> = Arc::<TrackLocalStaticRTP>::clone(&voice);
        connection.add_transceiver_from_track(local, Some(send)).await.unwrap();
        let offer = connection.create_offer(None).await.unwrap();
        connection.set_local_description(offer).await.unwrap();
        while !matches!(told.recv().await, Some(Told::Gathered)) {}
        let offer = connection.local_description().await.unwrap().sdp;
        Self { connection: Box::new(connection), told, voice, ssrc, sequence: 0, offer }
    }

    /// The fingerprint in its offer, as a ticket names it.
    pub fn fingerprint(&self) -> String {
        let line = self.offer.lines().find_map(|line| line.strip_prefix("a=fingerprint:"));
        line.unwrap().to_owned()
    }

    /// Comes in with a good ticket, and waits at the door if it must.
    pub async fn knock(&self, house: &House, who: Someone) -> Socket {
        house.knock(&house.ticket(who, &self.fingerprint())).await
    }

    /// Offers, and takes the answer.
    pub async fn offer_over(&mut self, socket: &mut Socket) {
        socket.hears("admitted").await;
        socket.say(json!({"type": "offer", "sdp": self.offer})).await;
        let answer = socket.hears("answer").await;
        let answer = RTCSessionDescription::answer(answer["sdp"].as_str().unwrap().to_owned()).unwrap();
        self.connection.set_remote_description(answer).await.unwrap();
    }

    /// Waits until the connection is in this state; false when it ends another way first.
    pub async fn becomes(&mut self, wanted: RTCPeerConnectionState) -> bool {
        let reached = tokio::time::timeout(PATIENCE, async {
            while let Some(told) = self.told.recv().await {
                if let Told::State(state) = told {
                    if state == wanted {
                        return true;
                    }
                    if matches!(state, RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed) {
                        return false;
                    }
                }
            }
            false
        });
        reached.await.unwrap_or(false)
    }

    /// Speaks one packet of this sound.
    pub async fn speak(&mut self, sound: &[u8]) {
        self.sequence += 1;
        let mut packet = rtc::rtp::Packet { payload: sound.to_vec().into(), ..Default::default() };
        packet.header.version = 2;
        packet.header.ssrc = self.ssrc;
        packet.header.payload_type = 111;
        packet.header.sequence_number = self.sequence;
        packet.header.timestamp = u32::from(self.sequence) * 960;
        let _ = self.voice.write_rtp(packet).await;
    }

    /// The next sound that arrives within `patience`.
    pub async fn hears_within(&mut self, patience: Duration) -> Option<Vec<u8>> {
        let heard = tokio::time::timeout(patience, async {
            loop {
                match self.told.recv().await? {
                    Told::Media(sound) => return Some(sound),
                    Told::Gathered | Told::State(_) => {}
                }
            }
        });
        heard.await.ok().flatten()
    }
}

/// Speaks until the other hears it: the first packets may go before the far end is ready.
pub async fn is_heard(speaker: &mut Bot, listener: &mut Bot, sound: &[u8]) -> bool {
    for _ in 0..200 {
        speaker.speak(sound).await;
        if listener.hears_within(Duration::from_millis(50)).await.is_some_and(|heard| heard == sound) {
            return true;
        }
    }
    false
}

/// Who a slots message names, first slot first.
pub fn shown(slots: &Value) -> Vec<Option<String>> {
    let slots = slots["slots"].as_array().unwrap();
    slots.iter().map(|slot| slot["person"].as_str().map(str::to_owned)).collect()
}

fn voice(ssrc: u32) -> Arc<TrackLocalStaticRTP> {
    let codec = RTCRtpCodec {
        mime_type: "audio/opus".to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
        rtcp_feedback: vec![],
    };
    let coding = RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() };
    let encoding =
        RTCRtpEncodingParameters { rtp_coding_parameters: coding, active: true, codec, ..Default::default() };
    let (stream, track) = (format!("s{ssrc}"), format!("t{ssrc}"));
    let track = MediaStreamTrack::new(stream, track, "voice".to_owned(), RtpCodecKind::Audio, vec![encoding]);
    Arc::new(TrackLocalStaticRTP::new(track))
}
