//! HTTP by hand: what a well-meaning client would never send must be sent here too.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Longer than the house's longest wait: whoever is silent for this long has hung.
const PATIENCE: Duration = Duration::from_secs(20);
/// An answer longer than this is not one of ours.
const ANSWER_BYTES_MAX: usize = 4_000_000;

/// Where the house listens, and what it answered with.
pub struct Wire {
    port: u16,
    server_errors: Cell<u64>,
    requests: Cell<u64>,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The HTTP status; 0 when the connection was closed without a word.
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as JSON, or null.
    pub body: Value,
}

impl Answer {
    /// A header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The problem's code, or nothing.
    pub fn code(&self) -> &str {
        self.body.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// The names of the fields a problem speaks of.
    pub fn fields(&self) -> Vec<&str> {
        let fields = self.body.get("fields").and_then(Value::as_array).into_iter().flatten();
        fields.filter_map(|field| field.get("name").and_then(Value::as_str)).collect()
    }

    /// A text at a pointer.
    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Wire {
    /// To the house on this port.
    pub fn new(port: u16) -> Self {
        Self { port, server_errors: Cell::default(), requests: Cell::default() }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many answers were 500 or above.
    pub fn server_errors(&self) -> u64 {
        self.server_errors.get()
    }

    /// How many requests were made.
    pub fn requests(&self) -> u64 {
        self.requests.get()
    }

    /// A connection from this address of this machine.
    pub async fn connect(&self, from: Ipv4Addr) -> anyhow::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((from, 0)))?;
        let house = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        Ok(socket.connect(house).await?)
    }

    /// Sends these bytes on a connection of their own and reads one answer.
    pub async fn send(&self, from: Ipv4Addr, request: &[u8]) -> anyhow::Result<Answer> {
        let mut stream = self.connect(from).await?;
        // The house may answer and close before it has read everything: that is an answer too.
        let _cut = stream.write_all(request).await;
        self.answer(&mut stream).await
    }

    /// Reads one answer.
    pub async fn answer(&self, stream: &mut TcpStream) -> anyhow::Result<Answer> {
        let answer = tokio::time::timeout(PATIENCE, read(stream)).await.context("no answer")??;
        self.requests.set(self.requests.get() + 1);
        if answer.status >= 500 {
            self.server_errors.set(self.server_errors.get() + 1);
            eprintln!("a server error: {} {}", answer.status, answer.body);
        }
        Ok(answer)
    }
}

/// Whether the other side closes within a moment.
pub async fn closes(stream: &mut TcpStream) -> bool {
    let mut rest = [0; 1024];
    let closing = async { while matches!(stream.read(&mut rest).await, Ok(count) if count > 0) {} };
    tokio::time::timeout(Duration::from_secs(2), closing).await.is_ok()
}

/// Reads one answer, whole.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> anyhow::Result<Answer> {
    let mut bytes = Vec::new();
    loop {
        if let Some(answer) = whole(&bytes, false)? {
            return Ok(answer);
        }
        let mut chunk = vec![0; 16 * 1024];
        let count = stream.read(&mut chunk).await.unwrap_or(0);
        if count == 0 {
            return Ok(whole(&bytes, true)?.unwrap_or_default());
        }
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if bytes.len() > ANSWER_BYTES_MAX {
            bail!("an endless answer");
        }
    }
}

/// The answer, once all of it is there.
fn whole(bytes: &[u8], is_over: bool) -> anyhow::Result<Option<Answer>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let (head, rest) = bytes.split_at(end);
    let rest = rest.get(4..).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?.parse()?;
    let pairs = lines.filter_map(|line| line.split_once(':'));
    let headers: Vec<_> = pairs.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    let mut answer = Answer { status, headers, ..Answer::default() };
    let is_chunked = answer.header("transfer-encoding") == Some("chunked");
    let length = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
    let body = match length {
        _ if is_chunked => unchunked(rest),
        Some(length) => rest.get(..length).map(<[u8]>::to_vec),
        None if status == 204 || status == 101 || status == 304 => Some(vec![]),
        None => is_over.then(|| rest.to_vec()),
    };
    // A HEAD names a length and sends nothing.
    let body = body.or_else(|| is_over.then(|| rest.to_vec()));
    let Some(body) = body else { return Ok(None) };
    answer.body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    answer.bytes = body;
    Ok(Some(answer))
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = vec![];
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(rest.get(..end)?).ok()?.trim(), 16).ok()?;
        let from = end + 2;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(from..from + length)?);
        rest = rest.get(from + length + 2..)?;
    }
}
