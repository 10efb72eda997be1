//! A safety message between its senders.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should die loudly")]

use checkins_core::notification::{Notification, Stale, State, pause};
use kernel::time::{Span, Timestamp};

const NOON: Timestamp = Timestamp::from_micros(0);

fn millis(count: i64) -> Timestamp {
    NOON.plus(Span::millis(count))
}

fn leased() -> Notification {
    Notification::new(NOON).claimed(NOON).unwrap()
}

#[test]
fn a_message_is_taken_when_its_time_has_come_and_not_before() {
    let message = Notification::new(millis(1));
    assert_eq!(message.claimed(NOON), None);
    assert_eq!(message.claimed(millis(1)).unwrap().fence, 1);
}

#[test]
fn two_senders_never_hold_one_message() {
    assert_eq!(leased().claimed(millis(2999)), None);
}

#[test]
fn a_sender_that_died_loses_it_after_three_seconds() {
    let again = leased().claimed(millis(3000)).unwrap();
    assert_eq!((again.fence, again.state), (2, State::Leased { until_at: millis(6000) }));
}

#[test]
fn a_slow_sender_renews_what_it_holds() {
    let renewed = leased().renewed(1, millis(2500)).unwrap();
    assert_eq!(renewed.claimed(millis(5499)), None);
    assert!(renewed.claimed(millis(5500)).is_some());
}

#[test]
fn who_wakes_up_late_marks_nothing() {
    let others = leased().claimed(millis(3000)).unwrap();
    assert_eq!(others.accepted(1), Err(Stale));
    assert_eq!(others.failed(1, millis(3000)), Err(Stale));
    assert_eq!(others.renewed(1, millis(3000)), Err(Stale));
    assert_eq!(others.accepted(2).unwrap().state, State::Accepted);
    assert_eq!(others.accepted(2).unwrap().accepted(2), Err(Stale));
}

#[test]
fn a_failed_message_is_tried_again_and_never_given_up() {
    let mut message = Notification::new(NOON);
    let mut now = NOON;
    let mut pauses = vec![];
    for attempt in 1..=8 {
        message = message.claimed(now).unwrap().failed(attempt, now).unwrap();
        let State::Pending { next_at } = message.state else { panic!("it is given up: {message:?}") };
        pauses.push(next_at.since(now).as_millis());
        now = next_at;
    }
    assert_eq!(pauses, [500, 1000, 2000, 4000, 5000, 5000, 5000, 5000]);
    assert_eq!((pause(i64::MIN), pause(i64::MAX)), (Span::millis(500), Span::seconds(5)));
}

#[test]
fn what_nobody_needs_is_not_sent_but_what_is_in_hand_is_finished() {
    let dropped = Notification::new(NOON).superseded();
    assert_eq!((dropped.state, dropped.claimed(millis(9000))), (State::Superseded, None));
    assert_eq!(leased().superseded(), leased());
    let taken = leased().accepted(1).unwrap();
    assert_eq!((taken.superseded(), taken.claimed(millis(9000))), (taken, None));
}
