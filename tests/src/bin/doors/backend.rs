//! What stands behind every door: a service that answers a hundred bytes to whoever brings a token, and identity's answer
//! to the gateway. It does as little as possible, so that the doors are what is measured.

use actix_web::dev::Server;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use kernel::id::SignInId;
use kernel::role::Role;
use proto::standing::{Reach, Standing};
use serde_json::{Value, json};
use std::net::TcpListener;
use uuid::Uuid;

/// The one cookie that counts: 43 letters, as a cookie has.
pub const COOKIE: &str = "lee-lee-lee-lee-lee-lee-lee-lee-lee-lee-lee";
/// As long as a short answer of ours.
const ANSWER: &str =
    r#"{"ok":true,"pad":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}"#;

/// The browser that the cookie belongs to.
pub fn standing() -> Standing {
    let id = Uuid::from_u128(7);
    Standing {
        sign_in: SignInId(id),
        person: id.into(),
        clinic: id.into(),
        role: Role::Therapist,
        session: None,
        reach: Reach::Full,
    }
}

/// Two threads, like each door before it.
pub fn serve(socket: TcpListener) -> anyhow::Result<Server> {
    let server = HttpServer::new(|| {
        App::new()
            .route("/api/identity/internal/standing", web::post().to(resolve))
            .route("/api/care/told", web::get().to(told))
            .default_service(web::to(answer))
    });
    Ok(server.workers(2).disable_signals().listen(socket)?.run())
}

/// A service answers nobody without a token.
async fn answer(request: HttpRequest) -> HttpResponse {
    if request.headers().contains_key("authorization") {
        HttpResponse::Ok().content_type("application/json").body(ANSWER)
    } else {
        HttpResponse::Unauthorized().finish()
    }
}

async fn resolve(body: web::Bytes) -> HttpResponse {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let is_known = asked.get("cookie").and_then(Value::as_str) == Some(COOKIE);
    HttpResponse::Ok().json(is_known.then(standing))
}

/// Says what reached it.
async fn told(request: HttpRequest) -> HttpResponse {
    let headers = request.headers().iter();
    let said: Vec<Value> = headers
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    HttpResponse::Ok().json(said)
}
