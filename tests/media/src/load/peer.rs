//! One connection of the load to an SFU, spoken by an implementation that is not ours.

use super::heard::Heard;
use super::payload::Payloads;
use crate::time::now;
use crate::udp::Udp;
use anyhow::Context as _;
use std::net::{IpAddr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Instant;
use str0m::change::{SdpAnswer, SdpOffer};
use str0m::format::{Codec, PayloadParams};
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{DatagramSend, Protocol, Receive};
use str0m::rtp::{RtpWrite, Ssrc};
use str0m::{Candidate, Event, Input, Output, Rtc};

/// Reads of a socket before the others have their turn; a batch each.
const READS_MAX: usize = 4;

/// Who is told of every payload that came.
pub type Ear = Box<dyn FnMut(&[u8]) + Send>;

/// A connection, its socket, and what it counted.
pub struct Peer {
    rtc: Rtc,
    udp: Udp,
    leaving: Vec<(SocketAddrV4, DatagramSend)>,
    due_at: Instant,
    sound: Option<Track>,
    picture: Option<Track>,
    key_wanted: bool,
    /// What came.
    pub heard: Heard,
    /// When a packet of media was last at the socket, readable or not.
    pub reached_at: Option<Instant>,
    /// Who else hears it.
    pub ear: Option<Ear>,
    /// Packets of sound and picture that went.
    pub sent: u64,
    /// Requests to begin again with a key frame.
    pub key_requests: u64,
    /// Whether it ever was connected.
    pub is_connected: bool,
}

/// A stream that this peer sends.
struct Track {
    mid: Mid,
    ssrc: Option<Ssrc>,
    number: u64,
    time: u32,
    /// Ticks from one frame to the next, in the clock of the codec.
    step: u32,
}

/// The directions of what is offered, in pairs of sound and picture.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// How many others are received.
    pub others: u32,
}

impl Peer {
    /// A peer with a socket of its own on this address.
    ///
    /// # Errors
    /// When there is no port.
    pub fn new(address: IpAddr) -> anyhow::Result<Self> {
        let udp = Udp::bind(SocketAddr::new(address, 0))?;
        let mut rtc = Rtc::builder()
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now());
        rtc.add_local_candidate(Candidate::host(udp.address(), "udp")?);
        Ok(Self {
            rtc,
            udp,
            leaving: vec![],
            due_at: now(),
            sound: None,
            picture: None,
            // Each stream begins with a key frame.
            key_wanted: true,
            heard: Heard::default(),
            reached_at: None,
            ear: None,
            sent: 0,
            key_requests: 0,
            is_connected: false,
        })
    }

    /// Offers to receive the others and to send one sound and one picture; `ask` brings the answer.
    ///
    /// # Errors
    /// When no answer comes, or none that fits.
    pub fn offer(
        &mut self,
        shape: Shape,
        ask: impl FnOnce(String) -> anyhow::Result<String>,
    ) -> anyhow::Result<()> {
        let kinds = [MediaKind::Audio, MediaKind::Video];
        let mut lines = self.rtc.sdp_api();
        for _other in 0..shape.others {
            for kind in kinds {
                lines.add_media(kind, Direction::RecvOnly, None, None, None);
            }
        }
        let [sound, picture] = kinds.map(|kind| lines.add_media(kind, Direction::SendOnly, None, None, None));
        let (offer, pending) = lines.apply().context("nothing to offer")?;
        let answer = SdpAnswer::from_sdp_string(&ask(offer.to_sdp_string())?)?;
        self.rtc.sdp_api().accept_answer(pending, answer)?;
        // 20 ms at 48 kHz, and a frame of 30 per second at 90 kHz.
        self.sound = Some(Track { mid: sound, ssrc: None, number: 0, time: 0, step: 960 });
        self.picture = Some(Track { mid: picture, ssrc: None, number: 0, time: 0, step: 3000 });
        self.advance(now())
    }

    /// Answers an offer of the SFU's; it only receives then.
    ///
    /// # Errors
    /// When the offer cannot be answered.
    pub fn answer(&mut self, offer: &str) -> anyhow::Result<String> {
        let answer = self.rtc.sdp_api().accept_offer(SdpOffer::from_sdp_string(offer)?)?;
        self.advance(now())?;
        Ok(answer.to_sdp_string())
    }

    /// Reads what came and does what is due.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn turn(&mut self) -> anyhow::Result<()> {
        let mut came = 0;
        for _read in 0..READS_MAX {
            let (at, to, rtc) = (now(), self.udp.address(), &mut self.rtc);
            let (mut events, leaving) = (vec![], &mut self.leaving);
            let mut due_at = self.due_at;
            let mut broken = None;
            let reached_at = &mut self.reached_at;
            let read = self.udp.receive(|from, bytes| {
                // The first byte tells the protocols apart (RFC 7983); the second, reports from media (RFC 5761).
                if let [128..=191, kind, ..] = bytes
                    && !(192..=223).contains(kind)
                {
                    *reached_at = Some(at);
                }
                // What is no packet of ours to read is dropped, as a browser would.
                let Ok(receive) = Receive::new(Protocol::Udp, from.into(), to, bytes) else { return };
                let fed = rtc.handle_input(Input::Receive(at, receive)).map_err(anyhow::Error::from);
                match fed.and_then(|()| drained(rtc, leaving, &mut events)) {
                    Ok(next) => due_at = next,
                    Err(error) => broken = Some(error),
                }
            })?;
            self.due_at = due_at;
            came += read;
            for event in events {
                self.note(&event);
            }
            if let Some(broken) = broken {
                return Err(broken);
            }
            if read < crate::udp::BATCH {
                break;
            }
        }
        let at = now();
        if came > 0 || self.due_at <= at {
            self.advance(at)?;
        }
        Ok(())
    }

    /// Sends 20 ms of sound.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn speak(&mut self, payloads: &Payloads) -> anyhow::Result<()> {
        let Some(track) = &mut self.sound else { return Ok(()) };
        self.sent += track.send(&mut self.rtc, Codec::Opus, std::iter::once(&payloads.sound));
        self.advance(now())
    }

    /// Sends a frame of so many packets.
    ///
    /// # Errors
    /// When the connection broke.
    pub fn show(&mut self, payloads: &Payloads, packets: u32) -> anyhow::Result<()> {
        let Some(track) = &mut self.picture else { return Ok(()) };
        let is_key = std::mem::take(&mut self.key_wanted);
        self.sent += track.send(&mut self.rtc, Codec::Vp8, payloads.frame(packets, is_key));
        self.advance(now())
    }

    /// Sends anything at all from the address that this peer has proven.
    pub fn throw(&self, to: SocketAddrV4, datagrams: &[Vec<u8>]) {
        let all: Vec<_> = datagrams.iter().map(|datagram| (to, datagram.as_slice())).collect();
        self.udp.send(&all);
    }

    /// Whether it sends anything.
    pub fn publishes(&self) -> bool {
        self.picture.is_some()
    }

    /// Lets time pass, and sends everything that is ready then.
    fn advance(&mut self, at: Instant) -> anyhow::Result<()> {
        let mut events = vec![];
        self.rtc.handle_input(Input::Timeout(at))?;
        self.due_at = drained(&mut self.rtc, &mut self.leaving, &mut events)?;
        for event in events {
            self.note(&event);
        }
        self.udp.send(&self.leaving);
        self.leaving.clear();
        Ok(())
    }

    fn note(&mut self, event: &Event) {
        if let Event::RtpPacket(packet) = event {
            self.heard.note(*packet.header.ssrc, *packet.seq_no, packet.payload.len());
            if let Some(ear) = &mut self.ear {
                ear(&packet.payload);
            }
        } else if let Event::KeyframeRequest(_) = event {
            self.key_requests += 1;
            self.key_wanted = true;
        } else if let Event::Connected = event {
            self.is_connected = true;
        }
    }
}

impl Track {
    /// Hands over a frame; says how many packets that were.
    fn send<'a>(&mut self, rtc: &mut Rtc, codec: Codec, frame: impl Iterator<Item = &'a Arc<[u8]>>) -> u64 {
        let payload_type = payload_type(rtc, codec);
        let mut api = rtc.direct_api();
        if self.ssrc.is_none() {
            self.ssrc = api.stream_tx_by_mid(self.mid, None).map(|stream| stream.ssrc());
        }
        let stream = self.ssrc.and_then(|ssrc| api.stream_tx(&ssrc));
        let (Some(stream), Some(payload_type)) = (stream, payload_type) else { return 0 };
        let (first, at) = (self.number, now());
        self.time = self.time.wrapping_add(self.step);
        let mut frame = frame.peekable();
        while let Some(payload) = frame.next() {
            self.number += 1;
            let packet = RtpWrite::new(payload_type, self.number.into(), self.time, at, Arc::clone(payload));
            let is_last = frame.peek().is_none();
            stream.write_rtp(packet.marker(is_last).nackable(codec == Codec::Vp8));
        }
        self.number - first
    }
}

fn payload_type(rtc: &Rtc, codec: Codec) -> Option<Pt> {
    rtc.codec_config().iter().find(|known| known.spec().codec == codec).map(PayloadParams::pt)
}

/// Takes everything out of a connection, until it only waits; says until when.
fn drained(
    rtc: &mut Rtc,
    leaving: &mut Vec<(SocketAddrV4, DatagramSend)>,
    events: &mut Vec<Event>,
) -> anyhow::Result<Instant> {
    loop {
        match rtc.poll_output()? {
            Output::Timeout(at) => return Ok(at),
            Output::Event(event) => events.push(event),
            Output::Transmit(datagram) => {
                if let SocketAddr::V4(to) = datagram.destination {
                    leaving.push((to, datagram.contents));
                }
            }
        }
    }
}
