//! The door before services in processes of their own: what is handed over, what is said twice, what is not believed.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by unwrapping")]

use chassis::clock::{self, Clock};
use chassis::config::Config;
use chassis::process::Stopping;
use chassis::run;
use gateway::Gateway;
use kernel::time::{Span, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// 43 letters, as a cookie has.
const LEE: &str = "lee-lee-lee-lee-lee-lee-lee-lee-lee-lee-lee";
const STANDING: &str = r#"{"sign_in":"01a200c6-eae5-77c8-8a24-e415822e4b75","person":"01a200c6-eae5-77c8-8a24-e415822e4b76","clinic":"01a200c6-eae5-77c8-8a24-e415822e4b77","role":"therapist","session":null,"reach":"full"}"#;

/// A service that says what it was told to say, one answer a request, and remembers what it was asked.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<(Vec<String>, Vec<String>)>>);

impl Script {
    fn new(answers: &[&str]) -> Self {
        let answers = answers.iter().rev().map(|answer| (*answer).to_owned()).collect();
        Self(Arc::new(Mutex::new((answers, vec![]))))
    }

    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().1.clone()
    }

    async fn open(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        actix_web::rt::spawn(self.answer_all(listener));
        address
    }

    async fn answer_all(self, listener: TcpListener) {
        while let Ok((line, _)) = listener.accept().await {
            actix_web::rt::spawn(self.clone().answer(line));
        }
    }

    /// An empty answer hangs up without a word.
    async fn answer(self, mut line: TcpStream) {
        while let Some(request) = read(&mut line).await {
            let answer = {
                let mut script = self.0.lock().unwrap();
                script.1.push(request);
                script.0.pop().unwrap_or_default()
            };
            if answer.is_empty() || line.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// One request with its body.
async fn read(line: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut piece = [0; 4096];
    loop {
        let length = line.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        text.push_str(std::str::from_utf8(piece.get(..length)?).ok()?);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let wanted = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= wanted.map_or(0, |length| length.parse().unwrap_or(0)) {
            return Some(text);
        }
    }
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A gateway before an identity that knows Dr. Lee, and before `care`.
struct Door {
    address: String,
    identity: Script,
    _folder: tempfile::TempDir,
}

impl Door {
    async fn before(care: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = Script::new(&[ok(STANDING).as_str(); 4]);
        let upstreams = BTreeMap::from([
            ("care".to_owned(), care.to_owned()),
            ("identity".to_owned(), identity.clone().open().await),
        ]);
        let data_dir = folder.path().join("data");
        let config = Config { data_dir, upstreams, workers: 1, ..Config::default() };
        let clock = Clock::test(Timestamp::from_micros(1_800_000_000_000_000));
        let ground = run::ground(config, clock).unwrap();
        let gateway = Gateway::before_upstreams(&ground, Stopping::default()).unwrap();
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap().to_string();
        actix_web::rt::spawn(gateway.serve(socket).unwrap());
        Self { address, identity, _folder: folder }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.request(awc::http::Method::GET, path).send()).await
    }

    async fn post(&self, path: &str, key: Option<&str>) -> (u16, Value) {
        let request = self.request(awc::http::Method::POST, path);
        let request = match key {
            Some(key) => request.insert_header(("idempotency-key", key)),
            None => request,
        };
        self.send(request.send_json(&json!({}))).await
    }

    /// As Dr. Lee's page asks, with a word about somebody else.
    fn request(&self, method: awc::http::Method, path: &str) -> awc::ClientRequest {
        awc::Client::default()
            .request(method, format!("http://{}{path}", self.address))
            .insert_header(("cookie", format!("__Host-sid={LEE}")))
            .insert_header(("x-user-id", "somebody-else"))
            .insert_header(("x-holdspace", "1"))
            .insert_header(("origin", format!("http://{}", self.address)))
    }

    async fn send(&self, sent: awc::SendClientRequest) -> (u16, Value) {
        let mut response = sent.await.unwrap();
        let body = response.body().await.unwrap();
        (response.status().as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}

#[actix_web::test]
async fn a_request_arrives_with_a_token_and_without_the_cookie_or_a_strangers_word() {
    let care = Script::new(&[&ok(r#"{"from":"care"}"#)]);
    let door = Door::before(&care.clone().open().await).await;
    assert_eq!(door.get("/api/care/journal?from=1").await, (200, json!({ "from": "care" })));
    let asked = care.asked().concat();
    assert!(asked.starts_with("GET /api/care/journal?from=1 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("authorization: Bearer ey") && asked.contains("x-holdspace-from: 127.0.0.1"));
    assert!(!asked.contains(LEE) && !asked.contains("somebody-else"), "{asked}");
}

#[actix_web::test]
async fn identity_is_asked_once_with_a_pass_of_the_gateways_own() {
    let care = Script::new(&[&ok("1"), &ok("2")]);
    let door = Door::before(&care.open().await).await;
    door.get("/api/care/journal").await;
    door.get("/api/care/journal").await;
    let asked = door.identity.asked();
    assert_eq!(asked.len(), 1, "the second time it is remembered");
    let question = asked.concat();
    assert!(question.starts_with("POST /api/identity/internal/standing HTTP/1.1\r\n"), "{question}");
    assert!(question.contains("authorization: Bearer ey") && question.contains(LEE));
}

#[actix_web::test]
async fn a_service_that_is_just_being_restarted_is_waited_for() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap().to_string();
    drop(closed);
    let door = Door::before(&address).await;
    let asking = actix_web::rt::spawn(async move { door.post("/api/care/journal", None).await });
    // So long it is away: time for some tries that nobody hears.
    clock::wait(Span::millis(300)).await;
    let back = TcpListener::bind(&address).await.unwrap();
    actix_web::rt::spawn(Script::new(&[&ok("7")]).answer_all(back));
    assert_eq!(asking.await.unwrap(), (200, json!(7)));
}

#[actix_web::test]
async fn a_command_with_an_id_is_said_again_when_no_answer_comes() {
    let care = Script::new(&["", "", &ok("3")]);
    let door = Door::before(&care.clone().open().await).await;
    let id = "01a200c6-eae5-77c8-8a24-e415822e4b79";
    assert_eq!(door.post("/api/care/journal", Some(id)).await, (200, json!(3)));
    let asked = care.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|request| request.contains(id)));
}

#[actix_web::test]
async fn what_carries_no_id_is_said_once_and_no_more() {
    let care = Script::new(&["", &ok("3")]);
    let door = Door::before(&care.clone().open().await).await;
    let (status, problem) = door.post("/api/care/journal", None).await;
    assert_eq!((status, problem.get("code")), (503, Some(&json!("house.not_ready"))));
    assert_eq!(care.asked().len(), 1);
}

#[actix_web::test]
async fn chunks_are_put_together_and_two_lengths_are_not_believed() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n";
    let double = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n1";
    let care = Script::new(&[chunked, double, double]);
    let door = Door::before(&care.open().await).await;
    assert_eq!(door.get("/api/care/journal").await, (200, json!([1, 2])));
    assert_eq!(door.post("/api/care/journal", None).await.0, 503);
}

#[actix_web::test]
async fn a_word_in_between_is_passed_over_and_a_closed_line_is_not_used_again() {
    let early = format!("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n{}", ok("1"));
    let last = ok("2").replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    let care = Script::new(&[&early, &last, &ok("3")]);
    let door = Door::before(&care.open().await).await;
    for number in 1..=3 {
        assert_eq!(door.get("/api/care/journal").await, (200, json!(number)));
    }
}

#[actix_web::test]
async fn a_bare_refusal_of_a_service_becomes_a_problem() {
    let care = Script::new(&["HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"]);
    let door = Door::before(&care.open().await).await;
    let (status, problem) = door.get("/api/care/nothing").await;
    assert_eq!((status, problem.get("code")), (404, Some(&json!("not_found"))));
}

#[actix_web::test]
async fn what_services_say_to_each_other_is_not_reached() {
    let door = Door::before("127.0.0.1:1").await;
    let (status, _) = door.post("/api/identity/internal/standing", None).await;
    assert_eq!(status, 404);
    assert!(door.identity.asked().is_empty());
}

#[actix_web::test]
async fn a_socket_runs_through_in_both_directions() {
    let switched = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\nhello";
    let care = Script::new(&[switched]);
    let door = Door::before(&care.clone().open().await).await;
    let mut page = TcpStream::connect(&door.address).await.unwrap();
    let request = format!(
        "GET /api/care/signal HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\ncookie: __Host-sid={LEE}\r\n\
         connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: abc\r\nsec-websocket-version: 13\r\n\r\n",
        door.address
    );
    page.write_all(request.as_bytes()).await.unwrap();
    let mut heard = String::new();
    while !heard.ends_with("hello") {
        let mut piece = [0; 1024];
        let length = page.read(&mut piece).await.unwrap();
        assert!(length > 0, "closed after {heard}");
        heard.push_str(std::str::from_utf8(&piece[..length]).unwrap());
    }
    assert!(heard.starts_with("HTTP/1.1 101 "), "{heard}");
    page.write_all(b"from the page\r\n\r\n").await.unwrap();
    while care.asked().len() < 2 {
        actix_web::rt::task::yield_now().await;
    }
    assert!(care.asked().concat().contains("sec-websocket-key: abc"));
    assert_eq!(care.asked().last().unwrap(), "from the page\r\n\r\n");
}
