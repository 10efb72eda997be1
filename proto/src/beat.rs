//! What engines and watchdog tell each other: the beat, and the echo that answers it. Ids, counts and times, and where
//! to page people: no name, nothing about anybody's health.
//!
//! Both travel as a [`Signed`] envelope. What is verified is the text as it came, so nobody has to agree on how JSON
//! is spelled.

use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How often each engine says that it lives (reliability.md §2.8).
pub const BEAT_INTERVAL: Span = Span::seconds(10);
/// Three beats missed: whoever hears nothing for so long raises the alarm, on either side (reliability.md §2.7, §2.8).
pub const SILENCE: Span = Span::seconds(30);
/// A beat that is older, or further ahead, proves nothing (reliability.md §3.2).
pub const BEAT_LIFETIME: Span = Span::seconds(10);
/// How far behind the newest beat of its boot an overtaken one may be (reliability.md §3.2).
pub const REPLAY_WINDOW: u64 = 3;
/// As many deadlines as a beat names: those of the next minutes (reliability.md §2.8).
pub const DEADLINES_MAX: usize = 20;
/// As many people as a page can wake within one attempt at each.
pub const PAGERS_MAX: usize = 20;
/// A full beat, with every list and every address at its longest, is 9 KB.
pub const BODY_MAX: usize = 12_000;

/// A word the wire does not know, or one that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOnTheWire(&'static str);

impl fmt::Display for NotOnTheWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NotOnTheWire {}

/// Makes a kind of text that cannot be wrong once it exists.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident if $is_good:ident else $sentence:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotOnTheWire;

            fn try_from(text: String) -> Result<Self, NotOnTheWire> {
                if $is_good(&text) { Ok(Self(text)) } else { Err(NotOnTheWire($sentence)) }
            }
        }
    )*};
}

texts! {
    /// Which engine of the house speaks.
    EngineId if is_word else "an engine's id is 1 to 64 letters, digits, - or _";
    /// One start of a process: after a restart it is another.
    BootId if is_word else "a boot's id is 1 to 64 letters, digits, - or _";
    /// A deadline, by an id that says nothing to a stranger.
    DeadlineId if is_word else "a deadline's id is 1 to 64 letters, digits, - or _";
    /// Which key signed.
    KeyId if is_word else "a key's id is 1 to 64 letters, digits, - or _";
    /// An e-mail address to page. It never prints.
    Address if is_address else "an address is one@place, without spaces, and at most 254 letters long";
    /// The exact JSON text that was signed. It never prints: it holds addresses.
    Body if is_body else "a signed text is at most 12,000 bytes long";
    /// An Ed25519 signature: 64 bytes in base64 for URLs, without padding. It never prints.
    Signature if is_signature else "a signature is 86 letters of base64 for URLs";
}

/// Ids may be seen in a log.
macro_rules! prints {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

/// Contacts may not.
macro_rules! never_prints {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("•••")
            }
        }
    )*};
}

prints! { EngineId BootId DeadlineId KeyId }
never_prints! { Address Body Signature }

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(is_letter)
}

fn is_letter(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_'
}

/// 254: the longest address that mail can carry (RFC 5321).
fn is_address(text: &str) -> bool {
    let is_plain = text.len() <= 254 && text.bytes().all(|letter| letter.is_ascii_graphic());
    let parts = text.split_once('@');
    is_plain && parts.is_some_and(|(one, place)| !one.is_empty() && !place.is_empty() && !place.contains('@'))
}

fn is_body(text: &str) -> bool {
    text.len() <= BODY_MAX
}

fn is_signature(text: &str) -> bool {
    text.len() == 86 && text.bytes().all(is_letter)
}

/// A list that cannot grow past `MAX`. Collected from a longer one, it keeps the first.
///
/// A speaker that named one person too many would be refused, and thereby silent: so it cannot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<T>", bound(deserialize = "T: Deserialize<'de>"))]
pub struct AtMost<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> AtMost<T, MAX> {
    /// What it holds.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> TryFrom<Vec<T>> for AtMost<T, MAX> {
    type Error = NotOnTheWire;

    fn try_from(list: Vec<T>) -> Result<Self, NotOnTheWire> {
        if list.len() <= MAX { Ok(Self(list)) } else { Err(NotOnTheWire("a list is too long")) }
    }
}

impl<T, const MAX: usize> FromIterator<T> for AtMost<T, MAX> {
    fn from_iter<I: IntoIterator<Item = T>>(list: I) -> Self {
        Self(list.into_iter().take(MAX).collect())
    }
}

/// What an engine says every [`BEAT_INTERVAL`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    /// Which engine.
    pub engine: EngineId,
    /// Since which start.
    pub boot: BootId,
    /// Rises with every beat of that boot.
    pub sequence: u64,
    /// When it was sent, by the engine's clock.
    pub sent_at: Timestamp,
    /// When the engine's own audit last passed, by the same clock.
    pub audit_ok_at: Option<Timestamp>,
    /// Whether looks that are missed on purpose reach no mailbox in time. A house that misses none on purpose says no.
    #[serde(default)]
    pub alarm_path_broken: bool,
    /// How many sessions are being watched.
    pub live_sessions: u32,
    /// What falls due next, soonest first.
    pub next_deadlines: AtMost<NextDeadline, DEADLINES_MAX>,
    /// Whoever is on call now.
    pub pagers: AtMost<Address, PAGERS_MAX>,
}

/// A time by which somebody must have looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextDeadline {
    /// Which. Opaque: it leads to nobody without the house's own rows.
    pub id: DeadlineId,
    /// When it passes.
    pub deadline_at: Timestamp,
}

/// What the watchdog answers, so that engines know that it lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Echo {
    /// The watchdog's own start.
    pub watchdog: BootId,
    /// The sequence of the beat that was heard.
    pub sequence: u64,
    /// When it was heard, by the watchdog's clock.
    pub heard_at: Timestamp,
    /// Whether the watchdog itself is in order: it can remember, and its last mail was taken.
    pub clean: bool,
}

/// A text and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Which key.
    pub key_id: KeyId,
    /// A [`Beat`] or an [`Echo`], as JSON, exactly as it was signed.
    pub body: Body,
    /// Ed25519 over the bytes of the body.
    pub signature: Signature,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word<T: TryFrom<String, Error = NotOnTheWire>>(text: &str) -> T {
        T::try_from(text.to_owned()).unwrap()
    }

    fn beat(text_length: usize) -> Beat {
        let long = "a".repeat(text_length);
        let deadline = NextDeadline { id: word(&long), deadline_at: Timestamp::from_micros(i64::MAX) };
        Beat {
            engine: word(&long),
            boot: word(&long),
            sequence: u64::MAX,
            sent_at: Timestamp::from_micros(i64::MAX),
            audit_ok_at: Some(Timestamp::from_micros(i64::MAX)),
            alarm_path_broken: false,
            live_sessions: u32::MAX,
            next_deadlines: std::iter::repeat_n(deadline, 30).collect(),
            pagers: std::iter::repeat_n(word(&format!("{}@{}", long, "b".repeat(189))), 30).collect(),
        }
    }

    #[test]
    fn the_longest_beat_fits_into_its_envelope_and_comes_back() {
        let text = serde_json::to_string(&beat(64)).unwrap();
        assert!(text.len() <= BODY_MAX, "{}", text.len());
        assert_eq!(serde_json::from_str::<Beat>(&text).unwrap(), beat(64));
    }

    #[test]
    fn a_beat_with_one_deadline_too_many_or_an_unknown_word_is_refused() {
        let mut value = serde_json::to_value(beat(5)).unwrap();
        assert!(serde_json::from_value::<Beat>(value.clone()).is_ok());
        let deadlines = value["next_deadlines"].as_array_mut().unwrap();
        deadlines.push(deadlines[0].clone());
        assert!(serde_json::from_value::<Beat>(value).is_err());
        let mut value = serde_json::to_value(beat(5)).unwrap();
        value["name"] = "Sam".into();
        assert!(serde_json::from_value::<Beat>(value).is_err());
    }

    #[test]
    fn only_short_words_and_plain_addresses_exist() {
        assert!(["", "a b", "ä", &"a".repeat(65)].iter().all(|text| !is_word(text)));
        assert!(
            ["noor", "@home", "noor@", "a@b@c", "a b@c", "a@b\r\nBcc: c"]
                .iter()
                .all(|text| !is_address(text))
        );
        assert!(is_word("engine-1") && is_address("noor@home.test"));
        assert!(is_signature(&"a".repeat(86)) && !is_signature(&"ä".repeat(43)));
    }

    #[test]
    fn an_address_never_prints() {
        assert!(!format!("{:?}", beat(5)).contains('@'));
    }
}
