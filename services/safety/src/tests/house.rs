//! A small house around safety: Sam is the patient, Ana sits, Dr. Lee leads, Ida prescribes, Noor is on
//! call, Mia coordinates.

use crate::Safety;
use crate::store::Sessions;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, http::Method};
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::ids;
use chassis::keeper::Keeper as _;
use chassis::run::{Mounted, ground, mount};
use chassis::service::{Ground, Service as _};
use chassis::token::{ACCESS, Access, ISSUER, Signer};
use chassis::work::{Act, Work};
use kernel::id::{ClinicId, CommandId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use proto::envelope::{Envelope, Event};
use proto::events::checkins::HouseStands;
use proto::events::scheduling::SessionBooked;
use serde_json::Value;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use utoipa_actix_web::AppExt as _;

/// Sunday 22 November 2026, 09:00 UTC.
const NINE: Timestamp = Timestamp::from_micros(1_795_338_000_000_000);

/// Who someone is in these stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum One {
    Sam,
    Ana,
    DrLee,
    Ida,
    Noor,
    Mia,
}

/// The whole HTTP side, built once: asks and answers.
type Door = Box<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = (u16, Value)>>>>;

async fn door(mounted: &Mounted) -> Door {
    let app = App::new().into_utoipa_app().configure(|config| (mounted.configure)(config)).into_app();
    let app = Rc::new(init_service(app).await);
    Box::new(move |request| {
        let app = Rc::clone(&app);
        Box::pin(async move {
            let response = call_service(&*app, request.to_request()).await;
            let status = response.status().as_u16();
            (status, serde_json::from_slice(&read_body(response).await).unwrap_or_default())
        })
    })
}

pub(crate) struct House {
    service: Arc<Safety>,
    door: Door,
    ground: Ground,
    clinic: ClinicId,
    people: [PersonId; 6],
    pub(crate) session: SessionId,
    /// What the watch says it stands on, once it was heard.
    pub(crate) heard: RefCell<Option<HouseStands>>,
    _files: TempDir,
}

/// Tells the story in a house on each store that is here, with a real session booked for now.
pub(crate) async fn on_each_store(story: impl AsyncFn(&mut House)) {
    let mut house = House::start("sqlite:".into()).await;
    story(&mut house).await;
    if let Some(url) = own_postgres().await {
        let mut house = House::start(url).await;
        story(&mut house).await;
        // The server has a hundred connections for all tests together.
        let _ = house.service.store().db().close_by_ref().await;
    }
}

/// A database of its own on the server that `TEST_POSTGRES_URL` names.
#[expect(clippy::disallowed_methods, reason = "the test runner says where its Postgres is")]
async fn own_postgres() -> Option<String> {
    let url = std::env::var("TEST_POSTGRES_URL").ok()?;
    let name = format!("safety_{}", ids::fresh::<CommandId>().0.simple());
    crate::store::tests::create_database(&url, &name).await;
    let (server, _) = url.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}"))
}

impl House {
    pub(crate) async fn start(database_url: String) -> Self {
        let files = TempDir::new().unwrap();
        let config = Config { data_dir: files.path().into(), database_url, ..Config::default() };
        let ground = ground(config, Clock::test(NINE)).unwrap();
        let (service, mounted) = mount::<Safety>(&ground, None).await.unwrap();
        let people = [(); 6].map(|()| ids::fresh());
        let (clinic, session) = (ids::fresh(), ids::fresh());
        let door = door(&mounted).await;
        let heard = RefCell::new(None);
        let mut house = Self { service, door, ground, clinic, people, session, heard, _files: files };
        house.session = house.books(Pace::REAL).await;
        house
    }

    pub(crate) fn service(&self) -> &Safety {
        &self.service
    }

    pub(crate) fn person(&self, one: One) -> PersonId {
        let [sam, ana, dr_lee, ida, noor, mia] = self.people;
        match one {
            One::Sam => sam,
            One::Ana => ana,
            One::DrLee => dr_lee,
            One::Ida => ida,
            One::Noor => noor,
            One::Mia => mia,
        }
    }

    fn role(one: One) -> Role {
        match one {
            One::Sam => Role::Patient,
            One::Ana => Role::Sitter,
            One::DrLee => Role::Therapist,
            One::Ida => Role::Prescriber,
            One::Noor | One::Mia => Role::Coordinator,
        }
    }

    /// One more session of the same people; a drill when its pace is not real.
    pub(crate) async fn books(&self, pace: Pace) -> SessionId {
        let session = ids::fresh();
        let booked = SessionBooked {
            session,
            patient: self.person(One::Sam),
            therapist: self.person(One::DrLee),
            sitter: Some(self.person(One::Ana)),
            prescriber: Some(self.person(One::Ida)),
            on_call: self.person(One::Noor),
            starts_at: self.now(),
            ends_at: self.now().plus(Span::minutes(210)),
            drill: pace != Pace::REAL,
            pace,
        };
        self.hear(&booked).await;
        session
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }

    /// The service hears a fact, as it would from the bus.
    pub(crate) async fn hear(&self, fact: &impl Event) {
        self.hear_named(fact).await.unwrap();
    }

    pub(crate) async fn hear_named<E: Event>(&self, fact: &E) -> Result<(), chassis::problem::Failure> {
        let envelope = Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/test".into(),
            name: E::NAME.into(),
            occurred_at: self.now(),
            clinic: self.clinic,
            subject: None,
            audience: vec![],
            data: serde_json::to_value(fact).unwrap(),
        };
        let heard = async |work: &mut Work| self.service.hear(work, &envelope).await;
        self.service.store().work(Act::bus(self.clinic), heard).await
    }

    /// Time passes, the watch is heard again as before, and the service looks at its clocks until nothing is due.
    pub(crate) async fn pass(&self, span: Span) {
        self.ground.clock.advance(span);
        let heard = self.heard.borrow().clone();
        if let Some(said) = heard {
            crate::store::house::heard(self.service.store(), self.now(), &said).await.unwrap();
        }
        let looks = async {
            while !Sessions::due(self.service.store(), self.now()).await.unwrap().is_empty() {
                self.service.tick().await.unwrap();
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), looks).await.expect("something stays due");
    }

    /// Listens to what the service says from now on.
    pub(crate) async fn listen(&self) -> Receiver<Envelope> {
        self.ground.bus.listen().await.unwrap()
    }

    /// The next fact of that kind, within five seconds.
    pub(crate) async fn next<E: Event>(&self, heard: &mut Receiver<Envelope>) -> E {
        let found = async {
            loop {
                if let Some(fact) = heard.recv().await.unwrap().open::<E>() {
                    return fact;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(5), found).await.expect("the fact was never said")
    }

    /// A path under this house's session.
    fn path(&self, rest: &str) -> String {
        if rest.starts_with('/') { rest.into() } else { format!("/sessions/{}/{rest}", self.session) }
    }

    pub(crate) async fn get(&self, one: One, rest: &str) -> (u16, Value) {
        let request = TestRequest::with_uri(&self.path(rest)).method(Method::GET);
        let token = self.token(Self::role(one), self.person(one), self.clinic);
        self.ask(request.insert_header(("authorization", token))).await
    }

    pub(crate) async fn post(&self, one: One, rest: &str, body: &Value) -> (u16, Value) {
        self.send(one, rest, body, ids::fresh()).await
    }

    pub(crate) async fn send(&self, one: One, rest: &str, body: &Value, key: CommandId) -> (u16, Value) {
        let request = TestRequest::with_uri(&self.path(rest)).method(Method::POST).set_json(body);
        let token = self.token(Self::role(one), self.person(one), self.clinic);
        let request = request.insert_header(("authorization", token));
        self.ask(request.insert_header(("idempotency-key", key.to_string()))).await
    }

    /// The status for somebody of that role in another clinic, or in this one but not in the session.
    pub(crate) async fn stranger(&self, role: Role, same_clinic: bool, rest: &str) -> u16 {
        let clinic = if same_clinic { self.clinic } else { ids::fresh() };
        let request = TestRequest::with_uri(&self.path(rest)).method(Method::GET);
        self.ask(request.insert_header(("authorization", self.token(role, ids::fresh(), clinic)))).await.0
    }

    async fn ask(&self, request: TestRequest) -> (u16, Value) {
        (self.door)(request).await
    }

    fn token(&self, role: Role, person: PersonId, clinic: ClinicId) -> String {
        let now = self.now().seconds();
        let access = Access {
            iss: ISSUER.into(),
            aud: Safety::NAME.into(),
            sub: person,
            sid: ids::fresh(),
            clinic,
            role,
            session: None,
            jti: ids::fresh::<CommandId>().to_string(),
            nbf: now,
            exp: now + 60,
        };
        format!("Bearer {}", Signer::new(&self.ground.keys).unwrap().sign(ACCESS, &access).unwrap())
    }
}
