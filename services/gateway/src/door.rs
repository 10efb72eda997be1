//! Cookie in, token out: the browser holds an opaque cookie, the services see a signed token of 60 s.

use crate::limits::{Lane, Rates};
use crate::origin::text;
use crate::reach;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use chassis::clock::Clock;
use chassis::problem::Problem;
use chassis::token::{ACCESS, Access, ISSUER, LIFETIME_SECONDS, ROOM, RoomTicket, Signer};
use chassis::{crypto, ids};
use futures_util::future::LocalBoxFuture;
use kernel::id::{SessionId, SignInId};
use kernel::time::{Span, Timestamp};
use proto::envelope::Envelope;
use proto::events::identity::SignInRevoked;
use proto::problems;
use proto::standing::{Standing, Touch};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;
use uuid::Uuid;

/// The cookie. The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`; Chromium takes it on
/// `http://*.localhost` too, where it counts as secure.
pub const COOKIE: &str = "__Host-sid";
/// 30 s: the longest a standing is believed without asking (decisions.md). A revocation drops it at once.
const BELIEVED: Span = Span::seconds(30);
/// 1 s: the longest a standing is believed while revocations cannot be heard.
const UNHEARD: Span = Span::seconds(1);
/// 20,000 browsers: beyond that, the ones not heard of lately are asked for again.
const REMEMBERED_MAX: usize = 20_000;
/// 43: 256 bits in base64url, and nothing longer is worth a hash.
const COOKIE_LENGTH: usize = 43;

/// Asks identity how a cookie stands. In one process a call, in many a request.
pub trait Resolve: Send + Sync {
    /// The standing of this cookie now; `None` when it counts no longer.
    fn resolve<'a>(
        &'a self,
        cookie: &'a str,
        touch: Touch,
    ) -> LocalBoxFuture<'a, Result<Option<Standing>, Problem>>;
}

/// The door.
#[derive(Clone)]
pub struct Door {
    identity: Arc<dyn Resolve>,
    signer: Signer,
    clock: Clock,
    rates: Arc<Rates>,
    /// Whether announcements arrive.
    hears: watch::Receiver<bool>,
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    /// One more with every revocation, so that an answer from before it is not believed after it.
    generation: u64,
    standings: HashMap<[u8; 32], Believed>,
    /// Signed for one sign-in and one service, and good for a while yet.
    signed: HashMap<(SignInId, &'static str), Signed>,
}

#[derive(Clone)]
struct Signed {
    header: HeaderValue,
    until_at: Timestamp,
}

#[derive(Clone, Copy)]
struct Believed {
    standing: Standing,
    until_at: Timestamp,
    touch: Touch,
}

impl Door {
    /// A door that asks `identity` and signs with `signer`.
    pub fn new(
        identity: Arc<dyn Resolve>,
        signer: Signer,
        clock: Clock,
        rates: Arc<Rates>,
        hears: watch::Receiver<bool>,
    ) -> Self {
        Self { identity, signer, clock, rates, hears, known: Arc::default() }
    }

    /// How this cookie stands, remembered for 30 s.
    ///
    /// # Errors
    /// When identity cannot say. Nobody is let in on a guess.
    pub async fn standing(&self, cookie: &str, touch: Touch) -> Result<Option<Standing>, Problem> {
        if cookie.len() != COOKIE_LENGTH {
            return Ok(None);
        }
        let (key, now) = (crypto::sha256(cookie.as_bytes()), self.clock.now());
        let generation = {
            let known = self.known();
            if let Some(believed) =
                known.standings.get(&key).filter(|it| now < it.until_at && covers(it.touch, touch))
            {
                return Ok(Some(believed.standing));
            }
            known.generation
        };
        let standing = self.identity.resolve(cookie, touch).await?;
        let mut known = self.known_to_change();
        match standing {
            Some(standing) if known.generation == generation => {
                make_room(&mut known.standings, now);
                // While no revocation can be heard, nothing is believed for longer than a moment.
                let believed = if *self.hears.borrow() { BELIEVED } else { UNHEARD };
                known.standings.insert(key, Believed { standing, until_at: now.plus(believed), touch });
            }
            Some(_) => {}
            None => drop(known.standings.remove(&key)),
        }
        Ok(standing)
    }

    /// Forgets what is no longer sure: a revoked sign-in, or everyone of a session whose phase or people changed.
    pub fn hear(&self, envelope: &Envelope) {
        let mut known = self.known_to_change();
        if let Some(gone) = envelope.open::<SignInRevoked>() {
            forget(&mut known, |standing| standing.sign_in == gone.sign_in);
        }
        if let Some(session) = envelope.subject.filter(|_| changes_reach(envelope)) {
            forget(&mut known, |standing| standing.session == Some(session));
        }
    }

    /// Forgets one sign-in: it just changed something about itself.
    pub fn forget(&self, sign_in: SignInId) {
        forget(&mut self.known_to_change(), |standing| standing.sign_in == sign_in);
    }

    /// Whether this sign-in may ask this now.
    ///
    /// # Errors
    /// When it does not reach there, or the person asks too often.
    pub fn check(&self, standing: &Standing, method: &Method, path: &str) -> Result<(), Problem> {
        reach::check(standing, method, path)?;
        self.rates.from_person(Lane::of(path), standing.person)?;
        self.rates.from_clinic(Lane::of(path), standing.clinic)
    }

    /// The `Authorization` header of one sign-in for one service, signed anew after half of its life.
    ///
    /// # Errors
    /// When the token cannot be signed.
    pub fn authorization(&self, standing: &Standing, service: &'static str) -> Result<HeaderValue, Problem> {
        let (key, now) = ((standing.sign_in, service), self.clock.now());
        if let Some(signed) = self.known().signed.get(&key).filter(|it| now < it.until_at) {
            return Ok(signed.header.clone());
        }
        let header = self.signed(standing, service)?;
        let mut known = self.known_to_change();
        if known.signed.len() >= REMEMBERED_MAX {
            known.signed.clear();
        }
        known.signed.insert(key, Signed { header: header.clone(), until_at: now.plus(BELIEVED) });
        Ok(header)
    }

    fn signed(&self, standing: &Standing, service: &str) -> Result<HeaderValue, Problem> {
        let (nbf, exp) = self.lifetime();
        let claims = Access {
            iss: ISSUER.into(),
            aud: service.into(),
            sub: standing.person,
            sid: standing.sign_in,
            clinic: standing.clinic,
            role: standing.role,
            session: standing.session,
            jti: ids::fresh::<Uuid>().to_string(),
            nbf,
            exp,
        };
        let header = format!("Bearer {}", self.sign(ACCESS, &claims)?);
        HeaderValue::from_str(&header).map_err(|error| Problem::new(&problems::HOUSE_BROKEN).because(error))
    }

    /// A ticket into one room, for one device, for one use.
    ///
    /// # Errors
    /// When the sign-in belongs to another session.
    pub fn room_ticket(
        &self,
        standing: &Standing,
        room: SessionId,
        device: &str,
        fp: &str,
    ) -> Result<String, Problem> {
        if standing.session.is_some_and(|only| only != room) {
            return Err(Problem::new(&problems::NOT_FOUND));
        }
        let (nbf, exp) = self.lifetime();
        let claims = RoomTicket {
            iss: ISSUER.into(),
            aud: "video".into(),
            sub: standing.person,
            sid: standing.sign_in,
            clinic: standing.clinic,
            role: standing.role,
            room,
            device: device.into(),
            fp: fp.into(),
            jti: ids::fresh::<Uuid>().to_string(),
            nbf,
            exp,
        };
        self.sign(ROOM, &claims)
    }

    fn lifetime(&self) -> (i64, i64) {
        let now = self.clock.now().seconds();
        (now, now.saturating_add(LIFETIME_SECONDS))
    }

    fn sign(&self, typ: &str, claims: &impl serde::Serialize) -> Result<String, Problem> {
        self.signer.sign(typ, claims).map_err(|error| Problem::new(&problems::HOUSE_BROKEN).because(error))
    }

    /// Forgets everyone: a revocation may have been missed.
    pub fn forget_all(&self) {
        forget(&mut self.known_to_change(), |_| true);
    }

    /// The lists stay whole even if a thread died holding them: every change is one call.
    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_to_change(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

/// The session cookie, if it is there exactly once.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = text(headers, header::COOKIE)?.split(';');
    let mut found = pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(COOKIE)?.strip_prefix('='));
    let first = found.next()?;
    if found.next().is_some() { None } else { Some(first) }
}

/// An answer to a person also serves a poll; a poll's answer does not count a person as seen.
fn covers(known: Touch, asked: Touch) -> bool {
    known == asked || asked == Touch::Poll
}

fn changes_reach(envelope: &Envelope) -> bool {
    matches!(
        envelope.topic(),
        "identity.sitter_present"
            | "identity.sitter_absent"
            | "identity.sitter_revoked"
            | "safety.discharged"
            | "safety.phase_changed"
    )
}

fn forget(known: &mut Known, is_gone: impl Fn(&Standing) -> bool) {
    known.generation = known.generation.wrapping_add(1);
    known.standings.retain(|_, believed| !is_gone(&believed.standing));
    known.signed.clear();
}

fn make_room(standings: &mut HashMap<[u8; 32], Believed>, now: Timestamp) {
    if standings.len() >= REMEMBERED_MAX {
        standings.retain(|_, believed| now < believed.until_at);
    }
    if standings.len() >= REMEMBERED_MAX {
        standings.clear();
    }
}
