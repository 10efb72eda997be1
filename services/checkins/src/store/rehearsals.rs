//! Rehearsals as rows, and what is on record of each.

use super::pagers;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use chassis::trail::{self, TrailRow};
use chassis::work::Work;
use checkins_core::rehearsal::{Began, Kind, Mark};
use kernel::id::{ClinicId, IncidentId, PersonId, RecordId, SessionId};
use kernel::time::{Span, Timestamp};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};
use std::collections::BTreeMap;

/// A page shows as many of one session.
const SHOWN_MAX: u64 = 20;
/// A mail server that was played dead lives again after this, whoever forgot to close the incident.
pub(crate) const DEAD_FOR: Span = Span::minutes(15);
/// The word for an attempt that was not made because the rehearsal says so.
pub(crate) const REHEARSED: &str = "rehearsed";

/// One rehearsal.
pub(crate) struct Rehearsal {
    pub(crate) id: RecordId,
    pub(crate) kind: Kind,
    pub(crate) began: Began,
    pub(crate) began_by: PersonId,
}

/// Whether nobody is dosed in this session.
pub(crate) async fn is_drill(work: &Work, session: SessionId) -> Result<bool, Failure> {
    let sql = "select drill from checkins_watch where clinic_id = $1 and session_id = $2";
    let values = [work.clinic().0.into(), session.0.into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?.ok_or(Failure::Missing)?;
    Ok(row.try_get("", "drill")?)
}

/// Notes that one begins.
pub(crate) async fn begin(
    work: &Work,
    session: SessionId,
    id: RecordId,
    kind: Kind,
    began: &Began,
) -> Result<(), Failure> {
    let sql = "insert into checkins_rehearsal (clinic_id, id, session_id, kind, began_at, deadline_at,
               outside_micros, began_by) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        work.clinic().0.into(),
        id.0.into(),
        session.0.into(),
        kind.as_str().into(),
        began.at.micros().into(),
        began.deadline_at.micros().into(),
        began.outside_after.as_micros().into(),
        work.act().actor.0.into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Those of a session, the newest first.
pub(crate) async fn of_session(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
) -> Result<Vec<Rehearsal>, Failure> {
    let sql = format!(
        "select id, kind, began_at, deadline_at, outside_micros, began_by from checkins_rehearsal
         where clinic_id = $1 and session_id = $2 order by began_at desc limit {SHOWN_MAX}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, [clinic.0.into(), session.0.into()])).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Rehearsal, Failure> {
    let kind: String = row.try_get("", "kind")?;
    Ok(Rehearsal {
        id: store::id(row, "id")?,
        kind: Kind::read(&kind).ok_or_else(|| Failure::Stored(format!("rehearsal {kind}")))?,
        began: Began {
            at: store::at(row, "began_at")?,
            deadline_at: store::at(row, "deadline_at")?,
            outside_after: Span::micros(row.try_get("", "outside_micros")?),
        },
        began_by: store::id(row, "began_by")?,
    })
}

/// What is on record of one: when each thing came, and who took it.
pub(crate) struct Record {
    pub(crate) came: BTreeMap<Mark, Timestamp>,
    pub(crate) taken_by: Option<PersonId>,
}

/// Reads it off the trail and off what was sent.
pub(crate) async fn record(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
    rehearsal: &Rehearsal,
) -> Result<Record, Failure> {
    let rows = trail::of_session(store, clinic, session).await?;
    let since = rehearsal.began.at;
    let mut record = Record { came: BTreeMap::new(), taken_by: None };
    if let Some(at) = phone_silent(store, clinic, session, since).await? {
        record.came.insert(Mark::PhoneSilent, at);
    }
    let Some((incident, opened_at)) = opened(&rows, rehearsal.kind, since) else { return Ok(record) };
    record.came.insert(Mark::Noticed, opened_at);
    let of = |action: &str| rows.iter().find(|row| row.action == action && row.resource == incident);
    if let Some(row) = of("incident.acknowledged") {
        record.came.insert(Mark::Taken, row.at);
        record.taken_by = Some(row.actor);
    }
    if let Some(row) = of("incident.resolved") {
        record.came.insert(Mark::Closed, row.at);
        // Who says at once what came of it had it, too.
        record.came.entry(Mark::Taken).or_insert(row.at);
        record.taken_by = record.taken_by.or(Some(row.actor));
    }
    sent(store, clinic, session, &incident, &mut record.came).await?;
    Ok(record)
}

/// The incident that this rehearsal was to open: the first of its causes since then.
fn opened(rows: &[TrailRow], kind: Kind, since: Timestamp) -> Option<(String, Timestamp)> {
    rows.iter().filter(|row| row.action == "incident.opened" && row.at >= since).find_map(|row| {
        let (cause, incident) = row.resource.split_once(' ')?;
        kind.causes().contains(&cause).then(|| (incident.to_owned(), row.at))
    })
}

async fn phone_silent(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
    since: Timestamp,
) -> Result<Option<Timestamp>, Failure> {
    let sql = "select silent_since from checkins_sign where clinic_id = $1 and session_id = $2
               and sign = 'sitter_phone' and silent_since >= $3";
    let values = [clinic.0.into(), session.0.into(), since.micros().into()];
    let row = store.db().query_one_raw(store.sql(sql, values)).await?;
    Ok(row.map(|row| store::at(&row, "silent_since")).transpose()?)
}

async fn sent(
    store: &Store,
    clinic: ClinicId,
    session: SessionId,
    incident: &str,
    came: &mut BTreeMap<Mark, Timestamp>,
) -> Result<(), Failure> {
    let Ok(incident) = incident.parse::<IncidentId>() else { return Ok(()) };
    let people = store.members(clinic, session).await?;
    let outside = pagers::cover(store.db(), store, clinic, &people).await?;
    let sql = "select n.person_id, n.channel, n.accepted_at, (select min(a.at) from checkins_attempt a
               where a.clinic_id = n.clinic_id and a.notification_id = n.id and a.outcome = $3) as refused_at
               from checkins_notification n where n.clinic_id = $1 and n.incident_id = $2 and n.channel <> 'screen'";
    let values: [Value; 3] = [clinic.0.into(), incident.0.into(), REHEARSED.into()];
    for row in store.db().query_all_raw(store.sql(sql, values)).await? {
        let person: PersonId = store::id(&row, "person_id")?;
        let channel: String = row.try_get("", "channel")?;
        let accepted_at = store::maybe_at(&row, "accepted_at")?;
        let mut first = |mark: Mark, at: Timestamp| {
            let kept = came.entry(mark).or_insert(at);
            *kept = (*kept).min(at);
        };
        if let Some(at) = store::maybe_at(&row, "refused_at")? {
            first(Mark::MailRefused, at);
        }
        if let Some(at) = accepted_at {
            if outside.iter().any(|contact| contact.person == person) {
                first(Mark::OutsideTold, at);
            }
            if channel != "mail" {
                first(Mark::OtherChannel, at);
            }
        }
    }
    Ok(())
}
