//! What every request passes, in this order: address, host, rates, origin, body, cookie; and what every answer wears.

use crate::door;
use crate::headers;
use crate::limits::{self, Connection, Lane};
use crate::origin::{self, text};
use crate::routes::{Owner, Where};
use crate::{Admitted, Gateway};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, ResponseError as _};
use chassis::problem::Problem;
use chassis::{ids, telemetry};
use proto::problems;
use proto::standing::Touch;
use std::cell::OnceCell;
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

/// The server's clock on every answer, so that a page can count down truthfully.
const NOW: HeaderName = HeaderName::from_static("x-holdspace-now");
/// One id in the answer, in problems and in log lines.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A page says that nobody pressed anything: it merely asks again.
const POLL: &str = "x-holdspace-poll";

/// A connection's place in the count, taken with its first request.
#[derive(Debug, Default)]
pub struct Seat(OnceCell<Connection>);

/// Lets one request through, or says why not.
///
/// # Errors
/// Only what the layers below could not turn into an answer.
pub async fn pass<B: MessageBody + 'static>(
    gateway: Gateway,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = ids::fresh::<Uuid>().to_string();
    let mut response = telemetry::with_request_id(id.clone(), async {
        match prepare(&gateway, &mut request).await {
            Ok(()) => answered(&gateway, request, next).await,
            Err(problem) => {
                // The rest of a refused body is not worth reading.
                let mut answer = problem.error_response();
                answer.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
                Ok(request.into_response(answer))
            }
        }
    })
    .await?;
    let worn = response.headers_mut();
    headers::dress(worn, gateway.home.is_https());
    worn.insert(NOW, HeaderValue::from(gateway.clock.now().micros()));
    if let Ok(id) = HeaderValue::from_str(&id) {
        worn.insert(REQUEST_ID, id);
    }
    metrics::counter!("gateway_answers", "status" => response.status().as_str().to_owned()).increment(1);
    Ok(response)
}

async fn answered<B: MessageBody + 'static>(
    gateway: &Gateway,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_change = !request.method().is_safe();
    let changed =
        request.extensions().get::<Admitted>().filter(|_| is_change).map(|who| who.standing.sign_in);
    let response = next.call(request).await?.map_into_boxed_body();
    if let Some(sign_in) = changed.filter(|_| response.request().path().starts_with("/api/identity/")) {
        // Whatever it changed about itself counts from the next request on.
        gateway.door.forget(sign_in);
    }
    Ok(in_our_words(response))
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
async fn prepare(gateway: &Gateway, request: &mut ServiceRequest) -> Result<(), Problem> {
    let path = request.path().to_owned();
    if let "/live" | "/ready" | "/metrics" = path.as_str() {
        return Ok(());
    }
    let host = text(request.headers(), "host").unwrap_or_default();
    if !gateway.home.is_host(host) {
        return Err(Problem::new(&problems::NOT_FOUND).because("a host that is not ours"));
    }
    let from = caller(gateway, request)?;
    let service = match gateway.routes.owner(&path) {
        Owner::Nobody => return Err(Problem::new(&problems::NOT_FOUND)),
        Owner::Page => return page(request),
        Owner::Gateway => None,
        Owner::Service(route) => match &route.at {
            Where::Local => Some(route.service),
            Where::Upstream(_) => return Err(Problem::new(&problems::HOUSE_NOT_READY)),
        },
    };
    gateway.rates.from_ip(Lane::of(&path), from)?;
    let is_socket = request.headers().contains_key(header::UPGRADE);
    if is_socket {
        origin::check_socket(&gateway.home, request.headers())?;
    } else {
        origin::check_change(&gateway.home, request.method(), request.headers())?;
        bounded_body(request).await?;
    }
    headers::strip(request.headers_mut());
    if let Ok(from) = HeaderValue::from_str(&from.to_string()) {
        request.headers_mut().insert(HeaderName::from_static(headers::FROM), from);
    }
    admit(gateway, request, service, &path).await
}

/// Pages are read, never written.
fn page(request: &ServiceRequest) -> Result<(), Problem> {
    match request.method() {
        &Method::GET | &Method::HEAD => Ok(()),
        _other => Err(Problem::new(&problems::METHOD_NOT_ALLOWED)),
    }
}

/// The address of the caller; a proxy we trust may name it, and nobody else.
fn caller(gateway: &Gateway, request: &ServiceRequest) -> Result<IpAddr, Problem> {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
    if gateway.is_trusted(peer) {
        let named = text(request.headers(), "x-forwarded-for");
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

async fn bounded_body(request: &mut ServiceRequest) -> Result<(), Problem> {
    let headers = request.headers();
    let has_body =
        headers.contains_key(header::CONTENT_LENGTH) || headers.contains_key(header::TRANSFER_ENCODING);
    if !has_body {
        return Ok(());
    }
    let payload = request.take_payload();
    let body = limits::whole_body(request.headers(), payload, limits::BODY_TIME).await?;
    request.set_payload(Payload::from(body));
    Ok(())
}

/// Cookie to standing to token. A cookie that counts no longer is no cookie: public routes stay open.
async fn admit(
    gateway: &Gateway,
    request: &mut ServiceRequest,
    service: Option<&'static str>,
    path: &str,
) -> Result<(), Problem> {
    let Some(cookie) = door::cookie(request.headers()).map(str::to_owned) else { return Ok(()) };
    request.headers_mut().remove(header::COOKIE);
    let standing = gateway.door.standing(&cookie, touch(request, path)).await?;
    let Some(standing) = standing else { return Ok(()) };
    gateway.door.check(&standing, request.method(), path)?;
    if let Some(service) = service {
        let token = gateway.door.authorization(&standing, service)?;
        let token = HeaderValue::from_str(&token)
            .map_err(|error| Problem::new(&problems::HOUSE_BROKEN).because(error))?;
        request.headers_mut().insert(header::AUTHORIZATION, token);
    }
    request.extensions_mut().insert(Admitted { standing, cookie });
    Ok(())
}

/// Polls and sockets keep nobody signed in: only a person does.
fn touch(request: &ServiceRequest, path: &str) -> Touch {
    let polls = ["/api/time", "/api/live", "/api/checkins/incidents"];
    let is_poll =
        text(request.headers(), POLL) == Some("1") || polls.contains(&path) || path.ends_with("/watch");
    if is_poll && request.method().is_safe() { Touch::Poll } else { Touch::Person }
}
