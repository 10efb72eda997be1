//! One person's connection to the reference SFU, and the lines on which the others are seen.

use super::Leaving;
use crate::wire::Answer;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use str0m::change::SdpOffer;
use str0m::format::{Codec, PayloadParams};
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite, Ssrc};
use str0m::{Candidate, Event, Input, Output, Rtc};

/// Requests for a key frame of one person at most so often: each costs a large frame.
const KEY_EVERY: Duration = Duration::from_millis(300);
/// A gap between two pictures where a line is given to somebody else.
const TIME_STEP: u32 = 3000;

/// What came of a connection, for the room.
#[derive(Default)]
pub struct Told {
    /// Packets to be forwarded.
    pub packets: Vec<RtpPacket>,
    /// Lines whose receiver wants a key frame.
    pub keys: Vec<Mid>,
    /// Whether there are lines that nobody is seen on yet.
    pub has_new_lines: bool,
}

/// A person.
pub struct Person {
    /// The room.
    pub room: u32,
    /// What the person's connectivity checks are addressed to.
    pub ufrag: String,
    /// Where others are heard and seen.
    pub lines: Vec<Line>,
    /// When the connection wants to be woken.
    pub due_at: Instant,
    /// Whether it is already known that there is something to send.
    pub is_stirred: bool,
    rtc: Rtc,
    picture_in: Option<Mid>,
    picture: Option<Pt>,
    sound: Option<Pt>,
    key_asked_at: Option<Instant>,
}

/// A line out of the SFU: somebody's sound or picture.
pub struct Line {
    mid: Mid,
    kind: MediaKind,
    ssrc: Option<Ssrc>,
    /// Who is on it.
    pub who: Option<u64>,
    shift: Option<Shift>,
    number: u64,
    time: u32,
}

/// What is added to numbers and times of a source, so that a line goes on without a jump.
#[derive(Clone, Copy)]
struct Shift {
    number: u64,
    time: u32,
}

impl Person {
    /// Answers somebody's offer.
    pub fn enter(room: u32, offer: &str, address: SocketAddr, at: Instant) -> anyhow::Result<(Self, Answer)> {
        let mut rtc = Rtc::builder()
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(at);
        rtc.add_local_candidate(Candidate::host(address, "udp")?);
        let sdp = rtc.sdp_api().accept_offer(SdpOffer::from_sdp_string(offer)?)?.to_sdp_string();
        let ufrag = rtc.direct_api().local_ice_credentials().ufrag;
        let type_of = |codec| {
            rtc.codec_config().iter().find(|known| known.spec().codec == codec).map(PayloadParams::pt)
        };
        let (picture, sound) = (type_of(Codec::Vp8), type_of(Codec::Opus));
        let person = Self {
            room,
            ufrag,
            lines: vec![],
            due_at: at,
            is_stirred: false,
            rtc,
            picture_in: None,
            picture,
            sound,
            key_asked_at: None,
        };
        Ok((person, Answer { sdp }))
    }

    /// A datagram came.
    pub fn receive(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        if let Ok(receive) = Receive::new(Protocol::Udp, from, to, bytes) {
            // What a stranger may have sent is no reason to stop.
            let _ = self.rtc.handle_input(Input::Receive(at, receive));
        }
    }

    /// Lets time pass: what was written is then ready to leave.
    pub fn wake(&mut self, at: Instant) {
        let _ = self.rtc.handle_input(Input::Timeout(at));
    }

    /// Takes everything out, until the connection only waits.
    pub fn drain(&mut self, leaving: &mut Leaving, told: &mut Told) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(due_at)) => {
                    self.due_at = due_at;
                    return;
                }
                Ok(Output::Transmit(datagram)) => {
                    if let SocketAddr::V4(to) = datagram.destination {
                        leaving.push((to, datagram.contents));
                    }
                }
                Ok(Output::Event(event)) => self.note(event, told),
                // It is closed then, and from now on waits for ever.
                Err(_broken) => self.rtc.disconnect(),
            }
        }
    }

    fn note(&mut self, event: Event, told: &mut Told) {
        if let Event::RtpPacket(packet) = event {
            told.packets.push(packet);
        } else if let Event::KeyframeRequest(request) = event {
            told.keys.push(request.mid);
        } else if let Event::MediaAdded(line) = event {
            if line.direction == Direction::SendOnly {
                let ssrc = self.rtc.direct_api().stream_tx_by_mid(line.mid, None).map(|stream| stream.ssrc());
                self.lines.push(Line::new(line.mid, line.kind, ssrc));
                told.has_new_lines = true;
            } else if line.kind == MediaKind::Video {
                self.picture_in = Some(line.mid);
            }
        } else if let Event::Connected = event {
            // Only from here on a receiver can start: everything begins with a key frame again.
            self.lines.iter_mut().for_each(|line| line.shift = None);
        }
    }

    /// Of which kind a packet of this person is.
    pub fn kind(&self, packet: &RtpPacket) -> MediaKind {
        let is_picture = Some(packet.header.payload_type) == self.picture;
        if is_picture { MediaKind::Video } else { MediaKind::Audio }
    }

    /// Writes somebody's packet on the line that shows them. Says whether the line has just begun.
    pub fn write(&mut self, who: u64, kind: MediaKind, packet: &RtpPacket) -> bool {
        let payload_type = if kind == MediaKind::Video { self.picture } else { self.sound };
        let is_theirs = |line: &&mut Line| line.who == Some(who) && line.kind == kind;
        let Some(line) = self.lines.iter_mut().find(is_theirs) else { return false };
        let mut api = self.rtc.direct_api();
        let stream = line.ssrc.and_then(|ssrc| api.stream_tx(&ssrc));
        let (Some(stream), Some(payload_type)) = (stream, payload_type) else { return false };
        let begins = line.shift.is_none();
        let (number, time) = line.place(*packet.seq_no, packet.header.timestamp);
        let copy = RtpWrite::new(payload_type, number.into(), time, packet.timestamp, packet.payload.clone());
        stream.write_rtp(copy.marker(packet.header.marker).nackable(kind == MediaKind::Video));
        begins
    }

    /// Asks this person for a key frame, unless that was just done.
    pub fn ask_for_key(&mut self, at: Instant) {
        if self.key_asked_at.is_some_and(|asked| at.duration_since(asked) < KEY_EVERY) {
            return;
        }
        let Some(mid) = self.picture_in else { return };
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, None) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
            self.key_asked_at = Some(at);
        }
    }
}

impl Line {
    fn new(mid: Mid, kind: MediaKind, ssrc: Option<Ssrc>) -> Self {
        Self { mid, kind, ssrc, who: None, shift: None, number: 0, time: 0 }
    }

    /// Whether it is this line of the description.
    pub fn is(&self, mid: Mid) -> bool {
        self.mid == mid
    }

    /// Of which kind it is.
    pub fn kind(&self) -> MediaKind {
        self.kind
    }

    /// Shows somebody else from now on.
    pub fn show(&mut self, who: Option<u64>) {
        self.who = who;
        self.shift = None;
    }

    /// The number and time that a packet of the source has on this line.
    fn place(&mut self, number: u64, time: u32) -> (u64, u32) {
        let shift = *self.shift.get_or_insert(Shift {
            number: (self.number + 1).wrapping_sub(number),
            time: self.time.wrapping_add(TIME_STEP).wrapping_sub(time),
        });
        let placed = (number.wrapping_add(shift.number), time.wrapping_add(shift.time));
        (self.number, self.time) = (self.number.max(placed.0), placed.1);
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_on_without_a_jump_when_it_shows_somebody_else() {
        let mut line = Line::new(Mid::from("1"), MediaKind::Video, None);
        line.show(Some(1));
        assert_eq!([line.place(900, 50), line.place(901, 3050)], [(1, 3000), (2, 6000)]);
        line.show(Some(2));
        assert_eq!(
            [line.place(7, 0), line.place(9, 3000), line.place(8, 3000)],
            [(3, 9000), (5, 12000), (4, 12000)]
        );
    }
}
