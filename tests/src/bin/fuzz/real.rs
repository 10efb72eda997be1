//! A real conversation with our media plane, in memory: what a browser's engine sends is what is changed afterwards.

use anyhow::Context as _;
use media::load::payload::Payloads;
use media::load::peer::{Peer, Shape};
use media::time::{now, pause};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;
use video::sfu::engine::{Engine as _, PeerId, Route};
use video::sfu::forward::Forwarder;
use video::sfu::sdp::offer::Offer;

/// Long enough for the checks, the handshake, and a second of sound and pictures with reports.
const LENGTH: Duration = Duration::from_millis(2_500);

/// What was said, and the media plane that heard it.
pub struct Conversation {
    /// The media plane, with two people connected.
    pub forwarder: Forwarder,
    /// The offers.
    pub offers: Vec<String>,
    /// Every datagram that came, and from where.
    pub datagrams: Vec<(SocketAddr, Vec<u8>)>,
}

/// Two people see and hear each other.
pub fn conversation() -> anyhow::Result<Conversation> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_nonblocking(true)?;
    let mut forwarder = Forwarder::new(socket.local_addr()?, Arc::default(), now())?;
    let (mut offers, mut peers) = (vec![], vec![]);
    for number in 1..=2 {
        let mut peer = Peer::new(Ipv4Addr::LOCALHOST.into())?;
        peer.offer(Shape { others: 1 }, |sdp| {
            let answer = forwarder.accept(PeerId(number), &Offer::read(&sdp)?, now())?;
            offers.push(sdp);
            Ok(answer.sdp)
        })?;
        peers.push(peer);
    }
    for (viewer, source) in [(1, 2), (2, 1)] {
        forwarder.set_routes(PeerId(viewer), &[Some(Route { source: PeerId(source), pictures: true })]);
    }
    let (payloads, mut datagrams) = (Payloads::new(900), vec![]);
    let (began, mut room) = (now(), vec![0; 2_048]);
    while began.elapsed() < LENGTH {
        for peer in &mut peers {
            peer.turn()?;
            if peer.is_connected {
                peer.speak(&payloads)?;
                peer.show(&payloads, 3)?;
            }
        }
        while let Ok((length, from)) = socket.recv_from(&mut room) {
            let datagram = room.get_mut(..length).context("a datagram longer than its room")?;
            datagrams.push((from, datagram.to_vec()));
            forwarder.receive(from, datagram, now());
        }
        forwarder.tick(now());
        forwarder.drain(&mut |to, all, each| {
            for datagram in all.chunks(each.max(1)) {
                // A datagram that is not sent is lost, as on any network.
                let _sent = socket.send_to(datagram, to);
            }
        });
        while forwarder.happening().is_some() {}
        pause(Duration::from_millis(5));
    }
    anyhow::ensure!(peers.iter().all(|peer| peer.heard.packets > 20), "they did not hear each other");
    Ok(Conversation { forwarder, offers, datagrams })
}
