//! The routes: the signalling socket, who is at the door, letting in and sending out, device checks.

use crate::Video;
use crate::publish;
use crate::relay::IceServer;
use crate::signal::socket;
use crate::store::{self, Rooms};
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chassis::body::Body;
use chassis::fallback;
use chassis::guard::Guard;
use chassis::problem::{Failure, Problem, ProblemBody};
use garde::Validate;
use kernel::id::{PersonId, SessionId};
use kernel::time::Timestamp;
use proto::permissions::{AdmitPerson, CheckDevice, KnockAtRoom, Permission, ReadRoom, ReadRosterKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use video_core::member::Place;
use video_core::room::{Command, Room};

/// A line slower than this, there and back, or losing more than that, cannot carry a conversation (video.md §8).
const ROUND_TRIP_MS_MAX: i64 = 500;
const LOSS_PERCENT_MAX: i64 = 10;

/// What a browser found out about its devices and its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceCheck {
    /// A picture was seen.
    #[garde(skip)]
    pub camera: bool,
    /// A sound was heard by the microphone.
    #[garde(skip)]
    pub microphone: bool,
    /// The person heard the test tone.
    #[garde(skip)]
    pub speaker: bool,
    /// The line.
    #[garde(dive)]
    pub connection: Connection,
}

/// How good a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// There and back, in milliseconds.
    #[garde(range(min = 0, max = 60_000))]
    #[schema(minimum = 0, maximum = 60_000)]
    pub round_trip_ms: i64,
    /// How much is lost.
    #[garde(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    pub loss_percent: i64,
}

impl DeviceCheck {
    /// Whether this is enough for a session.
    pub const fn passed(&self) -> bool {
        self.camera
            && self.microphone
            && self.speaker
            && self.connection.round_trip_ms <= ROUND_TRIP_MS_MAX
            && self.connection.loss_percent <= LOSS_PERCENT_MAX
    }
}

/// Whether a device check passed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// All of it.
    pub passed: bool,
}

/// Someone at the door.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// Who.
    pub person: PersonId,
    /// Since when.
    pub since_at: Timestamp,
    /// What their device check said, if they made one.
    pub device_check: Option<DeviceCheck>,
}

/// Someone in the room.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Present {
    /// Who.
    pub person: PersonId,
    /// Since when.
    pub since_at: Timestamp,
}

/// Who is where.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RoomNow {
    /// At the door, longest first.
    pub waiting: Vec<Waiting>,
    /// In the room, longest first.
    pub present: Vec<Present>,
}

impl RoomNow {
    fn of(room: &Room, checks: &BTreeMap<PersonId, DeviceCheck>) -> Self {
        let (mut waiting, mut present) = (vec![], vec![]);
        for member in room.members() {
            let person = member.person;
            match &member.place {
                Place::Waiting { since_at, .. } => {
                    let device_check = checks.get(&person).copied();
                    waiting.push(Waiting { person, since_at: *since_at, device_check });
                }
                Place::Present { since_at, .. } => present.push(Present { person, since_at: *since_at }),
                // A lost line is not presence.
                Place::Expected | Place::Admitted | Place::Lost { .. } | Place::Removed => {}
            }
        }
        waiting.sort_by_key(|one| one.since_at);
        present.sort_by_key(|one| one.since_at);
        Self { waiting, present }
    }
}

/// Opens the signalling socket: see `proto/signalling.md`.
#[utoipa::path(security(()), responses((status = 101, description = "A WebSocket; its first message carries the ticket."), (status = 400)))]
#[get("/signal")]
pub async fn open_signal(
    video: Guard<KnockAtRoom, Video>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, actix_web::Error> {
    fallback::wants_socket(request.headers())?;
    let (response, session, messages) = actix_ws::handle(&request, payload)?;
    actix_web::rt::spawn(socket::serve(video.service(), session, messages));
    Ok(response)
}

/// The key that the house signs its lists of devices with.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterKey {
    /// ECDSA P-256: the uncompressed point, in base64url.
    pub public_key: String,
}

/// Says what lists of devices are signed with: see `proto/signalling.md`.
#[utoipa::path(security(()), responses((status = 200, body = RosterKey)))]
#[get("/roster-key")]
pub async fn read_roster_key(video: Guard<ReadRosterKey, Video>) -> HttpResponse {
    HttpResponse::Ok().json(RosterKey { public_key: video.roster_signer.public_key() })
}

/// What a browser's peer connection is told beside our own address.
#[derive(Debug, Serialize, ToSchema)]
pub struct IceServers {
    /// Ways in for networks that let no media through; none where the clinic has no relay.
    pub ice_servers: Vec<IceServer>,
}

/// Says how else media gets in: see `proto/signalling.md`.
#[utoipa::path(responses((status = 200, body = IceServers), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/ice-servers")]
pub async fn read_ice_servers(
    video: Guard<ReadRoom, Video>,
    _session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let (person, now) = (video.who()?.person, video.store.ground().clock.now());
    let ice_servers = video.relay.iter().map(|relay| relay.for_person(person, now)).collect();
    Ok(HttpResponse::Ok().json(IceServers { ice_servers }))
}

/// Says who is at the door and who is in.
#[utoipa::path(responses((status = 200, body = RoomNow), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/room")]
pub async fn read_room(
    video: Guard<ReadRoom, Video>,
    session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(now(&video, *session).await?))
}

/// Lets someone in by name.
#[utoipa::path(operation_id = "admit_person", responses((status = 200, body = RoomNow), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/admissions/{person}")]
pub async fn admit(
    video: Guard<AdmitPerson, Video>,
    path: Path<(SessionId, PersonId)>,
) -> Result<HttpResponse, Problem> {
    let (session, person) = *path;
    let by = video.who()?.person;
    drive(&video, session, Command::Admit { person, by }).await
}

/// Sends someone out, with no way back.
#[utoipa::path(operation_id = "remove_person", responses((status = 200, body = RoomNow), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/removals/{person}")]
pub async fn remove(
    video: Guard<AdmitPerson, Video>,
    path: Path<(SessionId, PersonId)>,
) -> Result<HttpResponse, Problem> {
    let (session, person) = *path;
    let by = video.who()?.person;
    drive(&video, session, Command::Remove { person, by }).await
}

/// Keeps what a browser found out about its devices and its line.
#[utoipa::path(request_body = DeviceCheck, responses((status = 200, body = Checked), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/device-check")]
pub async fn check_device(
    video: Guard<CheckDevice, Video>,
    session: Path<SessionId>,
    check: Body<DeviceCheck>,
) -> Result<HttpResponse, Problem> {
    let (session, check, person) = (*session, check.0, video.who()?.person);
    let passed = check.passed();
    let keep = async |work: &mut chassis::work::Work| -> Result<Checked, Failure> {
        store::keep_check(work, session, person, &check).await?;
        publish::checked(work, session, person, passed).await?;
        Ok(Checked { passed })
    };
    Ok(HttpResponse::Ok().json(video.store.command(video.act()?, keep).await?))
}

async fn drive<P: Permission>(
    video: &Guard<P, Video>,
    session: SessionId,
    command: Command,
) -> Result<HttpResponse, Problem> {
    let step = async |work: &mut chassis::work::Work| -> Result<(), Failure> {
        work.step::<Rooms>(session, command.clone()).await.map(drop)
    };
    video.store.command(video.act()?, step).await?;
    Ok(HttpResponse::Ok().json(now(video, session).await?))
}

/// A session without a room yet is an empty room: its people exist, and nobody is in it.
async fn now<P: Permission>(video: &Guard<P, Video>, session: SessionId) -> Result<RoomNow, Problem> {
    let clinic = video.who()?.clinic;
    match video.store.see::<Room>(clinic, session).await {
        Ok(row) => Ok(RoomNow::of(&row.state, &store::checks(&video.store, clinic, session).await?)),
        Err(Failure::Missing) => Ok(RoomNow { waiting: vec![], present: vec![] }),
        Err(failure) => Err(failure.into()),
    }
}
