//! What every answer carries: the security headers, the cache rules and the server's time.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use std::sync::LazyLock;

/// The policy of every page (reliability.md P47). Media come from `blob:`, pictures from `data:` (icons).
/// Styles come from files alone: components move things through the DOM, which no policy needs to allow.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; \
    media-src 'self' blob:; worker-src 'self' blob:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'self'; object-src 'none'; connect-src 'self'";

/// Two years, as browsers ask for before they believe it.
const TLS_ONLY: &str = "max-age=63072000";

/// What the API answers is no document: nothing in it is ever run, shown in a frame or fetched from.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// What an answer is to a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A page, or a file that a page needs.
    Page,
    /// An answer of the API.
    Data,
}

type Pair = (HeaderName, HeaderValue);

// Checked once: a name and a value are looked at letter by letter each time they are made.
static DATA: LazyLock<[Pair; 5]> = LazyLock::new(|| {
    [
        (header::CONTENT_SECURITY_POLICY, DATA_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
});

/// On top of those, or instead.
static PAGE: LazyLock<[Pair; 4]> = LazyLock::new(|| {
    [
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(self), screen-wake-lock=(self), autoplay=(self), \
             geolocation=(), payment=(), usb=()",
        ),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
});

/// How long a browser may keep an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing of it: everything under `/api`.
    Nothing,
    /// Ask each time whether it changed: pages, the service worker.
    Ask,
    /// For ever: its name carries the hash of its content.
    Forever,
}

impl Keep {
    /// The header's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "no-store",
            Self::Ask => "no-cache",
            Self::Forever => "public, max-age=31536000, immutable",
        }
    }
}

/// The policy of pages that may listen to this watchdog, besides the house itself.
///
/// # Errors
/// When the address cannot stand in a header.
pub fn policy(watchdog: Option<&str>) -> Result<HeaderValue, InvalidHeaderValue> {
    let origin = watchdog.map(|url| url.split('/').take(3).collect::<Vec<_>>().join("/"));
    let heard = origin.map(|origin| format!(" {origin}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{POLICY}{heard}"))
}

/// Puts the house's headers on an answer. A cache rule that a handler chose stays.
pub fn dress(headers: &mut HeaderMap, kind: Kind, is_https: bool, policy: &HeaderValue) {
    let more: &[Pair] = if kind == Kind::Page { &*PAGE } else { &[] };
    // The ones below, and those that the caller adds: a table that grows as it is filled moves everything each time.
    headers.reserve(DATA.len() + more.len() + 5);
    for (name, value) in DATA.iter().chain(more) {
        headers.insert(name.clone(), value.clone());
    }
    if kind == Kind::Page {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    }
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TLS_ONLY));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(Keep::Nothing.as_str()));
    }
}

/// Where a request came from: the gateway's own word to identity, for counting tries per network.
pub const FROM: &str = "x-holdspace-from";

/// For whom a proxy asks.
pub const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers that say who is asking, or by which way. Only the gateway itself may set them.
pub const IDENTITY: [&str; 13] = [
    FROM,
    "authorization",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "x-user-id",
    "x-tenant",
    "x-clinic",
    "x-role",
    "x-request-id",
    "x-http-method-override",
];

/// Headers that belong to one connection and not to the request (RFC 9110 §7.6.1).
const HOP_BY_HOP: [&str; 7] = [
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "te",
    "trailer",
    "expect",
];

/// Whether a header belongs to one connection and not to what travels over it.
pub fn is_hop_by_hop(name: &HeaderName) -> bool {
    *name == header::CONNECTION
        || *name == header::TRANSFER_ENCODING
        || *name == header::UPGRADE
        || HOP_BY_HOP.contains(&name.as_str())
}

/// Takes off everything a stranger may not tell the services; says which word about themselves came first.
pub fn strip(headers: &mut HeaderMap) -> Option<&'static str> {
    let listed: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse::<HeaderName>().ok())
        // What opens a socket stays; actix needs it, and no service sees it as a request header.
        .filter(|name| *name != header::UPGRADE && *name != header::HOST)
        .collect();
    // What came is a handful; asking for each forbidden name in turn costs more than looking at what is there.
    let forbidden: Vec<HeaderName> = headers.keys().filter(|name| is_forbidden(name)).cloned().collect();
    for name in listed.iter().chain(&forbidden) {
        headers.remove(name);
    }
    IDENTITY.into_iter().find(|name| forbidden.iter().any(|found| found == name))
}

fn is_forbidden(name: &HeaderName) -> bool {
    IDENTITY.contains(&name.as_str()) || HOP_BY_HOP.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_says_about_themselves_is_taken_off() {
        let mut headers = HeaderMap::new();
        for name in IDENTITY {
            headers.insert(name.parse().unwrap(), HeaderValue::from_static("admin"));
        }
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade, x-secret"));
        headers.insert("x-secret".parse().unwrap(), HeaderValue::from_static("1"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        assert_eq!(strip(&mut headers), Some(FROM));
        assert_eq!(strip(&mut headers), None);
        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert!(left.iter().all(|name| ["connection", "upgrade"].contains(name)), "{left:?}");
        assert_eq!(left.len(), 2);
    }

    #[test]
    fn a_page_cannot_be_framed_and_an_answer_is_not_kept() {
        let mut headers = HeaderMap::new();
        dress(&mut headers, Kind::Page, true, &policy(None).unwrap());
        assert!(
            headers
                .get("content-security-policy")
                .unwrap()
                .to_str()
                .unwrap()
                .contains("frame-ancestors 'none'")
        );
        assert_eq!(headers.get("cache-control").unwrap(), "no-store");
        assert!(headers.contains_key("strict-transport-security"));
        assert!(headers.contains_key("permissions-policy"));
    }

    #[test]
    fn a_chosen_cache_rule_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(Keep::Forever.as_str()));
        dress(&mut headers, Kind::Data, false, &policy(None).unwrap());
        assert_eq!(headers.get("cache-control").unwrap(), Keep::Forever.as_str());
        assert!(!headers.contains_key("strict-transport-security"));
        assert_eq!(headers.get("content-security-policy").unwrap(), DATA_POLICY);
    }

    #[test]
    fn a_page_may_listen_to_the_watchdog_and_to_nobody_else() {
        let told = |url| policy(url).unwrap().to_str().unwrap().to_owned();
        assert!(
            told(Some("https://dog.example:9443/x")).ends_with("connect-src 'self' https://dog.example:9443")
        );
        assert!(told(None).ends_with("connect-src 'self'"));
        assert!(policy(Some("https://dog\r\n.example")).is_err());
    }
}
