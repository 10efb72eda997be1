//! The public port over real sockets: who gets in, what is taken off, what every answer wears.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by unwrapping")]
#![expect(clippy::indexing_slicing, reason = "answers are JSON")]

use actix_web::rt::net::TcpStream;
use actix_web::{HttpRequest, HttpResponse, web};
use awc::ws::{CloseCode, Frame};
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::pool::Pool;
use chassis::problem::Problem;
use chassis::run::{self, Mounted};
use chassis::service::Ground;
use chassis::store::Store;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use gateway::Gateway;
use gateway::door::Resolve;
use kernel::id::{PersonId, SessionId, SignInId};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use proto::envelope::{Envelope, Event as _};
use proto::events::identity::SignInRevoked;
use proto::standing::{Reach, Standing, Touch};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use uuid::Uuid;

/// 43 letters, as a cookie has.
const LEE: &str = "lee-lee-lee-lee-lee-lee-lee-lee-lee-lee-lee";
const ANA: &str = "ana-ana-ana-ana-ana-ana-ana-ana-ana-ana-ana";

/// An identity with two browsers, that counts how often it is asked.
#[derive(Default)]
struct Asked {
    count: AtomicUsize,
    is_gone: AtomicBool,
    touches: Mutex<Vec<Touch>>,
}

struct Book(Arc<Asked>);

impl Resolve for Book {
    fn resolve<'a>(
        &'a self,
        cookie: &'a str,
        touch: Touch,
    ) -> LocalBoxFuture<'a, Result<Option<Standing>, Problem>> {
        self.0.count.fetch_add(1, Ordering::SeqCst);
        self.0.touches.lock().unwrap().push(touch);
        let standing = if self.0.is_gone.load(Ordering::SeqCst) { None } else { standing(cookie) };
        Box::pin(async move { Ok(standing) })
    }
}

fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

fn standing(cookie: &str) -> Option<Standing> {
    let (number, role, reach) = match cookie {
        LEE => (1, Role::Therapist, Reach::Full),
        ANA => (2, Role::Sitter, Reach::Preparing),
        _other => return None,
    };
    let session = (role == Role::Sitter).then(|| id(9));
    Some(Standing { sign_in: id(number), person: id(number), clinic: id(8), role, session, reach })
}

/// A gateway before one service that says what it was told.
struct Port {
    ground: Ground,
    gateway: Gateway,
    asked: Arc<Asked>,
    address: String,
    _folder: tempfile::TempDir,
}

impl Port {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pages = folder.path().join("dist");
        std::fs::create_dir(&pages).unwrap();
        std::fs::write(pages.join("index.html"), "the page").unwrap();
        let config = Config {
            data_dir: folder.path().join("data"),
            web_dir: Some(pages),
            workers: 1,
            ..Config::default()
        };
        let clock = Clock::test(Timestamp::from_micros(1_800_000_000_000_000));
        let ground = run::ground(config, clock).unwrap();
        let pool = Pool::open(&ground.config.database(), None).await.unwrap();
        let asked = Arc::new(Asked::default());
        let care = Mounted {
            name: "care",
            store: Store::new(&pool, "care", ground.clone()),
            configure: Arc::new(|config| {
                config.route("/echo", web::route().to(echo));
            }),
            unready: Arc::new(Vec::new),
            missing: vec!["care: no lamp is lit".into()],
        };
        let gateway = Gateway::new(&ground, Arc::new(Book(Arc::clone(&asked))), vec![care]).unwrap();
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap().to_string();
        actix_web::rt::spawn(gateway.serve(socket).unwrap());
        actix_web::rt::spawn(gateway.clone().listen());
        Self { ground, gateway, asked, address, _folder: folder }
    }

    fn request(&self, method: &str, path: &str) -> awc::ClientRequest {
        let method = method.parse::<awc::http::Method>().unwrap();
        awc::Client::default().request(method, format!("http://{}{path}", self.address))
    }

    /// As a page of ours asks.
    fn post(&self, path: &str) -> awc::ClientRequest {
        let ours = format!("http://{}", self.address);
        self.request("POST", path).insert_header(("x-holdspace", "1")).insert_header(("origin", ours))
    }

    async fn raw(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(text.replace("HOST", &self.address).as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }

    async fn revoke(&self, number: u128) {
        self.asked.is_gone.store(true, Ordering::SeqCst);
        let gone = SignInRevoked {
            sign_in: id::<SignInId>(number),
            person: id::<PersonId>(number),
            at: self.ground.clock.now(),
        };
        let envelope = Envelope {
            specversion: "1.0".into(),
            id: chassis::ids::fresh(),
            source: "/identity".into(),
            name: SignInRevoked::NAME.into(),
            occurred_at: gone.at,
            clinic: id(8),
            subject: None,
            audience: vec![],
            data: serde_json::to_value(gone).unwrap(),
        };
        self.ground.bus.cast(&[envelope]).await.unwrap();
    }
}

/// Tells what reached the service.
async fn echo(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let header =
        |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?").to_owned());
    HttpResponse::Ok().json(json!({
        "authorization": header("authorization"), "cookie": header("cookie"), "from": header("x-holdspace-from"),
        "user": header("x-user-id"), "tenant": header("x-tenant"), "forwarded": header("x-forwarded-for"),
        "body": body.len(),
    }))
}

fn cookie(value: &str) -> (&'static str, String) {
    ("cookie", format!("__Host-sid={value}"))
}

async fn json_of(request: awc::ClientRequest) -> (u16, Value) {
    let mut response = request.send().await.unwrap();
    let body = response.body().await.unwrap();
    (response.status().as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[actix_web::test]
async fn a_cookie_becomes_a_token_for_one_service_and_the_cookie_stays_outside() {
    let port = Port::open().await;
    let (status, seen) = json_of(port.request("GET", "/api/care/echo").insert_header(cookie(LEE))).await;
    let token = seen["authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap();
    let now = port.ground.clock.now();
    let access = port.ground.verifier.verify_access(token, "care", now).unwrap();
    assert_eq!((status, access.sub, access.role), (200, id::<PersonId>(1), Role::Therapist));
    assert!(port.ground.verifier.verify_access(token, "safety", now).is_err());
    assert!(seen["cookie"].is_null());
}

#[actix_web::test]
async fn what_a_stranger_says_about_themselves_reaches_nobody() {
    let port = Port::open().await;
    let request = port.request("GET", "/api/care/echo").insert_header(("authorization", "Bearer forged"));
    let request = request.insert_header(("x-user-id", "admin")).insert_header(("x-tenant", "other"));
    let request = request
        .insert_header(("x-forwarded-for", "10.9.9.9"))
        .insert_header(("x-holdspace-from", "10.9.9.9"));
    let (_, seen) = json_of(request).await;
    for name in ["authorization", "user", "tenant", "forwarded"] {
        assert!(seen[name].is_null(), "{name}");
    }
    assert_eq!(seen["from"], "127.0.0.1");
}

#[actix_web::test]
async fn a_standing_is_asked_once_in_thirty_seconds_and_dropped_on_revocation() {
    let port = Port::open().await;
    let ask = || json_of(port.request("GET", "/api/care/echo").insert_header(cookie(LEE)));
    for _ in 0..3 {
        assert!(ask().await.1["authorization"].is_string());
    }
    assert_eq!(port.asked.count.load(Ordering::SeqCst), 1);
    port.ground.clock.advance(Span::seconds(31));
    ask().await;
    assert_eq!(port.asked.count.load(Ordering::SeqCst), 2);
    port.gateway.door.forget(id(1));
    port.asked.is_gone.store(true, Ordering::SeqCst);
    assert!(ask().await.1["authorization"].is_null());
}

#[actix_web::test]
async fn a_poll_is_not_a_person() {
    let port = Port::open().await;
    let poll = port.request("GET", "/api/care/echo").insert_header(cookie(LEE));
    json_of(poll.insert_header(("x-holdspace-poll", "1"))).await;
    json_of(port.request("GET", "/api/care/echo").insert_header(cookie(LEE))).await;
    assert_eq!(*port.asked.touches.lock().unwrap(), [Touch::Poll, Touch::Person]);
}

#[actix_web::test]
async fn a_post_that_is_not_from_our_page_is_refused() {
    let port = Port::open().await;
    assert_eq!(json_of(port.post("/api/care/echo")).await.0, 200);
    let (status, body) = json_of(port.request("POST", "/api/care/echo").insert_header(cookie(LEE))).await;
    assert_eq!((status, body["code"].as_str()), (403, Some("csrf.refused")));
    let foreign = port.request("POST", "/api/care/echo").insert_header(("x-holdspace", "1"));
    assert_eq!(json_of(foreign.insert_header(("origin", "https://evil.example"))).await.0, 403);
    // Machines of others sign what they say: they pass, and whose browser it came from is not even asked.
    let signed = port.request("POST", "/api/checkins/telephony/replies").insert_header(cookie(LEE));
    assert_eq!(json_of(signed).await.0, 404);
    assert!(port.asked.touches.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn a_body_beyond_64_kib_is_refused_whether_or_not_it_says_so() {
    let port = Port::open().await;
    let fits = port.post("/api/care/echo").send_body("x".repeat(64 * 1024)).await.unwrap();
    assert_eq!(fits.status(), 200);
    let mut declared = port.post("/api/care/echo").send_body("x".repeat(64 * 1024 + 1)).await.unwrap();
    let body: Value = serde_json::from_slice(&declared.body().await.unwrap()).unwrap();
    assert_eq!((declared.status().as_u16(), body["code"].as_str()), (413, Some("body.too_large")));
    let head = "POST /api/care/echo HTTP/1.1\r\nhost: HOST\r\norigin: http://HOST\r\nx-holdspace: 1\r\n\
        transfer-encoding: chunked\r\n\r\n";
    let chunks = format!("{:x}\r\n{}\r\n", 40_000, "x".repeat(40_000)).repeat(2);
    assert!(port.raw(&format!("{head}{chunks}")).await.starts_with("HTTP/1.1 413"));
}

#[actix_web::test]
async fn a_compressed_body_is_refused() {
    let port = Port::open().await;
    let request = port.post("/api/care/echo").insert_header(("content-encoding", "gzip"));
    assert_eq!(request.send_body("x").await.unwrap().status(), 415);
}

#[actix_web::test]
async fn a_request_framed_two_ways_is_refused() {
    let port = Port::open().await;
    let head = "POST /api/care/echo HTTP/1.1\r\nhost: HOST\r\n";
    for odd in [
        "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "content-length: 4\r\ncontent-length: 5\r\n\r\nabcd",
        "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    ] {
        let answer = port.raw(&format!("{head}{odd}")).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{odd:?} {answer}");
    }
}

#[actix_web::test]
async fn odd_paths_methods_and_hosts_find_nothing() {
    let port = Port::open().await;
    for path in [
        "/api/ghost/x",
        "/api/identity/internal/resolve",
        "/api/care//echo",
        "/api/care/%2e%2e/echo",
        "/api/care/echo;x=1",
    ] {
        let answer = port.raw(&format!("GET {path} HTTP/1.1\r\nhost: HOST\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("not_found"), "{path} {answer}");
    }
    let traced = port.raw("TRACE /api/care/echo HTTP/1.1\r\nhost: HOST\r\n\r\n").await;
    assert!(traced.starts_with("HTTP/1.1 403") || traced.starts_with("HTTP/1.1 405"), "{traced}");
    for (path, allowed) in
        [("/api/time", "GET"), ("/api/rooms/7/ticket", "POST"), ("/console/x", "GET, HEAD")]
    {
        let ours = format!("http://{}", port.address);
        let put =
            port.request("PUT", path).insert_header(("x-holdspace", "1")).insert_header(("origin", ours));
        let mut answer = put.send().await.unwrap();
        let allow = answer.headers().get("allow").and_then(|value| value.to_str().ok()).map(str::to_owned);
        assert_eq!((answer.status().as_u16(), allow.as_deref()), (405, Some(allowed)), "{path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "http.method", "{path}");
    }
    let rebound = port.raw("GET /api/time HTTP/1.1\r\nhost: evil.example\r\n\r\n").await;
    assert!(rebound.starts_with("HTTP/1.1 404"), "{rebound}");
}

#[actix_web::test]
async fn every_answer_wears_the_headers_and_one_request_id() {
    let port = Port::open().await;
    let mut response = port.request("GET", "/api/ghost").send().await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert!(header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("content-type").as_deref(), Some("application/problem+json"));
    assert_eq!(header("x-holdspace-now").as_deref(), Some("1800000000000000"));
    let request_id = header("x-request-id");
    let body: Value = serde_json::from_slice(&response.body().await.unwrap()).unwrap();
    assert_eq!(body["request_id"].as_str(), request_id.as_deref());
}

#[actix_web::test]
async fn pages_are_served_and_the_time_is_told() {
    let port = Port::open().await;
    let mut page = port.request("GET", "/console/x").send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.body().await.unwrap().as_ref()), (200, b"the page".as_slice()));
    assert_eq!(port.request("POST", "/console/x").send().await.unwrap().status(), 405);
    let (_, body) = json_of(port.request("GET", "/api/time")).await;
    assert_eq!(body["now_at"], 1_800_000_000_000_000_i64);
    assert_eq!(
        json_of(port.request("GET", "/ready")).await,
        (200, json!({"ready": true, "missing": ["care: no lamp is lit"]}))
    );
    assert_eq!(port.request("GET", "/metrics").send().await.unwrap().status(), 200);
    let forwarded = port.request("GET", "/metrics").insert_header(("x-forwarded-for", "203.0.113.7"));
    assert_eq!(forwarded.send().await.unwrap().status(), 404, "numbers for whom a proxy asks");
}

#[actix_web::test]
async fn a_sockets_address_asked_for_a_page_says_so() {
    let port = Port::open().await;
    let (status, problem) = json_of(port.request("GET", "/api/live").insert_header(cookie(LEE))).await;
    assert_eq!((status, &problem["code"]), (400, &json!("http.socket_only")));
}

#[actix_web::test]
async fn a_room_ticket_names_one_room_one_device_and_one_certificate() {
    let port = Port::open().await;
    let room = id::<SessionId>(9);
    let fingerprint = vec!["ab"; 32].join(":");
    let wanted = json!({"fingerprint": fingerprint, "device": "laptop-1"});
    let ask = |who: &str| port.post(&format!("/api/rooms/{room}/ticket")).insert_header(cookie(who));
    let mut response = ask(LEE).send_json(&wanted).await.unwrap();
    let body: Value = serde_json::from_slice(&response.body().await.unwrap()).unwrap();
    let now = port.ground.clock.now();
    let ticket = port.ground.verifier.verify_room(body["token"].as_str().unwrap(), now).unwrap();
    assert_eq!(
        (ticket.room, ticket.device.as_str(), ticket.fp),
        (room, "laptop-1", fingerprint.to_uppercase())
    );
    assert_eq!(ask(ANA).send_json(&wanted).await.unwrap().status(), 403, "a sitter who is not in the home");
    let nobody = port.post(&format!("/api/rooms/{room}/ticket"));
    assert_eq!(nobody.send_json(&wanted).await.unwrap().status(), 401);
    let short = json!({"fingerprint": "ab:cd", "device": "laptop-1"});
    assert_eq!(ask(LEE).send_json(&short).await.unwrap().status(), 422);
}

#[actix_web::test]
async fn a_socket_beats_and_a_revoked_one_closes_within_a_second() {
    let port = Port::open().await;
    let open = awc::Client::default().ws(format!("http://{}/api/live", port.address));
    let open = open.set_header("cookie", cookie(LEE).1).origin(format!("http://{}", port.address).as_str());
    let (_, mut socket) = open.connect().await.unwrap();
    let Some(Ok(Frame::Text(beat))) = socket.next().await else { panic!("the first frame is a beat") };
    let beat: Value = serde_json::from_slice(&beat).unwrap();
    assert_eq!((beat["type"].as_str(), beat["now_at"].as_i64()), (Some("beat"), Some(1_800_000_000_000_000)));
    assert!(port.gateway.fanout.is_present(id(1)));
    port.revoke(1).await;
    let closed = async {
        loop {
            match socket.next().await {
                Some(Ok(Frame::Close(reason))) => return reason.map(|reason| reason.code),
                Some(Ok(_frame)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    };
    let code = tokio::time::timeout(Duration::from_secs(1), closed).await.unwrap();
    assert_eq!(code, Some(CloseCode::Other(4401)));
}

#[actix_web::test]
async fn a_foreign_page_opens_no_socket_and_neither_does_a_stranger() {
    let port = Port::open().await;
    let ws = || awc::Client::default().ws(format!("http://{}/api/live", port.address));
    let foreign = ws().set_header("cookie", cookie(LEE).1).origin("https://evil.example");
    assert!(foreign.connect().await.is_err());
    assert!(ws().origin(format!("http://{}", port.address).as_str()).connect().await.is_err());
}
