//! Is the sitter really in the room? Six digits on the patient's screen say so.
//!
//! ```text
//! Unproven ──show──▶ Shown ──right──▶ Proven
//!     ▲                │ 3 wrong              │ another device
//!     │                ▼                      ▼
//!     └─ ten minutes ─ Spent               Unproven
//! ```

use kernel::{
    machine::{Machine, Step},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// 3 tries (reliability.md §3.3, rule 2).
pub const TRIES_MAX: u8 = 3;
/// 10 minutes (reliability.md §3.3, rule 2; ASVS 6.5.5).
pub const VALID: Span = Span::minutes(10);
/// Ten minutes between a spent code and the next (reliability.md §5, row 25): whoever guesses gets eighteen in a million
/// an hour. Answers and the alarm need no code, so a sitter who mistyped is never silent.
pub const WAIT_AFTER_SPENT: Span = Span::minutes(10);
/// Six digits: read aloud in one breath.
const DIGITS: u32 = 1_000_000;

/// Six digits. They do not print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// The code a random number stands for.
    pub fn from_random(number: u32) -> Self {
        Self(format!("{:06}", number % DIGITS))
    }

    /// A code someone typed.
    pub fn typed(text: &str) -> Option<Self> {
        (text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| Self(text.to_owned()))
    }

    /// The digits, for the patient's screen.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Compares in the same time whatever differs.
    fn is(&self, other: &Self) -> bool {
        self.0.bytes().zip(other.0.bytes()).fold(0, |seen, (mine, theirs)| seen | (mine ^ theirs)) == 0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••••")
    }
}

/// Where the proof of presence stands, for one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Presence {
    /// No code is on any screen.
    Unproven,
    /// A code is on the patient's screen.
    Shown {
        /// The digits.
        code: Code,
        /// When they stop working.
        expires_at: Timestamp,
        /// Wrong tries left.
        tries: u8,
    },
    /// Three wrong tries: no code for a moment.
    Spent {
        /// When a new one may be shown.
        again_at: Timestamp,
    },
    /// The sitter typed what the patient's screen showed.
    Proven,
}

/// What may be asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The patient or the therapist looks at the code; `fresh` is used if none is valid.
    Show {
        /// Random digits for a new code.
        fresh: Code,
    },
    /// The sitter types a code.
    Enter(Code),
    /// Another device took over, or the sitter was taken back: prove it again.
    Restart,
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The sitter is in the room.
    Proven,
    /// A wrong code was typed.
    Missed,
    /// Presence must be proven again.
    Lost,
}

/// Why it said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No code is valid now; ask for one on the patient's screen.
    #[error("no valid code")]
    NoCode,
    /// Too many wrong tries; a new code comes then.
    #[error("too many wrong codes")]
    Wait {
        /// When a new code may be shown.
        again_at: Timestamp,
    },
}

impl Presence {
    /// Whether the sitter proved to be there.
    pub fn is_proven(&self) -> bool {
        match self {
            Self::Proven => true,
            Self::Unproven | Self::Shown { .. } | Self::Spent { .. } => false,
        }
    }
}

impl Machine for Presence {
    const KIND: &'static str = "presence";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        match self {
            Self::Unproven => match command {
                Command::Show { fresh } => Ok(Step::stay(shown(fresh, now))),
                Command::Enter(_) => Err(Refusal::NoCode),
                Command::Restart | Command::Tick => Ok(Step::stay(Self::Unproven)),
            },
            Self::Shown { code, expires_at, tries } => match command {
                Command::Show { fresh } if expires_at <= now => Ok(Step::stay(shown(fresh, now))),
                Command::Enter(_) if expires_at <= now => Err(Refusal::NoCode),
                Command::Enter(typed) if code.is(&typed) => Ok(Step::to(Self::Proven, Event::Proven)),
                Command::Enter(_) => Ok(Step::to(missed(code, expires_at, tries, now), Event::Missed)),
                Command::Restart => Ok(Step::stay(Self::Unproven)),
                Command::Tick if expires_at <= now => Ok(Step::stay(Self::Unproven)),
                Command::Show { .. } | Command::Tick => {
                    Ok(Step::stay(Self::Shown { code, expires_at, tries }))
                }
            },
            Self::Spent { again_at } => match command {
                Command::Show { fresh } if again_at <= now => Ok(Step::stay(shown(fresh, now))),
                Command::Show { .. } | Command::Enter(_) => Err(Refusal::Wait { again_at }),
                Command::Tick if again_at <= now => Ok(Step::stay(Self::Unproven)),
                // Restarting must not shorten the wait, or a guesser would restart.
                Command::Restart | Command::Tick => Ok(Step::stay(self)),
            },
            Self::Proven => match command {
                Command::Show { .. } | Command::Enter(_) | Command::Tick => Ok(Step::stay(self)),
                Command::Restart => Ok(Step::to(Self::Unproven, Event::Lost)),
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Shown { expires_at, .. } => Some(*expires_at),
            Self::Spent { again_at } => Some(*again_at),
            Self::Unproven | Self::Proven => None,
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Unproven => "unproven",
            Self::Shown { .. } => "shown",
            Self::Spent { .. } => "spent",
            Self::Proven => "proven",
        }
    }
}

fn shown(code: Code, now: Timestamp) -> Presence {
    Presence::Shown { code, expires_at: now.plus(VALID), tries: TRIES_MAX }
}

fn missed(code: Code, expires_at: Timestamp, tries: u8, now: Timestamp) -> Presence {
    match tries.saturating_sub(1) {
        0 => Presence::Spent { again_at: now.plus(WAIT_AFTER_SPENT) },
        tries => Presence::Shown { code, expires_at, tries },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(0);

    fn code(text: &str) -> Code {
        Code::typed(text).unwrap()
    }

    fn told(presence: Presence, command: Command, now: Timestamp) -> Presence {
        presence.step(command, now).unwrap().state
    }

    fn showing() -> Presence {
        told(Presence::Unproven, Command::Show { fresh: code("123456") }, NOON)
    }

    #[test]
    fn the_right_code_proves_presence() {
        let step = showing().step(Command::Enter(code("123456")), NOON).unwrap();
        assert_eq!(step.events, [Event::Proven]);
        assert!(step.state.is_proven());
    }

    #[test]
    fn three_wrong_codes_spend_it_even_for_the_right_one() {
        let mut presence = showing();
        for _ in 0..TRIES_MAX {
            presence = told(presence, Command::Enter(code("000000")), NOON);
        }
        let again_at = NOON.plus(WAIT_AFTER_SPENT);
        assert_eq!(
            presence.clone().step(Command::Enter(code("123456")), NOON),
            Err(Refusal::Wait { again_at })
        );
        let restarted = told(presence, Command::Restart, NOON);
        let shown = told(restarted, Command::Show { fresh: code("654321") }, again_at);
        assert!(told(shown, Command::Enter(code("654321")), again_at).is_proven());
    }

    #[test]
    fn a_code_works_for_ten_minutes() {
        let late = NOON.plus(VALID);
        assert_eq!(showing().step(Command::Enter(code("123456")), late), Err(Refusal::NoCode));
        assert_eq!(told(showing(), Command::Tick, late), Presence::Unproven);
    }

    #[test]
    fn looking_again_shows_the_same_code() {
        assert_eq!(told(showing(), Command::Show { fresh: code("999999") }, NOON), showing());
    }

    #[test]
    fn another_device_must_prove_presence_again() {
        let step = Presence::Proven.step(Command::Restart, NOON).unwrap();
        assert_eq!((step.state, step.events), (Presence::Unproven, vec![Event::Lost]));
    }

    #[test]
    fn a_code_is_six_digits_and_never_prints() {
        assert_eq!(Code::from_random(42).digits(), "000042");
        assert!(Code::typed("12345").is_none() && Code::typed("12345a").is_none());
        assert!(!format!("{:?}", showing()).contains("123456"));
    }
}
