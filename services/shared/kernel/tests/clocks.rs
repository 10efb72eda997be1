//! Two clocks that may disagree: what time it is, and when somebody must look at them.

use kernel::clocks::{Anchor, Projection};
use kernel::time::{Span, Timestamp};

const NOON: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn second(count: i64) -> Timestamp {
    NOON.plus(Span::seconds(count))
}

/// A day's worth of seconds at most, in each of which the database is off by so much: how far off the time is in the
/// end, in whole seconds, and in how many of them the clocks were suspect.
fn off_after(offsets: impl IntoIterator<Item = i64>) -> (i64, usize) {
    let mut projection = Projection::anchored(NOON, Span::ZERO);
    let (mut passed, mut suspect) = (0, 0);
    for (offset, count) in offsets.into_iter().zip(1..) {
        suspect += usize::from(projection.hear(second(count + offset), Span::seconds(count)));
        passed = count;
    }
    (projection.at(Span::seconds(passed)).since(second(passed)).as_seconds(), suspect)
}

fn spell(offset: i64, seconds: usize) -> impl Iterator<Item = i64> + Clone {
    std::iter::repeat_n(offset, seconds)
}

#[test]
fn clocks_that_agree_are_trusted() {
    assert_eq!(off_after(spell(0, 600)), (0, 0));
}

#[test]
fn a_day_or_an_hour_back_postpones_nothing_and_is_noticed_for_as_long_as_it_lasts() {
    assert_eq!(off_after(spell(-DAY, 600)), (0, 600));
    assert_eq!(off_after(spell(0, 10).chain(spell(-HOUR, 600)).chain(spell(0, 10))), (0, 600));
}

#[test]
fn an_hour_ahead_is_believed_after_five_seconds_and_never_unlearned() {
    assert_eq!(off_after(spell(HOUR, 5)), (0, 5));
    assert_eq!(off_after(spell(HOUR, 60)), (HOUR, 6));
    assert_eq!(off_after(spell(HOUR, 60).chain(spell(0, 600))), (HOUR, 606));
}

#[test]
fn a_day_ahead_is_believed_after_ten_minutes() {
    assert_eq!(off_after(spell(DAY, 600)), (0, 600));
    assert_eq!(off_after(spell(DAY, 602)), (DAY, 601));
}

#[test]
fn a_clock_that_swings_is_not_believed() {
    assert_eq!(off_after((0..600).map(|count| if count / 4 % 2 == 0 { HOUR } else { -HOUR })).0, 0);
    assert_eq!(off_after((0..600).map(|count| count * 120)), (0, 599));
}

#[test]
fn two_short_spells_ahead_do_not_add_up_to_a_long_one() {
    assert_eq!(off_after(spell(30, 4).chain(spell(0, 1)).cycle().take(600)).0, 0);
}

#[test]
fn a_second_and_a_half_apart_is_trusted_and_more_is_not() {
    let apart = |span: Span| Projection::anchored(NOON, Span::ZERO).hear(NOON.plus(span), Span::ZERO);
    assert!(!apart(Span::millis(1500)));
    assert!(apart(Span::millis(1501)));
}

#[test]
fn a_step_back_is_noticed_however_small() {
    let mut projection = Projection::anchored(NOON, Span::ZERO);
    assert!(!projection.hear(NOON, Span::ZERO));
    assert!(projection.hear(NOON.plus(Span::millis(-1)), Span::ZERO));
}

#[test]
fn small_steps_back_do_not_add_up_to_a_postponed_alarm() {
    let mut projection = Projection::anchored(NOON, Span::ZERO);
    // The database loses half of every second.
    for count in 1..=60 {
        projection.hear(NOON.plus(Span::millis(500 * count)), Span::seconds(count));
    }
    let late = second(60).since(projection.at(Span::seconds(60)));
    assert!(late <= Span::millis(300), "{late:?}");
}

#[test]
fn a_minute_back_is_followed_slowly_and_more_never() {
    // An hour at one part in 200 is 18 s; within a second and a half the two are trusted again.
    assert_eq!(off_after(spell(-10, 3_600)).0, -8);
    assert_eq!(off_after(spell(-60, 3_600)).0, -18);
    assert_eq!(off_after(spell(-61, 3_600)).0, 0);
}

#[test]
fn a_machine_that_was_held_hears_the_time_from_the_database() {
    let mut projection = Projection::anchored(NOON, Span::ZERO);
    // Its own clock stood still for ten minutes.
    for count in 0..=5 {
        assert!(projection.hear(second(600 + count), Span::seconds(count)));
    }
    assert!(!projection.hear(second(606), Span::seconds(6)));
}

#[test]
fn whoever_starts_next_on_the_same_machine_knows_the_time() {
    let anchor = Projection::anchored(NOON, Span::seconds(100)).anchor("this");
    let resumed = |boot| Projection::resumed(&anchor, boot, second(-DAY), Span::seconds(160));
    assert_eq!(resumed("this").at(Span::seconds(160)), second(60));
    // After a start of the machine nobody counted what passed: it is at least no earlier than it was.
    assert_eq!(resumed("another").at(Span::seconds(160)), NOON);
}

#[test]
fn an_anchor_from_the_future_of_its_own_clock_is_not_believed() {
    let anchor = Anchor { boot: "this".into(), at: NOON, since_boot: Span::seconds(500) };
    let resumed = Projection::resumed(&anchor, "this", second(9), Span::seconds(5));
    assert_eq!(resumed.at(Span::seconds(6)), second(10));
}
