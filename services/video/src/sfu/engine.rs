//! What the media thread asks of a WebRTC engine. Sans-I/O: time and datagrams go in, datagrams come out.

use crate::sfu::sdp::offer::Offer;
use std::net::SocketAddr;
use std::time::Instant;

/// How many other people one person can see and hear: a therapist, a patient, a sitter and two invited, less oneself.
pub const SLOTS: usize = 4;

/// One coming-in, as the media plane knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// The two m-lines of an answer that carry one other person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotLines {
    /// The `a=mid` of the sound.
    pub audio: String,
    /// The `a=mid` of the picture.
    pub video: String,
}

/// What goes back for an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The session description.
    pub sdp: String,
    /// Which lines belong to which slot, first slot first.
    pub slots: Vec<SlotLines>,
}

/// What one slot of a viewer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Whose sound and picture.
    pub source: PeerId,
    /// False leaves the picture out.
    pub pictures: bool,
}

/// What happened to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The handshake is done, with the certificate the offer named.
    Connected(PeerId),
    /// The handshake failed, or nothing has been heard for too long.
    Failed(PeerId),
}

/// The engine could not do it. The reason is for the log, never for the browser.
#[derive(Debug, thiserror::Error)]
#[error("the engine refused: {0}")]
pub struct Fault(pub String);

/// A WebRTC engine.
///
/// After every `receive` and `tick` the caller drains datagrams and happenings until there are none.
pub trait Engine: Send {
    /// Answers the one offer of a new peer.
    fn accept(&mut self, peer: PeerId, offer: &Offer, now: Instant) -> Result<Answer, Fault>;

    /// Closes a peer: it is told, forgotten, and nothing from its address is read any more.
    fn dismiss(&mut self, peer: PeerId, now: Instant);

    /// Decides what each slot of a viewer shows.
    fn set_routes(&mut self, viewer: PeerId, routes: &[Option<Route>]);

    /// Takes one datagram, and may use the place where it lies.
    fn receive(&mut self, from: SocketAddr, datagram: &mut [u8], now: Instant);

    /// Lets timers run.
    fn tick(&mut self, now: Instant);

    /// Hands out what is to be sent: to whom, datagrams one behind the other, and how long each is but the last, which
    /// may be shorter.
    fn drain(&mut self, send: &mut dyn FnMut(SocketAddr, &[u8], usize));

    /// The next thing that happened.
    fn happening(&mut self) -> Option<Happening>;
}
