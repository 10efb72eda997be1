//! What is fed, and with what.

use crate::real::{self, Conversation};
use media::time::now;
use ring::hmac;
use rtc::rtcp::packet::unmarshal;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use video::sfu::engine::{Engine as _, PeerId};
use video::sfu::sdp::offer::Offer;
use video::sfu::wire::dtls::{Handshake, Identity, Progress};
use video::sfu::wire::ice::{Arrival, Credentials, Demux};
use video::sfu::wire::rtp::{Header, is_rtcp};
use video::signal::words::FromBrowser;

/// Says in short what it made of an input.
type Reader = Box<dyn FnMut(&[u8]) -> String>;

/// One reader.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Real inputs.
    pub corpus: Vec<Vec<u8>>,
    /// Whether they are words.
    pub is_text: bool,
    /// Reads one.
    pub reads: Reader,
}

/// What our page says.
const WORDS: [&str; 12] = [
    r#"{"type":"hello","token":"eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJob2xkc3BhY2UifQ.c2lnbmF0dXJl"}"#,
    r#"{"type":"offer","sdp":"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"}"#,
    r#"{"type":"switches","camera":true,"microphone":false}"#,
    r#"{"type":"sends","picture":"black","sound":null}"#,
    r#"{"type":"quality","score":4}"#,
    r#"{"type":"pictures","on":true}"#,
    r#"{"type":"bye"}"#,
    r#"{"type":"key","to":2,"key":"AAECAwQFBgcICQoLDA0ODw"}"#,
    r#"{"type":"key_had","to":1,"epoch":3}"#,
    r#"{"type":"agree_open","on":true}"#,
    r#"{"type":"offer","sdp":"\u0000\ud83d\ude00","more":[[[[1e308]]]]}"#,
    r#"[{"type":"bye"}]"#,
];

/// RTCP in the open, as it is inside SRTCP: reports, a request to send again, one for a key frame, a limit.
const RTCP: [&[u8]; 5] = [
    &[0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 9, 1, 2, 3, 4, 0, 0, 0, 5],
    &[0x80, 200, 0, 6, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 1, 0],
    &[0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 17, 0x80, 1],
    &[
        0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x8F, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 4, 0, 0,
        0, 1, 0x20, 4, 0, 0,
    ],
    &[0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0xFF, 0xFF, 0xFF, 0, 0, 0, 2],
];

/// RTP of both kinds of extension header, with sources and padding.
const RTP: [&[u8]; 4] = [
    &[0x80, 111, 0, 1, 0, 0, 3, 0xC0, 0, 0, 0, 9, 1, 2, 3, 4],
    &[0x90, 0xE0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 9, 0xBE, 0xDE, 0, 2, 0x10, 5, 0x31, 1, 2, 0, 0, 0, 9, 9],
    &[0xB2, 96, 0, 3, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0x10, 0, 0, 1, 3, 1, 7, 0, 8, 8, 2, 2],
    &[0x9F, 96, 0xFF, 0xFF],
];

/// What a connectivity check says before it is signed: `USERNAME`, `PRIORITY`, `ICE-CONTROLLING`, `USE-CANDIDATE`.
const CHECKS: [&[u8]; 2] = [
    b"\x00\x06\x00\x09ours:abcd\x00\x00\x00\x00\x24\x00\x04\x6e\x00\x1e\xff\x80\x2a\x00\x08\x01\x02\x03\x04\x05\x06\x07\x08\x00\x25\x00\x00",
    b"\xc0\x57\x00\x04\x00\x01\x00\x0a\x00\x06\x00\x09ours:abcd\x00\x00\x00",
];
/// The name and the password that they are signed with.
const OURS: [&str; 2] = ["ours", "secret"];

/// All of them.
pub fn all() -> anyhow::Result<Vec<Target>> {
    let conversation = real::conversation()?;
    let mut offers: Vec<Vec<u8>> =
        conversation.offers.iter().map(|offer| offer.clone().into_bytes()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/sdp");
    for entry in std::fs::read_dir(folder)? {
        offers.push(std::fs::read(entry?.path())?);
    }
    let words = WORDS.iter().map(|word| word.as_bytes().to_vec()).collect();
    let are_read = CHECKS.iter().all(|check| stun()(check).starts_with("answered"));
    anyhow::ensure!(are_read, "a real check is not answered: a changed one proves nothing");
    let bytes = |all: &[&[u8]]| all.iter().map(|one| one.to_vec()).collect::<Vec<_>>();
    Ok(vec![
        Target { name: "sdp", corpus: offers, is_text: true, reads: Box::new(sdp) },
        Target { name: "words", corpus: words, is_text: true, reads: Box::new(said) },
        Target { name: "rtp", corpus: bytes(&RTP), is_text: false, reads: Box::new(rtp) },
        Target { name: "rtcp", corpus: bytes(&RTCP), is_text: false, reads: Box::new(rtcp) },
        Target { name: "stun", corpus: bytes(&CHECKS), is_text: false, reads: Box::new(stun()) },
        dtls(&conversation)?,
        media(conversation),
    ])
}

fn sdp(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    match Offer::read(&text) {
        Ok(offer) => {
            let lines = offer.receiving.iter().chain(&offer.sending);
            let lines: Vec<_> = lines
                .map(|line| {
                    (line.is_video, line.payload_type, line.again_type, line.numbered, line.streams.len())
                })
                .collect();
            format!("{} {lines:?}", offer.fingerprints.len())
        }
        Err(refusal) => format!("{refusal:?}"),
    }
}

fn said(input: &[u8]) -> String {
    match serde_json::from_str::<FromBrowser>(&String::from_utf8_lossy(input)) {
        Ok(said) => format!("{said:?}").chars().take(6).collect(),
        Err(refusal) => {
            format!("{refusal}").chars().take(24).filter(|letter| !letter.is_ascii_digit()).collect()
        }
    }
}

fn rtp(input: &[u8]) -> String {
    let Some(header) = Header::read(input) else { return format!("none {}", is_rtcp(input)) };
    let found: Vec<_> = (0..16).filter_map(|id| header.extension(input, id).map(<[u8]>::len)).collect();
    format!("{} {} {}", header.length.min(100), header.payload(input).is_some(), found.len())
}

/// As `feedback::read` does once a report is opened.
fn rtcp(input: &[u8]) -> String {
    let mut rest = input;
    match unmarshal(&mut rest) {
        Ok(packets) => {
            let kinds = packets.iter().map(|packet| {
                let nack = packet.as_any().downcast_ref::<TransportLayerNack>();
                let numbers =
                    nack.map(|nack| nack.nacks.iter().flat_map(NackPair::packet_list).take(128).count());
                format!("{:?} {}", packet.header().packet_type, numbers.map_or(0, |count| count.min(3)))
            });
            kinds.take(3).collect::<Vec<_>>().join(", ")
        }
        Err(refusal) => format!("{refusal}").chars().take(24).collect(),
    }
}

/// Checks that are signed as they should be, whatever they say.
fn stun() -> impl FnMut(&[u8]) -> String {
    let mut demux = Demux::new(Arc::default());
    let [ufrag, password] = OURS.map(str::to_owned);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    demux.expect(PeerId(1), &Credentials { ufrag, password });
    let mut port = 0_u16;
    move |input| {
        port = port.wrapping_add(1);
        let length = u16::try_from(input.len().saturating_add(24)).unwrap_or(u16::MAX).to_be_bytes();
        let mut check = [&[0, 1], &length[..], &[0x21, 0x12, 0xA4, 0x42], &[7; 12], input].concat();
        let tag = hmac::sign(&key, &check);
        check.extend_from_slice(&[0, 8, 0, 20]);
        check.extend_from_slice(tag.as_ref());
        match demux.arrival(SocketAddr::from(([10, 0, 0, 1], port)), &check) {
            Arrival::Check { is_chosen, answer, .. } => format!("answered {is_chosen} {}", answer.len()),
            Arrival::Payload(_) => "media".to_owned(),
            Arrival::Nobodys => "nobody's".to_owned(),
        }
    }
}

/// Handshakes, each begun anew after a few datagrams.
fn dtls(conversation: &Conversation) -> anyhow::Result<Target> {
    let identity = Identity::new()?;
    let offered = Offer::read(conversation.offers.first().map_or("", String::as_str))?.fingerprints;
    let is_dtls = |datagram: &&Vec<u8>| matches!(datagram.first(), Some(20..=63));
    let corpus: Vec<_> =
        conversation.datagrams.iter().map(|(_, datagram)| datagram).filter(is_dtls).cloned().collect();
    let hello = corpus.first().cloned().unwrap_or_default();
    let (mut under_way, mut turn) = (None, 0_usize);
    let reads = move |input: &[u8]| {
        turn = turn.wrapping_add(1);
        if turn.is_multiple_of(8) {
            under_way = None;
        }
        if under_way.is_none() {
            under_way = Handshake::new(&identity, &offered).ok();
            if let Some(handshake) = under_way.as_mut().filter(|_| turn.is_multiple_of(16)) {
                handshake.receive(&hello, now());
            }
        }
        let Some(handshake) = &mut under_way else { return "no handshake".to_owned() };
        let progress = match handshake.receive(input, now()) {
            Progress::Same => "same",
            Progress::Done(_) => "done",
            Progress::Over => "over",
        };
        let said = std::iter::from_fn(|| handshake.poll()).map(|datagram| datagram.first().copied());
        format!("{progress} {:?}", said.collect::<Vec<_>>())
    };
    Ok(Target { name: "dtls", corpus, is_text: false, reads: Box::new(reads) })
}

/// The port itself, with two people connected: checks, handshakes and media come from their addresses and from others.
fn media(conversation: Conversation) -> Target {
    let Conversation { mut forwarder, datagrams, .. } = conversation;
    let stranger = SocketAddr::from(([127, 0, 0, 9], 9));
    let own: Vec<SocketAddr> = datagrams.iter().map(|(from, _)| *from).collect();
    let corpus = datagrams.into_iter().map(|(_, datagram)| datagram).collect();
    let mut turn = 0_usize;
    let reads = move |input: &[u8]| {
        turn = turn.wrapping_add(1);
        let from = if turn.is_multiple_of(4) {
            stranger
        } else {
            own.get(turn % own.len().max(1)).copied().unwrap_or(stranger)
        };
        let mut room = input.to_vec();
        forwarder.receive(from, &mut room, now());
        let mut sent = vec![];
        forwarder.drain(&mut |_, all, each| {
            sent.push((all.first().copied().map(|first| first >> 4), all.len() / each.max(1)));
        });
        let mut happened = vec![];
        while let Some(happening) = forwarder.happening() {
            happened.push(format!("{happening:?}"));
        }
        format!("{:?} {sent:?} {happened:?}", input.first().map(|first| first >> 4))
    };
    Target { name: "media", corpus, is_text: false, reads: Box::new(reads) }
}
