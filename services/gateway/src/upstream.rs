//! Hands a request to a service in a process of its own, and its answer back.
//!
//! A service that is being restarted is waited for: whatever may be said twice is said again until it answers.

mod body;
mod tunnel;
mod wire;

use actix_web::body::{BodyStream, BoxBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpResponse};
use body::{Body, Framing};
use chassis::clock;
use chassis::problem::Problem;
use kernel::time::Span;
use proto::problems;
use std::io;
use std::sync::Arc;
use std::time::Instant;
use wire::{Answer, Line};

pub(crate) use wire::Ask;

/// 10 s for one answer: a statement may take 5, and a password its time on a busy machine.
const ANSWER_TIME: Span = Span::seconds(10);
/// 15 s in all: a service is back within 5 (product.md §2.17), and a person who pressed waits no longer.
const PATIENCE: Span = Span::seconds(15);
/// Between two tries.
const PAUSE: Span = Span::millis(50);

/// Asks the service at `address`, and gives its answer as ours.
///
/// # Errors
/// When it cannot be reached, or did not say whether it did what it was asked.
pub(crate) async fn forward(
    address: &Arc<str>,
    request: &mut ServiceRequest,
    body: &[u8],
) -> Result<HttpResponse, Problem> {
    let ask = ask(request, body);
    if request.headers().contains_key(header::UPGRADE) {
        return Box::pin(switched(address, &ask, request.take_payload())).await;
    }
    let mut tries = Tries::new(ask.may_repeat);
    loop {
        match tokio::time::timeout(clock::duration(ANSWER_TIME), answered(address, &ask, &tries)).await {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(fault)) => tries.after(fault).await?,
            Err(_late) => return Err(Problem::new(&problems::HOUSE_NOT_READY).because("no answer in time")),
        }
    }
}

/// Asks a service something on the gateway's own behalf.
///
/// # Errors
/// When it does not answer with 200.
pub(crate) async fn question(address: &Arc<str>, ask: Ask) -> Result<Bytes, Problem> {
    let mut tries = Tries::new(true);
    loop {
        let asked = async {
            let answer = opened(address, &tries).await?.ask(&ask).await.map_err(Fault::Broken)?;
            let status = answer.response.status();
            match body::read(answer.framing, answer.line).await.map_err(Fault::Broken)? {
                Body::Whole(bytes) if status == StatusCode::OK => Ok(bytes),
                Body::Whole(_) | Body::Flowing(_) => {
                    Err(Fault::Broken(io::Error::other(format!("it answered {status}"))))
                }
            }
        };
        match tokio::time::timeout(clock::duration(ANSWER_TIME), asked).await {
            Ok(Ok(bytes)) => return Ok(bytes),
            Ok(Err(fault)) => tries.after(fault).await?,
            Err(_late) => return Err(Problem::new(&problems::HOUSE_NOT_READY).because("no answer in time")),
        }
    }
}

/// Why there is no answer.
enum Fault {
    /// There was no connection: it cannot have heard.
    Unreached(io::Error),
    /// It may have heard.
    Broken(io::Error),
}

/// One request's tries.
struct Tries {
    began: Instant,
    may_repeat: bool,
    has_failed: bool,
}

impl Tries {
    fn new(may_repeat: bool) -> Self {
        Self { began: clock::monotonic(), may_repeat, has_failed: false }
    }

    /// Waits a little, or gives up.
    async fn after(&mut self, fault: Fault) -> Result<(), Problem> {
        let is_safe = match &fault {
            Fault::Unreached(_) => true,
            Fault::Broken(_) => self.may_repeat,
        };
        let (Fault::Unreached(cause) | Fault::Broken(cause)) = fault;
        let is_late = clock::monotonic().duration_since(self.began) > clock::duration(PATIENCE);
        if is_late || !is_safe {
            return Err(Problem::new(&problems::HOUSE_NOT_READY).because(cause));
        }
        self.has_failed = true;
        clock::wait(PAUSE).await;
        Ok(())
    }
}

/// A kept connection may be closing at this very moment: only what may be said twice is said on one.
async fn opened(address: &Arc<str>, tries: &Tries) -> Result<Line, Fault> {
    let opened = if tries.may_repeat && !tries.has_failed {
        Line::open(address).await
    } else {
        Box::pin(Line::fresh(address)).await
    };
    opened.map_err(Fault::Unreached)
}

async fn answered(address: &Arc<str>, ask: &Ask, tries: &Tries) -> Result<HttpResponse, Fault> {
    let answer = opened(address, tries).await?.ask(ask).await.map_err(Fault::Broken)?;
    with_body(answer).await.map_err(Fault::Broken)
}

async fn switched(address: &Arc<str>, ask: &Ask, payload: Payload) -> Result<HttpResponse, Problem> {
    let unreached = |cause: io::Error| Problem::new(&problems::HOUSE_NOT_READY).because(cause);
    let line = Line::fresh(address).await.map_err(unreached)?;
    let asked = tokio::time::timeout(clock::duration(ANSWER_TIME), line.ask(ask)).await;
    let answer = asked.map_err(|_late| unreached(io::ErrorKind::TimedOut.into()))?.map_err(unreached)?;
    if answer.framing == Framing::Switched {
        return Ok(tunnel::open(answer.response, answer.line, payload));
    }
    with_body(answer).await.map_err(unreached)
}

async fn with_body(answer: Answer) -> io::Result<HttpResponse> {
    let Answer { response, framing, line } = answer;
    Ok(match body::read(framing, line).await? {
        Body::Whole(bytes) => response.set_body(BoxBody::new(bytes)),
        Body::Flowing(pieces) => response.set_body(BoxBody::new(BodyStream::new(pieces))),
    })
}

/// The caller's headers were stripped already; what opens a socket goes along.
fn ask(request: &ServiceRequest, body: &[u8]) -> Ask {
    let headers = request.headers();
    let is_socket = headers.contains_key(header::UPGRADE);
    let goes_along =
        |name: &HeaderName| *name != header::COOKIE && (is_socket || *name != header::CONNECTION);
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    Ask::new(request.method(), target, headers.iter().filter(|(name, _)| goes_along(name)), body)
}
