//! A house with only care in it, and the people who come to it.

use actix_web::http::{Method, StatusCode};
use actix_web::{App, test};
use care::Care;
use chassis::bus::Subscription;
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::ids;
use chassis::pool::Pool;
use chassis::run::{Mounted, ground, mount};
use chassis::service::{Ground, Service};
use chassis::token::{self, Access, ISSUER, Signer};
use chassis::work::Act;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use proto::envelope::{Envelope, Event};
use proto::events::identity::ContactChanged;
use proto::events::safety::{DoseRecorded, Member, SessionOpened};
use proto::sealed::{DOSE_COUNT, DoseCount};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Longer than any fact needs from commit to bus.
const HEARD: Duration = Duration::from_secs(20);

/// Someone with a role here.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub id: PersonId,
    pub role: Role,
}

/// Care, alone, on one store.
pub struct House {
    pub clock: Clock,
    pub folder: TempDir,
    pub clinic: ClinicId,
    pub sam: Person,
    pub ana: Person,
    pub dr_lee: Person,
    pub dr_okafor: Person,
    ground: Ground,
    care: Arc<Care>,
    mounted: Mounted,
    bus: Box<dyn Subscription>,
}

impl House {
    /// One on SQLite, and one on Postgres where `TEST_POSTGRES_URL` names a server.
    pub async fn on_every_store() -> Vec<Self> {
        let mut houses = vec![Self::open("sqlite:".into()).await];
        if let Some(url) = postgres().await {
            houses.push(Self::open(url).await);
        }
        houses
    }

    async fn open(database_url: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().into(), database_url, ..Config::default() };
        let clock = Clock::test(Timestamp::from_micros(1_800_000_000_000_000));
        let ground = ground(config, clock.clone()).unwrap();
        let bus = ground.bus.subscribe("test").await.unwrap();
        let url = ground.config.database();
        let shared =
            if url.starts_with("sqlite:") { Some(Pool::open(&url, None).await.unwrap()) } else { None };
        let (care, mounted) = mount::<Care>(&ground, shared.as_ref()).await.unwrap();
        let [sam, ana, dr_lee, dr_okafor] =
            [Role::Patient, Role::Sitter, Role::Therapist, Role::Prescriber].map(person);
        let clinic = ids::fresh();
        let house = Self { clock, folder, clinic, sam, ana, dr_lee, dr_okafor, ground, care, mounted, bus };
        let contact = ContactChanged { person: house.sam.id, role: Role::Patient, sealed: String::new() };
        house.hears(&contact).await;
        house
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn pass(&self, span: Span) {
        self.clock.advance(span);
    }

    /// A session of Sam's, with Ana, Dr. Lee and Dr. Okafor.
    pub async fn session(&self) -> SessionId {
        let session = ids::fresh();
        self.opened(session).await;
        session
    }

    pub async fn opened(&self, session: SessionId) {
        let people = [self.sam, self.ana, self.dr_lee, self.dr_okafor];
        self.hears(&SessionOpened {
            session,
            people: people
                .map(|person| Member { person: person.id, role: person.role, on_call: false })
                .into(),
            starts_at: self.now(),
            ends_at: self.now().plus(Span::minutes(210)),
            drill: false,
            pace: Pace::REAL,
        })
        .await;
    }

    /// Care hears a fact, as the bus would hand it over.
    pub async fn hears<E: Event>(&self, fact: &E) {
        self.delivered(&self.envelope(fact)).await;
    }

    /// What safety says of a dose: how much is sealed.
    pub fn dose_recorded(&self, session: SessionId, lozenges: i64, out_of_order: bool) -> DoseRecorded {
        let plain = serde_json::to_vec(&DoseCount { lozenges }).unwrap();
        let sealed = self.care.store().vault().seal_for_bus(DOSE_COUNT, self.sam.id, &plain).unwrap();
        DoseRecorded { session, patient: self.sam.id, at: self.now(), sealed, out_of_order }
    }

    pub fn envelope<E: Event>(&self, fact: &E) -> Envelope {
        Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/test".into(),
            name: E::NAME.into(),
            occurred_at: self.now(),
            clinic: self.clinic,
            subject: None,
            audience: vec![],
            data: serde_json::to_value(fact).unwrap(),
        }
    }

    pub async fn delivered(&self, envelope: &Envelope) {
        let store = self.care.store();
        let heard = store.work(Act::bus(self.clinic), async |work| {
            if let Some(opened) = envelope.open::<SessionOpened>() {
                chassis::members::replace(work, &opened).await?;
            }
            self.care.hear(work, envelope).await
        });
        heard.await.unwrap();
    }

    /// The next fact of this kind that care says.
    pub async fn says<E: Event>(&mut self) -> E {
        let next = async {
            loop {
                for delivery in self.bus.next().await.unwrap() {
                    if let Some(fact) = delivery.envelope.ok().and_then(|envelope| envelope.open::<E>()) {
                        return fact;
                    }
                }
            }
        };
        tokio::time::timeout(HEARD, next).await.expect("care says it")
    }

    pub async fn get(&self, who: Person, path: &str) -> (StatusCode, Value) {
        self.ask(who, Method::GET, path, None).await
    }

    pub async fn post(&self, who: Person, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(who, Method::POST, path, Some((ids::fresh::<PersonId>(), body))).await
    }

    /// The same command twice has the same key.
    pub async fn post_as(&self, key: PersonId, who: Person, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(who, Method::POST, path, Some((key, body))).await
    }

    async fn ask(
        &self,
        who: Person,
        method: Method,
        path: &str,
        body: Option<(PersonId, Value)>,
    ) -> (StatusCode, Value) {
        let configure = Arc::clone(&self.mounted.configure);
        let app = App::new().configure(move |config| {
            configure(&mut utoipa_actix_web::service_config::ServiceConfig::new(config));
        });
        let app = test::init_service(app).await;
        let bearer = format!("Bearer {}", self.token(who));
        let mut request =
            test::TestRequest::default().method(method).uri(path).insert_header(("authorization", bearer));
        if let Some((key, body)) = body {
            request = request.insert_header(("idempotency-key", key.to_string())).set_json(body);
        }
        let response = test::call_service(&app, request.to_request()).await;
        let status = response.status();
        let bytes = test::read_body(response).await;
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    fn token(&self, who: Person) -> String {
        let now = self.now().seconds();
        let access = Access {
            iss: ISSUER.into(),
            aud: Care::NAME.into(),
            sub: who.id,
            sid: ids::fresh(),
            clinic: self.clinic,
            role: who.role,
            session: None,
            jti: ids::fresh::<PersonId>().to_string(),
            nbf: now,
            exp: now + token::LIFETIME_SECONDS,
        };
        Signer::new(&self.ground.keys).unwrap().sign(token::ACCESS, &access).unwrap()
    }
}

/// Somebody new.
pub fn person(role: Role) -> Person {
    Person { id: ids::fresh(), role }
}

/// An empty database of its own on the test server, if there is one.
#[expect(clippy::disallowed_methods, reason = "where the test server is, only the caller knows")]
async fn postgres() -> Option<String> {
    let server = std::env::var("TEST_POSTGRES_URL").ok()?;
    let name = format!("care_{}", ids::fresh::<PersonId>().0.simple());
    let admin = sea_orm::Database::connect(&server).await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&admin, &format!("create database {name}")).await.unwrap();
    let (host, _database) = server.rsplit_once('/').unwrap();
    Some(format!("{host}/{name}"))
}
