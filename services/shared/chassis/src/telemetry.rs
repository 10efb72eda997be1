//! Logs and metrics. Never a name, a contact, free text, a body or a token.

use actix_web::http::header::HeaderValue;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::future::Future;
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

tokio::task_local! {
    static REQUEST_ID: HeaderValue;
}

/// Starts logging as JSON lines on standard error. Safe to call twice.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_bad| EnvFilter::new("info"));
    // A second call in the same process (tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).try_init();
}

/// Runs `work` with a request id that problems and log lines carry.
pub async fn with_request_id<F: Future>(id: HeaderValue, work: F) -> F::Output {
    REQUEST_ID.scope(id, work).await
}

/// The id of the request being answered, or a dash outside of one.
pub fn current_request_id() -> String {
    let id = REQUEST_ID.try_with(|id| id.to_str().map(str::to_owned));
    id.ok().and_then(Result::ok).unwrap_or_else(|| "-".into())
}

/// The metrics of this process, in Prometheus' text form. `None` when another recorder is installed.
pub fn metrics() -> Option<String> {
    recorder().map(PrometheusHandle::render)
}

/// Installs the recorder; later calls return the same one.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}
