//! The only door to a service: an extractor whose type names the permission.

use crate::asked::Asked;
use crate::body;
use crate::problem::Problem;
use crate::service::Service;
use crate::token::Access;
use crate::work::Act;
use actix_web::dev::Payload;
use actix_web::web::ServiceConfig;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use kernel::id::{ClinicId, CommandId, PersonId, SessionId, SignInId};
use kernel::private::Witness;
use kernel::role::Role;
use proto::permissions::{Permission, Scope};
use proto::problems;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// Who is asking, as the token says and the service's own rows confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The person.
    pub person: PersonId,
    /// Their clinic.
    pub clinic: ClinicId,
    /// As what they are here.
    pub role: Role,
    /// Their sign-in.
    pub sign_in: SignInId,
    /// The one session their link opened, if they came by link.
    pub session: Option<SessionId>,
}

/// How a service is kept in the app: a type no handler can name, so only a `Guard` can reach it.
struct Held<S>(Arc<S>);

/// Puts a service behind the door.
pub fn hold<S: Service>(service: Arc<S>) -> impl FnOnce(&mut ServiceConfig) {
    |config| {
        config.app_data(Held(service)).app_data(body::paths()).app_data(body::queries());
    }
}

/// A service, reachable only by someone who holds `P`.
pub struct Guard<P, S> {
    who: Option<Who>,
    service: Arc<S>,
    command: Option<CommandId>,
    what: String,
    asked: Asked,
    permission: PhantomData<P>,
}

/// Holding a guard is a reason to look into a private value.
impl<P, S> Witness for Guard<P, S> {}

impl<P, S> Deref for Guard<P, S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.service
    }
}

impl<P: Permission, S: Service> Guard<P, S> {
    /// Who is asking.
    ///
    /// # Errors
    /// On a public route nobody has to be signed in.
    pub fn who(&self) -> Result<&Who, Problem> {
        self.who.as_ref().ok_or(Problem::new(&problems::AUTH_INVALID))
    }

    /// The act this request is: who, in which clinic, under which command id.
    ///
    /// # Errors
    /// When the `Idempotency-Key` is missing, or nobody is signed in.
    pub fn act(&self) -> Result<Act, Problem> {
        let who = self.who()?;
        let command = self.command.ok_or(Problem::new(&problems::IDEMPOTENCY_KEY_MISSING))?;
        Ok(Act { asked: self.asked.clone(), ..Act::by(who, command, &self.what) })
    }

    /// The service itself, for work that outlives the request.
    pub fn service(&self) -> Arc<S> {
        Arc::clone(&self.service)
    }
}

impl<P: Permission, S: Service> FromRequest for Guard<P, S> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (request, asked) = (request.clone(), Asked::of(request));
        Box::pin(async move {
            let held = request.app_data::<Held<S>>().ok_or(Problem::new(&problems::HOUSE_BROKEN))?;
            let service = Arc::clone(&held.0);
            let who = match P::SCOPE {
                // Nobody has to be signed in, and somebody may be.
                Scope::Public => who(&request, service.as_ref()).ok(),
                Scope::Door => {
                    passed_by_the_gateway::<S>(&request, &service)?;
                    None
                }
                Scope::Clinic | Scope::Session => Some(admitted::<P, S>(&request, &service).await?),
            };
            let command = command_id(&request)?;
            let what = format!("{} {}", request.method(), request.path());
            Ok(Self { who, service, command, what, asked, permission: PhantomData })
        })
    }
}

/// Token, then role, then relationship: the last from the service's own rows, never from the token.
async fn admitted<P: Permission, S: Service>(request: &HttpRequest, service: &S) -> Result<Who, Problem> {
    let who = who::<S>(request, service)?;
    if !P::ROLES.contains(&who.role) {
        return Err(Problem::new(&problems::AUTH_FORBIDDEN));
    }
    if P::SCOPE == Scope::Session {
        let session = request.match_info().get("session").and_then(|text| text.parse().ok());
        let session: SessionId = session.ok_or(Problem::new(&problems::NOT_FOUND))?;
        belongs::<P, S>(&who, session, service).await?;
    }
    Ok(who)
}

/// 404 for a session that is not theirs: one may not learn that it exists.
async fn belongs<P: Permission, S: Service>(
    who: &Who,
    session: SessionId,
    service: &S,
) -> Result<(), Problem> {
    if who.session.is_some_and(|only| only != session) {
        return Err(Problem::new(&problems::NOT_FOUND));
    }
    let members = service.store().members(who.clinic, session).await?;
    let is_member = members.iter().any(|member| member.person == who.person && member.role == who.role);
    let is_wide = !members.is_empty() && P::CLINIC_WIDE.contains(&who.role);
    let is_on_call = members.iter().any(|member| member.person == who.person && member.on_call);
    if is_member || is_wide || is_on_call { Ok(()) } else { Err(Problem::new(&problems::NOT_FOUND)) }
}

fn who<S: Service>(request: &HttpRequest, service: &S) -> Result<Who, Problem> {
    let ground = service.store().ground();
    let access = ground.verifier.verify_access(bearer(request)?, S::NAME, ground.clock.now());
    access.map(Who::from).map_err(|_reason| Problem::new(&problems::AUTH_INVALID))
}

fn passed_by_the_gateway<S: Service>(request: &HttpRequest, service: &S) -> Result<(), Problem> {
    let ground = service.store().ground();
    let passed = ground.verifier.verify_door(bearer(request)?, S::NAME, ground.clock.now());
    passed.map_err(|_reason| Problem::new(&problems::AUTH_INVALID))
}

/// The one bearer token of a request.
fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let refused = || Problem::new(&problems::AUTH_INVALID);
    let mut headers = request.headers().get_all("authorization");
    let header = headers.next().ok_or_else(refused)?;
    if headers.next().is_some() {
        return Err(refused());
    }
    header.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).ok_or_else(refused)
}

fn command_id(request: &HttpRequest) -> Result<Option<CommandId>, Problem> {
    let Some(header) = request.headers().get("idempotency-key") else { return Ok(None) };
    let id = header.to_str().ok().and_then(|text| text.parse::<CommandId>().ok());
    match id {
        Some(id) if id.0.get_version_num() == 7 => Ok(Some(id)),
        Some(_) | None => Err(Problem::new(&problems::IDEMPOTENCY_KEY_MISSING)),
    }
}

impl From<Access> for Who {
    fn from(access: Access) -> Self {
        Self {
            person: access.sub,
            clinic: access.clinic,
            role: access.role,
            sign_in: access.sid,
            session: access.session,
        }
    }
}
