//! The instruments whose words may be shown, exactly as published, with their notice (clinical.md §8.1).

use serde::Serialize;
use std::str::FromStr;

/// Their authors' condition for free use: the line stays with the words (clinical.md §8.1, USCORE, GH-GAD).
const NOTICE: &str = "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, \
                      with an educational grant from Pfizer Inc. No permission required to reproduce, translate, \
                      display or distribute.";

/// Both ask about the same two weeks.
const INTRODUCTION: &str =
    "Over the last 2 weeks, how often have you been bothered by any of the following problems?";

/// Nothing to something, 0 to 3 (clinical.md §8.2; LOINC LA6568-5, LA6569-3, LA6570-1, LA6571-9).
const CHOICES: [&str; 4] = ["Not at all", "Several days", "More than half the days", "Nearly every day"];

const PHQ_9: [&str; 9] = [
    "Little interest or pleasure in doing things",
    "Feeling down, depressed, or hopeless",
    "Trouble falling or staying asleep, or sleeping too much",
    "Feeling tired or having little energy",
    "Poor appetite or overeating",
    "Feeling bad about yourself — or that you are a failure or have let yourself or your family down",
    "Trouble concentrating on things, such as reading the newspaper or watching television",
    "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety or \
     restless that you have been moving around a lot more than usual",
    "Thoughts that you would be better off dead or of hurting yourself in some way",
];

const GAD_7: [&str; 7] = [
    "Feeling nervous, anxious, or on edge",
    "Not being able to stop or control worrying",
    "Worrying too much about different things",
    "Trouble relaxing",
    "Being so restless that it's hard to sit still",
    "Becoming easily annoyed or irritable",
    "Feeling afraid as if something awful might happen",
];

/// The highest answer to any item.
pub const ANSWER_MAX: i64 = 3;

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// Depression, nine items. The ninth is about being better off dead.
    #[serde(rename = "phq9")]
    Phq9,
    /// Anxiety, seven items.
    #[serde(rename = "gad7")]
    Gad7,
}

/// A word that names no instrument.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an instrument")]
pub struct NotAnInstrument;

impl Instrument {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Phq9, Self::Gad7];

    /// The word in paths and columns.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phq9 => "phq9",
            Self::Gad7 => "gad7",
        }
    }

    /// What a person calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Phq9 => "PHQ-9",
            Self::Gad7 => "GAD-7",
        }
    }

    /// What is asked before the items.
    pub const fn introduction(self) -> &'static str {
        INTRODUCTION
    }

    /// The items, in order.
    pub const fn items(self) -> &'static [&'static str] {
        match self {
            Self::Phq9 => &PHQ_9,
            Self::Gad7 => &GAD_7,
        }
    }

    /// The answers to any item, 0 first.
    pub const fn choices(self) -> &'static [&'static str] {
        &CHOICES
    }

    /// What must stand beside the words.
    pub const fn notice(self) -> &'static str {
        NOTICE
    }
}

impl FromStr for Instrument {
    type Err = NotAnInstrument;

    fn from_str(word: &str) -> Result<Self, NotAnInstrument> {
        Self::ALL.into_iter().find(|instrument| instrument.as_str() == word).ok_or(NotAnInstrument)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instrument_keeps_its_notice_and_its_number_of_items() {
        let counts = Instrument::ALL.map(|instrument| instrument.items().len());
        assert_eq!(counts, [9, 7]);
        for instrument in Instrument::ALL {
            assert!(instrument.notice().contains("Kurt Kroenke"), "{}", instrument.title());
            assert_eq!(instrument.as_str().parse(), Ok(instrument));
        }
    }

    #[test]
    fn an_instrument_that_is_not_cleared_has_no_words_here() {
        assert_eq!("cssrs".parse::<Instrument>(), Err(NotAnInstrument));
        assert_eq!("who5".parse::<Instrument>(), Err(NotAnInstrument));
    }
}
