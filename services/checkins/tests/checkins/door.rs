//! How people come to the house: over HTTP, with a signed token or with a link.

use crate::house::{House, Person};
use actix_web::App;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use chassis::ids;
use chassis::service::Service as _;
use chassis::token::{ACCESS, Access, ISSUER, LIFETIME_SECONDS, Signer};
use checkins::Checkins;
use kernel::id::{CommandId, SessionId, SignInId};
use serde_json::{Value, json};
use utoipa_actix_web::service_config::ServiceConfig;

/// A status and a body.
pub type Answer = (StatusCode, Value);

impl House {
    pub async fn get(&self, who: Person, path: &str) -> Answer {
        self.ask(TestRequest::with_uri(path).method(Method::GET).insert_header(self.bearer(who))).await
    }

    pub async fn post(&self, who: Person, path: &str, body: Value) -> Answer {
        self.post_as(ids::fresh(), who, path, body).await
    }

    /// The same command twice has the same key.
    pub async fn post_as(&self, key: CommandId, who: Person, path: &str, body: Value) -> Answer {
        let request = TestRequest::with_uri(path).method(Method::POST).set_json(body);
        let request = request.insert_header(("idempotency-key", key.to_string()));
        self.ask(request.insert_header(self.bearer(who))).await
    }

    /// The bytes as they are, with this signature beside them.
    pub async fn post_signed(
        &self,
        (key, who): (CommandId, Person),
        path: &str,
        bytes: &str,
        signature: Option<String>,
    ) -> Answer {
        let request = TestRequest::with_uri(path).method(Method::POST).set_payload(bytes.to_owned());
        let request = request.insert_header(("content-type", "application/json"));
        let request = request.insert_header(("idempotency-key", key.to_string()));
        let request = request.insert_header(self.bearer(who));
        match signature {
            Some(signature) => self.ask(request.insert_header(("x-holdspace-signature", signature))).await,
            None => self.ask(request).await,
        }
    }

    /// Somebody who is not signed in holds a link.
    pub async fn press(&self, path: &str, token: &str) -> Answer {
        let body = json!({ "token": token });
        self.ask(TestRequest::with_uri(path).method(Method::POST).set_json(body)).await
    }

    /// The telephone provider speaks: with a signature, or without. An answer that is no JSON comes as its text.
    pub async fn provider_says(
        &self,
        path: &str,
        form: &[(&str, &str)],
        signature: Option<String>,
    ) -> Answer {
        let mut request = TestRequest::with_uri(path).method(Method::POST).set_form(form);
        if let Some(signature) = signature {
            request = request.insert_header(("x-twilio-signature", signature));
        }
        self.ask(request).await
    }

    /// The watch as Dr. Lee's screen shows it.
    pub async fn watch(&self, session: SessionId) -> Value {
        let (status, watch) = self.get(self.dr_lee, &format!("/sessions/{session}/watch")).await;
        assert_eq!(status, StatusCode::OK, "{watch}");
        watch
    }

    /// The one incident of a session.
    pub async fn incident(&self, session: SessionId) -> Value {
        let watch = self.watch(session).await;
        let incidents = watch["incidents"].as_array().unwrap();
        assert_eq!(incidents.len(), 1, "{watch}");
        incidents[0].clone()
    }

    /// Its path.
    pub async fn incident_path(&self, session: SessionId, action: &str) -> String {
        format!("/incidents/{}/{action}", self.incident(session).await["id"].as_str().unwrap())
    }

    /// Ana looks.
    pub async fn looks(&self, session: SessionId, sequence: i64, answers: Value) -> Answer {
        let body = json!({ "sequence": sequence, "answers": answers, "answered_at": self.now() });
        self.post(self.ana, &format!("/sessions/{session}/checkins"), body).await
    }

    /// The token in the newest mail to somebody.
    pub async fn link(&self, to: Person) -> String {
        self.awaited(async || {
            let mails = self.ground.mailbox.of(to.clinic);
            let mail = mails.iter().find(|mail| mail.to == to.id)?;
            Some(mail.links[0].rsplit_once('#').unwrap().1.to_owned())
        })
        .await
    }

    /// What was done about a session, as the trail says it: `screen.tested heard`.
    pub async fn trail(&self, session: SessionId) -> Vec<String> {
        let (_, rows) = self.get(self.dr_lee, &format!("/sessions/{session}/trail")).await;
        let word = |row: &Value| {
            format!("{} {}", row["action"].as_str().unwrap(), row["resource"].as_str().unwrap())
        };
        rows.as_array().unwrap().iter().map(word).collect()
    }

    async fn ask(&self, request: TestRequest) -> Answer {
        let configure = self.routes();
        let app = App::new().configure(move |config| configure(&mut ServiceConfig::new(config)));
        let response = call_service(&init_service(app).await, request.to_request()).await;
        let status = response.status();
        let body = read_body(response).await;
        let text = || Value::from(String::from_utf8_lossy(&body).into_owned());
        (
            status,
            if body.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&body).unwrap_or_else(|_| text())
            },
        )
    }

    fn bearer(&self, who: Person) -> (&'static str, String) {
        let now = self.now().seconds();
        let access = Access {
            iss: ISSUER.into(),
            aud: Checkins::NAME.into(),
            sub: who.id,
            // One phone, one screen: a person signs in once.
            sid: SignInId(who.id.0),
            clinic: who.clinic,
            role: who.role,
            session: None,
            jti: ids::fresh::<CommandId>().to_string(),
            nbf: now,
            exp: now + LIFETIME_SECONDS,
        };
        let token = Signer::new(&self.ground.keys).unwrap().sign(ACCESS, &access).unwrap();
        ("authorization", format!("Bearer {token}"))
    }
}

/// A look at which all is well, with a count whether or not this look asks for one.
pub fn well() -> Value {
    json!({ "CI-ALL": "well", "CI-COUNT": "4" })
}
