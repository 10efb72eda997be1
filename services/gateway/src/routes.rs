//! The one table: which prefix belongs to which service, and where that service is.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// In this process.
    Local,
    /// In a process of its own, at this `host:port`.
    Upstream(Arc<str>),
}

/// One service behind the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The service's name: its prefix under `/api`, and the audience of its tokens.
    pub service: &'static str,
    /// Where it answers.
    pub at: Where,
}

/// Every service that has routes of its own.
pub const SERVICES: [&str; 7] = ["identity", "scheduling", "safety", "checkins", "care", "video", "notify"];

/// The table.
#[derive(Debug, Clone)]
pub struct Routes(Vec<Route>);

/// Whose path it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A service's.
    Service(&'a Route),
    /// The gateway's own: time, socket, room tickets.
    Gateway,
    /// A page or a file.
    Page,
    /// Nobody's: services speak to each other there, and nobody from outside does.
    Nobody,
}

impl Routes {
    /// Every service in this process.
    pub fn local() -> Self {
        Self(SERVICES.into_iter().map(|service| Route { service, at: Where::Local }).collect())
    }

    /// Services in processes of their own. One that has no address is nobody's.
    pub fn upstream(addresses: &BTreeMap<String, String>) -> Self {
        let route = |service: &'static str| {
            let address = addresses.get(service)?;
            Some(Route { service, at: Where::Upstream(address.as_str().into()) })
        };
        Self(SERVICES.into_iter().filter_map(route).collect())
    }

    /// Every service that has a place.
    pub fn all(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }

    /// The owner of a path.
    pub fn owner(&self, path: &str) -> Owner<'_> {
        let Some(inside) = path.strip_prefix("/api/") else {
            let is_page = path != "/api" && (path == "/" || is_normal(path.trim_start_matches('/')));
            return if is_page && !path.starts_with("//") { Owner::Page } else { Owner::Nobody };
        };
        let mut parts = inside.split('/');
        let (first, second) = (parts.next().unwrap_or_default(), parts.next());
        if second == Some("internal") || !is_normal(inside) {
            return Owner::Nobody;
        }
        match first {
            "time" | "live" | "rooms" => Owner::Gateway,
            service => {
                self.0.iter().find(|route| route.service == service).map_or(Owner::Nobody, Owner::Service)
            }
        }
    }
}

/// One spelling per address: nothing encoded, doubled, relative or with parameters (reliability.md §5, row 8).
fn is_normal(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    path.bytes().all(plain) && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(path: &str) -> String {
        match Routes::local().owner(path) {
            Owner::Service(route) => route.service.into(),
            Owner::Gateway => "gateway".into(),
            Owner::Page => "page".into(),
            Owner::Nobody => "nobody".into(),
        }
    }

    #[test]
    fn every_path_has_one_owner() {
        assert_eq!(owner("/api/checkins/incidents"), "checkins");
        assert_eq!(owner("/api/time"), "gateway");
        assert_eq!(owner("/console/x"), "page");
        assert_eq!(owner("/api"), "nobody");
        assert_eq!(owner("/api/ghost/x"), "nobody");
    }

    #[test]
    fn what_services_say_to_each_other_is_not_reached_from_outside() {
        assert_eq!(owner("/api/identity/internal/resolve"), "nobody");
    }

    #[test]
    fn an_odd_spelling_is_nobodys() {
        for path in [
            "identity//me",
            "identity/../care/journal",
            "identity/%2e%2e/x",
            "identity/me;jsessionid=1",
            "identity/%00",
        ] {
            assert_eq!(owner(&format!("/api/{path}")), "nobody", "{path}");
            assert_eq!(owner(&format!("/{path}")), "nobody", "{path}");
        }
        assert_eq!(owner("//link"), "nobody");
        assert_eq!(owner("/"), "page");
    }
}
