//! A house that nobody's engines looked after for a long time: what is overdue is one matter, and the watch goes on.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should die loudly")]

use checkins_core::escalation::{self, Cause, Incident, Matter, open};
use checkins_core::ladder::Ladder;
use checkins_core::protocol::Protocol;
use checkins_core::watch::hold::nobody_looked;
use checkins_core::watch::{Command, Discharge, Event, Watch};
use kernel::id::PersonId;
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn minute(count: i64) -> Timestamp {
    NOON.plus(Span::minutes(count))
}

fn dosed() -> Watch {
    let standing = Watch::Standing { protocol: Protocol { pace: Pace::REAL } };
    standing.step(Command::Dose(NOON), NOON).unwrap().state
}

fn discharged() -> Watch {
    let discharge =
        Command::Discharge(Discharge { at: minute(130), morning_at: minute(800), bedtime_at: None });
    dosed().step(Command::Hold, minute(130)).unwrap().state.step(discharge, minute(130)).unwrap().state
}

fn held(watch: Watch, at: Timestamp) -> (Watch, Vec<i64>, usize) {
    let step = watch.step(Command::Hold, at).unwrap();
    let overslept = step
        .events
        .iter()
        .filter_map(|event| if let Event::Overslept(due) = event { Some(due.sequence) } else { None });
    let alarms =
        step.events.iter().filter(|event| matches!(event, Event::Missed(_) | Event::MorningMissed(_)));
    (step.state, overslept.collect(), alarms.count())
}

#[test]
fn a_wall_clock_that_was_put_forward_is_no_house_that_stood_still() {
    let (away, there) = (Span::minutes(11), Span::minutes(10));
    assert!(nobody_looked(away, None) && nobody_looked(away, Some(away)));
    assert!(!nobody_looked(away, Some(there)), "an engine of this machine looked");
    assert!(!nobody_looked(there, None) && !nobody_looked(there, Some(away)));
}

#[test]
fn looks_overdue_for_more_than_ten_minutes_are_one_matter_and_the_watch_goes_on_with_the_next() {
    // The first look is missed at 7 minutes; ten minutes later it is not stale yet, and a tick tells it as ever.
    let (watch, overslept, _) = held(dosed(), minute(17));
    assert_eq!((overslept, watch.current().unwrap().sequence), (vec![], 1));
    let (watch, overslept, alarms) = held(dosed(), minute(60));
    assert_eq!((overslept, alarms), (vec![1, 2, 3, 4, 5, 6], 0));
    let next = watch.current().unwrap();
    assert_eq!((next.sequence, next.due_at), (7, minute(65)));
    assert!(watch.step(Command::Tick, minute(60)).unwrap().events.is_empty());
}

#[test]
fn after_the_discharge_looks_and_the_morning_are_held_alike() {
    let (watch, overslept, alarms) = held(discharged(), minute(2_000));
    assert_eq!((overslept.len(), overslept.last(), alarms), (4, Some(&0), 0));
    assert_eq!(watch.due(), None, "the morning is part of it");
    let waiting = discharged();
    let due = waiting.due();
    assert_eq!(waiting.step(Command::Hold, minute(140)).unwrap().state.due(), due);
}

#[test]
fn after_the_discharge_ten_minutes_are_not_stale_and_a_morning_to_come_is_no_part_of_it() {
    let next = discharged().current().unwrap();
    let (watch, overslept, _) = held(discharged(), next.deadline_at.plus(Span::minutes(10)));
    assert_eq!((overslept, watch.current()), (vec![], Some(next)));
    let (_, overslept, _) = held(discharged(), minute(500));
    assert_eq!(overslept.len(), 3);
    assert!(!overslept.contains(&0), "the morning is at 800");
}

#[test]
fn a_watch_that_stands_or_is_over_has_nothing_to_hold() {
    let protocol = Protocol { pace: Pace::REAL };
    for watch in [Watch::Standing { protocol }, Watch::Closed { protocol, last: 3 }] {
        let step = watch.clone().step(Command::Hold, minute(9_000)).unwrap();
        assert_eq!((step.state, step.events.len()), (watch, 0));
    }
}

fn burning() -> Incident {
    let (cause, severity, pace) = (Cause::MissedCheckin, Severity::Urgent, Pace::REAL);
    open(Matter { cause, severity, opened_at: NOON, pace, ladder: Ladder::default() }).state
}

#[test]
fn a_ladder_that_stood_still_makes_up_for_nothing_and_goes_on_after_two_minutes() {
    let step = burning().step(escalation::Command::Hold, minute(500)).unwrap();
    assert_eq!((step.events.len(), step.state.due()), (0, Some(minute(502))));
    let rises = step.state.step(escalation::Command::Tick, minute(502)).unwrap();
    assert_eq!(
        rises.events,
        [escalation::Event::Step { step: 2, round: 0 }],
        "one step, and not all of them"
    );
}

#[test]
fn what_was_overdue_for_ten_minutes_at_most_rises_as_ever() {
    let due = burning().due();
    let step = burning().step(escalation::Command::Hold, minute(11)).unwrap();
    assert_eq!(step.state.due(), due);
}

#[test]
fn whoever_had_it_gets_the_time_once_more_and_what_was_closed_stays_closed() {
    let by: PersonId = "018f0000-0000-7000-9000-000000000051".parse().unwrap();
    let take = escalation::Command::Acknowledge { by, role: Role::Therapist };
    let taken = burning().step(take, NOON).unwrap().state;
    let held = taken.step(escalation::Command::Hold, minute(500)).unwrap();
    assert_eq!((held.state.phase(), held.state.due()), ("acknowledged", Some(minute(502))));
    let outcome = checkins_core::outcome::Outcome::PatientWellSeen;
    let close = escalation::Command::Resolve { by, role: Role::Therapist, outcome, has_note: false };
    let closed = held.state.step(close, minute(501)).unwrap().state;
    assert_eq!(closed.clone().step(escalation::Command::Hold, minute(9_000)).unwrap().state, closed);
}
