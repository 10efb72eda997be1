//! The clinic's people: adding, listing by first name, inviting.

use crate::entry::{self, Purpose};
use crate::store::Accounts;
use crate::store::people::{self, Column, NewPerson, Person};
use crate::{Identity, publish};
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chassis::body::{Body, says_something, unreadable_query};
use chassis::guard::{Guard, Who};
use chassis::ids;
use chassis::keeper::About;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::store::Store;
use chassis::work::Work;
use garde::Validate;
use identity_core::account::Account;
use identity_core::invitation::Link;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::permissions::{ManagePeople, ReadPeople, ReadSessionPeople};
use proto::problems;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A person to add.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// As what. A sitter is named by the patient instead.
    #[garde(skip)]
    role: Role,
    #[garde(length(chars, min = 1, max = 80), custom(says_something))]
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    first_name: String,
    #[garde(length(chars, min = 1, max = 80), custom(says_something))]
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    last_name: String,
    #[garde(email, length(max = 254))]
    #[schema(max_length = 254, format = Email)]
    email: String,
    #[garde(custom(|text: &str, (): &()| is_phone(text)))]
    #[schema(max_length = 30, pattern = r"^[+ ()./-]*([0-9][+ ()./-]*){5,15}$")]
    phone: String,
    /// An IANA name, such as `Europe/Berlin`.
    #[garde(custom(|text: &str, (): &()| is_zone(text)))]
    #[schema(min_length = 3, max_length = 64, pattern = r"^[A-Za-z0-9/_+-]+$")]
    time_zone: String,
}

/// Who was added.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Added {
    pub(crate) person: PersonId,
}

/// When it was sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    pub(crate) sent_at: Timestamp,
}

/// Adds a person. A coordinator adds patients; staff is the administrator's.
///
/// # Errors
/// When the address is taken, or the role is not theirs to add.
#[utoipa::path(operation_id = "add_person", request_body = Add, responses((status = 200, body = Added), (status = 409, body = ProblemBody)))]
#[post("/people")]
pub async fn add(identity: Guard<ManagePeople, Identity>, body: Body<Add>) -> Result<HttpResponse, Problem> {
    let who = identity.who()?;
    manages(who, body.0.role)?;
    let Body(Add { role, first_name, last_name, email, phone, time_zone }) = body;
    let new = NewPerson { role, first_name, last_name, email, phone, time_zone, named_by: None };
    let added = identity
        .store
        .command(identity.act()?, async |work| {
            let person = ids::fresh();
            enrol(work, person, &new).await?;
            Ok(Added { person })
        })
        .await?;
    Ok(HttpResponse::Ok().json(added))
}

/// Keeps a person, their account, and tells the senders how to reach them.
pub(crate) async fn enrol(work: &mut Work, person: PersonId, new: &NewPerson) -> Result<(), Failure> {
    people::keep(work, person, new).await?;
    if publish::has_account(new.role) {
        let about = About { clinic: work.clinic(), session: None, person };
        work.create::<Accounts>(person, about, Account::Invited, &[]).await?;
    }
    work.audit(&format!("added a {}", new.role.as_str()), person, None);
    publish::contact(work, person, new)
}

/// Nobody gives out a role above their own, and a sitter is the patient's to name.
fn manages(who: &Who, role: Role) -> Result<(), Problem> {
    let may = match role {
        Role::Patient => true,
        Role::Sitter => false,
        Role::Therapist | Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => {
            who.role == Role::Admin
        }
    };
    if may { Ok(()) } else { Err(Problem::new(&problems::AUTH_FORBIDDEN)) }
}

/// Mails a person the link that opens their account, or opens it anew when password or phone are lost.
///
/// # Errors
/// When there is no such person, or they have no account.
#[utoipa::path(operation_id = "invite_patient", responses((status = 200, body = Sent), (status = 404, body = ProblemBody)))]
#[post("/people/{person}/invitation")]
pub async fn invite(
    identity: Guard<ManagePeople, Identity>,
    person: Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    let who = identity.who()?;
    let person = people::see(&identity.store, who.clinic, *person).await?;
    manages(who, person.role)?;
    let sent = identity
        .store
        .command(identity.act()?, async |work| {
            let sent_at = work.now();
            entry::send(work, Link::account(sent_at), person.id, Purpose::Account, None).await?;
            Ok(Sent { sent_at })
        })
        .await?;
    Ok(HttpResponse::Ok().json(sent))
}

/// Whom to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// One role; everyone when left out.
    role: Option<Role>,
}

/// A person, by first name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed {
    person: PersonId,
    role: Role,
    first_name: String,
    last_initial: String,
    time_zone: String,
}

/// Lists people, names only. A patient sees staff and the sitters they named.
///
/// # Errors
/// When the role is not theirs to see.
#[utoipa::path(operation_id = "list_people", params(Wanted), responses((status = 200, body = [Listed]), (status = 422, body = ProblemBody)))]
#[get("/people")]
pub async fn list(
    identity: Guard<ReadPeople, Identity>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (who, store) = (identity.who()?, &identity.store);
    let wanted = Query::<Wanted>::from_query(request.query_string());
    let wanted = wanted.map_err(|error| unreadable_query(&error))?;
    if who.role == Role::Patient && wanted.role == Some(Role::Patient) {
        return Err(Problem::new(&problems::AUTH_FORBIDDEN));
    }
    let mut listed = vec![];
    for role in Role::ALL.into_iter().filter(|role| wanted.role.is_none_or(|only| only == *role)) {
        for person in people::of_role(store, who.clinic, role).await? {
            if is_visible(who, &person) {
                listed.push(named(store, &person).await?);
            }
        }
    }
    Ok(HttpResponse::Ok().json(listed))
}

/// Patients do not learn of each other, nor of each other's sitters.
fn is_visible(who: &Who, person: &Person) -> bool {
    let (is_self, is_mine) = (person.id == who.person, person.named_by == Some(who.person));
    match person.role {
        Role::Patient => who.role != Role::Patient || is_self,
        Role::Sitter => who.role != Role::Patient || is_mine,
        Role::Therapist | Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => true,
    }
}

async fn named(store: &Store, person: &Person) -> Result<Listed, Failure> {
    let last = person.open(store, Column::LastName).await?;
    Ok(Listed {
        person: person.id,
        role: person.role,
        first_name: person.open(store, Column::FirstName).await?,
        last_initial: last.chars().take(1).collect(),
        time_zone: person.time_zone.clone(),
    })
}

/// One of a session's people.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    person: PersonId,
    role: Role,
    first_name: String,
    /// `on_call` while they hold that duty for this session.
    duty: Option<&'static str>,
}

/// A session's people, by first name.
///
/// # Errors
/// When the session is not theirs.
#[utoipa::path(operation_id = "read_session_people", responses((status = 200, body = [Member]), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/people")]
pub async fn of_session(
    identity: Guard<ReadSessionPeople, Identity>,
    session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let (who, store) = (identity.who()?, &identity.store);
    let mut members = vec![];
    for member in store.members(who.clinic, *session).await? {
        let person = people::see(store, who.clinic, member.person).await?;
        let first_name = person.open(store, Column::FirstName).await?;
        let duty = member.on_call.then_some("on_call");
        members.push(Member { person: member.person, role: member.role, first_name, duty });
    }
    Ok(HttpResponse::Ok().json(members))
}

/// Digits, and the signs people write between them.
pub(crate) fn is_phone(text: &str) -> garde::Result {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text.chars().all(|letter| letter.is_ascii_digit() || "+ ()-./".contains(letter));
    if plain && (5..=15).contains(&digits) && text.len() <= 30 {
        Ok(())
    } else {
        Err(garde::Error::new("a telephone number with its country code"))
    }
}

/// The shape of an IANA name; who knows the names is scheduling.
pub(crate) fn is_zone(text: &str) -> garde::Result {
    let plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/_+-".contains(letter));
    if plain && (3..=64).contains(&text.len()) { Ok(()) } else { Err(garde::Error::new("an IANA time zone")) }
}
