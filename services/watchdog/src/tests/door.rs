//! The door: what it refuses, what it answers, and what a page hears.

use super::{DR_LEE, beat, word};
use crate::config::Config;
use crate::desk::Desk;
use crate::door;
use crate::keys::{Signer, is_signed_by, public_key};
use crate::silence::{Input, Kept};
use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use kernel::time::Span;
use proto::beat::{Echo, Signed};
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A watchdog, and an engine whose key it knows.
struct Watched {
    desk: Arc<Desk>,
    engine: Signer,
    key: String,
}

fn signer(folder: &tempfile::TempDir, name: &str) -> Signer {
    Signer::load_or_create(&folder.path().join(name)).unwrap()
}

impl Watched {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (engine, own) = (signer(&folder, "engine"), signer(&folder, "own"));
        let config: Config = serde_json::from_value(json!({
            "listen": "127.0.0.1:0", "data_dir": folder.path(), "key_file": "own", "pagers": [DR_LEE],
            "trusted": { engine.key_id(): engine.public() }, "origins": ["https://clinic.test"],
            "smtp": { "host": "localhost", "port": 1, "from": "watchdog@clinic.test" },
        }))
        .unwrap();
        let key = own.public();
        Self { desk: Desk::new(&config, own, Kept::default()).unwrap(), engine, key }
    }

    fn signed(&self, sequence: u64) -> Signed {
        self.engine.sign(serde_json::to_string(&beat(sequence, self.desk.clock.now().wall)).unwrap()).unwrap()
    }

    async fn asks(&self, request: TestRequest) -> (u16, String) {
        let app = init_service(App::new().configure(|config| door::routes(config, &self.desk))).await;
        let response = call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        // A stream has no end.
        let is_stream =
            response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if is_stream { "".into() } else { read_body(response).await };
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn says(&self, body: impl Into<String>) -> (u16, Value) {
        let request = TestRequest::post().uri("/beats").set_payload(body.into());
        let (status, text) = self.asks(request).await;
        (status, serde_json::from_str(&text).unwrap())
    }

    async fn refuses(&self, body: impl Into<String>, status: u16, code: &str) {
        let answer = self.says(body).await;
        assert_eq!((answer.0, answer.1["code"].as_str()), (status, Some(code)));
        let (_, numbers) = self.asks(TestRequest::get().uri("/metrics")).await;
        assert!(numbers.contains(&format!("{{code=\"{code}\"}} ")), "{numbers}");
    }
}

fn text(signed: &Signed) -> String {
    serde_json::to_string(signed).unwrap()
}

#[actix_web::test]
async fn a_beat_is_answered_with_an_echo_that_the_watchdog_signed() {
    let watched = Watched::new();
    let (status, echo) = watched.says(text(&watched.signed(41))).await;
    let signed: Signed = serde_json::from_value(echo).unwrap();
    assert!(status == 200 && is_signed_by(&public_key(&watched.key).unwrap(), &signed));
    let echo: Echo = serde_json::from_str(signed.body.as_str()).unwrap();
    assert_eq!((echo.sequence, &echo.watchdog, echo.clean), (41, &watched.desk.boot, true));
    let (_, numbers) = watched.asks(TestRequest::get().uri("/metrics")).await;
    assert!(numbers.starts_with("watchdog_beats_heard_total 1\nwatchdog_engines 1\n"), "{numbers}");
}

#[actix_web::test]
async fn a_key_nobody_knows_and_a_signature_of_another_text_are_refused() {
    let watched = Watched::new();
    let stranger = signer(&tempfile::tempdir().unwrap(), "stranger");
    let body = watched.signed(1).body;
    let strange = stranger.sign(body.as_str().to_owned()).unwrap();
    watched.refuses(text(&strange), 403, "beat.key_unknown").await;
    let pretending = Signed { key_id: word(&watched.engine.key_id()), ..strange };
    watched.refuses(text(&pretending), 403, "beat.signature_bad").await;
    let altered = Signed { body: watched.signed(2).body, ..watched.signed(1) };
    watched.refuses(text(&altered), 403, "beat.signature_bad").await;
    assert_eq!(watched.desk.report()["state"], "starting");
}

#[actix_web::test]
async fn what_is_no_beat_is_refused_even_when_it_is_signed() {
    let watched = Watched::new();
    watched.refuses("{", 400, "beat.malformed").await;
    let mut named = serde_json::to_value(beat(1, watched.desk.clock.now().wall)).unwrap();
    named["name"] = json!("Sam");
    let named = watched.engine.sign(named.to_string()).unwrap();
    watched.refuses(text(&named), 400, "beat.malformed").await;
    watched.refuses("x".repeat(24_001), 413, "body.too_large").await;
}

#[actix_web::test]
async fn a_beat_said_again_or_sent_at_another_time_is_refused() {
    let watched = Watched::new();
    let signed = text(&watched.signed(1));
    assert_eq!(watched.says(signed.clone()).await.0, 200);
    watched.refuses(signed, 409, "beat.replayed").await;
    for seconds in [-11, 12] {
        let sent_at = watched.desk.clock.now().wall.plus(Span::seconds(seconds));
        let signed = watched.engine.sign(serde_json::to_string(&beat(2, sent_at)).unwrap()).unwrap();
        watched.refuses(text(&signed), 422, "beat.not_fresh").await;
    }
}

#[actix_web::test]
async fn a_page_hears_how_it_stands_at_once_and_again_when_that_changes() {
    let watched = Watched::new();
    let app = init_service(App::new().configure(|config| door::routes(config, &watched.desk))).await;
    let request = TestRequest::get().uri("/beats").insert_header(("origin", "https://clinic.test"));
    let response = call_service(&app, request.to_request()).await;
    assert_eq!(response.headers().get("access-control-allow-origin").unwrap(), "https://clinic.test");
    assert_eq!(response.headers().get("content-type").unwrap(), "text/event-stream");
    let mut body = response.into_body();
    let mut heard = async || {
        let event = std::future::poll_fn(|context| Pin::new(&mut body).poll_next(context));
        let event =
            tokio::time::timeout(Duration::from_secs(5), event).await.expect("sooner than every 15 s");
        String::from_utf8(event.unwrap().unwrap().to_vec()).unwrap()
    };
    let first = heard().await;
    assert!(first.starts_with("retry: 2000\ndata: {\"engines\":0,\"heard_at\":null,\"now\":"), "{first}");
    assert!(first.ends_with("\"state\":\"starting\"}\n\n"), "{first}");
    let now = watched.desk.clock.now();
    watched.desk.step(Input::Beat(&beat(1, now.wall)), now).unwrap();
    let second = heard().await;
    assert!(second.contains("\"engines\":1") && second.contains("\"state\":\"ok\""), "{second}");
}

#[actix_web::test]
async fn a_strange_page_and_one_page_too_many_hear_nothing() {
    let watched = Watched::new();
    let strange = TestRequest::get().uri("/beats").insert_header(("origin", "https://evil.test"));
    assert_eq!(watched.asks(strange).await.0, 403);
    watched.desk.numbers.streams.store(500, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(watched.asks(TestRequest::get().uri("/beats")).await.0, 503);
    assert_eq!(watched.asks(TestRequest::get().uri("/")).await.0, 404);
    for path in ["/live", "/ready"] {
        assert_eq!(watched.asks(TestRequest::get().uri(path)).await.0, 200, "{path}");
    }
}
