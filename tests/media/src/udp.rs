//! A UDP socket that moves many datagrams with one call, both ways.

use anyhow::Context as _;
use nix::sys::socket::{
    ControlMessage, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmsg, setsockopt, sockopt,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny, sendmmsg};
use std::io::{IoSlice, IoSliceMut};
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};
use std::ops::Deref;
use std::os::fd::AsRawFd as _;
use std::time::Duration;

/// Datagrams in one call. More saves little: a burst of the load is ten packets.
pub const BATCH: usize = 64;
/// Longer than any datagram on a usual network.
const DATAGRAM_MAX: usize = 2048;
/// What the kernel may hold for a socket: half a second of the whole load, so that a pause is no loss.
const HELD_MAX: usize = 8 << 20;

/// A socket with its buffers.
#[derive(Debug)]
pub struct Udp {
    socket: UdpSocket,
    address: SocketAddrV4,
    room: Vec<[u8; DATAGRAM_MAX]>,
    arriving: MultiHeaders<SockaddrIn>,
}

impl Udp {
    /// Takes an address; port 0 takes any port.
    ///
    /// # Errors
    /// When it is taken or not of version 4.
    pub fn bind(address: SocketAddr) -> anyhow::Result<Self> {
        let socket = UdpSocket::bind(address).with_context(|| format!("UDP at {address}"))?;
        // Above the system's limit only for root; an ordinary user gets what the limit gives.
        if setsockopt(&socket, sockopt::RcvBufForce, &HELD_MAX).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &HELD_MAX)?;
        }
        if setsockopt(&socket, sockopt::SndBufForce, &HELD_MAX).is_err() {
            setsockopt(&socket, sockopt::SndBuf, &HELD_MAX)?;
        }
        let SocketAddr::V4(address) = socket.local_addr()? else {
            anyhow::bail!("{address} is not of version 4");
        };
        Ok(Self {
            socket,
            address,
            room: vec![[0; DATAGRAM_MAX]; BATCH],
            arriving: MultiHeaders::preallocate(BATCH, None),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address.into()
    }

    /// Waits until something is there to be received, or for so long.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn wait(&self, length: Duration) -> anyhow::Result<()> {
        let limit = Timespec::try_from(length)?;
        match poll(&mut [PollFd::new(&self.socket, PollFlags::IN)], Some(&limit)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Reads what is there, at most one batch, and says how many datagrams that were.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn receive(&mut self, mut each: impl FnMut(SocketAddrV4, &[u8])) -> anyhow::Result<usize> {
        let mut slices: Vec<_> = self.room.iter_mut().map(|room| [IoSliceMut::new(room)]).collect();
        let (socket, now) = (self.socket.as_raw_fd(), MsgFlags::MSG_DONTWAIT);
        let came = match recvmmsg(socket, &mut self.arriving, slices.iter_mut(), now, None) {
            Ok(came) => came,
            // The kernel tells here, once, that somebody we sent to is gone.
            Err(nix::Error::EAGAIN | nix::Error::EINTR | nix::Error::ECONNREFUSED) => return Ok(0),
            Err(refused) => return Err(refused.into()),
        };
        let mut count = 0;
        for datagram in came {
            count += 1;
            if let (Some(from), Some(bytes)) = (datagram.address, datagram.iovs().next()) {
                each(SocketAddrV4::new(from.ip(), from.port()), bytes);
            }
        }
        Ok(count)
    }

    /// Sends all of these. One that the kernel refuses is lost, as on any network.
    pub fn send<B: Deref<Target = [u8]>>(&self, datagrams: &[(SocketAddrV4, B)]) {
        for batch in datagrams.chunks(BATCH) {
            let addresses: Vec<SocketAddrAny> =
                batch.iter().map(|(to, _)| SocketAddrAny::from(*to)).collect();
            let slices: Vec<_> = batch.iter().map(|(_, bytes)| [IoSlice::new(bytes)]).collect();
            let mut none: Vec<_> = batch.iter().map(|_| SendAncillaryBuffer::default()).collect();
            let parts = addresses.iter().zip(&slices).zip(&mut none);
            let mut messages: Vec<_> =
                parts.map(|((to, slice), none)| MMsgHdr::new_with_addr(to, slice, none)).collect();
            let mut rest = messages.as_mut_slice();
            while !rest.is_empty() {
                // A refusal is about the first of the rest; it is skipped.
                let sent = sendmmsg(&self.socket, rest, SendFlags::empty()).unwrap_or(1);
                rest = rest.get_mut(sent.max(1)..).unwrap_or_default();
            }
        }
    }

    /// Sends a run of datagrams with one call: the kernel cuts it into segments of this size. The last may be shorter.
    ///
    /// # Errors
    /// When the kernel refuses; it cuts at most 64 segments and 64 KiB.
    pub fn send_run(&self, to: SocketAddrV4, size: u16, run: &[u8]) -> anyhow::Result<()> {
        let cut = [ControlMessage::UdpGsoSegments(&size)];
        let (slices, to) = ([IoSlice::new(run)], SockaddrIn::from(to));
        sendmsg(self.socket.as_raw_fd(), &slices, &cut, MsgFlags::empty(), Some(&to))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Udp, Udp) {
        let any = "127.0.0.1:0".parse().unwrap();
        (Udp::bind(any).unwrap(), Udp::bind(any).unwrap())
    }

    fn all(udp: &mut Udp) -> Vec<Vec<u8>> {
        let mut seen = vec![];
        udp.wait(Duration::from_secs(1)).unwrap();
        while udp.receive(|_, bytes| seen.push(bytes.to_vec())).unwrap() > 0 {}
        seen
    }

    #[test]
    fn more_than_a_batch_arrives_whole_and_in_order() {
        let (ana, mut sam) = pair();
        let sent: Vec<_> = (0..100_u8).map(|number| vec![number; 3]).collect();
        let datagrams: Vec<_> = sent.iter().map(|bytes| (sam.address, bytes.as_slice())).collect();
        ana.send(&datagrams);
        assert_eq!(all(&mut sam), sent);
    }

    #[test]
    fn a_run_is_cut_into_its_segments() {
        let (ana, mut sam) = pair();
        ana.send_run(sam.address, 4, b"onlytwoand").unwrap();
        assert_eq!(all(&mut sam), [b"only", b"twoa", &b"nd"[..]]);
    }
}
