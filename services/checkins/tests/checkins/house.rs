//! A house with only checkins in it. Sam is the patient, Ana sits, Dr. Lee leads, Dr. Okafor prescribes, Noor is on
//! call; Mia coordinates and is not. Bruno is whom Sam named as a second contact.

use crate::rows;
use chassis::bus::Subscription;
use chassis::clock::Clock;
use chassis::config::{Config, Smtp};
use chassis::ids;
use chassis::run::{Mounted, ground, mount};
use chassis::service::{Ground, Service as _};
use checkins::Checkins;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use proto::envelope::{Envelope, Event};
use proto::events::identity::ContactChanged;
use proto::events::safety::{DoseBegun, Member, SessionOpened};
use proto::sealed::{CONTACT, Contact};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use utoipa_actix_web::service_config::ServiceConfig;

/// Sunday 22 November 2026, 09:00 UTC.
const NINE: Timestamp = Timestamp::from_micros(1_795_338_000_000_000);
/// Nothing here takes longer; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Someone with a role in a clinic.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub id: PersonId,
    pub role: Role,
    pub clinic: ClinicId,
    pub name: &'static str,
}

/// Checkins, alone, on one store.
pub struct House {
    pub sam: Person,
    pub ana: Person,
    pub dr_lee: Person,
    pub dr_okafor: Person,
    pub noor: Person,
    pub mia: Person,
    pub bruno: Person,
    pub ground: Ground,
    pub checkins: Arc<Checkins>,
    mounted: Mounted,
    bus: Box<dyn Subscription>,
    _folder: TempDir,
}

impl House {
    /// Tells the story on SQLite, and on Postgres where `TEST_POSTGRES_URL` names a server. Mail goes to the mailbox.
    pub async fn on_every_store(story: impl AsyncFn(&mut Self)) {
        for database_url in rows::stores().await {
            let public_url = "https://clinic.test".into();
            let demo = Config { demo: true, public_url, database_url, ..Config::default() };
            // A house is large, and a story holds it for long.
            Box::pin(Self::told(demo, &story)).await;
        }
    }

    /// The same on one store, with a mail server.
    pub async fn with_smtp(database_url: String, smtp: Smtp, story: impl AsyncFn(&mut Self)) {
        let config = Config { database_url, alarm_smtp: Some(smtp), ..Config::default() };
        Box::pin(Self::told(config, &story)).await;
    }

    /// The same on every store, with whatever is set up besides the screens.
    pub async fn set_up(change: impl Fn(&mut Config), story: impl AsyncFn(&mut Self)) {
        for database_url in rows::stores().await {
            let public_url = "https://clinic.test".into();
            let mut config = Config { public_url, database_url, ..Config::default() };
            change(&mut config);
            Box::pin(Self::told(config, &story)).await;
        }
    }

    async fn told(config: Config, story: &impl AsyncFn(&mut Self)) {
        let mut house = Self::open(config).await;
        story(&mut house).await;
        // The server has two hundred connections for all tests together.
        let _ = house.checkins.store().db().close_by_ref().await;
        let _ = house.checkins.store().lane().db().close_by_ref().await;
    }

    async fn open(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().into(), ..config };
        let ground = ground(config, Clock::test(NINE)).unwrap();
        let bus = ground.bus.subscribe("test").await.unwrap();
        let (checkins, mounted) = mount::<Checkins>(&ground, None).await.unwrap();
        let clinic = ids::fresh();
        let person = |role, name| Person { id: ids::fresh(), role, clinic, name };
        let house = Self {
            sam: person(Role::Patient, "Sam"),
            ana: person(Role::Sitter, "Ana"),
            dr_lee: person(Role::Therapist, "Dr. Lee"),
            dr_okafor: person(Role::Prescriber, "Dr. Okafor"),
            noor: person(Role::Coordinator, "Noor"),
            mia: person(Role::Coordinator, "Mia"),
            bruno: person(Role::Sitter, "Bruno"),
            ground,
            checkins,
            mounted,
            bus,
            _folder: folder,
        };
        house.listens().await;
        for person in [house.dr_lee, house.dr_okafor, house.noor] {
            house.hears(&house.reached(person)).await;
        }
        house
    }

    /// What is published before the service listens is lost, so this is published until it is heard.
    async fn listens(&self) {
        let first = self.envelope(&self.reached(self.ana));
        self.awaited(async || {
            self.ground.bus.publish(std::slice::from_ref(&first)).await.unwrap();
            rows::has_heard(self, &first).await.then_some(())
        })
        .await;
    }

    /// The house stands still from here on, and another engine begins on its rows so much later.
    pub async fn restored(&mut self, after: Span) {
        let said = "select count(*) from checkins_engine";
        self.awaited(async || (rows::count(self, said).await > 0).then_some(())).await;
        let config = (*self.ground.config).clone();
        let ground = ground(config, Clock::test(self.now().plus(after))).unwrap();
        let (checkins, mounted) = mount::<Checkins>(&ground, None).await.unwrap();
        self.bus = ground.bus.subscribe("test").await.unwrap();
        (self.ground, self.checkins, self.mounted) = (ground, checkins, mounted);
        self.checkins.tick().await.unwrap();
    }

    /// Where someone can be reached, as identity says it.
    pub fn reached(&self, person: Person) -> ContactChanged {
        let word = person.name.to_lowercase().replace([' ', '.'], "");
        let contact = Contact {
            first_name: person.name.into(),
            email: format!("{word}@home.test"),
            phone: Some(Self::phone(person)),
            time_zone: "Europe/Lisbon".into(),
        };
        let plain = serde_json::to_vec(&contact).unwrap();
        let sealed = self.checkins.store().vault().seal_for_bus(CONTACT, person.id, &plain).unwrap();
        ContactChanged { person: person.id, role: person.role, sealed }
    }

    /// A number of their own: only Ana's is as long as Sam's, who has none here.
    pub fn phone(person: Person) -> String {
        format!("+351 900 000 {:03}", person.name.len())
    }

    /// What a server would mount.
    pub fn routes(&self) -> Arc<dyn Fn(&mut ServiceConfig) + Send + Sync> {
        Arc::clone(&self.mounted.configure)
    }

    pub fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }

    /// Time passes, and the service looks at its clocks until nothing is due.
    pub async fn pass(&self, span: Span) {
        self.ground.clock.advance(span);
        self.checkins.store().wake();
        self.awaited(async || {
            self.checkins.tick().await.unwrap();
            (rows::due(self).await == 0).then_some(())
        })
        .await;
    }

    /// A session of everyone but Mia.
    pub async fn session(&self) -> SessionId {
        let session = ids::fresh();
        self.hears(&self.opened(session)).await;
        session
    }

    /// The same, dosed just now.
    pub async fn dosed(&self) -> SessionId {
        let session = self.session().await;
        self.hears(&DoseBegun { session, at: self.now() }).await;
        session
    }

    pub fn opened(&self, session: SessionId) -> SessionOpened {
        let people = [self.sam, self.ana, self.dr_lee, self.dr_okafor, self.noor];
        let member = |one: Person| Member { person: one.id, role: one.role, on_call: one.id == self.noor.id };
        SessionOpened {
            session,
            people: people.map(member).into(),
            starts_at: self.now(),
            ends_at: self.now().plus(Span::minutes(210)),
            drill: false,
            pace: Pace::REAL,
        }
    }

    pub fn envelope<E: Event>(&self, fact: &E) -> Envelope {
        Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/test".into(),
            name: E::NAME.into(),
            occurred_at: self.now(),
            clinic: self.sam.clinic,
            subject: None,
            audience: vec![],
            data: serde_json::to_value(fact).unwrap(),
        }
    }

    /// Checkins hears a fact over the bus, and has noted it as heard when this returns.
    pub async fn hears<E: Event>(&self, fact: &E) {
        self.delivered(&self.envelope(fact)).await;
    }

    pub async fn delivered(&self, envelope: &Envelope) {
        self.ground.bus.publish(std::slice::from_ref(envelope)).await.unwrap();
        self.awaited(async || rows::has_heard(self, envelope).await.then_some(())).await;
    }

    /// The next fact of this kind that checkins says.
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
        tokio::time::timeout(PATIENCE, next).await.expect("checkins says it")
    }

    /// Looks after every commit until there is something to see.
    pub async fn awaited<T>(&self, look: impl AsyncFn() -> Option<T>) -> T {
        let mut woken = self.checkins.store().woken();
        let seen = async {
            loop {
                woken.mark_unchanged();
                if let Some(seen) = look().await {
                    return seen;
                }
                let _ = tokio::time::timeout(Duration::from_millis(50), woken.changed()).await;
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.expect("it never happened")
    }
}
