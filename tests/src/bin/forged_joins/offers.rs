//! A right ticket, and another certificate than it names: in the offer, beside the right one, or in the handshake.

use crate::attempts::{Ledger, code};
use anyhow::{Context as _, bail};
use media::load::peer::{Peer, Shape};
use media::time::{now, pause};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::time::Duration;
use tests::room::company::{self, PATIENCE, fingerprint};
use tests::room::{NOBODYS, Room};

/// The house says that media is lost within this, or never.
const LOST_WITHIN: Duration = Duration::from_secs(5);
/// What a description that is not as agreed is refused with.
const OFFER_REFUSED: &str = "room.offer_refused";

/// What a ticket names and what is offered, from what an honest browser would offer.
type Bend = fn(&str, &str) -> (String, String);

const BENT: [(&str, Bend); 6] = [
    ("an offer with another certificate", |own, sdp| (own.to_owned(), sdp.replace(own, NOBODYS))),
    ("an offer with two certificates, the right one first", |own, sdp| {
        let wrong = format!("{own}\r\na=fingerprint:sha-256 {NOBODYS}");
        (own.to_owned(), sdp.replacen(own, &wrong, 1))
    }),
    ("an offer with two certificates, the right one last", |own, sdp| {
        let wrong = format!("{NOBODYS}\r\na=fingerprint:sha-256 {own}");
        (own.to_owned(), sdp.replacen(own, &wrong, 1))
    }),
    ("an offer without a certificate", |own, sdp| {
        let lines = sdp.split_inclusive("\r\n").filter(|line| !line.starts_with("a=fingerprint:"));
        (own.to_owned(), lines.collect())
    }),
    ("an offer with another hash", |own, sdp| (own.to_owned(), sdp.replace("sha-256", "sha-1"))),
    ("a ticket for another certificate", |_, sdp| (NOBODYS.to_owned(), sdp.to_owned())),
];

/// Each once.
pub fn all(room: &Room, ledger: &mut Ledger) -> anyhow::Result<()> {
    for (kind, bend) in BENT {
        let said = offered(room, bend)?;
        ledger.note(kind, code(&said), OFFER_REFUSED);
    }
    in_the_handshake(room, ledger)
}

/// What the house says to an offer.
fn offered(room: &Room, bend: Bend) -> anyhow::Result<Value> {
    let mut peer = Peer::new(Ipv4Addr::LOCALHOST.into())?;
    let mut said = None;
    let asked = |sdp: String| {
        let (certificate, described) = bend(fingerprint(&sdp)?, &sdp);
        let mut line = room.knock(&room.sign(&room.claims(room.ana, &certificate))?)?;
        line.hears("admitted", PATIENCE)?;
        line.say(&json!({ "type": "offer", "sdp": described }))?;
        said = line.waits_for(&["answer", "ended"], PATIENCE);
        line.runs_out(if said.as_ref().and_then(code).is_some() { PATIENCE } else { Duration::ZERO });
        bail!("it is not used")
    };
    // It goes no further: what the house said is what counts.
    let _not_used = peer.offer(Shape { others: 1 }, asked);
    said.context("the house said nothing to an offer")
}

/// The offer is as the ticket says, and whoever shakes hands has another certificate.
fn in_the_handshake(room: &Room, ledger: &mut Ledger) -> anyhow::Result<()> {
    let bend = |sdp: &str| (NOBODYS.to_owned(), sdp.replace(fingerprint(sdp).unwrap_or_default(), NOBODYS));
    let mut visitor = company::enter(room, room.ana, bend)?;
    let until = now() + LOST_WITHIN;
    while now() < until && !visitor.is_lost && !visitor.peer.is_connected {
        visitor.turn();
        pause(Duration::from_millis(1));
    }
    let is_in = visitor.peer.is_connected || visitor.peer.reached_at.is_some();
    let told = if visitor.is_lost { "media_lost" } else { "silence" };
    ledger.note("another certificate in the handshake", (!is_in).then_some(told), "media_lost");
    // The same with the right one does connect, or the other proves nothing.
    visitor.leave()?;
    let mut honest = company::enter_well(room, room.ana)?;
    let connected = honest.connect();
    ledger.holds("an honest handshake failed", connected.is_ok());
    ledger.accepted += usize::from(connected.is_ok());
    honest.leave()
}
