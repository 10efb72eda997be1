//! Asks identity, in a process of its own, how a cookie stands.

use crate::door::Resolve;
use crate::upstream::{self, Ask};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use chassis::clock::Clock;
use chassis::ids;
use chassis::problem::Problem;
use chassis::token::{DOOR, DoorPass, GATEWAY, ISSUER, LIFETIME_SECONDS, Signer};
use futures_util::future::LocalBoxFuture;
use proto::problems;
use proto::standing::{Standing, Touch};
use std::sync::Arc;
use uuid::Uuid;

/// Where identity answers the gateway, and nobody else.
const TARGET: &str = "/api/identity/internal/standing";

/// Identity behind a connection.
pub struct AskIdentity {
    /// Where it is.
    pub address: Arc<str>,
    /// Signs the gateway's own pass.
    pub signer: Signer,
    /// Time.
    pub clock: Clock,
}

impl Resolve for AskIdentity {
    fn resolve<'a>(
        &'a self,
        cookie: &'a str,
        touch: Touch,
    ) -> LocalBoxFuture<'a, Result<Option<Standing>, Problem>> {
        Box::pin(async move {
            let answer = upstream::question(&self.address, self.ask(cookie, touch)?).await?;
            serde_json::from_slice(&answer).map_err(broken)
        })
    }
}

impl AskIdentity {
    fn ask(&self, cookie: &str, touch: Touch) -> Result<Ask, Problem> {
        let body = serde_json::to_vec(&serde_json::json!({ "cookie": cookie, "touch": touch }));
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("identity"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::AUTHORIZATION, self.pass()?);
        Ok(Ask::new(&Method::POST, TARGET, headers.iter(), &body.map_err(broken)?))
    }

    fn pass(&self) -> Result<HeaderValue, Problem> {
        let nbf = self.clock.now().seconds();
        let claims = DoorPass {
            iss: ISSUER.into(),
            aud: "identity".into(),
            sub: GATEWAY.into(),
            jti: ids::fresh::<Uuid>().to_string(),
            nbf,
            exp: nbf.saturating_add(LIFETIME_SECONDS),
        };
        let token = self.signer.sign(DOOR, &claims).map_err(broken)?;
        HeaderValue::from_str(&format!("Bearer {token}")).map_err(broken)
    }
}

fn broken(cause: impl std::fmt::Display) -> Problem {
    Problem::new(&problems::HOUSE_BROKEN).because(cause)
}
