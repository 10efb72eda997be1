//! The watch kept over one session, from the day's opening until a person signs it closed.
//!
//! ```text
//! Standing ──dose──▶ Watching ──discharge──▶ Aftercare ──morning answered──▶ Closed
//!     │                 │                        │
//!     └──────────── signed closed ───────────────┴──────────────────────────▶ Closed
//! ```
//! Silence never ends a watch, and no answer closes what silence opened.

mod aftercare;
mod counted;
pub mod hold;

use crate::protocol::{Due, Protocol};
use aftercare::discharged;
use kernel::machine::{Machine, Step};
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// 24 h: a dose is told within a day of it, and a day has some seventy looks.
const LOOKS_BACK: Span = Span::hours(24);

/// Where the watch stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Watch {
    /// Ready: people are known, nothing is due yet.
    Standing {
        /// The schedule it will keep.
        protocol: Protocol,
    },
    /// A dose was taken; somebody must look at each due time.
    Watching(Watching),
    /// Discharged; the sitter looks in, and the morning is asked about.
    Aftercare(Aftercare),
    /// A person signed, or the morning check came in.
    Closed {
        /// The schedule it kept: a dose recorded even now starts it again.
        protocol: Protocol,
        /// The last look that was ever put on it: the next one is another.
        last: i64,
    },
}

/// A watch over somebody who is dosed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watching {
    /// The schedule.
    pub protocol: Protocol,
    /// What the schedule counts from.
    pub dose_at: Timestamp,
    /// The next look of the schedule.
    pub next: Due,
    /// An extra look after a worrying answer, when it comes before the next.
    pub extra: Option<Due>,
    /// The first look after this dose. Watches from before it was kept begin with the first of all.
    #[serde(default)]
    pub first: i64,
}

/// A watch after the discharge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aftercare {
    /// The schedule.
    pub protocol: Protocol,
    /// When it began.
    pub discharged_at: Timestamp,
    /// The sitter's next look, while there is one.
    pub next: Option<Due>,
    /// Which of the looks after the discharge that is.
    pub index: usize,
    /// The last look that was put on the schedule.
    pub last: i64,
    /// The next-morning check.
    pub morning: Due,
    /// How far the morning check is.
    pub asked: Morning,
    /// When the sitter is asked once more before the night, where the home's bedtime is known.
    #[serde(default)]
    pub bedtime_at: Option<Timestamp>,
}

/// What a signed discharge says of the time after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discharge {
    /// When.
    pub at: Timestamp,
    /// When the next-morning check falls due.
    pub morning_at: Timestamp,
    /// Bedtime in the home, where it is known.
    pub bedtime_at: Option<Timestamp>,
}

/// How far the next-morning check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Morning {
    /// Not asked yet.
    Waiting,
    /// Asked; no answer yet.
    Asked,
    /// Silence was reported.
    Missed,
}

/// What may be asked of a watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A dose was taken at this time.
    Dose(Timestamp),
    /// Somebody looked.
    Answer {
        /// Which check-in they answered.
        sequence: i64,
        /// The worst of their answers.
        severity: Severity,
    },
    /// Therapist and sitter signed the discharge.
    Discharge(Discharge),
    /// The next-morning check came in.
    MorningAnswered(Severity),
    /// A person signed the session closed.
    Close,
    /// Time has passed.
    Tick,
    /// Nobody could look for a long time: what is overdue since then is one matter.
    Hold,
}

/// Which kind of look it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It answered what was due.
    InTime,
    /// It came before its time; kept, but the one on the screen stays due.
    Extra,
    /// It came after its deadline; kept and shown, and closes nothing.
    Late,
}

/// What the house hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A look was put on the schedule.
    Scheduled(Due),
    /// A look is no longer expected.
    Cancelled(i64),
    /// Somebody looked.
    Answered {
        /// Which check-in.
        sequence: i64,
        /// The worst answer.
        severity: Severity,
        /// Whether it counted.
        counted: Counted,
    },
    /// Nobody looked by the deadline.
    Missed(Due),
    /// The same, while nobody could say so: all of these are one incident.
    Overslept(Due),
    /// An answer needs a human now.
    Alarming(Severity),
    /// The patient is to be asked how the morning is.
    MorningDue(Due),
    /// The morning check stayed silent.
    MorningMissed(Due),
    /// The watch is over.
    Closed,
}

/// Why a watch said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The watch is over.
    Closed,
    /// No such check-in was ever due.
    UnknownCheckin,
}

type Stepped = Result<Step<Watch, Event>, Refusal>;

impl Machine for Watch {
    const KIND: &'static str = "watch";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Stepped {
        match self {
            Self::Standing { protocol } => match command {
                Command::Dose(at) => Ok(begun(protocol, at, 1, vec![], now)),
                Command::Answer { .. } => Err(Refusal::UnknownCheckin),
                Command::Discharge(signed) => Ok(discharged(protocol, signed, 1, vec![])),
                Command::Close => Ok(Step::to(Self::Closed { protocol, last: 0 }, Event::Closed)),
                Command::MorningAnswered(_) | Command::Tick | Command::Hold => {
                    Ok(Step::stay(Self::Standing { protocol }))
                }
            },
            Self::Watching(watching) => match command {
                Command::Answer { sequence, severity } => watching.answered(sequence, severity, now),
                Command::Discharge(signed) => Ok(watching.discharged(signed, now)),
                Command::Close => Ok(watching.closed(now)),
                Command::Tick => Ok(watching.ticked(now)),
                Command::Hold => Ok(watching.held(now)),
                // A second dose, or a correction: the schedule keeps counting from the first.
                Command::Dose(_) | Command::MorningAnswered(_) => Ok(Step::stay(Self::Watching(watching))),
            },
            Self::Aftercare(aftercare) => match command {
                Command::Answer { sequence, severity } => aftercare.answered(sequence, severity, now),
                Command::MorningAnswered(severity) => Ok(aftercare.morning_answered(severity, now)),
                Command::Close => Ok(aftercare.closed(now)),
                Command::Tick => Ok(aftercare.ticked(now)),
                Command::Hold => Ok(aftercare.held(now)),
                // A dose after the discharge starts the whole watch again: facts are never refused.
                Command::Dose(at) => Ok(aftercare.dosed(at, now)),
                Command::Discharge(_) => Ok(Step::stay(Self::Aftercare(aftercare))),
            },
            Self::Closed { protocol, last } => match command {
                Command::Dose(at) => Ok(begun(protocol, at, last.saturating_add(1), vec![], now)),
                Command::Answer { .. } => Err(Refusal::Closed),
                Command::Discharge(_)
                | Command::MorningAnswered(_)
                | Command::Close
                | Command::Tick
                | Command::Hold => Ok(Step::stay(Self::Closed { protocol, last })),
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Standing { .. } | Self::Closed { .. } => None,
            Self::Watching(watching) => Some(watching.current().deadline_at),
            Self::Aftercare(aftercare) => aftercare.due(),
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Standing { .. } => "standing",
            Self::Watching(_) => "watching",
            Self::Aftercare(_) => "aftercare",
            Self::Closed { .. } => "closed",
        }
    }
}

impl Watch {
    /// What the sitter is asked next.
    pub fn current(&self) -> Option<Due> {
        match self {
            Self::Standing { .. } | Self::Closed { .. } => None,
            Self::Watching(watching) => Some(watching.current()),
            Self::Aftercare(aftercare) => aftercare.next,
        }
    }

    /// The schedule it keeps.
    pub fn protocol(&self) -> Protocol {
        match self {
            Self::Standing { protocol } | Self::Closed { protocol, .. } => *protocol,
            Self::Watching(watching) => watching.protocol,
            Self::Aftercare(aftercare) => aftercare.protocol,
        }
    }
}

/// Looks that fell due since the dose were missed, whoever told of it how late. A time that cannot be true is no reason
/// to count: then the watch begins now.
fn begun(
    protocol: Protocol,
    told_at: Timestamp,
    sequence: i64,
    mut events: Vec<Event>,
    now: Timestamp,
) -> Step<Watch, Event> {
    let is_true = told_at <= now && now.since(told_at) <= LOOKS_BACK.at(protocol.pace);
    let dose_at = if is_true { told_at } else { now };
    let next = protocol.first(dose_at, sequence);
    events.push(Event::Scheduled(next));
    Step::saying(Watch::Watching(Watching { protocol, dose_at, next, extra: None, first: sequence }), events)
}

impl Watching {
    /// Protocol minutes since the dose.
    pub fn minutes(&self, now: Timestamp) -> i64 {
        self.protocol.minute(self.dose_at, now)
    }

    fn current(&self) -> Due {
        // One that is not sooner was never kept.
        self.extra.unwrap_or(self.next)
    }

    fn answered(mut self, sequence: i64, severity: Severity, now: Timestamp) -> Stepped {
        // An answer never overtakes the clock: silence that no tick has reported yet is reported first.
        let mut events = self.missed(now);
        let current = self.current();
        if sequence < 1 || sequence > current.sequence {
            return Err(Refusal::UnknownCheckin);
        }
        let counted = if sequence < current.sequence {
            Counted::Late
        } else if now < self.protocol.opens_at(&current) {
            Counted::Extra
        } else {
            Counted::InTime
        };
        events.push(Event::Answered { sequence, severity, counted });
        if counted == Counted::InTime {
            events.push(Event::Scheduled(self.advance()));
        }
        if severity == Severity::Watch {
            events.extend(self.look_again(now));
        }
        if severity >= Severity::Urgent {
            events.push(Event::Alarming(severity));
        }
        Ok(Step::saying(Watch::Watching(self), events))
    }

    /// Past the current look; the one after it takes its place.
    fn advance(&mut self) -> Due {
        let current = self.current();
        let sequence = current.sequence.saturating_add(1);
        if self.extra == Some(current) {
            self.extra = None;
            self.next.sequence = sequence;
        } else {
            self.next = self.protocol.after(self.dose_at, &self.next, sequence);
        }
        self.current()
    }

    /// One extra look soon, unless the schedule looks sooner anyway.
    fn look_again(&mut self, now: Timestamp) -> Vec<Event> {
        let current = self.current();
        let again = self.protocol.again(self.dose_at, now, current.sequence);
        if again.due_at >= current.due_at {
            return vec![];
        }
        self.extra = Some(again);
        self.next.sequence = current.sequence.saturating_add(1);
        vec![Event::Cancelled(current.sequence), Event::Scheduled(again)]
    }

    /// Every look whose deadline has passed, and the one that is due after it.
    fn missed(&mut self, now: Timestamp) -> Vec<Event> {
        let mut events = vec![];
        while self.current().deadline_at <= now {
            events.push(Event::Missed(self.current()));
            events.push(Event::Scheduled(self.advance()));
        }
        events
    }

    fn ticked(mut self, now: Timestamp) -> Step<Watch, Event> {
        let events = self.missed(now);
        Step::saying(Watch::Watching(self), events)
    }

    /// No signature overtakes the clock either: silence before it is reported. Who signed looked, so later is none.
    fn discharged(mut self, signed: Discharge, now: Timestamp) -> Step<Watch, Event> {
        let mut events = self.missed(signed.at.min(now));
        let sequence = self.current().sequence;
        events.push(Event::Cancelled(sequence));
        discharged(self.protocol, signed, sequence.saturating_add(1), events)
    }

    fn closed(mut self, now: Timestamp) -> Step<Watch, Event> {
        let mut events = self.missed(now);
        let last = self.current().sequence;
        events.extend([Event::Cancelled(last), Event::Closed]);
        Step::saying(Watch::Closed { protocol: self.protocol, last }, events)
    }
}
