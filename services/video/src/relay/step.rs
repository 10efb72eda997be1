//! What goes into the desk of the relay and what comes out of it.

use rtc::stun::message::TransactionId;
use std::borrow::Cow;
use std::net::SocketAddr;

/// How somebody reached the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client {
    /// Where from.
    pub address: SocketAddr,
    /// Whether over TCP.
    pub is_stream: bool,
}

/// One of our own media ports.
#[derive(Debug, Clone, Copy)]
pub struct Port {
    /// What browsers know it by.
    pub told: SocketAddr,
    /// Where it is from here: the way out and in again over a public address is not open everywhere.
    pub here: SocketAddr,
}

/// What follows from a message.
#[derive(Debug)]
pub enum Step<'a> {
    /// Nothing. It was not for us, or says nothing that anybody may say.
    Nothing,
    /// Answer so.
    Answer(Vec<u8>),
    /// Bind a socket and say `grant`, or say `refuse`.
    Open(Wish),
    /// The allocation is gone; answer so.
    Close(Vec<u8>),
    /// Send this on from the client's socket.
    Pass {
        /// To one of our ports.
        to: SocketAddr,
        /// What.
        payload: Cow<'a, [u8]>,
    },
}

/// An allocation that somebody may have, once there is a socket for it.
#[derive(Debug)]
pub struct Wish {
    pub(super) client: Client,
    pub(super) transaction: TransactionId,
    pub(super) username: String,
    pub(super) key: Vec<u8>,
    pub(super) seconds: u32,
}
