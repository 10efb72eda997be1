//! What a reading means: bands before the dose, and which sets of two readings count for the gate.

pub mod alarms;
pub mod plausible;

use crate::protocol::{Protocol, fresh};
use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// When a reading was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the dose: for the gate, and as the baseline.
    Before,
    /// While the medicine works.
    During,
    /// For the discharge.
    Discharge,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::Discharge];

    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::Discharge => "discharge",
        }
    }

    /// The moment behind a word.
    pub fn read(word: &str) -> Option<Self> {
        [Self::Before, Self::During, Self::Discharge].into_iter().find(|moment| moment.as_str() == word)
    }
}

/// One reading, as a person read it aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Upper blood pressure, mmHg.
    pub systolic: u16,
    /// Lower blood pressure, mmHg.
    pub diastolic: u16,
    /// Beats a minute.
    pub heart_rate: u16,
    /// Oxygen, per cent, on room air.
    pub spo2: Option<u16>,
    /// Breaths a minute, counted by eye.
    pub respiratory_rate: Option<u16>,
    /// Whether it came from a wrist cuff, which is flagged (clinical.md §4.2).
    pub wrist: bool,
    /// Chest pain, short breath, numbness, weakness, vision or speech (clinical.md §4.3, AHA1).
    pub symptoms: bool,
    /// When, as far as we believe it: never after the server had it.
    pub at: Timestamp,
}

/// Furthest a phone's clock may lie behind ours and still be believed (reliability.md §2.10, rule 4).
const CLOCK_TRUST: Span = Span::minutes(10);

/// The instant a reading counts from. A phone's clock is evidence, within bounds, and never the future.
pub fn counted_at(taken_at: Timestamp, received_at: Timestamp) -> Timestamp {
    if fresh(taken_at, CLOCK_TRUST, received_at) { taken_at } else { received_at }
}

/// Whether a device's clock cannot be right: it decides nothing then, and its owner is told.
pub fn clock_is_off(taken_at: Timestamp, received_at: Timestamp) -> bool {
    taken_at.since(received_at) > CLOCK_TRUST || received_at.since(taken_at) > CLOCK_TRUST
}

/// Where a value lies (clinical.md §4.3). Later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Go.
    Green,
    /// Rest and repeat; then the prescriber decides.
    Amber,
    /// No dose today.
    Red,
    /// A clinician now; with symptoms, emergency services.
    Crisis,
}

impl Band {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Crisis => "crisis",
        }
    }
}

/// Upper blood pressure: green 90–140, amber to 160, crisis from 180 (clinical.md §4.3, decisions).
pub fn systolic(value: f64) -> Band {
    if (90.0..=140.0).contains(&value) {
        Band::Green
    } else if value > 140.0 && value <= 160.0 {
        Band::Amber
    } else if value >= 180.0 {
        Band::Crisis
    } else {
        Band::Red
    }
}

/// Lower blood pressure: green 50–90, amber to 100, crisis from 120 (clinical.md §4.3).
pub fn diastolic(value: f64) -> Band {
    if (50.0..=90.0).contains(&value) {
        Band::Green
    } else if value > 90.0 && value <= 100.0 {
        Band::Amber
    } else if value >= 120.0 {
        Band::Crisis
    } else {
        Band::Red
    }
}

/// Pulse: green 50–100, amber 45 up to 50 and over 100 to 110, crisis over 130 (clinical.md §4.3).
pub fn heart_rate(value: f64) -> Band {
    if (50.0..=100.0).contains(&value) {
        Band::Green
    } else if (45.0..50.0).contains(&value) || (value > 100.0 && value <= 110.0) {
        Band::Amber
    } else if value > 130.0 {
        Band::Crisis
    } else {
        Band::Red
    }
}

/// Oxygen: green from 95, amber from 92, red from 90, crisis below (clinical.md §4.3). Over 100 is no reading.
pub fn spo2(value: f64) -> Band {
    if (95.0..=100.0).contains(&value) {
        Band::Green
    } else if (92.0..95.0).contains(&value) {
        Band::Amber
    } else if value < 90.0 {
        Band::Crisis
    } else {
        Band::Red
    }
}

/// Breaths: green 10–20, amber over 20 to 24 (clinical.md §4.3).
pub fn respiratory_rate(value: f64) -> Band {
    if (10.0..=20.0).contains(&value) {
        Band::Green
    } else if value > 20.0 && value <= 24.0 {
        Band::Amber
    } else {
        Band::Red
    }
}

/// Two readings a minute apart, and what their unrounded means say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Set {
    /// When the first was taken.
    pub began_at: Timestamp,
    /// When the second was taken: the set counts from here.
    pub at: Timestamp,
    /// Mean upper blood pressure.
    pub systolic: f64,
    /// Mean lower blood pressure.
    pub diastolic: f64,
    /// Mean pulse.
    pub heart_rate: f64,
    /// Mean oxygen of those readings that had it.
    pub spo2: Option<f64>,
    /// Mean breaths of those readings that had them.
    pub respiratory_rate: Option<f64>,
    /// Whether either came with a symptom.
    pub symptoms: bool,
}

impl Set {
    /// The set that two readings make. The same reading twice makes the set of one.
    pub fn of(first: Reading, second: Reading) -> Self {
        Self {
            began_at: first.at,
            at: second.at,
            systolic: mean(first.systolic, second.systolic),
            diastolic: mean(first.diastolic, second.diastolic),
            heart_rate: mean(first.heart_rate, second.heart_rate),
            spo2: mean_of_known(first.spo2, second.spo2),
            respiratory_rate: mean_of_known(first.respiratory_rate, second.respiratory_rate),
            symptoms: first.symptoms || second.symptoms,
        }
    }

    /// The band of blood pressure and pulse. A symptom is never better than red.
    pub fn circulation(&self) -> Band {
        let measured =
            systolic(self.systolic).max(diastolic(self.diastolic)).max(heart_rate(self.heart_rate));
        if self.symptoms { measured.max(Band::Red) } else { measured }
    }

    /// The band of oxygen and breaths; nothing when either is unknown and neither is bad.
    pub fn breathing(&self) -> Option<Band> {
        let oxygen = self.spo2.map(spo2);
        let breaths = self.respiratory_rate.map(respiratory_rate);
        let worst = oxygen.max(breaths)?;
        let complete = oxygen.is_some() && breaths.is_some();
        if complete || worst >= Band::Red { Some(worst) } else { None }
    }

    /// The band of everything; nothing when something is unknown and nothing known is red.
    pub fn band(&self) -> Option<Band> {
        let circulation = self.circulation();
        match self.breathing() {
            Some(breathing) => Some(circulation.max(breathing)),
            None if circulation >= Band::Red => Some(circulation),
            None => None,
        }
    }

    /// Whether the prescriber's decision is what it takes.
    pub fn is_amber(&self) -> bool {
        let bands = [Some(self.circulation()), self.breathing()];
        bands.contains(&Some(Band::Amber)) && !bands.iter().flatten().any(|band| *band >= Band::Red)
    }
}

fn mean(first: u16, second: u16) -> f64 {
    f64::midpoint(f64::from(first), f64::from(second))
}

fn mean_of_known(first: Option<u16>, second: Option<u16>) -> Option<f64> {
    match (first, second) {
        (Some(first), Some(second)) => Some(mean(first, second)),
        (Some(one), None) | (None, Some(one)) => Some(f64::from(one)),
        (None, None) => None,
    }
}

/// The prescriber's answer to an amber set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether the session may go on.
    pub proceed: bool,
    /// When it was given. It answers only what was measured before.
    pub at: Timestamp,
}

/// What the readings before the dose add up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assessment {
    /// The sets that count, oldest first.
    pub sets: Vec<Set>,
    /// The first reading of a set still waiting for its second.
    pub waiting: Option<Reading>,
    /// The set that was measured last, whether it counts or not.
    pub measured: Option<Set>,
    /// A set was measured that does not count, because three did already.
    pub used_up: bool,
    /// A set was measured before the rest was over, and does not count.
    pub hurried: bool,
}

impl Assessment {
    /// The set the gate looks at.
    pub fn latest(&self) -> Option<&Set> {
        self.sets.last()
    }

    /// Whether any counted set was red: then there is no dose today (clinical.md §4.3).
    pub fn red_today(&self, band: impl Fn(&Set) -> Option<Band>) -> bool {
        self.sets.iter().any(|set| band(set) >= Some(Band::Red))
    }

    /// When an amber set may be measured again.
    pub fn recheck_at(&self, protocol: &Protocol) -> Option<Timestamp> {
        self.latest().filter(|set| set.is_amber()).map(|set| set.at.plus(protocol.recheck))
    }

    /// Whether the prescriber may say *proceed*: the reading was repeated after a rest and is still amber.
    pub fn may_proceed(&self) -> bool {
        let amber = self.sets.iter().filter(|set| set.is_amber()).count();
        self.latest().is_some_and(Set::is_amber) && amber > 1
    }

    /// What the way of measuring asks for now, before any number does.
    pub fn todo(&self) -> Option<&'static str> {
        if self.waiting.is_some() {
            Some("One reading is in. Stay seated, wait a minute, and measure once more.")
        } else if self.hurried {
            Some(
                "That was before the rest was over, so it does not count. Rest until the time shown, then measure twice.",
            )
        } else if self.used_up {
            Some("Three sets were measured within the hour. The prescriber decides on them.")
        } else if self.latest().is_some_and(|set| set.breathing().is_none()) {
            Some("Measure again with both oxygen and a count of breaths for a minute.")
        } else {
            None
        }
    }

    /// Whether something amber waits for a decision.
    pub fn undecided(&self, decision: Option<Decision>) -> bool {
        self.latest().is_some_and(|set| {
            set.is_amber() && !decision.is_some_and(|decision| decision.proceed && decision.at >= set.at)
        })
    }
}

/// Pairs readings into sets, oldest first, and keeps those that count.
pub fn assess(readings: &[Reading], protocol: &Protocol) -> Assessment {
    let mut ordered = readings.to_vec();
    ordered.sort_by_key(|reading| reading.at);
    let mut assessment = Assessment::default();
    for reading in ordered {
        assessment.waiting = match assessment.waiting.take() {
            None => Some(reading),
            Some(first) => {
                let gap = reading.at.since(first.at);
                if gap < protocol.reading_gap {
                    Some(first)
                } else if gap > protocol.reading_gap_max {
                    Some(reading)
                } else {
                    count(&mut assessment, Set::of(first, reading), protocol);
                    None
                }
            }
        };
    }
    assessment
}

/// A red set always counts. A better one counts after the rest, and only the first three in the window.
fn count(assessment: &mut Assessment, set: Set, protocol: &Protocol) {
    let red = set.circulation() >= Band::Red || set.breathing() >= Some(Band::Red);
    assessment.measured = Some(set);
    let recent =
        assessment.sets.iter().filter(|earlier| fresh(earlier.at, protocol.sets_window, set.at)).count();
    if !red && assessment.recheck_at(protocol).is_some_and(|rested_at| set.began_at < rested_at) {
        assessment.hurried = true;
    } else if !red && recent >= protocol.sets_max {
        assessment.used_up = true;
    } else {
        assessment.hurried = false;
        assessment.sets.push(set);
    }
}

#[cfg(test)]
mod tests;
