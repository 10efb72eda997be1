//! Speaks to the services' own routes from inside the process: how a demonstration and the stories act as people.
//! The same handlers, guards and transactions as from outside; only the gateway's cookie is left out.

use actix_web::body::MessageBody;
use actix_web::dev::{Service as HttpService, ServiceResponse};
use actix_web::{App, test};
use anyhow::{Context as _, bail};
use chassis::ids;
use chassis::run::Mounted;
use chassis::service::Ground;
use chassis::token::{self, Access, Signer};
use futures_util::future::LocalBoxFuture;
use kernel::id::{ClinicId, CommandId, PersonId, SessionId, SignInId};
use kernel::role::Role;
use serde_json::Value;
use std::rc::Rc;
use utoipa_actix_web::{AppExt as _, scope};

type Call = Box<dyn Fn(actix_http::Request) -> LocalBoxFuture<'static, anyhow::Result<(u16, Value)>>>;

/// How somebody's words reach the house: inside its process, or over the wire.
pub trait Speak {
    /// Asks, or does something under a command id; the status and the answer.
    fn speak<'a>(
        &'a self,
        path: &'a str,
        does: Option<Does<'a>>,
    ) -> LocalBoxFuture<'a, anyhow::Result<(u16, Value)>>;
}

/// What somebody does: the body of a command, and its id.
#[derive(Debug, Clone, Copy)]
pub struct Does<'a> {
    /// The body.
    pub body: &'a Value,
    /// The command id.
    pub key: &'a str,
}

/// One person, acting.
#[derive(Clone)]
pub struct Acting(Rc<dyn Speak>);

/// The services' routes, and the key that opens them.
#[derive(Clone)]
pub struct Inside {
    call: Rc<Call>,
    signer: Signer,
    ground: Ground,
}

/// One person inside the process, with a token of their own for each request.
struct Insider {
    inside: Inside,
    clinic: ClinicId,
    person: PersonId,
    role: Role,
    session: Option<SessionId>,
    sign_in: SignInId,
}

impl Inside {
    /// The routes of these services.
    ///
    /// # Errors
    /// When the signing key cannot be used.
    pub async fn new(ground: &Ground, mounted: &[Mounted]) -> anyhow::Result<Self> {
        let signer = Signer::new(&ground.keys).context("the signing key cannot be used")?;
        let mounted = mounted.to_vec();
        let app = App::new()
            .into_utoipa_app()
            .configure(|config| {
                for service in &mounted {
                    let configure = std::sync::Arc::clone(&service.configure);
                    let path = format!("/api/{}", service.name);
                    config.service(scope(path.as_str()).configure(|config| configure(config)));
                }
            })
            .into_app();
        let app = Rc::new(test::init_service(app).await);
        let call: Call = Box::new(move |request| {
            let app = Rc::clone(&app);
            Box::pin(async move { answer(app.call(request).await).await })
        });
        Ok(Self { call: Rc::new(call), signer, ground: ground.clone() })
    }

    /// This person, in this role.
    pub fn acting(
        &self,
        clinic: ClinicId,
        person: PersonId,
        role: Role,
        session: Option<SessionId>,
    ) -> Acting {
        let inside = self.clone();
        Acting::new(Insider { inside, clinic, person, role, session, sign_in: ids::fresh() })
    }
}

async fn answer<B: MessageBody + 'static>(
    response: Result<ServiceResponse<B>, actix_web::Error>,
) -> anyhow::Result<(u16, Value)> {
    let response = match response {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => bail!("the route failed: {error}"),
    };
    let status = response.status().as_u16();
    let bytes =
        actix_web::body::to_bytes(response.into_body()).await.map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}

impl Acting {
    /// Somebody who speaks like this.
    pub fn new(speaks: impl Speak + 'static) -> Self {
        Self(Rc::new(speaks))
    }

    /// Asks.
    ///
    /// # Errors
    /// When the answer is not 200.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        good(path, self.0.speak(path, None).await?)
    }

    /// Does, under a new command id.
    ///
    /// # Errors
    /// When the answer is a refusal.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        good(path, self.try_post(path, body).await?)
    }

    /// Does, and gives the answer whatever it is.
    ///
    /// # Errors
    /// When the route fails altogether.
    pub async fn try_post(&self, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        self.repeat(path, body, &ids::fresh::<CommandId>().to_string()).await
    }

    /// Does under this command id: the same again must be harmless.
    ///
    /// # Errors
    /// When the route fails altogether.
    pub async fn repeat(&self, path: &str, body: &Value, key: &str) -> anyhow::Result<(u16, Value)> {
        self.0.speak(path, Some(Does { body, key })).await
    }
}

impl Speak for Insider {
    fn speak<'a>(
        &'a self,
        path: &'a str,
        does: Option<Does<'a>>,
    ) -> LocalBoxFuture<'a, anyhow::Result<(u16, Value)>> {
        let request = match does {
            None => test::TestRequest::get().uri(path),
            Some(Does { body, key }) => {
                test::TestRequest::post().uri(path).insert_header(("idempotency-key", key)).set_json(body)
            }
        };
        Box::pin(async move {
            let service = path.split('/').nth(2).unwrap_or_default();
            let bearer = format!("Bearer {}", self.token(service)?);
            let request = request.insert_header(("authorization", bearer)).to_request();
            (self.inside.call)(request).await
        })
    }
}

impl Insider {
    fn token(&self, service: &str) -> anyhow::Result<String> {
        let now = self.inside.ground.clock.now().seconds();
        let claims = Access {
            iss: token::ISSUER.into(),
            aud: service.into(),
            sub: self.person,
            sid: self.sign_in,
            clinic: self.clinic,
            role: self.role,
            session: self.session,
            jti: ids::fresh::<CommandId>().to_string(),
            nbf: now,
            exp: now.saturating_add(token::LIFETIME_SECONDS),
        };
        Ok(self.inside.signer.sign(token::ACCESS, &claims)?)
    }
}

fn good(path: &str, (status, body): (u16, Value)) -> anyhow::Result<Value> {
    if (200..300).contains(&status) { Ok(body) } else { bail!("{path} answered {status}: {body}") }
}
