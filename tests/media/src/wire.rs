//! What a person in the load and an SFU under test say to each other: one JSON object a line, over TCP.
//!
//! The person says an [`Offer`], the SFU says an [`Answer`], and then both are silent: the person stays for as long as
//! the connection does.

use super::time::wait_for;
use anyhow::{Context as _, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Longer than the description of any room in the benchmark; a longer line is a mistake.
const LINE_MAX: u64 = 1 << 20;
/// An SFU that was just started takes a moment.
const OPEN_WITHIN: Duration = Duration::from_secs(5);
/// An SFU that takes longer to answer is broken.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// People who may be at the door at once; the others wait in the listener.
const DOOR_MAX: usize = 64;

/// A person comes into a room.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Offer {
    /// Which room.
    pub room: u32,
    /// What the person would send and receive.
    pub sdp: String,
}

/// The SFU lets the person in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// What it will receive and send.
    pub sdp: String,
}

/// A person's connection. Dropping it is leaving.
#[derive(Debug)]
pub struct Link {
    _stream: TcpStream,
}

impl Link {
    /// Comes into a room.
    ///
    /// # Errors
    /// When the SFU is not there or does not answer.
    pub fn enter(sfu: SocketAddr, offer: &Offer) -> anyhow::Result<(Self, Answer)> {
        let stream = wait_for("the door of the SFU", OPEN_WITHIN, || TcpStream::connect(sfu).ok())?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        write_line(&stream, offer)?;
        let answer = read_line(&stream)?.context("the SFU closed the door")?;
        Ok((Self { _stream: stream }, answer))
    }
}

/// Who is at the door, for the thread that owns the rooms.
#[derive(Debug)]
pub enum Visit {
    /// Someone comes, and waits for the answer.
    Enters {
        /// The number of the connection; no two are the same.
        person: u64,
        /// What was said.
        offer: Offer,
        /// Where the answer goes. Dropping it closes the door.
        answer: SyncSender<Answer>,
    },
    /// Someone went.
    Leaves {
        /// The number of the connection.
        person: u64,
    },
}

/// Opens the door of an SFU: a thread for each person, who all speak to the one who owns the rooms.
///
/// # Errors
/// When the address is taken.
pub fn open(address: SocketAddr) -> anyhow::Result<Receiver<Visit>> {
    let listener = TcpListener::bind(address).with_context(|| format!("the door at {address}"))?;
    let (visits, seen) = sync_channel(DOOR_MAX);
    thread::Builder::new().name("door".into()).spawn(move || {
        for (person, stream) in (0..).zip(listener.incoming()) {
            let (Ok(stream), visits) = (stream, visits.clone()) else { continue };
            // Without a thread the person is turned away by the closed connection.
            let _ =
                thread::Builder::new().name("visit".into()).spawn(move || visit(person, &stream, &visits));
        }
    })?;
    Ok(seen)
}

/// One person, from the offer until the connection ends.
fn visit(person: u64, stream: &TcpStream, visits: &SyncSender<Visit>) {
    let Ok(Some(offer)) = read_line(stream) else { return };
    let (answer, answered) = sync_channel(1);
    // Once the SFU ends there is nobody left to tell.
    if visits.send(Visit::Enters { person, offer, answer }).is_err() {
        return;
    }
    if let Ok(answer) = answered.recv()
        && write_line(stream, &answer).is_ok()
    {
        // Nothing more is said; the end of the line is the end of the visit.
        let _ = std::io::copy(&mut stream.take(LINE_MAX), &mut std::io::sink());
    }
    let _ = visits.send(Visit::Leaves { person });
}

fn write_line(mut stream: &TcpStream, words: &impl Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(words)?;
    line.push(b'\n');
    Ok(stream.write_all(&line)?)
}

/// The next line, or nothing where the other side is gone.
fn read_line<T: DeserializeOwned>(stream: &TcpStream) -> anyhow::Result<Option<T>> {
    let mut line = String::new();
    let read = BufReader::new(stream.take(LINE_MAX)).read_line(&mut line)?;
    if read == 0 {
        return Ok(None);
    }
    ensure!(line.ends_with('\n'), "a line without an end");
    Ok(Some(serde_json::from_str(&line)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_closes_the_connection_has_left() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let visits = open(address).unwrap();
        let ana = thread::spawn(move || Link::enter(address, &Offer { room: 3, sdp: "v=0".into() }));
        let Visit::Enters { person, offer, answer } = visits.recv().unwrap() else { panic!("nobody came") };
        assert_eq!((offer.room, offer.sdp.as_str()), (3, "v=0"));
        answer.send(Answer { sdp: "v=1".into() }).unwrap();
        let (link, answer) = ana.join().unwrap().unwrap();
        assert_eq!(answer.sdp, "v=1");
        drop(link);
        assert!(matches!(visits.recv().unwrap(), Visit::Leaves { person: gone } if gone == person));
    }
}
