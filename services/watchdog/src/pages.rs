//! What therapists' pages hear: one event at once, one whenever something changes, and one every 15 s.

use crate::clock;
use crate::desk::Desk;
use crate::problems::{self, Problem};
use crate::silence::Standing;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web::Bytes};
use futures_util::stream;
use kernel::time::Span;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::watch;

/// A page turns a dot grey after 30 s without an event (reliability.md §2.8).
const EVENT_INTERVAL: Span = Span::seconds(15);
/// 500 screens, each a connection that sleeps: a few megabytes.
const STREAMS_MAX: usize = 500;
/// A page that lost us is back within 2 s.
const COME_BACK: &str = "retry: 2000\n";

/// One page's place among those that listen. Given back when the page is gone.
struct Seat(Arc<Desk>);

impl Seat {
    fn taken(desk: &Arc<Desk>) -> Result<Self, Problem> {
        let seat = Self(Arc::clone(desk));
        if desk.numbers.streams.fetch_add(1, Ordering::AcqRel) >= STREAMS_MAX {
            return Err(problems::STREAMS_FULL);
        }
        Ok(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.numbers.streams.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Opens a stream for a page of the house, or for whoever is no browser.
pub(crate) fn listen(desk: &Arc<Desk>, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let origin = request.headers().get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    if origin.is_some_and(|origin| !desk.origins.iter().any(|known| known == origin)) {
        return Err(problems::ORIGIN_UNKNOWN);
    }
    let listener =
        Listener { seat: Seat::taken(desk)?, changes: desk.changes.subscribe(), greeting: COME_BACK };
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Origin"))
        // nginx would keep the events until there are enough of them.
        .insert_header(("x-accel-buffering", "no"));
    if let Some(origin) = origin {
        response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin));
    }
    Ok(response.streaming(stream::unfold(listener, next)))
}

struct Listener {
    seat: Seat,
    changes: watch::Receiver<(Standing, usize)>,
    /// Said before the first event, which waits for nothing.
    greeting: &'static str,
}

async fn next(mut listener: Listener) -> Option<(Result<Bytes, Infallible>, Listener)> {
    if listener.greeting.is_empty() {
        tokio::select! {
            changed = listener.changes.changed() => changed.ok()?,
            () = clock::wait(EVENT_INTERVAL) => {}
        }
    }
    let desk = &listener.seat.0;
    let text = format!("{}data: {}\n\n", std::mem::take(&mut listener.greeting), desk.report());
    Some((Ok(Bytes::from(text)), listener))
}
