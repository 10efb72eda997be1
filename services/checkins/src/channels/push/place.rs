//! Where a browser says that it is reached. The browser is somebody else's program: it may name the inside of this house.

use awc::http::Uri;
use checkins_core::reach;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Longer than any push service's address.
const LENGTH_MAX: usize = 1000;
const HTTPS_PORT: u16 = 443;
/// A name is found by then, or the next channel has the message.
const LOOK_UP: Duration = Duration::from_secs(2);

/// A place on the open internet, as far as its name tells.
pub(crate) struct Place {
    host: String,
    port: u16,
    origin: String,
    is_inside: bool,
}

impl Place {
    /// An https address without a user, on the usual port, whose host is no address of one's own network. Inside of a
    /// test everything goes.
    pub(super) fn named(endpoint: &str, is_inside: bool) -> Option<Self> {
        let uri: Uri = endpoint.parse().ok().filter(|_uri| endpoint.len() <= LENGTH_MAX)?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let scheme = uri.scheme_str()?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = authority.port_u16().unwrap_or(HTTPS_PORT);
        let origin = format!("{scheme}://{authority}");
        let place = Self { host, port, origin, is_inside };
        (is_inside || (scheme == "https" && port == HTTPS_PORT && place.sounds_public())).then_some(place)
    }

    fn sounds_public(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => reach::is_public(address),
            Err(_name) => self.host.contains('.') && !self.host.ends_with(".localhost"),
        }
    }

    /// Whom the signature is for (RFC 8292 §2).
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone, for the person whose browser it is.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Where its name leads now: nothing when it leads nowhere, a refusal when any of it leads back inside.
    pub(super) async fn address(&self) -> Option<Result<SocketAddr, &'static str>> {
        let looked_up = tokio::net::lookup_host((self.host.as_str(), self.port));
        let found: Vec<_> = tokio::time::timeout(LOOK_UP, looked_up).await.ok()?.ok()?.collect();
        let is_open = self.is_inside || found.iter().all(|address| reach::is_public(address.ip()));
        found.first().map(|address| if is_open { Ok(*address) } else { Err("bad_address") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_cannot_name_the_inside_of_the_house() {
        for inside in [
            "https://127.0.0.1/push",
            "https://[::1]/push",
            "https://10.0.0.8/push",
            "https://169.254.169.254/latest",
            "https://localhost/push",
            "https://database/push",
            "https://checkins.localhost/push",
            "http://push.example/a",
            "https://push.example:8443/a",
            "https://user@push.example/a",
            "ftp://push.example/a",
            "/push",
            "",
            "https://[::ffff:10.0.0.1]/a",
        ] {
            assert!(Place::named(inside, false).is_none(), "{inside}");
        }
        let long = format!("https://push.example/{}", "a".repeat(1000));
        assert!(Place::named(&long, false).is_none());
        let place = Place::named("https://fcm.googleapis.com/fcm/send/abc", false).unwrap();
        assert_eq!((place.origin(), place.host()), ("https://fcm.googleapis.com", "fcm.googleapis.com"));
    }

    #[actix_web::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_looked_up() {
        // The name of this machine stands for any name that somebody points at it.
        let place = Place {
            host: "localhost".into(),
            port: 443,
            origin: "https://localhost".into(),
            is_inside: false,
        };
        assert_eq!(place.address().await, Some(Err("bad_address")));
    }
}
