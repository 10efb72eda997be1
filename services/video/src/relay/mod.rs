//! A way in for networks that let no UDP through, or none to our media ports: TURN (RFC 8656) over UDP and TCP.
//!
//! `desk.rs` rules, `serve.rs` holds the sockets. A clinic that needs TLS on 443 runs coturn beside us instead; then we
//! only give out what it believes.

mod allocation;
pub mod credentials;
pub mod desk;
mod framing;
pub mod message;
mod nonce;
pub mod serve;
pub mod step;

use chassis::clock::Clock;
use chassis::config;
use chassis::crypto;
use credentials::Credentials;
use desk::Desk;
use kernel::id::PersonId;
use kernel::time::Timestamp;
use serde::Serialize;
use std::io;
use std::net::IpAddr;
use step::Port;
use utoipa::ToSchema;

/// What a browser's peer connection is told (WebRTC: `RTCIceServer`).
#[derive(Debug, Serialize, ToSchema)]
pub struct IceServer {
    /// Every way to the relay.
    pub urls: Vec<String>,
    /// Good for a while; says until when.
    pub username: String,
    /// The password to it.
    pub credential: String,
}

/// The house's relay: its own, or one beside it.
pub struct Relay {
    urls: Vec<String>,
    secret: String,
    /// Ends our own when dropped.
    _own: Option<serve::Running>,
}

impl Relay {
    /// Starts our own, or takes note of another.
    ///
    /// # Errors
    /// When its ports cannot be had.
    pub fn start(
        config: &config::Relay,
        public_ip: Option<IpAddr>,
        ports: Vec<Port>,
        clock: Clock,
    ) -> io::Result<Self> {
        match config {
            config::Relay::Other { urls, secret } => {
                Ok(Self { urls: urls.clone(), secret: secret.clone(), _own: None })
            }
            config::Relay::Own { listen } => {
                // It is believed by nobody else, and nothing of it outlives the process.
                let secret = crypto::random_token();
                let own = serve::start(*listen, Desk::new(secret.clone(), ports), clock)?;
                let told =
                    std::net::SocketAddr::new(public_ip.unwrap_or(own.address.ip()), own.address.port());
                let urls = ["udp", "tcp"].map(|way| format!("turn:{told}?transport={way}"));
                tracing::info!(address = %own.address, "the relay listens");
                Ok(Self { urls: urls.to_vec(), secret, _own: Some(own) })
            }
        }
    }

    /// What this person's browser may use from now on.
    pub fn for_person(&self, person: PersonId, now: Timestamp) -> IceServer {
        let Credentials { username, password } = Credentials::of(&self.secret, person, now);
        IceServer { urls: self.urls.clone(), username, credential: password }
    }
}
