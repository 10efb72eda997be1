//! What is thrown at the media port: by strangers, and by somebody who has a place in the room.

use media::time::{now, pause};
use std::net::{SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tests::dice::Dice;
use tests::room::{Room, Someone, company};

/// Ten thousand a second from strangers, and ten thousand from inside (reliability.md P37).
const BURST: usize = 20;
const BURST_EVERY: Duration = Duration::from_millis(2);
/// The longest datagram that UDP carries.
const LONGEST: usize = 65_507;
/// STUN's cookie (RFC 8489 §5).
const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

/// Those who throw.
pub struct Rubbish {
    throws: Arc<AtomicBool>,
    goes_on: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    threads: Vec<JoinHandle<anyhow::Result<()>>>,
    began: std::sync::Mutex<Option<Instant>>,
}

/// What was thrown.
pub struct Thrown {
    /// Datagrams.
    pub count: u64,
    /// Datagrams a second.
    pub pps: f64,
}

/// While it is held, they throw.
pub struct Flood<'a>(&'a Rubbish);

impl Drop for Flood<'_> {
    fn drop(&mut self) {
        self.0.throws.store(false, Ordering::Relaxed);
    }
}

impl Rubbish {
    /// This one comes in and connects; strangers stand ready outside.
    pub fn thrown_by(room: &Room, who: Someone) -> anyhow::Result<Self> {
        let (throws, goes_on) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
        let count = Arc::<AtomicU64>::default();
        let (tells, waits) = sync_channel(1);
        let (room, going, throwing, counted) =
            (room.clone(), Arc::clone(&goes_on), Arc::clone(&throws), Arc::clone(&count));
        let inside = std::thread::Builder::new().name("inside".into()).spawn(move || {
            let mut visitor = company::enter_well(&room, who)?;
            visitor.connect()?;
            let (to, ufrag) = visitor.media()?;
            let (ufrag, own) = (ufrag.to_owned(), own_stream(&visitor.answer));
            let _waited_for = tells.send((to, ufrag.clone()));
            let mut dice = Dice::new(36);
            while going.load(Ordering::Relaxed) {
                visitor.turn();
                if throwing.load(Ordering::Relaxed) {
                    let burst: Vec<_> = (0..BURST).map(|_| datagram(&mut dice, &ufrag, own)).collect();
                    visitor.peer.throw(to, &burst);
                    counted.fetch_add(u64::try_from(burst.len())?, Ordering::Relaxed);
                }
                pause(BURST_EVERY);
            }
            Ok(())
        })?;
        let Ok((to, ufrag)) = waits.recv() else {
            inside.join().map_err(|_panicked| anyhow::anyhow!("the thrower fell over"))??;
            anyhow::bail!("the thrower did not come in")
        };
        let (going, throwing, counted) = (Arc::clone(&goes_on), Arc::clone(&throws), Arc::clone(&count));
        let outside = std::thread::Builder::new()
            .name("outside".into())
            .spawn(move || strangers(to, &ufrag, &going, &throwing, &counted))?;
        Ok(Self {
            throws,
            goes_on,
            count,
            threads: vec![inside, outside],
            began: std::sync::Mutex::default(),
        })
    }

    /// They throw until this is dropped.
    pub fn begin(&self) -> Flood<'_> {
        if let Ok(mut began) = self.began.lock() {
            *began = Some(now());
        }
        self.throws.store(true, Ordering::Relaxed);
        Flood(self)
    }

    /// They go home.
    pub fn end(self) -> anyhow::Result<Thrown> {
        self.goes_on.store(false, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().map_err(|_panicked| anyhow::anyhow!("a thrower fell over"))??;
        }
        let began = self.began.into_inner().ok().flatten();
        let seconds = began.map_or(0.0, |began| began.elapsed().as_secs_f64());
        let count = self.count.load(Ordering::Relaxed);
        Ok(Thrown { count, pps: (media::cost::measure(count) / seconds).round() })
    }
}

/// Many addresses, of which none has proven anything.
fn strangers(
    to: SocketAddrV4,
    ufrag: &str,
    going: &AtomicBool,
    throwing: &AtomicBool,
    count: &AtomicU64,
) -> anyhow::Result<()> {
    let sockets = (0..16).map(|_| UdpSocket::bind("127.0.0.1:0")).collect::<Result<Vec<_>, _>>()?;
    let mut dice = Dice::new(37);
    while going.load(Ordering::Relaxed) {
        if throwing.load(Ordering::Relaxed) {
            for socket in sockets.iter().cycle().take(BURST) {
                // What the kernel does not take was not thrown.
                let sent = socket.send_to(&datagram(&mut dice, ufrag, 0), to);
                count.fetch_add(u64::from(sent.is_ok()), Ordering::Relaxed);
            }
        }
        pause(BURST_EVERY);
    }
    Ok(())
}

/// A stream of the room, as anybody could guess it: one that the house named.
fn own_stream(answer: &str) -> u32 {
    let named = answer.lines().find_map(|line| line.strip_prefix("a=ssrc:"));
    named.and_then(|line| line.split(' ').next()?.parse().ok()).unwrap_or(1)
}

/// Something that nobody should send.
fn datagram(dice: &mut Dice, ufrag: &str, stream: u32) -> Vec<u8> {
    let stream =
        if dice.chance(500) { stream } else { u32::try_from(dice.below(1 << 32)).unwrap_or_default() };
    match dice.below(8) {
        0 => random(dice, 1, 1),
        1 => random(dice, 2, 1_500),
        // A long one in a thousand: the kernel cuts it up, and the thrower pays more than the house.
        2 if dice.chance(10) => random(dice, LONGEST, LONGEST),
        2 | 3 => check(dice, ufrag),
        4 => [&[22, 254, 253, 0, 0], random(dice, 0, 600).as_slice()].concat(),
        5 => [report(dice, 200, stream), report(dice, 205, stream), report(dice, 206, stream)].concat(),
        _media => {
            let head =
                [&[0x80, 111], random(dice, 6, 6).as_slice(), stream.to_be_bytes().as_slice()].concat();
            [head, random(dice, 20, 1_100)].concat()
        }
    }
}

fn random(dice: &mut Dice, least: usize, most: usize) -> Vec<u8> {
    let length = least + dice.index(most - least + 1);
    std::iter::repeat_with(|| dice.below(u64::MAX).to_le_bytes()).flatten().take(length).collect()
}

/// RTCP of this type about that stream, with no seal or a wrong one.
fn report(dice: &mut Dice, kind: u8, stream: u32) -> Vec<u8> {
    let words = 2 + dice.index(40);
    let head = [0x81, kind, 0, u8::try_from(words).unwrap_or(2)];
    [&head[..], &stream.to_be_bytes(), &random(dice, words * 4 - 4, words * 4 - 4)].concat()
}

/// A connectivity check in the name of somebody, signed by nobody or wrongly.
fn check(dice: &mut Dice, ufrag: &str) -> Vec<u8> {
    let name = if dice.chance(500) { format!("{ufrag}:abcd") } else { "nobody:abcd".to_owned() };
    let padded = name.len().next_multiple_of(4);
    let mut body = [0, 6, 0, u8::try_from(name.len()).unwrap_or_default()].to_vec();
    body.extend(name.bytes().chain([0; 3]).take(padded));
    if dice.chance(500) {
        body.extend([0, 8, 0, 20]);
        body.extend(random(dice, 20, 20));
    }
    let length = u16::try_from(body.len()).unwrap_or_default().to_be_bytes();
    [&[0, 1], &length[..], &COOKIE, &random(dice, 12, 12), &body].concat()
}
