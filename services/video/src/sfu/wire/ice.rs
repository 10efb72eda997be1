//! Whose datagram is it: an address belongs to a peer once a connectivity check from it proved the peer's password.
//!
//! We are ICE-lite (RFC 8445 §2.5): browsers check, we answer, and they say which address counts.

use crate::sfu::engine::PeerId;
use crate::sfu::figures::Figures;
use chassis::crypto;
use rtc::crypto::RTCCryptoProvider as _;
use rtc::crypto::providers::RingProvider;
use rtc::shared::error::Error;
use rtc::stun::attributes::{ATTR_USE_CANDIDATE, ATTR_USERNAME};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter};
use rtc::stun::xoraddr::XorMappedAddress;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

/// A browser checks from a handful of interfaces; a phone that changes network adds one each time. The oldest goes.
const ADDRESSES_MAX: usize = 16;

/// The ICE name and password of one peer.
#[derive(Clone)]
pub struct Credentials {
    /// 128 random bits: guessing one is hopeless, and it proves nothing anyway.
    pub ufrag: String,
    /// 128 random bits.
    pub password: String,
}

impl Credentials {
    /// Drawn at random.
    pub fn fresh() -> Self {
        let drawn = || crypto::hex(&crypto::random::<16>());
        Self { ufrag: drawn(), password: drawn() }
    }
}

/// What a datagram is, as far as its address and its first bytes say.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A check that its peer signed, and what to answer it.
    Check {
        /// Whose.
        peer: PeerId,
        /// Whether the browser has chosen this address.
        is_chosen: bool,
        /// The answer.
        answer: Vec<u8>,
    },
    /// Anything else, from an address that this peer has proven to own.
    Payload(PeerId),
    /// Nobody's; it was counted.
    Nobodys,
}

/// Which address belongs to whom.
pub struct Demux {
    crypto: RingProvider,
    figures: Arc<Figures>,
    by_ufrag: HashMap<String, (PeerId, String)>,
    by_address: HashMap<SocketAddr, PeerId>,
    addresses: HashMap<PeerId, VecDeque<SocketAddr>>,
}

impl Demux {
    /// Knows nobody.
    pub fn new(figures: Arc<Figures>) -> Self {
        Self {
            crypto: RingProvider::new(),
            figures,
            by_ufrag: HashMap::new(),
            by_address: HashMap::new(),
            addresses: HashMap::new(),
        }
    }

    /// A peer that will prove itself with these.
    pub fn expect(&mut self, peer: PeerId, credentials: &Credentials) {
        self.by_ufrag.insert(credentials.ufrag.clone(), (peer, credentials.password.clone()));
    }

    /// A peer that is gone: its name and its addresses mean nothing any more.
    pub fn forget(&mut self, peer: PeerId) {
        self.by_ufrag.retain(|_, (held, _)| *held != peer);
        self.by_address.retain(|_, held| *held != peer);
        self.addresses.remove(&peer);
    }

    /// What a datagram is, and whose.
    pub fn arrival(&mut self, from: SocketAddr, datagram: &[u8]) -> Arrival {
        let Some(mut check) = binding_request(datagram) else {
            return self.by_address.get(&from).map_or_else(|| self.nobodys(), |peer| Arrival::Payload(*peer));
        };
        let Some((peer, password)) = local_name(&check).and_then(|name| self.by_ufrag.get(&name)) else {
            return self.nobodys();
        };
        let (peer, password) = (*peer, password.clone());
        if MessageIntegrity::check(&mut check, password.as_bytes(), self.crypto.crypto()).is_err() {
            self.figures.forged.add();
            return Arrival::Nobodys;
        }
        let Ok(answer) = self.answer(&check, password, from) else { return Arrival::Nobodys };
        if self.by_address.get(&from) != Some(&peer) {
            self.bind(from, peer);
        }
        Arrival::Check { peer, is_chosen: check.contains(ATTR_USE_CANDIDATE), answer }
    }

    fn nobodys(&self) -> Arrival {
        self.figures.unknown.add();
        Arrival::Nobodys
    }

    /// "I see you at this address", signed.
    fn answer(&self, check: &Message, password: String, from: SocketAddr) -> Result<Vec<u8>, Error> {
        let mut answer = Message::new();
        answer.set_type(BINDING_SUCCESS);
        answer.transaction_id = check.transaction_id;
        answer.write_header();
        let seen = XorMappedAddress { ip: from.ip(), port: from.port() };
        let integrity =
            MessageIntegrity::new_short_term_integrity_with_provider(password, self.crypto.crypto());
        let setters: [&dyn Setter; 3] = [&seen, &integrity, &FINGERPRINT];
        for setter in setters {
            setter.add_to(&mut answer)?;
        }
        Ok(answer.raw)
    }

    fn bind(&mut self, from: SocketAddr, peer: PeerId) {
        if let Some(before) = self.by_address.insert(from, peer)
            && let Some(addresses) = self.addresses.get_mut(&before)
        {
            addresses.retain(|address| *address != from);
        }
        let addresses = self.addresses.entry(peer).or_default();
        addresses.push_back(from);
        if addresses.len() > ADDRESSES_MAX
            && let Some(oldest) = addresses.pop_front()
        {
            self.by_address.remove(&oldest);
        }
    }
}

/// The datagram as a STUN binding request, if it is one.
fn binding_request(datagram: &[u8]) -> Option<Message> {
    // The first two bits of STUN are zero, and its magic cookie is fixed (RFC 8489 §5): most packets end here.
    if *datagram.first()? > 3 || datagram.get(4..8)? != [0x21, 0x12, 0xA4, 0x42] {
        return None;
    }
    let mut message = Message::new();
    message.unmarshal_binary(datagram).ok()?;
    (message.typ == BINDING_REQUEST).then_some(message)
}

/// Our half of `USERNAME = ours:theirs`.
fn local_name(check: &Message) -> Option<String> {
    let username = String::from_utf8(check.get(ATTR_USERNAME).ok()?).ok()?;
    username.split_once(':').map(|(ours, _theirs)| ours.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::stun::textattrs::TextAttribute;

    const HOME: &str = "192.0.2.1:5000";
    const ELSEWHERE: &str = "198.51.100.9:6000";

    fn check(name: &str, password: &str) -> Vec<u8> {
        let crypto = RingProvider::new();
        let mut message = Message::new();
        message.set_type(BINDING_REQUEST);
        message.new_transaction_id().unwrap();
        let username = TextAttribute::new(ATTR_USERNAME, format!("{name}:theirs"));
        let integrity =
            MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), crypto.crypto());
        let setters: [&dyn Setter; 2] = [&username, &integrity];
        message.write_header();
        for setter in setters {
            setter.add_to(&mut message).unwrap();
        }
        message.raw
    }

    fn demux() -> (Demux, Arc<Figures>) {
        let figures = Arc::<Figures>::default();
        let mut demux = Demux::new(Arc::clone(&figures));
        let credentials = Credentials { ufrag: "ours".to_owned(), password: "secret".to_owned() };
        demux.expect(PeerId(1), &credentials);
        (demux, figures)
    }

    fn owner(demux: &mut Demux, from: SocketAddr, datagram: &[u8]) -> Option<PeerId> {
        match demux.arrival(from, datagram) {
            Arrival::Check { peer, .. } | Arrival::Payload(peer) => Some(peer),
            Arrival::Nobodys => None,
        }
    }

    fn at(address: &str) -> SocketAddr {
        address.parse().unwrap()
    }

    #[test]
    fn an_address_belongs_to_whoever_signed_from_it() {
        let (mut demux, figures) = demux();
        assert_eq!(owner(&mut demux, at(HOME), b"\x80media"), None);
        assert_eq!(figures.unknown.get(), 1);
        assert_eq!(owner(&mut demux, at(HOME), &check("ours", "secret")), Some(PeerId(1)));
        assert_eq!(owner(&mut demux, at(HOME), b"\x80media"), Some(PeerId(1)));
    }

    #[test]
    fn knowing_the_name_without_the_password_binds_nothing() {
        let (mut demux, figures) = demux();
        assert_eq!(owner(&mut demux, at(ELSEWHERE), &check("ours", "guess")), None);
        assert_eq!(owner(&mut demux, at(ELSEWHERE), b"\x80media"), None);
        assert_eq!((figures.forged.get(), figures.unknown.get()), (1, 1));
    }

    #[test]
    fn a_forged_check_does_not_take_a_bound_address_away() {
        let (mut demux, figures) = demux();
        let other = Credentials { ufrag: "other".to_owned(), password: "hidden".to_owned() };
        demux.expect(PeerId(2), &other);
        owner(&mut demux, at(HOME), &check("ours", "secret"));
        assert_eq!(owner(&mut demux, at(HOME), &check("other", "guess")), None);
        assert_eq!(owner(&mut demux, at(HOME), b"\x80media"), Some(PeerId(1)));
        assert_eq!(figures.forged.get(), 1);
    }

    #[test]
    fn a_forgotten_peer_has_no_name_and_no_address() {
        let (mut demux, _figures) = demux();
        owner(&mut demux, at(HOME), &check("ours", "secret"));
        demux.forget(PeerId(1));
        assert_eq!(owner(&mut demux, at(HOME), b"\x80media"), None);
        assert_eq!(owner(&mut demux, at(HOME), &check("ours", "secret")), None);
    }

    #[test]
    fn the_oldest_of_too_many_addresses_goes() {
        let (mut demux, _figures) = demux();
        for port in 0..=16 {
            owner(&mut demux, SocketAddr::new(at(HOME).ip(), 7000 + port), &check("ours", "secret"));
        }
        assert_eq!(owner(&mut demux, SocketAddr::new(at(HOME).ip(), 7000), b"\x80media"), None);
        assert_eq!(owner(&mut demux, SocketAddr::new(at(HOME).ip(), 7016), b"\x80media"), Some(PeerId(1)));
    }
}
