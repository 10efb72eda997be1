//! Whether a step that names the second contact calls them, and the word for why not.
//!
//! Only a confirmed one is called, only while somebody is dosed, and only about something that a person in the home can
//! help with. Who was asked and did not answer is not called: nobody knows who reads it.

use crate::escalation::Cause;

/// How the second contact of a session stands, as identity said it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Named and asked.
    Asked,
    /// They can be reached.
    Confirmed,
    /// They cannot.
    Declined,
    /// They have the sitter's place.
    Sits,
}

/// What came of the second contact at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// They were written to or rung.
    Called,
    /// Nobody was named.
    NoneNamed,
    /// They never answered whether they can be reached.
    NotConfirmed,
    /// They said that they cannot be reached.
    Declined,
    /// They sit themselves.
    Sits,
    /// Nobody is dosed: there is no place to take.
    NotDosed,
    /// What happened is not theirs to know, or not to be mended in the home.
    NotForThem,
}

impl Standing {
    /// The standing of this word; a word that is newer than this service calls nobody.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "asked" => Some(Self::Asked),
            "confirmed" => Some(Self::Confirmed),
            "declined" => Some(Self::Declined),
            "sits" => Some(Self::Sits),
            _unknown => None,
        }
    }
}

impl Called {
    /// What a step does about them.
    pub const fn at_step(standing: Option<Standing>, cause: Cause, is_dosed: bool) -> Self {
        if !cause.is_for_second_contact() {
            return Self::NotForThem;
        }
        match standing {
            None => Self::NoneNamed,
            Some(Standing::Asked) => Self::NotConfirmed,
            Some(Standing::Declined) => Self::Declined,
            Some(Standing::Sits) => Self::Sits,
            Some(Standing::Confirmed) if is_dosed => Self::Called,
            Some(Standing::Confirmed) => Self::NotDosed,
        }
    }

    /// The word in columns and on screens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Called => "called",
            Self::NoneNamed => "none_named",
            Self::NotConfirmed => "not_confirmed",
            Self::Declined => "declined",
            Self::Sits => "sits",
            Self::NotDosed => "not_dosed",
            Self::NotForThem => "not_for_them",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_confirmed_one_is_called_and_only_while_somebody_is_dosed() {
        let at = |word, is_dosed| Called::at_step(Standing::of(word), Cause::MissedCheckin, is_dosed);
        let words = ["confirmed", "asked", "declined", "sits", "a newer word"];
        let came = words.map(|word| at(word, true).as_str());
        assert_eq!(came, ["called", "not_confirmed", "declined", "sits", "none_named"]);
        assert_eq!(at("confirmed", false), Called::NotDosed);
        assert_eq!(at("asked", false), Called::NotConfirmed);
    }

    #[test]
    fn a_quiet_call_and_what_the_clinic_lost_are_not_told_to_them() {
        let kept = [Cause::QuietCall, Cause::TherapistLost, Cause::WatchWeakened];
        for cause in Cause::ALL {
            let called = Called::at_step(Some(Standing::Confirmed), cause, true);
            let wanted = if kept.contains(&cause) { Called::NotForThem } else { Called::Called };
            assert_eq!(called, wanted, "{cause:?}");
        }
    }
}
