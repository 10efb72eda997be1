//! A small house around scheduling: Sam is the patient, Ana sits, Dr. Lee leads, Noor is on call,
//! Ida prescribes, Mia coordinates.

use crate::Scheduling;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, http::Method};
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::ids;
use chassis::run::{Mounted, ground, mount};
use chassis::service::{Ground, Service as _};
use chassis::token::{ACCESS, Access, ISSUER, Signer};
use chassis::work::Act;
use kernel::id::{ClinicId, CommandId, PersonId};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use proto::envelope::{Envelope, Event};
use proto::events::identity::ContactChanged;
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use utoipa_actix_web::AppExt as _;

/// Sunday 22 November 2026, 09:00 UTC.
const SUNDAY: Timestamp = Timestamp::from_micros(1_795_338_000_000_000);

pub(crate) struct House {
    service: Arc<Scheduling>,
    mounted: Mounted,
    ground: Ground,
    clinic: ClinicId,
    _files: TempDir,
    pub(crate) sam: PersonId,
    pub(crate) ana: PersonId,
    pub(crate) dr_lee: PersonId,
    pub(crate) noor: PersonId,
    pub(crate) ida: PersonId,
    pub(crate) mia: PersonId,
}

/// One house on each store that is here.
pub(crate) async fn houses() -> Vec<House> {
    let mut houses = vec![House::start("sqlite:".into()).await];
    if let Some(url) = own_postgres().await {
        houses.push(House::start(url).await);
    }
    houses
}

/// A database of its own on the server that `TEST_POSTGRES_URL` names.
#[expect(clippy::disallowed_methods, reason = "the test runner says where its Postgres is")]
async fn own_postgres() -> Option<String> {
    let url = std::env::var("TEST_POSTGRES_URL").ok()?;
    let name = format!("scheduling_{}", ids::fresh::<CommandId>().0.simple());
    crate::store::tests::create_database(&url, &name).await;
    let (server, _) = url.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}"))
}

impl House {
    pub(crate) async fn start(database_url: String) -> Self {
        let files = TempDir::new().unwrap();
        let config = Config { data_dir: files.path().into(), database_url, ..Config::default() };
        let ground = ground(config, Clock::test(SUNDAY)).unwrap();
        let (service, mounted) = mount::<Scheduling>(&ground, None).await.unwrap();
        let [sam, ana, dr_lee, noor, ida, mia] = [(); 6].map(|()| ids::fresh());
        let house = Self {
            service,
            mounted,
            ground,
            clinic: ids::fresh(),
            _files: files,
            sam,
            ana,
            dr_lee,
            noor,
            ida,
            mia,
        };
        let people = [
            (sam, Role::Patient),
            (ana, Role::Sitter),
            (dr_lee, Role::Therapist),
            (noor, Role::Therapist),
            (ida, Role::Prescriber),
            (mia, Role::Coordinator),
        ];
        for (person, role) in people {
            house.arrives(person, role).await;
        }
        let week = json!({"time_zone": "Europe/Lisbon", "weekly": [{"weekday": 1, "from": "09:00", "until": "17:00"}]});
        assert_eq!(house.post(Role::Therapist, dr_lee, "/availability", &week).await.0, 200);
        let duty = json!({"person": noor, "from_at": SUNDAY, "until_at": SUNDAY.plus(Span::hours(24 * 10))});
        assert_eq!(house.post(Role::Coordinator, mia, "/on-call", &duty).await.0, 200);
        house
    }

    pub(crate) fn service(&self) -> &Scheduling {
        &self.service
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }

    /// A new person of that role.
    pub(crate) async fn newcomer(&self, role: Role) -> PersonId {
        let person = ids::fresh();
        self.arrives(person, role).await;
        person
    }

    async fn arrives(&self, person: PersonId, role: Role) {
        self.hear(ContactChanged::NAME, json!({"person": person, "role": role, "sealed": ""})).await;
    }

    /// The service hears a fact, as it would from the bus.
    pub(crate) async fn hear(&self, name: &str, data: Value) {
        let envelope = Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: "/test".into(),
            name: name.into(),
            occurred_at: self.now(),
            clinic: self.clinic,
            subject: None,
            audience: vec![],
            data,
        };
        let heard = async |work: &mut chassis::work::Work| self.service.hear(work, &envelope).await;
        self.service.store().work(Act::bus(self.clinic), heard).await.unwrap();
    }

    /// Time passes, and the service looks at its clocks.
    pub(crate) async fn pass(&self, span: Span) {
        self.ground.clock.advance(span);
        self.service.tick().await.unwrap();
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

    pub(crate) async fn get(&self, role: Role, person: PersonId, path: &str) -> (u16, Value) {
        let request = TestRequest::with_uri(path).method(Method::GET);
        self.ask(request.insert_header(("authorization", self.token(role, person)))).await
    }

    pub(crate) async fn post(&self, role: Role, person: PersonId, path: &str, body: &Value) -> (u16, Value) {
        self.send(role, person, path, body, Some(ids::fresh())).await
    }

    pub(crate) async fn send(
        &self,
        role: Role,
        person: PersonId,
        path: &str,
        body: &Value,
        key: Option<CommandId>,
    ) -> (u16, Value) {
        let request = TestRequest::with_uri(path).method(Method::POST).set_json(body);
        let request = request.insert_header(("authorization", self.token(role, person)));
        self.ask(match key {
            Some(key) => request.insert_header(("idempotency-key", key.to_string())),
            None => request,
        })
        .await
    }

    /// The status for someone who is not signed in.
    pub(crate) async fn anonymous(&self, path: &str) -> u16 {
        self.ask(TestRequest::with_uri(path)).await.0
    }

    async fn ask(&self, request: TestRequest) -> (u16, Value) {
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
            aud: Scheduling::NAME.into(),
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
