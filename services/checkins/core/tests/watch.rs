//! The watch, told as sentences that could be false.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should die loudly")]

use checkins_core::protocol::Protocol;
use checkins_core::watch::{Command, Counted, Discharge, Event, Refusal, Watch};
use kernel::machine::Machine as _;
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};
use std::fmt::Write as _;

const NOON: Timestamp = Timestamp::from_micros(0);

fn minute(count: i64) -> Timestamp {
    NOON.plus(Span::minutes(count))
}

fn standing() -> Watch {
    Watch::Standing { protocol: Protocol { pace: Pace::REAL } }
}

fn watching() -> Watch {
    standing().step(Command::Dose(NOON), NOON).unwrap().state
}

/// Every look before the discharge was answered.
fn signed(at: i64) -> Command {
    Command::Discharge(Discharge { at: minute(at), morning_at: minute(800), bedtime_at: None })
}

fn aftercare() -> Watch {
    let dosed = standing().step(Command::Dose(minute(125)), minute(125)).unwrap().state;
    let discharge = signed(130);
    dosed.step(discharge, minute(130)).unwrap().state
}

/// And every one after it, and the morning has come.
fn morning() -> Watch {
    let looked = [(2, 190), (3, 250), (4, 370)]
        .into_iter()
        .fold(aftercare(), |watch, (sequence, at)| watch.step(well(sequence), minute(at)).unwrap().state);
    until(looked, minute(800)).0
}

fn well(sequence: i64) -> Command {
    Command::Answer { sequence, severity: Severity::Ok }
}

/// Runs the clock the way the shell does: only ever at due times.
fn until(mut watch: Watch, end: Timestamp) -> (Watch, Vec<Event>) {
    let mut heard = vec![];
    while let Some(due) = watch.due().filter(|due| *due <= end) {
        let step = watch.step(Command::Tick, due).unwrap();
        watch = step.state;
        heard.extend(step.events);
    }
    (watch, heard)
}

fn missed(events: &[Event]) -> Vec<i64> {
    let sequence = |event: &Event| if let Event::Missed(due) = event { Some(due.sequence) } else { None };
    events.iter().filter_map(sequence).collect()
}

#[test]
fn silence_is_missed_exactly_at_the_deadline_and_not_before() {
    let before = minute(7).minus(Span::micros(1));
    assert_eq!(missed(&until(watching(), before).1), Vec::<i64>::new());
    assert_eq!(missed(&until(watching(), minute(7)).1), [1]);
}

#[test]
fn a_house_that_was_asleep_for_an_hour_misses_every_look_in_order() {
    let mut watch = watching();
    let mut events = vec![];
    while watch.due().unwrap() <= minute(60) {
        let step = watch.step(Command::Tick, minute(60)).unwrap();
        watch = step.state;
        events.extend(step.events);
    }
    assert_eq!(missed(&events), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn an_answer_in_time_puts_the_next_look_on_the_schedule_counted_from_the_last_due_time() {
    let step = watching().step(well(1), minute(6)).unwrap();
    assert_eq!(step.state.current().unwrap().due_at, minute(15));
}

#[test]
fn a_late_answer_is_kept_and_takes_nothing_off_the_schedule() {
    let (watch, _) = until(watching(), minute(7));
    let next = watch.current();
    let step = watch.step(well(1), minute(8)).unwrap();
    assert_eq!(step.state.current(), next);
    assert_eq!(step.events.iter().find_map(Event::counted), Some(Counted::Late));
}

#[test]
fn an_answer_after_the_deadline_is_late_even_before_the_house_has_noticed_the_silence() {
    let step = watching().step(well(1), minute(7)).unwrap();
    assert_eq!(missed(&step.events), [1]);
    assert_eq!(step.events.iter().find_map(Event::counted), Some(Counted::Late));
    let step = aftercare().step(well(2), minute(130 + 80)).unwrap();
    assert_eq!((missed(&step.events), step.state.current().unwrap().sequence), (vec![2], 3));
}

#[test]
fn an_answer_long_before_its_time_does_not_stand_for_the_look() {
    let step = watching().step(well(1), minute(1)).unwrap();
    assert_eq!(step.events.iter().find_map(Event::counted), Some(Counted::Extra));
    assert_eq!(step.state.current().unwrap().sequence, 1);
}

#[test]
fn after_a_worrying_answer_somebody_looks_again_in_five_minutes() {
    let answer = Command::Answer { sequence: 1, severity: Severity::Watch };
    let step = watching().step(answer, minute(5)).unwrap();
    assert_eq!(step.state.current().unwrap().due_at, minute(10));
    let step = step.state.step(well(2), minute(10)).unwrap();
    assert_eq!(step.state.current().unwrap().due_at, minute(15));
}

#[test]
fn an_urgent_answer_needs_a_human_even_when_it_comes_early_or_late() {
    for at in [minute(1), minute(6)] {
        let answer = Command::Answer { sequence: 1, severity: Severity::Urgent };
        let step = watching().step(answer, at).unwrap();
        assert!(step.events.contains(&Event::Alarming(Severity::Urgent)));
    }
}

/// How answers to this look are counted: a moment before it opens, and when it opens.
fn counted_around_its_opening(watch: &Watch) -> [Counted; 2] {
    let due = watch.current().unwrap();
    let opens_at = watch.protocol().opens_at(&due);
    [opens_at.minus(Span::micros(1)), opens_at].map(|at| {
        let events = watch.clone().step(well(due.sequence), at).unwrap().events;
        let counted =
            |event: &Event| if let Event::Answered { counted, .. } = event { Some(*counted) } else { None };
        events.iter().find_map(counted).unwrap()
    })
}

#[test]
fn a_look_counts_from_the_moment_it_opens_before_the_discharge_and_after() {
    assert_eq!(counted_around_its_opening(&watching()), [Counted::Extra, Counted::InTime]);
    assert_eq!(counted_around_its_opening(&aftercare()), [Counted::Extra, Counted::InTime]);
}

#[test]
fn after_the_discharge_an_older_look_is_late_and_a_later_one_unknown() {
    let (watch, at) = (aftercare(), minute(190));
    let late = Event::Answered { sequence: 1, severity: Severity::Ok, counted: Counted::Late };
    assert_eq!(watch.clone().step(well(1), at).unwrap().events, [late]);
    assert_eq!(watch.clone().step(well(3), at).map(|step| step.events), Err(Refusal::UnknownCheckin));
}

#[test]
fn after_the_discharge_too_an_urgent_answer_needs_a_human_and_a_good_one_does_not() {
    let alarms = |severity| {
        let events = aftercare().step(Command::Answer { sequence: 2, severity }, minute(190)).unwrap().events;
        events.contains(&Event::Alarming(severity))
    };
    assert_eq!([Severity::Ok, Severity::Watch, Severity::Urgent].map(alarms), [false, false, true]);
}

#[test]
fn minutes_are_counted_from_the_dose() {
    let Watch::Watching(watching) = watching() else { panic!("a dose is watched") };
    assert_eq!([0, 33].map(|count| watching.minutes(minute(count))), [0, 33]);
}

#[test]
fn nobody_can_answer_a_look_that_was_never_due() {
    assert_eq!(watching().step(well(2), minute(5)), Err(Refusal::UnknownCheckin));
    assert_eq!(standing().step(well(1), minute(5)), Err(Refusal::UnknownCheckin));
}

#[test]
fn a_silent_morning_is_reported_once_and_never_forgotten_before() {
    let (watch, events) = until(aftercare(), minute(2000));
    assert!(events.iter().any(|event| matches!(event, Event::MorningDue(_))));
    assert_eq!(events.iter().filter(|event| matches!(event, Event::MorningMissed(_))).count(), 1);
    assert_eq!(watch.phase(), "aftercare");
}

#[test]
fn a_morning_is_missed_neither_early_nor_twice_however_often_the_clock_is_looked_at() {
    let asked = morning();
    assert_eq!(asked.clone().step(Command::Tick, minute(801)).unwrap().events, vec![]);
    let (silent, _) = until(asked, minute(2_000));
    assert_eq!(silent.step(Command::Tick, minute(2_001)).unwrap().events, vec![]);
}

#[test]
fn a_good_morning_closes_the_watch_and_a_worrying_one_keeps_it() {
    let good = morning().step(Command::MorningAnswered(Severity::Ok), minute(801)).unwrap();
    assert_eq!(good.state.phase(), "closed");
    let bad = morning().step(Command::MorningAnswered(Severity::Urgent), minute(801)).unwrap();
    assert_eq!((bad.state.phase(), bad.events), ("aftercare", vec![Event::Alarming(Severity::Urgent)]));
}

/// Discharged at 130, with bedtime so many minutes later.
fn with_bedtime(after: i64) -> Watch {
    let bedtime_at = Some(minute(130 + after));
    let signed = Discharge { at: minute(130), morning_at: minute(130 + 18 * 60), bedtime_at };
    watching().step(Command::Discharge(signed), minute(130)).unwrap().state
}

fn missed_at(watch: Watch) -> Vec<i64> {
    let (_, events) = until(watch, minute(130 + 17 * 60));
    let missed =
        events.iter().filter_map(|event| if let Event::Missed(due) = event { Some(due) } else { None });
    missed.map(|due| due.due_at.since(minute(130)).as_minutes()).collect()
}

#[test]
fn at_bedtime_the_sitter_is_asked_once_more_and_silence_is_missed() {
    assert_eq!(missed_at(with_bedtime(8 * 60)), [60, 120, 240, 480]);
}

#[test]
fn a_bedtime_that_a_look_covers_or_that_is_the_morning_asks_nothing_more() {
    for after in [-60, 180, 259, 18 * 60 - 19, 20 * 60] {
        assert_eq!(missed_at(with_bedtime(after)), [60, 120, 240], "{after}");
    }
    assert_eq!(missed_at(with_bedtime(260)), [60, 120, 240, 260]);
}

#[test]
fn a_dose_recorded_after_the_end_starts_the_watch_again() {
    let closed = aftercare().step(Command::Close, minute(150)).unwrap().state;
    let again = closed.step(Command::Dose(minute(151)), minute(151)).unwrap();
    assert_eq!(again.state.phase(), "watching");
    // Its looks are others than the two before: their rows stay what they were.
    assert_eq!(again.state.current().unwrap().sequence, 3);
    let sooner = aftercare().step(Command::Dose(minute(140)), minute(140)).unwrap();
    assert_eq!(sooner.events[0], Event::Cancelled(2));
    assert_eq!(sooner.state.current().unwrap().sequence, 3);
}

#[test]
fn a_dose_told_late_counts_from_its_own_time_and_one_from_another_day_from_now() {
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    let begun = |at: Timestamp| {
        let watch = standing().step(Command::Dose(at), now).unwrap().state;
        let heard = watch.clone().step(Command::Tick, now).unwrap().events;
        (watch.current().unwrap().due_at, heard.len())
    };
    let first_after = |at: Timestamp| at.plus(Span::minutes(5));
    assert_eq!(begun(now.minus(Span::minutes(20))), (first_after(now.minus(Span::minutes(20))), 4));
    let day = now.minus(Span::hours(24));
    let (due_at, heard) = begun(day);
    assert!(due_at == first_after(day) && heard < 200, "{heard}");
    for wrong in [day.minus(Span::micros(1)), now.plus(Span::micros(1)), Timestamp::from_micros(i64::MIN)] {
        assert_eq!(begun(wrong), (first_after(now), 0));
    }
}

#[test]
fn a_discharge_hides_no_silence_that_came_before_it() {
    let signed = signed(16);
    assert_eq!(missed(&watching().step(signed, minute(40)).unwrap().events), [1]);
}

#[test]
fn who_signs_a_discharge_looked() {
    let signed = signed(6);
    assert_eq!(missed(&watching().step(signed, minute(40)).unwrap().events), Vec::<i64>::new());
}

#[test]
fn nothing_that_ends_a_watch_hides_a_silence_that_no_tick_has_reported() {
    let ends = [Command::Close, Command::MorningAnswered(Severity::Ok), Command::Dose(minute(299))];
    for end in ends.clone() {
        let events = aftercare().step(end, minute(300)).unwrap().events;
        assert_eq!(missed(&events).len(), 2, "{events:?}");
    }
    assert_eq!(missed(&watching().step(Command::Close, minute(16)).unwrap().events), [1]);
    for end in ends {
        let events = morning().step(end, minute(820)).unwrap().events;
        assert!(matches!(events.first(), Some(Event::MorningMissed(_))), "{events:?}");
    }
}

#[test]
fn the_table_in_the_readme_is_the_machine() {
    let commands = [
        ("dose", Command::Dose(minute(140))),
        ("answer", well(1)),
        ("discharge", signed(140)),
        ("morning", Command::MorningAnswered(Severity::Ok)),
        ("close", Command::Close),
        ("tick", Command::Tick),
        ("hold", Command::Hold),
    ];
    let closed = aftercare().step(Command::Close, minute(140)).unwrap().state;
    let mut table = String::from("| state | command | becomes |\n|---|---|---|\n");
    for state in [standing(), watching(), aftercare(), closed] {
        for (name, command) in &commands {
            let outcome = match state.clone().step(command.clone(), minute(140)) {
                Ok(step) => step.state.phase().to_owned(),
                Err(refusal) => format!("refused: {refusal:?}"),
            };
            writeln!(table, "| {} | {name} | {outcome} |", state.phase()).unwrap();
        }
    }
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&table), "the table of the machine is now:\n{table}");
}
