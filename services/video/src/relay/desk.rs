//! The rules of the relay (RFC 8656): who may have an allocation, and whom it reaches. Nobody but our own media ports.

use crate::relay::allocation::Allocation;
use crate::relay::credentials::password_of;
use crate::relay::framing;
use crate::relay::message::{Answer, Request};
use crate::relay::nonce::Nonces;
use crate::relay::step::{Client, Port, Step, Wish};
use kernel::time::{Span, Timestamp};
use rtc::crypto::providers::RingProvider;
use rtc::crypto::{RTCCrypto, RTCCryptoProvider as _};
use rtc::shared::error::Error;
use rtc::stun::attributes::{
    ATTR_DATA, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_TRANSPORT, ATTR_USERNAME, ATTR_XORMAPPED_ADDRESS,
};
use rtc::stun::error_code::{
    CODE_ALLOC_MISMATCH, CODE_ALLOC_QUOTA_REACHED, CODE_BAD_REQUEST, CODE_FORBIDDEN,
    CODE_INSUFFICIENT_CAPACITY, CODE_STALE_NONCE, CODE_UNAUTHORIZED, CODE_UNKNOWN_ATTRIBUTE,
    CODE_UNSUPPORTED_TRANS_PROTO, CODE_WRONG_CREDENTIALS, ErrorCode,
};
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{
    CLASS_INDICATION, CLASS_REQUEST, METHOD_ALLOCATE, METHOD_BINDING, METHOD_CHANNEL_BIND,
    METHOD_CREATE_PERMISSION, METHOD_REFRESH, METHOD_SEND, Method, TransactionId,
};
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;

/// Named in every challenge; browsers mix it into the key.
const REALM: &str = "holdspace";
/// What a browser gets that asks for nothing, and the most that one gets (RFC 8656 §7.2).
const LIFETIME_SECONDS: u32 = 600;
const LIFETIME_SECONDS_MAX: u32 = 3_600;
/// A browser takes one for each way to the relay, and a page that comes again leaves the old ones to run out.
const ALLOCATIONS_OF_ONE: usize = 24;
/// Each has a socket; beyond this a clinic runs coturn.
const ALLOCATIONS_MAX: usize = 2_000;
/// UDP in REQUESTED-TRANSPORT.
const UDP: u8 = 17;

/// Who a request is from, proven.
struct Signer {
    username: String,
    key: Vec<u8>,
}

/// A refusal on its way to becoming an answer.
enum Refusal {
    Code(ErrorCode),
    NotUnderstood(Vec<u16>),
    Library,
}

impl From<Error> for Refusal {
    fn from(_unwritable: Error) -> Self {
        Self::Library
    }
}

type Ruled<T> = Result<T, Refusal>;

/// Everything the relay knows.
pub struct Desk {
    secret: String,
    nonces: Nonces,
    ports: Vec<Port>,
    allocations: HashMap<Client, Allocation>,
    provider: RingProvider,
}

impl Desk {
    /// One that believes this secret and reaches these ports.
    pub fn new(secret: String, ports: Vec<Port>) -> Self {
        let nonces = Nonces::default();
        Self { secret, nonces, ports, allocations: HashMap::new(), provider: RingProvider::default() }
    }

    /// Takes one message.
    pub fn hear<'a>(&mut self, client: Client, message: &'a [u8], now: Timestamp) -> Step<'a> {
        match message.first() {
            Some(64..=79) => self.in_channel(client, message, now).unwrap_or(Step::Nothing),
            Some(0..=3) => {
                Request::read(message).map_or(Step::Nothing, |request| self.request(client, request, now))
            }
            _ => Step::Nothing,
        }
    }

    /// The socket is there: browsers reach us through it from now on.
    pub fn grant(&mut self, wish: Wish, relayed: SocketAddr, now: Timestamp) -> Option<Vec<u8>> {
        let Wish { client, transaction, username, key, seconds } = wish;
        let until = now.plus(Span::seconds(seconds.into()));
        let allocation = Allocation::new(username, until);
        self.allocations.insert(client, allocation);
        // Bound on every address is no address; a browser names it to nobody but us.
        let told = self
            .ports
            .first()
            .filter(|_| relayed.ip().is_unspecified())
            .map_or(relayed.ip(), |port| port.told.ip());
        let relayed = SocketAddr::new(told, relayed.port());
        let answer = Answer::success(METHOD_ALLOCATE, transaction).with_lifetime(seconds);
        let answer =
            answer.with_relayed(relayed).ok()?.with_address(ATTR_XORMAPPED_ADDRESS, client.address).ok()?;
        answer.signed(&key, self.crypto()).ok()
    }

    /// There is no socket to be had.
    pub fn refuse(&self, wish: &Wish) -> Option<Vec<u8>> {
        let answer = Answer::error(METHOD_ALLOCATE, wish.transaction, CODE_INSUFFICIENT_CAPACITY).ok()?;
        answer.signed(&wish.key, self.crypto()).ok()
    }

    /// What a client is to hear of a datagram that came to its socket. From anybody but our ports: nothing.
    pub fn from_port(
        &self,
        client: Client,
        from: SocketAddr,
        payload: &[u8],
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        let told = self.ports.iter().find(|port| port.here == from)?.told;
        let allocation = self.allocations.get(&client).filter(|one| one.until > now)?;
        if let Some(number) = allocation.channel_of(told, now) {
            return framing::in_channel(number, payload, client.is_stream);
        }
        allocation.permits(told.ip(), now).then(|| Answer::data(told, payload).ok()).flatten()
    }

    /// Forgets a client, as its stream has ended.
    pub fn forget(&mut self, client: Client) {
        self.allocations.remove(&client);
    }

    /// Forgets what has run out, and says whose it was.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Client> {
        let out: Vec<_> =
            self.allocations.iter().filter(|(_, one)| one.until <= now).map(|(at, _)| *at).collect();
        for client in &out {
            self.allocations.remove(client);
        }
        out
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self.provider.crypto()
    }

    /// Where this address is from here, if it is one of our ports.
    fn here(&self, told: SocketAddr) -> Option<SocketAddr> {
        self.ports.iter().find(|port| port.told == told).map(|port| port.here)
    }

    fn in_channel<'a>(&self, client: Client, message: &'a [u8], now: Timestamp) -> Option<Step<'a>> {
        let (number, payload) = framing::of_channel(message)?;
        let allocation = self.allocations.get(&client).filter(|one| one.until > now)?;
        let told = allocation.peer_of(number, now)?;
        Some(Step::Pass { to: self.here(told)?, payload: Cow::Borrowed(payload) })
    }

    fn request(&mut self, client: Client, mut request: Request, now: Timestamp) -> Step<'static> {
        let kind = request.kind();
        if kind.class == CLASS_INDICATION {
            let passed = if kind.method == METHOD_SEND { self.send(client, &request, now) } else { None };
            return passed.unwrap_or(Step::Nothing);
        }
        if kind.class != CLASS_REQUEST {
            return Step::Nothing;
        }
        let transaction = request.transaction();
        if kind.method == METHOD_BINDING {
            let seen = Answer::success(kind.method, transaction)
                .with_address(ATTR_XORMAPPED_ADDRESS, client.address);
            return seen.and_then(Answer::unsigned).map_or(Step::Nothing, Step::Answer);
        }
        let signer = match self.signer(client, &mut request, now) {
            Ok(signer) => signer,
            Err(code) => {
                return self
                    .challenge(client, kind.method, transaction, code, now)
                    .map_or(Step::Nothing, Step::Answer);
            }
        };
        let key = signer.key.clone();
        let ruled = match kind.method {
            METHOD_ALLOCATE => self.allocate(client, &request, signer),
            METHOD_REFRESH => self.refresh(client, &request, &signer, now),
            METHOD_CREATE_PERMISSION => self.permit(client, &request, &signer, now),
            METHOD_CHANNEL_BIND => self.bind(client, &request, &signer, now),
            _ => Err(Refusal::Code(CODE_BAD_REQUEST)),
        };
        ruled.unwrap_or_else(|refusal| {
            self.refused(kind.method, transaction, &key, refusal).map_or(Step::Nothing, Step::Answer)
        })
    }

    /// A datagram for a port, outside of a channel. Indications carry no signature: the permission is what counts.
    fn send(&self, client: Client, request: &Request, now: Timestamp) -> Option<Step<'static>> {
        let peers = request.peers()?;
        let [told] = peers.as_slice() else { return None };
        let allocation = self.allocations.get(&client).filter(|one| one.until > now)?;
        if !allocation.permits(told.ip(), now) {
            return None;
        }
        Some(Step::Pass { to: self.here(*told)?, payload: Cow::Owned(request.bytes(ATTR_DATA)?) })
    }

    /// Who it is from (RFC 8489 §9.2.4).
    fn signer(&self, client: Client, request: &mut Request, now: Timestamp) -> Result<Signer, ErrorCode> {
        if !request.has(rtc::stun::attributes::ATTR_MESSAGE_INTEGRITY) {
            return Err(CODE_UNAUTHORIZED);
        }
        let said = (request.text(ATTR_USERNAME), request.text(ATTR_REALM), request.text(ATTR_NONCE));
        let (Some(username), Some(_realm), Some(nonce)) = said else { return Err(CODE_BAD_REQUEST) };
        if !self.nonces.is_ours(client, &nonce, now) {
            return Err(CODE_STALE_NONCE);
        }
        let password = password_of(&self.secret, &username, now).ok_or(CODE_UNAUTHORIZED)?;
        let key = MessageIntegrity::long_term_integrity_key(
            username.clone(),
            REALM.into(),
            password,
            self.crypto(),
        );
        let key = key.map_err(|_unhashable| CODE_UNAUTHORIZED)?;
        if request.is_signed(&key, self.crypto()) {
            Ok(Signer { username, key })
        } else {
            Err(CODE_UNAUTHORIZED)
        }
    }

    fn allocate(&self, client: Client, request: &Request, signer: Signer) -> Ruled<Step<'static>> {
        understood(request)?;
        let refused = |code| Err(Refusal::Code(code));
        if self.allocations.contains_key(&client) {
            return refused(CODE_ALLOC_MISMATCH);
        }
        match request.bytes(ATTR_REQUESTED_TRANSPORT).as_deref() {
            Some([UDP, ..]) => {}
            Some(_) => return refused(CODE_UNSUPPORTED_TRANS_PROTO),
            None => return refused(CODE_BAD_REQUEST),
        }
        let of_one = self.allocations.values().filter(|one| one.username == signer.username).count();
        if of_one >= ALLOCATIONS_OF_ONE {
            return refused(CODE_ALLOC_QUOTA_REACHED);
        }
        if self.allocations.len() >= ALLOCATIONS_MAX {
            return refused(CODE_INSUFFICIENT_CAPACITY);
        }
        let (transaction, seconds) = (request.transaction(), lifetime(request));
        Ok(Step::Open(Wish { client, transaction, username: signer.username, key: signer.key, seconds }))
    }

    fn refresh(
        &mut self,
        client: Client,
        request: &Request,
        signer: &Signer,
        now: Timestamp,
    ) -> Ruled<Step<'static>> {
        understood(request)?;
        let allocation = self.own(client, signer, now)?;
        let is_over = request.lifetime() == Some(0);
        let seconds = if is_over { 0 } else { lifetime(request) };
        allocation.until = now.plus(Span::seconds(seconds.into()));
        let answer = Answer::success(METHOD_REFRESH, request.transaction()).with_lifetime(seconds);
        let answer = answer.signed(&signer.key, self.crypto())?;
        if is_over {
            self.forget(client);
            return Ok(Step::Close(answer));
        }
        Ok(Step::Answer(answer))
    }

    fn permit(
        &mut self,
        client: Client,
        request: &Request,
        signer: &Signer,
        now: Timestamp,
    ) -> Ruled<Step<'static>> {
        understood(request)?;
        self.own(client, signer, now)?;
        let peers =
            request.peers().filter(|peers| !peers.is_empty()).ok_or(Refusal::Code(CODE_BAD_REQUEST))?;
        let is_ours = |peer: &SocketAddr| self.ports.iter().any(|port| port.told.ip() == peer.ip());
        if !peers.iter().all(is_ours) {
            return Err(Refusal::Code(CODE_FORBIDDEN));
        }
        let allocation = self.own(client, signer, now)?;
        for peer in &peers {
            allocation.permit(peer.ip(), now);
        }
        let answer = Answer::success(METHOD_CREATE_PERMISSION, request.transaction());
        Ok(Step::Answer(answer.signed(&signer.key, self.crypto())?))
    }

    fn bind(
        &mut self,
        client: Client,
        request: &Request,
        signer: &Signer,
        now: Timestamp,
    ) -> Ruled<Step<'static>> {
        understood(request)?;
        let refused = |code| Err(Refusal::Code(code));
        let number = request.channel().filter(|number| (0x4000..=0x4FFF).contains(number));
        let peers = request.peers().unwrap_or_default();
        let (Some(number), [peer]) = (number, peers.as_slice()) else { return refused(CODE_BAD_REQUEST) };
        self.own(client, signer, now)?;
        if self.here(*peer).is_none() {
            return refused(CODE_FORBIDDEN);
        }
        if !self.own(client, signer, now)?.bind(number, *peer, now) {
            return refused(CODE_BAD_REQUEST);
        }
        let answer = Answer::success(METHOD_CHANNEL_BIND, request.transaction());
        Ok(Step::Answer(answer.signed(&signer.key, self.crypto())?))
    }

    /// The client's allocation, if it is the signer's.
    fn own(&mut self, client: Client, signer: &Signer, now: Timestamp) -> Ruled<&mut Allocation> {
        let allocation = self.allocations.get_mut(&client).filter(|one| one.until > now);
        let allocation = allocation.ok_or(Refusal::Code(CODE_ALLOC_MISMATCH))?;
        let is_theirs = allocation.username == signer.username;
        is_theirs.then_some(allocation).ok_or(Refusal::Code(CODE_WRONG_CREDENTIALS))
    }

    fn refused(
        &self,
        method: Method,
        transaction: TransactionId,
        key: &[u8],
        refusal: Refusal,
    ) -> Option<Vec<u8>> {
        let answer = match refusal {
            Refusal::Code(code) => Answer::error(method, transaction, code).ok()?,
            Refusal::NotUnderstood(kinds) => {
                Answer::error(method, transaction, CODE_UNKNOWN_ATTRIBUTE).ok()?.with_unknown(&kinds)
            }
            Refusal::Library => return None,
        };
        answer.signed(key, self.crypto()).ok()
    }

    /// "Say it again, with this": nothing is kept for somebody who has proven nothing.
    fn challenge(
        &self,
        client: Client,
        method: Method,
        transaction: TransactionId,
        code: ErrorCode,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        let answer = Answer::error(method, transaction, code).ok()?;
        let answer = answer.with_text(ATTR_REALM, REALM).ok()?;
        answer.with_text(ATTR_NONCE, &self.nonces.fresh(client, now)).ok()?.unsigned().ok()
    }
}

fn understood(request: &Request) -> Ruled<()> {
    let kinds = request.not_understood();
    if kinds.is_empty() { Ok(()) } else { Err(Refusal::NotUnderstood(kinds)) }
}

fn lifetime(request: &Request) -> u32 {
    request.lifetime().unwrap_or(LIFETIME_SECONDS).clamp(LIFETIME_SECONDS, LIFETIME_SECONDS_MAX)
}
