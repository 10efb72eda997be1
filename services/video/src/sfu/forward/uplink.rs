//! One stream that a browser sends: opened, counted, kept for those who miss some of it.

use crate::sfu::forward::gaps::Gaps;
use crate::sfu::forward::history::History;
use crate::sfu::forward::meter::Meter;
use crate::sfu::forward::reception::Reception;
use crate::sfu::forward::vp8::begins_key_frame;
use crate::sfu::sdp::offer::{Line, Simulcast};
use crate::sfu::wire::rtp::Header;
use crate::sfu::wire::srtp::{Cipher, TAG_BYTES, Window};
use std::time::{Duration, Instant};

/// A publisher is asked for a key frame at most this often: each costs a burst of ten times a normal frame, and a
/// viewer that cannot decode asks for ever (video.md P3).
const KEY_FRAME_EVERY: Duration = Duration::from_millis(300);

/// A packet, opened, with its whole number.
#[derive(Debug, Clone, Copy)]
pub struct Opened<'p> {
    /// Whether it belongs to a picture.
    pub is_video: bool,
    /// Which size of it.
    pub layer: Layer,
    /// Whether a key frame begins in it.
    pub begins_key_frame: bool,
    /// Its whole number.
    pub index: u64,
    /// Its time.
    pub timestamp: u32,
    /// The last of its frame.
    pub marker: bool,
    /// What it carries.
    pub payload: &'p [u8],
}

/// One of the sizes of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// 0 is the smallest.
    pub place: usize,
    /// Whether there is no other.
    pub is_only: bool,
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
    /// Which size of a picture: 0 is the smallest.
    pub layer: usize,
    simulcast: Option<Simulcast>,
    payload_type: u8,
    again_type: Option<u8>,
    /// The streams, once known: named in the offer, or by their first packet.
    pub ssrc: Option<u32>,
    again_ssrc: Option<u32>,
    window: Window,
    again_window: Window,
    pub gaps: Gaps,
    pub reception: Reception,
    meter: Meter,
    history: Option<History>,
    key_frame_wanted: bool,
    key_frame_asked_at: Option<Instant>,
}

impl Uplink {
    /// The streams of a line that sends: one, or one for each size of its picture.
    pub fn of(line: &Line, now: Instant) -> impl Iterator<Item = Self> {
        let layers = line.simulcast.as_ref().map_or(1, |simulcast| simulcast.layers.len());
        (0..layers).map(move |layer| Self::new(line, layer, now))
    }

    fn new(line: &Line, layer: usize, now: Instant) -> Self {
        Self {
            is_video: line.is_video,
            layer,
            simulcast: line.simulcast.clone(),
            payload_type: line.payload_type,
            again_type: line.again_type,
            ssrc: line.streams.first().copied().filter(|_| line.simulcast.is_none()),
            again_ssrc: line.streams.get(1).copied().filter(|_| line.simulcast.is_none()),
            window: Window::default(),
            again_window: Window::default(),
            gaps: Gaps::default(),
            reception: Reception::new(line.ticks(), now),
            meter: Meter::new(now),
            history: line.is_video.then(History::default),
            key_frame_wanted: false,
            key_frame_asked_at: None,
        }
    }

    /// Whether a packet is one of this stream, for the first time or sent again. Its first packet names a stream that
    /// the offer did not.
    pub fn owns(&self, header: &Header, packet: &[u8]) -> bool {
        let names = |id: Option<u8>| self.is_named(id.and_then(|id| header.extension(packet, id)));
        let simulcast = self.simulcast.as_ref();
        if self.is_media(header) {
            self.ssrc.map_or_else(|| names(simulcast.map(|some| some.name)), |ssrc| ssrc == header.ssrc)
        } else if Some(header.payload_type) == self.again_type {
            let again = || names(simulcast.and_then(|some| some.again_name));
            self.again_ssrc.map_or_else(again, |ssrc| ssrc == header.ssrc)
        } else {
            false
        }
    }

    /// Whether a packet of a stream not yet known is of this one: where there is only one, it is.
    fn is_named(&self, name: Option<&[u8]>) -> bool {
        let Some(simulcast) = &self.simulcast else { return true };
        let layer = simulcast.layers.get(self.layer);
        layer.is_some_and(|layer| name == Some(layer.as_bytes()))
    }

    const fn is_media(&self, header: &Header) -> bool {
        header.payload_type == self.payload_type
    }

    /// How many bits a second come in now.
    pub fn bits_per_second(&mut self, now: Instant) -> Option<u32> {
        self.meter.bits_per_second(now)
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
        self.meter.note(payload.len(), now);
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
        let layer = Layer { place: self.layer, is_only: self.simulcast.is_none() };
        let is_video = self.is_video;
        let begins_key_frame = is_video && begins_key_frame(payload);
        Received::Media(Opened { is_video, layer, begins_key_frame, index, timestamp, marker, payload })
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
