//! The look that is missed on purpose.

use checkins_core::synthetic::{Came, EVERY, is_broken, next_at};
use kernel::time::{Span, Timestamp};

const NOON: Timestamp = Timestamp::from_micros(0);

fn after(millis: i64) -> Came {
    Came { deadline_at: NOON, accepted_at: Some(NOON.plus(Span::millis(millis))) }
}

const NEVER: Came = Came { deadline_at: NOON, accepted_at: None };

#[test]
fn a_mail_that_was_taken_within_ten_seconds_of_the_deadline_came() {
    assert_eq!(after(10_000).took(), Some(Span::seconds(10)));
    assert_eq!(after(10_001).took(), None);
    assert_eq!(NEVER.took(), None);
}

#[test]
fn one_that_did_not_come_is_no_broken_way_and_two_in_a_row_are() {
    assert!(!is_broken(&[]));
    assert!(!is_broken(&[NEVER]));
    assert!(!is_broken(&[NEVER, after(1), NEVER]));
    assert!(is_broken(&[NEVER, NEVER]));
    assert!(is_broken(&[after(20_000), NEVER, after(1)]), "one that came late did not come in time");
}

#[test]
fn the_first_that_comes_again_mends_it() {
    assert!(!is_broken(&[after(1), NEVER, NEVER]));
}

#[test]
fn the_next_begins_five_minutes_after_the_last_and_never_before_that_one_is_judged() {
    assert_eq!(next_at(None, EVERY, NOON), NOON);
    assert_eq!(next_at(Some(NOON), EVERY, NOON), NOON.plus(Span::minutes(5)));
    assert_eq!(next_at(Some(NOON), Span::ZERO, NOON), NOON.plus(Span::seconds(11)));
}
