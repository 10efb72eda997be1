//! One signed-in browser, from the press that opened it to whatever ends it.
//!
//! ```text
//! Open ──idle, too long, sign-out, revoked, replaced──▶ Ended
//!  └─ while a session of this person is live, idle does not count: alarms must keep ringing (H-12)
//! ```

use kernel::{
    id::SessionId,
    machine::{Machine, Step},
    role::Role,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// 15 minutes: staff, reliability.md §3.2 (NIST 800-63B).
pub const IDLE_STAFF: Span = Span::minutes(15);
/// 30 minutes: patients, same place.
pub const IDLE_PATIENT: Span = Span::minutes(30);
/// 12 hours: nobody stays signed in longer than a day's work, same place.
pub const ABSOLUTE: Span = Span::hours(12);
/// 24 hours: a live session may stretch a sign-in this far; no session lasts longer.
pub const ABSOLUTE_LIVE: Span = Span::hours(24);
/// 30 minutes to choose a password and confirm the app, after pressing an invitation.
pub const SETUP: Span = Span::minutes(30);
/// 2 hours to answer the morning questions, after pressing their link.
pub const MORNING: Span = Span::hours(2);
/// 30 s: how exactly it is noted that a person was there. Finer would write a row with every request.
pub const NOTED_EVERY: Span = Span::seconds(30);
/// 36 hours past the planned end: the next-morning check is in by then, and nothing later needs a sitter.
pub const SITTER_AFTER_END: Span = Span::hours(36);
/// 20: a therapist sees fewer people than this in a day; more than this is a fault.
const LIVE_MAX: usize = 20;

/// What this browser was opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Someone who works for the clinic.
    Staff,
    /// A patient with password and app.
    Patient,
    /// A sitter: one session, no account.
    Sitter,
    /// The next-morning link was pressed: that one questionnaire opens.
    Morning,
    /// An invitation was pressed and the account is not ready: only the account pages open.
    Setup,
}

impl Kind {
    /// The kind of browser a person of this role opens, once their account stands.
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Patient => Self::Patient,
            Role::Sitter => Self::Sitter,
            Role::Therapist | Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => {
                Self::Staff
            }
        }
    }

    /// How long it may rest; a sitter's phone lies beside the patient for hours and must not fall asleep.
    const fn idle(self) -> Option<Span> {
        match self {
            Self::Staff => Some(IDLE_STAFF),
            Self::Patient => Some(IDLE_PATIENT),
            Self::Sitter | Self::Morning | Self::Setup => None,
        }
    }
}

/// Why a browser is signed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The person pressed "sign out".
    SignedOut,
    /// Nobody touched it.
    Idle,
    /// Its longest time is over.
    TooLong,
    /// Someone with the right to do so took it away.
    Revoked,
    /// The same person opened another device, where only one may count.
    Replaced,
}

impl Ending {
    /// The word in rows and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Idle => "idle",
            Self::TooLong => "too_long",
            Self::Revoked => "revoked",
            Self::Replaced => "replaced",
        }
    }
}

/// Whether a session in this phase (as safety names them) is under way: its people stay signed in.
pub fn is_live(phase: &str) -> bool {
    matches!(phase, "arriving" | "gate" | "dosing_offered" | "dosed" | "recovering")
}

/// Whether somebody is under the medicine in this phase.
pub fn is_dosed(phase: &str) -> bool {
    matches!(phase, "dosed" | "recovering")
}

/// Whether a session in this phase is over for its sitter, but for after-checks and the emergency card.
pub fn is_over(phase: &str) -> bool {
    !is_live(phase) && phase != "booked"
}

/// Where one browser stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum SignIn {
    /// Signed in.
    Open {
        /// What it was opened for.
        kind: Kind,
        /// When a person last did something here.
        seen_at: Timestamp,
        /// Its longest life.
        ends_at: Timestamp,
        /// How far `ends_at` stretches while a session is live.
        ends_live_at: Timestamp,
        /// The live sessions this person belongs to.
        live: Vec<SessionId>,
    },
    /// Signed out, for good.
    Ended {
        /// Why.
        why: Ending,
    },
}

/// What may be asked of a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A person did something here. Polls and open sockets are not a person.
    Seen,
    /// A session of this person is under way.
    Live(SessionId),
    /// That session is over.
    Over(SessionId),
    /// End it.
    End(Ending),
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// This browser counts no longer.
    Ended(Ending),
}

/// Why a browser said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is signed out.
    #[error("signed out")]
    SignedOut,
}

impl SignIn {
    /// A browser opened by someone with an account.
    pub fn open(kind: Kind, now: Timestamp) -> Self {
        let (ends_at, ends_live_at) = match kind {
            Kind::Staff | Kind::Patient => (now.plus(ABSOLUTE), now.plus(ABSOLUTE_LIVE)),
            Kind::Sitter => (now.plus(SITTER_AFTER_END), now.plus(SITTER_AFTER_END)),
            Kind::Morning => (now.plus(MORNING), now.plus(MORNING)),
            Kind::Setup => (now.plus(SETUP), now.plus(SETUP)),
        };
        Self::Open { kind, seen_at: now, ends_at, ends_live_at, live: vec![] }
    }

    /// A sitter's phone, opened for one session.
    pub fn sitting(session_ends_at: Timestamp, now: Timestamp) -> Self {
        let ends_at = session_ends_at.plus(SITTER_AFTER_END);
        Self::Open { kind: Kind::Sitter, seen_at: now, ends_at, ends_live_at: ends_at, live: vec![] }
    }

    /// What it was opened for, while it counts.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Open { kind, .. } => Some(*kind),
            Self::Ended { .. } => None,
        }
    }

    /// Whether the last sign of a person is old enough to be noted anew.
    pub fn is_worth_noting(&self, now: Timestamp) -> bool {
        match self {
            Self::Open { seen_at, .. } => seen_at.plus(NOTED_EVERY) <= now,
            Self::Ended { .. } => false,
        }
    }

    /// Why it must end now, if it must.
    pub fn overdue(&self, now: Timestamp) -> Option<Ending> {
        match self {
            Self::Ended { why } => Some(*why),
            Self::Open { kind, seen_at, ends_at, ends_live_at, live } => {
                let last = if live.is_empty() { *ends_at } else { *ends_live_at };
                let idle_at = kind.idle().filter(|_| live.is_empty()).map(|idle| seen_at.plus(idle));
                match idle_at {
                    _ if last <= now => Some(Ending::TooLong),
                    Some(at) if at <= now => Some(Ending::Idle),
                    Some(_) | None => None,
                }
            }
        }
    }
}

impl Machine for SignIn {
    const KIND: &'static str = "sign_in";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        let overdue = self.overdue(now);
        match self {
            Self::Open { kind, seen_at, ends_at, ends_live_at, mut live } => match command {
                // The timer is late, and a person is not let in by its lateness.
                Command::Seen if overdue.is_some() => Err(Refusal::SignedOut),
                Command::Seen => {
                    Ok(Step::stay(Self::Open { kind, seen_at: now, ends_at, ends_live_at, live }))
                }
                Command::Live(session) => {
                    if !live.contains(&session) && live.len() < LIVE_MAX {
                        live.push(session);
                    }
                    Ok(Step::stay(Self::Open { kind, seen_at, ends_at, ends_live_at, live }))
                }
                Command::Over(session) => {
                    let was_live = live.contains(&session);
                    live.retain(|other| *other != session);
                    // The rest begins when the session ends: nobody is thrown out mid-sentence.
                    let seen_at = if was_live { now } else { seen_at };
                    Ok(Step::stay(Self::Open { kind, seen_at, ends_at, ends_live_at, live }))
                }
                Command::End(why) => Ok(ended(why)),
                Command::Tick => Ok(match overdue {
                    Some(why) => ended(why),
                    None => Step::stay(Self::Open { kind, seen_at, ends_at, ends_live_at, live }),
                }),
            },
            Self::Ended { why } => match command {
                Command::Seen => Err(Refusal::SignedOut),
                Command::Live(_) | Command::Over(_) | Command::End(_) | Command::Tick => {
                    Ok(Step::stay(Self::Ended { why }))
                }
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Open { kind, seen_at, ends_at, ends_live_at, live } => Some(if live.is_empty() {
                kind.idle().map_or(*ends_at, |idle| seen_at.plus(idle).min(*ends_at))
            } else {
                *ends_live_at
            }),
            Self::Ended { .. } => None,
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Ended { .. } => "ended",
        }
    }
}

fn ended(why: Ending) -> Step<SignIn, Event> {
    Step::to(SignIn::Ended { why }, Event::Ended(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(0);
    const SESSION: &str = "01a200c6-eae5-77c8-8a24-e415822e4b75";

    fn after(minutes: i64) -> Timestamp {
        NOON.plus(Span::minutes(minutes))
    }

    fn told(sign_in: SignIn, command: Command, now: Timestamp) -> SignIn {
        sign_in.step(command, now).unwrap().state
    }

    #[test]
    fn staff_rest_fifteen_minutes_and_patients_thirty() {
        for (kind, minutes) in [(Kind::Staff, 15), (Kind::Patient, 30)] {
            let open = SignIn::open(kind, NOON);
            assert_eq!(open.due(), Some(after(minutes)));
            let step = open.step(Command::Tick, after(minutes)).unwrap();
            assert_eq!(step.events, [Event::Ended(Ending::Idle)]);
        }
    }

    #[test]
    fn someone_who_keeps_working_is_signed_out_after_twelve_hours() {
        let mut open = SignIn::open(Kind::Staff, NOON);
        for ten in 1..72 {
            open = told(open, Command::Seen, after(ten * 10));
        }
        assert_eq!(open.due(), Some(NOON.plus(ABSOLUTE)));
        let step = open.step(Command::Tick, NOON.plus(ABSOLUTE)).unwrap();
        assert_eq!(step.events, [Event::Ended(Ending::TooLong)]);
    }

    #[test]
    fn idle_never_signs_out_a_member_of_a_live_session() {
        let session: SessionId = SESSION.parse().unwrap();
        let open = told(SignIn::open(Kind::Staff, NOON), Command::Live(session), NOON);
        let still = told(open, Command::Tick, after(600));
        assert_eq!(still.phase(), "open");
        assert!(still.clone().step(Command::Seen, after(13 * 60)).is_ok());
        let over = told(still, Command::Over(session), after(601));
        assert_eq!(over.due(), Some(after(601 + 15)));
    }

    #[test]
    fn a_session_that_was_never_live_here_gives_no_time() {
        let session: SessionId = SESSION.parse().unwrap();
        let open = told(SignIn::open(Kind::Staff, NOON), Command::Over(session), after(10));
        assert_eq!(open.due(), Some(after(15)));
    }

    #[test]
    fn a_person_is_noted_every_half_minute() {
        let open = SignIn::open(Kind::Staff, NOON);
        assert!(!open.is_worth_noting(NOON.plus(Span::seconds(29))));
        assert!(open.is_worth_noting(NOON.plus(NOTED_EVERY)));
    }

    #[test]
    fn a_session_is_live_from_arrival_to_discharge() {
        let words =
            ["booked", "arriving", "gate", "dosing_offered", "dosed", "recovering", "discharged", "no_show"];
        assert_eq!(words.map(is_live), [false, true, true, true, true, true, false, false]);
        assert_eq!(words.map(is_over), [false, false, false, false, false, false, true, true]);
    }

    #[test]
    fn a_late_timer_lets_nobody_in() {
        let open = SignIn::open(Kind::Staff, NOON);
        assert_eq!(open.step(Command::Seen, after(16)), Err(Refusal::SignedOut));
    }

    #[test]
    fn a_revoked_browser_stays_out() {
        let gone = told(SignIn::open(Kind::Patient, NOON), Command::End(Ending::Revoked), NOON);
        assert_eq!(gone.clone().step(Command::Seen, NOON), Err(Refusal::SignedOut));
        assert!(gone.step(Command::End(Ending::SignedOut), NOON).unwrap().events.is_empty());
    }

    #[test]
    fn a_sitters_phone_outlives_the_night_and_not_more() {
        let sitting = SignIn::sitting(after(240), NOON);
        assert_eq!(sitting.due(), Some(after(240).plus(SITTER_AFTER_END)));
    }
}
