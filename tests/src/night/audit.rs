//! What the rows say that may not be, by the time that the house goes by and by the true one.

use super::rows::Rows;
use crate::{now, pause};
use checkins::store::auditor;
use kernel::id::IncidentId;
use kernel::time::{Span, Timestamp};
use std::collections::BTreeSet;

/// An incident climbs every two minutes at least; it may take this much longer to be seen.
const CLIMBS_WITHIN: Span = Span::seconds(125);

/// What may not be. Where the house has taken over a clock that was ahead, as it must, next steps lie in that time:
/// such an incident must still climb within two minutes of the true one.
pub(super) async fn violations(rows: &Rows) -> anyhow::Result<Vec<String>> {
    let db = rows.opened().await?;
    let mut found =
        auditor::violations(&db, time_of_the_house(rows).await?, Timestamp::from_micros(0)).await?;
    db.close().await?;
    let far = far_steps(rows).await?;
    if !far.is_empty() {
        eprintln!("{} next steps lie in a time that has not come: do they come all the same?", far.len());
        pause(u64::try_from(CLIMBS_WITHIN.as_millis())?).await;
        let still = far_steps(rows).await?;
        let stuck = far.intersection(&still).map(|(incident, _)| incident);
        found.extend(stuck.map(|incident| format!("incident {incident} did not climb within two minutes")));
    }
    Ok(found)
}

/// What the engines wrote down last, once a second; the true time where they have written nothing.
async fn time_of_the_house(rows: &Rows) -> anyhow::Result<Timestamp> {
    let told = rows.ask("select max(ticked_at) as at from checkins_engine").await?;
    let at: Option<i64> = told.first().map(|row| row.try_get("", "at")).transpose()?.flatten();
    Ok(Timestamp::from_micros(at.unwrap_or(0).max(now())))
}

/// Open incidents with a next step that lies further ahead than any may, and when.
async fn far_steps(rows: &Rows) -> anyhow::Result<BTreeSet<(IncidentId, i64)>> {
    let far = now() + CLIMBS_WITHIN.as_micros();
    let sql = format!("select id, due_at from checkins_incident where phase = 'open' and due_at > {far}");
    let open = rows.ask(&sql).await?;
    open.iter().map(|row| Ok((chassis::store::id(row, "id")?, row.try_get("", "due_at")?))).collect()
}
