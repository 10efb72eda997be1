//! A socket between a page and a service: bytes both ways, until either side is done.

use super::wire::Line;
use actix_web::HttpResponse;
use actix_web::body::BodyStream;
use actix_web::dev::Payload;
use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// One read; a signalling message is shorter.
const PIECE_BYTES: usize = 16 * 1024;

/// Opens it. `response` carries what the service said about the new protocol.
pub(super) fn open(mut response: HttpResponse, line: Line, payload: Payload) -> HttpResponse {
    let Line { stream, buffer, .. } = line;
    let (from, to) = stream.into_split();
    actix_web::rt::spawn(inward(payload, to));
    response.head_mut().set_connection_type(ConnectionType::Upgrade);
    response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    response.set_body(BodyStream::new(unfold(Some((buffer, from)), outward))).map_into_boxed_body()
}

/// From the page to the service. When the page is gone, the service reads the end.
async fn inward(mut payload: Payload, mut to: OwnedWriteHalf) {
    while let Some(Ok(bytes)) = payload.next().await {
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
    // It may be gone itself.
    let _ = to.shutdown().await;
}

type Rest = Option<(BytesMut, OwnedReadHalf)>;

/// From the service to the page.
async fn outward(rest: Rest) -> Option<(io::Result<Bytes>, Rest)> {
    let (mut buffer, mut from) = rest?;
    if buffer.is_empty() {
        buffer.reserve(PIECE_BYTES);
        match from.read_buf(&mut buffer).await {
            Ok(0) => return None,
            Ok(_some) => {}
            Err(broken) => return Some((Err(broken), None)),
        }
    }
    let piece = buffer.split().freeze();
    Some((Ok(piece), Some((buffer, from))))
}
