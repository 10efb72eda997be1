//! What somebody sent back: a text message, or a key pressed in a call.
//!
//! Only what a person must mean counts. Machines answer too: a voicemail presses nothing, and a phone that says "I am
//! driving, OK?" by itself must not hold an alarm.

use kernel::id::NotificationId;

/// The key that takes an incident in a call, or says that all is well; pressing nothing, or another, does nothing.
pub const DIGIT: &str = "1";
/// The key that says that all is not well, where a look is asked for.
pub const NOT_WELL_DIGIT: &str = "9";

/// A text message that takes an incident, or answers for a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The one that this person was told of.
    Digit,
    /// The one that this code came with.
    Code(String),
    /// No to what this code came with: all is not well.
    No(String),
}

/// The four digits that come with a message, so that two incidents at once are told apart. They prove nothing: who
/// replies is known by the number.
pub fn code(message: NotificationId) -> String {
    format!("{:04}", message.0.as_u128() % 10_000)
}

/// Reads a reply; nothing in all that is not exactly one.
pub fn read(text: &str) -> Option<Reply> {
    let text = text.trim().trim_end_matches(['.', '!']);
    if text == DIGIT {
        return Some(Reply::Digit);
    }
    let mut words = text.split_whitespace();
    let word = words.next()?;
    let code =
        words.next().filter(|code| code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()))?;
    if words.next().is_some() {
        return None;
    }
    match word.to_ascii_lowercase().as_str() {
        "ok" => Some(Reply::Code(code.to_owned())),
        "no" => Some(Reply::No(code.to_owned())),
        _others => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digit_and_the_code_take_it_however_they_are_typed() {
        for text in ["1", " 1 ", "1.", "1\n"] {
            assert_eq!(read(text), Some(Reply::Digit), "{text:?}");
        }
        for text in ["OK 0421", "ok 0421", " Ok  0421! "] {
            assert_eq!(read(text), Some(Reply::Code("0421".into())), "{text:?}");
        }
        for text in ["NO 0421", "no 0421."] {
            assert_eq!(read(text), Some(Reply::No("0421".into())), "{text:?}");
        }
    }

    #[test]
    fn what_a_machine_may_answer_takes_nothing() {
        let machines = [
            "",
            "OK",
            "ok.",
            "I am driving, OK?",
            "OK 0421 later",
            "11",
            "0421",
            "STOP",
            "OK 42",
            "OK ١٢٣٤",
            "2",
            "NO",
            "no thanks",
            "NO 042",
        ];
        for text in machines {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_code_has_four_digits() {
        let message = "018f0000-0000-7000-9000-000000000007".parse().unwrap();
        assert_eq!(code(message).len(), 4);
        assert_eq!(read(&format!("OK {}", code(message))), Some(Reply::Code(code(message))));
    }
}
