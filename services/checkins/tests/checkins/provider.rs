//! A real HTTP server that plays the telephone provider, the pager service and the other system: it takes what it is
//! sent, refuses it, says nothing, lies, or points elsewhere.

use actix_web::http::header::HeaderMap;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use chassis::config::Config;
use chassis::config::channels::{Ntfy, Telephony, Webhook};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const TOKEN: &str = "the account's secret";
pub const KEY: &str = "the key of both";
/// Longer than any attempt.
const SILENCE: Duration = Duration::from_mins(1);

/// How it treats what it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    Refuses,
    Breaks,
    Hangs,
    /// 200, and a page that has nothing to do with it.
    Lies,
    /// To `/elsewhere`, which takes everything.
    Points,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Heard {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Heard {
    /// A field of a form.
    pub fn field(&self, name: &str) -> String {
        let fields = web::Query::<BTreeMap<String, String>>::from_query(&self.body).unwrap();
        fields.get(name).cloned().unwrap_or_default()
    }
}

#[derive(Default)]
struct Memory {
    heard: Vec<Heard>,
    /// By how a path begins; whatever is not named here is taken.
    manners: Vec<(&'static str, Manner)>,
}

/// The server, for as long as its test runs.
#[derive(Clone)]
pub struct Provider {
    memory: Arc<Mutex<Memory>>,
    url: String,
}

impl Provider {
    pub fn start() -> Self {
        let memory = Arc::<Mutex<Memory>>::default();
        let shared = Arc::clone(&memory);
        let server = HttpServer::new(move || {
            let memory = Arc::clone(&shared);
            let hear = move |request: HttpRequest, body: Bytes| answer(Arc::clone(&memory), request, body);
            App::new().default_service(web::to(hear))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(0).bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        Self { memory, url }
    }

    /// From now on, for paths that begin so.
    pub fn behave(&self, path: &'static str, manner: Manner) {
        let mut memory = self.memory.lock().unwrap();
        memory.manners.retain(|(known, _)| *known != path);
        memory.manners.push((path, manner));
    }

    /// Everything sent to paths that end so.
    pub fn heard(&self, end: &str) -> Vec<Heard> {
        let memory = self.memory.lock().unwrap();
        memory.heard.iter().filter(|heard| heard.path.ends_with(end)).cloned().collect()
    }

    pub fn telephony(&self, config: &mut Config) {
        config.telephony = Some(Telephony {
            base_url: format!("{}/", self.url),
            account_sid: "AC1".into(),
            auth_token: TOKEN.into(),
            from: "+15550100".into(),
            callback_url: Some("https://calls.clinic.test".into()),
            ca: None,
        });
    }

    pub fn ntfy(&self, config: &mut Config) {
        let (url, topic) = (self.url.clone(), "alarms".into());
        config.ntfy = Some(Ntfy { url, topic, token: Some("tk_1".into()), ca: None });
    }

    pub fn webhook(&self, config: &mut Config) {
        config.webhook = Some(Webhook { url: format!("{}/hook", self.url), key: KEY.into(), ca: None });
    }
}

async fn answer(memory: Arc<Mutex<Memory>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let path = request.path().to_owned();
    let manner = {
        let mut memory = memory.lock().unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        memory.heard.push(Heard { path: path.clone(), headers: headers(request.headers()), body });
        let known = memory.manners.iter().find(|(begin, _)| path.starts_with(begin));
        known.map_or(Manner::Takes, |(_, manner)| *manner)
    };
    match manner {
        Manner::Takes if path.starts_with("/2010-04-01") => {
            HttpResponse::Created().json(serde_json::json!({ "sid": "SM1" }))
        }
        Manner::Takes => HttpResponse::Ok().json(serde_json::json!({ "id": "n1" })),
        Manner::Refuses => HttpResponse::BadRequest().json(serde_json::json!({ "code": 21211 })),
        Manner::Breaks => HttpResponse::InternalServerError().finish(),
        Manner::Hangs => {
            let never = std::future::pending::<()>();
            let _ = tokio::time::timeout(SILENCE, never).await;
            HttpResponse::Ok().finish()
        }
        Manner::Lies => HttpResponse::Ok().body("<html>Welcome to this hotel's network</html>"),
        Manner::Points => {
            HttpResponse::TemporaryRedirect().insert_header(("location", "/elsewhere")).finish()
        }
    }
}

fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap().to_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}
