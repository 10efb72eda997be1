//! The page before each session as a row, and who on its ladder can be asked at all.

pub(crate) mod view;

use super::{json, loaded};
use crate::{channels, problems, publish};
use chassis::keeper::{Keeper, Row, Waiting};
use chassis::problem::{Failure, Problem};
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::ladder::Channel;
use checkins_core::pager::{self, Event, Pager, Refusal, Someone};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::time::Timestamp;
use proto::events::safety::Member;
use sea_orm::{ConnectionTrait, QueryResult};

/// As many sessions of one person are told of a change: far more than anybody has ahead.
const SESSIONS_MAX: usize = 100;

/// Keeps the pages.
pub(crate) struct Pagers;

impl Keeper for Pagers {
    type M = Pager;
    type Id = SessionId;

    async fn load(work: &Work, id: SessionId) -> Result<Option<Row<Pager>>, Failure> {
        loaded(work, "checkins_pager", "session_id", id.0).await
    }

    async fn save(work: &mut Work, id: SessionId, row: &Row<Pager>) -> Result<(), Failure> {
        let values = [
            row.version.into(),
            row.state.phase().into(),
            row.state.due().map(Timestamp::micros).into(),
            json(&row.state)?.into(),
            row.about.clinic.0.into(),
            id.0.into(),
            row.about.person.0.into(),
        ];
        let sql = if row.version == 0 {
            "insert into checkins_pager (version, phase, due_at, state, clinic_id, session_id, patient_id)
             values ($1, $2, $3, $4, $5, $6, $7)"
        } else {
            "update checkins_pager set version = $1, phase = $2, due_at = $3, state = $4
             where clinic_id = $5 and session_id = $6 and patient_id = $7 and version = $1 - 1"
        };
        let saved = work.tx().execute_raw(work.store().sql(sql, values)).await?;
        if saved.rows_affected() == 1 { Ok(()) } else { Err(Failure::Changed) }
    }

    async fn publish(
        work: &mut Work,
        id: SessionId,
        row: &Row<Pager>,
        events: &[Event],
    ) -> Result<(), Failure> {
        publish::pager::followed(work, id, row, events).await
    }

    fn problem(refusal: Refusal) -> Problem {
        problems::pager(refusal)
    }

    async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<SessionId>>, Failure> {
        super::due(store, "checkins_pager", "session_id", by).await
    }
}

/// Somebody on the ladder, as far as they can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Contact {
    pub(crate) person: PersonId,
    /// What is set up here and has an address of theirs; channels that many read prove nobody.
    pub(crate) channels: Vec<Channel>,
    /// When they last answered a page.
    pub(crate) answered_at: Option<Timestamp>,
}

impl Contact {
    pub(crate) fn is_reachable(&self) -> bool {
        !self.channels.is_empty()
    }

    /// Whether they count as reachable: a way to them, and an answer within thirty days.
    pub(crate) fn is_current(&self, now: Timestamp) -> bool {
        self.is_reachable() && pager::is_current(self.answered_at, now)
    }
}

/// What somebody is, in the core's words.
pub(crate) const fn someone(member: &Member) -> Someone {
    Someone { person: member.person, role: member.role, on_call: member.on_call }
}

/// Whoever the clinic's ladder names outside of these people's session, in its order.
pub(crate) async fn cover(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
    people: &[Member],
) -> Result<Vec<Contact>, Failure> {
    let ladder = super::ladders::published(db, store, clinic).await?.map(|kept| kept.ladder);
    let people: Vec<_> = people.iter().map(someone).collect();
    let mut contacts = vec![];
    for person in pager::order(&ladder.unwrap_or_default(), &people) {
        contacts.push(contact(db, store, clinic, person).await?);
    }
    Ok(contacts)
}

async fn contact(
    db: &impl ConnectionTrait,
    store: &Store,
    clinic: ClinicId,
    person: PersonId,
) -> Result<Contact, Failure> {
    let sql = "select has_phone, answered_at from checkins_contact where clinic_id = $1 and person_id = $2";
    let row = db.query_one_raw(store.sql(sql, [clinic.0.into(), person.0.into()])).await?;
    let Some(row) = row else { return Ok(Contact { person, channels: vec![], answered_at: None }) };
    let has_phone: bool = row.try_get("", "has_phone")?;
    let config = &store.ground().config;
    let reaches = |channel: &Channel| match channel {
        Channel::Sms | Channel::Voice => has_phone,
        Channel::Mail | Channel::Push => true,
        Channel::Screen | Channel::Ntfy | Channel::Webhook => false,
    };
    let all = Channel::ALL.into_iter().filter(reaches);
    let channels = all.filter(|channel| channels::is_set_up(config, *channel)).collect();
    Ok(Contact { person, channels, answered_at: store::maybe_at(&row, "answered_at")? })
}

/// This person answered a page, by a channel that reached them.
pub(crate) async fn answered(work: &Work, person: PersonId) -> Result<(), Failure> {
    let sql = "update checkins_contact set answered_at = $1 where clinic_id = $2 and person_id = $3";
    let values = [work.now().micros().into(), work.clinic().0.into(), person.0.into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Pages that still wait for somebody to look at them are not needed any more.
pub(crate) async fn supersede(work: &Work, session: SessionId, kind: &str) -> Result<(), Failure> {
    let sql = "update checkins_notification set state = 'superseded', settled_at = $1
               where clinic_id = $2 and session_id = $3 and incident_id is null and kind = $4
               and state = 'pending'";
    let values =
        [work.now().micros().into(), work.clinic().0.into(), session.0.into(), kind.to_owned().into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// The sessions ahead that this person belongs to.
pub(crate) async fn ahead_of(work: &Work, person: PersonId) -> Result<Vec<SessionId>, Failure> {
    let sql = format!(
        "select pager.session_id from checkins_pager pager join checkins_member member
         on member.clinic_id = pager.clinic_id and member.session_id = pager.session_id
         where pager.clinic_id = $1 and pager.phase <> 'over' and member.person_id = $2 limit {SESSIONS_MAX}"
    );
    let values = [work.clinic().0.into(), person.0.into()];
    let rows = work.tx().query_all_raw(work.store().sql(sql, values)).await?;
    rows.iter().map(|row: &QueryResult| Ok(store::id(row, "session_id")?)).collect()
}
