//! One browser by hand: what a page of ours would send, and whatever else a row wants.

use crate::wire::{Answer, Wire};
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

/// One request in the making.
#[derive(Debug, Clone)]
pub struct Ask {
    /// `POST`.
    pub method: String,
    /// `/api/…`.
    pub path: String,
    /// In the order they are sent.
    pub headers: Vec<(String, String)>,
    /// The bytes of the body, if there is one.
    pub body: Option<Vec<u8>>,
}

impl Ask {
    /// A question.
    pub fn get(path: &str) -> Self {
        Self { method: "GET".into(), path: path.into(), headers: vec![], body: None }
    }

    /// A command under a new id, with these bytes.
    pub fn raw(path: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = [
            ("x-holdspace", "1".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key()),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self { method: "POST".into(), path: path.into(), headers, body: Some(body.into()) }
    }

    /// A command under a new id.
    pub fn post(path: &str, body: &Value) -> Self {
        Self::raw(path, body.to_string())
    }

    /// With this header in place of any of that name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Without that header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Under this command id.
    pub fn key(self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    /// By this method.
    pub fn by(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }
}

/// A command id of our own.
pub fn key() -> String {
    chassis::ids::fresh::<kernel::id::CommandId>().to_string()
}

/// One browser at one name of the house.
#[derive(Clone)]
pub struct Caller {
    wire: Rc<Wire>,
    /// `sitter.localhost:8080`.
    pub host: String,
    /// The address it comes from.
    pub from: Ipv4Addr,
    cookie: RefCell<Option<String>>,
}

impl Caller {
    /// A browser at `NAME.localhost`, from this address.
    pub fn new(wire: &Rc<Wire>, name: &str, from: Ipv4Addr) -> Self {
        let host = format!("{name}.localhost:{}", wire.port());
        Self { wire: Rc::clone(wire), host, from, cookie: RefCell::default() }
    }

    /// The cookie, as the browser sends it.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.borrow().clone()
    }

    /// The bytes of a request as this browser sends it.
    pub fn bytes(&self, ask: &Ask) -> Vec<u8> {
        let mut head =
            format!("{} {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", ask.method, ask.path, self.host);
        let origin = ("origin".to_owned(), format!("http://{}", self.host));
        let is_given = |name: &str| ask.headers.iter().any(|(known, _)| known == name);
        let cookie =
            self.cookie().filter(|_| !is_given("cookie")).map(|cookie| ("cookie".to_owned(), cookie));
        let own = [origin].into_iter().filter(|_| !is_given("origin")).chain(cookie);
        for (name, value) in own.chain(ask.headers.iter().cloned()).filter(|(_, value)| value != "-") {
            for part in [&name, ": ", &value, "\r\n"] {
                head.push_str(part);
            }
        }
        if let Some(body) = &ask.body {
            for part in ["content-length: ", &body.len().to_string(), "\r\n"] {
                head.push_str(part);
            }
        }
        head.push_str("\r\n");
        [head.as_bytes(), ask.body.as_deref().unwrap_or_default()].concat()
    }

    /// Asks once.
    pub async fn once(&self, ask: &Ask) -> anyhow::Result<Answer> {
        let answer = self.wire.send(self.from, &self.bytes(ask)).await?;
        let baked = answer.header("set-cookie").and_then(|baked| baked.split(';').next());
        if let Some(pair) = baked {
            *self.cookie.borrow_mut() = Some(pair.to_owned());
        }
        Ok(answer)
    }

    /// Asks, and waits where only the rate was too high: rows are about something else.
    pub async fn ask(&self, ask: &Ask) -> anyhow::Result<Answer> {
        for _again in 0..40 {
            let answer = self.once(ask).await?;
            if answer.code() != "rate.limited" {
                return Ok(answer);
            }
            tests::pause(250).await;
        }
        bail!("{} {}: too many requests, for too long", ask.method, ask.path)
    }

    /// What a page reads.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.ask(&Ask::get(path)).await
    }

    /// What a page does.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.ask(&Ask::post(path, body)).await
    }

    /// The same, where only a good answer will do.
    pub async fn good(&self, ask: &Ask) -> anyhow::Result<Value> {
        let answer = self.ask(ask).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        bail!("{} {}: {} {}", ask.method, ask.path, answer.status, answer.body)
    }

    /// Does it again until it is taken: what another service must hear first arrives a moment later.
    pub async fn insist(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let mut last = Answer::default();
        for _again in 0..400 {
            last = self.post(path, body).await?;
            if (200..300).contains(&last.status) {
                return Ok(last.body);
            }
            tests::pause(25).await;
        }
        bail!("{path} was never taken: {} {}", last.status, last.body)
    }

    /// Reads again until this is true of it.
    pub async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let mut last = Answer::default();
        for _again in 0..400 {
            last = self.get(path).await?;
            if last.status == 200 && is_so(&last.body) {
                return Ok(last.body);
            }
            tests::pause(25).await;
        }
        bail!("{path} never said so: {} {}", last.status, last.body)
    }

    /// Opens a link as a press on its page does.
    pub async fn enter(&self, link: &str) -> anyhow::Result<Value> {
        let token = link.rsplit_once('#').context("no token in the link")?.1;
        self.good(&redeem(token)).await
    }

    /// A socket as a page opens it: the answer to the handshake, and the line if it stands.
    pub async fn socket(&self, path: &str, origin: &str) -> anyhow::Result<(Answer, tokio::net::TcpStream)> {
        let ask = Ask::get(path)
            .with("origin", origin)
            .with("connection", "upgrade")
            .with("upgrade", "websocket")
            .with("sec-websocket-version", "13")
            .with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let bytes = String::from_utf8(self.bytes(&ask))?.replace("connection: close\r\n", "");
        let mut stream = self.wire.connect(self.from).await?;
        tokio::io::AsyncWriteExt::write_all(&mut stream, bytes.as_bytes()).await?;
        let answer = tokio::time::timeout(Duration::from_secs(5), self.wire.answer(&mut stream)).await??;
        Ok((answer, stream))
    }
}

/// A press on a link's page.
pub fn redeem(token: &str) -> Ask {
    Ask::post("/api/identity/links/redeem", &serde_json::json!({ "token": token })).without("idempotency-key")
}
