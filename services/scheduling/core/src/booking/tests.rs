//! What a booking promises, as plain values.

use super::*;
use std::fmt::Write;

fn person(number: u8) -> PersonId {
    format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_micros(0).plus(Span::hours(hour))
}

fn plan(kind: Kind, hour: i64) -> Plan {
    Plan {
        kind,
        block: Block::lasting(at(hour), kind.length(Pace::REAL)),
        people: People {
            patient: person(1),
            therapist: person(2),
            sitter: Some(person(3)),
            prescriber: Some(person(4)),
            on_call: Some(person(5)),
        },
        drill: None,
        wall: Wall {
            local: LocalMinute::from_minutes(hour * 60),
            zone: "Europe/Lisbon".into(),
            offset_seconds: 0,
            tzdb: "2026b".into(),
        },
    }
}

fn open_at(plan: &Plan) -> Surroundings {
    Surroundings { offered: vec![plan.block], taken: vec![] }
}

fn book(plan: Plan) -> Command {
    let around = open_at(&plan);
    Command::Book(Box::new(Wish { plan, around }))
}

fn booked(kind: Kind, hour: i64) -> Booking {
    Booking::Unbooked.step(book(plan(kind, hour)), at(0)).unwrap().state
}

fn refused(plan: Plan, around: Surroundings, now: Timestamp) -> Refusal {
    Booking::Unbooked.step(Command::Book(Box::new(Wish { plan, around })), now).unwrap_err()
}

#[test]
fn an_offered_time_with_cover_is_booked() {
    let step = Booking::Unbooked.step(book(plan(Kind::Dosing, 48)), at(0)).unwrap();
    assert_eq!(step.events, [Event::Booked]);
    assert!(step.state.holds_time());
}

#[test]
fn a_time_that_has_passed_is_refused() {
    let plan = plan(Kind::Dosing, 1);
    assert_eq!(refused(plan.clone(), open_at(&plan), at(2)), Refusal::Past);
}

#[test]
fn a_time_beyond_four_hundred_days_is_refused() {
    let plan = plan(Kind::Dosing, 24 * 400 + 1);
    assert_eq!(refused(plan.clone(), open_at(&plan), at(0)), Refusal::TooFar);
}

#[test]
fn a_time_the_week_does_not_offer_is_refused() {
    assert_eq!(refused(plan(Kind::Dosing, 48), Surroundings::default(), at(0)), Refusal::OutsideHours);
}

#[test]
fn a_taken_time_is_refused() {
    let plan = plan(Kind::Dosing, 48);
    let around = Surroundings { taken: vec![Block::lasting(at(50), Span::hours(1))], ..open_at(&plan) };
    assert_eq!(refused(plan, around, at(0)), Refusal::Taken);
}

#[test]
fn a_session_without_cover_is_refused_and_a_talk_is_not() {
    let mut session = plan(Kind::Dosing, 48);
    session.people.on_call = None;
    assert_eq!(refused(session.clone(), open_at(&session), at(0)), Refusal::NoOnCall);
    let mut talk = plan(Kind::Integration, 48);
    talk.people.on_call = None;
    assert!(Booking::Unbooked.step(book(talk), at(0)).is_ok());
}

#[test]
fn a_session_without_a_sitter_is_refused() {
    let mut session = plan(Kind::Dosing, 48);
    session.people.sitter = None;
    assert_eq!(refused(session.clone(), open_at(&session), at(0)), Refusal::NoSitter);
}

#[test]
fn a_drill_keeps_no_hours_but_needs_cover() {
    let mut drill = plan(Kind::Dosing, 0);
    drill.drill = Some(Pace::new(60).unwrap());
    let command = Command::Book(Box::new(Wish { plan: drill.clone(), around: Surroundings::default() }));
    assert!(Booking::Unbooked.step(command, at(0)).is_ok());
    drill.people.on_call = None;
    assert_eq!(refused(drill, Surroundings::default(), at(0)), Refusal::NoOnCall);
}

#[test]
fn people_are_reminded_once_a_day_before() {
    let booking = booked(Kind::Dosing, 48);
    assert_eq!(booking.due(), Some(at(24)));
    let early = booking.clone().step(Command::Tick, at(23)).unwrap();
    assert_eq!((early.events, &early.state), (vec![], &booking));
    let step = booking.step(Command::Tick, at(24)).unwrap();
    assert_eq!((step.events, step.state.due()), (vec![Event::ReminderDue], None));
}

#[test]
fn a_booking_within_a_day_is_its_own_reminder() {
    assert_eq!(booked(Kind::Dosing, 12).due(), None);
}

#[test]
fn a_house_that_was_asleep_reminds_late_and_then_closes_a_talk() {
    let late = booked(Kind::Integration, 48).step(Command::Tick, at(60)).unwrap();
    assert_eq!(late.events, [Event::ReminderDue]);
    assert_eq!(late.state.due(), Some(at(48).plus(Span::minutes(50))));
    assert_eq!(late.state.step(Command::Tick, at(60)).unwrap().events, [Event::Completed]);
}

#[test]
fn a_session_that_goes_live_cannot_be_cancelled() {
    let live = booked(Kind::Dosing, 48).step(Command::HandOver, at(48)).unwrap().state;
    assert!(live.holds_time());
    assert_eq!(live.step(Command::Cancel { by: person(1) }, at(48)), Err(Refusal::UnderWay));
}

#[test]
fn a_cancelled_booking_frees_its_time_and_stays_cancelled() {
    let cancelled = booked(Kind::Dosing, 48).step(Command::Cancel { by: person(1) }, at(1)).unwrap();
    assert_eq!(cancelled.events, [Event::Cancelled]);
    assert!(!cancelled.state.holds_time());
    let again = cancelled.state.clone().step(Command::Cancel { by: person(1) }, at(2));
    assert_eq!(again, Err(Refusal::AlreadyCancelled));
    assert_eq!(cancelled.state.step(book(plan(Kind::Dosing, 48)), at(2)), Err(Refusal::AlreadyBooked));
}

#[test]
fn a_state_written_before_still_loads() {
    let written = serde_json::to_string(&booked(Kind::Dosing, 48)).unwrap();
    assert_eq!(written, include_str!("golden.json").trim());
    assert_eq!(serde_json::from_str::<Booking>(&written).unwrap(), booked(Kind::Dosing, 48));
}

/// The whole machine on one page. A reviewer reads this diff before the code's.
#[test]
fn the_table_in_the_readme_is_the_machine() {
    let agreed = plan(Kind::Dosing, 48);
    let by = person(1);
    let states = [
        Booking::Unbooked,
        Booking::Booked { plan: agreed.clone(), reminded: false },
        Booking::UnderWay { plan: agreed.clone() },
        Booking::Cancelled { plan: agreed.clone(), by },
        Booking::Completed { plan: agreed.clone() },
    ];
    let commands = [
        ("Book", book(agreed)),
        ("Cancel", Command::Cancel { by }),
        ("HandOver", Command::HandOver),
        ("Complete", Command::Complete),
        ("Tick", Command::Tick),
    ];
    let mut table = String::new();
    for state in &states {
        for (name, command) in &commands {
            let outcome = match state.clone().step(command.clone(), at(24)) {
                Ok(step) => format!("{} {:?}", step.state.phase(), step.events),
                Err(refusal) => format!("refused: {refusal:?}"),
            };
            writeln!(table, "| {} | {name} | {outcome} |", state.phase()).unwrap();
        }
    }
    assert!(include_str!("../../../README.md").contains(&table), "put this into the README:\n{table}");
}
