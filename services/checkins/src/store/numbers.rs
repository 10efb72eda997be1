//! What the safety numbers are read from: times of incidents, and counts of looks and sessions.

use crate::store::view::Incident;
use chassis::problem::Failure;
use chassis::store::{self, Store};
use checkins_core::escalation::Cause;
use checkins_core::numbers::{Burned, Counts};
use checkins_core::outcome::Outcome;
use kernel::id::{ClinicId, IncidentId, PersonId};
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, QueryResult, Value};

/// More incidents than any house has in ninety days: two hundred a day.
const INCIDENTS_MAX: u64 = 20_000;
/// A page of somebody who was told.
const SCREEN: &str = "screen";

/// What is counted: of one clinic, or of the whole house; of real sessions, or of drills.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Which {
    pub(crate) clinic: Option<ClinicId>,
    pub(crate) drill: bool,
    pub(crate) since: Timestamp,
}

impl Which {
    /// The condition on these columns, and its values.
    fn asked(self, clinic: &str, drill: &str, at: &str) -> (String, Vec<Value>) {
        let mut values: Vec<Value> = vec![self.since.micros().into(), self.drill.into()];
        let mut text = format!("{at} >= $1 and {drill} = $2");
        if let Some(id) = self.clinic {
            values.push(id.0.into());
            text = format!("{text} and {clinic} = $3");
        }
        (text, values)
    }
}

/// Incidents that opened since then, as far as their times are known.
pub(crate) async fn burned(store: &Store, which: Which) -> Result<Vec<Burned>, Failure> {
    let (asked, values) = which.asked("i.clinic_id", "watch.drill", "i.opened_at");
    let told = "from checkins_notification n where n.clinic_id = i.clinic_id and n.incident_id = i.id";
    let sql = format!(
        "select i.cause, i.opened_at, i.noticed_at, i.acknowledged_at, i.resolved_at, i.outcome,
         (select max(d.armed_at) from checkins_deadline d where d.clinic_id = i.clinic_id
             and d.session_id = i.session_id and d.deadline_at = i.opened_at) as scheduled_at,
         (select min(n.shown_at) {told}) as shown_at,
         (select min(coalesce(n.accepted_at, n.delivered_at, n.seen_at, n.acknowledged_at)) {told}
             and n.channel <> '{SCREEN}' and n.failed_at is null) as paged_at,
         (select count(*) {told} and n.channel <> '{SCREEN}' and n.state <> 'superseded') as pages
         from checkins_incident i
         join checkins_watch watch on watch.clinic_id = i.clinic_id and watch.session_id = i.session_id
         where {asked} order by i.opened_at desc limit {INCIDENTS_MAX}"
    );
    let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Burned, Failure> {
    let cause: String = row.try_get("", "cause")?;
    let outcome: Option<String> = row.try_get("", "outcome")?;
    let paged_at = store::maybe_at(row, "paged_at")?;
    let pages: i64 = row.try_get("", "pages")?;
    Ok(Burned {
        cause: Cause::of(&cause).ok_or_else(|| Failure::Stored(format!("cause {cause}")))?,
        opened_at: store::at(row, "opened_at")?,
        scheduled_at: store::maybe_at(row, "scheduled_at")?,
        noticed_at: store::maybe_at(row, "noticed_at")?,
        shown_at: store::maybe_at(row, "shown_at")?,
        is_paged: pages > 0 || paged_at.is_some(),
        paged_at,
        acknowledged_at: store::maybe_at(row, "acknowledged_at")?,
        resolved_at: store::maybe_at(row, "resolved_at")?,
        outcome: outcome.as_deref().and_then(Outcome::of),
    })
}

/// Looks that were due since then, the sessions they belong to, and who answered beforehand.
pub(crate) async fn counts(store: &Store, which: Which) -> Result<Counts, Failure> {
    let (asked, values) = which.asked("d.clinic_id", "watch.drill", "d.settled_at");
    let sql = format!(
        "select count(distinct d.session_id) as sessions, count(*) as looks,
         count(case when d.state = 'missed' then 1 end) as missed
         from checkins_deadline d
         join checkins_watch watch on watch.clinic_id = d.clinic_id and watch.session_id = d.session_id
         where {asked} and d.state in ('missed', 'satisfied') and d.kind = 'look'"
    );
    let looks = store.db().query_one_raw(store.sql(sql, values)).await?.ok_or(Failure::Missing)?;
    let (asked, values) = which.asked("clinic_id", "drill", "on_call_paged_at");
    let sql = format!(
        "select count(*) as asked, count(on_call_confirmed_at) as answered from checkins_watch where {asked}"
    );
    let pager = store.db().query_one_raw(store.sql(sql, values)).await?.ok_or(Failure::Missing)?;
    Ok(Counts {
        sessions: looks.try_get("", "sessions")?,
        looks: looks.try_get("", "looks")?,
        missed: looks.try_get("", "missed")?,
        asked: pager.try_get("", "asked")?,
        answered: pager.try_get("", "answered")?,
    })
}

/// A page of this person has these incidents now: of those they were told of, each once.
pub(crate) async fn shown(
    store: &Store,
    clinic: ClinicId,
    person: PersonId,
    incidents: &[Incident],
) -> Result<(), Failure> {
    for incident in incidents.iter().filter(|incident| incident.is_news_to(person)) {
        shown_once(store, clinic, person, incident.id).await?;
    }
    Ok(())
}

async fn shown_once(
    store: &Store,
    clinic: ClinicId,
    person: PersonId,
    incident: IncidentId,
) -> Result<(), Failure> {
    let sql = "update checkins_notification set shown_at = $1 where clinic_id = $2 and incident_id = $3
               and person_id = $4 and channel = $5 and shown_at is null";
    let values: [Value; 5] =
        [store.now().micros().into(), clinic.0.into(), incident.0.into(), person.0.into(), SCREEN.into()];
    let _turn = store.turn().await;
    store.db().execute_raw(store.sql(sql, values)).await?;
    Ok(())
}
