//! Opens the public port and hangs the house behind it.

use crate::gate::{self, Seat};
use crate::{Gateway, document, house, live, rooms};
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use anyhow::Context as _;
use chassis::config::Tls;
use chassis::fallback::Ways;
use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt as _, scope};

/// 5 s for the headers; a silent connection is closed (M3).
const HEAD_TIME: Duration = Duration::from_secs(5);
/// 75 s between requests: longer than a page's polls, shorter than a router forgets.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// 10,000 open connections in all: about 300 MB at worst.
const CONNECTIONS_MAX: usize = 10_000;
/// 5 s for running requests to finish when the house is told to stop.
const SHUTDOWN_SECONDS: u64 = 5;

impl Gateway {
    /// Serves on this socket until told to stop.
    ///
    /// # Errors
    /// When the certificate cannot be used, or the socket fails.
    pub fn serve(&self, socket: TcpListener) -> anyhow::Result<Server> {
        let (gateway, ways) = (self.clone(), Ways::of(&self.openapi().paths));
        let server = HttpServer::new(move || {
            let (gateway, gated, ways) = (gateway.clone(), Rc::new(gateway.clone()), ways.clone());
            App::new()
                .app_data(gateway.clone())
                .app_data(chassis::body::paths())
                .into_utoipa_app()
                .configure(|config| gateway.configure(config))
                .into_app()
                .wrap(from_fn(move |request, next| gate::pass(Rc::clone(&gated), request, next)))
                .default_service(web::to(move |gateway: Gateway, request| {
                    std::future::ready(house::rest(&gateway, &request, &ways))
                }))
        })
        .on_connect(|_io, held| drop(held.insert(Seat::default())))
        .client_request_timeout(HEAD_TIME)
        .keep_alive(KEEP_ALIVE)
        .max_connections(CONNECTIONS_MAX)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .workers(self.config.workers)
        .disable_signals();
        let server = match &self.config.tls {
            Some(tls) => server.listen_rustls_0_23(socket, certificate(tls)?)?,
            None => server.listen(socket)?,
        };
        Ok(server.run())
    }

    /// Every route: the gateway's own, and each service under its name.
    pub fn configure(&self, config: &mut ServiceConfig<'_>) {
        config.service(house::time).service(live::open).service(rooms::ticket);
        config.map(|inner| inner.service(house::live).service(house::ready).service(house::numbers));
        for mounted in self.mounted.iter() {
            let configure = &mounted.configure;
            config.service(
                scope(format!("/api/{}", mounted.name).as_str()).configure(|config| configure(config)),
            );
        }
    }

    /// The documented routes of everything mounted here, as in `proto/openapi.json`.
    pub fn openapi(&self) -> OpenApi {
        let app = App::new().into_utoipa_app().configure(|config| self.configure(config));
        document::complete(app.split_for_parts().1)
    }
}

fn certificate(tls: &Tls) -> anyhow::Result<rustls::ServerConfig> {
    let read = |path: &std::path::Path| {
        std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let chain =
        rustls_pemfile::certs(&mut read(&tls.certificate)?.as_slice()).collect::<Result<Vec<_>, _>>()?;
    let key = rustls_pemfile::private_key(&mut read(&tls.key)?.as_slice())?
        .context("no private key in the file")?;
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_no_client_auth().with_single_cert(chain, key)?)
}
