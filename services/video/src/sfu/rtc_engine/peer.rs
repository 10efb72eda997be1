//! One peer connection: the streams that come from it, and the slots that go to it.

use crate::sfu::engine::{PeerId, Route};
use crate::sfu::figures::Figures;
use crate::sfu::rewrite::Rewrite;
use rtc::peer_connection::RTCPeerConnection;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp::Packet;
use rtc::rtp_transceiver::{RTCRtpReceiverId, RTCRtpSenderId};
use rtc::shared::error::Error;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A publisher is asked for a key frame at most this often: each costs a burst of ten times a normal frame, and a
/// viewer that cannot decode asks for ever (video.md P3).
const KEY_FRAME_EVERY: Duration = Duration::from_millis(300);

/// A browser on a bad line (10 % loss, 200 ms, reliability.md P34) is connected in a few seconds; ours gives up at ten.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);

/// One m-line of a slot: one stream that we own, fed by whoever the slot shows.
pub struct Outgoing {
    pub slot: usize,
    pub is_video: bool,
    pub sender: RTCRtpSenderId,
    pub ssrc: u32,
    pub payload_type: u8,
    pub rewrite: Rewrite,
    pub source: Option<PeerId>,
}

/// One stream that the peer sends.
pub struct Incoming {
    pub is_video: bool,
    pub receiver: RTCRtpReceiverId,
    key_frame_wanted: bool,
    key_frame_asked_at: Option<Instant>,
}

/// One peer.
pub struct Peer {
    pub connection: RTCPeerConnection,
    pub incoming: HashMap<u32, Incoming>,
    pub outgoing: Vec<Outgoing>,
    /// Who has a slot that shows this peer.
    pub viewers: Vec<PeerId>,
    pub is_connected: bool,
    pub has_failed: bool,
    /// When a peer that has not connected is given up.
    pub connect_by: Instant,
    /// There may be something to send.
    pub is_dirty: bool,
}

impl Peer {
    /// A peer that has not been heard of.
    pub fn new(connection: RTCPeerConnection, now: Instant) -> Self {
        Self {
            connection,
            incoming: HashMap::new(),
            outgoing: vec![],
            viewers: vec![],
            is_connected: false,
            has_failed: false,
            connect_by: now + CONNECT_WITHIN,
            is_dirty: true,
        }
    }

    /// Points the slots at their publishers. A stream whose publisher changed starts over at the next packet.
    pub fn set_routes(&mut self, routes: &[Option<Route>]) {
        for out in &mut self.outgoing {
            let route = routes.get(out.slot).copied().flatten();
            let source = route.filter(|route| route.pictures || !out.is_video).map(|route| route.source);
            if out.source != source {
                out.source = source;
                out.rewrite.change_publisher();
            }
        }
    }

    /// Sends one packet of `from` on the slot that shows it. True when a key frame is needed first.
    pub fn show(
        &mut self,
        from: PeerId,
        is_video: bool,
        packet: &Packet,
        now: Instant,
        figures: &Figures,
    ) -> bool {
        if !self.is_connected {
            return false;
        }
        let shows = |out: &&mut Outgoing| out.source == Some(from) && out.is_video == is_video;
        let Some(out) = self.outgoing.iter_mut().find(shows) else { return false };
        let numbers = out.rewrite.next(packet.header.sequence_number, packet.header.timestamp, now);
        // The payload is shared; only the header is copied. Extensions are negotiated per leg, so none crosses.
        let mut packet = packet.clone();
        let header = &mut packet.header;
        (header.ssrc, header.payload_type) = (out.ssrc, out.payload_type);
        (header.sequence_number, header.timestamp) = (numbers.sequence, numbers.timestamp);
        header.extension = false;
        header.extensions.clear();
        header.extensions_padding = 0;
        let written = self.connection.rtp_sender(out.sender).map(|mut sender| sender.write_rtp(now, packet));
        match written {
            Some(Ok(())) => figures.forwarded.add(),
            Some(Err(_)) | None => figures.unwritten.add(),
        }
        self.is_dirty = true;
        numbers.is_first && is_video
    }

    /// Whom this viewer's key frame request is about.
    pub fn source_of(&self, ssrc: u32) -> Option<PeerId> {
        self.outgoing.iter().find(|out| out.ssrc == ssrc && out.is_video)?.source
    }

    /// Someone needs a key frame of this peer's picture.
    pub fn want_key_frame(&mut self) {
        for stream in self.incoming.values_mut().filter(|stream| stream.is_video) {
            stream.key_frame_wanted = true;
        }
    }

    /// Asks for the key frames that are wanted and due. What comes too soon is kept for the next tick.
    pub fn ask_key_frames(&mut self, now: Instant, figures: &Figures) {
        for (ssrc, stream) in &mut self.incoming {
            let asked_just_now = stream
                .key_frame_asked_at
                .is_some_and(|at| now.saturating_duration_since(at) < KEY_FRAME_EVERY);
            if !stream.key_frame_wanted || asked_just_now {
                continue;
            }
            stream.key_frame_wanted = false;
            stream.key_frame_asked_at = Some(now);
            let request = PictureLossIndication { sender_ssrc: 1, media_ssrc: *ssrc };
            let written = ask(&mut self.connection, stream.receiver, request, now);
            if written.is_ok() {
                figures.key_frames_asked.add();
            }
            self.is_dirty = true;
        }
    }
}

impl Incoming {
    /// A stream that has just begun.
    pub const fn new(is_video: bool, receiver: RTCRtpReceiverId) -> Self {
        // Viewers that were there before it need a key frame to begin with, and it sends one by itself.
        Self { is_video, receiver, key_frame_wanted: false, key_frame_asked_at: None }
    }
}

fn ask(
    connection: &mut RTCPeerConnection,
    receiver: RTCRtpReceiverId,
    request: PictureLossIndication,
    now: Instant,
) -> Result<(), Error> {
    let mut receiver = connection.rtp_receiver(receiver).ok_or(Error::ErrRTPReceiverNotExisted)?;
    receiver.write_rtcp(now, vec![Box::new(request)])
}
