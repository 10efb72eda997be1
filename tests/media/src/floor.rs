//! What forwarding costs at least: a relay that opens a packet once, seals it for each receiver, and does nothing else.

use super::cost::{measure, memory_mib, processor, us_per_packet};
use super::load::Burden;
use super::time::{now, pause};
use super::udp::Udp;
use anyhow::{Context as _, anyhow, ensure};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::net::{IpAddr, SocketAddr, SocketAddrV4};
use std::time::Duration;

/// Each packet goes to so many, as in a room of four.
pub const FAN_OUT: usize = 3;
/// An RTP header without extensions; it stays readable.
const HEADER: usize = 12;
/// Header, 1100 bytes, and the tag.
const PACKET: usize = 1128;
/// Packets of one frame.
const BURST: u32 = 10;
/// About 19,000 packets a second.
const BURST_EVERY: Duration = Duration::from_micros(526);
/// The kernel cuts at most so many segments.
const RUN_MAX: usize = 50;
const WARM_UP: Duration = Duration::from_secs(1);

/// Where the receivers of a relay are: the ports from this one on.
const RECEIVE_FROM: u16 = 21_110;

/// Those to whom a relay sends.
pub fn receivers(own: IpAddr) -> impl Iterator<Item = SocketAddr> {
    (RECEIVE_FROM..).take(FAN_OUT).map(move |port| SocketAddr::new(own, port))
}

/// Opens and seals, with a number that is never used twice.
struct Seal {
    key: LessSafeKey,
    next: u64,
}

impl Seal {
    fn new(secret: u8) -> anyhow::Result<Self> {
        let key = UnboundKey::new(&AES_128_GCM, &[secret; 16]).map_err(|_unspecified| anyhow!("no key"))?;
        Ok(Self { key: LessSafeKey::new(key), next: 0 })
    }

    /// Appends a sealed packet to a run. Its header begins with the number it was sealed under.
    fn seal(&mut self, body: &[u8], run: &mut Vec<u8>) -> anyhow::Result<()> {
        let (number, begins) = (self.next.to_be_bytes(), run.len());
        self.next += 1;
        run.extend_from_slice(&number);
        run.extend_from_slice(&[0; HEADER - 8]);
        run.extend_from_slice(body);
        let (header, body) = run
            .get_mut(begins..)
            .and_then(|packet| packet.split_at_mut_checked(HEADER))
            .context("too short")?;
        let tag = self.key.seal_in_place_separate_tag(nonce(number), Aad::from(header), body);
        run.extend_from_slice(tag.map_err(|_unspecified| anyhow!("not sealed"))?.as_ref());
        Ok(())
    }

    /// What is inside, if it is whole.
    fn open<'a>(&self, packet: &'a mut [u8]) -> Option<&'a [u8]> {
        let (header, body) = packet.split_at_mut_checked(HEADER)?;
        let number = *header.first_chunk()?;
        self.key.open_in_place(nonce(number), Aad::from(header), body).ok().map(|body| &*body)
    }
}

fn nonce(number: [u8; 8]) -> Nonce {
    let mut nonce = [0; 12];
    nonce.iter_mut().zip(number).for_each(|(byte, part)| *byte = part);
    Nonce::assume_unique_for_key(nonce)
}

/// Relays until the process ends: what comes on an address goes to all of these, in runs if so wished.
///
/// # Errors
/// When the address is taken or the kernel refuses.
pub fn serve(address: SocketAddr, receivers: &[SocketAddrV4], in_runs: bool) -> anyhow::Result<()> {
    let mut udp = Udp::bind(address)?;
    let (unsealer, mut sealer) = (Seal::new(1)?, Seal::new(2)?);
    // Packets lie end to end: the floor does not pay for memory.
    let (mut came, mut run) = (Vec::new(), Vec::new());
    loop {
        udp.wait(Duration::from_secs(1))?;
        came.clear();
        udp.receive(|_, bytes| came.extend_from_slice(if bytes.len() == PACKET { bytes } else { &[] }))?;
        let bodies: Vec<&[u8]> = came.chunks_mut(PACKET).filter_map(|packet| unsealer.open(packet)).collect();
        if in_runs {
            for (part, to) in
                bodies.chunks(RUN_MAX).flat_map(|part| receivers.iter().map(move |to| (part, to)))
            {
                run.clear();
                part.iter().try_for_each(|body| sealer.seal(body, &mut run))?;
                udp.send_run(*to, u16::try_from(PACKET)?, &run)?;
            }
        } else {
            run.clear();
            let to_all = bodies.iter().flat_map(|body| receivers.iter().map(move |_receiver| body));
            to_all.into_iter().try_for_each(|body| sealer.seal(body, &mut run))?;
            let to = receivers.iter().cycle().copied();
            udp.send(&to.zip(run.chunks(PACKET)).collect::<Vec<_>>());
        }
    }
}

/// The load for a relay: one sender, and those who receive.
pub struct Flow {
    sender: Udp,
    receivers: Vec<Udp>,
    received: u64,
    sealer: Seal,
    sent: u64,
}

impl Flow {
    /// Takes an address for each.
    ///
    /// # Errors
    /// When one is taken.
    pub fn new(own: IpAddr) -> anyhow::Result<Self> {
        let receivers = receivers(own).map(Udp::bind).collect::<anyhow::Result<_>>()?;
        let sender = Udp::bind(SocketAddr::new(own, 0))?;
        Ok(Self { sender, receivers, received: 0, sealer: Seal::new(1)?, sent: 0 })
    }

    /// Sends through a relay for so long and says what its process spent.
    ///
    /// # Errors
    /// When the relay is gone or forwards nothing.
    pub fn put_on(&mut self, relay: SocketAddrV4, id: u32, seconds: u64) -> anyhow::Result<Burden> {
        self.run(relay, WARM_UP)?;
        ensure!(self.received > 0, "the relay forwards nothing");
        self.received = 0;
        let before = (self.sent, processor(id)?, processor(std::process::id())?);
        self.run(relay, Duration::from_secs(seconds))?;
        let sent = self.sent - before.0;
        let cost = processor(id)?.saturating_sub(before.1);
        let own = processor(std::process::id())?.saturating_sub(before.2);
        let (forwarded, seconds) = (self.received, measure(seconds));
        Ok(Burden {
            connected: FAN_OUT,
            connections: FAN_OUT,
            forwarded,
            delivered: measure(forwarded) / (measure(sent) * measure(u64::try_from(FAN_OUT)?)),
            tx_pps: measure(sent) / seconds,
            rx_pps: measure(forwarded) / seconds,
            gaps: (sent * u64::try_from(FAN_OUT)?).saturating_sub(forwarded),
            key_requests: 0,
            us_per_packet: us_per_packet(cost, forwarded).context("nothing was forwarded")?,
            sfu_pct: 100.0 * cost.as_secs_f64() / seconds,
            generator_pct: 100.0 * own.as_secs_f64() / seconds,
            rss_mib: memory_mib(id)?,
        })
    }

    /// Nothing is on its way any more when it ends, so that what is missing then is lost.
    fn run(&mut self, relay: SocketAddrV4, length: Duration) -> anyhow::Result<()> {
        let body = [0x5a; PACKET - HEADER - 16];
        let (mut burst_at, end) = (now(), now() + length);
        while burst_at < end {
            if burst_at <= now() {
                burst_at += BURST_EVERY;
                let mut burst = Vec::new();
                for _packet in 0..BURST {
                    let mut packet = Vec::with_capacity(PACKET);
                    self.sealer.seal(&body, &mut packet)?;
                    burst.push((relay, packet));
                }
                self.sender.send(&burst);
                self.sent += u64::from(BURST);
            } else {
                pause(super::load::crowd::REST.min(burst_at.saturating_duration_since(now())));
            }
            self.listen()?;
        }
        pause(Duration::from_millis(50));
        self.listen()
    }

    fn listen(&mut self) -> anyhow::Result<()> {
        for receiver in &mut self.receivers {
            let received = &mut self.received;
            while receiver.receive(|_, bytes| *received += u64::from(bytes.len() == PACKET))? > 0 {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_that_was_touched_does_not_open() {
        let mut sealer = Seal::new(1).unwrap();
        let mut run = vec![];
        sealer.seal(b"one", &mut run).unwrap();
        sealer.seal(b"two", &mut run).unwrap();
        let (one, two) = run.split_at_mut(HEADER + 3 + 16);
        assert_eq!(sealer.open(one), Some(&b"one"[..]));
        two[HEADER] ^= 1;
        assert_eq!(sealer.open(two), None);
    }
}
