//! A TURN client for drills: it says what no browser says.

use anyhow::Context as _;
use rtc::crypto::RTCCryptoProvider as _;
use rtc::crypto::providers::RingProvider;
use rtc::stun::attributes::{
    ATTR_CHANNEL_NUMBER, ATTR_DATA, ATTR_ERROR_CODE, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_TRANSPORT,
    ATTR_USERNAME, ATTR_XOR_PEER_ADDRESS,
};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{
    CLASS_INDICATION, CLASS_REQUEST, CLASS_SUCCESS_RESPONSE, METHOD_ALLOCATE, METHOD_CHANNEL_BIND,
    METHOD_CREATE_PERMISSION, METHOD_SEND, Message, MessageType, Method, Setter, TransactionId,
};
use rtc::stun::textattrs::TextAttribute;
use rtc::stun::xoraddr::XorMappedAddress;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;
use video::relay::credentials::Credentials;

const PATIENCE: Duration = Duration::from_secs(5);
/// The channel that is tried with whom nobody may reach.
const CHANNEL: u16 = 0x4009;

/// How to get to a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
}

/// What a relay says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It does it.
    Yes,
    /// It does not, and why in a number.
    No(u16),
}

enum Line {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

/// One conversation with a relay.
pub struct Client {
    line: Line,
    credentials: Credentials,
    realm: String,
    nonce: String,
    provider: RingProvider,
}

impl Client {
    /// Goes there; says nothing yet.
    ///
    /// # Errors
    /// When there is nobody.
    pub fn connect(relay: SocketAddr, way: Way, credentials: &Credentials) -> anyhow::Result<Self> {
        let line = match way {
            Way::Udp => {
                let socket = UdpSocket::bind("127.0.0.1:0")?;
                socket.connect(relay)?;
                socket.set_read_timeout(Some(PATIENCE))?;
                Line::Udp(socket)
            }
            Way::Tcp => {
                let stream = TcpStream::connect(relay)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                Line::Tcp(stream)
            }
        };
        let (realm, nonce) = (String::new(), String::new());
        Ok(Self { line, credentials: credentials.clone(), realm, nonce, provider: RingProvider::default() })
    }

    /// Asks for an allocation: once as a stranger, and then with what the challenge says.
    ///
    /// # Errors
    /// When nobody answers, or without a challenge.
    pub fn allocate(&mut self) -> anyhow::Result<Said> {
        let challenge = self.ask(METHOD_ALLOCATE, false, &|_| Ok(()))?;
        let text = |kind| anyhow::Ok(String::from_utf8(challenge.get(kind)?)?);
        (self.realm, self.nonce) = (text(ATTR_REALM)?, text(ATTR_NONCE)?);
        self.order(METHOD_ALLOCATE, &|message| {
            message.add(ATTR_REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
            Ok(())
        })
    }

    /// Asks for permission.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn permit(&mut self, peer: SocketAddr) -> anyhow::Result<Said> {
        self.order(METHOD_CREATE_PERMISSION, &|message| name(message, peer))
    }

    /// Asks for a channel.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn bind(&mut self, number: u16, peer: SocketAddr) -> anyhow::Result<Said> {
        self.order(METHOD_CHANNEL_BIND, &|message| {
            let [high, low] = number.to_be_bytes();
            message.add(ATTR_CHANNEL_NUMBER, &[high, low, 0, 0]);
            name(message, peer)
        })
    }

    /// Sends to a peer, in a channel or beside one.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn send(&mut self, channel: Option<u16>, peer: SocketAddr, payload: &[u8]) -> anyhow::Result<()> {
        let message = if let Some(number) = channel {
            let mut message = number.to_be_bytes().to_vec();
            message.extend_from_slice(&u16::try_from(payload.len())?.to_be_bytes());
            message.extend_from_slice(payload);
            message.resize(message.len().next_multiple_of(4), 0);
            message
        } else {
            let mut message = begun(METHOD_SEND, true);
            name(&mut message, peer)?;
            message.add(ATTR_DATA, payload);
            message.raw
        };
        self.say(&message)
    }

    /// Tries everything that may reach a peer, and sends whatever the answers are. Permissions are for addresses
    /// without ports, so that one is only asked for where the whole address is forbidden.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn tries(&mut self, peer: SocketAddr, asks_permission: bool) -> anyhow::Result<Vec<Said>> {
        let mut said = vec![];
        if asks_permission {
            said.push(self.permit(peer)?);
        }
        said.push(self.bind(CHANNEL, peer)?);
        self.send(None, peer, b"anybody there?")?;
        self.send(Some(CHANNEL), peer, b"anybody there?")?;
        Ok(said)
    }

    /// The next message.
    ///
    /// # Errors
    /// When none comes.
    pub fn hear(&mut self) -> anyhow::Result<Vec<u8>> {
        match &mut self.line {
            Line::Udp(socket) => {
                let mut buffer = vec![0; 2_048];
                let length = socket.recv(&mut buffer).context("the relay says nothing")?;
                buffer.truncate(length);
                Ok(buffer)
            }
            Line::Tcp(stream) => {
                let mut head = [0; 4];
                stream.read_exact(&mut head).context("the relay says nothing")?;
                let said = usize::from(u16::from_be_bytes([head[2], head[3]]));
                let rest = if head[0] < 64 { said + 16 } else { said.next_multiple_of(4) };
                let mut message = head.to_vec();
                message.resize(rest + 4, 0);
                stream.read_exact(message.get_mut(4..).unwrap_or_default())?;
                Ok(message)
            }
        }
    }

    fn order(
        &mut self,
        method: Method,
        fill: &dyn Fn(&mut Message) -> anyhow::Result<()>,
    ) -> anyhow::Result<Said> {
        let answer = self.ask(method, true, fill)?;
        if answer.typ.class == CLASS_SUCCESS_RESPONSE {
            return Ok(Said::Yes);
        }
        let code = answer.get(ATTR_ERROR_CODE)?;
        let (hundreds, rest) = (code.get(2).context("a code")?, code.get(3).context("a code")?);
        Ok(Said::No(u16::from(*hundreds) * 100 + u16::from(*rest)))
    }

    fn ask(
        &mut self,
        method: Method,
        is_signed: bool,
        fill: &dyn Fn(&mut Message) -> anyhow::Result<()>,
    ) -> anyhow::Result<Message> {
        let mut message = begun(method, false);
        fill(&mut message)?;
        if is_signed {
            let Credentials { username, password } = self.credentials.clone();
            let texts = [
                (ATTR_USERNAME, username.clone()),
                (ATTR_REALM, self.realm.clone()),
                (ATTR_NONCE, self.nonce.clone()),
            ];
            for (kind, text) in texts {
                TextAttribute::new(kind, text).add_to(&mut message)?;
            }
            let crypto = self.provider.crypto();
            let integrity = MessageIntegrity::new_long_term_integrity_with_provider(
                username,
                self.realm.clone(),
                password,
                crypto,
            )?;
            integrity.add_to(&mut message)?;
        }
        FINGERPRINT.add_to(&mut message)?;
        self.say(&message.raw)?;
        let mut answer = Message::new();
        answer.unmarshal_binary(&self.hear()?)?;
        anyhow::ensure!(answer.transaction_id == message.transaction_id, "an answer to something else");
        Ok(answer)
    }

    fn say(&mut self, message: &[u8]) -> anyhow::Result<()> {
        match &mut self.line {
            Line::Udp(socket) => socket.send(message).map(drop)?,
            Line::Tcp(stream) => stream.write_all(message)?,
        }
        Ok(())
    }
}

fn begun(method: Method, is_indication: bool) -> Message {
    let mut message = Message::new();
    message.set_type(MessageType::new(method, if is_indication { CLASS_INDICATION } else { CLASS_REQUEST }));
    message.transaction_id = TransactionId::new();
    message.write_header();
    message
}

fn name(message: &mut Message, peer: SocketAddr) -> anyhow::Result<()> {
    Ok(XorMappedAddress { ip: peer.ip(), port: peer.port() }.add_to_as(message, ATTR_XOR_PEER_ADDRESS)?)
}
