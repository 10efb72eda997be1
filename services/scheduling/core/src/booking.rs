//! A booking: when, and who, until the day.
//!
//! ```text
//! unbooked ──book──▶ booked ──hand over──▶ under_way ──complete──▶ completed
//!                      │ └─remind (24 h before)
//!                      └──cancel──▶ cancelled
//! ```

use crate::availability::Kind;
use crate::local::{Block, LocalMinute};
use kernel::id::PersonId;
use kernel::machine::{Machine, Step};
use kernel::time::{Pace, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Nobody plans further than this: availability that far ahead is a guess (reliability.md §5, row 63).
pub const AHEAD_DAYS_MAX: i64 = 400;
/// People are reminded a day before: the sitter's notice (clinical.md, CX-SIT: 24 h).
pub const REMINDER_HOURS: i64 = 24;
/// A drill may be entered for the minute that has just begun.
const DRILL_LATE: Span = Span::minutes(1);

/// The wall clock a person booked by (reliability.md §2.10, rule 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wall {
    /// What the clock showed.
    pub local: LocalMinute,
    /// The IANA zone it was read in.
    pub zone: String,
    /// The offset from UTC that was chosen.
    pub offset_seconds: i64,
    /// The edition of the zone rules it was resolved with.
    pub tzdb: String,
}

/// Who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Takes the medicine.
    pub patient: PersonId,
    /// Leads.
    pub therapist: PersonId,
    /// Sits in the home. Always there for dosing.
    pub sitter: Option<PersonId>,
    /// Orders the dose; named by the order if not yet.
    pub prescriber: Option<PersonId>,
    /// Holds the on-call duty through the block. Always there for dosing.
    pub on_call: Option<PersonId>,
}

/// One appointment in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What it is for.
    pub kind: Kind,
    /// When.
    pub block: Block,
    /// Who.
    pub people: People,
    /// Its pace, if it is a drill.
    pub drill: Option<Pace>,
    /// How it was asked for.
    pub wall: Wall,
}

/// What is true around the wished time. Missing evidence is "no".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// The blocks the therapist's week offers.
    pub offered: Vec<Block>,
    /// What therapist and patient have booked already.
    pub taken: Vec<Block>,
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What is wished for.
    pub plan: Plan,
    /// What else is true around then.
    pub around: Surroundings,
}

/// Where a booking stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase")]
pub enum Booking {
    /// Nothing was agreed yet.
    Unbooked,
    /// Agreed.
    Booked {
        /// What was agreed.
        plan: Plan,
        /// Whether people were reminded.
        reminded: bool,
    },
    /// The day has come; safety leads the session now.
    UnderWay {
        /// What was agreed.
        plan: Plan,
    },
    /// Called off before the day.
    Cancelled {
        /// What was agreed.
        plan: Plan,
        /// By whom.
        by: PersonId,
    },
    /// Over.
    Completed {
        /// What was agreed.
        plan: Plan,
    },
}

/// What may be asked of a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Agree on a time.
    Book(Box<Wish>),
    /// Call it off.
    Cancel {
        /// Who calls it off.
        by: PersonId,
    },
    /// The day has come: somebody arrived.
    HandOver,
    /// The session was closed.
    Complete,
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A time was agreed.
    Booked,
    /// It was called off.
    Cancelled,
    /// People are to be reminded.
    ReminderDue,
    /// Safety has it now.
    HandedOver,
    /// It is over.
    Completed,
}

/// Why a booking said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The start has passed.
    #[error("that time has passed; choose one that lies ahead")]
    Past,
    /// More than 400 days ahead.
    #[error("that is more than 400 days ahead; choose an earlier day")]
    TooFar,
    /// Outside the therapist's week.
    #[error("the therapist does not see anyone then; choose one of the times shown")]
    OutsideHours,
    /// Therapist or patient has something then.
    #[error("somebody was quicker: that time is taken; here are the two nearest that are free")]
    Taken,
    /// Nobody would be in the home.
    #[error("a session needs an adult in the home; name the person who will sit")]
    NoSitter,
    /// Nobody is on call through the block.
    #[error("nobody is on call then, and a session needs someone; choose another time or call the clinic")]
    NoOnCall,
    /// This booking exists already.
    #[error("this appointment is booked already; nothing was changed")]
    AlreadyBooked,
    /// There is no such booking.
    #[error("there is no such appointment; look at the list again")]
    NotBooked,
    /// The day has come.
    #[error("the session is under way; the therapist ends it from the session screen")]
    UnderWay,
    /// It was called off before.
    #[error("this appointment was cancelled before; book a new one")]
    AlreadyCancelled,
    /// It is over.
    #[error("this appointment is over; book a new one")]
    Over,
}

impl Booking {
    /// What was agreed, if anything was.
    pub const fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Unbooked => None,
            Self::Booked { plan, .. }
            | Self::UnderWay { plan }
            | Self::Cancelled { plan, .. }
            | Self::Completed { plan } => Some(plan),
        }
    }

    /// Whether it keeps its people's time.
    pub const fn holds_time(&self) -> bool {
        match self {
            Self::Booked { .. } | Self::UnderWay { .. } => true,
            Self::Unbooked | Self::Cancelled { .. } | Self::Completed { .. } => false,
        }
    }
}

impl Machine for Booking {
    const KIND: &'static str = "booking";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        match self {
            Self::Unbooked => match command {
                Command::Book(wish) => {
                    let Wish { plan, around } = *wish;
                    agreed(&plan, &around, now)?;
                    let reminded = plan.drill.is_some() || now >= reminder_at(&plan);
                    Ok(Step::to(Self::Booked { plan, reminded }, Event::Booked))
                }
                Command::Cancel { .. } | Command::HandOver | Command::Complete => Err(Refusal::NotBooked),
                Command::Tick => Ok(Step::stay(self)),
            },
            Self::Booked { plan, reminded } => match command {
                Command::Book(_) => Err(Refusal::AlreadyBooked),
                Command::Cancel { by } => Ok(Step::to(Self::Cancelled { plan, by }, Event::Cancelled)),
                Command::HandOver => Ok(Step::to(Self::UnderWay { plan }, Event::HandedOver)),
                Command::Complete => Ok(Step::to(Self::Completed { plan }, Event::Completed)),
                Command::Tick => Ok(ticked(plan, reminded, now)),
            },
            Self::UnderWay { plan } => match command {
                Command::Book(_) => Err(Refusal::AlreadyBooked),
                Command::Cancel { .. } => Err(Refusal::UnderWay),
                Command::Complete => Ok(Step::to(Self::Completed { plan }, Event::Completed)),
                Command::HandOver | Command::Tick => Ok(Step::stay(Self::UnderWay { plan })),
            },
            Self::Cancelled { .. } => match command {
                Command::Book(_) => Err(Refusal::AlreadyBooked),
                Command::Cancel { .. } => Err(Refusal::AlreadyCancelled),
                Command::HandOver | Command::Complete | Command::Tick => Ok(Step::stay(self)),
            },
            Self::Completed { .. } => match command {
                Command::Book(_) => Err(Refusal::AlreadyBooked),
                Command::Cancel { .. } => Err(Refusal::Over),
                Command::HandOver | Command::Complete | Command::Tick => Ok(Step::stay(self)),
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Booked { plan, reminded: false } => Some(reminder_at(plan)),
            // A dosing session is completed by the person who closes it, never by the clock.
            Self::Booked { plan, reminded: true } => match plan.kind {
                Kind::Dosing => None,
                Kind::Integration => Some(plan.block.ends_at),
            },
            Self::Unbooked | Self::UnderWay { .. } | Self::Cancelled { .. } | Self::Completed { .. } => None,
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Unbooked => "unbooked",
            Self::Booked { .. } => "booked",
            Self::UnderWay { .. } => "under_way",
            Self::Cancelled { .. } => "cancelled",
            Self::Completed { .. } => "completed",
        }
    }
}

/// When people are to be reminded.
const fn reminder_at(plan: &Plan) -> Timestamp {
    plan.block.starts_at.minus(Span::hours(REMINDER_HOURS))
}

/// Whether this may begin to be an appointment.
fn agreed(plan: &Plan, around: &Surroundings, now: Timestamp) -> Result<(), Refusal> {
    let earliest = if plan.drill.is_some() { now.minus(DRILL_LATE) } else { now };
    if plan.block.starts_at < earliest {
        return Err(Refusal::Past);
    }
    if plan.block.starts_at > now.plus(Span::hours(24 * AHEAD_DAYS_MAX)) {
        return Err(Refusal::TooFar);
    }
    // A drill's people are synthetic: they keep no hours.
    if plan.drill.is_none() && !around.offered.contains(&plan.block) {
        return Err(Refusal::OutsideHours);
    }
    if around.taken.iter().any(|taken| taken.overlaps(&plan.block)) {
        return Err(Refusal::Taken);
    }
    match plan.kind {
        // CX-SIT (clinical.md): no sitter, no session.
        Kind::Dosing if plan.people.sitter.is_none() => Err(Refusal::NoSitter),
        Kind::Dosing if plan.people.on_call.is_none() => Err(Refusal::NoOnCall),
        Kind::Dosing | Kind::Integration => Ok(()),
    }
}

/// What the clock does to an appointment: remind once, and close the talk when it is over.
fn ticked(plan: Plan, reminded: bool, now: Timestamp) -> Step<Booking, Event> {
    if !reminded && now >= reminder_at(&plan) {
        return Step::to(Booking::Booked { plan, reminded: true }, Event::ReminderDue);
    }
    let is_over = reminded && plan.kind == Kind::Integration && now >= plan.block.ends_at;
    if is_over {
        return Step::to(Booking::Completed { plan }, Event::Completed);
    }
    Step::stay(Booking::Booked { plan, reminded })
}

#[cfg(test)]
mod tests;
