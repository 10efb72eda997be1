//! Rows: rooms, spent tickets, device checks.

use crate::http::DeviceCheck;
use crate::{problems, publish};
use chassis::keeper::{Keeper, Row, Waiting, sealed};
use chassis::problem::{Failure, Problem};
use chassis::store::{self, Store};
use chassis::work::{Act, Work};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::time::Timestamp;
use sea_orm::ConnectionTrait as _;
use std::collections::BTreeMap;
use video_core::room::{Command, Event, Refusal, Room};
use video_core::ticket::Ticket;

/// Keeps rooms. A room has its session's id.
pub struct Rooms;

impl Keeper for Rooms {
    type M = Room;
    type Id = SessionId;

    async fn load(work: &Work, id: SessionId) -> Result<Option<Row<Room>>, Failure> {
        sealed::load(work, id).await
    }

    async fn save(work: &mut Work, id: SessionId, row: &Row<Room>) -> Result<(), Failure> {
        sealed::save(work, id, row).await
    }

    async fn publish(
        work: &mut Work,
        id: SessionId,
        row: &Row<Room>,
        events: &[Event],
    ) -> Result<(), Failure> {
        publish::room(work, id, &row.state, events).await
    }

    fn problem(refusal: Refusal) -> Problem {
        problems::room(refusal)
    }

    async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<SessionId>>, Failure> {
        sealed::due::<Room, _>(store, by).await
    }
}

/// Spends a ticket; false when it was spent before. Ids that nothing accepts any more are forgotten.
pub async fn spend(work: &Work, ticket: &Ticket) -> Result<bool, Failure> {
    let store = work.store();
    let sql = "delete from video_spent_ticket where clinic_id = $1 and forget_at <= $2";
    let values = [ticket.clinic.0.into(), work.now().micros().into()];
    work.tx().execute_raw(store.sql(sql, values)).await?;
    let sql = "insert into video_spent_ticket (clinic_id, id, forget_at) values ($1, $2, $3)
               on conflict do nothing";
    let forget_at = ticket.forgettable_at().micros();
    let values = [ticket.clinic.0.into(), ticket.line.0.clone().into(), forget_at.into()];
    Ok(work.tx().execute_raw(store.sql(sql, values)).await?.rows_affected() == 1)
}

/// The version of a room's row; −1 when there is none.
pub async fn version(store: &Store, clinic: ClinicId, session: SessionId) -> Result<i64, Failure> {
    let sql = "select version from video_machine where clinic_id = $1 and kind = $2 and id = $3";
    let values = [clinic.0.into(), Room::KIND.into(), session.0.into()];
    let row = store.db().query_one_raw(store.sql(sql, values)).await?;
    Ok(row.map_or(Ok(-1), |row| row.try_get("", "version"))?)
}

/// Writes off the lines of every open room: this process has just started, and it is the one that held them.
pub async fn sweep(store: &Store) -> Result<(), Failure> {
    let sql = "select clinic_id, id from video_machine where kind = $1 and phase = 'open'";
    for row in store.db().query_all_raw(store.sql(sql, [Room::KIND.into()])).await? {
        let (clinic, session) = (store::id(&row, "clinic_id")?, store::id::<SessionId>(&row, "id")?);
        let room = store.see::<Room>(clinic, session).await?.state;
        if room.members().iter().all(|member| member.place.line().is_none()) {
            continue;
        }
        let restart = async |work: &mut Work| work.step::<Rooms>(session, Command::Restart).await.map(drop);
        store.work(Act::clock(clinic), restart).await?;
    }
    Ok(())
}

/// Keeps the newest device check of a person.
pub async fn keep_check(
    work: &Work,
    session: SessionId,
    person: PersonId,
    check: &DeviceCheck,
) -> Result<(), Failure> {
    let sql = "insert into video_device_check (clinic_id, session_id, person_id, camera, microphone, speaker,
                 round_trip_ms, loss_percent, checked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               on conflict (clinic_id, session_id, person_id) do update set camera = excluded.camera,
                 microphone = excluded.microphone, speaker = excluded.speaker,
                 round_trip_ms = excluded.round_trip_ms, loss_percent = excluded.loss_percent,
                 checked_at = excluded.checked_at";
    let values = [
        work.clinic().0.into(),
        session.0.into(),
        person.0.into(),
        check.camera.into(),
        check.microphone.into(),
        check.speaker.into(),
        check.connection.round_trip_ms.into(),
        check.connection.loss_percent.into(),
        work.now().micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Whose device check of this session passed, by person.
pub async fn checks(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<BTreeMap<PersonId, DeviceCheck>, Failure> {
    let sql = "select person_id, camera, microphone, speaker, round_trip_ms, loss_percent
               from video_device_check where clinic_id = $1 and session_id = $2";
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    let read = rows.iter().map(|row| Ok((store::id(row, "person_id")?, DeviceCheck::from_row(row)?)));
    read.collect()
}

impl DeviceCheck {
    fn from_row(row: &sea_orm::QueryResult) -> Result<Self, sea_orm::DbErr> {
        Ok(Self {
            camera: row.try_get("", "camera")?,
            microphone: row.try_get("", "microphone")?,
            speaker: row.try_get("", "speaker")?,
            connection: crate::http::Connection {
                round_trip_ms: row.try_get("", "round_trip_ms")?,
                loss_percent: row.try_get("", "loss_percent")?,
            },
        })
    }
}
