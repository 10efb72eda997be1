//! In, out, and who am I.

use super::{act, closing, opening};
use crate::entry::{self, Purpose};
use crate::store::doors::{self, LinkRow};
use crate::store::people::{self, Column, Person};
use crate::store::throttles;
use crate::store::{Accounts, Links, SignIns, sessions};
use crate::{Identity, publish, second_contacts, secrets};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::store::Store;
use chassis::work::{Act, Work};
use chassis::{crypto, token};
use garde::Validate;
use identity_core::presence;
use identity_core::session::{self, Ending, Kind, SignIn};
use identity_core::{account, invitation, login};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use proto::permissions::{Enter, KnowSelf};
use proto::problems;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where the gateway says a request came from. It takes off whatever a stranger wrote there.
const FROM: &str = "x-holdspace-from";

/// E-mail, password and the code from the app.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The address the clinic knows.
    #[garde(length(chars, min = 3, max = 254))]
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// The password.
    #[garde(length(chars, min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128)]
    password: String,
    /// Six digits from the app.
    #[garde(length(min = 6, max = 8), ascii)]
    #[schema(min_length = 6, max_length = 8, pattern = r"^[ -~]*$")]
    totp: String,
}

/// Where to go now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entered {
    /// As what.
    role: Role,
    /// `home`, `account`, `sitter` or `morning`.
    next: &'static str,
    /// The one session a link opened.
    session: Option<SessionId>,
}

/// Signs in with password and app. Whatever was wrong, the answer and the time it takes are the same.
///
/// # Errors
/// With `sign_in.refused`, or `sign_in.throttled` after too many tries.
#[utoipa::path(security(()), request_body = Credentials, responses(
    (status = 200, body = Entered), (status = 401, body = ProblemBody), (status = 429, body = ProblemBody)))]
#[post("/sign-in")]
pub async fn sign_in(
    identity: Guard<Enter, Identity>,
    request: HttpRequest,
    body: Body<Credentials>,
) -> Result<HttpResponse, Problem> {
    let Body(Credentials { email, password, totp }) = body;
    let key = throttle_key(&email, &request);
    throttles::step(&identity.store, key, login::Command::Try).await?;
    let known = known(&identity, &email).await?;
    let hash = known.as_ref().map(|(_, credential)| credential.password.clone());
    let is_right = secrets::is_right(password, hash).await?;
    let refused = || Problem::new(&problems::SIGN_IN_REFUSED);
    let entered = match known.as_ref().filter(|_| is_right) {
        Some((person, credential)) => enter(&identity, person, credential, &totp).await,
        None => Err(refused().into()),
    };
    match (entered, known) {
        (Ok(token), Some((person, _))) => {
            throttles::step(&identity.store, key, login::Command::Succeeded).await?;
            let body = Entered { role: person.role, next: "home", session: None };
            Ok(HttpResponse::Ok().insert_header(opening(&token)).json(body))
        }
        (Ok(_) | Err(Failure::Refused(_)), known) => {
            note_refusal(&identity, known.map(|(person, _)| person)).await?;
            Err(refused())
        }
        (Err(failure), _) => Err(failure.into()),
    }
}

/// The person with this address whose account works, and their secrets.
async fn known(identity: &Identity, email: &str) -> Result<Option<(Person, people::Credential)>, Failure> {
    for person in people::with_email(&identity.store, email).await? {
        if let Some(credential) = people::credential(&identity.store, person.clinic, person.id).await? {
            return Ok(Some((person, credential)));
        }
    }
    Ok(None)
}

async fn enter(
    identity: &Identity,
    person: &Person,
    credential: &people::Credential,
    totp: &str,
) -> Result<String, Failure> {
    let step = secrets::code_step(&credential.totp, totp, identity.store.now());
    let step = step.ok_or(Problem::new(&problems::SIGN_IN_REFUSED))?;
    let act = Act::link(person.clinic, person.id);
    identity
        .store
        .work(act, async |work| {
            work.step::<Accounts>(person.id, account::Command::Present { step }).await?;
            let open = SignIn::open(Kind::of(person.role), work.now());
            entry::open(work, open, person.id, person.role, None).await
        })
        .await
}

/// Somebody tried this account: the trail says so. For nobody's account the same row is written, in no clinic,
/// so that the time it takes does not tell who exists.
async fn note_refusal(identity: &Identity, known: Option<Person>) -> Result<(), Failure> {
    let nobody = (throttles::NOWHERE, PersonId(Uuid::nil()));
    let (clinic, person) = known.map_or(nobody, |person| (person.clinic, person.id));
    let note = async |work: &mut Work| {
        work.audit("sign-in refused", person, None);
        Ok(())
    };
    identity.store.work(Act::link(clinic, person), note).await
}

/// Account and network together: nobody locks a clinician out by knowing an address.
fn throttle_key(email: &str, request: &HttpRequest) -> Uuid {
    let from = request.headers().get(FROM).and_then(|value| value.to_str().ok()?.parse().ok());
    let from = from.or_else(|| request.peer_addr().map(|address| address.ip()));
    let network = from.map(network).unwrap_or_default();
    let digest = crypto::sha256(format!("{}|{network}", email.trim().to_lowercase()).as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(digest.split_at(16).0);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The network an address belongs to: /24 for IPv4, /48 for IPv6, as providers give them out.
fn network(from: IpAddr) -> String {
    match from {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}")
        }
    }
}

/// Ends this browser.
///
/// # Errors
/// When nobody is signed in.
#[utoipa::path(responses((status = 204), (status = 401, body = ProblemBody)))]
#[post("/sign-out")]
pub async fn sign_out(identity: Guard<KnowSelf, Identity>) -> Result<HttpResponse, Problem> {
    let who = identity.who()?.clone();
    let command = session::Command::End(Ending::SignedOut);
    let act = act(&who, "sign-out");
    identity.store.work(act, async |work| work.step::<SignIns>(who.sign_in, command).await.map(drop)).await?;
    Ok(HttpResponse::NoContent().insert_header(closing()).finish())
}

/// Who is signed in here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    person: PersonId,
    role: Role,
    first_name: String,
    clinic: ClinicId,
    clinic_name: String,
    clinic_phone: String,
    time_zone: String,
    /// The one session a link opened.
    session: Option<SessionId>,
    /// Whether this sitter proved to be in the home.
    presence: bool,
    /// Whether this is a demonstration: nobody is real.
    demo: bool,
    /// Where the watchdog speaks, for whoever keeps a session: `{watchdog_url}/beats`.
    watchdog_url: Option<String>,
}

/// Who am I?
///
/// # Errors
/// When nobody is signed in.
#[utoipa::path(operation_id = "read_me", responses((status = 200, body = Me), (status = 401, body = ProblemBody)))]
#[get("/me")]
pub async fn me(identity: Guard<KnowSelf, Identity>) -> Result<HttpResponse, Problem> {
    let (who, store) = (identity.who()?, &identity.store);
    let person = people::see(store, who.clinic, who.person).await?;
    let clinic = people::clinic(store, who.clinic).await?.ok_or(Failure::Missing)?;
    let is_keeper = who.role == Role::Therapist;
    let watchdog = store.ground().config.watchdog.as_ref().filter(|_| is_keeper);
    let presence = match who.session.filter(|_| who.role == Role::Sitter) {
        Some(session) => entry::is_present(store, who.clinic, session, who.person).await?,
        None => false,
    };
    Ok(HttpResponse::Ok().json(Me {
        person: who.person,
        role: who.role,
        first_name: person.open(store, Column::FirstName).await?,
        clinic: who.clinic,
        clinic_name: clinic.name,
        clinic_phone: clinic.phone,
        time_zone: person.time_zone.clone(),
        session: who.session,
        presence,
        demo: store.ground().config.demo,
        watchdog_url: watchdog.map(|watchdog| watchdog.url.clone()),
    }))
}

/// A link's token, from the fragment of its address.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redeem {
    /// The part after `#`.
    #[garde(length(min = 1, max = 128), ascii)]
    #[schema(min_length = 1, max_length = 128, pattern = r"^[ -~]*$")]
    pub(crate) token: String,
}

/// Opens what a link was sent for. Used, late, taken back or never made: the same answer.
///
/// # Errors
/// With `link.refused`.
#[utoipa::path(operation_id = "redeem_link", security(()), request_body = Redeem, responses((status = 200, body = Entered), (status = 410, body = ProblemBody)))]
#[post("/links/redeem")]
pub async fn redeem(identity: Guard<Enter, Identity>, body: Body<Redeem>) -> Result<HttpResponse, Problem> {
    let store = &identity.store;
    let refused = || Problem::new(&problems::LINK_REFUSED);
    let link = doors::link(store, &body.0.token).await?.ok_or_else(refused)?;
    let purpose = Purpose::parse(&link.purpose).ok_or_else(refused)?;
    let act = Act::link(link.clinic, link.person);
    let opened = store.work(act, async |work| redeemed(work, &link, purpose).await).await;
    if let (Err(Failure::Refused(_)), Purpose::Sitter | Purpose::Place) = (&opened, purpose) {
        tell_therapist(store, &link).await?;
    }
    let (token, entered) = opened?;
    Ok(HttpResponse::Ok().insert_header(opening(&token)).json(entered))
}

/// A sitter's link that counts no longer was tried: while the session is not over, the therapist hears of it.
async fn tell_therapist(store: &Store, link: &LinkRow) -> Result<(), Failure> {
    let Some(session) = link.session else { return Ok(()) };
    let known = sessions::see(store, link.clinic, session).await?;
    if known.is_none_or(|known| session::is_over(&known.phase)) {
        return Ok(());
    }
    let act = Act::link(link.clinic, link.person);
    store.work(act, async |work| publish::sitter_refused(work, session, link.person, "link").await).await
}

async fn redeemed(work: &mut Work, link: &LinkRow, purpose: Purpose) -> Result<(String, Entered), Failure> {
    work.step::<Links>(link.link, invitation::Command::Redeem).await?;
    let (person, now) = (people::load(work, link.person).await?, work.now());
    let (open, next) = match purpose {
        Purpose::Account => (SignIn::open(Kind::Setup, now), "account"),
        Purpose::Morning => (SignIn::open(Kind::Morning, now), "morning"),
        Purpose::Sitter => (sitting(work, link).await?, "sitter"),
        Purpose::Place => {
            second_contacts::take_place(work, link).await?;
            (sitting(work, link).await?, "sitter")
        }
        // It is answered where it leads, and opens nothing.
        Purpose::Question => return Err(Problem::new(&problems::LINK_REFUSED).into()),
        Purpose::Demonstration if person.role == Role::Sitter => (seated(work, link).await?, "sitter"),
        Purpose::Demonstration => (SignIn::open(Kind::of(person.role), now), "home"),
    };
    let token = entry::open(work, open, person.id, person.role, link.session).await?;
    Ok((token, Entered { role: person.role, next, session: link.session }))
}

/// One active device: the one before it counts no longer, and presence is proven anew.
async fn sitting(work: &mut Work, link: &LinkRow) -> Result<SignIn, Failure> {
    let session = link.session.ok_or(Failure::Missing)?;
    entry::prove(work, session, link.person, presence::Command::Restart).await?;
    seated(work, link).await
}

/// The same in a demonstration, whose made-up sitter proved to be in the home before it opened.
async fn seated(work: &mut Work, link: &LinkRow) -> Result<SignIn, Failure> {
    let session = link.session.ok_or(Failure::Missing)?;
    let known = sessions::load(work, session).await?.ok_or(Failure::Missing)?;
    entry::end_all(work, link.person, Some(session), Ending::Replaced).await?;
    Ok(SignIn::sitting(known.ends_at, work.now()))
}

/// The public keys of the tokens that services accept (RFC 7517).
#[utoipa::path(operation_id = "read_keys", security(()), responses((status = 200, description = "A JSON Web Key Set")))]
#[get("/keys")]
pub async fn keys(identity: Guard<Enter, Identity>) -> HttpResponse {
    HttpResponse::Ok().json(token::key_set(identity.store.ground().keys.trusted()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_network_and_strangers_do_not() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("203.0.113.7"), of("203.0.113.200"));
        assert_ne!(of("203.0.113.7"), of("203.0.114.7"));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:ffff::9"));
    }
}
