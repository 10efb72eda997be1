//! Logs and metrics. Never a name, a contact, free text, a body or a token.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::cell::RefCell;
use std::future::Future;
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

tokio::task_local! {
    static REQUEST_ID: RefCell<String>;
}

/// Starts logging as JSON lines on standard error. Safe to call twice.
pub fn start(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_bad| EnvFilter::new("info"));
    // A second call in the same process (tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).try_init();
}

/// Runs `work` with a request id that problems and log lines carry.
pub async fn with_request_id<F: Future>(id: String, work: F) -> F::Output {
    REQUEST_ID.scope(RefCell::new(id), work).await
}

/// The id of the request being answered, or a dash outside of one.
pub fn current_request_id() -> String {
    REQUEST_ID.try_with(|id| id.borrow().clone()).unwrap_or_else(|_outside| "-".into())
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
