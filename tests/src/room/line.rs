//! A browser's end of the signalling socket (`proto/signalling.md`).

use crate::now;
use anyhow::Context as _;
use media::time::pause;
use serde_json::Value;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Error, Message, WebSocket};

/// How often a socket is looked at.
const LOOK: Duration = Duration::from_millis(1);
/// No handshake takes longer.
const OPEN_WITHIN: Duration = Duration::from_secs(10);

/// One socket.
pub struct Line {
    socket: WebSocket<TcpStream>,
    /// The code that the house closed it with.
    pub closed: Option<u16>,
    is_over: bool,
}

impl Line {
    /// Opens one as a page of the clinic does.
    ///
    /// # Errors
    /// When the house does not take it.
    pub fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        stream.set_read_timeout(Some(OPEN_WITHIN))?;
        stream.set_nodelay(true)?;
        let host = format!("therapist.localhost:{port}");
        let mut request = format!("ws://{host}/api/video/signal").into_client_request()?;
        request.headers_mut().insert("origin", HeaderValue::from_str(&format!("http://{host}"))?);
        let (socket, _answer) =
            tungstenite::client(request, stream).map_err(|error| anyhow::anyhow!("{error}"))?;
        socket.get_ref().set_nonblocking(true)?;
        Ok(Self { socket, closed: None, is_over: false })
    }

    /// Says something.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn say(&mut self, message: &Value) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::text(message.to_string()))?)
    }

    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What came, if anything; pings are answered on the way.
    pub fn hear(&mut self) -> Option<Value> {
        while !self.is_over {
            match self.socket.read() {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(frame)) => {
                    self.closed = frame.map(|CloseFrame { code, .. }| code.into());
                    // Ours goes back, and nothing is waited for.
                    let _later = self.socket.flush();
                    self.is_over = true;
                }
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_)) => {}
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    // An answer to a ping may still have to go.
                    let _later = self.socket.flush();
                    return None;
                }
                Err(_gone) => self.is_over = true,
            }
        }
        None
    }

    /// The next message of one of these types, or nothing: too late, or the house closed the socket.
    pub fn waits_for(&mut self, kinds: &[&str], within: Duration) -> Option<Value> {
        let until = now() + i64::try_from(within.as_micros()).unwrap_or(i64::MAX);
        while now() < until {
            match self.hear() {
                Some(message) if kinds.iter().any(|kind| is(&message, kind)) => return Some(message),
                Some(_other) => {}
                None if self.is_over => return None,
                None => pause(LOOK),
            }
        }
        None
    }

    /// Reads until the house has closed the socket.
    pub fn runs_out(&mut self, within: Duration) -> Option<u16> {
        let _nothing = self.waits_for(&[], within);
        self.closed
    }

    /// A word that must come.
    ///
    /// # Errors
    /// When it does not.
    pub fn hears(&mut self, kind: &str, within: Duration) -> anyhow::Result<Value> {
        let heard = self.waits_for(&[kind, "ended"], within);
        let heard = heard.with_context(|| format!("nobody said {kind}"))?;
        anyhow::ensure!(is(&heard, kind), "{kind} was waited for, and {heard} came");
        Ok(heard)
    }
}

/// Whether a message is of this type.
pub fn is(message: &Value, kind: &str) -> bool {
    message.get("type").and_then(Value::as_str) == Some(kind)
}
