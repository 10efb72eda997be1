//! Asking for a look by telephone, while no page of the sitter's can ask (product.md §2.7): by text when it is due, and
//! by a call half a minute later.
//!
//! What comes back proves less than the page's signed answer: whoever holds the phone can press a key. It is taken as a
//! look all the same, for silence would say less, and the record says how it came.

use crate::form;
use crate::ladder::Channel;
use kernel::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// A text may lie unheard; a call rings (the times of the page's own nudges: reliability.md §2.5, step 0).
pub const CALL_AFTER: Span = Span::seconds(30);
/// In a faster drill the deadline is there before an answer can be.
const GRACE_MIN: Span = Span::seconds(45);
/// A mail is read within minutes: it asks for looks after the discharge, not for one that is late in a minute.
const MAIL_GRACE_MIN: Span = Span::minutes(10);

/// How a look is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Something to read.
    Text,
    /// Something that rings.
    Call,
}

/// What somebody said about the look that they were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// They looked, and all is well.
    Well,
    /// It is not.
    NotWell,
}

impl Round {
    /// How a look that was due then is asked for by now; nobody rings by mail.
    pub fn of(due_at: Timestamp, now: Timestamp, has_telephone: bool) -> Self {
        if has_telephone && now >= due_at.plus(CALL_AFTER) { Self::Call } else { Self::Text }
    }

    /// The number in the column.
    pub const fn number(self) -> i64 {
        match self {
            Self::Text => 0,
            Self::Call => 1,
        }
    }

    /// Over which channel.
    pub const fn channel(self, has_telephone: bool) -> Channel {
        match self {
            Self::Text if has_telephone => Channel::Sms,
            Self::Text => Channel::Mail,
            Self::Call => Channel::Voice,
        }
    }
}

/// A look that is late sooner is not asked for: the answer could not be in time.
pub const fn grace_min(has_telephone: bool) -> Span {
    if has_telephone { GRACE_MIN } else { MAIL_GRACE_MIN }
}

impl Word {
    /// The answers it stands for. "Not well" says no more than that: the look is as good as "not sure", and the alarm
    /// that goes with it says the rest.
    pub fn answers(self) -> BTreeMap<String, String> {
        let value = match self {
            Self::Well => "well",
            Self::NotWell => "unsure",
        };
        BTreeMap::from([(form::ALL_WELL.to_owned(), value.to_owned())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::severity::Severity;

    const DUE: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn a_look_is_asked_for_by_text_and_half_a_minute_later_by_a_call() {
        let after = |seconds| Round::of(DUE, DUE.plus(Span::seconds(seconds)), true);
        assert_eq!(
            [after(0), after(29), after(30), after(300)],
            [Round::Text, Round::Text, Round::Call, Round::Call]
        );
    }

    #[test]
    fn a_text_and_a_call_about_one_look_are_two_messages() {
        assert_eq!([Round::Text, Round::Call].map(Round::number), [0, 1]);
    }

    #[test]
    fn without_a_telephone_it_is_asked_for_by_mail_and_nobody_is_called() {
        assert_eq!(
            [Round::Text, Round::Call].map(|round| round.channel(true)),
            [Channel::Sms, Channel::Voice]
        );
        assert_eq!(Round::of(DUE, DUE.plus(Span::minutes(5)), false).channel(false), Channel::Mail);
        assert!(grace_min(true) < Span::minutes(1), "a look of the session has a minute");
        assert!(grace_min(false) > Span::minutes(1), "nobody reads a mail within that minute");
    }

    #[test]
    fn well_is_well_and_not_well_is_looked_at_again() {
        let severity = |word: Word| form::read(&word.answers()).map(|meaning| meaning.severity);
        assert_eq!(severity(Word::Well), Ok(Severity::Ok));
        assert_eq!(severity(Word::NotWell), Ok(Severity::Watch));
    }
}
