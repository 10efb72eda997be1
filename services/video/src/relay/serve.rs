//! The sockets of the relay, on a thread of its own: what it carries holds up no timer of the house.

use crate::relay::desk::Desk;
use crate::relay::framing;
use crate::relay::step::{Client, Step};
use chassis::clock::{self, Clock};
use kernel::time::Span;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, LocalSet, spawn_local};

/// Larger than any datagram that media comes in.
const DATAGRAM_BYTES: usize = 2_048;
/// What waits for a slow stream. Media that waits longer is media too late.
const QUEUE: usize = 256;
/// Each costs a socket, and a browser needs one.
const STREAMS_MAX: usize = 2_000;
/// Who has no allocation after this long is no browser.
const SILENCE: Span = Span::seconds(30);
/// How often what has run out is looked for.
const SWEEP: Span = Span::seconds(1);
/// UDP and TCP on the same number: another number is drawn where TCP's is taken.
const PORTS_TRIED: usize = 20;

/// A relay that runs until this is dropped.
pub struct Running {
    /// Where it was bound.
    pub address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

/// Binds both ports and starts the thread.
///
/// # Errors
/// When they cannot be had.
pub fn start(listen: SocketAddr, desk: Desk, clock: Clock) -> io::Result<Running> {
    let (datagrams, streams) = bind(listen)?;
    let address = datagrams.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serve = move || {
        let local = LocalSet::new();
        runtime.block_on(local.run_until(async move {
            let serving = serve(datagrams, streams, desk, clock);
            tokio::select! {
                failed = serving => tracing::error!(?failed, "the relay is gone"),
                _dropped = stopped => {}
            }
        }));
    };
    std::thread::Builder::new().name("relay".to_owned()).spawn(serve)?;
    Ok(Running { address, _stop: stop })
}

fn bind(listen: SocketAddr) -> io::Result<(std::net::UdpSocket, std::net::TcpListener)> {
    let mut tried = 0;
    loop {
        tried += 1;
        let datagrams = std::net::UdpSocket::bind(listen)?;
        match std::net::TcpListener::bind(datagrams.local_addr()?) {
            Ok(streams) => {
                datagrams.set_nonblocking(true)?;
                streams.set_nonblocking(true)?;
                return Ok((datagrams, streams));
            }
            Err(_taken) if listen.port() == 0 && tried < PORTS_TRIED => {}
            Err(taken) => return Err(taken),
        }
    }
}

async fn serve(
    datagrams: std::net::UdpSocket,
    streams: std::net::TcpListener,
    desk: Desk,
    clock: Clock,
) -> io::Result<()> {
    let datagrams = Rc::new(UdpSocket::from_std(datagrams)?);
    let streams = TcpListener::from_std(streams)?;
    let house = Rc::new(House {
        listen: datagrams.local_addr()?,
        datagrams,
        desk: RefCell::new(desk),
        sockets: RefCell::default(),
        clock,
    });
    tokio::try_join!(house.clone().hear_datagrams(), house.clone().hear_streams(streams), house.sweep())?;
    Ok(())
}

/// A client's socket towards our ports, and what reads it.
struct Socket {
    socket: Rc<UdpSocket>,
    reader: AbortHandle,
}

/// The way back to a client.
#[derive(Clone)]
enum Back {
    Datagrams,
    Stream(mpsc::Sender<Vec<u8>>),
}

struct House {
    listen: SocketAddr,
    datagrams: Rc<UdpSocket>,
    desk: RefCell<Desk>,
    sockets: RefCell<HashMap<Client, Socket>>,
    clock: Clock,
}

impl House {
    async fn hear_datagrams(self: Rc<Self>) -> io::Result<()> {
        let mut buffer = [0; DATAGRAM_BYTES];
        loop {
            // An earlier answer bounced off a closed port: no reason to stop reading.
            let Ok((length, address)) = self.datagrams.recv_from(&mut buffer).await else { continue };
            let client = Client { address, is_stream: false };
            self.hear(client, buffer.get(..length).unwrap_or_default(), &Back::Datagrams).await;
        }
    }

    async fn hear_streams(self: Rc<Self>, listener: TcpListener) -> io::Result<()> {
        let open = Rc::new(());
        loop {
            // Out of files, or gone before we looked: the next one may be well.
            let Ok((stream, address)) = listener.accept().await else {
                clock::wait(Span::millis(100)).await;
                continue;
            };
            if Rc::strong_count(&open) <= STREAMS_MAX {
                spawn_local(self.clone().hear_stream(stream, address, Rc::clone(&open)));
            }
        }
    }

    async fn hear_stream(self: Rc<Self>, stream: TcpStream, address: SocketAddr, _one_of: Rc<()>) {
        // A packet that waits for the next one is a packet too late; where this cannot be set, it is only slower.
        let _slower = stream.set_nodelay(true);
        let client = Client { address, is_stream: true };
        let (reader, writer) = stream.into_split();
        let (answers, queue) = mpsc::channel(QUEUE);
        let writing = spawn_local(write(writer, queue));
        let _ended = self.read(reader, client, &Back::Stream(answers)).await;
        writing.abort();
        self.desk.borrow_mut().forget(client);
        self.close(client);
    }

    /// Reads messages until the stream ends, speaks something else, or says nothing and has nothing.
    async fn read(self: &Rc<Self>, mut reader: OwnedReadHalf, client: Client, back: &Back) -> io::Result<()> {
        let mut held = Vec::with_capacity(DATAGRAM_BYTES);
        loop {
            while let Some(length) = framing::length(&held).map_err(|_other| io::ErrorKind::InvalidData)? {
                if held.len() < length {
                    break;
                }
                let rest = held.split_off(length);
                self.hear(client, &held, back).await;
                held = rest;
            }
            tokio::select! {
                read = reader.read_buf(&mut held) => if read? == 0 { return Ok(()) },
                () = clock::wait(SILENCE) => if !self.sockets.borrow().contains_key(&client) { return Ok(()) },
            }
        }
    }

    async fn hear(self: &Rc<Self>, client: Client, message: &[u8], back: &Back) {
        let now = self.clock.now();
        let step = self.desk.borrow_mut().hear(client, message, now);
        match step {
            Step::Nothing => {}
            Step::Answer(answer) => self.answer(client, back, answer).await,
            Step::Close(answer) => {
                self.close(client);
                self.answer(client, back, answer).await;
            }
            Step::Open(wish) => {
                let bound = UdpSocket::bind(SocketAddr::new(self.listen.ip(), 0)).await;
                let bound = bound.and_then(|socket| Ok((socket.local_addr()?, socket)));
                let answer = match bound {
                    Ok((relayed, socket)) => {
                        self.open(client, socket, back.clone());
                        self.desk.borrow_mut().grant(wish, relayed, now)
                    }
                    Err(_none) => self.desk.borrow().refuse(&wish),
                };
                if let Some(answer) = answer {
                    self.answer(client, back, answer).await;
                }
            }
            Step::Pass { to, payload } => {
                let socket = self.sockets.borrow().get(&client).map(|one| Rc::clone(&one.socket));
                if let Some(socket) = socket {
                    // A full buffer loses a packet, as networks do.
                    let _lost = socket.send_to(&payload, to).await;
                }
            }
        }
    }

    fn open(self: &Rc<Self>, client: Client, socket: UdpSocket, back: Back) {
        let socket = Rc::new(socket);
        let reading = Rc::clone(self).hear_ports(client, Rc::clone(&socket), back);
        let reader = spawn_local(reading).abort_handle();
        self.sockets.borrow_mut().insert(client, Socket { socket, reader });
    }

    fn close(&self, client: Client) {
        if let Some(socket) = self.sockets.borrow_mut().remove(&client) {
            socket.reader.abort();
        }
    }

    /// What comes back for one client.
    async fn hear_ports(self: Rc<Self>, client: Client, socket: Rc<UdpSocket>, back: Back) {
        let mut buffer = [0; DATAGRAM_BYTES];
        loop {
            let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
            let payload = buffer.get(..length).unwrap_or_default();
            let passed = self.desk.borrow().from_port(client, from, payload, self.clock.now());
            if let Some(passed) = passed {
                self.answer(client, &back, passed).await;
            }
        }
    }

    /// Closes what has run out.
    async fn sweep(&self) -> io::Result<()> {
        loop {
            clock::wait(SWEEP).await;
            let out = self.desk.borrow_mut().expire(self.clock.now());
            for client in out {
                self.close(client);
            }
        }
    }

    async fn answer(&self, client: Client, back: &Back, answer: Vec<u8>) {
        match back {
            Back::Datagrams => {
                // One that cannot be sent is asked for again.
                let _lost = self.datagrams.send_to(&answer, client.address).await;
            }
            Back::Stream(answers) => {
                let _full = answers.try_send(answer);
            }
        }
    }
}

async fn write(mut writer: OwnedWriteHalf, mut queue: mpsc::Receiver<Vec<u8>>) {
    while let Some(message) = queue.recv().await {
        if writer.write_all(&message).await.is_err() {
            return;
        }
    }
}
