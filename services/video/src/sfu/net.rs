//! One UDP socket that never blocks, and a bell that wakes whoever waits on it.

use crate::sfu::figures::Figures;
use bytes::BytesMut;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

/// Datagrams read before timers and sending get their turn.
const BATCH: usize = 64;

/// Longer than any datagram of WebRTC, which keeps below an Ethernet frame.
const DATAGRAM_MAX: usize = 2048;

/// What the kernel is asked to hold for us: half a second at 100 Mbit/s. It may grant less.
const BUFFER_BYTES: usize = 8 << 20;

/// The socket of the media thread.
pub struct Net {
    socket: UdpSocket,
    bell: Arc<OwnedFd>,
    figures: Arc<Figures>,
    buffer: Box<[u8; DATAGRAM_MAX]>,
}

/// Wakes the media thread.
#[derive(Clone)]
pub struct Bell(Arc<OwnedFd>);

impl Bell {
    /// Rings it. A bell that is already ringing stays ringing.
    pub fn ring(&self) {
        // The only failure is a full counter, and then it rings already.
        let _rings_already = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }
}

impl Net {
    /// Binds the address of the media plane.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn bind(address: SocketAddr, figures: Arc<Figures>) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, BUFFER_BYTES)?;
        rustix::net::sockopt::set_socket_send_buffer_size(&socket, BUFFER_BYTES)?;
        let bell = Arc::new(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?);
        Ok(Self { socket, bell, figures, buffer: Box::new([0; DATAGRAM_MAX]) })
    }

    /// Where it was bound.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// What wakes it.
    pub fn bell(&self) -> Bell {
        Bell(Arc::clone(&self.bell))
    }

    /// Waits for a datagram, the bell, or `longest`; for ever without one.
    pub fn wait(&self, longest: Option<Duration>) {
        let mut watched = [PollFd::new(&self.socket, PollFlags::IN), PollFd::new(&*self.bell, PollFlags::IN)];
        let longest = longest.map(|longest| Timespec {
            tv_sec: i64::try_from(longest.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: longest.subsec_nanos().into(),
        });
        // An interrupted wait is a short wait.
        let _woken = poll(&mut watched, longest.as_ref());
        let _silent = rustix::io::read(&*self.bell, &mut [0_u8; 8]);
    }

    /// Hands over what has arrived, up to a batch.
    pub fn receive(&mut self, mut take: impl FnMut(SocketAddr, BytesMut)) {
        for _ in 0..BATCH {
            match self.socket.recv_from(self.buffer.as_mut_slice()) {
                Ok((length, from)) => {
                    self.figures.received.add();
                    take(from, BytesMut::from(self.buffer.get(..length).unwrap_or_default()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // An earlier datagram bounced off a closed port: no reason to stop reading.
                Err(_bounced) => {}
            }
        }
    }

    /// Sends, or counts that it could not: media that waits is media too late.
    pub fn send(&self, to: SocketAddr, datagram: &[u8]) {
        match self.socket.send_to(datagram, to) {
            Ok(_) => self.figures.sent.add(),
            Err(_full) => self.figures.unsent.add(),
        }
    }
}
