//! How often one account may be tried from one corner of the network.
//!
//! ```text
//! Open ──5 tries in a minute──▶ Held ──time──▶ Open ──5 more──▶ Held, twice as long … 15 minutes at most
//!   ▲                                           │
//!   └────────── a success, or 15 quiet minutes ─┘
//! ```
//! The key is account *and* network, so that nobody can lock a clinician out of a running session by
//! knowing their address (reliability.md §3.2).

use kernel::{
    machine::{Machine, Step},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// 5: the login limit of reliability.md §3.2.
pub const TRIES_MAX: u32 = 5;
/// The minute in which those tries are counted, and the first hold.
pub const WINDOW: Span = Span::minutes(1);
/// 15 minutes: the longest hold, and the quiet after which earlier holds are forgotten.
pub const HOLD_MAX: Span = Span::minutes(15);
/// Four doublings of one minute pass fifteen; counting further would only risk an overflow.
const DOUBLINGS_MAX: u32 = 4;

/// Where one account stands, seen from one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Throttle {
    /// A password may be tried.
    Open {
        /// Tries since the window began, without a success.
        tries: u32,
        /// How often it was held already; decides the length of the next hold.
        holds: u32,
        /// When tries and holds are forgotten.
        forget_at: Option<Timestamp>,
    },
    /// No password is looked at until then.
    Held {
        /// The end of the hold.
        until: Timestamp,
        /// How often it was held, this one included.
        holds: u32,
    },
}

/// What may be asked of a throttle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Someone wants to try a password. Counted before it is looked at, so that parallel tries count too.
    Try,
    /// The try was right.
    Succeeded,
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Too many tries: held until then.
    Held {
        /// The end of the hold.
        until: Timestamp,
    },
}

/// Why a throttle said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too many tries in a row; the next may come then.
    #[error("too many tries")]
    TooMany {
        /// When the next try may come.
        until: Timestamp,
    },
}

impl Throttle {
    /// A throttle nobody has tried yet.
    pub const fn fresh() -> Self {
        Self::Open { tries: 0, holds: 0, forget_at: None }
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::fresh()
    }
}

impl Machine for Throttle {
    const KIND: &'static str = "throttle";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        match self {
            Self::Open { tries, holds, forget_at } => match command {
                Command::Try if forget_at.is_some_and(|at| at <= now) => Ok(tried(0, 0, None, now)),
                Command::Try => Ok(tried(tries, holds, forget_at, now)),
                Command::Succeeded => Ok(Step::stay(Self::fresh())),
                Command::Tick if forget_at.is_some_and(|at| at <= now) => Ok(Step::stay(Self::fresh())),
                Command::Tick => Ok(Step::stay(self)),
            },
            Self::Held { until, holds } => match command {
                Command::Try if now < until => Err(Refusal::TooMany { until }),
                Command::Try => Ok(tried(0, holds, None, now)),
                // A try that was let in before the hold began, and was right.
                Command::Succeeded => Ok(Step::stay(Self::fresh())),
                Command::Tick if now < until => Ok(Step::stay(self)),
                Command::Tick => {
                    Ok(Step::stay(Self::Open { tries: 0, holds, forget_at: Some(until.plus(HOLD_MAX)) }))
                }
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match *self {
            Self::Open { forget_at, .. } => forget_at,
            Self::Held { until, .. } => Some(until),
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Held { .. } => "held",
        }
    }
}

/// Counts one try. The last allowed one is looked at, and whatever comes after it waits.
fn tried(tries: u32, holds: u32, forget_at: Option<Timestamp>, now: Timestamp) -> Step<Throttle, Event> {
    let tries = tries.saturating_add(1);
    if tries < TRIES_MAX {
        let quiet = if holds == 0 { WINDOW } else { HOLD_MAX };
        let forget_at = if tries == 1 { Some(now.plus(quiet)) } else { forget_at };
        return Step::stay(Throttle::Open { tries, holds, forget_at });
    }
    let until = now.plus(hold(holds));
    Step::to(Throttle::Held { until, holds: holds.saturating_add(1) }, Event::Held { until })
}

/// One minute, doubled for every hold before it, fifteen at most.
fn hold(holds: u32) -> Span {
    let doubled = WINDOW.times(1_i64 << holds.min(DOUBLINGS_MAX));
    if doubled > HOLD_MAX { HOLD_MAX } else { doubled }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(0);

    fn held_from(throttle: Throttle, now: Timestamp) -> (Throttle, Timestamp) {
        let mut throttle = throttle;
        for _ in 0..TRIES_MAX {
            throttle = throttle.step(Command::Try, now).unwrap().state;
        }
        let Throttle::Held { until, .. } = throttle else { panic!("five tries must hold") };
        (throttle, until)
    }

    #[test]
    fn a_sixth_try_in_a_minute_waits() {
        let (throttle, until) = held_from(Throttle::fresh(), NOON);
        assert_eq!(until, NOON.plus(WINDOW));
        assert_eq!(throttle.step(Command::Try, NOON), Err(Refusal::TooMany { until }));
    }

    #[test]
    fn holds_double_and_never_pass_fifteen_minutes() {
        let (mut throttle, mut now) = (Throttle::fresh(), NOON);
        let mut minutes = vec![];
        for _ in 0..8 {
            let (held, until) = held_from(throttle, now);
            minutes.push(until.since(now).as_minutes());
            (throttle, now) = (held, until);
        }
        assert_eq!(minutes, [1, 2, 4, 8, 15, 15, 15, 15]);
    }

    #[test]
    fn a_try_during_a_hold_does_not_lengthen_it() {
        let (throttle, until) = held_from(Throttle::fresh(), NOON);
        assert!(throttle.step(Command::Try, until.minus(Span::seconds(1))).is_err());
        assert!(throttle.step(Command::Try, until).is_ok());
    }

    #[test]
    fn a_success_forgets_every_try() {
        let (throttle, _) = held_from(Throttle::fresh(), NOON);
        assert_eq!(throttle.step(Command::Succeeded, NOON).unwrap().state, Throttle::fresh());
    }

    #[test]
    fn slow_tries_are_never_held() {
        let mut throttle = Throttle::fresh();
        for minute in 0..100 {
            throttle = throttle.step(Command::Try, NOON.plus(Span::minutes(minute))).unwrap().state;
            assert_eq!(throttle.phase(), "open");
        }
    }

    #[test]
    fn fifteen_quiet_minutes_forget_earlier_holds() {
        let (throttle, until) = held_from(Throttle::fresh(), NOON);
        let open = throttle.step(Command::Tick, until).unwrap().state;
        let fresh = open.step(Command::Tick, until.plus(HOLD_MAX)).unwrap().state;
        assert_eq!(fresh, Throttle::fresh());
        assert_eq!(fresh.due(), None);
    }
}
