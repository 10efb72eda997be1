//! What every request passes, in this order: address, host, rates, origin, body, cookie; and what every answer wears.

use crate::door;
use crate::headers::{self, Kind};
use crate::limits::{self, Connection, Lane};
use crate::origin::{self, text};
use crate::routes::{Owner, Route, Where};
use crate::{Admitted, Gateway, upstream};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _, ResponseError as _};
use chassis::asked::Asked;
use chassis::problem::Problem;
use chassis::{ids, process, telemetry};
use kernel::id::SignInId;
use kernel::time::{Span, Timestamp};
use metrics::Counter;
use proto::problems;
use proto::standing::Touch;
use std::cell::OnceCell;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// The server's clock on every answer, so that a page can count down truthfully.
const NOW: HeaderName = HeaderName::from_static("x-holdspace-now");
/// One id in the answer, in problems and in log lines.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A page says that nobody pressed anything: it merely asks again.
const POLL: HeaderName = HeaderName::from_static("x-holdspace-poll");

/// A connection's place in the count, taken with its first request.
#[derive(Debug, Default)]
pub struct Seat(OnceCell<Connection>);

/// Lets one request through, or says why not.
///
/// # Errors
/// Only what the layers below could not turn into an answer.
pub async fn pass<B: MessageBody + 'static>(
    gateway: Rc<Gateway>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = ids::passing(gateway.clock.now());
    let id = HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))?;
    let kind = if request.path().starts_with("/api/") { Kind::Data } else { Kind::Page };
    let mut response = telemetry::with_request_id(id.clone(), async {
        match prepare(&gateway, &mut request, &id).await {
            // What is rarer is kept apart, so that a request to a service carries no room for it along.
            Ok(Way::Here) => Box::pin(answered(&gateway, request, next)).await,
            Ok(Way::There(there)) => handed_over(&gateway, request, &there).await,
            Err(problem) => {
                // The rest of a refused body is not worth reading.
                let mut answer = problem.error_response();
                if answer.status() == StatusCode::METHOD_NOT_ALLOWED {
                    // Only pages are refused here; what an address of the API takes, its own router says.
                    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
                }
                answer.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
                Ok(request.into_response(answer))
            }
        }
    })
    .await?;
    let worn = response.headers_mut();
    headers::dress(worn, kind, gateway.home.is_https(), &gateway.policy);
    worn.insert(NOW, HeaderValue::from(gateway.clock.now().micros()));
    worn.insert(REQUEST_ID, id);
    count(response.status());
    Ok(response)
}

/// One counter a status, looked up once: by its words it is found slower than a whole answer is written.
fn count(status: StatusCode) {
    static ANSWERS: [OnceLock<Counter>; 500] = [const { OnceLock::new() }; 500];
    let counter = usize::from(status.as_u16()).checked_sub(100).and_then(|at| ANSWERS.get(at));
    if let Some(counter) = counter {
        let named = || metrics::counter!("gateway_answers", "status" => status.as_str().to_owned());
        counter.get_or_init(named).increment(1);
    }
}

/// Which way a request goes on.
enum Way {
    /// To a service in this process, or to the gateway itself.
    Here,
    /// To a service in a process of its own.
    There(There),
}

/// What goes to a service in a process of its own.
struct There {
    address: Arc<str>,
    body: Bytes,
    who: Option<SignInId>,
}

async fn answered<B: MessageBody + 'static>(
    gateway: &Gateway,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let who = request.extensions().get::<Admitted>().map(|who| who.standing.sign_in);
    let changed = who.filter(|_| changes_itself(&request));
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(settled(gateway, changed, response))
}

async fn handed_over(
    gateway: &Gateway,
    mut request: ServiceRequest,
    there: &There,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let changed = there.who.filter(|_| changes_itself(&request));
    let answer = upstream::forward(&there.address, &mut request, &there.body).await;
    let answer = answer.unwrap_or_else(|problem| problem.error_response());
    Ok(settled(gateway, changed, request.into_response(answer)))
}

/// Whether a sign-in asks identity to change something about itself.
fn changes_itself(request: &ServiceRequest) -> bool {
    !request.method().is_safe() && request.path().starts_with("/api/identity/")
}

fn settled(gateway: &Gateway, changed: Option<SignInId>, response: ServiceResponse) -> ServiceResponse {
    if let Some(sign_in) = changed {
        // Whatever it changed about itself counts from the next request on.
        gateway.door.forget(sign_in);
    }
    let mut response = in_our_words(response);
    Asked::sign(&mut response);
    response
}

/// A bare 404 or 405 from the router becomes a problem like any other.
fn in_our_words(response: ServiceResponse) -> ServiceResponse {
    let is_bare = !response.headers().contains_key(header::CONTENT_TYPE);
    let kind = match response.status() {
        StatusCode::NOT_FOUND if is_bare => &problems::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED if is_bare => &problems::METHOD_NOT_ALLOWED,
        _other => return response,
    };
    response.into_response(Problem::new(kind).error_response())
}

/// Everything before the router.
async fn prepare(gateway: &Gateway, request: &mut ServiceRequest, id: &HeaderValue) -> Result<Way, Problem> {
    let uri = request.uri().clone();
    let path = uri.path();
    if let "/live" | "/ready" | "/metrics" = path {
        return Ok(Way::Here);
    }
    let host = text(request.headers(), header::HOST).unwrap_or_default();
    if !gateway.home.is_host(host) {
        return Err(Problem::new(&problems::NOT_FOUND).because("a host that is not ours"));
    }
    if origin::tells_a_secret(request.query_string()) {
        return Err(Problem::new(&problems::NOT_FOUND).because("a secret in an address"));
    }
    let from = caller(gateway, request)?;
    let route = match gateway.routes.owner(path) {
        Owner::Nobody => return Err(Problem::new(&problems::NOT_FOUND)),
        Owner::Page => return page(request),
        Owner::Gateway => None,
        Owner::Service(route) => Some(route),
    };
    gateway.rates.from_ip(Lane::of(path), from)?;
    let is_socket = request.headers().contains_key(header::UPGRADE);
    let body = if is_socket {
        origin::check_socket(&gateway.home, request.headers())?;
        Bytes::new()
    } else if origin::is_signed(path) {
        // A browser that was led there acts in nobody's name.
        request.headers_mut().remove(header::COOKIE);
        bounded_body(request).await?
    } else {
        origin::check_change(&gateway.home, request.method(), request.headers())?;
        bounded_body(request).await?
    };
    let is_proxied = request.peer_addr().is_some_and(|peer| gateway.is_trusted(peer.ip()));
    if let Some(name) = headers::strip(request.headers_mut()).filter(|_| !is_proxied) {
        note_claim(name, gateway.clock.now());
    }
    if let Ok(from) = HeaderValue::from_str(&from.to_string()) {
        request.headers_mut().insert(HeaderName::from_static(headers::FROM), from);
    }
    request.headers_mut().insert(HeaderName::from_static(process::REQUEST_ID), id.clone());
    let admitted = admit(gateway, request, route.map(|route| route.service), path).await?;
    Ok(way(request, route, body, admitted))
}

fn way(request: &mut ServiceRequest, route: Option<&Route>, body: Bytes, admitted: Option<Admitted>) -> Way {
    match route.map(|route| &route.at) {
        Some(Where::Upstream(address)) => {
            let who = admitted.map(|who| who.standing.sign_in);
            Way::There(There { address: Arc::clone(address), body, who })
        }
        Some(Where::Local) | None => {
            if let Some(admitted) = admitted {
                request.extensions_mut().insert(admitted);
            }
            if !body.is_empty() {
                request.set_payload(Payload::from(body));
            }
            Way::Here
        }
    }
}

/// Counted each time and written down once a second: whoever sends a million of them fills no disk.
fn note_claim(header: &'static str, now: Timestamp) {
    static WRITTEN: AtomicI64 = AtomicI64::new(0);
    static TAKEN: OnceLock<Counter> = OnceLock::new();
    TAKEN.get_or_init(|| metrics::counter!("gateway_claims_taken_off")).increment(1);
    let before = WRITTEN.load(Ordering::Relaxed);
    let is_due = now.since(Timestamp::from_micros(before)) >= Span::seconds(1);
    if is_due && WRITTEN.compare_exchange(before, now.micros(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    {
        tracing::info!(header, "somebody outside said who they are; taken off");
    }
}

/// Pages are read, never written.
fn page(request: &ServiceRequest) -> Result<Way, Problem> {
    match request.method() {
        &Method::GET | &Method::HEAD => Ok(Way::Here),
        _other => Err(Problem::new(&problems::METHOD_NOT_ALLOWED)),
    }
}

/// The address of the caller; a proxy we trust may name it, and nobody else.
fn caller(gateway: &Gateway, request: &ServiceRequest) -> Result<IpAddr, Problem> {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
    if gateway.is_trusted(peer) {
        let named = text(request.headers(), headers::FORWARDED_FOR);
        let named = named.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse().ok());
        return Ok(named.unwrap_or(peer));
    }
    let seat = request.conn_data::<Seat>().map(|seat| seat.0.get_or_init(|| gateway.connections.open(peer)));
    match seat {
        Some(seat) if seat.is_over() => {
            Err(Problem::new(&problems::RATE_LIMITED).because("too many connections"))
        }
        Some(_) | None => Ok(peer),
    }
}

async fn bounded_body(request: &mut ServiceRequest) -> Result<Bytes, Problem> {
    let headers = request.headers();
    let has_body =
        headers.contains_key(header::CONTENT_LENGTH) || headers.contains_key(header::TRANSFER_ENCODING);
    if !has_body {
        return Ok(Bytes::new());
    }
    let payload = request.take_payload();
    Box::pin(limits::whole_body(request.headers(), payload, limits::BODY_TIME)).await
}

/// Cookie to standing to token. A cookie that counts no longer is no cookie: public routes stay open.
async fn admit(
    gateway: &Gateway,
    request: &mut ServiceRequest,
    service: Option<&'static str>,
    path: &str,
) -> Result<Option<Admitted>, Problem> {
    let Some(cookie) = door::cookie(request.headers()).map(str::to_owned) else { return Ok(None) };
    request.headers_mut().remove(header::COOKIE);
    let standing = gateway.door.standing(&cookie, touch(request, path)).await?;
    let Some(standing) = standing else { return Ok(None) };
    gateway.door.check(&standing, request.method(), path)?;
    if let Some(service) = service {
        let token = gateway.door.authorization(&standing, service)?;
        request.headers_mut().insert(header::AUTHORIZATION, token);
    }
    Ok(Some(Admitted { standing, cookie }))
}

/// Polls and sockets keep nobody signed in: only a person does.
fn touch(request: &ServiceRequest, path: &str) -> Touch {
    let polls = ["/api/time", "/api/live", "/api/checkins/incidents"];
    let is_poll =
        text(request.headers(), POLL) == Some("1") || polls.contains(&path) || path.ends_with("/watch");
    if is_poll && request.method().is_safe() { Touch::Poll } else { Touch::Person }
}
