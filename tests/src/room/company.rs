//! People in a room who speak, show and listen for as long as they are asked to, on a thread of their own.

use super::line::{Line, is};
use super::{Desk, Room, Someone};
use crate::now;
use anyhow::{Context as _, bail, ensure};
use media::load::payload::Payloads;
use media::load::peer::{Peer, Shape};
use media::time::{now as instant, pause};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A house that says nothing for so long is broken.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// 20 ms of sound is a packet.
const SOUND_EVERY: Duration = Duration::from_millis(20);
/// How long all may rest when there is nothing to do.
const REST: Duration = Duration::from_micros(500);
/// A therapist, a patient, a sitter and two invited, less oneself.
const OTHERS: u32 = 4;

/// Somebody in a room, with a socket and a connection.
pub struct Visitor {
    /// The connection.
    pub peer: Peer,
    /// The socket.
    pub line: Line,
    /// What the house answered.
    pub answer: String,
    /// Whether the house said that this line is lost.
    pub is_lost: bool,
    /// Whether the connection broke: the house closed it, or would not shake hands.
    pub is_broken: bool,
    /// What the house said when it ended the line.
    pub ended: Option<Value>,
}

/// What a browser would show: its own certificate's fingerprint, without the name of the hash.
///
/// # Errors
/// When there is none in the description.
pub fn fingerprint(sdp: &str) -> anyhow::Result<&str> {
    let line = sdp.lines().find_map(|line| line.strip_prefix("a=fingerprint:"));
    line.and_then(|line| line.trim().split(' ').next_back()).context("no fingerprint")
}

/// Comes in and offers; `bend` may change what is offered once the ticket is made.
///
/// # Errors
/// When the house does not answer as agreed.
pub fn enter(
    room: &Room,
    who: Someone,
    bend: impl FnOnce(&str) -> (String, String),
) -> anyhow::Result<Visitor> {
    let mut peer = Peer::new(Ipv4Addr::LOCALHOST.into())?;
    let mut line = None;
    let mut answered = String::new();
    let waiting = |sdp: String| -> anyhow::Result<String> {
        let (certificate, described) = bend(&sdp);
        let token = room.sign(&room.claims(who, &certificate))?;
        let mut opened = room.knock(&token)?;
        opened.hears("admitted", PATIENCE)?;
        opened.say(&json!({ "type": "offer", "sdp": described }))?;
        let answer = opened.hears("answer", PATIENCE)?;
        line = Some(opened);
        answer
            .get("sdp")
            .and_then(Value::as_str)
            .context("an answer without words")?
            .clone_into(&mut answered);
        Ok(answered.clone())
    };
    peer.offer(Shape { others: OTHERS }, waiting)?;
    let line = line.context("nobody was asked")?;
    Ok(Visitor { peer, line, answer: answered, is_lost: false, is_broken: false, ended: None })
}

/// As a browser does that hides nothing.
///
/// # Errors
/// When the house does not let it in.
pub fn enter_well(room: &Room, who: Someone) -> anyhow::Result<Visitor> {
    enter(room, who, |sdp| (fingerprint(sdp).unwrap_or_default().to_owned(), sdp.to_owned()))
}

/// Somebody who has to be let in: knocks, and Dr. Lee opens.
///
/// # Errors
/// When the house does not.
pub async fn knock_and_open(room: &Room, desk: &Desk, who: Someone) -> anyhow::Result<()> {
    let token = room.sign(&room.claims(who, super::NOBODYS))?;
    let mut line = room.knock(&token)?;
    line.hears("waiting", PATIENCE)?;
    desk.admit(who).await?;
    line.hears("admitted", PATIENCE)?;
    line.say(&json!({ "type": "bye" }))?;
    line.runs_out(PATIENCE);
    Ok(())
}

impl Visitor {
    /// Where the house takes media, and the name it gave this connection.
    ///
    /// # Errors
    /// When the answer does not say.
    pub fn media(&self) -> anyhow::Result<(SocketAddrV4, &str)> {
        let after = |word: &str| self.answer.lines().find_map(|line| line.strip_prefix(word));
        let candidate: Vec<_> = after("a=candidate:").context("no candidate")?.split(' ').collect();
        let (Some(ip), Some(port)) = (candidate.get(4), candidate.get(5)) else { bail!("half a candidate") };
        let ufrag = after("a=ice-ufrag:").context("no name")?;
        Ok((SocketAddrV4::new(ip.parse()?, port.parse()?), ufrag))
    }

    /// Reads what came, at the socket and at the connection, even where that broke.
    pub fn turn(&mut self) {
        while let Some(message) = self.line.hear() {
            self.is_lost |= is(&message, "media_lost");
            if is(&message, "ended") {
                self.ended = Some(message);
            }
        }
        self.is_broken |= self.peer.turn().is_err();
    }

    /// Speaks, if there is a connection.
    fn speak(&mut self, payloads: &Payloads) {
        self.is_broken |= !self.is_broken && self.peer.speak(payloads).is_err();
    }

    /// Until it is connected.
    ///
    /// # Errors
    /// When it never is.
    pub fn connect(&mut self) -> anyhow::Result<()> {
        let until = now() + i64::try_from(PATIENCE.as_micros())?;
        while !self.peer.is_connected {
            ensure!(now() < until && !self.is_broken, "no connection");
            self.turn();
            pause(REST);
        }
        Ok(())
    }

    /// Goes, as a page does that is left.
    ///
    /// # Errors
    /// When the socket is gone already.
    pub fn leave(mut self) -> anyhow::Result<()> {
        self.line.say(&json!({ "type": "bye" }))?;
        self.line.runs_out(PATIENCE);
        Ok(())
    }
}

/// What one of a company saw.
pub struct Seen {
    /// When a packet of media was last at the socket.
    pub reached_at: Option<Instant>,
    /// Packets that could be read.
    pub packets: u64,
    /// Packets that were left out.
    pub gaps: u64,
    /// Whether the house said that the line is lost.
    pub is_lost: bool,
    /// What the house said when it ended the line.
    pub ended: Option<Value>,
}

/// People who go on by themselves.
pub struct Company {
    goes_on: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Vec<Seen>>>,
}

impl Company {
    /// These come in, all of whom may, and begin to speak; `words` are what is spoken, every 20 ms.
    ///
    /// # Errors
    /// When somebody does not come in.
    pub fn begin(
        enters: impl FnOnce() -> anyhow::Result<Vec<Visitor>> + Send + 'static,
        words: impl Fn(Instant) -> Payloads + Send + 'static,
    ) -> anyhow::Result<Self> {
        let goes_on = Arc::new(AtomicBool::new(true));
        let going = Arc::clone(&goes_on);
        let (are_in, waiting) = sync_channel(1);
        let thread = std::thread::Builder::new().name("company".into()).spawn(move || {
            let mut visitors = enters()?;
            visitors.iter_mut().try_for_each(Visitor::connect)?;
            // Whoever waits for this does not go away before.
            let _told = are_in.send(());
            talk(&mut visitors, &going, words);
            Ok(visitors.into_iter().map(Seen::of).collect())
        })?;
        match waiting.recv() {
            Ok(()) => Ok(Self { goes_on, thread }),
            Err(_gone) => {
                join(thread)?;
                bail!("they came and went")
            }
        }
    }

    /// They stop, and tell what they saw.
    ///
    /// # Errors
    /// When one of their connections broke.
    pub fn end(self) -> anyhow::Result<Vec<Seen>> {
        self.goes_on.store(false, Ordering::Relaxed);
        join(self.thread)
    }
}

fn join(thread: JoinHandle<anyhow::Result<Vec<Seen>>>) -> anyhow::Result<Vec<Seen>> {
    thread.join().map_err(|_panicked| anyhow::anyhow!("somebody fell over"))?
}

fn talk(visitors: &mut [Visitor], going: &AtomicBool, words: impl Fn(Instant) -> Payloads) {
    let mut sound_at = instant();
    while going.load(Ordering::Relaxed) {
        for visitor in visitors.iter_mut() {
            visitor.turn();
        }
        let at = instant();
        if at < sound_at {
            pause(REST);
            continue;
        }
        sound_at += SOUND_EVERY;
        let payloads = words(at);
        for visitor in visitors.iter_mut() {
            visitor.speak(&payloads);
        }
    }
}

impl Seen {
    fn of(visitor: Visitor) -> Self {
        let Visitor { peer, is_lost, ended, line: _, answer: _, is_broken: _ } = visitor;
        let (packets, gaps) = (peer.heard.packets, peer.heard.gaps);
        Self { reached_at: peer.reached_at, packets, gaps, is_lost, ended }
    }
}
