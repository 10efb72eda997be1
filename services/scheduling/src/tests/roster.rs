//! The roster as time passes: who is on call when, who takes over, and gaps while they lie ahead.

use super::house::{House, houses};
use super::{HOUR, MONDAY_NINE, wish};
use crate::store::tests::done;
use kernel::id::PersonId;
use kernel::role::Role::{Coordinator, Patient, Sitter, Therapist};
use kernel::time::Span;
use proto::envelope::Event as _;
use proto::events::safety::PhaseChanged;
use proto::events::scheduling::{OnCallChanged, RosterGap};
use serde_json::{Value, json};

const TELLING: &str = "told of a gap";

fn taking(person: PersonId, from: &str, until: &str) -> Value {
    json!({
        "person": person, "from": from, "from_choice": null, "until": until, "until_choice": null,
        "time_zone": "Europe/Lisbon",
    })
}

fn weekly(person: PersonId, from: (i64, &str), until: (i64, &str)) -> Value {
    json!({
        "person": person, "weekday": from.0, "from": from.1, "until_weekday": until.0, "until": until.1,
        "time_zone": "Europe/Lisbon",
    })
}

impl House {
    async fn enters(&self, path: &str, body: &Value) -> Value {
        let (status, entered) = self.post(Coordinator, self.mia, path, body).await;
        assert_eq!(status, 200, "{entered}");
        entered["id"].clone()
    }

    /// The calendar of some hours from Monday nine on: from which hour, until which, who.
    async fn calendar(&self, from: i64, until: i64) -> Vec<(i64, i64, Value)> {
        let span = [from, until].map(|hour| MONDAY_NINE + hour * HOUR);
        let path = format!("/on-call/calendar?from_at={}&until_at={}", span[0], span[1]);
        let (status, roster) = self.get(Therapist, self.dr_lee, &path).await;
        assert_eq!(status, 200, "{roster}");
        let hour = |at: &Value| (at.as_i64().unwrap() - MONDAY_NINE) / HOUR;
        let stretches = roster["stretches"].as_array().unwrap();
        stretches
            .iter()
            .map(|one| (hour(&one["from_at"]), hour(&one["until_at"]), one["person"].clone()))
            .collect()
    }

    /// Who leads the only booking, as its list shows it.
    async fn lead(&self) -> Value {
        self.get(Coordinator, self.mia, "/bookings").await.1[0]["on_call"].clone()
    }

    /// Sam's session on Monday from nine to half past twelve.
    async fn booked(&self) -> Value {
        let body = wish(self, MONDAY_NINE, "2026-11-30T09:00");
        let (status, booked) = self.post(Patient, self.sam, "/bookings", &body).await;
        assert_eq!(status, 200, "{booked}");
        booked["session"].clone()
    }
}

#[actix_web::test]
async fn a_session_under_way_is_handed_over_when_a_take_over_begins_and_given_back_when_it_ends() {
    for house in houses().await {
        let session = house.booked().await;
        house.enters("/on-call/overrides", &taking(house.ida, "2026-11-30T10:00", "2026-11-30T11:00")).await;
        let begun = Span::micros(MONDAY_NINE - house.now().micros());
        house.pass(begun).await;
        house
            .hear(PhaseChanged::NAME, json!({"session": session, "phase": "dosed", "at": house.now()}))
            .await;
        let mut heard = house.listen().await;
        house.pass(Span::seconds(3599)).await;
        assert_eq!(house.lead().await, json!(house.noor), "a second too early");
        house.pass(Span::seconds(1)).await;
        let fact: OnCallChanged = house.next(&mut heard).await;
        assert_eq!((fact.on_call, fact.at), (house.ida, house.now()));
        assert_eq!(house.lead().await, json!(house.ida));
        house.pass(Span::hours(1)).await;
        let fact: OnCallChanged = house.next(&mut heard).await;
        assert_eq!((fact.on_call, fact.at), (house.noor, house.now()));
    }
}

#[actix_web::test]
async fn a_session_that_is_booked_gets_whoever_takes_its_start_over_at_once() {
    for house in houses().await {
        house.booked().await;
        let entry = house
            .enters("/on-call/overrides", &taking(house.ida, "2026-11-30T08:00", "2026-11-30T20:00"))
            .await;
        house.pass(Span::seconds(1)).await;
        assert_eq!(house.lead().await, json!(house.ida));
        let path = format!("/on-call/entries/{}/end", entry.as_str().unwrap());
        house.enters(&path, &json!({})).await;
        house.pass(Span::seconds(1)).await;
        assert_eq!(house.lead().await, json!(house.noor));
        house.enters(&path, &json!({})).await;
        let nobodys = format!("/on-call/entries/{}/end", house.mia);
        assert_eq!(house.post(Coordinator, house.mia, &nobodys, &json!({})).await.0, 404);
    }
}

#[actix_web::test]
async fn in_a_gap_whoever_had_the_duty_last_keeps_the_session() {
    for house in houses().await {
        house.booked().await;
        // The therapist stands in for Noor: for the own session that is nobody.
        house
            .enters("/on-call/overrides", &taking(house.dr_lee, "2026-11-30T08:00", "2026-11-30T20:00"))
            .await;
        house.pass(Span::seconds(1)).await;
        assert_eq!(house.lead().await, json!(house.noor));
    }
}

#[actix_web::test]
async fn the_calendar_says_who_is_on_call_when_and_where_nobody_is() {
    for house in houses().await {
        // Noor's own duty ends on Wednesday at nine: 48 hours after Monday nine.
        house.enters("/on-call/weekly", &weekly(house.ida, (3, "20:00"), (4, "08:00"))).await;
        house.enters("/on-call/overrides", &taking(house.ida, "2026-12-02T07:00", "2026-12-02T10:00")).await;
        let (noor, ida) = (json!(house.noor), json!(house.ida));
        let expected = [
            (0, 46, noor),
            (46, 49, ida.clone()),
            (49, 59, Value::Null),
            (59, 71, ida),
            (71, 72, Value::Null),
        ];
        assert_eq!(house.calendar(0, 72).await, expected);
        assert_eq!(house.get(Sitter, house.ana, "/on-call/calendar?from_at=0&until_at=1").await.0, 403);
    }
}

#[actix_web::test]
async fn a_night_keeps_its_hours_on_the_wall_when_the_clocks_change() {
    for house in houses().await {
        house.enters("/on-call/weekly", &weekly(house.ida, (6, "20:00"), (7, "08:00"))).await;
        // Lisbon goes to summer time in the night to Sunday 28 March 2027: that night has eleven hours.
        let saturday = 31 + 31 + 28 + 27;
        let nights = house.calendar(saturday * 24 - 9 - 7 * 24, saturday * 24 + 48).await;
        let lengths: Vec<_> =
            nights.iter().filter(|one| one.2 == json!(house.ida)).map(|one| one.1 - one.0).collect();
        assert_eq!(lengths, [12, 11]);
    }
}

#[actix_web::test]
async fn a_gap_is_told_of_when_it_is_three_days_ahead_and_once_a_day() {
    for house in houses().await {
        // Noor's duty ends after ten days: until seven days are over nobody needs to hear of it.
        let mut heard = house.listen().await;
        for _hour in 0..167 {
            house.pass(Span::hours(1)).await;
        }
        assert_eq!(done(&house, TELLING).await, 0, "too early");
        house.pass(Span::hours(2)).await;
        let fact: RosterGap = house.next(&mut heard).await;
        assert_eq!(fact.from_at, house.now().plus(Span::hours(240 - 169)));
        for _hour in 0..23 {
            house.pass(Span::hours(1)).await;
        }
        assert_eq!(done(&house, TELLING).await, 1, "not twice a day");
        house.pass(Span::hours(1)).await;
        assert_eq!(done(&house, TELLING).await, 2);
    }
}

#[actix_web::test]
async fn a_roster_without_gaps_is_not_told_of_and_a_gap_that_is_made_is_told_of_at_once() {
    for house in houses().await {
        let whole = house.enters("/on-call/weekly", &weekly(house.ida, (1, "00:00"), (1, "00:00"))).await;
        house.pass(Span::hours(24 * 9)).await;
        assert_eq!(done(&house, TELLING).await, 0);
        house.enters(&format!("/on-call/entries/{}/end", whole.as_str().unwrap()), &json!({})).await;
        house.pass(Span::seconds(1)).await;
        assert_eq!(done(&house, TELLING).await, 1);
    }
}

#[actix_web::test]
async fn what_the_roster_cannot_take_is_refused_at_its_field() {
    for house in houses().await {
        let skipped = taking(house.ida, "2027-03-28T01:30", "2027-03-28T08:00");
        let repeated = taking(house.ida, "2027-10-30T20:00", "2027-10-31T01:30");
        let backwards = taking(house.ida, "2026-11-30T10:00", "2026-11-30T09:00");
        for (wrong, field, code) in [
            (skipped, "from", "time.skipped"),
            (repeated, "until", "time.repeated"),
            (backwards, "until", "time.invalid"),
            (taking(house.ana, "2026-11-30T10:00", "2026-11-30T11:00"), "person", "booking.person"),
        ] {
            let (status, problem) = house.post(Coordinator, house.mia, "/on-call/overrides", &wrong).await;
            let named = &problem["fields"][0];
            assert_eq!(
                (status, &named["name"], &named["code"]),
                (422, &json!(field), &json!(code)),
                "{problem}"
            );
        }
        let (status, problem) = house
            .post(Coordinator, house.mia, "/on-call/weekly", &weekly(house.ida, (1, "24:00"), (2, "08:00")))
            .await;
        assert_eq!((status, &problem["fields"][0]["name"]), (422, &json!("from")), "{problem}");
    }
}
