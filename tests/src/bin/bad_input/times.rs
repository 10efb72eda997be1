//! Rows 57 to 60 and 63: hours that do not exist or come twice, zones nobody has, and one slot for two.

use crate::caller::Ask;
use crate::house::{House, MINUTE};
use futures_util::future::join;
use serde_json::{Value, json};

const BOOKINGS: &str = "/api/scheduling/bookings";
const WEEK: &str = "/api/scheduling/availability";

/// All of them.
pub async fn rows(house: &House) -> anyhow::Result<()> {
    house.ledger.settle().await?;
    clocks(house).await?;
    writings(house).await?;
    spans(house).await?;
    zones(house).await?;
    one_slot(house).await
}

/// A patient to be added; rows change one word of it.
pub fn somebody() -> Value {
    json!({ "role": "patient", "first_name": "Kim", "last_name": "Lee", "email": "somebody@demo.example",
        "phone": "+1 555 0103", "time_zone": "Europe/Lisbon" })
}

/// A booking with another clock.
fn at(house: &House, zone: &str, local: &str) -> Ask {
    Ask::post(
        BOOKINGS,
        &json!({ "kind": "dosing", "therapist": house.person("therapist"),
        "starts_at": (tests::now() + 600 * MINUTE), "sitter": house.person("sitter"), "patient": null,
        "time_zone": zone, "local": local, "offset_choice": null, "drill": null }),
    )
}

/// Rows 57 and 58.
async fn clocks(house: &House) -> anyhow::Result<()> {
    let sam = &house.patient;
    let gap = at(house, "America/New_York", "2027-03-14T02:30");
    let answer =
        house.refuses(57, "half past two, skipped", sam, &gap, (422, "booking.local_time_gap")).await?;
    house.shows(
        57,
        "no times are offered",
        &answer,
        answer.fields() == ["2027-03-14T01:30", "2027-03-14T03:00"],
    );
    let other = at(house, "Europe/Lisbon", "2027-03-28T01:15");
    house.refuses(57, "a quarter past one in Lisbon", sam, &other, (422, "booking.local_time_gap")).await?;
    for local in ["2026-11-01T01:30", "2027-11-07T01:30"] {
        let fold = at(house, "America/New_York", local);
        let answer = house.refuses(58, local, sam, &fold, (422, "booking.local_time_fold")).await?;
        let said = answer.body.to_string();
        let both = answer.fields() == ["earlier", "later"]
            && said.contains("UTC-04:00")
            && said.contains("UTC-05:00");
        house.shows(58, "not both are offered", &answer, both);
    }
    Ok(())
}

/// Row 60, clock times.
async fn writings(house: &House) -> anyhow::Result<()> {
    let sam = &house.patient;
    for local in [
        "2026-02-29T09:00",
        "2026-12-01T24:00",
        "2026-12-01T09:60",
        "0001-01-01T09:00",
        "9999-12-31T09:00",
        "2026-12-01",
        "2026-12-01T09:00Z",
        "2026-12-01T09:00:00.123456789",
        "2026-12-01 09:00",
        "2026-13-01T09:00",
        "-026-12-01T09:00",
        "２０２６-12-01T09:00",
        "",
        "tomorrow",
        "20261201T090000Z",
    ] {
        let answer =
            house.refuses(60, local, sam, &at(house, "Europe/Lisbon", local), (422, "field.invalid")).await?;
        house.shows(
            60,
            &format!("{local} is not named"),
            &answer,
            answer.text("/fields/0/code") == "time.invalid",
        );
    }
    Ok(())
}

/// Row 60, spans that end before they begin.
async fn spans(house: &House) -> anyhow::Result<()> {
    let opening = |from: &str, until: &str| json!({ "time_zone": "America/New_York", "weekly": [{ "weekday": 1, "from": from, "until": until }] });
    for (from, until) in [
        ("9:00", "17:00"),
        ("09:00", "24:01"),
        ("17:00", "09:00"),
        ("09:00", "09:00"),
        ("-1:00", "09:00"),
        ("09:00", "25:00"),
        ("09:60", "17:00"),
    ] {
        let ask = Ask::post(WEEK, &opening(from, until));
        house
            .refuses(
                60,
                &format!("from {from} until {until}"),
                &house.therapist,
                &ask,
                (422, "field.invalid"),
            )
            .await?;
    }
    let now = tests::now();
    for (from, until) in [(now, now - MINUTE), (now, now), (i64::MAX, i64::MIN), (0, 1)] {
        let duty = Ask::post(
            "/api/scheduling/on-call",
            &json!({ "person": house.person("noor"), "from_at": from, "until_at": until }),
        );
        house
            .refuses(
                60,
                &format!("a duty from {from} until {until}"),
                &house.coordinator,
                &duty,
                (422, "field.invalid"),
            )
            .await?;
    }
    Ok(())
}

/// Row 59.
async fn zones(house: &House) -> anyhow::Result<()> {
    for zone in ["GMT+5", "Mars/Base", "", "America/New York", "../etc", "europe/lisbon ", "UTC+1"] {
        let answer = house
            .refuses(
                59,
                &format!("booking in {zone}"),
                &house.patient,
                &at(house, zone, "2026-12-01T09:00"),
                (422, "field.invalid"),
            )
            .await?;
        house.shows(
            59,
            &format!("{zone} is not named"),
            &answer,
            answer.text("/fields/0/code") == "tz.unknown",
        );
    }
    let week = |zone: &str| {
        let opening = |day: i64| json!({ "weekday": day, "from": "00:00", "until": "24:00" });
        Ask::post(WEEK, &json!({ "time_zone": zone, "weekly": (1..=7).map(opening).collect::<Vec<_>>() }))
    };
    for zone in ["EST", "Etc/GMT-14", "GMT+5", "Mars/Base", "", "EST5EDT"] {
        let answer = house
            .refuses(
                59,
                &format!("every week in {zone}"),
                &house.therapist,
                &week(zone),
                (422, "field.invalid"),
            )
            .await?;
        house.shows(
            59,
            &format!("{zone} is not named"),
            &answer,
            answer.text("/fields/0/code") == "tz.unknown",
        );
    }
    let mapped = house.therapist.ask(&week("US/Pacific")).await?;
    let is_told = mapped.text("/time_zone") == "America/Los_Angeles"
        && mapped.text("/notice").contains("America/Los_Angeles");
    house.shows(59, "an old name", &mapped, mapped.status == 200 && is_told);
    let back = house.therapist.ask(&week("America/New_York")).await?;
    house.shows(
        59,
        "a name of now",
        &back,
        back.status == 200 && back.body.get("notice").is_none_or(Value::is_null),
    );
    house.ledger.settle().await
}

/// Row 63.
async fn one_slot(house: &House) -> anyhow::Result<()> {
    let slot = house.booking(tests::now() + 20 * 24 * 60 * MINUTE, 1).await?;
    let with = |more: &[(&str, Value)]| {
        let mut wish = slot.clone();
        if let Some(wish) = wish.as_object_mut() {
            wish.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        Ask::post(BOOKINGS, &wish)
    };
    let kim = json!(house.person("patient-two"));
    let (sam, lee) = (with(&[]), with(&[("patient", kim.clone())]));
    let (one, other) = join(house.patient.ask(&sam), house.coordinator.ask(&lee)).await;
    let (one, other) = (one?, other?);
    let mut got = [(one.status, one.code()), (other.status, other.code())];
    got.sort_unstable();
    house.holds(63, &format!("one slot, two bookings: {got:?}"), got == [(200, ""), (409, "booking.taken")]);
    house.ledger.settle().await?;
    let start = slot.get("starts_at").and_then(Value::as_i64).unwrap_or_default();
    let local = slot.get("local").and_then(Value::as_str).unwrap_or_default().to_owned();
    let moved = |minutes: i64| {
        let (day, clock) = local.split_once('T').unwrap_or_default();
        let (hours, rest) = clock.split_once(':').unwrap_or_default();
        let at =
            hours.parse::<i64>().unwrap_or_default() * 60 + rest.parse::<i64>().unwrap_or_default() + minutes;
        let local = format!("{day}T{:02}:{:02}", at / 60, at % 60);
        with(&[
            ("patient", kim.clone()),
            ("starts_at", json!(start + minutes * MINUTE)),
            ("local", json!(local)),
        ])
    };
    let taken = (409, "booking.taken");
    house.refuses(63, "a minute later", &house.coordinator, &moved(1), taken).await?;
    let answer = house.refuses(63, "the same minute", &house.coordinator, &moved(0), taken).await?;
    house.shows(63, "no free times are offered", &answer, answer.fields().len() == 2);
    let day = (422, "booking.day");
    house.refuses(63, "yesterday", &house.patient, &on_day(house, &slot, -1), day).await?;
    house.refuses(63, "in 401 days", &house.patient, &on_day(house, &slot, 401), day).await.map(drop)
}

/// The same wish, so many days from now, told in UTC: its clock is easy to read.
fn on_day(house: &House, wish: &Value, days: i64) -> Ask {
    let hour = 60 * MINUTE;
    let at = (tests::now() / hour + days * 24) * hour;
    let mut wish = wish.clone();
    if let Some(wish) = wish.as_object_mut() {
        wish.extend([
            ("starts_at".to_owned(), json!(at)),
            ("time_zone".to_owned(), json!("UTC")),
            ("local".to_owned(), json!(utc(at))),
            ("therapist".to_owned(), json!(house.person("therapist"))),
        ]);
    }
    Ask::post(BOOKINGS, &wish)
}

/// An instant as a clock in UTC shows it (Howard Hinnant's civil-from-days).
fn utc(at: i64) -> String {
    let minutes = at.div_euclid(MINUTE);
    let days = minutes.div_euclid(1_440) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) =
        (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let clock = minutes.rem_euclid(1_440);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}", clock / 60, clock % 60)
}
