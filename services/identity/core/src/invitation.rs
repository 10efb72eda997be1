//! A link that was mailed, and what may become of it.
//!
//! ```text
//! Issued ──redeem──▶ Redeemed        Issued ──time──▶ Expired        Issued ──revoke──▶ Revoked
//! ```
//! From outside, a link that is used, late, taken back or never existed gives the same answer
//! (reliability.md §3.3, rule 8).

use kernel::{
    machine::{Machine, Step},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// 24 hours before the session a sitter may begin to prepare (reliability.md §3.2).
pub const SITTER_BEFORE_START: Span = Span::hours(24);
/// 2 hours after the planned end the sitter's link is dead (reliability.md §3.2).
pub const SITTER_AFTER_END: Span = Span::hours(2);
/// 7 days to open an account: people read mail at the weekend.
pub const ACCOUNT_VALID: Span = Span::hours(24 * 7);

/// How often a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uses {
    /// Once. Every link that was mailed to a real person.
    Once,
    /// Until it expires: the links of a demonstration house, where nobody is real.
    UntilExpiry,
}

/// Where one link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Link {
    /// Sent, and not yet pressed.
    Issued {
        /// How often it opens.
        uses: Uses,
        /// Not before.
        opens_at: Timestamp,
        /// Not from then on.
        expires_at: Timestamp,
    },
    /// Pressed.
    Redeemed,
    /// Never pressed in time.
    Expired,
    /// Taken back.
    Revoked,
}

/// What may be asked of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A person pressed it.
    Redeem,
    /// Someone took it back.
    Revoke,
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was pressed.
    Redeemed,
    /// It was taken back.
    Revoked,
}

/// Why a link said no. One answer outside; the trail knows the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its window has not begun.
    #[error("too early")]
    TooEarly,
    /// Its window is over.
    #[error("too late")]
    TooLate,
    /// It was pressed before.
    #[error("used")]
    Used,
    /// It was taken back.
    #[error("revoked")]
    Revoked,
}

impl Link {
    /// A link to open or renew an account.
    pub fn account(now: Timestamp) -> Self {
        Self::Issued { uses: Uses::Once, opens_at: now, expires_at: now.plus(ACCOUNT_VALID) }
    }

    /// The link to the morning questions, dead when silence goes to the ladder.
    pub fn morning(now: Timestamp, expires_at: Timestamp) -> Self {
        Self::Issued { uses: Uses::Once, opens_at: now, expires_at }
    }

    /// A sitter's link in a drill, where a booked session may be entered at once.
    pub fn drill_sitter(now: Timestamp, ends_at: Timestamp) -> Self {
        Self::Issued { uses: Uses::Once, opens_at: now, expires_at: ends_at.plus(SITTER_AFTER_END) }
    }

    /// What a second contact is asked over, and the code that opens the sitter's page for them: as long as a sitter's own
    /// link works. That somebody must be dosed for the second is said where it is used.
    pub fn second_contact(now: Timestamp, ends_at: Timestamp) -> Self {
        Self::Issued { uses: Uses::Once, opens_at: now, expires_at: ends_at.plus(SITTER_AFTER_END) }
    }

    /// When it stops working, while it waits.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.due()
    }

    /// A sitter's link: from the day before to two hours after the end.
    pub fn sitter(starts_at: Timestamp, ends_at: Timestamp) -> Self {
        Self::Issued {
            uses: Uses::Once,
            opens_at: starts_at.minus(SITTER_BEFORE_START),
            expires_at: ends_at.plus(SITTER_AFTER_END),
        }
    }

    /// A link into a demonstration house.
    pub fn demonstration(now: Timestamp, valid: Span) -> Self {
        Self::Issued { uses: Uses::UntilExpiry, opens_at: now, expires_at: now.plus(valid) }
    }
}

impl Machine for Link {
    const KIND: &'static str = "link";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        match self {
            Self::Issued { uses, opens_at, expires_at } => match command {
                Command::Redeem if now < opens_at => Err(Refusal::TooEarly),
                Command::Redeem if expires_at <= now => Err(Refusal::TooLate),
                Command::Redeem => Ok(Step::to(
                    match uses {
                        Uses::Once => Self::Redeemed,
                        Uses::UntilExpiry => self,
                    },
                    Event::Redeemed,
                )),
                Command::Revoke => Ok(Step::to(Self::Revoked, Event::Revoked)),
                Command::Tick if now < expires_at => Ok(Step::stay(self)),
                Command::Tick => Ok(Step::stay(Self::Expired)),
            },
            Self::Redeemed => match command {
                Command::Redeem => Err(Refusal::Used),
                // Taking it back late is harmless: what it opened is ended elsewhere.
                Command::Revoke | Command::Tick => Ok(Step::stay(self)),
            },
            Self::Expired => match command {
                Command::Redeem => Err(Refusal::TooLate),
                Command::Revoke | Command::Tick => Ok(Step::stay(self)),
            },
            Self::Revoked => match command {
                Command::Redeem => Err(Refusal::Revoked),
                Command::Revoke | Command::Tick => Ok(Step::stay(self)),
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match *self {
            Self::Issued { expires_at, .. } => Some(expires_at),
            Self::Redeemed | Self::Expired | Self::Revoked => None,
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "issued",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(0);

    fn at(hours: i64) -> Timestamp {
        NOON.plus(Span::hours(hours))
    }

    #[test]
    fn a_link_opens_once() {
        let link = Link::account(NOON).step(Command::Redeem, NOON).unwrap().state;
        assert_eq!(link.step(Command::Redeem, NOON), Err(Refusal::Used));
    }

    #[test]
    fn a_sitters_link_lives_from_the_day_before_to_two_hours_after() {
        let link = Link::sitter(at(100), at(104));
        assert_eq!(link.step(Command::Redeem, at(76).minus(Span::micros(1))), Err(Refusal::TooEarly));
        assert!(link.step(Command::Redeem, at(76)).is_ok());
        assert!(link.step(Command::Redeem, at(106).minus(Span::micros(1))).is_ok());
        assert_eq!(link.step(Command::Redeem, at(106)), Err(Refusal::TooLate));
    }

    #[test]
    fn a_second_contacts_link_lives_from_now_to_two_hours_after_the_session() {
        let link = Link::second_contact(at(90), at(104));
        assert!(link.step(Command::Redeem, at(90)).is_ok());
        assert!(link.step(Command::Redeem, at(106).minus(Span::micros(1))).is_ok());
        assert_eq!(link.step(Command::Redeem, at(106)), Err(Refusal::TooLate));
    }

    #[test]
    fn an_expired_link_stays_expired() {
        let link = Link::account(NOON);
        let expired = link.step(Command::Tick, link.due().unwrap()).unwrap().state;
        assert_eq!(expired.step(Command::Redeem, NOON), Err(Refusal::TooLate));
    }

    #[test]
    fn a_revoked_link_does_not_open() {
        let link = Link::account(NOON).step(Command::Revoke, NOON).unwrap().state;
        assert_eq!(link.step(Command::Redeem, NOON), Err(Refusal::Revoked));
    }

    #[test]
    fn a_demonstration_link_opens_again_until_it_expires() {
        let link = Link::demonstration(NOON, Span::hours(1));
        let again = link.step(Command::Redeem, NOON).unwrap().state;
        assert!(again.step(Command::Redeem, NOON).is_ok());
        assert_eq!(again.step(Command::Redeem, at(1)), Err(Refusal::TooLate));
    }
}
