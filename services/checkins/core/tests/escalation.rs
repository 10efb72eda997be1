//! The ladder, told as sentences that could be false.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should die loudly")]

use checkins_core::escalation::{Cause, Command, Event, Incident, Matter, Refusal, open};
use checkins_core::ladder::Ladder;
use checkins_core::outcome::Outcome;
use kernel::id::PersonId;
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};

const NOON: Timestamp = Timestamp::from_micros(0);

fn second(count: i64) -> Timestamp {
    NOON.plus(Span::seconds(count))
}

fn noor() -> PersonId {
    "018f0000-0000-7000-8000-000000000001".parse().unwrap()
}

fn matter(severity: Severity) -> Matter {
    Matter {
        cause: Cause::MissedCheckin,
        severity,
        opened_at: NOON,
        pace: Pace::REAL,
        ladder: Ladder::default(),
    }
}

fn opened(severity: Severity) -> Incident {
    open(matter(severity)).state
}

fn acknowledge(role: Role) -> Command {
    Command::Acknowledge { by: noor(), role }
}

fn resolve(role: Role, outcome: Outcome) -> Command {
    Command::Resolve { by: noor(), role, outcome, has_note: false }
}

/// The steps taken while nobody acts, with the second of each.
fn steps(mut incident: Incident, end: Timestamp) -> Vec<(i64, i64)> {
    let mut taken = vec![];
    while let Some(due) = incident.due().filter(|due| *due <= end) {
        let step = incident.step(Command::Tick, due).unwrap();
        incident = step.state;
        for event in step.events {
            if let Event::Step { step, .. } = event {
                taken.push((due.since(NOON).as_seconds(), step));
            }
        }
    }
    taken
}

#[test]
fn a_quiet_call_reaches_nobody_in_the_home_and_every_other_cause_does() {
    let home = [Role::Patient, Role::Sitter];
    assert!(
        home.iter().all(|role| !Cause::QuietCall.may_reach(*role) && Cause::MissedCheckin.may_reach(*role))
    );
    for role in [Role::Therapist, Role::Prescriber, Role::Coordinator, Role::Admin, Role::Auditor] {
        assert!(Cause::QuietCall.may_reach(role), "{role:?}");
    }
}

#[test]
fn silence_climbs_a_step_a_minute_and_the_last_one_never_stops() {
    let expected = [(60, 2), (120, 3), (180, 4), (240, 4), (300, 4)];
    assert_eq!(steps(opened(Severity::Urgent), second(300)), expected);
}

#[test]
fn an_emergency_takes_the_first_three_steps_at_once() {
    let events = open(matter(Severity::Emergency)).events;
    let expected = [1, 2, 3].map(|step| Event::Step { step, round: 0 });
    assert_eq!(events, [&[Event::Opened], expected.as_slice()].concat());
}

#[test]
fn im_on_it_holds_the_ladder_for_two_minutes_and_then_it_resumes_one_step_higher() {
    let held = opened(Severity::Urgent).step(acknowledge(Role::Therapist), second(10)).unwrap().state;
    assert_eq!(held.due(), Some(second(130)));
    let resumed = held.step(Command::Tick, second(130)).unwrap();
    assert_eq!(resumed.events, [Event::Reopened, Event::Step { step: 2, round: 0 }]);
}

#[test]
fn nobody_silences_their_own_alarm() {
    for role in [Role::Patient, Role::Sitter] {
        let incident = opened(Severity::Urgent);
        assert_eq!(incident.clone().step(acknowledge(role), second(1)), Err(Refusal::Own));
        assert_eq!(incident.step(resolve(role, Outcome::SitterReached), second(1)), Err(Refusal::Own));
    }
}

#[test]
fn an_incident_ends_only_by_a_named_person_with_an_outcome() {
    let step =
        opened(Severity::Urgent).step(resolve(Role::Therapist, Outcome::SitterReached), second(9)).unwrap();
    assert_eq!((step.state.due(), step.events), (None, vec![Event::Resolved(noor())]));
    let other = opened(Severity::Urgent).step(resolve(Role::Therapist, Outcome::Other), second(9));
    assert_eq!(other, Err(Refusal::NoteMissing));
}

#[test]
fn a_worse_turn_takes_its_own_steps_at_once_even_while_someone_has_it() {
    let held = opened(Severity::Urgent).step(acknowledge(Role::Therapist), second(10)).unwrap().state;
    let worse = held.step(Command::Again(Severity::Emergency), second(20)).unwrap();
    assert_eq!(worse.events, [2, 3].map(|step| Event::Step { step, round: 0 }));
    assert_eq!(worse.state.phase(), "open");
}

#[test]
fn a_worse_turn_that_reaches_no_higher_says_the_present_step_again() {
    let watched = opened(Severity::Watch);
    let worse = watched.step(Command::Again(Severity::Urgent), second(20)).unwrap();
    assert_eq!(worse.events, [Event::Step { step: 1, round: 1 }]);
}

#[test]
fn the_same_cause_again_changes_nothing() {
    let incident = opened(Severity::Urgent);
    assert_eq!(incident.clone().step(Command::Again(Severity::Urgent), second(30)).unwrap().state, incident);
}

#[test]
fn an_engine_that_was_down_takes_every_step_without_waiting_anew() {
    let mut late = opened(Severity::Urgent);
    let mut taken = vec![];
    while late.due().unwrap() <= second(500) {
        let step = late.step(Command::Tick, second(500)).unwrap();
        (late, taken) = (step.state, [taken, step.events].concat());
    }
    assert_eq!(taken, [2, 3, 4].map(|step| Event::Step { step, round: 0 }));
    assert_eq!(late.due(), Some(second(560)));
}

#[test]
fn in_a_drill_a_step_still_leaves_people_five_seconds() {
    let drill = Matter { pace: Pace::new(60).unwrap(), ..matter(Severity::Urgent) };
    assert_eq!(open(drill).state.due(), Some(second(5)));
}

#[test]
fn a_tick_before_its_time_changes_nothing_open_or_held() {
    let incident = opened(Severity::Urgent);
    let early = incident.clone().step(Command::Tick, second(59)).unwrap();
    assert_eq!((early.state, early.events), (incident.clone(), vec![]));
    let held = incident.step(acknowledge(Role::Therapist), second(10)).unwrap().state;
    let early = held.clone().step(Command::Tick, second(129)).unwrap();
    assert_eq!((early.state, early.events), (held, vec![]));
}

#[test]
fn only_a_worse_turn_disturbs_it_open_or_held() {
    let incident = opened(Severity::Urgent);
    let worse = incident.clone().step(Command::Again(Severity::Emergency), second(20)).unwrap();
    assert_eq!(worse.events, [2, 3].map(|step| Event::Step { step, round: 0 }));
    assert_eq!(worse.state.matter().severity, Severity::Emergency);
    let held = incident.clone().step(acknowledge(Role::Therapist), second(10)).unwrap().state;
    for before in [incident, held] {
        for no_worse in [Severity::Urgent, Severity::Watch] {
            let step = before.clone().step(Command::Again(no_worse), second(20)).unwrap();
            assert_eq!((step.state, step.events), (before.clone(), vec![]), "{no_worse:?}");
        }
    }
}

#[test]
fn what_is_overdue_by_more_than_ten_minutes_is_put_off_by_two_and_no_less() {
    let incident = opened(Severity::Urgent);
    let held = incident.clone().step(acknowledge(Role::Therapist), second(10)).unwrap().state;
    for (before, due) in [(incident, 60), (held, 130)] {
        let not_yet = before.clone().step(Command::Hold, second(due + 600)).unwrap();
        assert_eq!((not_yet.state, not_yet.events), (before.clone(), vec![]));
        let now = second(due + 601);
        let put_off = before.step(Command::Hold, now).unwrap();
        assert_eq!((put_off.state.due(), put_off.events), (Some(now.plus(Span::seconds(120))), vec![]));
    }
}
