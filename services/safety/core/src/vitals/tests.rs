//! Every value has one band; what is unknown is never green; and only rested, repeated sets count.

use super::alarms::finding;
use super::*;
use kernel::severity::Severity;
use kernel::time::Pace;

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn minute(count: i64) -> Timestamp {
    NOON.plus(Span::minutes(count))
}

fn reading(pressure: u16, at: i64) -> Reading {
    Reading {
        systolic: pressure,
        diastolic: 70,
        heart_rate: 70,
        spo2: Some(98),
        respiratory_rate: Some(14),
        wrist: false,
        symptoms: false,
        at: minute(at),
    }
}

fn real() -> Protocol {
    Protocol::new(false, Pace::REAL)
}

/// Sets of two readings, each beginning at a minute with a pressure.
fn sets(of: &[(i64, u16)]) -> Assessment {
    let readings: Vec<_> =
        of.iter().flat_map(|(at, pressure)| [reading(*pressure, *at), reading(*pressure, at + 1)]).collect();
    assess(&readings, &real())
}

/// The band on either side of each edge of a table row: band, and where it begins.
fn edges(band: fn(f64) -> Band, begins: &[(Band, f64)]) {
    for (expected, value) in begins {
        assert_eq!(band(*value), *expected, "{value}");
    }
}

#[test]
fn the_edges_of_pressure_are_those_of_the_clinical_table() {
    use Band::{Amber, Crisis, Green, Red};
    edges(systolic, &[(Red, 89.5), (Green, 90.0), (Green, 140.0), (Amber, 140.5), (Amber, 160.0)]);
    edges(systolic, &[(Red, 160.5), (Red, 179.5), (Crisis, 180.0)]);
    edges(diastolic, &[(Red, 49.5), (Green, 50.0), (Green, 90.0), (Amber, 90.5), (Amber, 100.0)]);
    edges(diastolic, &[(Red, 100.5), (Red, 119.5), (Crisis, 120.0)]);
}

#[test]
fn the_edges_of_pulse_oxygen_and_breath_are_those_of_the_clinical_table() {
    use Band::{Amber, Crisis, Green, Red};
    edges(heart_rate, &[(Red, 44.5), (Amber, 45.0), (Amber, 49.5), (Green, 50.0), (Green, 100.0)]);
    edges(heart_rate, &[(Amber, 100.5), (Amber, 110.0), (Red, 110.5), (Red, 130.0), (Crisis, 130.5)]);
    edges(spo2, &[(Crisis, 89.5), (Red, 90.0), (Red, 91.5), (Amber, 92.0), (Amber, 94.5)]);
    edges(spo2, &[(Green, 95.0), (Green, 100.0), (Red, 100.5)]);
    edges(respiratory_rate, &[(Red, 9.5), (Green, 10.0), (Green, 20.0), (Amber, 20.5), (Red, 24.5)]);
}

#[test]
fn no_number_at_all_is_green() {
    for band in [systolic, diastolic, heart_rate, spo2, respiratory_rate] {
        for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 100_000.0] {
            assert!(band(nonsense) >= Band::Red, "{nonsense}");
        }
    }
}

#[test]
fn every_pressure_and_pulse_maps_to_one_band_and_worse_never_becomes_better() {
    for band in [systolic, diastolic, heart_rate] {
        let mut worst = Band::Green;
        for half in 200_u16..1_000 {
            let next = band(f64::from(half) / 2.0);
            assert!(next >= worst, "{half}");
            worst = next;
        }
    }
}

#[test]
fn a_missing_number_is_never_green() {
    for (spo2, rate) in [(None, Some(14)), (Some(98), None), (None, None)] {
        let one = Reading { spo2, respiratory_rate: rate, ..reading(120, 0) };
        assert_eq!(Set::of(one, one).breathing(), None);
        assert_eq!(Set::of(one, one).band(), None);
    }
    let low = Reading { spo2: Some(85), respiratory_rate: None, ..reading(120, 0) };
    assert_eq!(Set::of(low, low).band(), Some(Band::Crisis));
}

#[test]
fn the_mean_of_two_readings_is_not_rounded() {
    let set = Set::of(reading(140, 0), reading(141, 1));
    assert_eq!(set.circulation(), Band::Amber);
    assert_eq!(Set::of(reading(160, 0), reading(161, 1)).circulation(), Band::Red);
}

#[test]
fn a_symptom_is_never_better_than_red() {
    let one = Reading { symptoms: true, ..reading(120, 0) };
    assert_eq!(Set::of(one, one).circulation(), Band::Red);
}

#[test]
fn one_reading_or_two_too_close_make_no_set() {
    assert!(assess(&[reading(120, 0)], &real()).latest().is_none());
    let close = Reading { at: NOON.plus(Span::seconds(59)), ..reading(120, 0) };
    assert!(assess(&[reading(120, 0), close], &real()).latest().is_none());
    let enough = Reading { at: NOON.plus(Span::seconds(60)), ..reading(120, 0) };
    assert!(assess(&[reading(120, 0), close, enough], &real()).latest().is_some());
    assert!(assess(&[reading(120, 0), reading(120, 11)], &real()).latest().is_none());
}

#[test]
fn a_drill_needs_five_seconds_between_readings() {
    let drill = Protocol::new(true, Pace::new(60).unwrap());
    let later = Reading { at: NOON.plus(Span::seconds(5)), ..reading(120, 0) };
    assert!(assess(&[reading(120, 0), later], &drill).latest().is_some());
}

#[test]
fn an_amber_set_counts_again_only_after_ten_minutes_of_rest() {
    assert_eq!(sets(&[(0, 150), (5, 120)]).sets.len(), 1);
    assert!(sets(&[(0, 150), (5, 120)]).hurried);
    let rested = sets(&[(0, 150), (11, 120)]);
    assert_eq!(rested.latest().unwrap().circulation(), Band::Green);
}

#[test]
fn three_sets_in_an_hour_are_all_that_count() {
    let fourth = sets(&[(0, 150), (11, 150), (22, 150), (33, 120)]);
    assert_eq!(fourth.sets.len(), 3);
    assert!(fourth.used_up && fourth.latest().unwrap().is_amber());
    let later = sets(&[(0, 150), (11, 150), (22, 150), (61, 120)]);
    assert_eq!(later.latest().unwrap().circulation(), Band::Green);
}

#[test]
fn a_red_set_stays_red_for_the_day_whatever_comes_after() {
    let assessment = sets(&[(0, 170), (20, 120)]);
    assert!(assessment.red_today(|set| Some(set.circulation())));
    assert!(sets(&[(0, 150), (3, 170)]).red_today(|set| Some(set.circulation())));
    assert!(!sets(&[(0, 120)]).red_today(|set| Some(set.circulation())));
}

#[test]
fn the_prescriber_may_say_proceed_only_when_it_is_still_amber_after_the_rest() {
    assert!(!sets(&[(0, 150)]).may_proceed());
    assert!(sets(&[(0, 150), (11, 150)]).may_proceed());
    assert!(!sets(&[(0, 150), (11, 120)]).may_proceed());
}

#[test]
fn a_decision_answers_only_what_was_measured_before_it() {
    let amber = sets(&[(0, 150), (11, 150)]);
    assert!(amber.undecided(None));
    assert!(amber.undecided(Some(Decision { proceed: true, at: minute(5) })));
    assert!(amber.undecided(Some(Decision { proceed: false, at: minute(13) })));
    assert!(!amber.undecided(Some(Decision { proceed: true, at: minute(13) })));
}

#[test]
fn a_phones_clock_is_believed_within_ten_minutes_and_never_ahead() {
    assert_eq!(counted_at(minute(0), minute(10)), minute(0));
    assert_eq!(counted_at(minute(0), minute(11)), minute(11));
    assert_eq!(counted_at(minute(5), minute(0)), minute(0));
}

#[test]
fn alarms_follow_the_clinical_table() {
    use Severity::{Emergency, Ok, Urgent, Watch};
    let during = |one: Reading| finding(Moment::During, one, &[]).severity;
    let base = reading(120, 0);
    let cases = [
        (base, Ok),
        (Reading { systolic: 159, ..base }, Ok),
        (Reading { systolic: 160, ..base }, Watch),
        (Reading { diastolic: 100, ..base }, Watch),
        (Reading { systolic: 180, ..base }, Urgent),
        (Reading { diastolic: 120, symptoms: true, ..base }, Emergency),
        (Reading { systolic: 89, ..base }, Urgent),
        (Reading { heart_rate: 121, ..base }, Watch),
        (Reading { heart_rate: 151, ..base }, Emergency),
        (Reading { heart_rate: 44, ..base }, Urgent),
        (Reading { spo2: Some(94), ..base }, Ok),
        (Reading { spo2: Some(93), ..base }, Urgent),
        (Reading { spo2: Some(89), ..base }, Emergency),
        (Reading { respiratory_rate: Some(9), ..base }, Urgent),
        (Reading { respiratory_rate: Some(30), ..base }, Urgent),
        (Reading { respiratory_rate: Some(7), ..base }, Emergency),
        (Reading { respiratory_rate: Some(31), ..base }, Emergency),
        (Reading { symptoms: true, ..base }, Urgent),
    ];
    for (one, severity) in cases {
        assert_eq!(during(one), severity, "{one:?}");
    }
}

#[test]
fn high_pressure_twice_in_a_row_or_a_fast_pulse_that_lasts_is_urgent() {
    let high = reading(165, 0);
    assert_eq!(finding(Moment::During, reading(165, 10), &[high]).severity, Severity::Urgent);
    let fast = Reading { heart_rate: 125, ..reading(120, 0) };
    let again = |at| Reading { heart_rate: 125, ..reading(120, at) };
    assert_eq!(finding(Moment::During, again(4), &[fast]).severity, Severity::Watch);
    assert_eq!(finding(Moment::During, again(5), &[fast]).severity, Severity::Urgent);
}

#[test]
fn before_the_dose_amber_and_red_are_watched_and_a_crisis_is_urgent() {
    let before = |one: Reading| finding(Moment::Before, one, &[]);
    assert_eq!(before(reading(120, 0)).severity, Severity::Ok);
    assert_eq!(before(reading(145, 0)).severity, Severity::Watch);
    assert_eq!(before(reading(181, 0)).severity, Severity::Urgent);
    assert!(before(reading(145, 0)).recheck.is_some());
}
