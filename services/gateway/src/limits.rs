//! Everything from outside has a limit: body bytes, body time, connections, requests per second.

use crate::origin::text;
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use chassis::config::Budgets;
use chassis::problem::Problem;
use futures_util::StreamExt as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::id::{ClinicId, PersonId};
use kernel::time::Span;
use proto::problems;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// 64 KiB: the longest JSON any route takes (reliability.md §5, row 4).
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// 10 s for the whole body (M3). A body of 10 KiB or more must so arrive at 1 KiB/s or faster.
pub const BODY_TIME: Span = Span::seconds(10);
/// 256 connections from one address: a clinic behind one router, and not a flood.
pub const CONNECTIONS_PER_IP_MAX: usize = 256;
/// 10,000: beyond this many remembered addresses the quiet ones are forgotten.
const KEYS_MAX: usize = 10_000;
/// 1,024 requests: so many keys may come on top before that is noticed.
const LOOKED_AFTER: usize = 1_024;

/// Reads a whole body, or says why not. Nothing behind the gateway ever waits for a slow sender.
///
/// # Errors
/// Too long, too slow, compressed, or broken off.
pub async fn whole_body(headers: &HeaderMap, payload: Payload, within: Span) -> Result<Bytes, Problem> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        // A small compressed body can be a very large one; our pages never compress.
        return Err(Problem::new(&problems::BODY_TYPE).detail("Send the body without compression."));
    }
    let declared = text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > BODY_BYTES_MAX) {
        return Err(Problem::new(&problems::BODY_TOO_LARGE));
    }
    // A body is only bytes in memory: cutting this short can lose no row.
    match tokio::time::timeout(chassis::clock::duration(within), collected(payload)).await {
        Ok(body) => body,
        Err(_late) => Err(Problem::new(&problems::BODY_SLOW)),
    }
}

async fn collected(mut payload: Payload) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Problem::new(&problems::JSON_SYNTAX).because(error))?;
        if body.len().saturating_add(chunk.len()) > BODY_BYTES_MAX {
            return Err(Problem::new(&problems::BODY_TOO_LARGE));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// How many connections each address holds open.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One open connection. Dropping it, when the connection closes, gives its place back.
#[derive(Debug)]
pub struct Connection {
    all: Connections,
    from: IpAddr,
    is_over: bool,
}

impl Connections {
    /// Counts a new connection.
    pub fn open(&self, from: IpAddr) -> Connection {
        let count = self.0.lock().map_or(0, |mut held| {
            let count = held.entry(from).or_default();
            *count = count.saturating_add(1);
            *count
        });
        Connection { all: self.clone(), from, is_over: count > CONNECTIONS_PER_IP_MAX }
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.0.lock().map_or(0, |held| held.values().sum())
    }
}

impl Connection {
    /// Whether its address already held as many as it may.
    pub fn is_over(&self) -> bool {
        self.is_over
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Ok(mut held) = self.all.0.lock() {
            let left = held.get(&self.from).copied().unwrap_or(0).saturating_sub(1);
            if left == 0 {
                held.remove(&self.from);
            } else {
                held.insert(self.from, left);
            }
        }
    }
}

/// What a request counts against. Alarms have a lane of their own: nothing else can use it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Check-ins, alarms, "I need support", "I'm on it".
    Alarm,
    /// Passwords, links and codes.
    Entry,
    /// Everything else under `/api`.
    Ordinary,
}

impl Lane {
    /// The lane of a path.
    pub fn of(path: &str) -> Self {
        match path {
            "/api/identity/sign-in"
            | "/api/identity/links/redeem"
            | "/api/identity/links/second-contact"
            | "/api/identity/links/second-contact/question" => Self::Entry,
            path if path.starts_with("/api/checkins/") => Self::Alarm,
            _other => Self::Ordinary,
        }
    }
}

/// Requests per address, per person and per clinic.
pub struct Rates {
    entry_per_ip: Keyed<IpAddr>,
    ordinary_per_ip: Keyed<IpAddr>,
    alarm_per_ip: Keyed<IpAddr>,
    ordinary_per_person: Keyed<PersonId>,
    alarm_per_person: Keyed<PersonId>,
    ordinary_per_clinic: Keyed<ClinicId>,
    alarm_per_clinic: Keyed<ClinicId>,
}

impl Rates {
    /// The house's rates.
    pub fn new(budgets: &Budgets) -> Self {
        // A page that opens asks a dozen questions at once, and so may a whole clinic in the morning.
        let (address, person, clinic) =
            (per_second(budgets.address, 6), per_second(budgets.person, 10), per_second(budgets.clinic, 6));
        Self {
            entry_per_ip: Keyed::new(Quota::per_minute(count(budgets.entries_a_minute))),
            ordinary_per_ip: Keyed::new(address),
            alarm_per_ip: Keyed::new(address),
            ordinary_per_person: Keyed::new(person),
            alarm_per_person: Keyed::new(person),
            ordinary_per_clinic: Keyed::new(clinic),
            alarm_per_clinic: Keyed::new(clinic),
        }
    }

    /// Counts one request of an address.
    ///
    /// # Errors
    /// When there were too many.
    pub fn from_ip(&self, lane: Lane, from: IpAddr) -> Result<(), Problem> {
        let limiter = match lane {
            Lane::Entry => &self.entry_per_ip,
            Lane::Alarm => &self.alarm_per_ip,
            Lane::Ordinary => &self.ordinary_per_ip,
        };
        limiter.passes(&from)
    }

    /// Counts one request of a person.
    ///
    /// # Errors
    /// When there were too many.
    pub fn from_person(&self, lane: Lane, person: PersonId) -> Result<(), Problem> {
        let limiter = match lane {
            Lane::Alarm => &self.alarm_per_person,
            Lane::Entry | Lane::Ordinary => &self.ordinary_per_person,
        };
        limiter.passes(&person)
    }

    /// Counts one request of a clinic.
    ///
    /// # Errors
    /// When there were too many.
    pub fn from_clinic(&self, lane: Lane, clinic: ClinicId) -> Result<(), Problem> {
        let limiter = match lane {
            Lane::Alarm => &self.alarm_per_clinic,
            Lane::Entry | Lane::Ordinary => &self.ordinary_per_clinic,
        };
        limiter.passes(&clinic)
    }
}

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rates")
    }
}

/// One budget for each key.
struct Keyed<K: Clone + Hash + Eq> {
    limiter: DefaultKeyedRateLimiter<K>,
    asked: AtomicUsize,
}

impl<K: Clone + Hash + Eq> Keyed<K> {
    fn new(quota: Quota) -> Self {
        Self { limiter: RateLimiter::keyed(quota), asked: AtomicUsize::new(0) }
    }

    fn passes(&self, key: &K) -> Result<(), Problem> {
        // Counting the keys stops everyone for a moment, so it is not done for each request.
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        if asked.is_multiple_of(LOOKED_AFTER) && self.limiter.len() > KEYS_MAX {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|_later| Problem::new(&problems::RATE_LIMITED))
    }
}

fn per_second(number: u32, seconds_at_once: u32) -> Quota {
    Quota::per_second(count(number)).allow_burst(count(number.saturating_mul(seconds_at_once)))
}

const fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(number.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn the_fifty_first_password_in_a_minute_waits_and_an_alarm_does_not() {
        let rates = Rates::new(&Budgets::default());
        for _ in 0..50 {
            assert!(rates.from_ip(Lane::Entry, HERE).is_ok());
        }
        assert_eq!(rates.from_ip(Lane::Entry, HERE).unwrap_err().code(), "rate.limited");
        assert!(rates.from_ip(Lane::Alarm, HERE).is_ok());
    }

    #[test]
    fn a_person_who_floods_can_still_raise_the_alarm() {
        let rates = Rates::new(&Budgets::default());
        let sam: PersonId = "01a200c6-eae5-77c8-8a24-e415822e4b75".parse().unwrap();
        let flood = (0..1_000).filter(|_| rates.from_person(Lane::Ordinary, sam).is_err()).count();
        assert!(flood > 500);
        assert!(rates.from_person(Lane::of("/api/checkins/sessions/x/alarm"), sam).is_ok());
    }

    #[actix_web::test]
    async fn a_body_that_stops_arriving_is_refused_in_time() {
        let start = futures_util::stream::iter([Ok(Bytes::from_static(b"{"))]);
        let payload: Payload =
            Payload::Stream { payload: Box::pin(start.chain(futures_util::stream::pending())) };
        let refused = whole_body(&HeaderMap::new(), payload, Span::millis(30)).await.unwrap_err();
        assert_eq!(refused.code(), "http.slow_body");
        assert_eq!(BODY_TIME, Span::seconds(10));
    }

    #[test]
    fn connections_are_counted_per_address_and_given_back() {
        let connections = Connections::default();
        let mut held: Vec<_> = (0..CONNECTIONS_PER_IP_MAX).map(|_| connections.open(HERE)).collect();
        assert!(held.iter().all(|connection| !connection.is_over()));
        assert!(connections.open(HERE).is_over());
        assert!(!connections.open("10.0.0.9".parse().unwrap()).is_over());
        held.clear();
        assert_eq!(connections.count(), 0);
    }
}
