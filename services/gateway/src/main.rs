//! The gateway as a process of its own, before services in theirs.

use anyhow::{Context as _, ensure};
use chassis::process;
use gateway::Gateway;

fn main() -> anyhow::Result<std::process::ExitCode> {
    process::start("gateway", async |ground, socket, stopping| {
        ensure!(!ground.config.upstreams.is_empty(), "no upstreams: name each service's host:port");
        let gateway = Gateway::before_upstreams(&ground, stopping).context("the gateway cannot stand")?;
        actix_web::rt::spawn(gateway.clone().listen());
        gateway.serve(socket)
    })
}
