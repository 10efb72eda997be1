//! The page before a session. Dr. Lee leads, Noor is on call, Dr. Okafor prescribes, Ana sits, Sam is the patient.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should die loudly")]

use checkins_core::ladder::{Ladder, Who};
use checkins_core::pager::{
    Command, Event, Hole, Pager, Refusal, Someone, Stage, hole, is_current, order, planned,
};
use kernel::id::PersonId;
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};

const NOON: Timestamp = Timestamp::from_micros(0);

fn someone(number: u8, role: Role, on_call: bool) -> Someone {
    let person = serde_json::from_str(&format!("\"00000000-0000-7000-8000-0000000000{number:02}\"")).unwrap();
    Someone { person, role, on_call }
}

fn noor() -> Someone {
    someone(1, Role::Coordinator, true)
}

fn okafor() -> Someone {
    someone(2, Role::Prescriber, false)
}

fn lee() -> Someone {
    someone(3, Role::Therapist, false)
}

fn ana() -> Someone {
    someone(4, Role::Sitter, false)
}

fn sam() -> Someone {
    someone(5, Role::Patient, false)
}

fn everyone() -> [Someone; 5] {
    [sam(), ana(), lee(), okafor(), noor()]
}

fn at(seconds: i64) -> Timestamp {
    NOON.plus(Span::seconds(seconds))
}

/// What came of a command, and where the page stands then.
fn after(pager: Pager, command: Command, now: Timestamp) -> (Pager, Vec<Event>) {
    let step = pager.step(command, now).unwrap();
    (step.state, step.events)
}

/// One hour before a session of this pace.
fn an_hour_before(pace: Pace) -> Pager {
    planned(pace, at(3600), NOON)
}

fn paging() -> Pager {
    after(an_hour_before(Pace::REAL), Command::Tick, at(3000)).0
}

#[test]
fn the_page_goes_out_ten_minutes_before_the_start_and_not_earlier() {
    let pager = an_hour_before(Pace::REAL);
    assert_eq!(pager.due(), Some(at(3000)));
    assert_eq!(after(pager, Command::Tick, at(2999)), (pager, vec![]));
    let (paging, events) = after(pager, Command::Tick, at(3000));
    assert_eq!((events, paging.phase()), (vec![Event::Page { turn: 0, round: 0 }], "paging"));
}

#[test]
fn a_page_that_the_engine_slept_through_goes_out_when_it_wakes() {
    let (_, events) = after(an_hour_before(Pace::REAL), Command::Tick, at(9000));
    assert_eq!(events, [Event::Page { turn: 0, round: 0 }]);
}

#[test]
fn a_drill_is_paged_as_much_sooner_as_it_runs_faster() {
    let pager = an_hour_before(Pace::new(60).unwrap());
    assert_eq!(pager.due(), Some(at(3590)));
    let paging = after(pager, Command::Tick, at(3590)).0;
    // People still need time: a minute at this pace would be a second.
    assert_eq!(paging.due(), Some(at(3595)));
}

#[test]
fn a_session_that_is_under_way_when_it_is_heard_of_is_asked_about_as_people_come() {
    let pager = planned(Pace::REAL, NOON, NOON);
    assert_eq!(pager.due(), None);
    assert_eq!(after(pager, Command::Arrive, at(1)).1, [Event::Page { turn: 0, round: 0 }]);
}

#[test]
fn after_a_minute_it_is_the_next_ones_turn_and_after_ten_pages_nobody_has_answered() {
    let (mut pager, mut now) = (paging(), at(3000));
    for turn in 1..10 {
        assert_eq!(after(pager, Command::Tick, now.plus(Span::seconds(59))).1, []);
        now = now.plus(Span::seconds(60));
        let (next, events) = after(pager, Command::Tick, now);
        assert_eq!(events, [Event::Page { turn, round: turn }]);
        pager = next;
    }
    let (pager, events) = after(pager, Command::Tick, now.plus(Span::seconds(60)));
    assert_eq!((events, pager.due(), pager.phase()), (vec![Event::Unanswered], None, "unanswered"));
    // A person asks again, and each page has a number of its own.
    assert_eq!(after(pager, Command::Ask, at(9000)).1, [Event::Page { turn: 0, round: 10 }]);
}

#[test]
fn an_answer_ends_it_also_a_late_one() {
    let (unanswered, _) = (0..10)
        .fold((paging(), vec![]), |(pager, _), minute| after(pager, Command::Tick, at(3060 + 60 * minute)));
    for pager in [an_hour_before(Pace::REAL), paging(), unanswered] {
        let (answered, events) = after(pager, Command::Answer(noor()), at(5000));
        assert_eq!(events, [Event::Answered(noor().person)]);
        assert_eq!(answered.stage, Stage::Answered { by: noor().person, at: at(5000) });
        assert_eq!(answered.due(), None);
        // The first answer counts, and who comes later takes nothing away.
        assert_eq!(after(answered, Command::Answer(okafor()), at(5001)), (answered, vec![]));
    }
}

#[test]
fn whoever_is_in_the_session_can_never_answer_for_it() {
    let also_on_call = |one: Someone| Someone { on_call: true, ..one };
    let answered = after(paging(), Command::Answer(noor()), at(3001)).0;
    for pager in [an_hour_before(Pace::REAL), paging(), answered] {
        for one in [sam(), ana(), lee(), also_on_call(sam()), also_on_call(ana()), also_on_call(lee())] {
            assert_eq!(pager.step(Command::Answer(one), at(3001)), Err(Refusal::NotYours), "{one:?}");
        }
    }
}

#[test]
fn a_coordinator_without_the_duty_cannot_answer() {
    let mia = someone(6, Role::Coordinator, false);
    assert_eq!(paging().step(Command::Answer(mia), at(3001)), Err(Refusal::NotYours));
}

#[test]
fn the_ladder_says_whom_to_ask_and_in_which_order() {
    let ladder = Ladder::default();
    assert_eq!(order(&ladder, &everyone()), [noor().person, okafor().person]);
    let mut other = Ladder::default();
    other.rungs[1].who = vec![Who::Prescriber];
    assert_eq!(order(&other, &everyone()), [okafor().person, noor().person]);
}

#[test]
fn nobody_in_the_session_is_asked_whatever_else_they_are() {
    let twice = |one: Someone| Someone { role: Role::Coordinator, on_call: true, ..one };
    for one in [sam(), ana(), lee()] {
        let people = [sam(), ana(), lee(), okafor(), twice(one)];
        assert_eq!(order(&Ladder::default(), &people), [okafor().person], "{one:?}");
    }
    assert_eq!(order(&Ladder::default(), &[sam(), ana(), lee()]), Vec::<PersonId>::new());
}

#[test]
fn a_hole_is_one_thing_and_people_out_of_reach_another() {
    assert_eq!([hole(0, 0), hole(2, 0), hole(2, 1)], [Some(Hole::Nobody), Some(Hole::Unreachable), None]);
}

#[test]
fn an_answer_counts_for_thirty_days() {
    let day = |count: i64| NOON.plus(Span::hours(24 * count));
    assert!(is_current(Some(NOON), day(30)));
    assert!(!is_current(Some(NOON), day(30).plus(Span::seconds(1))));
    assert!(!is_current(None, NOON));
}

#[test]
fn once_answered_the_others_are_asked_when_somebody_wants_it_and_not_by_arrivals() {
    let answered = after(paging(), Command::Answer(noor()), at(3001)).0;
    assert_eq!(after(answered, Command::Arrive, at(3002)), (answered, vec![]));
    let (asked, events) = after(answered, Command::Ask, at(3002));
    assert_eq!(events, [Event::PageOthers { round: 1 }]);
    assert_eq!(after(asked, Command::Ask, at(3003)).1, [Event::PageOthers { round: 2 }]);
}

#[test]
fn after_the_dose_nobody_is_asked() {
    let over = after(paging(), Command::End, at(3001)).0;
    assert_eq!(over.due(), None);
    for command in [Command::Arrive, Command::Ask, Command::Tick] {
        assert_eq!(after(over, command, at(9000)), (over, vec![]));
    }
}

#[test]
fn what_is_missing_has_a_word_for_the_wire() {
    assert_eq!([Hole::Nobody, Hole::Unreachable].map(Hole::as_str), ["nobody", "unreachable"]);
}
