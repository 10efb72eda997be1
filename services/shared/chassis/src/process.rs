//! A service as a process of its own: its routes on a private port, `/live`, `/ready`, `/metrics`, and a quiet end.

use crate::alone;
use crate::asked::Asked;
use crate::clock::Clock;
use crate::config::Config;
use crate::points;
use crate::problem::{Field, Problem};
use crate::run::{self, Mounted, Part};
use crate::service::Ground;
use crate::telemetry;
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpResponse, HttpServer, web};
use anyhow::{Context as _, bail, ensure};
use proto::problems;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use utoipa_actix_web::{AppExt as _, scope};

/// Media engines and the migrator are talkative.
const LOGGED: &str = "info,rtc_dtls=error,rtc=error,sea_orm_migration=warn";
/// The id that the gateway gave the request, so that one id is found in every log.
pub const REQUEST_ID: &str = "x-request-id";
/// 10 s for running requests to finish when told to stop (reliability.md P24).
const SHUTDOWN_SECONDS: u64 = 10;
/// A connection from the gateway is kept this long between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(90);
/// A health check that takes longer has failed.
const HEALTH_TIME: Duration = Duration::from_secs(2);

/// Whether this process was told to stop. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Stopping(watch::Sender<bool>);

impl Stopping {
    /// It was.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was.
    pub fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is.
    pub async fn told(&self) {
        // We hold the sender, so it does not close.
        let _ = self.0.subscribe().wait_for(|is_told| *is_told).await;
    }
}

/// The nicest of Linux' 40 priorities is 19.
const GIVES_WAY: i32 = 10;

/// The whole of a service's `main`.
///
/// # Errors
/// When the configuration, the keys or the database are not fit to run.
pub fn serve(part: Part) -> anyhow::Result<ExitCode> {
    start(part.name, async move |ground: Ground, socket, stopping| {
        ensure!(ground.keys.is_for(part.name), "the key file is not {}'s: {}", part.name, key_file(&ground));
        let mounted = part.mount(ground.clone()).await?;
        listen(&ground, mounted, socket, stopping)
    })
}

/// Reads the arguments, lays the ground, opens the server, and runs it until SIGTERM or SIGINT.
///
/// # Errors
/// When something it cannot run without is missing.
pub fn start(
    name: &str,
    open: impl AsyncFnOnce(Ground, TcpListener, Stopping) -> anyhow::Result<Server>,
) -> anyhow::Result<ExitCode> {
    let (file, is_check) = arguments()?;
    let config = Config::read(file.as_deref())?;
    if is_check {
        return Ok(if is_ready(&config) { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    telemetry::start(LOGGED);
    let _points = points::set();
    let _alone = alone::hold(&config)?;
    actix_web::rt::System::new().block_on(async {
        let socket = TcpListener::bind(&config.listen)
            .with_context(|| format!("cannot listen on {}", config.listen))?;
        let stopping = Stopping::default();
        let ground = run::ground_of_a_part(config, Clock::system())?;
        let server = open(ground.clone(), socket, stopping.clone()).await?;
        tracing::info!(service = name, listen = %ground.config.listen, "stands");
        let handle = server.handle();
        actix_web::rt::spawn(async move {
            told_to_stop().await;
            stopping.begin();
            // Whoever balances the load looks at `/ready` and goes elsewhere; only then does the door close.
            crate::clock::wait(ground.config.drain()).await;
            handle.stop(true).await;
        });
        server.await?;
        Ok(ExitCode::SUCCESS)
    })
}

fn key_file(ground: &Ground) -> String {
    ground.config.key_file().display().to_string()
}

/// `--config FILE`, and `--healthy` for a container's health check.
fn arguments() -> anyhow::Result<(Option<PathBuf>, bool)> {
    let (mut file, mut is_check) = (None, false);
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--config") => file = Some(words.next().context("--config needs a file")?.into()),
            Some("--healthy") => is_check = true,
            _other => bail!("usage: --config FILE [--healthy]"),
        }
    }
    Ok((file, is_check))
}

/// Asks the process that listens here whether it is ready, in plain HTTP: an image needs no other program for it.
fn is_ready(config: &Config) -> bool {
    let asked = || -> anyhow::Result<String> {
        let port = config.listen.rsplit_once(':').context("no port")?.1;
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
        stream.set_read_timeout(Some(HEALTH_TIME))?;
        stream.write_all(b"GET /ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    asked().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

/// The calling thread gives way to all others of this machine: what it does may wait, and alarms may not.
pub fn give_way() {
    if let Err(error) = rustix::process::setpriority_process(None, GIVES_WAY) {
        tracing::warn!(error = %error, "the thread keeps its priority");
    }
}

/// Opens the server of one mounted service, with what a supervisor asks.
///
/// # Errors
/// When the socket cannot be used.
pub fn listen(
    ground: &Ground,
    mounted: Mounted,
    socket: TcpListener,
    stopping: Stopping,
) -> anyhow::Result<Server> {
    let _ = telemetry::recorder();
    let server = HttpServer::new(move || {
        let (configure, path) = (Arc::clone(&mounted.configure), format!("/api/{}", mounted.name));
        let (mounted, stopping) = (mounted.clone(), stopping.clone());
        App::new()
            .into_utoipa_app()
            .configure(|config| {
                config.service(scope(path.as_str()).configure(|config| configure(config)));
            })
            .into_app()
            .route(
                "/live",
                web::get().to(async || HttpResponse::Ok().json(serde_json::json!({ "live": true }))),
            )
            .route("/ready", web::get().to(move || std::future::ready(ready(&mounted, &stopping))))
            .route("/metrics", web::get().to(numbers))
            .wrap(from_fn(named))
    })
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .workers(ground.config.workers)
    .disable_signals()
    .listen(socket)?;
    Ok(server.run())
}

fn ready(mounted: &Mounted, stopping: &Stopping) -> Result<HttpResponse, Problem> {
    let mut reasons = (mounted.unready)();
    if stopping.is_told() {
        reasons.push("it was told to stop".into());
    }
    if reasons.is_empty() {
        return Ok(HttpResponse::Ok().json(serde_json::json!({ "ready": true, "missing": mounted.missing })));
    }
    let field = |detail| Field {
        name: mounted.name.into(),
        code: problems::HOUSE_NOT_READY.code.into(),
        detail,
        owner: None,
    };
    Err(Problem::new(&problems::HOUSE_NOT_READY).fields(reasons.into_iter().map(field)))
}

/// The port is private: whoever reaches it may read the numbers.
async fn numbers() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(telemetry::metrics().unwrap_or_default())
}

/// Answers under the id that the gateway gave the request.
async fn named(
    request: ServiceRequest,
    next: Next<impl actix_web::body::MessageBody>,
) -> Result<ServiceResponse<impl actix_web::body::MessageBody>, Error> {
    let id = request.headers().get(REQUEST_ID).cloned().unwrap_or(HeaderValue::from_static("-"));
    let mut response = telemetry::with_request_id(id, next.call(request)).await?;
    Asked::sign(&mut response);
    Ok(response)
}

/// SIGTERM from a supervisor, or Control-C from a person.
pub async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _told = terminate.recv() => {}
        _pressed = tokio::signal::ctrl_c() => {}
    }
}
