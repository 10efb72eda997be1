//! What browsers ask of a relay, and what it answers: STUN messages with the attributes of TURN (RFC 8656).

use rtc::crypto::RTCCrypto;
use rtc::shared::error::Error;
use rtc::stun::attributes::{
    ATTR_CHANNEL_NUMBER, ATTR_DATA, ATTR_FINGERPRINT, ATTR_LIFETIME, ATTR_MESSAGE_INTEGRITY, ATTR_NONCE,
    ATTR_REALM, ATTR_REQUESTED_ADDRESS_FAMILY, ATTR_REQUESTED_TRANSPORT, ATTR_UNKNOWN_ATTRIBUTES,
    ATTR_USERNAME, ATTR_XOR_PEER_ADDRESS, ATTR_XOR_RELAYED_ADDRESS, ATTR_XORMAPPED_ADDRESS, AttrType,
};
use rtc::stun::error_code::ErrorCode;
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{
    CLASS_ERROR_RESPONSE, CLASS_INDICATION, CLASS_SUCCESS_RESPONSE, METHOD_DATA, Message, MessageType,
    Method, Setter, TransactionId,
};
use rtc::stun::textattrs::TextAttribute;
use rtc::stun::xoraddr::XorMappedAddress;
use std::net::SocketAddr;

/// What must be understood and is (RFC 8489 §14, RFC 8656 §18). Even ports and reservations serve RTP without `rtcp-mux`.
const UNDERSTOOD: [AttrType; 12] = [
    ATTR_USERNAME,
    ATTR_REALM,
    ATTR_NONCE,
    ATTR_MESSAGE_INTEGRITY,
    ATTR_FINGERPRINT,
    ATTR_LIFETIME,
    ATTR_REQUESTED_TRANSPORT,
    ATTR_REQUESTED_ADDRESS_FAMILY,
    ATTR_CHANNEL_NUMBER,
    ATTR_XOR_PEER_ADDRESS,
    ATTR_XORMAPPED_ADDRESS,
    ATTR_DATA,
];

/// One message from a browser.
pub struct Request(Message);

impl Request {
    /// The datagram as a STUN message, if it is one.
    pub fn read(datagram: &[u8]) -> Option<Self> {
        if datagram.get(4..8)? != [0x21, 0x12, 0xA4, 0x42] {
            return None;
        }
        let mut message = Message::new();
        message.unmarshal_binary(datagram).ok()?;
        Some(Self(message))
    }

    /// What it is.
    pub const fn kind(&self) -> MessageType {
        self.0.typ
    }

    /// What its answer will carry.
    pub const fn transaction(&self) -> TransactionId {
        self.0.transaction_id
    }

    /// A text in it.
    pub fn text(&self, attribute: AttrType) -> Option<String> {
        String::from_utf8(self.0.get(attribute).ok()?).ok()
    }

    /// Bytes in it.
    pub fn bytes(&self, attribute: AttrType) -> Option<Vec<u8>> {
        self.0.get(attribute).ok()
    }

    /// A number in it; what follows the first two bytes of a channel is reserved.
    pub fn channel(&self) -> Option<u16> {
        let value = self.0.get(ATTR_CHANNEL_NUMBER).ok()?;
        Some(u16::from_be_bytes(value.first_chunk::<2>().copied()?))
    }

    /// For how many seconds.
    pub fn lifetime(&self) -> Option<u32> {
        let value = self.0.get(ATTR_LIFETIME).ok()?;
        Some(u32::from_be_bytes(value.first_chunk::<4>().copied()?))
    }

    /// Whether it carries this.
    pub fn has(&self, attribute: AttrType) -> bool {
        self.0.contains(attribute)
    }

    /// Whom it wants to reach: all of them, or none if one cannot be read.
    pub fn peers(&self) -> Option<Vec<SocketAddr>> {
        let mut peers = vec![];
        for attribute in self.0.attributes.0.iter().filter(|one| one.typ == ATTR_XOR_PEER_ADDRESS) {
            // The library reads the first of a kind, so each is read from a message that has just this one.
            let mut alone = Message::new();
            alone.transaction_id = self.0.transaction_id;
            alone.write_header();
            alone.add(ATTR_XOR_PEER_ADDRESS, &attribute.value);
            let mut address = XorMappedAddress::default();
            address.get_from_as(&alone, ATTR_XOR_PEER_ADDRESS).ok()?;
            peers.push(SocketAddr::new(address.ip, address.port));
        }
        Some(peers)
    }

    /// What in it must be understood and is not.
    pub fn not_understood(&self) -> Vec<u16> {
        let required = |kind: &AttrType| kind.0 < 0x8000;
        let kinds = self.0.attributes.0.iter().map(|one| one.typ);
        kinds.filter(|kind| required(kind) && !UNDERSTOOD.contains(kind)).map(|kind| kind.0).collect()
    }

    /// Whether who sent it knows the key.
    pub fn is_signed(&mut self, key: &[u8], crypto: &dyn RTCCrypto) -> bool {
        MessageIntegrity::check(&mut self.0, key, crypto).is_ok()
    }
}

/// One answer under way.
pub struct Answer(Message);

impl Answer {
    /// "Yes" to a request of this kind.
    pub fn success(method: Method, transaction: TransactionId) -> Self {
        Self::new(MessageType::new(method, CLASS_SUCCESS_RESPONSE), transaction)
    }

    /// "No", and why.
    ///
    /// # Errors
    /// When the library has no words for the code.
    pub fn error(method: Method, transaction: TransactionId, code: ErrorCode) -> Result<Self, Error> {
        Self::new(MessageType::new(method, CLASS_ERROR_RESPONSE), transaction).with(&code)
    }

    /// Something a peer sent, outside of a channel.
    ///
    /// # Errors
    /// When it does not fit into a message.
    pub fn data(peer: SocketAddr, payload: &[u8]) -> Result<Vec<u8>, Error> {
        let kind = MessageType::new(METHOD_DATA, CLASS_INDICATION);
        let mut answer = Self::new(kind, TransactionId::new()).with_address(ATTR_XOR_PEER_ADDRESS, peer)?;
        answer.0.add(ATTR_DATA, payload);
        Ok(answer.0.raw)
    }

    fn new(kind: MessageType, transaction: TransactionId) -> Self {
        let mut message = Message::new();
        message.set_type(kind);
        message.transaction_id = transaction;
        message.write_header();
        Self(message)
    }

    fn with(mut self, setter: &dyn Setter) -> Result<Self, Error> {
        setter.add_to(&mut self.0)?;
        Ok(self)
    }

    /// With an address.
    ///
    /// # Errors
    /// When the library cannot write it.
    pub fn with_address(mut self, kind: AttrType, address: SocketAddr) -> Result<Self, Error> {
        XorMappedAddress { ip: address.ip(), port: address.port() }.add_to_as(&mut self.0, kind)?;
        Ok(self)
    }

    /// With where others reach the browser from now on.
    ///
    /// # Errors
    /// As above.
    pub fn with_relayed(self, address: SocketAddr) -> Result<Self, Error> {
        self.with_address(ATTR_XOR_RELAYED_ADDRESS, address)
    }

    /// With a text.
    ///
    /// # Errors
    /// When it is too long.
    pub fn with_text(self, kind: AttrType, text: &str) -> Result<Self, Error> {
        self.with(&TextAttribute::new(kind, text.to_owned()))
    }

    /// With for how many seconds.
    pub fn with_lifetime(mut self, seconds: u32) -> Self {
        self.0.add(ATTR_LIFETIME, &seconds.to_be_bytes());
        self
    }

    /// With what was not understood.
    pub fn with_unknown(mut self, kinds: &[u16]) -> Self {
        let bytes: Vec<u8> = kinds.iter().flat_map(|kind| kind.to_be_bytes()).collect();
        self.0.add(ATTR_UNKNOWN_ATTRIBUTES, &bytes);
        self
    }

    /// Signed.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn signed(self, key: &[u8], crypto: &dyn RTCCrypto) -> Result<Vec<u8>, Error> {
        let integrity = MessageIntegrity::new_raw_integrity_with_provider(key, crypto);
        self.with(&integrity)?.unsigned()
    }

    /// As it is: there is no key yet.
    ///
    /// # Errors
    /// When the library cannot close the message.
    pub fn unsigned(self) -> Result<Vec<u8>, Error> {
        Ok(self.with(&FINGERPRINT)?.0.raw)
    }
}
