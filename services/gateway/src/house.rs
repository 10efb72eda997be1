//! What the house says about itself: the time, whether it lives, whether it is ready, and its numbers.

use crate::Gateway;
use crate::headers::FORWARDED_FOR;
use actix_web::http::header::{FORWARDED, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, get};
use chassis::fallback::Ways;
use chassis::problem::{Field, Problem};
use chassis::telemetry;
use kernel::time::Timestamp;
use proto::problems;
use serde::Serialize;
use utoipa::ToSchema;

/// The server's clock.
#[derive(Debug, Serialize, ToSchema)]
pub struct Now {
    /// Microseconds since 1970.
    now_at: Timestamp,
}

/// What time it is here.
#[utoipa::path(operation_id = "read_time", security(()), responses((status = 200, body = Now)))]
#[get("/api/time")]
pub async fn time(gateway: Gateway) -> HttpResponse {
    HttpResponse::Ok().json(Now { now_at: gateway.clock.now() })
}

/// The process answers.
#[get("/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "live": true }))
}

/// Every service here is ready, or which is not and why.
///
/// # Errors
/// When one is not.
#[get("/ready")]
pub async fn ready(gateway: Gateway) -> Result<HttpResponse, Problem> {
    if gateway.stopping.is_told() {
        return Err(Problem::new(&problems::HOUSE_NOT_READY).because("told to stop"));
    }
    let reasons: Vec<Field> = gateway
        .mounted
        .iter()
        .flat_map(|mounted| (mounted.unready)().into_iter().map(|reason| (mounted.name, reason)))
        .map(|(name, detail)| Field {
            name: name.into(),
            code: "house.not_ready".into(),
            detail,
            owner: None,
        })
        .collect();
    if reasons.is_empty() {
        let missing: Vec<_> = gateway.mounted.iter().flat_map(|mounted| &mounted.missing).collect();
        Ok(HttpResponse::Ok().json(serde_json::json!({ "ready": true, "missing": missing })))
    } else {
        Err(Problem::new(&problems::HOUSE_NOT_READY).fields(reasons))
    }
}

/// Numbers for operators, to callers on this machine or one we trust; never to whom a proxy asks for.
///
/// # Errors
/// For everyone else there is nothing here.
#[get("/metrics")]
pub async fn numbers(gateway: Gateway, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let peer = request.peer_addr().map(|address| address.ip());
    let is_forwarded = [FORWARDED_FOR, FORWARDED].iter().any(|name| request.headers().contains_key(name));
    if is_forwarded || !peer.is_some_and(|peer| peer.is_loopback() || gateway.is_trusted(peer)) {
        return Err(Problem::new(&problems::NOT_FOUND));
    }
    metrics::gauge!("gateway_sockets").set(count(gateway.fanout.count()));
    metrics::gauge!("gateway_connections").set(count(gateway.connections.count()));
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(telemetry::metrics().unwrap_or_default()))
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Pages and their files; whatever no route above took.
///
/// # Errors
/// When there is no such thing, or the pages were never built.
pub fn rest(gateway: &Gateway, request: &HttpRequest, ways: &Ways) -> Result<HttpResponse, Problem> {
    if request.path().starts_with("/api/") {
        return Ok(ways.refuse(request.path()));
    }
    let known = request.headers().get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    let answer = gateway.pages.answer(request.path(), known);
    answer.ok_or_else(|| {
        Problem::new(&problems::NOT_FOUND).detail("The pages are not built: run `cargo xtask web`.")
    })
}
