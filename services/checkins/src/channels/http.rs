//! How a notice travels over HTTP: on a connection of its own, within 6 s, and never to where an answer points.

use anyhow::Context as _;
use awc::http::StatusCode;
use awc::{Client, ClientRequest, Connector, SendClientRequest};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A whole attempt (reliability.md §2.4, step 3): then the next channel has it.
const ATTEMPT: Duration = Duration::from_secs(6);
/// No provider says more than this for having taken a message.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Nobody is there, and nobody will be.
pub(super) const GONE: &str = "gone";

/// Makes requests that trust the machine's certificates, and perhaps one more.
#[derive(Clone)]
pub(super) struct Http(Arc<rustls::ClientConfig>);

/// What was answered to a request that was taken.
pub(super) struct Taken {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

impl Http {
    pub(super) fn new(ca: Option<&Path>) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(trust(ca)?)))
    }

    /// A kept connection may be dead without saying so, and would cost an alarm its 6 s.
    pub(super) fn post(&self, url: &str) -> ClientRequest {
        let connector = Connector::new().rustls_0_23(Arc::clone(&self.0)).timeout(ATTEMPT);
        let client = Client::builder().connector(connector).timeout(ATTEMPT).disable_redirects().finish();
        client.post(url).force_close().no_decompress()
    }
}

impl Taken {
    /// The provider's own word, or that there was none.
    pub(super) fn reference(&self, name: &str) -> Option<String> {
        let said: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        said.get(name)?.as_str().filter(|word| !word.is_empty() && word.len() <= 100).map(str::to_owned)
    }

    /// The status itself, where nobody promised a better word.
    pub(super) fn status(&self) -> String {
        format!("HTTP {}", self.status.as_u16())
    }
}

/// Whether it was taken, in time.
pub(super) async fn taken(asked: SendClientRequest) -> Result<Taken, &'static str> {
    let answered = async {
        let mut answer = asked.await.map_err(|_unreached| "not_taken")?;
        let status = answer.status();
        if !status.is_success() {
            return Err(refusal(status));
        }
        let body = answer.body().limit(ANSWER_BYTES_MAX).await.map_err(|_broken| "not_taken")?;
        Ok(Taken { status, body: body.to_vec() })
    };
    tokio::time::timeout(ATTEMPT, answered).await.map_err(|_elapsed| "timed_out")?
}

/// The word that is kept with the attempt.
fn refusal(status: StatusCode) -> &'static str {
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => "not_taken",
        StatusCode::NOT_FOUND | StatusCode::GONE => GONE,
        status if status.is_client_error() || status.is_redirection() => "refused",
        _others => "not_taken",
    }
}

/// The machine's certificates, and one more where there is one.
pub(crate) fn trust(ca: Option<&Path>) -> anyhow::Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(ca) = ca {
        let pem = std::fs::read(ca).with_context(|| format!("cannot read {}", ca.display()))?;
        for certificate in rustls_pemfile::certs(&mut pem.as_slice()) {
            roots.add(certificate?)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
