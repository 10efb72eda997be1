//! What answers add up to, how far that is from the first time, and where item 9 must be taken at once.

use crate::instrument::{ANSWER_MAX, Instrument};
use kernel::severity::Severity;
use serde::Serialize;

/// Item 9 of PHQ-9, counted from zero.
const ITEM_NINE: usize = 8;
/// Any thought of it leads to a safety assessment in the same session (clinical.md §8.2, SPIER).
const ITEM_NINE_ASK: i64 = 1;
/// From here, or on any rise, the therapist hears of it before anything else (clinical.md §8.2, default).
const ITEM_NINE_FIRST: i64 = 2;
/// Response is half the first total or less (clinical.md §8.2, HULL).
const RESPONSE_PERCENT: i64 = 50;
/// Remission is under 5, from 10 or more (clinical.md §8.2, HULL).
const REMISSION_BELOW: i64 = 5;
/// The total from which a first PHQ-9 counts for remission (clinical.md §8.2, HULL).
const REMISSION_FROM: i64 = 10;
/// Five points worse is told to a person (clinical.md §8.2, default).
const WORSE_POINTS: i64 = 5;

/// How much a total says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// 0 to 4.
    Minimal,
    /// 5 to 9.
    Mild,
    /// 10 to 14.
    Moderate,
    /// PHQ-9 only, 15 to 19.
    ModeratelySevere,
    /// PHQ-9 from 20, GAD-7 from 15.
    Severe,
}

/// Where item 9 is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Nowhere: there was no thought of it.
    None,
    /// A clinician asks about safety in the same session.
    AskAboutSafety,
    /// The therapist hears of it before anything else.
    TherapistFirst,
}

impl Route {
    /// How bad that is on the house's one scale: a clinician now, whichever way.
    pub const fn severity(self) -> Severity {
        match self {
            Self::None => Severity::Ok,
            Self::AskAboutSafety | Self::TherapistFirst => Severity::Urgent,
        }
    }

    /// What the patient is told.
    pub const fn todo(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::AskAboutSafety | Self::TherapistFirst => Some(
                "Thank you for saying so. Your therapist is being told now. If you might act on these thoughts, \
                 call or text 988, or your local emergency number.",
            ),
        }
    }
}

/// Answers that can be added up: all of them, each 0 to 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    instrument: Instrument,
    values: Vec<i64>,
}

/// Why answers are not added up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Some item has no answer, or there are too many: nothing is guessed (clinical.md §8.2, default).
    #[error("expected {expected} answers")]
    Incomplete {
        /// How many it takes.
        expected: usize,
    },
    /// An answer outside 0 to 3.
    #[error("answer {item} is outside 0 to 3")]
    OutOfRange {
        /// Which item, counted from 1.
        item: usize,
    },
}

impl Answers {
    /// Takes answers in the order of the items.
    ///
    /// # Errors
    /// When one is missing or outside its range.
    pub fn given(instrument: Instrument, values: Vec<i64>) -> Result<Self, Refusal> {
        let expected = instrument.items().len();
        if values.len() != expected {
            return Err(Refusal::Incomplete { expected });
        }
        if let Some(place) = values.iter().position(|value| !(0..=ANSWER_MAX).contains(value)) {
            return Err(Refusal::OutOfRange { item: place + 1 });
        }
        Ok(Self { instrument, values })
    }

    /// Which instrument they answer.
    pub const fn instrument(&self) -> Instrument {
        self.instrument
    }

    /// The answers themselves.
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// What they add up to.
    pub fn total(&self) -> i64 {
        self.values.iter().sum()
    }

    /// The band of the total (clinical.md §8.2 SPIER, §8.3 GH-GAD).
    pub fn band(&self) -> Band {
        band(self.instrument, self.total())
    }

    /// The answer to item 9; none on an instrument that has no such item.
    pub fn item_nine(&self) -> Option<i64> {
        match self.instrument {
            Instrument::Phq9 => self.values.get(ITEM_NINE).copied(),
            Instrument::Gad7 => None,
        }
    }

    /// Where item 9 is taken, given what it was the time before.
    pub fn route(&self, item_nine_before: Option<i64>) -> Route {
        let Some(now) = self.item_nine() else { return Route::None };
        let rose = item_nine_before.is_some_and(|before| now > before);
        if now >= ITEM_NINE_FIRST || rose {
            Route::TherapistFirst
        } else if now >= ITEM_NINE_ASK {
            Route::AskAboutSafety
        } else {
            Route::None
        }
    }
}

/// The band of a total.
pub const fn band(instrument: Instrument, total: i64) -> Band {
    match instrument {
        Instrument::Phq9 => match total {
            ..=4 => Band::Minimal,
            5..=9 => Band::Mild,
            10..=14 => Band::Moderate,
            15..=19 => Band::ModeratelySevere,
            20.. => Band::Severe,
        },
        Instrument::Gad7 => match total {
            ..=4 => Band::Minimal,
            5..=9 => Band::Mild,
            10..=14 => Band::Moderate,
            15.. => Band::Severe,
        },
    }
}

/// How far a total is from the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Points; negative is better.
    pub points: i64,
    /// Half the first total or less. None where no threshold is verified.
    pub response: Option<bool>,
    /// Under 5, from 10 or more. None where no threshold is verified.
    pub remission: Option<bool>,
    /// Five points worse: a person is told. None where no threshold is verified.
    pub worse: Option<bool>,
}

/// Compares a total with the first one. GAD-7 has points only: its thresholds are not verified (clinical.md §12).
pub const fn change(instrument: Instrument, first: i64, now: i64) -> Change {
    let points = now - first;
    match instrument {
        Instrument::Phq9 => Change {
            points,
            response: Some(first > 0 && now * 100 <= first * RESPONSE_PERCENT),
            remission: Some(first >= REMISSION_FROM && now < REMISSION_BELOW),
            worse: Some(points >= WORSE_POINTS),
        },
        Instrument::Gad7 => Change { points, response: None, remission: None, worse: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phq(item_nine: i64) -> Answers {
        let mut values = vec![1; 8];
        values.push(item_nine);
        Answers::given(Instrument::Phq9, values).unwrap()
    }

    #[test]
    fn a_missing_answer_is_never_guessed() {
        let refused = Answers::given(Instrument::Phq9, vec![0; 8]);
        assert_eq!(refused, Err(Refusal::Incomplete { expected: 9 }));
    }

    #[test]
    fn an_answer_outside_its_range_is_named() {
        let refused = Answers::given(Instrument::Gad7, vec![0, 0, 4, 0, 0, 0, 0]);
        assert_eq!(refused, Err(Refusal::OutOfRange { item: 3 }));
        assert!(Answers::given(Instrument::Gad7, vec![-1, 0, 0, 0, 0, 0, 0]).is_err());
    }

    #[test]
    fn totals_fall_into_the_published_bands() {
        let phq = [(4, Band::Minimal), (9, Band::Mild), (14, Band::Moderate), (19, Band::ModeratelySevere)];
        for (total, expected) in phq.into_iter().chain([(20, Band::Severe), (27, Band::Severe)]) {
            assert_eq!(band(Instrument::Phq9, total), expected, "{total}");
        }
        for (total, expected) in
            [(9, Band::Mild), (10, Band::Moderate), (14, Band::Moderate), (15, Band::Severe)]
        {
            assert_eq!(band(Instrument::Gad7, total), expected, "{total}");
        }
    }

    #[test]
    fn any_thought_of_item_nine_brings_a_clinician_whatever_the_total() {
        assert_eq!(phq(0).route(None), Route::None);
        assert_eq!(phq(1).route(None), Route::AskAboutSafety);
        assert_eq!(phq(1).route(None).severity(), Severity::Urgent);
        assert!(phq(1).route(None).todo().is_some());
    }

    #[test]
    fn item_nine_at_two_or_on_the_rise_reaches_the_therapist_first() {
        assert_eq!(phq(2).route(Some(2)), Route::TherapistFirst);
        assert_eq!(phq(1).route(Some(0)), Route::TherapistFirst);
        assert_eq!(phq(1).route(Some(1)), Route::AskAboutSafety);
    }

    #[test]
    fn anxiety_has_no_item_nine() {
        let answers = Answers::given(Instrument::Gad7, vec![3; 7]).unwrap();
        assert_eq!((answers.item_nine(), answers.route(None)), (None, Route::None));
    }

    #[test]
    fn response_remission_and_worsening_follow_the_study() {
        let twenty_to = |now| change(Instrument::Phq9, 20, now);
        assert_eq!((twenty_to(11).response, twenty_to(10).response), (Some(false), Some(true)));
        assert_eq!((twenty_to(5).remission, twenty_to(4).remission), (Some(false), Some(true)));
        assert_eq!(change(Instrument::Phq9, 9, 4).remission, Some(false));
        assert_eq!((twenty_to(24).worse, twenty_to(25).worse), (Some(false), Some(true)));
    }

    #[test]
    fn anxiety_shows_points_and_claims_nothing_more() {
        let change = change(Instrument::Gad7, 15, 3);
        assert_eq!((change.points, change.response, change.remission, change.worse), (-12, None, None, None));
    }
}
