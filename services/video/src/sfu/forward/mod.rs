//! Our engine: the webrtc project's ICE, DTLS and RTCP, and our own path for every packet of media.
//!
//! A packet is opened where it was received, written behind its viewer's other packets under that viewer's numbers,
//! and sealed where it stands. Nothing is moved twice, and nothing is allocated for it.

pub mod allotment;
mod arrivals;
mod downlink;
mod downstream;
mod feedback;
mod gaps;
mod history;
mod meter;
mod outbox;
mod peer;
mod queueing;
mod reception;
mod rewrite;
mod uplink;
mod vp8;

use crate::sfu::engine::{Answer, Engine, Fault, Happening, PeerId, Route};
use crate::sfu::figures::Figures;
use crate::sfu::sdp::offer::Offer;
use crate::sfu::wire::dtls::Identity;
use crate::sfu::wire::ice::{Arrival, Credentials, Demux};
use crate::sfu::wire::rtp;
use feedback::Wish;
use peer::Peer;
use rtc::rtcp::sender_report::SenderReport;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often it is decided what each viewer gets: a line that chokes is relieved before anybody notices.
const CHOSEN_EVERY: Duration = Duration::from_millis(200);

/// How often a browser hears when its packets arrived: its estimate of the line is no fresher than this.
const ARRIVALS_EVERY: Duration = Duration::from_millis(50);

/// All peers of one UDP port.
pub struct Forwarder {
    /// What browsers are told to send to.
    address: SocketAddr,
    identity: Identity,
    figures: Arc<Figures>,
    demux: Demux,
    /// Boxed, because passing a packet on takes the publisher out for a moment.
    peers: HashMap<PeerId, Box<Peer>>,
    /// Who may have something to send.
    dirty: Vec<PeerId>,
    /// Answers to checks, and the last words of peers that are gone.
    loose: Vec<(SocketAddr, Vec<u8>)>,
    farewells: Vec<Peer>,
    happenings: VecDeque<Happening>,
    arrivals_at: Instant,
    chosen_at: Instant,
}

impl Forwarder {
    /// An engine without peers, reachable at `address`.
    ///
    /// # Errors
    /// When there is no randomness for a certificate.
    pub fn new(address: SocketAddr, figures: Arc<Figures>, now: Instant) -> Result<Self, Fault> {
        Ok(Self {
            address,
            identity: Identity::new()?,
            demux: Demux::new(Arc::clone(&figures)),
            figures,
            peers: HashMap::new(),
            dirty: vec![],
            loose: vec![],
            farewells: vec![],
            happenings: VecDeque::new(),
            arrivals_at: now,
            chosen_at: now,
        })
    }

    fn hear(&mut self, id: PeerId, datagram: &mut [u8], now: Instant) {
        // The first byte tells the protocols apart (RFC 7983).
        match datagram.first() {
            Some(20..=63) => {
                let Some(peer) = self.peers.get_mut(&id) else { return };
                self.happenings.extend(peer.shake_hands(datagram, now));
                mark(&mut self.dirty, peer);
            }
            Some(128..=191) if rtp::is_rtcp(datagram) => self.heed(id, datagram, now),
            Some(128..=191) => self.pass_on(id, datagram, now),
            Some(_) | None => {}
        }
    }

    /// Opens a packet and shows it to everybody who is shown this peer.
    fn pass_on(&mut self, from: PeerId, datagram: &mut [u8], now: Instant) {
        let Some(mut publisher) = self.peers.remove(&from) else { return };
        if let Some(packet) = publisher.open(datagram, now) {
            let (layer, mut needs_key_frame) = (packet.layer.place, false);
            for viewer in &publisher.viewers {
                if let Some(peer) = self.peers.get_mut(viewer) {
                    needs_key_frame |= peer.show(from, &packet, now, &self.figures);
                    mark(&mut self.dirty, peer);
                }
            }
            if needs_key_frame {
                publisher.want_key_frame(layer);
                feedback::tell_publisher(&mut publisher, now, &self.figures);
                mark(&mut self.dirty, &mut publisher);
            }
        }
        self.peers.insert(from, publisher);
    }

    /// Does what a browser wishes.
    fn heed(&mut self, from: PeerId, datagram: &[u8], now: Instant) {
        let Some(mut asking) = self.peers.remove(&from) else { return };
        for wish in feedback::wishes(&mut asking, datagram) {
            match wish {
                Wish::KeyFrame(ssrc) => self.want_key_frame(asking.picture_on(ssrc)),
                Wish::Arrived(feedback) => asking.heed_arrivals(&feedback, now),
                Wish::Again(ssrc, numbers) => self.show_again(&mut asking, ssrc, &numbers, now),
                Wish::Clock(report) => self.set_clock(&mut asking, &report, now),
            }
        }
        self.peers.insert(from, asking);
    }

    fn want_key_frame(&mut self, picture: Option<(PeerId, usize)>) {
        let Some((source, layer)) = picture else { return };
        if let Some(publisher) = self.peers.get_mut(&source) {
            publisher.want_key_frame(layer);
        }
    }

    /// A publisher's word about its clock, for itself and for everybody who is shown it.
    fn set_clock(&mut self, publisher: &mut Peer, report: &SenderReport, now: Instant) {
        let theirs = publisher.uplinks.iter_mut().find(|uplink| uplink.ssrc == Some(report.ssrc));
        let Some(uplink) = theirs else { return };
        uplink.reception.note_sender(report.ntp_time, now);
        for viewer in &publisher.viewers {
            if let Some(peer) = self.peers.get_mut(viewer) {
                feedback::tell_clock(peer, publisher.id, uplink, report);
                mark(&mut self.dirty, peer);
            }
        }
    }

    fn show_again(&mut self, asking: &mut Peer, ssrc: u32, numbers: &[u16], now: Instant) {
        let picture = asking.picture_on(ssrc);
        let Some(publisher) = picture.and_then(|(source, _)| self.peers.get(&source)) else { return };
        let mut is_gone = false;
        for number in numbers {
            is_gone |= !asking.show_again(ssrc, *number, publisher, now);
        }
        mark(&mut self.dirty, asking);
        if is_gone {
            self.want_key_frame(picture);
        }
    }

    /// Every viewer gets what its line carries, of what comes in.
    fn choose_layers(&mut self, now: Instant) {
        let incoming = self.peers.iter_mut().map(|(id, peer)| (*id, peer.layers(now))).collect();
        for peer in self.peers.values_mut() {
            peer.choose_layers(&incoming);
        }
    }

    /// Every peer learns anew who watches it.
    fn count_viewers(&mut self) {
        let mut viewers = HashMap::<PeerId, Vec<PeerId>>::new();
        for (viewer, peer) in &self.peers {
            for source in peer.downlinks.iter().filter_map(|downlink| downlink.source) {
                let watching = viewers.entry(source).or_default();
                if !watching.contains(viewer) {
                    watching.push(*viewer);
                }
            }
        }
        for (id, peer) in &mut self.peers {
            peer.viewers = viewers.remove(id).unwrap_or_default();
        }
    }
}

/// There may be something to send to this peer.
fn mark(dirty: &mut Vec<PeerId>, peer: &mut Peer) {
    if !std::mem::replace(&mut peer.is_marked, true) {
        dirty.push(peer.id);
    }
}

impl Engine for Forwarder {
    fn accept(&mut self, peer: PeerId, offer: &Offer, now: Instant) -> Result<Answer, Fault> {
        let credentials = Credentials::fresh();
        let fresh = Peer::new(peer, &self.identity, offer, now)?;
        let answer = fresh.answer(&self.identity, &credentials, self.address, offer);
        self.demux.expect(peer, &credentials);
        self.peers.insert(peer, Box::new(fresh));
        Ok(answer)
    }

    fn dismiss(&mut self, peer: PeerId, now: Instant) {
        self.demux.forget(peer);
        let Some(mut gone) = self.peers.remove(&peer) else { return };
        gone.close(now);
        self.farewells.push(*gone);
        self.count_viewers();
    }

    fn set_routes(&mut self, viewer: PeerId, routes: &[Option<Route>]) {
        if let Some(peer) = self.peers.get_mut(&viewer) {
            peer.set_routes(routes);
        }
        self.count_viewers();
    }

    fn receive(&mut self, from: SocketAddr, datagram: &mut [u8], now: Instant) {
        match self.demux.arrival(from, datagram) {
            Arrival::Check { peer, is_chosen, answer } => {
                self.loose.push((from, answer));
                if let Some(checked) = self.peers.get_mut(&peer) {
                    checked.checked(from, is_chosen, now);
                }
            }
            Arrival::Payload(peer) => self.hear(peer, datagram, now),
            Arrival::Nobodys => {}
        }
    }

    fn tick(&mut self, now: Instant) {
        if now.saturating_duration_since(self.chosen_at) >= CHOSEN_EVERY {
            self.chosen_at = now;
            self.choose_layers(now);
        }
        let arrivals_are_due = now.saturating_duration_since(self.arrivals_at) >= ARRIVALS_EVERY;
        if arrivals_are_due {
            self.arrivals_at = now;
        }
        for peer in self.peers.values_mut() {
            self.happenings.extend(peer.tick(now));
            feedback::tell_publisher(peer, now, &self.figures);
            if arrivals_are_due {
                feedback::tell_arrivals(peer);
            }
            mark(&mut self.dirty, peer);
        }
    }

    fn drain(&mut self, send: &mut dyn FnMut(SocketAddr, &[u8], usize)) {
        for (to, datagram) in self.loose.drain(..) {
            send(to, &datagram, datagram.len());
        }
        for mut gone in self.farewells.drain(..) {
            gone.drain(send);
        }
        for id in self.dirty.drain(..) {
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.is_marked = false;
                peer.drain(send);
            }
        }
    }

    fn happening(&mut self) -> Option<Happening> {
        self.happenings.pop_front()
    }
}
