//! The body of a service's answer: how it is framed, and reading it to its end.

use super::wire::{Answer, Line};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Buf as _, Bytes, BytesMut};
use futures_util::Stream;
use futures_util::stream::unfold;
use std::io;

/// 64 KiB are gathered and answered in one piece; what is longer flows through.
const WHOLE_BYTES_MAX: u64 = 64 * 1024;
/// A chunk's size in hexadecimal, with room for an extension nobody needs.
const CHUNK_LINE_MAX: usize = 256;

/// How long the body is (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none.
    None,
    /// So many bytes more.
    Length(u64),
    /// In chunks: so many bytes of this one are still to come.
    Chunked(u64),
    /// Until the connection closes.
    UntilClose,
    /// It is no body: both sides speak another protocol from here on.
    Switched,
}

/// Reads the framing out of a head, or refuses a head that says two things.
pub(crate) fn framing(method: &Method, status: StatusCode, headers: &HeaderMap) -> io::Result<Framing> {
    if status == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(Framing::Switched);
    }
    let has_none = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if has_none || *method == Method::HEAD {
        return Ok(Framing::None);
    }
    let mut codings = headers.get_all(header::TRANSFER_ENCODING);
    let mut lengths = headers.get_all(header::CONTENT_LENGTH);
    match (codings.next(), lengths.next()) {
        (Some(_), Some(_)) => Err(io::Error::other("both a length and a transfer coding")),
        (Some(coding), None) => {
            let is_chunked = coding.as_bytes().eq_ignore_ascii_case(b"chunked") && codings.next().is_none();
            is_chunked.then_some(Framing::Chunked(0)).ok_or_else(|| io::Error::other("an unknown coding"))
        }
        (None, Some(length)) => {
            let plain = length.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            let length = plain.and_then(|text| text.parse().ok()).filter(|_| lengths.next().is_none());
            length.map(Framing::Length).ok_or_else(|| io::Error::other("an unreadable length"))
        }
        (None, None) => Ok(Framing::UntilClose),
    }
}

/// A body that came in one piece, or one that flows.
pub(crate) enum Body<S> {
    /// All of it.
    Whole(Bytes),
    /// Piece by piece.
    Flowing(S),
}

/// Gathers a short body; a long one, or one of unknown length, flows.
pub(crate) async fn read(answer: Answer) -> io::Result<Body<impl Stream<Item = io::Result<Bytes>>>> {
    let Answer { framing, mut line, .. } = answer;
    match framing {
        Framing::None => {
            line.keep();
            Ok(Body::Whole(Bytes::new()))
        }
        Framing::Length(length) if length <= WHOLE_BYTES_MAX => {
            let length = usize::try_from(length).map_err(io::Error::other)?;
            while line.buffer.len() < length {
                line.fill().await?;
            }
            let whole = line.buffer.split_to(length).freeze();
            line.keep();
            Ok(Body::Whole(whole))
        }
        Framing::Length(_) | Framing::Chunked(_) | Framing::UntilClose | Framing::Switched => {
            Ok(Body::Flowing(unfold(Some((framing, line)), piece)))
        }
    }
}

type Rest = Option<(Framing, Line)>;

async fn piece(rest: Rest) -> Option<(io::Result<Bytes>, Rest)> {
    let (framing, mut line) = rest?;
    match next(framing, &mut line).await {
        Ok(Some((bytes, framing))) => Some((Ok(bytes), Some((framing, line)))),
        Ok(None) => {
            line.keep();
            None
        }
        Err(broken) => Some((Err(broken), None)),
    }
}

/// The next piece and the framing after it; none at the end.
async fn next(framing: Framing, line: &mut Line) -> io::Result<Option<(Bytes, Framing)>> {
    match framing {
        Framing::None | Framing::Switched | Framing::Length(0) => Ok(None),
        Framing::Length(left) => {
            let bytes = some_of(line, left).await?;
            let left = left.saturating_sub(length_of(&bytes));
            Ok(Some((bytes, Framing::Length(left))))
        }
        Framing::Chunked(0) => match chunk_length(line).await? {
            // No service of ours sends trailers; one that does is not read further.
            0 => end_of_line(line).await.map(|()| None),
            length => in_chunk(line, length).await.map(Some),
        },
        Framing::Chunked(left) => in_chunk(line, left).await.map(Some),
        Framing::UntilClose => match some_of(line, u64::MAX).await {
            Ok(bytes) => Ok(Some((bytes, framing))),
            Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(broken) => Err(broken),
        },
    }
}

async fn in_chunk(line: &mut Line, left: u64) -> io::Result<(Bytes, Framing)> {
    let bytes = some_of(line, left).await?;
    let left = left.saturating_sub(length_of(&bytes));
    if left == 0 {
        end_of_line(line).await?;
    }
    Ok((bytes, Framing::Chunked(left)))
}

/// What is there, at most `most`; waits until there is something.
async fn some_of(line: &mut Line, most: u64) -> io::Result<Bytes> {
    if line.buffer.is_empty() {
        line.fill().await?;
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX).min(line.buffer.len());
    Ok(line.buffer.split_to(most).freeze())
}

async fn chunk_length(line: &mut Line) -> io::Result<u64> {
    loop {
        match httparse::parse_chunk_size(&line.buffer).map_err(|_bad| io::Error::other("a bad chunk"))? {
            httparse::Status::Complete((used, length)) => {
                line.buffer.advance(used);
                return Ok(length);
            }
            httparse::Status::Partial if line.buffer.len() > CHUNK_LINE_MAX => {
                return Err(io::Error::other("a chunk without a length"));
            }
            httparse::Status::Partial => line.fill().await?,
        }
    }
}

async fn end_of_line(line: &mut Line) -> io::Result<()> {
    while line.buffer.len() < 2 {
        line.fill().await?;
    }
    let end: BytesMut = line.buffer.split_to(2);
    if &*end == b"\r\n" { Ok(()) } else { Err(io::Error::other("a chunk without an end")) }
}

fn length_of(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
