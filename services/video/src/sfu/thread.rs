//! The media thread: commands, datagrams and timers in turn, and nothing that waits for anyone.

use crate::devices::{DeviceKey, Member, WrappedKey};
use crate::relay::step::Port;
use crate::sfu::engine::{Answer, Engine, Fault, Happening, PeerId};
use crate::sfu::figures::Figures;
use crate::sfu::forward::Forwarder;
use crate::sfu::net::{Bell, Net};
use crate::sfu::sdp::offer::Offer;
use crate::sfu::stage::{Entrant, Stage};
use kernel::id::{PersonId, SessionId};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

/// How often timers run while anyone is on the line: retransmissions and feedback are worth milliseconds.
const TICK: Duration = Duration::from_millis(5);

/// Datagrams that come within this time are taken together: a wake-up costs more than ten packets, and a thousandth of
/// a second is nothing that anybody sees or hears. The first after a silence does not wait.
const GATHERED_WITHIN: Duration = Duration::from_millis(1);

/// What a line hears of the media plane. A handful per change of the room, so the queue needs no bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Who is in which slot, first slot first.
    Seated(Vec<Option<PersonId>>),
    /// The handshake is done.
    Connected,
    /// The media line is dead; only a new coming-in helps.
    Failed,
    /// Which devices may hold keys, from now on.
    Devices(Vec<Member>),
    /// What another device of the room sends this one.
    Letter {
        /// Its number.
        from: u16,
        /// What it says.
        letter: Letter,
    },
}

/// What one device tells another about keys. The house passes it on, and can open nothing in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// A key, wrapped.
    Key(WrappedKey),
    /// The key of this epoch has come.
    KeyHad(u16),
}

/// Who comes in, with what.
pub struct Entry {
    /// Where to.
    pub room: SessionId,
    /// Who.
    pub person: PersonId,
    /// With what.
    pub offer: Offer,
    /// The key of the browser, if it can encrypt.
    pub key: Option<DeviceKey>,
    /// Who hears what becomes of it.
    pub news: UnboundedSender<News>,
}

enum Command {
    Enter { peer: PeerId, entry: Box<Entry>, reply: oneshot::Sender<Result<Answer, Fault>> },
    SetPictures { peer: PeerId, pictures: bool },
    Post { peer: PeerId, to: u16, letter: Letter },
    Retire { peer: PeerId },
    Dismiss { peer: PeerId },
    Stop,
}

/// The house's hold on its media threads. They end when this is dropped.
pub struct Sfu {
    /// A room's people are all on one.
    shards: Vec<Shard>,
    next_peer: AtomicU64,
    figures: Arc<Figures>,
}

/// One media thread, from outside.
struct Shard {
    commands: mpsc::Sender<Command>,
    bell: Bell,
    address: SocketAddr,
    /// The same from this machine.
    here: SocketAddr,
}

/// The media thread is gone, and with it every room.
#[derive(Debug, thiserror::Error)]
#[error("the media thread is gone")]
pub struct Gone;

/// How to start it.
pub struct Settings {
    /// What to bind.
    pub listen: SocketAddr,
    /// What browsers are told to send to, when that is not what is bound.
    pub public_ip: Option<IpAddr>,
    /// How many threads, each on a port of its own: the first is bound to `listen`, the others to the ports after it.
    pub threads: NonZeroU16,
    /// Where the time comes from.
    pub clock: fn() -> Instant,
}

impl Sfu {
    /// Binds the ports and starts the threads.
    ///
    /// # Errors
    /// When a port cannot be had, or browsers cannot be told an address.
    pub fn start(settings: &Settings) -> io::Result<Self> {
        let figures = Arc::<Figures>::default();
        let shards = (0..settings.threads.get()).map(|place| Shard::start(settings, place, &figures));
        let shards = shards.collect::<io::Result<_>>()?;
        Ok(Self { shards, next_peer: AtomicU64::new(1), figures })
    }

    /// What browsers are told to send to: one address a thread.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.shards.iter().map(|shard| shard.address)
    }

    /// The same addresses as a relay beside us needs them.
    pub fn ports(&self) -> impl Iterator<Item = Port> {
        self.shards.iter().map(|shard| Port { told: shard.address, here: shard.here })
    }

    /// What was counted so far.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Brings a line in and answers its offer.
    ///
    /// # Errors
    /// When the engine refuses the offer, or the thread is gone.
    pub async fn enter(&self, entry: Entry) -> Result<(PeerId, Answer), Fault> {
        let shards = self.shard_count();
        // Ids of rooms are random in their lower half, and spread evenly.
        let shard = entry.room.0.as_u64_pair().1 % shards;
        let number = self.next_peer.fetch_add(1, Ordering::Relaxed);
        let peer = PeerId(number.wrapping_mul(shards).wrapping_add(shard));
        let (reply, answer) = oneshot::channel();
        self.send(peer, Command::Enter { peer, entry: Box::new(entry), reply });
        let answer = answer.await.map_err(|_dropped| Fault(Gone.to_string()))??;
        Ok((peer, answer))
    }

    /// Sends pictures to this viewer, or leaves them out.
    pub fn set_pictures(&self, peer: PeerId, pictures: bool) {
        self.send(peer, Command::SetPictures { peer, pictures });
    }

    /// Passes a letter on to the device with this number in the same room. Nobody's is nobody's: whoever is gone needs
    /// no key.
    pub fn post(&self, peer: PeerId, to: u16, letter: Letter) {
        self.send(peer, Command::Post { peer, to, letter });
    }

    /// Lets a replaced line run out.
    pub fn retire(&self, peer: PeerId) {
        self.send(peer, Command::Retire { peer });
    }

    /// Ends a line now.
    pub fn dismiss(&self, peer: PeerId) {
        self.send(peer, Command::Dismiss { peer });
    }

    fn shard_count(&self) -> u64 {
        u64::try_from(self.shards.len()).unwrap_or(1).max(1)
    }

    /// A peer's number says which thread has it.
    fn send(&self, peer: PeerId, command: Command) {
        let place = usize::try_from(peer.0 % self.shard_count()).unwrap_or_default();
        if let Some(shard) = self.shards.get(place) {
            shard.send(command);
        }
    }
}

impl Shard {
    fn start(settings: &Settings, place: u16, figures: &Arc<Figures>) -> io::Result<Self> {
        let listen = settings.listen;
        let port = if listen.port() == 0 { Some(0) } else { listen.port().checked_add(place) };
        let port = port.ok_or_else(|| invalid("there are not so many ports after that of media_listen"))?;
        let net = Net::bind(SocketAddr::new(listen.ip(), port), Arc::clone(figures))?;
        let bound = net.local_address()?;
        let address = SocketAddr::new(settings.public_ip.unwrap_or(bound.ip()), bound.port());
        if address.ip().is_unspecified() {
            return Err(invalid("media_public_ip must be set when media is received on every address"));
        }
        let (commands, inbox) = mpsc::channel();
        let bell = net.bell();
        let engine = Forwarder::new(address, Arc::clone(figures), (settings.clock)());
        let engine = engine.map_err(io::Error::other)?;
        let media =
            Media { net, engine, inbox, stage: Stage::default(), lines: vec![], clock: settings.clock };
        std::thread::Builder::new().name(format!("media-{place}")).spawn(move || media.run())?;
        let here = if bound.ip().is_unspecified() { loopback(bound) } else { bound };
        Ok(Self { commands, bell, address, here })
    }

    fn send(&self, command: Command) {
        if self.commands.send(command).is_err() {
            tracing::error!("the media thread is gone");
        }
        self.bell.ring();
    }
}

impl Drop for Shard {
    fn drop(&mut self) {
        self.send(Command::Stop);
    }
}

/// A port that is bound on every address, from this machine.
fn loopback(bound: SocketAddr) -> SocketAddr {
    let ip = if bound.is_ipv6() { IpAddr::from(Ipv6Addr::LOCALHOST) } else { Ipv4Addr::LOCALHOST.into() };
    SocketAddr::new(ip, bound.port())
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

/// Everything the thread owns.
struct Media<E> {
    net: Net,
    engine: E,
    inbox: mpsc::Receiver<Command>,
    stage: Stage,
    lines: Vec<(PeerId, UnboundedSender<News>)>,
    clock: fn() -> Instant,
}

impl<E: Engine> Media<E> {
    fn run(mut self) {
        let mut tick_at = (self.clock)();
        let mut read_at = tick_at;
        loop {
            while let Ok(command) = self.inbox.try_recv() {
                if !self.obey(command) {
                    return;
                }
            }
            self.send_all();
            self.net.wait((!self.stage.is_empty()).then_some(TICK));
            let rested = (self.clock)().saturating_duration_since(read_at);
            if let Some(short) = GATHERED_WITHIN.checked_sub(rested) {
                self.net.gather(short);
            }
            self.read_all();
            let now = (self.clock)();
            read_at = now;
            if now >= tick_at {
                tick_at = now + TICK;
                self.engine.tick(now);
                for peer in self.stage.retired(now) {
                    self.dismiss(peer);
                }
            }
            self.hear();
        }
    }

    fn obey(&mut self, command: Command) -> bool {
        match command {
            Command::Enter { peer, entry, reply } => self.enter(peer, *entry, reply),
            Command::SetPictures { peer, pictures } => {
                self.stage.set_pictures(peer, pictures);
                self.seat(self.stage.room_of(peer));
            }
            Command::Post { peer, to, letter } => self.post(peer, to, letter),
            Command::Retire { peer } => self.stage.retire(peer, (self.clock)()),
            Command::Dismiss { peer } => self.dismiss(peer),
            Command::Stop => return false,
        }
        true
    }

    fn enter(&mut self, peer: PeerId, entry: Entry, reply: oneshot::Sender<Result<Answer, Fault>>) {
        let now = (self.clock)();
        let answer = self.engine.accept(peer, &entry.offer, now);
        let is_in = answer.is_ok();
        if reply.send(answer).is_err() {
            // The socket that asked is gone already.
            self.engine.dismiss(peer, now);
        } else if is_in {
            let Entry { room, person, offer, key, news } = entry;
            self.stage.enter(peer, Entrant { room, person, key, slots: offer.slots() }, now);
            self.lines.push((peer, news));
            self.seat(Some(room));
            self.tell_devices(Some(room));
        }
    }

    fn dismiss(&mut self, peer: PeerId) {
        self.engine.dismiss(peer, (self.clock)());
        self.lines.retain(|(held, _)| *held != peer);
        let room = self.stage.leave(peer);
        self.seat(room);
        self.tell_devices(room);
    }

    fn post(&self, peer: PeerId, to: u16, letter: Letter) {
        let (from, to) = (self.stage.number_of(peer), self.stage.roommate(peer, to));
        if let (Some(from), Some(to)) = (from, to) {
            self.tell(to, News::Letter { from, letter });
        }
    }

    /// Tells the browsers of a room who may hold its keys.
    fn tell_devices(&self, room: Option<SessionId>) {
        let Some(room) = room else { return };
        let devices = self.stage.devices(room);
        for peer in self.stage.peers(room) {
            self.tell(peer, News::Devices(devices.clone()));
        }
    }

    /// Tells the engine and the browsers of a room who is shown where.
    fn seat(&mut self, room: Option<SessionId>) {
        let Some(room) = room else { return };
        for seating in self.stage.seat(room) {
            self.engine.set_routes(seating.viewer, &seating.routes);
            self.tell(seating.viewer, News::Seated(seating.people));
        }
    }

    fn tell(&self, peer: PeerId, news: News) {
        if let Some((_, line)) = self.lines.iter().find(|(held, _)| *held == peer) {
            // A socket that is gone says so to the room, which then dismisses the line.
            let _gone = line.send(news);
        }
    }

    fn read_all(&mut self) {
        let (engine, clock) = (&mut self.engine, self.clock);
        // One reading of the clock per datagram: congestion control measures the gaps between them (video.md P1).
        self.net.receive(|from, datagram| engine.receive(from, datagram, clock()));
    }

    fn send_all(&mut self) {
        let net = &self.net;
        self.engine.drain(&mut |to, datagrams, segment| net.send(to, datagrams, segment));
    }

    fn hear(&mut self) {
        while let Some(happening) = self.engine.happening() {
            match happening {
                Happening::Connected(peer) => {
                    for older in self.stage.connect(peer) {
                        self.dismiss(older);
                    }
                    self.tell(peer, News::Connected);
                    self.seat(self.stage.room_of(peer));
                }
                Happening::Failed(peer) => {
                    self.tell(peer, News::Failed);
                    self.dismiss(peer);
                }
            }
        }
    }
}
