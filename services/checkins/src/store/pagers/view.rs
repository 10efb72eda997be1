//! What screens are shown of the page before a session: who was asked, by what, when, and who answered.

use super::{Contact, cover};
use crate::store::{deliveries, notifications};
use chassis::problem::Failure;
use chassis::store::{self, Store};
use checkins_core::pager::{self, Pager, Stage};
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, QueryResult};
use serde::Serialize;
use utoipa::ToSchema;

/// One page to one person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PageSent {
    /// Who.
    pub person: PersonId,
    /// `mail`, `push`, `sms` or `voice`.
    pub channel: String,
    /// Which page of this session, from 0.
    pub round: i64,
    /// How far it is known to have come: `queued`, `accepted`, `delivered`, `seen`, `acknowledged`, `failed`, or
    /// `superseded` when somebody answered before it left.
    pub state: String,
    /// When it was written.
    pub paged_at: Timestamp,
    /// When it came so far.
    pub at: Option<Timestamp>,
}

/// Somebody on the ladder.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactStanding {
    /// Who.
    pub person: PersonId,
    /// The channels that would reach them.
    pub channels: Vec<String>,
    /// When they last answered a page, of whatever session.
    pub answered_at: Option<Timestamp>,
    /// Whether that was within thirty days, by a channel that they still have.
    pub current: bool,
}

/// The page before a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PagerView {
    /// `planned`, `paging`, `unanswered`, `answered` or `over`.
    pub state: String,
    /// When it goes out by itself.
    pub page_at: Option<Timestamp>,
    /// When the next person is asked.
    pub next_at: Option<Timestamp>,
    /// Who answered.
    pub answered_by: Option<PersonId>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// `nobody` when the ladder names nobody outside of the session, `unreachable` when no way leads to them.
    pub hole: Option<String>,
    /// Whom the ladder names, in its order.
    pub contacts: Vec<ContactStanding>,
    /// Every page, oldest first.
    pub pages: Vec<PageSent>,
}

/// The page before this session, for those who are not in the home.
pub(crate) async fn read(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
    reader: Role,
) -> Result<Option<PagerView>, Failure> {
    if matches!(reader, Role::Patient | Role::Sitter) {
        return Ok(None);
    }
    let sql = "select state from checkins_pager where clinic_id = $1 and session_id = $2";
    let row = store.db().query_one_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    let Some(row) = row else { return Ok(None) };
    let text: String = row.try_get("", "state")?;
    let kept: Pager = serde_json::from_str(&text).map_err(|error| Failure::Stored(error.to_string()))?;
    let people = store.members(clinic, session).await?;
    let contacts = cover(store.db(), store, clinic, &people).await?;
    let reachable = contacts.iter().filter(|contact| contact.is_reachable()).count();
    let (page_at, next_at, answered) = match kept.stage {
        Stage::Planned { page_at } => (page_at, None, None),
        Stage::Paging { next_at, .. } => (None, Some(next_at), None),
        Stage::Answered { by, at } => (None, None, Some((by, at))),
        Stage::Unanswered { .. } | Stage::Over => (None, None, None),
    };
    Ok(Some(PagerView {
        state: kept.phase().into(),
        page_at,
        next_at,
        answered_by: answered.map(|(by, _)| by),
        answered_at: answered.map(|(_, at)| at),
        hole: pager::hole(contacts.len(), reachable).map(|hole| hole.as_str().into()),
        contacts: contacts.iter().map(|contact| standing(contact, store.now())).collect(),
        pages: pages(store, clinic, session).await?,
    }))
}

fn standing(contact: &Contact, now: Timestamp) -> ContactStanding {
    ContactStanding {
        person: contact.person,
        channels: contact.channels.iter().map(|channel| channel.as_str().into()).collect(),
        answered_at: contact.answered_at,
        current: contact.is_current(now),
    }
}

async fn pages(store: &Store, clinic: ClinicId, session: SessionId) -> Result<Vec<PageSent>, Failure> {
    let sql = "select person_id, channel, round, state, created_at, accepted_at, delivered_at, seen_at,
               acknowledged_at, failed_at from checkins_notification
               where clinic_id = $1 and session_id = $2 and incident_id is null and kind = $3
               order by round, created_at, channel limit 200";
    let values = [clinic.0.into(), session.0.into(), notifications::ON_CALL.into()];
    let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
    let parse = |row: &QueryResult| {
        let marks = deliveries::marks(row)?;
        Ok(PageSent {
            person: store::id(row, "person_id")?,
            channel: row.try_get("", "channel")?,
            round: row.try_get("", "round")?,
            state: marks.delivery().as_str().into(),
            paged_at: store::at(row, "created_at")?,
            at: marks.at(),
        })
    };
    rows.iter().map(parse).collect()
}
