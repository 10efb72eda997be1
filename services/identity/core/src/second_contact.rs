//! The second contact of a session: whom to call when nobody in the home can be reached.
//!
//! ```text
//! Asked ──yes──▶ Confirmed ──the place──▶ Sits
//!   └────no────▶ Declined
//! ```
//! Only a yes makes somebody a second contact who can be called: asked is not known, and not known is never fine.

use serde::{Deserialize, Serialize};

/// How the second contact of a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Named, and asked. Nothing is known yet.
    Asked,
    /// They said that they can be reached.
    Confirmed,
    /// They said that they cannot.
    Declined,
    /// They have the sitter's place.
    Sits,
}

/// What may come of a second contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// "Yes, I can be reached."
    Reachable,
    /// "No."
    NotReachable,
    /// The sitter's place is theirs from now on.
    Sit,
}

/// Why a second contact's word changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// They sit already: there is nobody left to be called.
    #[error("sits already")]
    SitsAlready,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Asked, Self::Confirmed, Self::Declined, Self::Sits];

    /// The word in columns and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
            Self::Sits => "sits",
        }
    }

    /// The standing of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }

    /// Whether they may take the sitter's place when they are called.
    pub const fn may_sit(self) -> bool {
        match self {
            Self::Confirmed => true,
            Self::Asked | Self::Declined | Self::Sits => false,
        }
    }

    /// What becomes of it.
    ///
    /// # Errors
    /// When they sit already.
    pub const fn step(self, command: Command) -> Result<Self, Refusal> {
        match self {
            Self::Asked | Self::Confirmed | Self::Declined => match command {
                Command::Reachable => Ok(Self::Confirmed),
                Command::NotReachable => Ok(Self::Declined),
                Command::Sit => Ok(Self::Sits),
            },
            Self::Sits => match command {
                Command::Reachable | Command::NotReachable => Err(Refusal::SitsAlready),
                Command::Sit => Ok(Self::Sits),
            },
        }
    }
}

/// How somebody can be reached.
#[derive(Clone, Copy)]
pub struct Ways<'a> {
    /// Their e-mail address.
    pub email: &'a str,
    /// Their telephone number, as it was typed.
    pub phone: &'a str,
}

/// 7: numbers within one town are as long; what is shorter is compared whole.
const LOCAL_DIGITS: usize = 7;

impl Ways<'_> {
    /// Whether both lead to one person: a phone that lies on the sofa is no second way.
    pub fn lead_to_one(self, other: Self) -> bool {
        is_one_address(self.email, other.email) || is_one_number(self.phone, other.phone)
    }
}

fn is_one_address(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The same number is written with and without its country, and with the zero that is dialled at home.
fn is_one_number(one: &str, other: &str) -> bool {
    let (one, other) = (dialled(one), dialled(other));
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    long == short || (short.len() >= LOCAL_DIGITS && long.ends_with(&short))
}

fn dialled(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: Ways<'_> = Ways { email: "ana@home.example", phone: "+351 912 345 678" };

    #[test]
    fn only_a_yes_lets_a_second_contact_be_called() {
        assert_eq!(Standing::ALL.map(Standing::may_sit), [false, true, false, false]);
        assert_eq!(Standing::Asked.step(Command::Reachable), Ok(Standing::Confirmed));
        assert_eq!(Standing::Asked.step(Command::NotReachable), Ok(Standing::Declined));
        assert_eq!(Standing::Confirmed.step(Command::NotReachable), Ok(Standing::Declined));
    }

    #[test]
    fn whoever_sits_is_no_second_contact_any_more() {
        for standing in Standing::ALL {
            assert_eq!(standing.step(Command::Sit), Ok(Standing::Sits));
        }
        assert_eq!(Standing::Sits.step(Command::Reachable), Err(Refusal::SitsAlready));
        assert_eq!(Standing::Sits.step(Command::NotReachable), Err(Refusal::SitsAlready));
    }

    #[test]
    fn every_standing_is_found_by_its_word() {
        for standing in Standing::ALL {
            assert_eq!(Standing::of(standing.as_str()), Some(standing));
        }
        assert_eq!(Standing::of("unknown"), None);
    }

    #[test]
    fn one_phone_is_one_person_however_its_number_is_written() {
        for phone in ["+351912345678", "00351 912 345 678", "(0)912-345-678", "912 345 678"] {
            assert!(ANA.lead_to_one(Ways { email: "kit@home.example", phone }), "{phone}");
        }
        for phone in ["+351 912 345 679", "678", "5678"] {
            assert!(!ANA.lead_to_one(Ways { email: "kit@home.example", phone }), "{phone}");
        }
    }

    #[test]
    fn one_address_is_one_person() {
        assert!(ANA.lead_to_one(Ways { email: " Ana@Home.example", phone: "+1 555 0100 301" }));
        assert!(!ANA.lead_to_one(Ways { email: "ana@work.example", phone: "+1 555 0100 301" }));
    }
}
