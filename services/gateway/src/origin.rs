//! Did our own page send this? The custom header and the Origin together say so.

use actix_web::http::header::{self, AsHeaderName, HeaderMap, HeaderName};
use actix_web::http::{Method, Uri};
use chassis::problem::Problem;
use proto::problems;

/// The header only our pages send; a foreign page cannot set it without a preflight we never allow.
pub const HEADER: HeaderName = HeaderName::from_static("x-holdspace");
/// What a browser says about where a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The addresses under which browsers know this house.
#[derive(Debug, Clone)]
pub struct Home {
    scheme: String,
    authority: String,
    /// On `localhost` each role has a name of its own (`therapist.localhost`), with cookies of its own.
    is_local: bool,
}

impl Home {
    /// From the configured public address.
    pub fn new(public_url: &str) -> Self {
        let uri: Uri = public_url.parse().unwrap_or_default();
        let authority = uri.authority().map_or(String::new(), |authority| authority.as_str().to_lowercase());
        let host = uri.host().unwrap_or_default();
        Self { scheme: uri.scheme_str().unwrap_or("http").into(), is_local: is_loopback(host), authority }
    }

    /// Whether a Host header names this house. A foreign name that resolves to us (DNS rebinding) does not.
    pub fn is_host(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(&self.authority)
            || self.is_local && is_loopback(host.split(':').next().unwrap_or_default())
    }

    /// Whether an Origin header is a page of the very host that was asked.
    pub fn is_origin(&self, origin: &str, host: &str) -> bool {
        self.is_host(host) && origin.to_lowercase() == format!("{}://{}", self.scheme, host.to_lowercase())
    }

    /// Whether browsers come over TLS.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }
}

/// `localhost` and every name below it stay on this machine (RFC 6761).
fn is_loopback(host: &str) -> bool {
    let below = host.len().checked_sub(".localhost".len()).and_then(|from| host.get(from..));
    host.eq_ignore_ascii_case("localhost")
        || host == "127.0.0.1"
        || below.is_some_and(|end| end.eq_ignore_ascii_case(".localhost"))
}

/// A request that changes something comes from our own page, or not at all.
///
/// # Errors
/// With `csrf.refused` when the header is missing or the Origin is another.
pub fn check_change(home: &Home, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if !changes || (text(headers, HEADER) == Some("1") && is_ours(home, headers)) {
        Ok(())
    } else {
        Err(Problem::new(&problems::CSRF_REFUSED))
    }
}

/// Where machines of others speak to us: no page of ours does, no cookie counts there, and each request proves itself by
/// a signature that its service looks at.
const SIGNED: [&str; 1] = ["/api/checkins/telephony/"];

/// Whether a request to this path is proven by its own signature.
pub fn is_signed(path: &str) -> bool {
    SIGNED.iter().any(|prefix| path.starts_with(prefix))
}

/// A socket is opened by our own page, or not at all: browsers do not ask before opening foreign sockets.
///
/// # Errors
/// With `csrf.refused` when the Origin is another.
pub fn check_socket(home: &Home, headers: &HeaderMap) -> Result<(), Problem> {
    if is_ours(home, headers) { Ok(()) } else { Err(Problem::new(&problems::CSRF_REFUSED)) }
}

fn is_ours(home: &Home, headers: &HeaderMap) -> bool {
    let from_here = matches!(text(headers, FETCH_SITE), None | Some("same-origin"));
    let pair = text(headers, header::ORIGIN).zip(text(headers, header::HOST));
    from_here && pair.is_some_and(|(origin, host)| home.is_origin(origin, host))
}

/// What never belongs into an address: browsers keep addresses, and proxies log them (reliability.md §5, row 89).
const SECRETS: [&str; 6] = ["token", "email", "password", "totp", "code", "cookie"];

/// Whether a query carries what must not be in an address. No route of ours asks for it there.
pub fn tells_a_secret(query: &str) -> bool {
    let names = query.split(['&', ';']).map(|pair| pair.split('=').next().unwrap_or_default().to_lowercase());
    names.into_iter().any(|name| SECRETS.contains(&name.as_str()))
}

/// A header that occurs exactly once and is plain text.
pub fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    let mut values = headers.get_all(name);
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        pairs.for_each(|(name, value)| map.append(name, value));
        map
    }

    fn refuses(pairs: &[(&'static str, &'static str)]) -> bool {
        check_change(&Home::new("https://clinic.example"), &Method::POST, &headers(pairs)).is_err()
    }

    #[test]
    fn a_post_from_our_page_passes_and_any_other_does_not() {
        let ours = [("x-holdspace", "1"), ("origin", "https://clinic.example"), ("host", "clinic.example")];
        assert!(!refuses(&ours));
        assert!(refuses(&ours[1..]), "without the header");
        assert!(refuses(&[ours[0], ours[2]]), "without an Origin");
        assert!(refuses(&[ours[0], ("origin", "https://evil.example"), ours[2]]));
        assert!(refuses(&[ours[0], ("origin", "http://clinic.example"), ours[2]]), "another scheme");
        assert!(refuses(&[ours[0], ("origin", "null"), ours[2]]));
        assert!(refuses(&[ours[0], ours[1], ours[1], ours[2]]), "two Origins");
        assert!(refuses(&[ours[0], ours[1], ours[2], ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn no_secret_belongs_into_an_address() {
        assert!(tells_a_secret("token=x") && tells_a_secret("a=1&Email=sam@demo.example"));
        assert!(!tells_a_secret("") && !tells_a_secret("role=patient&open=true"));
    }

    #[test]
    fn reading_needs_no_proof() {
        assert!(check_change(&Home::new("https://clinic.example"), &Method::GET, &HeaderMap::new()).is_ok());
    }

    #[test]
    fn every_role_has_a_name_on_localhost_and_no_other_name_is_ours() {
        let home = Home::new("http://localhost:8080");
        assert!(home.is_origin("http://sitter.localhost:8080", "sitter.localhost:8080"));
        assert!(!home.is_origin("http://sitter.localhost:8080", "therapist.localhost:8080"));
        assert!(!home.is_host("evil.example:8080"), "a rebound name");
        assert!(!Home::new("https://clinic.example").is_host("sitter.localhost"));
    }
}
