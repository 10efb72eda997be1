//! Identity alone, with its routes, a clock that tests move, and tokens as the gateway signs them.
#![expect(dead_code, reason = "each test file uses its own part")]

use actix_web::App;
use actix_web::test;
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::pool::Pool;
use chassis::run::{self, Mounted};
use chassis::service::{Ground, Service as _};
use chassis::token::{ACCESS, Access, ISSUER, Signer};
use chassis::work::Act;
use chassis::{ids, members};
use identity::{Clinic, Identity, NewPerson};
use kernel::id::{ClinicId, CommandId, PersonId, SessionId};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};
use proto::envelope::{Envelope, Event};
use proto::events::care::NextMorningAnswered;
use proto::events::identity::LinkIssued;
use proto::events::safety::{Member, PhaseChanged, SessionOpened};
use proto::sealed;
use proto::standing::{Standing, Touch};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_actix_web::{AppExt as _, scope};

const PASSWORD: &str = "the heron waits in the reeds";

pub struct House {
    pub identity: Arc<Identity>,
    pub clinic: ClinicId,
    ground: Ground,
    mounted: Mounted,
    _folder: tempfile::TempDir,
}

/// An account that works, and its app.
pub struct Working {
    pub person: PersonId,
    pub password: String,
    secret: Vec<u8>,
    clock: Clock,
}

impl Working {
    /// A code that was not used yet: the app waits for its next half minute.
    pub fn next_code(&self) -> String {
        self.clock.advance(Span::seconds(30));
        code_for(&self.secret, self.clock.now())
    }
}

pub fn code_for(secret: &[u8], now: Timestamp) -> String {
    let secret: [u8; 20] = secret.try_into().unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    app.generate(u64::try_from(now.seconds()).unwrap()).to_string()
}

impl House {
    pub async fn new() -> Self {
        Self::open(false, "sqlite:".into()).await
    }

    pub async fn demonstration() -> Self {
        Self::open(true, "sqlite:".into()).await
    }

    /// One on SQLite, and one on Postgres where `TEST_POSTGRES_URL` names a server.
    pub async fn on_every_store() -> Vec<Self> {
        let mut houses = vec![Self::new().await];
        if let Some(url) = postgres().await {
            houses.push(Self::open(false, url).await);
        }
        houses
    }

    async fn open(demo: bool, database_url: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().into(), demo, database_url, ..Config::default() };
        let clock = Clock::test(Timestamp::from_micros(1_800_000_000_000_000));
        let ground = run::ground(config, clock).unwrap();
        let url = ground.config.database();
        let shared =
            if url.starts_with("sqlite:") { Some(Pool::open(&url, None).await.unwrap()) } else { None };
        let (identity, mounted) = run::mount::<Identity>(&ground, shared.as_ref()).await.unwrap();
        let clinic = ids::fresh();
        let named = Clinic {
            name: "Harbour".into(),
            phone: "+1 555 0100 000".into(),
            time_zone: "Europe/Berlin".into(),
        };
        identity.found(clinic, &named).await.unwrap();
        Self { identity, clinic, ground, mounted, _folder: folder }
    }

    pub fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }

    pub fn pass(&self, span: Span) {
        self.ground.clock.advance(span);
    }

    pub async fn tick(&self) {
        self.identity.tick().await.unwrap();
    }

    /// A person whose first name is the start of their address.
    pub async fn person(&self, role: Role, email: &str) -> PersonId {
        let person = ids::fresh();
        let name = email.split('@').next().unwrap();
        let first_name = name[..1].to_uppercase() + &name[1..];
        let new = NewPerson {
            role,
            first_name,
            last_name: "Tester".into(),
            email: email.into(),
            phone: "+1 555 0100 100".into(),
            time_zone: "America/New_York".into(),
            named_by: None,
        };
        self.identity.enrol(self.clinic, person, &new).await.unwrap();
        person
    }

    /// The browser in which this person just pressed their invitation.
    pub async fn invited(&self, person: PersonId, _role: Role) -> Standing {
        let token = self.identity.invitation(self.clinic, person).await.unwrap();
        let (_, cookie, _) = self.redeem(&token).await;
        self.standing(&cookie).await.unwrap()
    }

    pub async fn account(&self, role: Role, email: &str) -> Working {
        let person = self.person(role, email).await;
        let who = self.invited(person, role).await;
        let (status, body) = self.post(&who, "/account", &json!({"password": PASSWORD})).await;
        assert_eq!(status, 200, "{body}");
        let secret = from_base32(body["secret"].as_str().unwrap());
        let code = code_for(&secret, self.now());
        let (status, body) = self.post(&who, "/account/confirm", &json!({"totp": code})).await;
        assert_eq!(status, 204, "{body}");
        Working { person, password: PASSWORD.into(), secret, clock: self.ground.clock.clone() }
    }

    pub async fn browser(&self, role: Role, email: &str) -> (String, Standing) {
        let account = self.account(role, email).await;
        let (status, cookie, body) = self.sign_in(email, PASSWORD, &account.next_code()).await;
        assert_eq!(status, 200, "{body}");
        let standing = self.standing(&cookie).await.unwrap();
        (cookie, standing)
    }

    pub async fn signed_in(&self, role: Role, email: &str) -> Standing {
        self.browser(role, email).await.1
    }

    pub async fn standing(&self, cookie: &str) -> Option<Standing> {
        self.identity.resolve(cookie, Touch::Person).await.unwrap()
    }

    pub async fn sign_in(&self, email: &str, password: &str, totp: &str) -> (u16, String, Value) {
        self.sign_in_as("203.0.113.7", email, password, totp).await
    }

    pub async fn sign_in_from(&self, from: &str, email: &str, account: &Working) -> (u16, String, Value) {
        self.sign_in_as(from, email, &account.password, &account.next_code()).await
    }

    pub async fn sign_in_as(
        &self,
        from: &str,
        email: &str,
        password: &str,
        totp: &str,
    ) -> (u16, String, Value) {
        let body = json!({"email": email, "password": password, "totp": totp});
        let request = test::TestRequest::post().uri("/api/identity/sign-in");
        self.answer(request.insert_header(("x-holdspace-from", from)).set_json(&body)).await
    }

    pub async fn redeem(&self, token: &str) -> (u16, String, Value) {
        self.post_public("/links/redeem", &json!({ "token": token })).await
    }

    pub async fn post_public(&self, path: &str, body: &Value) -> (u16, String, Value) {
        self.answer(test::TestRequest::post().uri(&format!("/api/identity{path}")).set_json(body)).await
    }

    pub async fn get_public(&self, path: &str) -> (u16, Value) {
        let (status, _, body) =
            self.answer(test::TestRequest::get().uri(&format!("/api/identity{path}"))).await;
        (status, body)
    }

    pub async fn post(&self, who: &Standing, path: &str, body: &Value) -> (u16, Value) {
        self.post_with(who, ids::fresh(), path, body).await
    }

    pub async fn post_with(&self, who: &Standing, key: CommandId, path: &str, body: &Value) -> (u16, Value) {
        let request = test::TestRequest::post().uri(&format!("/api/identity{path}")).set_json(body);
        let request = request.insert_header(("idempotency-key", key.to_string()));
        let (status, _, body) = self.answer(request.insert_header(("authorization", self.token(who)))).await;
        (status, body)
    }

    pub async fn get(&self, who: &Standing, path: &str) -> (u16, Value) {
        let request = test::TestRequest::get().uri(&format!("/api/identity{path}"));
        let (status, _, body) = self.answer(request.insert_header(("authorization", self.token(who)))).await;
        (status, body)
    }

    /// As the gateway signs it.
    fn token(&self, who: &Standing) -> String {
        let now = self.now().seconds();
        let claims = Access {
            iss: ISSUER.into(),
            aud: "identity".into(),
            sub: who.person,
            sid: who.sign_in,
            clinic: who.clinic,
            role: who.role,
            session: who.session,
            jti: ids::fresh::<CommandId>().to_string(),
            nbf: now,
            exp: now + 60,
        };
        format!("Bearer {}", Signer::new(&self.ground.keys).unwrap().sign(ACCESS, &claims).unwrap())
    }

    /// Status, cookie, body without its request id.
    async fn answer(&self, request: test::TestRequest) -> (u16, String, Value) {
        let configure = Arc::clone(&self.mounted.configure);
        let app = App::new()
            .into_utoipa_app()
            .service(scope("/api/identity").configure(|config| configure(config)));
        let app = test::init_service(app.into_app()).await;
        let response = test::call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        let cookie = response.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
        let cookie = cookie.as_deref().and_then(|text| text.strip_prefix("__Host-sid=")).unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let body = test::read_body(response).await;
        let mut body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if let Some(body) = body.as_object_mut() {
            body.remove("request_id");
        }
        (status, cookie, body)
    }

    /// A session as safety says it.
    pub async fn session(&self, lee: PersonId, sam: Option<PersonId>, ana: Option<PersonId>) -> SessionId {
        let session = ids::fresh();
        let people = [(Some(lee), Role::Therapist), (sam, Role::Patient), (ana, Role::Sitter)];
        let people: Vec<_> = people.into_iter().filter_map(|(person, role)| Some((person?, role))).collect();
        self.people(session, &people).await;
        session
    }

    pub async fn people(&self, session: SessionId, people: &[(PersonId, Role)]) {
        let people =
            people.iter().map(|(person, role)| Member { person: *person, role: *role, on_call: false });
        let opened = SessionOpened {
            session,
            people: people.collect(),
            starts_at: self.now().plus(Span::hours(1)),
            ends_at: self.now().plus(Span::hours(5)),
            drill: false,
            pace: Pace::REAL,
        };
        self.hear(session, &opened).await;
    }

    pub async fn phase(&self, session: SessionId, phase: &str) {
        self.hear(session, &PhaseChanged { session, phase: phase.into(), at: self.now() }).await;
    }

    pub async fn morning_answered(&self, session: SessionId) {
        self.hear(session, &NextMorningAnswered { session, severity: Severity::Ok, at: self.now() }).await;
    }

    async fn hear<E: Event>(&self, session: SessionId, fact: &E) {
        let envelope = Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/safety".into(),
            name: E::NAME.into(),
            occurred_at: self.now(),
            clinic: self.clinic,
            subject: Some(session),
            audience: vec![],
            data: serde_json::to_value(fact).unwrap(),
        };
        let heard = self.identity.store().work(Act::bus(self.clinic), async |work| {
            if let Some(opened) = envelope.open::<SessionOpened>() {
                members::replace(work, &opened).await?;
            }
            self.identity.hear(work, &envelope).await
        });
        heard.await.unwrap();
    }

    /// Everything identity said, oldest first.
    pub async fn said(&self) -> Vec<Envelope> {
        let store = self.identity.store();
        let sql = "select envelope as text from identity_outbox order by sequence";
        let rows = store.db().query_all_raw(store.sql(sql, [])).await.unwrap();
        rows.iter()
            .map(|row| serde_json::from_str(&row.try_get::<String>("", "text").unwrap()).unwrap())
            .collect()
    }

    /// The answers kept for repeated commands.
    pub async fn kept_answers(&self) -> String {
        let store = self.identity.store();
        let rows =
            store.db().query_all_raw(store.sql("select answer from identity_command", [])).await.unwrap();
        rows.iter().map(|row| row.try_get::<String>("", "answer").unwrap()).collect()
    }

    /// What the table of links holds.
    pub async fn links(&self) -> Vec<u8> {
        let store = self.identity.store();
        let rows = store.db().query_all_raw(store.sql("select hash from identity_link", [])).await.unwrap();
        assert!(!rows.is_empty());
        rows.iter().flat_map(|row| row.try_get::<Vec<u8>>("", "hash").unwrap()).collect()
    }

    /// The token of the last link sent to this person, opened as notify opens it.
    pub async fn mailed(&self, person: PersonId) -> String {
        let said = self.said().await;
        let mut links = said.iter().rev().filter_map(Envelope::open::<LinkIssued>);
        let link = links.find(|link| link.person == person).unwrap();
        let vault = self.identity.store().vault();
        String::from_utf8(vault.open_from_bus(sealed::LINK, person, &link.sealed).unwrap()).unwrap()
    }
}

fn from_base32(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = text
        .chars()
        .flat_map(|letter| {
            let value = u8::try_from(letters.find(letter).unwrap()).unwrap();
            (0..5).rev().map(move |bit| (value >> bit) & 1)
        })
        .collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |value, bit| (value << 1) | bit)).collect()
}

/// An empty database of its own on the test server, if there is one.
#[expect(clippy::disallowed_methods, reason = "where the test server is, only the caller knows")]
async fn postgres() -> Option<String> {
    let server = std::env::var("TEST_POSTGRES_URL").ok()?;
    let name = format!("identity_{}", ids::fresh::<PersonId>().0.simple());
    let admin = sea_orm::Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("create database {name}")).await.unwrap();
    let (host, _database) = server.rsplit_once('/').unwrap();
    Some(format!("{host}/{name}"))
}
