//! The page before a session: somebody outside of it answers a real one, or no dose begins (product.md §3, item 4).
//!
//! ```text
//! Planned ──its time, an arrival, a wish──▶ Paging ──ten pages──▶ Unanswered
//!                                            │  ▲                    │   │
//!                                            │  └─arrival, a wish────┘   │
//!                                            └────────an answer──────────┴──▶ Answered
//! Paging, Unanswered, Answered ──another person has the duty──▶ Paging
//! each of them ──the dose, or the end──▶ Over
//! ```
//! One person at a time, in the order of the clinic's ladder, and the next after a minute. The gate stays red until
//! somebody answers, so giving up means: nobody begins, and a person asks again.

use crate::ladder::{Ladder, Who};
use kernel::id::PersonId;
use kernel::machine::{Machine, Step};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// So long before the start somebody is asked (product.md §3, item 4).
pub const BEFORE: Span = Span::minutes(10);
/// Whoever has not answered by then is not reached: the next is asked.
const PATIENCE: Span = Span::minutes(1);
/// In a drill people still need time to act (decisions.md, "Drills and pace").
const FLOOR: Span = Span::seconds(5);
/// As many pages as fit between the first and the start: after them a person decides whether to ask again.
const PAGES_MAX: i64 = 10;
/// Who has answered no page for longer does not count as reachable (reliability.md §2.6).
pub const CURRENT: Span = Span::hours(30 * 24);
/// So many reachable people a session should have (reliability.md §2.6).
pub const CURRENT_WANTED: i64 = 2;

/// Where the page of one session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pager {
    /// The pace of its session.
    pub pace: Pace,
    /// How many pages went out, of all askings together: each message has its own number.
    pub sent: i64,
    /// Where it is.
    pub stage: Stage,
}

/// Its states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Nobody was asked yet.
    Planned {
        /// When somebody is; nothing where only an arrival or a wish asks.
        page_at: Option<Timestamp>,
    },
    /// Somebody is being asked.
    Paging {
        /// Whose turn it is, counted over the ladder and round to its first again.
        turn: i64,
        /// When it is the next one's.
        next_at: Timestamp,
    },
    /// Everybody was asked, and nobody answered.
    Unanswered {
        /// Since when.
        since_at: Timestamp,
    },
    /// Somebody answered.
    Answered {
        /// Who.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// The session is past the gate, or will not come to it.
    Over,
}

/// What somebody is to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Someone {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// Whether they hold the on-call duty for it.
    pub on_call: bool,
}

/// What may be asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// People come: from here on somebody is asked, whatever the calendar says.
    Arrive,
    /// A person wants somebody to be asked, or the others too.
    Ask,
    /// Another person has the duty: what anybody said before counts for nobody else.
    HandOver,
    /// Somebody answers.
    Answer(Someone),
    /// Nobody needs to be asked any more.
    End,
    /// Time has passed.
    Tick,
}

/// What the house hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// One person is asked now.
    Page {
        /// Whose turn, counted over the ladder.
        turn: i64,
        /// The number of this page.
        round: i64,
    },
    /// Whoever has not answered any page lately is asked as well.
    PageOthers {
        /// The number of this page.
        round: i64,
    },
    /// Nobody answered.
    Unanswered,
    /// Somebody did.
    Answered(PersonId),
}

/// Why it said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Whoever is in the session cannot be its cover.
    NotYours,
}

/// What keeps everybody from being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hole {
    /// The ladder names nobody outside of the session.
    Nobody,
    /// It does, and none of them can be reached.
    Unreachable,
}

impl Hole {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Whether somebody may be asked, and so may answer: nobody covers for themselves, and nobody in the home for anybody.
pub const fn may_answer(someone: &Someone) -> bool {
    match someone.role {
        Role::Patient | Role::Sitter | Role::Therapist => false,
        Role::Prescriber => true,
        Role::Coordinator | Role::Admin | Role::Auditor => someone.on_call,
    }
}

/// Everybody who may be asked, each once, in the order in which the ladder comes to them.
pub fn order(ladder: &Ladder, people: &[Someone]) -> Vec<PersonId> {
    let in_the_session = |person| people.iter().any(|one| one.person == person && !may_answer(one));
    let named: Vec<Who> = ladder.rungs.iter().flat_map(|rung| rung.who.iter().copied()).collect();
    let outside = named.into_iter().filter(|who| who.is_outside());
    let mut asked = vec![];
    for who in outside {
        let fitting = people.iter().filter(|one| who.is(one.role, one.on_call) && may_answer(one));
        for one in fitting {
            if !asked.contains(&one.person) && !in_the_session(one.person) {
                asked.push(one.person);
            }
        }
    }
    asked
}

/// What keeps everybody from being asked, if anything does.
pub const fn hole(named: usize, reachable: usize) -> Option<Hole> {
    match (named, reachable) {
        (0, _) => Some(Hole::Nobody),
        (_, 0) => Some(Hole::Unreachable),
        (_, _) => None,
    }
}

/// Whether somebody's last answer to a page is new enough to count on the next.
pub fn is_current(answered_at: Option<Timestamp>, now: Timestamp) -> bool {
    answered_at.is_some_and(|at| now.since(at) <= CURRENT)
}

/// A session that starts later is asked about before; one that is under way already is asked about as people come.
pub fn planned(pace: Pace, starts_at: Timestamp, now: Timestamp) -> Pager {
    let page_at = (starts_at > now).then(|| starts_at.minus(BEFORE.at(pace)));
    Pager { pace, sent: 0, stage: Stage::Planned { page_at } }
}

type Stepped = Result<Step<Pager, Event>, Refusal>;

impl Machine for Pager {
    const KIND: &'static str = "pager";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Stepped {
        match self.stage {
            Stage::Planned { page_at } => match command {
                Command::Arrive | Command::Ask => Ok(self.begun(now)),
                Command::Tick if page_at.is_some_and(|at| at <= now) => Ok(self.begun(now)),
                Command::Answer(by) => self.answered(&by, now),
                Command::End => Ok(self.over()),
                Command::HandOver | Command::Tick => Ok(Step::stay(self)),
            },
            Stage::Paging { turn, next_at } => match command {
                Command::Ask | Command::HandOver => Ok(self.begun(now)),
                Command::Tick if next_at <= now => Ok(self.next(turn, now)),
                Command::Answer(by) => self.answered(&by, now),
                Command::End => Ok(self.over()),
                Command::Arrive | Command::Tick => Ok(Step::stay(self)),
            },
            Stage::Unanswered { .. } => match command {
                Command::Arrive | Command::Ask | Command::HandOver => Ok(self.begun(now)),
                Command::Answer(by) => self.answered(&by, now),
                Command::End => Ok(self.over()),
                Command::Tick => Ok(Step::stay(self)),
            },
            Stage::Answered { .. } => match command {
                Command::Ask => Ok(self.others()),
                Command::HandOver => Ok(self.begun(now)),
                // The first answer counts; who else answers is told so by their own standing.
                Command::Answer(by) => may_answer(&by).then(|| Step::stay(self)).ok_or(Refusal::NotYours),
                Command::End => Ok(self.over()),
                Command::Arrive | Command::Tick => Ok(Step::stay(self)),
            },
            Stage::Over => match command {
                Command::Answer(by) => may_answer(&by).then(|| Step::stay(self)).ok_or(Refusal::NotYours),
                Command::Arrive | Command::Ask | Command::HandOver | Command::End | Command::Tick => {
                    Ok(Step::stay(self))
                }
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Planned { page_at } => page_at,
            Stage::Paging { next_at, .. } => Some(next_at),
            Stage::Unanswered { .. } | Stage::Answered { .. } | Stage::Over => None,
        }
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self.stage {
            Stage::Planned { .. } => "planned",
            Stage::Paging { .. } => "paging",
            Stage::Unanswered { .. } => "unanswered",
            Stage::Answered { .. } => "answered",
            Stage::Over => "over",
        }
    }
}

impl Pager {
    fn begun(self, now: Timestamp) -> Step<Self, Event> {
        self.paged(0, now)
    }

    fn next(self, turn: i64, now: Timestamp) -> Step<Self, Event> {
        let turn = turn.saturating_add(1);
        if turn >= PAGES_MAX {
            let stage = Stage::Unanswered { since_at: now };
            return Step::to(Self { stage, ..self }, Event::Unanswered);
        }
        self.paged(turn, now)
    }

    /// Counted from now: an engine that was late leaves each of them their minute.
    fn paged(self, turn: i64, now: Timestamp) -> Step<Self, Event> {
        let next_at = now.plus(PATIENCE.at(self.pace).at_least(FLOOR));
        let (round, stage) = (self.sent, Stage::Paging { turn, next_at });
        Step::to(Self { sent: round.saturating_add(1), stage, ..self }, Event::Page { turn, round })
    }

    fn others(self) -> Step<Self, Event> {
        let round = self.sent;
        Step::to(Self { sent: round.saturating_add(1), ..self }, Event::PageOthers { round })
    }

    fn answered(self, by: &Someone, now: Timestamp) -> Stepped {
        if !may_answer(by) {
            return Err(Refusal::NotYours);
        }
        let stage = Stage::Answered { by: by.person, at: now };
        Ok(Step::to(Self { stage, ..self }, Event::Answered(by.person)))
    }

    fn over(self) -> Step<Self, Event> {
        Step::stay(Self { stage: Stage::Over, ..self })
    }
}
