//! The rules of the world's time zones, as the core asks for them.

use chrono::{
    DateTime, Datelike as _, Days, MappedLocalTime, NaiveDate, NaiveDateTime, Offset as _, TimeZone as _,
    Timelike as _,
};
use chrono_tz::Tz;
use kernel::time::{Span, Timestamp};
use scheduling_core::local::{DAY_MINUTES, LocalMinute, Resolution, Zone};

/// The edition of the zone rules that bookings are resolved with.
pub const TZDB: &str = chrono_tz::IANA_TZDB_VERSION;
/// How a local time is written: minutes, no seconds, no offset.
const WRITTEN: &str = "%Y-%m-%dT%H:%M";
/// `2026-12-01T09:00`.
const WRITTEN_LENGTH: usize = 16;

/// One IANA zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IanaZone(Tz);

/// Names of before, and what they are called now (the `backward` file of the zone rules). Whoever is shown another
/// name than they gave is told so.
const RENAMED: [(&str, &str); 34] = [
    ("US/Alaska", "America/Anchorage"),
    ("US/Arizona", "America/Phoenix"),
    ("US/Central", "America/Chicago"),
    ("US/East-Indiana", "America/Indiana/Indianapolis"),
    ("US/Eastern", "America/New_York"),
    ("US/Hawaii", "Pacific/Honolulu"),
    ("US/Michigan", "America/Detroit"),
    ("US/Mountain", "America/Denver"),
    ("US/Pacific", "America/Los_Angeles"),
    ("Canada/Atlantic", "America/Halifax"),
    ("Canada/Central", "America/Winnipeg"),
    ("Canada/Eastern", "America/Toronto"),
    ("Canada/Mountain", "America/Edmonton"),
    ("Canada/Newfoundland", "America/St_Johns"),
    ("Canada/Pacific", "America/Vancouver"),
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Indianapolis", "America/Indiana/Indianapolis"),
    ("America/Louisville", "America/Kentucky/Louisville"),
    ("Brazil/East", "America/Sao_Paulo"),
    ("Mexico/General", "America/Mexico_City"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Atlantic/Faeroe", "Atlantic/Faroe"),
    ("Australia/ACT", "Australia/Sydney"),
    ("Australia/NSW", "Australia/Sydney"),
    ("Australia/Queensland", "Australia/Brisbane"),
    ("Australia/Victoria", "Australia/Melbourne"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("Eire", "Europe/Dublin"),
    ("GB", "Europe/London"),
    ("Japan", "Asia/Tokyo"),
    ("NZ", "Pacific/Auckland"),
];

impl IanaZone {
    /// The zone of that name, if the world has it, under the name of now.
    pub fn named(name: &str) -> Option<Self> {
        let now = RENAMED.iter().find(|(before, _)| *before == name).map_or(name, |(_, now)| now);
        now.parse().ok().map(Self)
    }

    /// Whether its clock follows a place. A fixed offset is no home for a weekly calendar: it would be an
    /// hour off for half of the year (reliability.md §5, row 59). UTC is honest about that, so it may stay.
    pub fn follows_a_place(self) -> bool {
        let name = self.name();
        name == "UTC" || name == "Etc/UTC" || (name.contains('/') && !name.starts_with("Etc/"))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// How far its clock is from UTC at an instant.
    pub fn offset_seconds(self, at: Timestamp) -> i64 {
        let utc = naive(LocalMinute::from_minutes(at.micros().div_euclid(MINUTE)));
        utc.map_or(0, |utc| i64::from(self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc()))
    }

    /// An instant as a person in this zone would say it: `Tuesday 1 December 2026 at 09:00 (Europe/Lisbon)`.
    pub fn said(self, at: Timestamp) -> String {
        let written = naive(self.local(at))
            .map_or_else(String::new, |local| local.format("%A %-d %B %Y at %H:%M").to_string());
        format!("{written} ({})", self.name())
    }
}

const MINUTE: i64 = Span::minutes(1).as_micros();

impl Zone for IanaZone {
    fn instants(&self, local: LocalMinute) -> Resolution {
        let Some(local) = naive(local) else { return Resolution::Never };
        match self.0.from_local_datetime(&local) {
            MappedLocalTime::Single(at) => Resolution::Once(instant(&at)),
            MappedLocalTime::Ambiguous(one, other) => {
                let (one, other) = (instant(&one), instant(&other));
                Resolution::Twice { earlier: one.min(other), later: one.max(other) }
            }
            MappedLocalTime::None => Resolution::Never,
        }
    }

    fn local(&self, at: Timestamp) -> LocalMinute {
        let minutes = at.micros().div_euclid(MINUTE);
        LocalMinute::from_minutes(minutes.saturating_add(self.offset_seconds(at).div_euclid(60)))
    }
}

fn instant(at: &DateTime<Tz>) -> Timestamp {
    Timestamp::from_micros(at.timestamp_micros())
}

/// The library's form of a local minute; `None` beyond the years it knows.
fn naive(local: LocalMinute) -> Option<NaiveDateTime> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let days = Days::new(local.day().unsigned_abs());
    let date = if local.day() < 0 { epoch.checked_sub_days(days)? } else { epoch.checked_add_days(days)? };
    let minute = u32::try_from(local.minutes().rem_euclid(DAY_MINUTES)).ok()?;
    date.and_hms_opt(minute / 60, minute % 60, 0)
}

/// Reads `2026-12-01T09:00`. Years are bounded so that arithmetic stays far from its ends.
pub fn read_local(text: &str) -> Option<LocalMinute> {
    let local =
        (text.len() == WRITTEN_LENGTH).then(|| NaiveDateTime::parse_from_str(text, WRITTEN).ok())??;
    if !(2000..=2200).contains(&local.year()) {
        return None;
    }
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let days = local.date().signed_duration_since(epoch).num_days();
    let minutes = i64::from(local.hour()) * 60 + i64::from(local.minute());
    Some(LocalMinute::of_day(days).plus(minutes))
}

/// Writes `2026-12-01T09:00`.
pub fn write_local(local: LocalMinute) -> String {
    naive(local).map_or_else(String::new, |local| local.format(WRITTEN).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scheduling_core::local::{OffsetChoice, Unclear, resolve};

    fn zone(name: &str) -> IanaZone {
        IanaZone::named(name).unwrap()
    }

    fn local(text: &str) -> LocalMinute {
        read_local(text).unwrap()
    }

    #[test]
    fn the_skipped_hour_of_new_york_names_its_neighbours() {
        let refused = resolve(&zone("America/New_York"), local("2026-03-08T02:30"), None);
        let (before, after) = (local("2026-03-08T01:30"), local("2026-03-08T03:00"));
        assert_eq!(refused, Err(Unclear::Skipped { before, after }));
    }

    #[test]
    fn the_repeated_hour_of_new_york_needs_a_choice() {
        let new_york = zone("America/New_York");
        let asked = local("2026-11-01T01:30");
        assert!(matches!(resolve(&new_york, asked, None), Err(Unclear::Repeated { .. })));
        let earlier = resolve(&new_york, asked, Some(OffsetChoice::Earlier)).unwrap();
        let later = resolve(&new_york, asked, Some(OffsetChoice::Later)).unwrap();
        assert_eq!(later.since(earlier), Span::hours(1));
        assert_eq!((new_york.offset_seconds(earlier), new_york.offset_seconds(later)), (-14_400, -18_000));
    }

    #[test]
    fn lord_howe_repeats_half_an_hour() {
        let island = zone("Australia/Lord_Howe");
        let Resolution::Twice { earlier, later } = island.instants(local("2026-04-05T01:45")) else {
            panic!("half past one to two happens twice")
        };
        assert_eq!(later.since(earlier), Span::minutes(30));
    }

    #[test]
    fn a_fixed_offset_is_no_home_for_a_calendar() {
        assert!(zone("Europe/Lisbon").follows_a_place() && zone("UTC").follows_a_place());
        assert!(!zone("Etc/GMT-14").follows_a_place() && !zone("EST").follows_a_place());
        assert!(IanaZone::named("Mars/Base").is_none() && IanaZone::named("").is_none());
    }

    #[test]
    fn an_old_name_becomes_the_name_of_now() {
        assert_eq!(zone("US/Pacific").name(), "America/Los_Angeles");
        for (before, now) in RENAMED {
            let of = |name: &str| name.parse::<Tz>().map(IanaZone).unwrap();
            let january = Timestamp::from_micros(1_768_000_000_000_000);
            assert_eq!(of(before).offset_seconds(january), of(now).offset_seconds(january), "{before}");
        }
    }

    #[test]
    fn only_real_minutes_are_read() {
        for wrong in [
            "2026-02-29T09:00",
            "2026-01-01T24:00",
            "2026-01-01T09:60",
            "0001-01-01T09:00",
            "2026-1-1T9:00",
            "",
        ] {
            assert_eq!(read_local(wrong), None, "{wrong}");
        }
        assert_eq!(write_local(local("2026-12-01T09:00")), "2026-12-01T09:00");
    }

    #[test]
    fn an_instant_is_said_with_its_zone() {
        let lisbon = zone("Europe/Lisbon");
        let at = resolve(&lisbon, local("2026-12-01T09:00"), None).unwrap();
        assert_eq!(lisbon.said(at), "Tuesday 1 December 2026 at 09:00 (Europe/Lisbon)");
    }

    /// P13: every zone, every change of its clock from 2020 to 2037, three hours around it by quarter hours.
    #[test]
    fn around_every_change_of_every_clock_the_wall_leads_back_to_the_instant() {
        let (start, end) = (1_577_836_800_i64, 2_145_916_800_i64);
        let week = 7 * 86_400;
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let (mut changes, mut wrong) = (0, vec![]);
        for tz in chrono_tz::TZ_VARIANTS {
            let zone = IanaZone(tz);
            let mut from = start;
            while from < end {
                let until = from + week;
                if zone.offset_seconds(at(from)) != zone.offset_seconds(at(until)) {
                    changes += 1;
                    let change = first_change(zone, from, until);
                    let quarters = (-12..=12).map(|quarter| at(change + quarter * 900));
                    wrong.extend(quarters.filter(|at| !leads_back(zone, *at)).map(|at| (tz, at)));
                }
                from = until;
            }
        }
        assert!(changes > 4_000, "only {changes} changes were found");
        assert_eq!(wrong, []);
    }

    fn first_change(zone: IanaZone, mut from: i64, mut until: i64) -> i64 {
        let offset = |seconds: i64| zone.offset_seconds(Timestamp::from_micros(seconds * 1_000_000));
        let before = offset(from);
        while until - from > 1 {
            let middle = i64::midpoint(from, until);
            if offset(middle) == before { from = middle } else { until = middle }
        }
        until
    }

    fn leads_back(zone: IanaZone, at: Timestamp) -> bool {
        match zone.instants(zone.local(at)) {
            Resolution::Once(only) => only == at,
            Resolution::Twice { earlier, later } => earlier == at || later == at,
            Resolution::Never => false,
        }
    }
}
