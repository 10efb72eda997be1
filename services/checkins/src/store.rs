//! Rows of watches and incidents: plain columns, so that alarms need no keys and invariants are SQL.

pub(crate) mod asked;
pub(crate) mod attempts;
pub mod auditor;
pub(crate) mod browsers;
pub(crate) mod counts;
pub(crate) mod deliveries;
pub(crate) mod engines;
pub(crate) mod ladders;
pub(crate) mod links;
pub(crate) mod notifications;
pub(crate) mod numbers;
pub(crate) mod overdue;
pub(crate) mod pagers;
pub(crate) mod phones;
pub(crate) mod rehearsals;
pub(crate) mod rows;
pub(crate) mod second_contacts;
pub(crate) mod signs;
pub(crate) mod synthetic;
pub(crate) mod upcoming;
pub(crate) mod view;

use crate::{problems, publish};
use chassis::keeper::{About, DUE_MAX, Keeper, Row, Waiting};
use chassis::problem::{Failure, Problem};
use chassis::store::{self, Store};
use chassis::work::Work;
use checkins_core::escalation::{self, Incident};
use checkins_core::watch::{self, Watch};
use kernel::id::{ClinicId, IncidentId, SessionId};
use kernel::machine::Machine;
use kernel::time::Timestamp;
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait as _, QueryResult};
use serde::de::DeserializeOwned;

/// Keeps watches.
pub(crate) struct Watches;

/// Keeps incidents.
pub(crate) struct Incidents;

impl Keeper for Watches {
    type M = Watch;
    type Id = SessionId;

    async fn load(work: &Work, id: SessionId) -> Result<Option<Row<Watch>>, Failure> {
        loaded(work, "checkins_watch", "session_id", id.0).await
    }

    async fn save(work: &mut Work, id: SessionId, row: &Row<Watch>) -> Result<(), Failure> {
        let values = [
            row.version.into(),
            row.state.phase().into(),
            row.state.due().map(Timestamp::micros).into(),
            json(&row.state)?.into(),
            row.about.clinic.0.into(),
            id.0.into(),
        ];
        let sql = "update checkins_watch set version = $1, phase = $2, due_at = $3, state = $4
                   where clinic_id = $5 and session_id = $6 and version = $1 - 1";
        let saved = work.tx().execute_raw(work.store().sql(sql, values)).await?;
        if saved.rows_affected() == 1 { Ok(()) } else { Err(Failure::Changed) }
    }

    async fn publish(
        work: &mut Work,
        id: SessionId,
        row: &Row<Watch>,
        events: &[watch::Event],
    ) -> Result<(), Failure> {
        publish::watch(work, id, row, events).await
    }

    fn problem(refusal: watch::Refusal) -> Problem {
        problems::watch(refusal)
    }

    async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<SessionId>>, Failure> {
        due(store, "checkins_watch", "session_id", by).await
    }
}

impl Keeper for Incidents {
    type M = Incident;
    type Id = IncidentId;

    async fn load(work: &Work, id: IncidentId) -> Result<Option<Row<Incident>>, Failure> {
        loaded(work, "checkins_incident", "id", id.0).await
    }

    async fn save(work: &mut Work, id: IncidentId, row: &Row<Incident>) -> Result<(), Failure> {
        let matter = row.state.matter();
        let session =
            row.about.session.ok_or_else(|| Failure::Stored("an incident without a session".into()))?;
        let values = [
            row.version.into(),
            row.state.phase().into(),
            row.state.due().map(Timestamp::micros).into(),
            json(&row.state)?.into(),
            matter.severity.as_str().into(),
            row.about.clinic.0.into(),
            id.0.into(),
            session.0.into(),
            row.about.person.0.into(),
            matter.cause.as_str().into(),
            matter.opened_at.micros().into(),
            work.now().micros().into(),
            outcome(&row.state).into(),
        ];
        let sql = if row.version == 0 {
            "insert into checkins_incident (version, phase, due_at, state, severity, clinic_id, id, session_id,
             patient_id, cause, opened_at, noticed_at, outcome, sitter_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, (select person_id
             from checkins_member where clinic_id = $6 and session_id = $8 and role = 'sitter' limit 1))"
        } else {
            "update checkins_incident set version = $1, phase = $2, due_at = $3, state = $4, severity = $5,
             acknowledged_at = case when $2 = 'acknowledged' then coalesce(acknowledged_at, $12)
             else acknowledged_at end,
             resolved_at = case when $2 = 'resolved' then coalesce(resolved_at, $12) else resolved_at end,
             outcome = $13
             where clinic_id = $6 and id = $7 and session_id = $8 and patient_id = $9 and cause = $10
             and opened_at = $11 and version = $1 - 1"
        };
        let saved = work.tx().execute_raw(work.store().sql(sql, values)).await?;
        if saved.rows_affected() == 1 { Ok(()) } else { Err(Failure::Changed) }
    }

    async fn publish(
        work: &mut Work,
        id: IncidentId,
        row: &Row<Incident>,
        events: &[escalation::Event],
    ) -> Result<(), Failure> {
        publish::incident(work, id, row, events).await
    }

    fn problem(refusal: escalation::Refusal) -> Problem {
        problems::incident(refusal)
    }

    async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<IncidentId>>, Failure> {
        due(store, "checkins_incident", "id", by).await
    }
}

/// What came of it, for those who count.
const fn outcome(state: &Incident) -> Option<&'static str> {
    match state {
        Incident::Open { .. } | Incident::Acknowledged { .. } => None,
        Incident::Resolved { outcome, .. } => Some(outcome.as_str()),
    }
}

fn json(state: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(state).map_err(|error| Failure::Stored(error.to_string()))
}

fn parsed<M: DeserializeOwned>(clinic: ClinicId, row: &QueryResult) -> Result<Row<M>, Failure> {
    let text: String = row.try_get("", "state")?;
    Ok(Row {
        state: serde_json::from_str(&text).map_err(|error| Failure::Stored(error.to_string()))?,
        version: row.try_get("", "version")?,
        about: About {
            clinic,
            session: Some(store::id(row, "session_id")?),
            person: store::id(row, "patient_id")?,
        },
    })
}

/// A machine in plain columns, by the key of its table.
async fn loaded<M: DeserializeOwned>(
    work: &Work,
    table: &str,
    key: &str,
    id: Uuid,
) -> Result<Option<Row<M>>, Failure> {
    let sql = format!(
        "select session_id, patient_id, version, state from {table} where clinic_id = $1 and {key} = $2{}",
        work.lock()
    );
    let values = [work.clinic().0.into(), id.into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?;
    row.map(|row| parsed(work.clinic(), &row)).transpose()
}

/// Those of a table that are due by then.
async fn due<I: From<Uuid>>(
    store: &Store,
    table: &str,
    key: &str,
    by: Timestamp,
) -> Result<Vec<Waiting<I>>, Failure> {
    let sql = format!(
        "select clinic_id, {key} as id, due_at from {table} where due_at <= $1 order by due_at limit {DUE_MAX}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, [by.micros().into()])).await?;
    rows.iter().map(Waiting::read).collect()
}
