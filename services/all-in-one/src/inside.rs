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
use kernel::id::{ClinicId, CommandId, PersonId, SessionId, SignInId};
use kernel::role::Role;
use serde_json::Value;
use std::rc::Rc;
use utoipa_actix_web::{AppExt as _, scope};

type Call = Box<
    dyn Fn(
        actix_http::Request,
    ) -> futures_util::future::LocalBoxFuture<'static, anyhow::Result<(u16, Value)>>,
>;

/// The services' routes, and the key that opens them.
#[derive(Clone)]
pub struct Inside {
    call: Rc<Call>,
    signer: Signer,
    ground: Ground,
}

/// One person, acting.
#[derive(Clone)]
pub struct Acting {
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
        Acting { inside: self.clone(), clinic, person, role, session, sign_in: ids::fresh() }
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
    /// Asks.
    ///
    /// # Errors
    /// When the answer is not 200.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = test::TestRequest::get().uri(path);
        good(path, self.send(path, request).await?)
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
        let key: CommandId = ids::fresh();
        let request = test::TestRequest::post()
            .uri(path)
            .insert_header(("idempotency-key", key.to_string()))
            .set_json(body);
        self.send(path, request).await
    }

    async fn send(&self, path: &str, request: test::TestRequest) -> anyhow::Result<(u16, Value)> {
        let service = path.split('/').nth(2).unwrap_or_default();
        let bearer = format!("Bearer {}", self.token(service)?);
        let request = request.insert_header(("authorization", bearer)).to_request();
        (self.inside.call)(request).await
    }

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
