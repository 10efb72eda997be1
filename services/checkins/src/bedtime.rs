//! When the home goes to bed: ten in the evening by the clock on its wall.

use crate::contact;
use crate::store::rows;
use chassis::problem::Failure;
use chassis::work::Work;
use chrono::{DateTime, Days, TimeZone as _};
use chrono_tz::Tz;
use kernel::id::SessionId;
use kernel::role::Role;
use kernel::time::{Span, Timestamp};

/// clinical.md §6.1 says "bedtime" and no hour. 22:00 is ours: most are still awake, and nobody has slept for long.
const HOUR: u32 = 22;

/// The next bedtime in the home of this session. The sitter is there, so the sitter's zone is the home's. Nothing where
/// no zone is known: nobody is asked in the middle of the night because of a guess.
pub(crate) async fn of_the_home(
    work: &mut Work,
    session: SessionId,
    after: Timestamp,
) -> Result<Option<Timestamp>, Failure> {
    let members = work.members(session).await?;
    let Some(sitter) = members.into_iter().find(|member| member.role == Role::Sitter) else {
        return Ok(None);
    };
    let Some(sealed) = rows::contact(work, sitter.person).await? else { return Ok(None) };
    // A contact that does not open now is found out when they are called; the discharge is heard all the same.
    let zone = contact::open(work.store(), sitter.person, &sealed).map(|contact| contact.time_zone);
    let bedtime_at = zone.ok().and_then(|zone| next(&zone, after));
    if bedtime_at.is_none() {
        work.audit("bedtime.unknown", session, Some(session));
    }
    Ok(bedtime_at)
}

/// The next time that the clocks of this zone say so.
fn next(zone: &str, after: Timestamp) -> Option<Timestamp> {
    let zone: Tz = zone.parse().ok()?;
    let today = DateTime::from_timestamp_micros(after.micros())?.with_timezone(&zone).date_naive();
    let on = |days: u64| {
        let evening = today.checked_add_days(Days::new(days))?.and_hms_opt(HOUR, 0, 0)?;
        // Clocks that are put back show it twice, and ones that are put forward here show the hour after it.
        let local = zone.from_local_datetime(&evening).earliest();
        let later =
            || zone.from_local_datetime(&evening.checked_add_signed(chrono::Duration::hours(1))?).earliest();
        Some(Timestamp::from_micros(local.or_else(later)?.timestamp_micros()))
    };
    [on(0), on(1)].into_iter().flatten().find(|at| at.since(after) > Span::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday 22 November 2026, 09:00 UTC.
    const NINE: Timestamp = Timestamp::from_micros(1_795_338_000_000_000);

    #[test]
    fn bedtime_is_ten_in_the_evening_by_the_clock_on_the_wall() {
        let hours = |zone| Some(next(zone, NINE)?.since(NINE).as_minutes() / 60);
        assert_eq!(hours("Europe/Lisbon"), Some(13));
        // One in the morning there: the same day's evening.
        assert_eq!(hours("America/Los_Angeles"), Some(21));
        // Ten in the evening is this very moment: the next one.
        assert_eq!(hours("Pacific/Auckland"), Some(24));
        assert_eq!(hours("Nowhere/At_All"), None);
    }
}
