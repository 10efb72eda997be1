//! One account, from an invitation to a working second factor.
//!
//! ```text
//! Invited ──password──▶ PasswordSet ──first code──▶ Active ──(renewed by a new invitation)──▶ PasswordSet
//! ```
//! A code from the app works once: the last used time step is part of the state.

use kernel::{
    machine::{Machine, Step},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Where one account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Account {
    /// Known to the clinic, nothing chosen yet.
    Invited,
    /// A password is set; the app has not proven itself.
    PasswordSet,
    /// Password and app both work.
    Active {
        /// The app's time step of the last accepted code.
        last_step: u64,
    },
}

/// What may be asked of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A new password and a new app secret, chosen behind an invitation.
    SetPassword,
    /// A right code from the new app.
    Confirm {
        /// The time step it belongs to.
        step: u64,
    },
    /// A right code at sign-in.
    Present {
        /// The time step it belongs to.
        step: u64,
    },
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A password was set, and a new app secret issued.
    PasswordSet,
    /// The account works.
    Activated,
    /// A code was used; it will not work again.
    CodeUsed,
}

/// Why an account said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No password is set yet.
    #[error("no password yet")]
    NoPassword,
    /// The app is not confirmed yet.
    #[error("not active")]
    NotActive,
    /// This code, or a later one, was used before.
    #[error("code used")]
    CodeUsed,
    /// The app is confirmed already.
    #[error("already active")]
    AlreadyActive,
}

impl Machine for Account {
    const KIND: &'static str = "account";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, _now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        match self {
            Self::Invited => match command {
                Command::SetPassword => Ok(Step::to(Self::PasswordSet, Event::PasswordSet)),
                Command::Confirm { .. } => Err(Refusal::NoPassword),
                Command::Present { .. } => Err(Refusal::NotActive),
                Command::Tick => Ok(Step::stay(self)),
            },
            Self::PasswordSet => match command {
                Command::SetPassword => Ok(Step::to(self, Event::PasswordSet)),
                Command::Confirm { step } => Ok(Step::to(Self::Active { last_step: step }, Event::Activated)),
                Command::Present { .. } => Err(Refusal::NotActive),
                Command::Tick => Ok(Step::stay(self)),
            },
            Self::Active { last_step } => match command {
                Command::SetPassword => Ok(Step::to(Self::PasswordSet, Event::PasswordSet)),
                Command::Confirm { .. } => Err(Refusal::AlreadyActive),
                Command::Present { step } if step <= last_step => Err(Refusal::CodeUsed),
                Command::Present { step } => Ok(Step::to(Self::Active { last_step: step }, Event::CodeUsed)),
                Command::Tick => Ok(Step::stay(self)),
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        None
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::PasswordSet => "password_set",
            Self::Active { .. } => "active",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(0);

    fn told(account: Account, command: Command) -> Account {
        account.step(command, NOON).unwrap().state
    }

    fn active() -> Account {
        told(told(Account::Invited, Command::SetPassword), Command::Confirm { step: 10 })
    }

    #[test]
    fn an_account_opens_with_password_then_app() {
        assert_eq!(Account::Invited.step(Command::Confirm { step: 1 }, NOON), Err(Refusal::NoPassword));
        assert_eq!(active().phase(), "active");
    }

    #[test]
    fn a_code_works_once() {
        let used = told(active(), Command::Present { step: 11 });
        for step in [9, 10, 11] {
            assert_eq!(used.step(Command::Present { step }, NOON), Err(Refusal::CodeUsed));
        }
        assert!(used.step(Command::Present { step: 12 }, NOON).is_ok());
    }

    #[test]
    fn an_unconfirmed_account_does_not_sign_in() {
        let half = told(Account::Invited, Command::SetPassword);
        assert_eq!(half.step(Command::Present { step: 1 }, NOON), Err(Refusal::NotActive));
    }

    #[test]
    fn a_new_password_needs_the_new_app() {
        let renewed = told(active(), Command::SetPassword);
        assert_eq!(renewed, Account::PasswordSet);
        assert_eq!(renewed.step(Command::Present { step: 99 }, NOON), Err(Refusal::NotActive));
    }
}
