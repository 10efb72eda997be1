//! One stream that a browser sends: opened, counted, kept for those who miss some of it.

use crate::sfu::forward::gaps::Gaps;
use crate::sfu::forward::history::History;
use crate::sfu::forward::reception::Reception;
use crate::sfu::sdp::offer::Line;
use crate::sfu::wire::rtp::Header;
use crate::sfu::wire::srtp::{Cipher, TAG_BYTES, Window};
use std::time::{Duration, Instant};

/// Opus runs at 48 kHz, always (RFC 7587).
pub const AUDIO_TICKS: u32 = 48_000;
/// Video counts in 90 kHz, always (RFC 7741).
pub const VIDEO_TICKS: u32 = 90_000;

/// A publisher is asked for a key frame at most this often: each costs a burst of ten times a normal frame, and a
/// viewer that cannot decode asks for ever (video.md P3).
const KEY_FRAME_EVERY: Duration = Duration::from_millis(300);

/// A packet, opened, with its whole number.
#[derive(Debug, Clone, Copy)]
pub struct Opened<'p> {
    /// Whether it belongs to a picture.
    pub is_video: bool,
    /// Its whole number.
    pub index: u64,
    /// Its time.
    pub timestamp: u32,
    /// The last of its frame.
    pub marker: bool,
    /// What it carries.
    pub payload: &'p [u8],
}

/// What a packet turned out to be.
#[derive(Debug, Clone, Copy)]
pub enum Received<'p> {
    /// Its seal is broken, or it was seen before.
    Refused,
    /// It came, and that is all: a probe of the line, or a packet sent again in vain.
    Empty,
    /// For the viewers.
    Media(Opened<'p>),
}

/// One stream of a publisher.
#[derive(Debug)]
pub struct Uplink {
    pub is_video: bool,
    payload_type: u8,
    again_type: Option<u8>,
    /// The streams, once known: named in the offer, or by their first packet.
    pub ssrc: Option<u32>,
    again_ssrc: Option<u32>,
    window: Window,
    again_window: Window,
    pub gaps: Gaps,
    pub reception: Reception,
    history: Option<History>,
    key_frame_wanted: bool,
    key_frame_asked_at: Option<Instant>,
}

impl Uplink {
    /// Of a line that sends.
    pub fn new(line: &Line, now: Instant) -> Self {
        Self {
            is_video: line.is_video,
            payload_type: line.payload_type,
            again_type: line.again_type,
            ssrc: line.streams.first().copied(),
            again_ssrc: line.streams.get(1).copied(),
            window: Window::default(),
            again_window: Window::default(),
            gaps: Gaps::default(),
            reception: Reception::new(if line.is_video { VIDEO_TICKS } else { AUDIO_TICKS }, now),
            history: line.is_video.then(History::default),
            key_frame_wanted: false,
            key_frame_asked_at: None,
        }
    }

    /// Whether a packet is one of this stream, for the first time or sent again. Its first packet names a stream that
    /// the offer did not.
    pub fn owns(&self, header: &Header) -> bool {
        self.is_media(header) || self.is_again(header)
    }

    fn is_media(&self, header: &Header) -> bool {
        header.payload_type == self.payload_type && self.ssrc.is_none_or(|ssrc| ssrc == header.ssrc)
    }

    fn is_again(&self, header: &Header) -> bool {
        Some(header.payload_type) == self.again_type && self.again_ssrc.is_none_or(|ssrc| ssrc == header.ssrc)
    }

    /// Opens a packet of this stream where it lies.
    pub fn open<'p>(
        &mut self,
        cipher: &mut Cipher,
        packet: &'p mut [u8],
        header: &Header,
        now: Instant,
    ) -> Received<'p> {
        let is_again = !self.is_media(header);
        let window = if is_again { &mut self.again_window } else { &mut self.window };
        let index = window.whole(header.sequence);
        if !window.is_fresh(index) || !cipher.open(packet, header.length, header.ssrc, index) {
            return Received::Refused;
        }
        window.mark(index);
        let opened = packet.get(..packet.len() - TAG_BYTES).and_then(|opened| header.payload(opened));
        let Some(payload) = opened else { return Received::Refused };
        if is_again {
            self.again_ssrc.get_or_insert(header.ssrc);
            return self.repeated(header, payload, now);
        }
        self.ssrc.get_or_insert(header.ssrc);
        self.reception.note(index, header.timestamp, now);
        self.taken(index, header, payload, now)
    }

    /// A packet that we had asked for: the number it had comes first (RFC 4588 §4).
    fn repeated<'p>(&mut self, header: &Header, payload: &'p [u8], now: Instant) -> Received<'p> {
        let Some((number, payload)) = payload.split_first_chunk::<2>() else { return Received::Empty };
        let index = self.window.whole(u16::from_be_bytes(*number));
        if !self.window.is_fresh(index) {
            return Received::Empty;
        }
        self.window.mark(index);
        self.taken(index, header, payload, now)
    }

    fn taken<'p>(&mut self, index: u64, header: &Header, payload: &'p [u8], now: Instant) -> Received<'p> {
        let (marker, timestamp) = (header.marker, header.timestamp);
        if let Some(history) = &mut self.history {
            if self.gaps.note(index, now) {
                self.key_frame_wanted = true;
            }
            history.keep(index, marker, timestamp, payload);
        }
        if payload.is_empty() {
            return Received::Empty;
        }
        Received::Media(Opened { is_video: self.is_video, index, timestamp, marker, payload })
    }

    /// What was sent lately, for those who missed it.
    pub const fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// Someone needs a key frame.
    pub const fn want_key_frame(&mut self) {
        self.key_frame_wanted = true;
    }

    /// The stream to ask for a key frame, when one is wanted and due. What comes too soon is kept for the next time.
    pub fn key_frame_due(&mut self, now: Instant) -> Option<u32> {
        let was_asked =
            self.key_frame_asked_at.is_some_and(|at| now.saturating_duration_since(at) < KEY_FRAME_EVERY);
        if !self.key_frame_wanted || was_asked {
            return None;
        }
        let ssrc = self.ssrc?;
        (self.key_frame_wanted, self.key_frame_asked_at) = (false, Some(now));
        Some(ssrc)
    }
}
