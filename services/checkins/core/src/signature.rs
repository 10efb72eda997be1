//! Whose phone an answer is from, and which of its two keys signed it.
//!
//! A phone brings two keys to its session. Both make a good answer; the second one also asks for help, and nothing on
//! the phone, on the line or in what the home may read tells them apart (product.md §3, item 8).

use kernel::severity::Severity;

/// What the signature of a look says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// This sign-in never brought a key: an old browser, or a therapist who looks in the sitter's place.
    NoKey,
    /// By the key for ordinary answers.
    Ordinary,
    /// By the key that calls for help quietly.
    Quiet,
    /// There is a key, and the look bears no signature.
    Missing,
    /// There is a key, and something else signed.
    Foreign,
}

/// Why a look is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It bears no signature.
    Unsigned,
    /// It bears another one's.
    Foreign,
}

impl Signature {
    /// What the record says. Of the two keys it says the same: the home reads it too.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary | Self::Quiet => "signed",
            Self::NoKey | Self::Missing => "unsigned",
            Self::Foreign => "foreign",
        }
    }

    /// Whether it asks for help without saying so.
    pub const fn calls_quietly(self) -> bool {
        match self {
            Self::Quiet => true,
            Self::Ordinary | Self::NoKey | Self::Missing | Self::Foreign => false,
        }
    }

    /// A look of this severity with this signature is taken, or why not. What is urgent is heard from any hand
    /// (reliability.md §5, row 49): only "all well" has to be proven.
    ///
    /// # Errors
    /// When the phone has a key, and it did not sign.
    pub fn admits(self, severity: Severity) -> Result<(), Refusal> {
        match self {
            Self::Missing if severity < Severity::Urgent => Err(Refusal::Unsigned),
            Self::Foreign if severity < Severity::Urgent => Err(Refusal::Foreign),
            Self::Ordinary | Self::Quiet | Self::NoKey | Self::Missing | Self::Foreign => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Signature; 5] =
        [Signature::NoKey, Signature::Ordinary, Signature::Quiet, Signature::Missing, Signature::Foreign];

    #[test]
    fn all_well_is_taken_from_the_phone_of_the_session_or_from_one_that_has_no_key() {
        assert_eq!(Signature::Missing.admits(Severity::Ok), Err(Refusal::Unsigned));
        assert_eq!(Signature::Foreign.admits(Severity::Watch), Err(Refusal::Foreign));
        for signature in [Signature::NoKey, Signature::Ordinary, Signature::Quiet] {
            assert_eq!(signature.admits(Severity::Ok), Ok(()));
        }
    }

    #[test]
    fn what_is_urgent_is_heard_from_any_hand() {
        for signature in ALL {
            assert_eq!(signature.admits(Severity::Urgent), Ok(()));
            assert_eq!(signature.admits(Severity::Emergency), Ok(()));
        }
    }

    #[test]
    fn the_record_says_the_same_of_both_keys() {
        assert_eq!(Signature::Quiet.as_str(), Signature::Ordinary.as_str());
        let quiet: Vec<_> = ALL.into_iter().filter(|signature| signature.calls_quietly()).collect();
        assert_eq!(quiet, [Signature::Quiet]);
    }
}
