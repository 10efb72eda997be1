//! The body of a service's answer: how it is framed, and reading it to its end.

use super::wire::Line;
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

/// What a head said about the body, each thing once.
#[derive(Debug, Default)]
pub(crate) struct Said {
    length: Option<u64>,
    is_chunked: bool,
}

impl Said {
    /// A length; one only.
    pub(crate) fn length(&mut self, value: &[u8]) -> io::Result<()> {
        let digits =
            std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let length = digits.and_then(|digits| digits.parse().ok()).filter(|_| self.length.is_none());
        self.length = Some(length.ok_or_else(|| io::Error::other("an unreadable length"))?);
        Ok(())
    }

    /// A transfer coding; `chunked` only, and once.
    pub(crate) fn coding(&mut self, value: &[u8]) -> io::Result<()> {
        if self.is_chunked || !value.eq_ignore_ascii_case(b"chunked") {
            return Err(io::Error::other("an unknown coding"));
        }
        self.is_chunked = true;
        Ok(())
    }

    /// The framing, or a refusal of a head that says two things.
    pub(crate) fn framing(&self, method: &Method, status: StatusCode) -> io::Result<Framing> {
        if status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Framing::Switched);
        }
        if *method == Method::HEAD || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            return Ok(Framing::None);
        }
        match (self.is_chunked, self.length) {
            (true, Some(_)) => Err(io::Error::other("both a length and a transfer coding")),
            (true, None) => Ok(Framing::Chunked(0)),
            (false, Some(length)) => Ok(Framing::Length(length)),
            (false, None) => Ok(Framing::UntilClose),
        }
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
pub(crate) async fn read(
    framing: Framing,
    mut line: Line,
) -> io::Result<Body<impl Stream<Item = io::Result<Bytes>>>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(heads: &[(&str, &str)]) -> io::Result<Said> {
        let mut said = Said::default();
        for (name, value) in heads {
            match *name {
                "content-length" => said.length(value.as_bytes())?,
                _coding => said.coding(value.as_bytes())?,
            }
        }
        Ok(said)
    }

    fn framing(method: &Method, status: u16, heads: &[(&str, &str)]) -> Option<Framing> {
        said(heads).and_then(|said| said.framing(method, StatusCode::from_u16(status).unwrap())).ok()
    }

    #[test]
    fn each_head_frames_its_body_in_one_way() {
        let five: &[_] = &[("content-length", "5")];
        let chunked: &[_] = &[("transfer-encoding", "Chunked")];
        assert_eq!(framing(&Method::GET, 200, five), Some(Framing::Length(5)));
        assert_eq!(framing(&Method::GET, 200, chunked), Some(Framing::Chunked(0)));
        assert_eq!(framing(&Method::GET, 200, &[]), Some(Framing::UntilClose));
        assert_eq!(framing(&Method::HEAD, 200, five), Some(Framing::None), "a length of what is not sent");
        assert_eq!(framing(&Method::GET, 304, five), Some(Framing::None));
        assert_eq!(framing(&Method::POST, 204, &[]), Some(Framing::None));
        assert_eq!(framing(&Method::GET, 101, &[]), Some(Framing::Switched));
    }

    #[test]
    fn a_head_that_says_two_things_or_none_that_is_clear_is_not_believed() {
        let (length, coding) = ("content-length", "transfer-encoding");
        let unclear: &[&[(&str, &str)]] = &[
            &[(length, "5"), (length, "5")],
            &[(length, "5"), (coding, "chunked")],
            &[(coding, "chunked"), (length, "5")],
            &[(coding, "chunked"), (coding, "chunked")],
            &[(coding, "gzip, chunked")],
            &[(coding, "identity")],
            &[(length, "")],
            &[(length, "+5")],
            &[(length, "5, 5")],
            &[(length, "0x5")],
            &[(length, "99999999999999999999")],
        ];
        for heads in unclear {
            assert_eq!(framing(&Method::GET, 200, heads), None, "{heads:?}");
        }
    }
}
