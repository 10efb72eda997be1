//! A small house around safety: Sam is the patient, Ana sits, Dr. Lee leads, Ida prescribes, Noor is on
//! call, Mia coordinates.

use crate::Safety;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, http::Method};
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::ids;
use chassis::run::{Mounted, ground, mount};
use chassis::service::{Ground, Service as _};
use chassis::token::{ACCESS, Access, ISSUER, Signer};
use chassis::work::{Act, Work};
use kernel::id::{ClinicId, CommandId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use proto::envelope::{Envelope, Event};
use proto::events::checkins::{OnCallConfirmed, WatchArmed};
use proto::events::identity::SitterPresent;
use proto::events::scheduling::SessionBooked;
use safety_core::checklist::{self, Who};
use serde_json::{Value, json};
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
    _files: TempDir,
}

/// One house on each store that is here, with a real session booked for now.
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
    let name = format!("safety_{}", ids::fresh::<CommandId>().0.simple());
    crate::store::tests::create_database(&url, &name).await;
    let (server, _) = url.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}"))
}

impl House {
    pub(crate) async fn start(database_url: String) -> Self {
        let files = TempDir::new().unwrap();
        let config = Config { data_dir: files.path().into(), database_url, ..Config::default() };
        let ground = ground(config, Clock::test(NINE)).await.unwrap();
        let (service, mounted) = mount::<Safety>(&ground, None).await.unwrap();
        let people = [(); 6].map(|()| ids::fresh());
        let (clinic, session) = (ids::fresh(), ids::fresh());
        let door = door(&mounted).await;
        let mut house = Self { service, door, ground, clinic, people, session, _files: files };
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

    /// Time passes, and the service looks at its clocks until nothing is due.
    pub(crate) async fn pass(&self, span: Span) {
        self.ground.clock.advance(span);
        for _rung in 0..8 {
            self.service.tick().await.unwrap();
        }
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

/// Steps of the day, done as people do them.
impl House {
    /// Expects success.
    pub(crate) async fn does(&self, one: One, rest: &str, body: Value) -> Value {
        let (status, answer) = self.post(one, rest, &body).await;
        assert_eq!(status, 200, "{one:?} {rest}: {answer}");
        answer
    }

    /// Who of us has this role.
    pub(crate) fn one(role: Role) -> One {
        match role {
            Role::Patient => One::Sam,
            Role::Sitter => One::Ana,
            Role::Therapist => One::DrLee,
            Role::Prescriber => One::Ida,
            Role::Coordinator | Role::Admin | Role::Auditor => One::Mia,
        }
    }

    /// Everything but `left_out`, done as people do it; then all three press ready.
    pub(crate) async fn everything_but(&self, left_out: &str) {
        for one in [One::DrLee, One::Sam, One::Ana] {
            self.does(one, "arrival", json!({})).await;
        }
        self.papers(left_out).await;
        self.facts(left_out).await;
        for (_, item) in checklist::all().filter(|(_, item)| item.id != left_out) {
            let roles = match item.who {
                Who::All(roles) => roles,
                Who::Any(roles) => roles.split_at(1).0,
                Who::Nobody => &[],
            };
            for role in roles {
                self.says(Self::one(*role), item.id, "yes").await;
            }
        }
        self.measures(left_out).await;
        for (id, one) in
            [("READY-PATIENT", One::Sam), ("READY-SITTER", One::Ana), ("READY-THERAPIST", One::DrLee)]
        {
            if id != left_out {
                self.does(one, "ready", json!({})).await;
            }
        }
    }

    pub(crate) async fn says(&self, one: One, item: &str, answer: &str) {
        self.does(one, &format!("checklist/{item}"), json!({"answer": answer, "reason": null})).await;
    }

    async fn papers(&self, left_out: &str) {
        for one in [One::Sam, One::Ana] {
            let (_, texts) = self.get(one, &format!("/consents?session={}", self.session)).await;
            for text in texts.as_array().unwrap() {
                let left = match text["kind"].as_str().unwrap() {
                    "sitter_agreement" => "ST-AGREE",
                    _patients => "TH-CONS",
                };
                if left != left_out {
                    self.does(one, "/consents", self.signature(text)).await;
                }
            }
        }
        if left_out != "ST-TRAIN" {
            let answers = json!({"T1": "c", "T2": "a", "T3": "b", "T4": "c", "T5": "a"});
            assert_eq!(self.does(One::Ana, "training", json!({"answers": answers})).await["passed"], true);
        }
        if left_out != "ST-PHONE" {
            self.does(One::Ana, "phone-test", phone(90)).await;
        }
        if left_out != "PT-LOC" {
            self.does(One::Sam, "address", address()).await;
        }
    }

    /// A signature under this text, with the right answers.
    pub(crate) fn signature(&self, text: &Value) -> Value {
        let kind = safety_core::consent::Kind::read(text["kind"].as_str().unwrap()).unwrap();
        let answers: serde_json::Map<String, Value> = kind
            .text()
            .questions
            .iter()
            .map(|question| {
                let right = question.choices.iter().find(|choice| choice.right).unwrap();
                (question.id.to_owned(), right.id.into())
            })
            .collect();
        json!({"session": self.session, "kind": text["kind"], "version": text["version"],
               "sha256": text["sha256"], "signature": "Sam", "answers": answers})
    }

    async fn facts(&self, left_out: &str) {
        let (session, at) = (self.session, self.now());
        if left_out != "ST-PRES" {
            self.hear(&SitterPresent { session, person: self.person(One::Ana), at }).await;
        }
        if left_out != "RX-CALL" {
            self.hear(&OnCallConfirmed { session, person: self.person(One::Noor), at }).await;
        }
        if left_out != "WATCH-ARMED" {
            self.hear(&WatchArmed { session, at }).await;
        }
    }

    async fn measures(&self, left_out: &str) {
        let spo2 = if left_out == "PT-SPO2" { Value::Null } else { json!(98) };
        let systolic = match left_out {
            "PT-BP" => 170,
            "RX-AMB" => 150,
            _calm => 120,
        };
        for _reading in 0..2 {
            let mut reading = self.reading("before", systolic);
            reading["spo2"] = spo2.clone();
            self.does(One::DrLee, "vitals", reading).await;
            self.pass(Span::minutes(1)).await;
        }
    }

    pub(crate) fn reading(&self, moment: &str, systolic: u16) -> Value {
        json!({"moment": moment, "systolic": systolic, "diastolic": 75, "heart_rate": 70, "spo2": 98,
               "respiratory_rate": 14, "device": "upper_arm", "symptoms": false, "taken_at": self.now()})
    }

    /// The ids that keep the gate closed, as the therapist reads them.
    pub(crate) async fn red(&self) -> Vec<String> {
        let (_, gate) = self.get(One::DrLee, "gate").await;
        ids_of(&gate["red"], "id")
    }

    /// Through the open gate: the therapist begins, the sitter witnesses.
    pub(crate) async fn dose(&self) {
        self.does(One::DrLee, "dose/offer", json!({})).await;
        self.does(One::Ana, "dose/witness", json!({})).await;
    }

    pub(crate) async fn phase(&self) -> String {
        let (_, session) = self.get(One::DrLee, &format!("/sessions/{}", self.session)).await;
        session["phase"].as_str().unwrap_or("unknown").to_owned()
    }
}

/// That field of every row.
pub(crate) fn ids_of(rows: &Value, field: &str) -> Vec<String> {
    let rows = rows.as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

pub(crate) fn phone(battery_percent: u8) -> Value {
    json!({"sound": true, "vibration": true, "round_trip_ms": 80, "battery_percent": battery_percent, "charging": true})
}

pub(crate) fn address() -> Value {
    json!({"line1": "12 Elm Street", "line2": null, "city": "Springfield", "region": "OR",
           "postal_code": "97477", "country": "US", "entry_notes": "Blue door", "emergency_number": "911"})
}

/// The discharge sheet with everything met.
pub(crate) fn sheet() -> Value {
    let criteria: serde_json::Map<String, Value> =
        (1..=13).map(|number| (format!("D{number}"), true.into())).collect();
    json!({"criteria": criteria, "padss": {"vitals": 2, "gait": 2, "nausea": 2, "intake": 2, "calm": 2}})
}
