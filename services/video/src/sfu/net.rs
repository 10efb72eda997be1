//! One UDP socket that never blocks, many datagrams at a time, and a bell that wakes whoever waits on it.

use crate::sfu::figures::Figures;
use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

/// Readings before timers and sending get their turn; each may bring many datagrams.
const READINGS: usize = 4;

/// The kernel may hand over datagrams of one sender as one, up to this (UDP GRO).
const BUFFER_BYTES: usize = 65_535;

/// What the kernel is asked to hold for us: half a second at 100 Mbit/s. It may grant less.
const KERNEL_BYTES: usize = 8 << 20;

/// The socket of a media thread.
pub struct Net {
    socket: UdpSocket,
    state: UdpSocketState,
    bell: Arc<OwnedFd>,
    figures: Arc<Figures>,
    buffers: Vec<Vec<u8>>,
    metas: Vec<RecvMeta>,
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
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        state.set_recv_buffer_size(UdpSockRef::from(&socket), KERNEL_BYTES)?;
        state.set_send_buffer_size(UdpSockRef::from(&socket), KERNEL_BYTES)?;
        let bell = Arc::new(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?);
        let buffers = vec![vec![0; BUFFER_BYTES]; quinn_udp::BATCH_SIZE];
        let metas = vec![RecvMeta::default(); quinn_udp::BATCH_SIZE];
        Ok(Self { socket, state, bell, figures, buffers, metas })
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
        let datagrams = PollFd::new(&self.socket, PollFlags::IN);
        self.wait_on(&mut [datagrams, PollFd::new(&*self.bell, PollFlags::IN)], longest);
    }

    /// Lets datagrams gather for so long, unless the bell rings.
    pub fn gather(&self, longest: Duration) {
        self.wait_on(&mut [PollFd::new(&*self.bell, PollFlags::IN)], Some(longest));
    }

    fn wait_on(&self, watched: &mut [PollFd<'_>], longest: Option<Duration>) {
        let longest = longest.map(|longest| Timespec {
            tv_sec: i64::try_from(longest.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: longest.subsec_nanos().into(),
        });
        // An interrupted wait is a short wait.
        let _woken = poll(watched, longest.as_ref());
        let _silent = rustix::io::read(&*self.bell, &mut [0_u8; 8]);
    }

    /// Hands over what has arrived, up to a few readings.
    pub fn receive(&mut self, mut take: impl FnMut(SocketAddr, &mut [u8])) {
        for _ in 0..READINGS {
            let mut slices: Vec<IoSliceMut<'_>> =
                self.buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
            match self.state.recv(UdpSockRef::from(&self.socket), &mut slices, &mut self.metas) {
                Ok(readings) => {
                    for (meta, buffer) in self.metas.iter().zip(&mut self.buffers).take(readings) {
                        let whole = buffer.get_mut(..meta.len).unwrap_or_default();
                        for datagram in whole.chunks_mut(meta.stride.max(1)) {
                            self.figures.received.add();
                            take(meta.addr, datagram);
                        }
                    }
                    if readings < quinn_udp::BATCH_SIZE {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // An earlier datagram bounced off a closed port: no reason to stop reading.
                Err(_bounced) => {}
            }
        }
    }

    /// Sends datagrams of `segment` bytes each, or counts that it could not: media that waits is media too late.
    pub fn send(&self, to: SocketAddr, datagrams: &[u8], segment: usize) {
        let most = self.state.max_gso_segments().max(1) * segment.max(1);
        for run in datagrams.chunks(most) {
            let segment_size = (run.len() > segment).then_some(segment);
            let transmit = Transmit { destination: to, ecn: None, contents: run, segment_size, src_ip: None };
            let count = run.len().div_ceil(segment.max(1));
            match self.state.try_send(UdpSockRef::from(&self.socket), &transmit) {
                Ok(()) => self.figures.sent.add_many(count),
                Err(_full) => self.figures.unsent.add_many(count),
            }
        }
    }
}
