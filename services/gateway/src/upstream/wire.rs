//! HTTP/1.1 towards a service, on connections kept per worker: written and read in the task that needs the answer.
//!
//! Exact about framing: one way to read each answer, or none. The services behind are ours, and still not believed.

use super::body::{self, Framing};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, BytesMut};
use chassis::clock;
use kernel::time::Span;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Services keep a connection for 90 s; ours is given up well before, so that both never let go at once.
const IDLE_MAX: Duration = Duration::from_mins(1);
/// 64 connections a worker and service: more than its requests at once, fewer than its open files.
const KEPT_MAX: usize = 64;
/// A service on the same network answers a connection in milliseconds, or is not there.
const CONNECT_TIME: Span = Span::seconds(1);
/// 32 KiB: services send a dozen short headers.
const HEAD_BYTES_MAX: usize = 32 * 1024;
const HEADERS_MAX: usize = 64;

thread_local! {
    /// By address; the youngest last.
    static KEPT: RefCell<HashMap<Arc<str>, Vec<(Instant, Line)>>> = RefCell::default();
}

/// What a service is asked.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What it answered, up to its body.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) framing: Framing,
    pub(crate) line: Line,
}

/// One connection to a service, and what was read of it and not used yet.
pub(crate) struct Line {
    pub(crate) stream: TcpStream,
    pub(crate) buffer: BytesMut,
    pub(crate) address: Arc<str>,
    /// Whether the service wants to close it after this answer.
    is_last: bool,
}

impl Line {
    /// A kept connection that is still open, or a new one.
    pub(crate) async fn open(address: &Arc<str>) -> io::Result<Self> {
        if let Some(line) = kept(address) {
            return Ok(line);
        }
        Self::fresh(address).await
    }

    /// A new connection: for what must not meet one that is just being closed.
    pub(crate) async fn fresh(address: &Arc<str>) -> io::Result<Self> {
        let connecting = TcpStream::connect(&**address);
        let stream = tokio::time::timeout(clock::duration(CONNECT_TIME), connecting).await??;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: BytesMut::new(), address: Arc::clone(address), is_last: false })
    }

    /// Asks, and reads the head of the answer.
    pub(crate) async fn ask(mut self, ask: &Ask) -> io::Result<Answer> {
        self.stream.write_all(&written(ask)).await?;
        loop {
            if let Some((status, headers)) = self.head().await? {
                let framing = body::framing(&ask.method, status, &headers)?;
                self.is_last = closes(&headers) || matches!(framing, Framing::UntilClose);
                return Ok(Answer { status, headers, framing, line: self });
            }
        }
    }

    /// One head; none if it was only a word in between (1xx).
    async fn head(&mut self) -> io::Result<Option<(StatusCode, HeaderMap)>> {
        loop {
            if let Some((length, status, headers)) = parsed(&self.buffer)? {
                let _head = self.buffer.split_to(length);
                let is_between = status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
                return Ok((!is_between).then_some((status, headers)));
            }
            if self.buffer.len() > HEAD_BYTES_MAX {
                return Err(io::Error::other("the head of the answer is too long"));
            }
            self.fill().await?;
        }
    }

    /// Reads more.
    pub(crate) async fn fill(&mut self) -> io::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Gives the connection back once its answer was read to the end.
    pub(crate) fn keep(self) {
        if self.is_last || !self.buffer.is_empty() {
            return;
        }
        KEPT.with_borrow_mut(|all| {
            let own = all.entry(Arc::clone(&self.address)).or_default();
            if own.len() < KEPT_MAX {
                own.push((clock::monotonic(), self));
            }
        });
    }
}

/// The youngest kept connection that is neither old nor closed from the other side.
fn kept(address: &Arc<str>) -> Option<Line> {
    KEPT.with_borrow_mut(|all| {
        let own = all.get_mut(address)?;
        while let Some((since, line)) = own.pop() {
            // Nothing is expected on an idle connection: a byte or an end both make it useless.
            let is_quiet =
                line.stream.try_read(&mut [0_u8; 1]).is_err_and(|no| no.kind() == io::ErrorKind::WouldBlock);
            if is_quiet && clock::monotonic().duration_since(since) < IDLE_MAX {
                return Some(line);
            }
        }
        None
    })
}

fn written(ask: &Ask) -> BytesMut {
    let mut out = BytesMut::with_capacity(1024 + ask.body.len());
    for part in [ask.method.as_str(), " ", &ask.target, " HTTP/1.1\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    for (name, value) in ask.headers.iter().filter(|(name, _)| !is_ours(name)) {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            out.extend_from_slice(part);
        }
    }
    if !ask.body.is_empty() || !ask.method.is_safe() {
        out.extend_from_slice(format!("content-length: {}\r\n", ask.body.len()).as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&ask.body);
    out
}

/// Framing is this connection's own business, and the caller's was another.
fn is_ours(name: &HeaderName) -> bool {
    *name == header::CONTENT_LENGTH || *name == header::TRANSFER_ENCODING
}

fn closes(headers: &HeaderMap) -> bool {
    let mut words = headers.get_all(header::CONNECTION).filter_map(|value| value.to_str().ok());
    words.any(|list| list.split(',').any(|word| word.trim().eq_ignore_ascii_case("close")))
}

type Head = (usize, StatusCode, HeaderMap);

fn parsed(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut slots = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut slots);
    let httparse::Status::Complete(length) = answer.parse(bytes).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let status = StatusCode::from_u16(answer.code.unwrap_or_default()).map_err(io::Error::other)?;
    let mut headers = HeaderMap::with_capacity(answer.headers.len());
    for line in answer.headers.iter() {
        let name = HeaderName::from_bytes(line.name.as_bytes()).map_err(io::Error::other)?;
        headers.append(name, HeaderValue::from_bytes(line.value).map_err(io::Error::other)?);
    }
    Ok(Some((length, status, headers)))
}
