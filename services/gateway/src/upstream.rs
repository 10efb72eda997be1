//! Hands a request to a service in a process of its own, and its answer back.
//!
//! A service that is being restarted is waited for: whatever may be said twice is said again until it answers.

mod body;
mod tunnel;
mod wire;

use crate::headers;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpResponse, HttpResponseBuilder};
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
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let ask = ask(request, body);
    if request.headers().contains_key(header::UPGRADE) {
        return switched(address, &ask, request.take_payload()).await;
    }
    let mut tries = Tries::new(may_repeat(&ask));
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
            let status = answer.status;
            match body::read(answer).await.map_err(Fault::Broken)? {
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
        Line::fresh(address).await
    };
    opened.map_err(Fault::Unreached)
}

async fn answered(address: &Arc<str>, ask: &Ask, tries: &Tries) -> Result<HttpResponse, Fault> {
    let answer = opened(address, tries).await?.ask(ask).await.map_err(Fault::Broken)?;
    let mut response = head(answer.status, &answer.headers);
    match body::read(answer).await.map_err(Fault::Broken)? {
        Body::Whole(bytes) => Ok(response.body(bytes)),
        Body::Flowing(pieces) => Ok(response.streaming(pieces)),
    }
}

async fn switched(address: &Arc<str>, ask: &Ask, payload: Payload) -> Result<HttpResponse, Problem> {
    let unreached = |cause: io::Error| Problem::new(&problems::HOUSE_NOT_READY).because(cause);
    let line = Line::fresh(address).await.map_err(unreached)?;
    let asked = tokio::time::timeout(clock::duration(ANSWER_TIME), line.ask(ask)).await;
    let answer: Answer =
        asked.map_err(|_late| unreached(io::ErrorKind::TimedOut.into()))?.map_err(unreached)?;
    let mut response = head(answer.status, &answer.headers);
    if answer.framing == Framing::Switched {
        return Ok(tunnel::open(&mut response, answer.line, payload));
    }
    match body::read(answer).await.map_err(unreached)? {
        Body::Whole(bytes) => Ok(response.body(bytes)),
        Body::Flowing(pieces) => Ok(response.streaming(pieces)),
    }
}

/// Everything but what belongs to the connection behind.
fn head(status: StatusCode, headers: &HeaderMap) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    let is_about_it = |name: &HeaderName| headers::is_hop_by_hop(name) || *name == header::CONTENT_LENGTH;
    for (name, value) in headers.iter().filter(|(name, _)| !is_about_it(name)) {
        response.append_header((name.clone(), value.clone()));
    }
    response
}

/// The caller's headers were stripped already; what opens a socket goes along.
fn ask(request: &ServiceRequest, body: Bytes) -> Ask {
    let is_socket = request.headers().contains_key(header::UPGRADE);
    let mut headers = request.headers().clone();
    if !is_socket {
        headers.remove(header::CONNECTION);
    }
    headers.remove(header::COOKIE);
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
    Ask { method: request.method().clone(), target, headers, body }
}

/// A question may be asked twice; so may a command that carries its id, for the second time does nothing.
fn may_repeat(ask: &Ask) -> bool {
    matches!(ask.method, Method::GET | Method::HEAD | Method::OPTIONS)
        || ask.headers.contains_key("idempotency-key")
}
