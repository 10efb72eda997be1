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
    let house_at = time_of_the_house(rows).await?;
    let db = rows.opened().await?;
    let found = auditor::violations(&db, house_at, Timestamp::from_micros(0)).await;
    db.close().await?;
    let mut found = found?;
    let beyond = now() + CLIMBS_WITHIN.as_micros();
    let far = steps_beyond(rows, beyond).await?;
    if !far.is_empty() {
        eprintln!("{} next steps lie in a time that has not come: do they come all the same?", far.len());
        pause(u64::try_from(CLIMBS_WITHIN.as_millis())?).await;
        let still = steps_beyond(rows, beyond).await?;
        let stuck = far.intersection(&still).map(|(incident, _)| incident);
        found.extend(stuck.map(|incident| format!("incident {incident} did not climb within two minutes")));
    }
    Ok(found)
}

/// What the engines wrote down last, once a second; the true time where they have written nothing.
async fn time_of_the_house(rows: &Rows) -> anyhow::Result<Timestamp> {
    let told = rows.ask_in_peace("select max(ticked_at) as at from checkins_engine").await?;
    let at: Option<i64> = told.first().map(|row| row.try_get("", "at")).transpose()?.flatten();
    Ok(Timestamp::from_micros(at.unwrap_or(0).max(now())))
}

/// Open incidents with a next step later than this, and when.
async fn steps_beyond(rows: &Rows, at: i64) -> anyhow::Result<BTreeSet<(IncidentId, i64)>> {
    let sql = format!("select id, due_at from checkins_incident where phase = 'open' and due_at > {at}");
    let open = rows.ask_in_peace(&sql).await?;
    open.iter().map(|row| Ok((chassis::store::id(row, "id")?, row.try_get("", "due_at")?))).collect()
}
