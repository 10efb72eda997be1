//! A person's browser without the pages: cookie, origin, command ids.

use anyhow::{Context as _, bail};
use awc::http::Method;
use futures_util::future::LocalBoxFuture;
use holdspace::inside::{Does, Speak};
use serde_json::Value;
use std::cell::RefCell;
use std::time::Duration;

/// One browser of one role.
pub struct Caller {
    client: awc::Client,
    host: String,
    port: u16,
    cookie: RefCell<Option<String>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body, or null.
    pub body: Value,
}

impl Caller {
    /// A browser at `ROLE.localhost`.
    pub fn new(role: &str, port: u16) -> Self {
        Self::at(&format!("{role}.localhost"), port)
    }

    /// A browser at this host of the house on `port`.
    pub fn at(host: &str, port: u16) -> Self {
        let connector = awc::Connector::new().timeout(Duration::from_secs(2));
        let client = awc::Client::builder().connector(connector).timeout(Duration::from_secs(20)).finish();
        Self { client, host: format!("{host}:{port}"), port, cookie: RefCell::default() }
    }

    /// Opens a demo link, as a press on its page does.
    ///
    /// # Errors
    /// When the link does not open.
    pub async fn enter(&self, link: &str) -> anyhow::Result<Value> {
        let token = link.rsplit_once('#').context("no token in the link")?.1;
        let answer = self.post("/api/identity/links/redeem", &serde_json::json!({ "token": token })).await?;
        if answer.status == 200 {
            Ok(answer.body)
        } else {
            bail!("the link answered {}: {}", answer.status, answer.body)
        }
    }

    /// Asks.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None, None).await
    }

    /// Does, under a new command id.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.post_as(path, body, &chassis::ids::fresh::<kernel::id::CommandId>().to_string()).await
    }

    /// Does, under this command id: the same again must be harmless.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn post_as(&self, path: &str, body: &Value, key: &str) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body), Some(key)).await
    }

    /// Comes in with a cookie got elsewhere: the same browser at another door.
    pub fn take_cookie(&self, cookie: Option<String>) {
        *self.cookie.borrow_mut() = cookie;
    }

    /// The session cookie, if there is one.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.borrow().clone()
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> anyhow::Result<Answer> {
        let origin = format!("http://{}", self.host);
        let mut request = self
            .client
            .request(method, format!("http://127.0.0.1:{}{path}", self.port))
            .insert_header(("host", self.host.clone()))
            .insert_header(("origin", origin))
            .insert_header(("x-holdspace", "1"));
        if let Some(cookie) = self.cookie() {
            request = request.insert_header(("cookie", cookie));
        }
        if let Some(key) = key {
            request = request.insert_header(("idempotency-key", key));
        }
        let sent = match body {
            Some(body) => request.send_json(body).await,
            None => request.send().await,
        };
        let mut response = sent.map_err(|error| anyhow::anyhow!("{path}: {error}"))?;
        let baked = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        if let Some(pair) = baked.and_then(|baked| baked.split(';').next()) {
            *self.cookie.borrow_mut() = Some(pair.to_owned());
        }
        let bytes =
            response.body().limit(4_000_000).await.map_err(|error| anyhow::anyhow!("{path}: {error}"))?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answer { status: response.status().as_u16(), body })
    }
}

impl Speak for Caller {
    fn speak<'a>(
        &'a self,
        path: &'a str,
        does: Option<Does<'a>>,
    ) -> LocalBoxFuture<'a, anyhow::Result<(u16, Value)>> {
        Box::pin(async move {
            let answer = match does {
                Some(Does { body, key }) => self.post_as(path, body, key).await?,
                None => self.get(path).await?,
            };
            Ok((answer.status, answer.body))
        })
    }
}

impl Answer {
    /// The body of a good answer.
    ///
    /// # Errors
    /// When it is a refusal.
    pub fn good(self) -> anyhow::Result<Value> {
        if self.status == 200 { Ok(self.body) } else { bail!("{}: {}", self.status, self.body) }
    }
}
