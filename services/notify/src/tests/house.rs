//! A small house around notify: Sam is the patient, Ana sits, Dr. Lee leads, Mia coordinates, Sol administers.

use crate::Notify;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, http::Method};
use chassis::clock::Clock;
use chassis::config::{Config, Smtp};
use chassis::ids;
use chassis::mailbox::Mail;
use chassis::run::{Mounted, ground, mount};
use chassis::service::{Ground, Service as _};
use chassis::token::{ACCESS, Access, ISSUER, Signer};
use chassis::work::Act;
use kernel::id::{ClinicId, CommandId, IncidentId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use proto::envelope::{Envelope, Event};
use proto::events::care::IntegrationOffered;
use proto::events::identity::{ContactChanged, LinkIssued};
use proto::events::scheduling::{ReminderDue, RosterGap, SessionBooked, SessionCancelled};
use proto::sealed::{CONTACT, Contact, LINK};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use utoipa_actix_web::AppExt as _;

/// Sunday 22 November 2026, 09:00 UTC.
const SUNDAY: Timestamp = Timestamp::from_micros(1_795_338_000_000_000);
/// Nothing here takes longer; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct House {
    service: Arc<Notify>,
    mounted: Mounted,
    ground: Ground,
    clinic: ClinicId,
    _files: TempDir,
    pub(crate) sam: PersonId,
    pub(crate) ana: PersonId,
    pub(crate) dr_lee: PersonId,
    pub(crate) mia: PersonId,
    pub(crate) sol: PersonId,
}

/// One house on each store that is here.
pub(crate) async fn houses(demo: bool) -> Vec<House> {
    let config = Config { demo, public_url: "http://localhost:8080".into(), ..Config::default() };
    let mut houses = vec![House::start(config.clone()).await];
    if let Some(database_url) = own_postgres().await {
        houses.push(House::start(Config { database_url, ..config }).await);
    }
    houses
}

/// A value the test runner left in the environment.
#[expect(clippy::disallowed_methods, reason = "the test runner says where its servers are")]
pub(crate) fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A database of its own on the server that `TEST_POSTGRES_URL` names.
async fn own_postgres() -> Option<String> {
    let url = told("TEST_POSTGRES_URL")?;
    let name = format!("notify_{}", ids::fresh::<CommandId>().0.simple());
    crate::store::tests::create_database(&url, &name).await;
    let (server, _) = url.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}"))
}

impl House {
    /// With a mail server.
    pub(crate) async fn with_smtp(smtp: Smtp) -> Self {
        Self::start(Config {
            smtp: Some(smtp),
            public_url: "https://clinic.test".into(),
            ..Config::default()
        })
        .await
    }

    async fn start(config: Config) -> Self {
        let files = TempDir::new().unwrap();
        let config = Config { data_dir: files.path().into(), ..config };
        let ground = ground(config, Clock::test(SUNDAY)).unwrap();
        let (service, mounted) = mount::<Notify>(&ground, None).await.unwrap();
        let [sam, ana, dr_lee, mia, sol] = [(); 5].map(|()| ids::fresh());
        let house = Self {
            service,
            mounted,
            ground,
            clinic: ids::fresh(),
            _files: files,
            sam,
            ana,
            dr_lee,
            mia,
            sol,
        };
        house.arrives(sam, Role::Patient, "Sam", "Europe/Lisbon").await;
        house.arrives(ana, Role::Sitter, "Ana", "Europe/Lisbon").await;
        house.arrives(dr_lee, Role::Therapist, "Lee", "America/Denver").await;
        house.arrives(mia, Role::Coordinator, "Mia", "Europe/Lisbon").await;
        house.arrives(sol, Role::Admin, "Sol", "Europe/Lisbon").await;
        house
    }

    pub(crate) fn service(&self) -> &Notify {
        &self.service
    }

    pub(crate) fn clinic(&self) -> ClinicId {
        self.clinic
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }

    /// Time passes; the sender looks by itself.
    pub(crate) fn pass(&self, span: Span) {
        self.ground.clock.advance(span);
        self.service.store().wake();
    }

    pub(crate) fn unready(&self) -> Vec<String> {
        (self.mounted.unready)()
    }

    /// Someone can be reached, at their first name's address.
    pub(crate) async fn arrives(&self, person: PersonId, role: Role, first_name: &str, time_zone: &str) {
        let email = format!("{}@home.test", first_name.to_lowercase());
        self.reached_at(person, role, (first_name, &email, time_zone)).await;
    }

    /// Someone can be reached at (first name, address, zone).
    pub(crate) async fn reached_at(&self, person: PersonId, role: Role, how: (&str, &str, &str)) {
        let (first_name, email, time_zone) = (how.0.to_owned(), how.1.to_owned(), how.2.to_owned());
        let contact = Contact { first_name, email, phone: Some("+351 900 000 000".into()), time_zone };
        let plain = serde_json::to_vec(&contact).unwrap();
        let sealed = self.service.store().vault().seal_for_bus(CONTACT, person, &plain).unwrap();
        self.hear(&self.fact(&ContactChanged { person, role, sealed })).await;
    }

    /// A link was made for someone; it works for a day.
    pub(crate) async fn invited(&self, person: PersonId, purpose: &str, token: &str) {
        let sealed = self.service.store().vault().seal_for_bus(LINK, person, token.as_bytes()).unwrap();
        let (purpose, expires_at) = (purpose.to_owned(), self.now().plus(Span::hours(24)));
        self.hear(&self.fact(&LinkIssued { person, purpose, session: None, sealed, expires_at })).await;
    }

    /// A drill was booked for Monday.
    pub(crate) async fn booked(&self, patient: PersonId, therapist: PersonId) -> SessionId {
        let session = ids::fresh();
        let (starts_at, ends_at) = super::span();
        self.hear(&self.fact(&SessionBooked {
            session,
            patient,
            therapist,
            sitter: Some(self.ana),
            prescriber: None,
            on_call: self.mia,
            starts_at: Timestamp::from_micros(starts_at),
            ends_at: Timestamp::from_micros(ends_at),
            drill: true,
            pace: Pace::new(60).unwrap(),
        }))
        .await;
        session
    }

    pub(crate) async fn cancelled(&self, session: SessionId, patient: PersonId, therapist: PersonId) {
        self.hear(&self.fact(&SessionCancelled { session, patient, therapist, at: self.now() })).await;
    }

    pub(crate) async fn reminded(&self, person: PersonId, starts_at: Timestamp) {
        let ends_at = starts_at.plus(Span::hours(1));
        let fact = ReminderDue { session: ids::fresh(), people: vec![person], starts_at, ends_at };
        self.hear(&self.fact(&fact)).await;
    }

    /// Nobody is on call in this stretch.
    pub(crate) async fn uncovered(&self, (from_at, until_at): (Timestamp, Timestamp)) {
        self.hear(&self.fact(&RosterGap { from_at, until_at })).await;
    }

    pub(crate) fn offered(&self, patient: PersonId) -> Envelope {
        self.fact(&IntegrationOffered { session: ids::fresh(), patient, at: self.now() })
    }

    /// An alarm mail, as checkins puts it into the demo's mailbox.
    pub(crate) fn alarm(&self, to: PersonId, incident: Option<IncidentId>, text: &str) {
        self.ground.mailbox.put(Mail {
            id: ids::fresh(),
            clinic: self.clinic,
            to,
            role: Some(Role::Therapist),
            subject: "Please look now".into(),
            text: text.into(),
            links: vec![],
            sent_at: self.now(),
            incident,
        });
    }

    /// A fact as it travels.
    fn fact<E: Event>(&self, fact: &E) -> Envelope {
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

    /// The service hears a fact, as it would from the bus.
    pub(crate) async fn hear(&self, envelope: &Envelope) {
        let heard = async |work: &mut chassis::work::Work| self.service.hear(work, envelope).await;
        self.service.store().work(Act::bus(self.clinic), heard).await.unwrap();
    }

    /// The same over the bus, with all that happens to what cannot be taken.
    pub(crate) async fn told_of_a_link(&self, person: PersonId, purpose: &str) {
        let sealed = self.service.store().vault().seal_for_bus(LINK, person, b"T").unwrap();
        let (purpose, expires_at) = (purpose.to_owned(), self.now().plus(Span::hours(24)));
        let fact = self.fact(&LinkIssued { person, purpose, session: None, sealed, expires_at });
        self.ground.bus.publish(&[fact]).await.unwrap();
    }

    pub(crate) async fn listen(&self) -> Receiver<Envelope> {
        self.ground.bus.listen().await.unwrap()
    }

    /// The next fact of that kind, which must be addressed to `reader`.
    pub(crate) async fn next<E: Event>(&self, heard: &mut Receiver<Envelope>, reader: PersonId) -> E {
        let found = async {
            loop {
                let envelope = heard.recv().await.unwrap();
                if let Some(fact) = envelope.open::<E>() {
                    assert!(envelope.audience.contains(&reader));
                    return fact;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the fact was never said")
    }

    /// The demo's mailbox once it holds `count` entries.
    pub(crate) async fn mails(&self, count: usize) -> Vec<Value> {
        self.awaited(async || {
            let (_, mails) = self.get(Role::Coordinator, self.mia, "/mailbox").await;
            mails.as_array().filter(|mails| mails.len() == count).cloned()
        })
        .await
    }

    /// Waits until a count is reached.
    pub(crate) async fn until(&self, sql: &str, wanted: i64) {
        self.awaited(async || (self.count(sql).await == wanted).then_some(())).await;
    }

    /// Looks after every commit until there is something to see.
    pub(crate) async fn awaited<T>(&self, look: impl AsyncFn() -> Option<T>) -> T {
        let mut woken = self.service.store().woken();
        let seen = async {
            loop {
                woken.mark_unchanged();
                if let Some(seen) = look().await {
                    return seen;
                }
                let _ = tokio::time::timeout(Duration::from_millis(100), woken.changed()).await;
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.expect("it never happened")
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        crate::store::tests::count(self, sql).await
    }

    /// Everything kept in one column of messages, byte by byte.
    pub(crate) async fn stored(&self, column: &str) -> String {
        crate::store::tests::stored(self, column).await
    }

    pub(crate) async fn get(&self, role: Role, person: PersonId, path: &str) -> (u16, Value) {
        self.ask(TestRequest::with_uri(path).method(Method::GET), role, person).await
    }

    pub(crate) async fn post(&self, role: Role, person: PersonId, path: &str, body: &Value) -> (u16, Value) {
        let key = ids::fresh::<CommandId>().to_string();
        let request = TestRequest::with_uri(path).method(Method::POST).set_json(body);
        self.ask(request.insert_header(("idempotency-key", key)), role, person).await
    }

    async fn ask(&self, request: TestRequest, role: Role, person: PersonId) -> (u16, Value) {
        let request = request.insert_header(("authorization", self.token(role, person)));
        let app =
            App::new().into_utoipa_app().configure(|config| (self.mounted.configure)(config)).into_app();
        let app = init_service(app).await;
        let response = call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&read_body(response).await).unwrap_or_default())
    }

    fn token(&self, role: Role, person: PersonId) -> String {
        let now = self.now().seconds();
        let access = Access {
            iss: ISSUER.into(),
            aud: Notify::NAME.into(),
            sub: person,
            sid: ids::fresh(),
            clinic: self.clinic,
            role,
            session: None,
            jti: ids::fresh::<CommandId>().to_string(),
            nbf: now,
            exp: now + 60,
        };
        format!("Bearer {}", Signer::new(&self.ground.keys).unwrap().sign(ACCESS, &access).unwrap())
    }
}
