//! A house with one service, one session and its people: Dr. Lee leads, Sam is the patient, Ana sits.

pub mod bot;

use actix_web::{App, HttpServer};
use awc::error::WsProtocolError;
use awc::ws::{Frame, Message};
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::pool::Pool;
use chassis::run::{ground, mount};
use chassis::service::{Ground, Service as _};
use chassis::token::{ACCESS, Access, ISSUER, ROOM, RoomTicket, Signer};
use futures_util::stream::LocalBoxStream;
use futures_util::{Sink, SinkExt as _, StreamExt as _};
use kernel::id::{ClinicId, PersonId, SessionId, SignInId};
use kernel::role::Role;
use kernel::time::{Pace, Span};
use proto::envelope::{Envelope, Event as _};
use proto::events::safety::{Member, SessionOpened};
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use utoipa_actix_web::{AppExt as _, scope};
use uuid::Uuid;
use video::Video;

/// Longer than anything here takes; what fails, fails by this.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until something is so.
pub async fn until(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            chassis::clock::wait(Span::millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it becomes so");
}

/// One person of the session.
#[derive(Debug, Clone, Copy)]
pub struct Someone {
    pub person: PersonId,
    pub role: Role,
    pub device: &'static str,
}

pub struct House {
    pub video: Arc<Video>,
    pub ground: Ground,
    pub session: SessionId,
    pub lee: Someone,
    pub sam: Someone,
    pub ana: Someone,
    clinic: ClinicId,
    signer: Signer,
    address: String,
    pool: Pool,
    _rows: tempfile::TempDir,
}

impl House {
    pub async fn start() -> Self {
        let rows = tempfile::tempdir().unwrap();
        let config = Config { data_dir: rows.path().to_owned(), ..Config::default() };
        let ground = ground(config, Clock::system()).unwrap();
        let pool = Pool::open(&ground.config.database(), None).await.unwrap();
        let (video, address) = stand(&ground, &pool).await;
        let someone = |role, device| Someone { person: PersonId(Uuid::now_v7()), role, device };
        let house = Self {
            video,
            session: SessionId(Uuid::now_v7()),
            lee: someone(Role::Therapist, "desk"),
            sam: someone(Role::Patient, "phone"),
            ana: someone(Role::Sitter, "tablet"),
            clinic: ClinicId(Uuid::now_v7()),
            signer: Signer::new(&ground.keys).unwrap(),
            ground,
            address,
            pool,
            _rows: rows,
        };
        house.open_session().await;
        house
    }

    /// The process ends without a word, and another begins on the same rows.
    pub async fn restart(&mut self) {
        (self.video, self.address) = stand(&self.ground, &self.pool).await;
        until(async || self.video.unready().is_empty()).await;
    }

    /// Says on the bus that the session exists, and waits until the room does.
    async fn open_session(&self) {
        let now = self.ground.clock.now();
        let people = [self.lee, self.sam, self.ana];
        let opened = SessionOpened {
            session: self.session,
            people: people.map(|one| Member { person: one.person, role: one.role, on_call: false }).to_vec(),
            starts_at: now,
            ends_at: now.plus(Span::hours(3)),
            drill: false,
            pace: Pace::REAL,
        };
        // The memory bus forgets what nobody has subscribed to yet; its epoch counts who has.
        let listens = async || self.ground.bus.epoch().await.unwrap().data.ends_with(":1");
        until(async || listens().await && self.video.unready().is_empty()).await;
        self.say(SessionOpened::NAME, serde_json::to_value(&opened).unwrap()).await;
        until(async || self.get(self.lee, "room").await.0 == 200).await;
    }

    pub async fn say(&self, name: &str, data: Value) {
        let envelope = Envelope {
            specversion: "1.0".into(),
            id: Uuid::now_v7().into(),
            source: "/safety".into(),
            name: name.into(),
            occurred_at: self.ground.clock.now(),
            clinic: self.clinic,
            subject: Some(self.session),
            audience: vec![],
            data,
        };
        self.ground.bus.publish(&[envelope]).await.unwrap();
    }

    /// The claims of a good ticket for the certificate with this fingerprint, as SDP writes it.
    pub fn claims(&self, who: Someone, fingerprint: &str) -> RoomTicket {
        let now = self.ground.clock.now().seconds();
        RoomTicket {
            iss: ISSUER.into(),
            aud: "video".into(),
            sub: who.person,
            sid: SignInId(Uuid::now_v7()),
            clinic: self.clinic,
            role: who.role,
            room: self.session,
            device: who.device.into(),
            fp: fingerprint.split(' ').next_back().unwrap().into(),
            jti: Uuid::now_v7().to_string(),
            nbf: now,
            exp: now + 60,
        }
    }

    pub fn sign(&self, claims: &RoomTicket) -> String {
        self.signer.sign(ROOM, claims).unwrap()
    }

    pub fn ticket(&self, who: Someone, fingerprint: &str) -> String {
        self.sign(&self.claims(who, fingerprint))
    }

    /// Opens a socket and says hello.
    pub async fn knock(&self, token: &str) -> Socket {
        self.greet(json!({"type": "hello", "token": token})).await
    }

    /// Opens a socket and says this first.
    pub async fn greet(&self, hello: Value) -> Socket {
        let client = awc::Client::new();
        let (_, inner) =
            client.ws(format!("http://{}/api/video/signal", self.address)).connect().await.unwrap();
        let (mouth, ear) = inner.split();
        let mut socket = Socket { ear: ear.boxed_local(), mouth: Box::pin(mouth) };
        socket.say(hello).await;
        socket
    }

    pub async fn get(&self, who: Someone, what: &str) -> (u16, Value) {
        let url = format!("http://{}/api/video/sessions/{}/{what}", self.address, self.session);
        let request = awc::Client::new().get(url).bearer_auth(self.access(who));
        let mut answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn post(&self, who: Someone, what: &str, body: Value) -> (u16, Value) {
        let url = format!("http://{}/api/video/sessions/{}/{what}", self.address, self.session);
        let request = awc::Client::new().post(url).bearer_auth(self.access(who));
        let request = request.insert_header(("idempotency-key", Uuid::now_v7().to_string()));
        let mut answer = request.send_json(&body).await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn admit(&self, whom: Someone) -> (u16, Value) {
        self.post(self.lee, &format!("admissions/{}", whom.person), json!({})).await
    }

    pub async fn remove(&self, whom: Someone) -> (u16, Value) {
        self.post(self.lee, &format!("removals/{}", whom.person), json!({})).await
    }

    fn access(&self, who: Someone) -> String {
        let now = self.ground.clock.now().seconds();
        let access = Access {
            iss: ISSUER.into(),
            aud: "video".into(),
            sub: who.person,
            sid: SignInId(Uuid::now_v7()),
            clinic: self.clinic,
            role: who.role,
            session: None,
            jti: Uuid::now_v7().to_string(),
            nbf: now,
            exp: now + 60,
        };
        self.signer.sign(ACCESS, &access).unwrap()
    }
}

/// Mounts the service and serves it on a free port.
async fn stand(ground: &Ground, pool: &Pool) -> (Arc<Video>, String) {
    let (video, mounted) = mount::<Video>(ground, Some(pool)).await.unwrap();
    let server = HttpServer::new(move || {
        let configure = Arc::clone(&mounted.configure);
        let video = scope::scope("/api/video").configure(move |config| configure(config));
        App::new().into_utoipa_app().service(video).into_app()
    });
    let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs().first().unwrap().to_string();
    actix_web::rt::spawn(server.run());
    (video, address)
}

/// The browser's end of the signalling socket.
pub struct Socket {
    ear: LocalBoxStream<'static, Result<Frame, WsProtocolError>>,
    mouth: Pin<Box<dyn Sink<Message, Error = WsProtocolError>>>,
}

impl Socket {
    pub async fn say(&mut self, message: Value) {
        self.mouth.send(Message::Text(message.to_string().into())).await.unwrap();
    }

    /// The next message of this type; others on the way are passed over.
    pub async fn hears(&mut self, kind: &str) -> Value {
        let heard = tokio::time::timeout(PATIENCE, async {
            loop {
                let message = self.next().await.unwrap_or_else(|| panic!("closed before {kind}"));
                if message["type"] == kind {
                    return message;
                }
                assert_ne!(message["type"], "ended", "{message}");
            }
        });
        heard.await.unwrap_or_else(|_| panic!("nobody said {kind}"))
    }

    /// The last word of the house.
    pub async fn hears_end(&mut self) -> Value {
        let heard = tokio::time::timeout(PATIENCE, async {
            loop {
                let message = self.next().await.expect("a word before the end");
                if message["type"] == "ended" {
                    return message;
                }
            }
        });
        heard.await.expect("the house ends the line")
    }

    /// Waits for a message of this type that also satisfies `wanted`.
    pub async fn hears_that(&mut self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.hears(kind).await;
            if wanted(&message) {
                return message;
            }
        }
    }

    /// The next message; `None` when the socket is closed. Answers pings, as browsers do.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match self.ear.next().await?.ok()? {
                Frame::Text(text) => return serde_json::from_slice(&text).ok(),
                Frame::Ping(payload) => self.mouth.send(Message::Pong(payload)).await.ok()?,
                Frame::Pong(_) => {}
                Frame::Binary(_) | Frame::Continuation(_) | Frame::Close(_) => return None,
            }
        }
    }
}
