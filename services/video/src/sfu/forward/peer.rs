//! One browser: its handshake, what it sends, and what it is shown.

use crate::sfu::engine::{Answer, Fault, Happening, PeerId, Route, SlotLines};
use crate::sfu::figures::Figures;
use crate::sfu::forward::allotment::{Layers, Showing, allot};
use crate::sfu::forward::arrivals::Arrivals;
use crate::sfu::forward::downlink::{Downlink, Leg, Shown};
use crate::sfu::forward::downstream::Downstream;
use crate::sfu::forward::outbox::Outbox;
use crate::sfu::forward::uplink::{Opened, Received, Uplink};
use crate::sfu::sdp::answer::{Answerer, Stream};
use crate::sfu::sdp::offer::Offer;
use crate::sfu::wire::dtls::{Handshake, Identity, Progress, Session, is_fatal_alert};
use crate::sfu::wire::ice::Credentials;
use crate::sfu::wire::rtp::Header;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// A browser on a bad line (10 % loss, 200 ms, reliability.md P34) is connected in a few seconds; ours gives up at ten.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);

/// A browser checks its line every few seconds at the latest; after this silence nobody is there (reliability.md P32).
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// What one browser may ask for again in a second: three times what a picture has packets. A few bytes of asking bring
/// a thousand back, and nobody may have the house send without end.
const AGAIN_MAX: u16 = 1_000;
const AGAIN_EVERY: Duration = Duration::from_secs(1);

/// One browser.
pub struct Peer {
    pub id: PeerId,
    pub session: Option<Box<Session>>,
    pub uplinks: Vec<Uplink>,
    pub downlinks: Vec<Downlink>,
    /// Who is shown something of this peer.
    pub viewers: Vec<PeerId>,
    pub arrivals: Arrivals,
    pub reported_at: Instant,
    /// It is on the list of those who may have something to be sent.
    pub is_marked: bool,
    /// What this browser calls the number among all packets.
    numbered: Option<u8>,
    outbox: Outbox,
    downstream: Downstream,
    /// How many packets may still be sent again, of those of the second that began then.
    again_left: u16,
    again_from: Instant,
    handshake: Handshake,
    address: Option<SocketAddr>,
    connect_by: Instant,
    heard_at: Instant,
    has_failed: bool,
}

impl Peer {
    /// A peer that has not been heard of.
    pub fn new(id: PeerId, identity: &Identity, offer: &Offer, now: Instant) -> Result<Self, Fault> {
        let downlinks = offer.receiving.iter().enumerate();
        let downlinks = downlinks.map(|(place, line)| Downlink::new(line, place / 2));
        Ok(Self {
            id,
            session: None,
            uplinks: offer.sending.iter().flat_map(|line| Uplink::of(line, now)).collect(),
            downlinks: downlinks.collect(),
            viewers: vec![],
            arrivals: Arrivals::new(now),
            reported_at: now,
            is_marked: false,
            numbered: offer.sending.iter().find_map(|line| line.numbered),
            outbox: Outbox::default(),
            downstream: Downstream::new(now),
            again_left: AGAIN_MAX,
            again_from: now,
            handshake: Handshake::new(identity, &offer.fingerprints)?,
            address: None,
            connect_by: now + CONNECT_WITHIN,
            heard_at: now,
            has_failed: false,
        })
    }

    /// What goes back for its offer.
    pub fn answer(
        &self,
        identity: &Identity,
        credentials: &Credentials,
        address: SocketAddr,
        offer: &Offer,
    ) -> Answer {
        let streams: Vec<Stream> = self.downlinks.iter().map(Downlink::stream).collect();
        let answerer = Answerer { address, fingerprint: identity.fingerprint, credentials };
        let pairs = offer.receiving.chunks_exact(2).filter_map(|pair| match pair {
            [audio, video] => Some(SlotLines { audio: audio.mid.clone(), video: video.mid.clone() }),
            _other => None,
        });
        Answer { sdp: answerer.answer(offer, &streams), slots: pairs.collect() }
    }

    /// Whether its handshake is done.
    pub const fn is_connected(&self) -> bool {
        self.session.is_some()
    }

    /// A check from an address, which the browser may have chosen.
    pub fn checked(&mut self, from: SocketAddr, is_chosen: bool, now: Instant) {
        self.heard_at = now;
        if is_chosen || self.address.is_none() {
            self.address = Some(from);
        }
    }

    /// A piece of the handshake.
    pub fn shake_hands(&mut self, datagram: &[u8], now: Instant) -> Option<Happening> {
        match self.handshake.receive(datagram, now) {
            Progress::Same => self.flush_handshake(),
            Progress::Done(session) => {
                self.flush_handshake();
                let is_new = self.session.replace(session).is_none();
                is_new.then_some(Happening::Connected(self.id))
            }
            Progress::Over => {
                self.flush_handshake();
                self.fail()
            }
        }
    }

    /// What the handshake has to say goes out; our refusal of a certificate is the end.
    fn flush_handshake(&mut self) -> Option<Happening> {
        let mut is_over = false;
        while let Some(datagram) = self.handshake.poll() {
            is_over |= self.session.is_none() && is_fatal_alert(&datagram);
            self.outbox.push_ready(&datagram);
        }
        if is_over { self.fail() } else { None }
    }

    /// Says goodbye; a peer that misses it notices the silence.
    pub fn close(&mut self, now: Instant) {
        self.handshake.close(now);
        self.flush_handshake();
    }

    /// Lets its timers run.
    pub fn tick(&mut self, now: Instant) -> Option<Happening> {
        let is_late = !self.is_connected() && now >= self.connect_by;
        if is_late || now.saturating_duration_since(self.heard_at) >= SILENCE_MAX {
            return self.fail();
        }
        self.handshake.tick(now);
        self.flush_handshake()
    }

    fn fail(&mut self) -> Option<Happening> {
        let is_new = !std::mem::replace(&mut self.has_failed, true);
        is_new.then_some(Happening::Failed(self.id))
    }

    /// Opens a media packet where it lies.
    pub fn open<'p>(&mut self, packet: &'p mut [u8], now: Instant) -> Option<Opened<'p>> {
        let header = Header::read(packet)?;
        let uplink = self.uplinks.iter_mut().find(|uplink| uplink.owns(&header, packet))?;
        let number = self.numbered.and_then(|id| header.extension(packet, id)?.first_chunk::<2>().copied());
        let received = uplink.open(&mut self.session.as_mut()?.inbound, packet, &header, now);
        if let Some(number) = number.filter(|_| !matches!(received, Received::Refused)) {
            self.arrivals.note(u16::from_be_bytes(number), now);
        }
        match received {
            Received::Media(opened) => Some(opened),
            Received::Refused | Received::Empty => None,
        }
    }

    /// Points the slots at their publishers.
    pub fn set_routes(&mut self, routes: &[Option<Route>]) {
        for downlink in &mut self.downlinks {
            let route = routes.get(downlink.slot).copied().flatten();
            let route = route.filter(|route| route.pictures || !downlink.is_video);
            downlink.show_from(route.map(|route| route.source));
        }
    }

    /// Sends one packet of `from` on the slot that shows it. True when a key frame is needed first.
    pub fn show(&mut self, from: PeerId, packet: &Opened<'_>, now: Instant, figures: &Figures) -> bool {
        let Some(session) = self.session.as_mut() else { return false };
        let shows =
            |downlink: &&mut Downlink| downlink.source == Some(from) && downlink.is_video == packet.is_video;
        let Some(downlink) = self.downlinks.iter_mut().find(shows) else { return false };
        let (cipher, outbox, downstream) = (&mut session.outbound, &mut self.outbox, &mut self.downstream);
        let fate = downlink.show(packet, &mut Leg { cipher, outbox, downstream, now });
        match fate {
            Shown::Sent | Shown::NeedsKeyFrame => figures.forwarded.add(),
            Shown::Dropped => figures.unwritten.add(),
            Shown::WaitsForKeyFrame | Shown::Unwanted => {}
        }
        matches!(fate, Shown::NeedsKeyFrame | Shown::WaitsForKeyFrame)
    }

    /// The viewer says when packets came.
    pub fn heed_arrivals(&mut self, feedback: &TransportLayerCc, now: Instant) {
        self.downstream.heed(feedback, now);
    }

    /// The sizes in which its picture comes in.
    pub fn layers(&mut self, now: Instant) -> Layers {
        let mut layers = Layers::default();
        for uplink in self.uplinks.iter_mut().filter(|uplink| uplink.is_video) {
            if let Some(layer) = layers.get_mut(uplink.layer) {
                *layer = uplink.bits_per_second(now);
            }
        }
        layers
    }

    /// Decides which size of each picture this viewer gets, of those that come in.
    pub fn choose_layers(&mut self, incoming: &HashMap<PeerId, Layers>) {
        let shows = |downlink: &&mut Downlink| downlink.is_video && downlink.source.is_some();
        let mut pictures: Vec<_> = self.downlinks.iter_mut().filter(shows).collect();
        let showing = pictures.iter().map(|picture| {
            let layers = picture.source.and_then(|source| incoming.get(&source)).copied();
            Showing { layers: layers.unwrap_or_default(), now: picture.shown }
        });
        let chosen = allot(self.downstream.carries(), &showing.collect::<Vec<_>>());
        for (picture, wanted) in pictures.iter_mut().zip(chosen) {
            picture.choose(wanted);
        }
    }

    /// Sends again what this viewer misses of a publisher; false when that is not kept any more.
    pub fn show_again(&mut self, ssrc: u32, sequence: u16, publisher: &Self, now: Instant) -> bool {
        if now.saturating_duration_since(self.again_from) >= AGAIN_EVERY {
            (self.again_from, self.again_left) = (now, AGAIN_MAX);
        }
        let Some(session) = self.session.as_mut() else { return false };
        let Some(downlink) = self.downlinks.iter_mut().find(|downlink| downlink.ssrc == ssrc) else {
            return false;
        };
        let Some(left) = self.again_left.checked_sub(1) else { return false };
        self.again_left = left;
        let shown = publisher.uplinks.iter().find(|uplink| Some(uplink.layer) == downlink.shown);
        let history = shown.and_then(Uplink::history);
        let kept = downlink.missed(sequence).and_then(|source| history?.find(source));
        let (cipher, outbox, downstream) = (&mut session.outbound, &mut self.outbox, &mut self.downstream);
        let mut leg = Leg { cipher, outbox, downstream, now };
        kept.is_some_and(|kept| downlink.show_again(sequence, &kept, &mut leg))
    }

    /// Whose picture a stream that we own shows, and in which size; nobody's when it is sound.
    pub fn picture_on(&self, ssrc: u32) -> Option<(PeerId, usize)> {
        let downlink = self.downlinks.iter().find(|downlink| downlink.is_video && downlink.ssrc == ssrc)?;
        downlink.source.zip(downlink.shown.or(downlink.wanted))
    }

    /// Someone needs a key frame of this peer's picture in this size.
    pub fn want_key_frame(&mut self, layer: usize) {
        for uplink in self.uplinks.iter_mut().filter(|uplink| uplink.is_video && uplink.layer == layer) {
            uplink.want_key_frame();
        }
    }

    /// Sends feedback.
    pub fn tell(&mut self, packets: &[Box<dyn rtc::rtcp::Packet>]) -> bool {
        let Some(session) = self.session.as_mut() else { return false };
        let plain = rtc::rtcp::packet::marshal(packets);
        let sealed = plain.and_then(|plain| session.feedback_out.encrypt_rtcp(&plain));
        sealed.is_ok_and(|sealed| {
            self.outbox.push_ready(&sealed);
            true
        })
    }

    /// Hands out what there is, to the address that the browser chose.
    pub fn drain(&mut self, send: &mut dyn FnMut(SocketAddr, &[u8], usize)) {
        if let Some(to) = self.address {
            self.outbox.drain(|run, segment| send(to, run, segment));
        }
    }
}
