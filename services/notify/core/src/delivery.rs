//! One message on its way to one address. It is never dropped without a word.
//!
//! ```text
//! queued ──tick──▶ sending ──accepted──▶ sent
//!   ▲                │ ├─deferred──▶ failed ──tick──▶ sending
//!   └─address change─┴─┴─rejected──▶ refused
//!                    └─lease over, tick──▶ sending          past its use ──tick──▶ expired
//! ```

use kernel::machine::{Machine, Step};
use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// One attempt may take this long; then it counts as lost and is made again.
/// Longer than the transport's own limit of 20 s for a whole attempt, so that two never run at once.
pub const LEASE: Span = Span::seconds(30);
/// The first wait after a failure.
const BACKOFF_FIRST: Span = Span::seconds(5);
/// The longest wait: greylisting is lifted within minutes, and an outage should end in a quarter of an hour.
const BACKOFF_MAX: Span = Span::minutes(15);
/// After eight doublings the longest wait is reached; counting further only overflows.
const DOUBLINGS_MAX: u32 = 8;

/// What every state remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// How many were begun.
    pub begun: u32,
    /// From when on the message is of no use: a link that stopped working, a start that has passed.
    pub useless_at: Option<Timestamp>,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase")]
pub enum Delivery {
    /// It waits for its first attempt.
    Queued {
        /// What was tried.
        attempts: Attempts,
        /// When to try.
        next_at: Timestamp,
    },
    /// Someone is handing it over right now, or died doing so.
    Sending {
        /// What was tried.
        attempts: Attempts,
        /// When that someone counts as lost.
        lease_until: Timestamp,
    },
    /// The last attempt failed; another follows.
    Failed {
        /// What was tried.
        attempts: Attempts,
        /// When to try again.
        next_at: Timestamp,
    },
    /// A mail server took it.
    Sent {
        /// How many attempts it took.
        begun: u32,
        /// When.
        at: Timestamp,
    },
    /// The address does not exist. It waits for a new one.
    Refused {
        /// What was tried.
        attempts: Attempts,
    },
    /// It could not be handed over while it was of use.
    Expired {
        /// When it was given up.
        at: Timestamp,
    },
}

/// What may be asked of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Time has passed.
    Tick,
    /// The mail server took it.
    Accepted,
    /// The mail server said "later", or nothing at all.
    Deferred,
    /// The mail server said "never".
    Rejected,
    /// The person's address changed.
    AddressChanged,
}

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Hand it over now; the answer is a command.
    HandOver,
    /// It left the house.
    Sent,
    /// It did not leave the house: screens must say so.
    NotSent,
}

/// Why a message said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An answer came for an attempt that nobody makes: it came after its lease, or twice.
    #[error("this answer belongs to an attempt that counts as lost; the message is tried again")]
    NotSending,
}

impl Delivery {
    /// A new message, to be sent at once.
    pub const fn new(now: Timestamp, useless_at: Option<Timestamp>) -> Self {
        Self::Queued { attempts: Attempts { begun: 0, useless_at }, next_at: now }
    }

    /// How many attempts were begun.
    pub const fn begun(&self) -> u32 {
        match self {
            Self::Queued { attempts, .. }
            | Self::Sending { attempts, .. }
            | Self::Failed { attempts, .. }
            | Self::Refused { attempts } => attempts.begun,
            Self::Sent { begun, .. } => *begun,
            Self::Expired { .. } => 0,
        }
    }
}

impl Machine for Delivery {
    const KIND: &'static str = "delivery";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        match self {
            Self::Queued { attempts, next_at } | Self::Failed { attempts, next_at } => match command {
                Command::Tick if now < next_at => Ok(Step::stay(self)),
                Command::Tick => Ok(begin(attempts, now)),
                Command::AddressChanged => Ok(Step::stay(Self::Queued { attempts, next_at: now })),
                Command::Accepted | Command::Deferred | Command::Rejected => Err(Refusal::NotSending),
            },
            Self::Sending { attempts, lease_until } => match command {
                Command::Tick if now < lease_until => Ok(Step::stay(self)),
                Command::Tick => Ok(begin(attempts, now)),
                Command::Accepted => Ok(Step::to(Self::Sent { begun: attempts.begun, at: now }, Event::Sent)),
                Command::Deferred => {
                    let next_at = now.plus(backoff(attempts.begun));
                    Ok(Step::to(Self::Failed { attempts, next_at }, Event::NotSent))
                }
                Command::Rejected => Ok(Step::to(Self::Refused { attempts }, Event::NotSent)),
                // The old address may be the wrong one: better twice than to nobody.
                Command::AddressChanged => Ok(Step::stay(Self::Queued { attempts, next_at: now })),
            },
            Self::Refused { attempts } => match command {
                Command::AddressChanged => Ok(Step::stay(Self::Queued { attempts, next_at: now })),
                Command::Tick => Ok(Step::stay(self)),
                Command::Accepted | Command::Deferred | Command::Rejected => Err(Refusal::NotSending),
            },
            Self::Sent { .. } | Self::Expired { .. } => match command {
                Command::Tick | Command::AddressChanged => Ok(Step::stay(self)),
                Command::Accepted | Command::Deferred | Command::Rejected => Err(Refusal::NotSending),
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Queued { next_at, .. } | Self::Failed { next_at, .. } => Some(*next_at),
            Self::Sending { lease_until, .. } => Some(*lease_until),
            Self::Sent { .. } | Self::Refused { .. } | Self::Expired { .. } => None,
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Sending { .. } => "sending",
            Self::Failed { .. } => "failed",
            Self::Sent { .. } => "sent",
            Self::Refused { .. } => "refused",
            Self::Expired { .. } => "expired",
        }
    }
}

/// Begins an attempt, unless the message is of no use any more: then it says so.
fn begin(attempts: Attempts, now: Timestamp) -> Step<Delivery, Event> {
    if attempts.useless_at.is_some_and(|useless_at| now >= useless_at) {
        return Step::to(Delivery::Expired { at: now }, Event::NotSent);
    }
    let attempts = Attempts { begun: attempts.begun.saturating_add(1), ..attempts };
    Step::to(Delivery::Sending { attempts, lease_until: now.plus(LEASE) }, Event::HandOver)
}

/// How long to wait after attempt number `begun`: 5 s, 10 s, 20 s … 15 min, for as long as it takes.
fn backoff(begun: u32) -> Span {
    let doublings = begun.saturating_sub(1).min(DOUBLINGS_MAX);
    let wait = BACKOFF_FIRST.times(1_i64 << doublings);
    if wait.as_micros() > BACKOFF_MAX.as_micros() { BACKOFF_MAX } else { wait }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus(Span::seconds(seconds))
    }

    fn queued() -> Delivery {
        Delivery::new(at(0), None)
    }

    /// Steps, and forgets what was said.
    fn then(delivery: Delivery, command: Command, now: Timestamp) -> Delivery {
        delivery.step(command, now).unwrap().state
    }

    fn sending() -> Delivery {
        then(queued(), Command::Tick, at(0))
    }

    #[test]
    fn a_new_message_is_handed_over_at_once() {
        assert_eq!(queued().due(), Some(at(0)));
        assert_eq!(queued().step(Command::Tick, at(0)).unwrap().events, [Event::HandOver]);
    }

    #[test]
    fn an_attempt_that_dies_is_made_again_after_its_lease() {
        assert_eq!(sending().due(), Some(at(30)));
        assert_eq!(sending().step(Command::Tick, at(29)).unwrap().events, []);
        let again = sending().step(Command::Tick, at(30)).unwrap();
        assert_eq!((again.events, again.state.begun()), (vec![Event::HandOver], 2));
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour_and_never_end() {
        let mut delivery = queued();
        let mut waits = vec![];
        for _ in 0..12 {
            let now = delivery.due().unwrap();
            delivery = then(then(delivery, Command::Tick, now), Command::Deferred, now);
            waits.push(delivery.due().unwrap().since(now).as_seconds());
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]);
    }

    #[test]
    fn a_sent_message_stays_sent() {
        let sent = then(sending(), Command::Accepted, at(1));
        assert_eq!(sent.due(), None);
        assert_eq!(sent.step(Command::Deferred, at(2)), Err(Refusal::NotSending));
        assert_eq!(then(sent, Command::AddressChanged, at(3)), sent);
    }

    #[test]
    fn a_refused_address_is_said_and_waits_for_a_new_one() {
        let refused = sending().step(Command::Rejected, at(1)).unwrap();
        assert_eq!((refused.events, refused.state.due()), (vec![Event::NotSent], None));
        let again = then(refused.state, Command::AddressChanged, at(9));
        assert_eq!((again.due(), again.begun()), (Some(at(9)), 1));
    }

    #[test]
    fn a_message_past_its_use_is_given_up_aloud() {
        let late = Delivery::new(at(0), Some(at(60))).step(Command::Tick, at(60)).unwrap();
        assert_eq!(late.events, [Event::NotSent]);
        assert_eq!((late.state.phase(), late.state.due()), ("expired", None));
    }

    #[test]
    fn a_state_written_before_still_loads() {
        let failed = then(sending(), Command::Deferred, at(1));
        let written = r#"{"phase":"failed","attempts":{"begun":1,"useless_at":null},"next_at":6000000}"#;
        assert_eq!(serde_json::to_string(&failed).unwrap(), written);
        assert_eq!(serde_json::from_str::<Delivery>(written).unwrap(), failed);
    }

    /// The whole machine on one page. A reviewer reads this diff before the code's.
    #[test]
    fn the_table_in_the_readme_is_the_machine() {
        let failed = then(sending(), Command::Deferred, at(0));
        let sent = then(sending(), Command::Accepted, at(0));
        let refused = then(sending(), Command::Rejected, at(0));
        let states = [queued(), sending(), failed, sent, refused, Delivery::Expired { at: at(0) }];
        let commands =
            [Command::Tick, Command::Accepted, Command::Deferred, Command::Rejected, Command::AddressChanged];
        let mut table = String::new();
        for state in states {
            for command in commands {
                let outcome = match state.step(command, at(30)) {
                    Ok(step) => format!("{} {:?}", step.state.phase(), step.events),
                    Err(refusal) => format!("refused: {refusal:?}"),
                };
                writeln!(table, "| {} | {command:?} | {outcome} |", state.phase()).unwrap();
            }
        }
        assert!(include_str!("../../README.md").contains(&table), "put this into the README:\n{table}");
    }
}
