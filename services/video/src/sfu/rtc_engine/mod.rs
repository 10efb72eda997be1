//! The engine on `rtc`, the sans-I/O core of webrtc-rs.

mod negotiate;
mod peer;
mod setup;
mod tap;

use crate::sfu::demux::Demux;
use crate::sfu::engine::{Answer, Engine, Fault, Happening, PeerId, Route};
use crate::sfu::figures::Figures;
use crate::sfu::offer::Offer;
use bytes::BytesMut;
use peer::{Incoming, Peer};
use rtc::peer_connection::event::{RTCPeerConnectionEvent, RTCTrackEvent, RTCTrackEventInit};
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::rtp::Packet;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use rtc::sansio::Protocol as _;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

/// All peers of one UDP port.
pub struct RtcEngine {
    /// What browsers are told to send to.
    address: SocketAddr,
    figures: Arc<Figures>,
    demux: Demux,
    /// Boxed, because passing a packet on takes the publisher out for a moment, and a connection is large.
    peers: HashMap<PeerId, Box<Peer>>,
    /// The last words of peers that are gone.
    farewells: Vec<(SocketAddr, BytesMut)>,
    happenings: VecDeque<Happening>,
}

impl RtcEngine {
    /// An engine without peers, reachable at `address`.
    pub fn new(address: SocketAddr, figures: Arc<Figures>) -> Self {
        Self {
            address,
            demux: Demux::new(Arc::clone(&figures)),
            figures,
            peers: HashMap::new(),
            farewells: vec![],
            happenings: VecDeque::new(),
        }
    }

    /// Takes what a peer has decrypted, and passes it on.
    fn pass_on(&mut self, from: PeerId, now: Instant) {
        let Some(mut publisher) = self.peers.remove(&from) else { return };
        while let Some(tagged) = publisher.connection.poll_media_read() {
            // Nothing else can come: offers with a data channel are refused.
            if let RTCMessage::RtpPacket(_, packet) = tagged.message {
                self.show(from, &mut publisher, &packet, now);
            } else if let RTCMessage::RtcpPacket(_, feedback) = tagged.message {
                self.heed(&publisher, &feedback);
            }
        }
        self.peers.insert(from, publisher);
    }

    fn show(&mut self, from: PeerId, publisher: &mut Peer, packet: &Packet, now: Instant) {
        let Some(stream) = publisher.incoming.get(&packet.header.ssrc) else { return };
        let is_video = stream.is_video;
        let mut needs_key_frame = false;
        for viewer in &publisher.viewers {
            if let Some(viewer) = self.peers.get_mut(viewer) {
                needs_key_frame |= viewer.show(from, is_video, packet, now, &self.figures);
            }
        }
        if needs_key_frame {
            publisher.want_key_frame();
            publisher.ask_key_frames(now, &self.figures);
        }
    }

    /// A viewer asks for key frames.
    fn heed(&mut self, viewer: &Peer, feedback: &[Box<dyn rtc::rtcp::Packet>]) {
        let wishes = feedback.iter().filter(|packet| tap::asks_for_key_frame(packet.as_ref()));
        for ssrc in wishes.flat_map(|packet| packet.destination_ssrc()) {
            let publisher = viewer.source_of(ssrc).and_then(|source| self.peers.get_mut(&source));
            if let Some(publisher) = publisher {
                publisher.want_key_frame();
            }
        }
    }

    fn hear_events(&mut self, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        while let Some(event) = peer.connection.poll_event() {
            if let RTCPeerConnectionEvent::OnTrack(RTCTrackEvent::OnOpen(track)) = event {
                open_track(peer, &track);
            } else if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.happenings.extend(change_state(peer, id, state));
            }
        }
    }

    /// Every peer learns anew who watches it.
    fn count_viewers(&mut self) {
        let mut viewers = HashMap::<PeerId, Vec<PeerId>>::new();
        for (viewer, peer) in &self.peers {
            for source in peer.outgoing.iter().filter_map(|out| out.source) {
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

impl Engine for RtcEngine {
    fn accept(&mut self, peer: PeerId, offer: &Offer, now: Instant) -> Result<Answer, Fault> {
        let credentials = setup::credentials()?;
        let mut fresh = Peer::new(setup::connection(&credentials, now)?, now);
        let answer = negotiate::answer(&mut fresh, offer, self.address, now)?;
        self.demux.expect(peer, &credentials);
        self.peers.insert(peer, Box::new(fresh));
        Ok(answer)
    }

    fn dismiss(&mut self, peer: PeerId) {
        self.demux.forget(peer);
        let Some(mut gone) = self.peers.remove(&peer) else { return };
        // Closing says goodbye over DTLS; a peer that misses it notices the silence.
        let _already_closed = gone.connection.close();
        while let Some(datagram) = gone.connection.poll_write() {
            self.farewells.push((datagram.transport.peer_addr, datagram.message));
        }
        self.count_viewers();
    }

    fn set_routes(&mut self, viewer: PeerId, routes: &[Option<Route>]) {
        if let Some(peer) = self.peers.get_mut(&viewer) {
            peer.set_routes(routes);
        }
        self.count_viewers();
    }

    fn receive(&mut self, from: SocketAddr, datagram: BytesMut, now: Instant) {
        let Some(id) = self.demux.owner(from, &datagram) else { return };
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr: from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        // A datagram that cannot be read is dropped: anybody on the path may send one.
        let _unreadable = peer.connection.handle_read(TaggedBytesMut { now, transport, message: datagram });
        peer.is_dirty = true;
        self.hear_events(id);
        self.pass_on(id, now);
    }

    fn tick(&mut self, now: Instant) {
        let ids: Vec<_> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            peer.ask_key_frames(now, &self.figures);
            if !peer.is_connected && now >= peer.connect_by {
                self.happenings.extend(fail(peer, id));
            }
            if peer.connection.poll_timeout().is_some_and(|due| due <= now) {
                // What a timer cannot do shows in the connection's state.
                let _shown_in_state = peer.connection.handle_timeout(now);
                peer.is_dirty = true;
                self.hear_events(id);
            }
        }
    }

    fn drain(&mut self, send: &mut dyn FnMut(SocketAddr, &[u8])) {
        for (to, datagram) in self.farewells.drain(..) {
            send(to, &datagram);
        }
        for (id, peer) in self.peers.iter_mut().filter(|(_, peer)| peer.is_dirty) {
            peer.is_dirty = false;
            while let Some(datagram) = peer.connection.poll_write() {
                send(datagram.transport.peer_addr, &datagram.message);
                // The engine tells the browser that its certificate is not the one it offered, and tells us nothing.
                if !peer.is_connected && is_fatal_alert(&datagram.message) {
                    self.happenings.extend(fail(peer, *id));
                }
            }
        }
    }

    fn happening(&mut self) -> Option<Happening> {
        self.happenings.pop_front()
    }
}

fn open_track(peer: &mut Peer, track: &RTCTrackEventInit) {
    let receiver = peer.connection.rtp_receiver(track.receiver_id);
    let is_video = receiver.is_some_and(|receiver| receiver.track().kind() == RtpCodecKind::Video);
    peer.incoming.insert(track.ssrc, Incoming::new(is_video, track.receiver_id));
}

fn change_state(peer: &mut Peer, id: PeerId, state: RTCPeerConnectionState) -> Option<Happening> {
    if state == RTCPeerConnectionState::Connected {
        let is_new = !std::mem::replace(&mut peer.is_connected, true);
        is_new.then_some(Happening::Connected(id))
    } else if matches!(state, RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed) {
        fail(peer, id)
    } else {
        // New, connecting, or disconnected for a moment: the timers decide what becomes of it.
        None
    }
}

fn fail(peer: &mut Peer, id: PeerId) -> Option<Happening> {
    let is_new = !std::mem::replace(&mut peer.has_failed, true);
    is_new.then_some(Happening::Failed(id))
}

/// A DTLS record with a fatal alert, not yet encrypted (RFC 6347 §4.1, RFC 5246 §7.2).
fn is_fatal_alert(datagram: &[u8]) -> bool {
    matches!(datagram, [21, 254, _, 0, 0, _, _, _, _, _, _, 0, 2, 2, _])
}
