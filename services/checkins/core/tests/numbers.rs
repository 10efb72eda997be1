//! The clinic's safety numbers from plain rows: what counts, from when, and what nobody can say.

use checkins_core::escalation::Cause;
use checkins_core::numbers::spread::Verdict;
use checkins_core::numbers::{Burned, Counts, Numbers, numbers};
use checkins_core::outcome::Outcome;
use kernel::time::{Span, Timestamp};

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn after(millis: i64) -> Timestamp {
    NOON.plus(Span::millis(millis))
}

/// Nobody looked by noon; the house noticed after a quarter of a second, and the rest as it should be.
fn missed() -> Burned {
    Burned {
        cause: Cause::MissedCheckin,
        opened_at: NOON,
        scheduled_at: Some(NOON.minus(Span::minutes(12))),
        noticed_at: Some(after(250)),
        shown_at: Some(after(400)),
        is_paged: true,
        paged_at: Some(after(61_000)),
        acknowledged_at: Some(after(70_250)),
        resolved_at: Some(after(600_250)),
        outcome: Some(Outcome::MedicalAdvice),
    }
}

fn sessions(sessions: i64) -> Counts {
    Counts { sessions, looks: sessions * 10, missed: sessions, asked: sessions, answered: sessions }
}

fn many(burned: Burned, count: usize) -> Numbers {
    numbers(&vec![burned; count], sessions(200))
}

#[test]
fn each_length_counts_from_when_it_should_have_been_noticed_and_what_people_did_from_the_incident() {
    let numbers = many(missed(), 100);
    let lengths = [numbers.detect, numbers.screen, numbers.page, numbers.acknowledge, numbers.resolve];
    let millis = lengths.map(|spread| spread.p99.unwrap().as_millis());
    assert_eq!(millis, [250, 400, 61_000, 70_000, 600_000]);
    let verdicts = lengths.map(|spread| spread.verdict);
    assert_eq!(verdicts, [Verdict::Kept, Verdict::Kept, Verdict::Kept, Verdict::Kept, Verdict::NoBar]);
}

#[test]
fn a_house_in_which_nothing_happened_is_unknown_and_never_perfect() {
    let nothing = numbers(&[], Counts::default());
    for spread in [nothing.detect, nothing.screen, nothing.page, nothing.acknowledge] {
        assert_eq!((spread.known, spread.worst, spread.verdict), (0, None, Verdict::Unknown));
    }
    assert_eq!((nothing.false_alarms.whole, nothing.false_alarms.verdict), (0, Verdict::Unknown));
    assert_eq!((nothing.missed.part, nothing.missed.whole), (0, 0));
}

#[test]
fn what_nobody_wrote_down_is_counted_as_unknown() {
    let silent = Burned { noticed_at: None, shown_at: None, paged_at: None, ..missed() };
    let numbers = numbers(&[missed(), silent], sessions(2));
    for spread in [numbers.detect, numbers.screen, numbers.page] {
        assert_eq!((spread.known, spread.unknown), (1, 1));
    }
}

#[test]
fn only_silence_has_to_be_noticed_and_only_who_was_needed_is_paged() {
    let pressed = Burned { cause: Cause::Alarm, is_paged: false, paged_at: None, ..missed() };
    let numbers = numbers(&[pressed], sessions(1));
    assert_eq!((numbers.detect.known, numbers.detect.unknown), (0, 0));
    assert_eq!((numbers.page.known, numbers.page.unknown), (0, 0));
    assert_eq!((numbers.acknowledge.known, numbers.incidents), (1, 1));
}

#[test]
fn a_look_of_a_dose_that_was_told_late_counts_from_the_telling() {
    let told_at = NOON.plus(Span::minutes(40));
    let noticed_at = Some(told_at.plus(Span::millis(100)));
    let late = Burned { scheduled_at: Some(told_at), noticed_at, ..missed() };
    assert_eq!(numbers(&[late], sessions(1)).detect.worst, Some(Span::millis(100)));
}

#[test]
fn whoever_closes_it_at_once_had_it() {
    let closed = Burned { acknowledged_at: None, ..missed() };
    assert_eq!(numbers(&[closed], sessions(1)).acknowledge.worst, Some(Span::seconds(600)));
    let open = Burned { resolved_at: None, ..closed };
    let still = numbers(&[open], sessions(1));
    assert_eq!((still.acknowledge.unknown, still.resolve.unknown), (1, 1));
}

#[test]
fn nobodys_call_for_help_is_ever_a_false_alarm() {
    let well = [Outcome::FalseAlarmAnswered, Outcome::SitterReached, Outcome::PatientWellSeen];
    let of = |cause| {
        let all = well.map(|outcome| Burned { cause, outcome: Some(outcome), ..missed() });
        numbers(&all, sessions(40)).false_alarms
    };
    assert_eq!((of(Cause::MissedCheckin).part, of(Cause::MissedCheckin).verdict), (3, Verdict::Broken));
    for cause in [Cause::Alarm, Cause::QuietCall, Cause::WorryingAnswer, Cause::SupportUnseen, Cause::Vitals]
    {
        assert_eq!((of(cause).part, of(cause).verdict), (0, Verdict::Kept), "{cause:?}");
    }
    let real = Burned { outcome: Some(Outcome::EmergencyServices), ..missed() };
    assert_eq!(numbers(&[real, Burned { outcome: None, ..missed() }], sessions(40)).false_alarms.part, 0);
}

#[test]
fn every_cause_and_outcome_is_found_by_its_word() {
    assert!(Cause::ALL.into_iter().all(|cause| Cause::of(cause.as_str()) == Some(cause)));
    assert!(Outcome::ALL.into_iter().all(|outcome| Outcome::of(outcome.as_str()) == Some(outcome)));
    assert_eq!((Cause::of("weather"), Outcome::of("weather")), (None, None));
}
