//! Notices to a topic of an ntfy server: whoever listens to it hears them through the night.

use super::http::{self, Http};
use super::{Carrier, Notice, Sent};
use chassis::config;
use futures_util::future::LocalBoxFuture;

/// The highest: it sounds and repeats also on a phone that is silent.
const PRIORITY: &str = "5";

pub(super) struct Topic {
    http: Http,
    url: String,
    token: Option<String>,
}

impl Topic {
    pub(super) fn new(config: &config::channels::Ntfy) -> anyhow::Result<Self> {
        let url = format!("{}/{}", config.url.trim_end_matches('/'), config.topic);
        Ok(Self { http: Http::new(config.ca.as_deref())?, url, token: config.token.clone() })
    }
}

impl Carrier for Topic {
    fn send<'a>(&'a self, notice: &'a Notice) -> LocalBoxFuture<'a, Sent> {
        Box::pin(async move {
            let request = self.http.post(&self.url).content_type("text/plain; charset=utf-8");
            let request = request.insert_header(("title", notice.subject()));
            let request = request.insert_header(("priority", PRIORITY));
            let request = request.insert_header(("click", notice.link.as_str()));
            let request = match &self.token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            // A page that answers 200 to everything is no pager: the real one says under which id it has the message.
            let taken = http::taken(request.send_body(notice.line())).await?;
            taken.reference("id").ok_or("no_reference")
        })
    }
}
