//! HTTP/1.1 towards a service, on connections kept per worker: written and read in the task that needs the answer.
//!
//! Exact about framing: one way to read each answer, or none. The services behind are ours, and still not believed.

use super::body::{Framing, Said};
use crate::headers;
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Buf as _, BytesMut};
use chassis::clock;
use kernel::time::Span;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
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
/// Room for a request's head before its table of words grows.
const WORDS_BYTES: usize = 1024;
/// 4 KiB: one read for most answers.
const READ_BYTES: usize = 4 * 1024;
/// A command with an id may be said twice.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

thread_local! {
    /// By address; the youngest last.
    static KEPT: RefCell<HashMap<Arc<str>, Vec<Kept>>> = RefCell::default();
}

/// A connection, and since when nobody used it.
type Kept = (Instant, Line);

/// What a service is asked, word for word.
#[derive(Debug)]
pub(crate) struct Ask {
    method: Method,
    words: BytesMut,
    /// Whether it may be said twice.
    pub(crate) may_repeat: bool,
}

impl Ask {
    /// A question may be asked twice; so may a command that carries its id, for the second time does nothing.
    pub(crate) fn new<'a>(
        method: &Method,
        target: &str,
        headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>,
        body: &[u8],
    ) -> Self {
        let mut may_repeat = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let mut words = BytesMut::with_capacity(WORDS_BYTES + body.len());
        for part in [method.as_str(), " ", target, " HTTP/1.1\r\n"] {
            words.extend_from_slice(part.as_bytes());
        }
        // Framing is this connection's own business, and the caller's was another.
        for (name, value) in headers.filter(|(name, _)| !is_framing(name)) {
            may_repeat |= name == IDEMPOTENCY_KEY;
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                words.extend_from_slice(part);
            }
        }
        if !body.is_empty() || !method.is_safe() {
            words.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
        }
        words.extend_from_slice(b"\r\n");
        words.extend_from_slice(body);
        Self { method: method.clone(), words, may_repeat }
    }
}

/// What it answered, up to its body; without what belongs to the connection behind.
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
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
        Box::pin(Self::fresh(address)).await
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
        self.stream.write_all(&ask.words).await?;
        loop {
            let head = self.head().await?;
            let status = head.response.status();
            // A word in between (1xx) is followed by the answer itself.
            if !status.is_informational() || status == StatusCode::SWITCHING_PROTOCOLS {
                let framing = head.said.framing(&ask.method, status)?;
                self.is_last = head.is_last || matches!(framing, Framing::UntilClose);
                return Ok(Answer { response: head.response, framing, line: self });
            }
        }
    }

    async fn head(&mut self) -> io::Result<Head> {
        loop {
            if let Some((length, head)) = parsed(&self.buffer)? {
                self.buffer.advance(length);
                return Ok(head);
            }
            if self.buffer.len() > HEAD_BYTES_MAX {
                return Err(io::Error::other("the head of the answer is too long"));
            }
            self.fill().await?;
        }
    }

    /// Reads more.
    pub(crate) async fn fill(&mut self) -> io::Result<()> {
        // A buffer without room would be read into by a few bytes at a time.
        self.buffer.reserve(READ_BYTES);
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

fn is_framing(name: &HeaderName) -> bool {
    *name == header::CONTENT_LENGTH || *name == header::TRANSFER_ENCODING
}

/// One head, sorted: what is the caller's, and what is this connection's own.
struct Head {
    response: HttpResponse,
    said: Said,
    is_last: bool,
}

fn parsed(bytes: &[u8]) -> io::Result<Option<(usize, Head)>> {
    let mut slots = [const { MaybeUninit::uninit() }; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut []);
    let parser = httparse::ParserConfig::default();
    let parsed = parser.parse_response_with_uninit_headers(&mut answer, bytes, &mut slots);
    let httparse::Status::Complete(length) = parsed.map_err(io::Error::other)? else { return Ok(None) };
    let status = StatusCode::from_u16(answer.code.unwrap_or_default()).map_err(io::Error::other)?;
    let mut head = Head { response: HttpResponse::new(status), said: Said::default(), is_last: false };
    for line in answer.headers.iter() {
        let name = HeaderName::from_bytes(line.name.as_bytes()).map_err(io::Error::other)?;
        match name {
            header::CONTENT_LENGTH => head.said.length(line.value)?,
            header::TRANSFER_ENCODING => head.said.coding(line.value)?,
            header::CONNECTION => head.is_last |= closes(line.value),
            ours if headers::is_hop_by_hop(&ours) => {}
            theirs => {
                let value = HeaderValue::from_bytes(line.value).map_err(io::Error::other)?;
                head.response.headers_mut().append(theirs, value);
            }
        }
    }
    Ok(Some((length, head)))
}

fn closes(list: &[u8]) -> bool {
    list.split(|byte| *byte == b',').any(|word| word.trim_ascii().eq_ignore_ascii_case(b"close"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_connection_behind_stays_there() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\nKeep-Alive: 5\r\nset-cookie: a\r\n\
            Set-Cookie: b\r\netag: \"7\"\r\n\r\nhi";
        let (length, head) = parsed(text.as_bytes()).unwrap().unwrap();
        assert_eq!(text.get(length..), Some("hi"));
        let names: Vec<_> = head.response.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert_eq!(head.response.headers().get_all("set-cookie").count(), 2);
        assert!(head.is_last);
        assert_eq!(head.said.framing(&Method::GET, StatusCode::OK).unwrap(), Framing::Length(2));
    }

    #[test]
    fn half_a_head_is_waited_for_and_a_bad_one_is_not() {
        assert!(parsed(b"HTTP/1.1 200 OK\r\ncontent-le").unwrap().is_none());
        for bad in ["HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 200 OK\r\na b: c\r\n\r\n", "SSH-2.0-x\r\n\r\n"] {
            assert!(parsed(bad.as_bytes()).is_err(), "{bad:?}");
        }
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(HEADERS_MAX + 1));
        assert!(parsed(many.as_bytes()).is_err());
    }
}
