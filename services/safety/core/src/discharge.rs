//! May the patient be handed over? Thirteen criteria, a score, and two signatures (clinical.md §7.1).

use crate::protocol::{Protocol, fresh};
use crate::vitals::{Band, Reading, Set};
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The criteria with what is missing while one is not met. The house itself checks D1, D5, D6 and D10 as well.
pub const CRITERIA: [(&str, &str); 13] = [
    ("D1", "At least 120 minutes since the last dose."),
    ("D2", "The patient can say name, place, and date and time."),
    ("D3", "Speech is normal, and the patient follows three steps in a row."),
    ("D4", "The patient walks ten steps, turns and sits, with the sitter within reach."),
    ("D5", "Fresh blood pressure and pulse within 20 % of the start, under 160/100, pulse 50 to 110."),
    ("D6", "Fresh oxygen at 94 or more, or at most two points under the start."),
    ("D7", "Nausea is mild at most, and one drink has stayed down for 15 minutes."),
    ("D8", "Unreal feelings or images are mild at most."),
    ("D9", "No new thoughts of suicide, and the mood is safe."),
    ("D10", "No urgent or emergency incident is open."),
    ("D11", "The sitter is ready to take over and to repeat the rules."),
    ("D12", "The lozenges are counted and locked away."),
    ("D13", "The therapist signs."),
];

/// Least score (clinical.md §13, `padss_like_min`).
const SCORE_MIN: u8 = 9;
/// Highest value of one score item.
const ITEM_MAX: u8 = 2;
/// How far vitals may lie from the baseline (clinical.md §13, `within_pct_of_baseline`).
const WITHIN: f64 = 0.20;
/// Upper blood pressure must be below (clinical.md §13, discharge).
const SYSTOLIC_BELOW: f64 = 160.0;
/// Lower blood pressure must be below (clinical.md §13, discharge).
const DIASTOLIC_BELOW: f64 = 100.0;
/// Oxygen that is enough by itself (clinical.md §13, discharge).
const SPO2_MIN: f64 = 94.0;
/// Points under the baseline that are still fine (clinical.md §7.1, D6).
const SPO2_FALL: f64 = 2.0;

/// The score adapted from PADSS, 0 to 2 each; calm is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Blood pressure and pulse.
    pub vitals: u8,
    /// Mind and gait.
    pub gait: u8,
    /// Nausea.
    pub nausea: u8,
    /// Drinking and toilet.
    pub intake: u8,
    /// Calm.
    pub calm: u8,
}

impl Score {
    const fn items(self) -> [u8; 5] {
        [self.vitals, self.gait, self.nausea, self.intake, self.calm]
    }

    /// Nine of ten, and no zero.
    fn is_enough(self) -> bool {
        let items = self.items();
        items.iter().all(|item| (1..=ITEM_MAX).contains(item)) && items.iter().sum::<u8>() >= SCORE_MIN
    }
}

/// What the therapist says and what the house knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The criteria the therapist ticked.
    pub ticked: Vec<String>,
    /// The score.
    pub score: Score,
    /// The latest reading for the discharge.
    pub latest: Option<Reading>,
    /// The set before the dose, if there was one.
    pub baseline: Option<Set>,
    /// Incidents that are urgent or worse and still open.
    pub open_incidents: u64,
}

/// One thing that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmet {
    /// `D1` to `D13`, or `PADSS`.
    pub id: String,
    /// What has to be true.
    pub detail: String,
}

/// What is missing for a discharge, apart from the time since the dose, which the session knows.
pub fn unmet(evidence: &Evidence, protocol: &Protocol, now: Timestamp) -> Vec<Unmet> {
    let fresh_reading = evidence.latest.filter(|reading| fresh(reading.at, protocol.vitals, now));
    let checked = |id: &str| match id {
        "D5" => fresh_reading.is_some_and(|reading| circulation_back(reading, evidence.baseline)),
        "D6" => fresh_reading.is_some_and(|reading| oxygen_back(reading, evidence.baseline)),
        "D10" => evidence.open_incidents == 0,
        _ => true,
    };
    let mut missing: Vec<_> = CRITERIA
        .iter()
        .filter(|(id, _)| !evidence.ticked.iter().any(|ticked| ticked == id) || !checked(id))
        .map(|(id, detail)| Unmet { id: (*id).to_owned(), detail: (*detail).to_owned() })
        .collect();
    if !evidence.score.is_enough() {
        missing.push(Unmet {
            id: "PADSS".to_owned(),
            detail: "The score is at least 9 of 10, with no zero. Wait, and look again later.".to_owned(),
        });
    }
    missing
}

/// D5. Where nothing was measured before the dose, only the green band is near enough.
fn circulation_back(reading: Reading, baseline: Option<Set>) -> bool {
    let now = Set::of(reading, reading);
    let near = match baseline {
        Some(before) => {
            within(now.systolic, before.systolic)
                && within(now.diastolic, before.diastolic)
                && within(now.heart_rate, before.heart_rate)
        }
        None => now.circulation() == Band::Green,
    };
    near && !now.symptoms
        && now.systolic < SYSTOLIC_BELOW
        && now.diastolic < DIASTOLIC_BELOW
        && (50.0..=110.0).contains(&now.heart_rate)
}

fn within(value: f64, baseline: f64) -> bool {
    (value - baseline).abs() <= baseline * WITHIN
}

/// D6. An oximeter that shows nothing is not at 94.
fn oxygen_back(reading: Reading, baseline: Option<Set>) -> bool {
    let Some(value) = reading.spo2.map(f64::from) else { return false };
    let near = baseline.and_then(|before| before.spo2).is_some_and(|before| before - value <= SPO2_FALL);
    value <= 100.0 && (value >= SPO2_MIN || near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::{Pace, Span};

    const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn reading(systolic: u16, at: Timestamp) -> Reading {
        Reading {
            systolic,
            diastolic: 75,
            heart_rate: 72,
            spo2: Some(97),
            respiratory_rate: None,
            wrist: false,
            symptoms: false,
            at,
        }
    }

    fn ready() -> Evidence {
        let before = reading(120, NOON);
        Evidence {
            ticked: CRITERIA.iter().map(|(id, _)| (*id).to_owned()).collect(),
            score: Score { vitals: 2, gait: 2, nausea: 2, intake: 2, calm: 2 },
            latest: Some(reading(125, NOON)),
            baseline: Some(Set::of(before, before)),
            open_incidents: 0,
        }
    }

    fn missing(evidence: &Evidence) -> Vec<String> {
        let protocol = Protocol::new(false, Pace::REAL);
        unmet(evidence, &protocol, NOON).into_iter().map(|unmet| unmet.id).collect()
    }

    #[test]
    fn all_thirteen_and_a_full_score_discharge() {
        assert!(missing(&ready()).is_empty());
    }

    #[test]
    fn each_criterion_alone_keeps_the_patient_here() {
        for (id, _) in CRITERIA {
            let mut evidence = ready();
            evidence.ticked.retain(|ticked| ticked != id);
            assert_eq!(missing(&evidence), [id]);
        }
    }

    #[test]
    fn a_score_under_nine_or_with_a_zero_is_not_enough() {
        let score = |calm, gait| Score { vitals: 2, gait, nausea: 2, intake: 2, calm };
        assert!(missing(&Evidence { score: score(1, 2), ..ready() }).is_empty());
        assert_eq!(missing(&Evidence { score: score(1, 1), ..ready() }), ["PADSS"]);
        assert_eq!(missing(&Evidence { score: score(0, 2), ..ready() }), ["PADSS"]);
        assert_eq!(missing(&Evidence { score: score(3, 2), ..ready() }), ["PADSS"]);
    }

    #[test]
    fn blood_pressure_has_to_be_within_a_fifth_of_the_start_and_under_160_over_100() {
        for (systolic, fine) in [(96, true), (144, true), (95, false), (145, false)] {
            let evidence = Evidence { latest: Some(reading(systolic, NOON)), ..ready() };
            assert_eq!(missing(&evidence).is_empty(), fine, "{systolic}");
        }
        let high = reading(150, NOON);
        let baseline = Some(Set::of(high, high));
        assert_eq!(missing(&Evidence { latest: Some(reading(160, NOON)), baseline, ..ready() }), ["D5"]);
    }

    #[test]
    fn without_a_baseline_only_green_is_near_enough() {
        assert!(missing(&Evidence { baseline: None, ..ready() }).is_empty());
        let amber = Some(reading(145, NOON));
        assert_eq!(missing(&Evidence { baseline: None, latest: amber, ..ready() }), ["D5"]);
    }

    #[test]
    fn oxygen_may_lie_two_points_under_a_low_start_and_must_be_known() {
        let low = Reading { spo2: Some(94), ..reading(120, NOON) };
        let baseline = Some(Set::of(low, low));
        let with =
            |spo2| Evidence { baseline, latest: Some(Reading { spo2, ..reading(120, NOON) }), ..ready() };
        assert!(missing(&with(Some(92))).is_empty());
        assert_eq!(missing(&with(Some(91))), ["D6"]);
        assert_eq!(missing(&with(None)), ["D6"]);
    }

    #[test]
    fn a_reading_older_than_half_an_hour_is_not_a_discharge_reading() {
        let latest = Some(reading(125, NOON.minus(Span::minutes(31))));
        assert_eq!(missing(&Evidence { latest, ..ready() }), ["D5", "D6"]);
        assert_eq!(missing(&Evidence { latest: None, ..ready() }), ["D5", "D6"]);
    }

    #[test]
    fn an_open_urgent_incident_keeps_the_patient_here() {
        assert_eq!(missing(&Evidence { open_incidents: 1, ..ready() }), ["D10"]);
    }
}
