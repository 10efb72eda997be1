//! Two clocks that may disagree: what is due, and when somebody must look at them.

use checkins_core::due::Projection;
use kernel::time::{Span, Timestamp};

const NOON: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const DAY: Span = Span::hours(24);

fn second(count: i64) -> Timestamp {
    NOON.plus(Span::seconds(count))
}

/// What an engine makes of a database that says this many seconds, each a second after the one before.
fn read(said: &[i64]) -> Vec<(i64, bool)> {
    let mut projection = Projection::anchored(NOON, Span::ZERO);
    let seconds = (1..).map(Span::seconds);
    let readings =
        said.iter().zip(seconds).map(|(said, since_boot)| projection.read(second(*said), since_boot));
    readings.map(|reading| (reading.now.since(NOON).as_seconds(), reading.is_suspect)).collect()
}

#[test]
fn clocks_that_agree_are_trusted() {
    assert_eq!(read(&[1, 2, 3]), [(1, false), (2, false), (3, false)]);
}

#[test]
fn a_database_set_back_a_day_postpones_nothing_and_is_noticed_for_as_long_as_it_lasts() {
    let back = DAY.as_seconds();
    assert_eq!(read(&[1, 2 - back, 3 - back, 4]), [(1, false), (2, true), (3, true), (4, false)]);
}

#[test]
fn a_database_set_forward_a_day_makes_due_what_it_says_and_is_noticed() {
    let day = DAY.as_seconds();
    assert_eq!(read(&[1, 2 + day]), [(1, false), (2 + day, true)]);
}

#[test]
fn a_second_and_a_half_apart_is_trusted_and_more_is_not() {
    let apart =
        |span: Span| Projection::anchored(NOON, Span::ZERO).read(NOON.plus(span), Span::ZERO).is_suspect;
    assert!(!apart(Span::millis(1500)));
    assert!(apart(Span::millis(1501)));
}

#[test]
fn a_step_back_is_noticed_however_small() {
    let mut projection = Projection::anchored(NOON, Span::ZERO);
    let back = Span::millis(-1);
    assert!(!projection.read(NOON, Span::ZERO).is_suspect);
    assert!(projection.read(NOON.plus(back), Span::ZERO).is_suspect);
}

#[test]
fn small_steps_back_do_not_add_up_to_a_postponed_alarm() {
    let mut projection = Projection::anchored(NOON, Span::ZERO);
    // The database loses half of every second.
    let readings = (1..=60).map(|count| {
        let reading = projection.read(NOON.plus(Span::millis(500 * count)), Span::seconds(count));
        (second(count).since(reading.now).as_millis(), reading.is_suspect)
    });
    let readings: Vec<_> = readings.collect();
    assert!(readings.iter().all(|(late_ms, _)| *late_ms <= 3));
    assert!(readings.last().is_some_and(|(_, is_suspect)| *is_suspect));
}

#[test]
fn an_engine_that_slept_hears_the_time_from_the_database() {
    let mut projection = Projection::anchored(NOON, Span::ZERO);
    // Its own clock stood still for ten minutes.
    let reading = projection.read(second(600), Span::ZERO);
    assert_eq!((reading.now, reading.is_suspect), (second(600), true));
}
