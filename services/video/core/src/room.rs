//! The machine of one room: who may be in it, who is, and who decided.
//!
//! ```text
//!             arrive              admit                  lose
//!  expected ─────────▶ waiting ─────────▶ present ◀──────────────▶ lost
//!      ▲                  │                │   ▲      arrive        │
//!      └──────────────────┘          leave │   │ arrive             │ tick, after HOLD
//!            leave, lose                   ▼   │                    │
//!                                        admitted ◀─────────────────┘
//!  remove: from anywhere to removed, for good. Who opens the door never waits at it.
//! ```

use crate::member::{Device, Line, Member, Place, Seat};
use kernel::id::PersonId;
use kernel::machine::{Machine, Step};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How long before its start a room may be entered (reliability.md §3.4, step 2).
pub const OPENS_BEFORE: Span = Span::minutes(15);

/// How long after its end a room may be entered when no dose was taken (reliability.md §3.4, step 2).
pub const CLOSES_AFTER: Span = Span::minutes(10);

/// How long a seat is held when a line drops. The other side must hear of it within 5 s (reliability.md P32), and
/// a browser that lost its line is back within 2 s or has lost more than a packet.
pub const HOLD: Span = Span::seconds(5);

/// When a room may be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first moment.
    pub opens_at: Timestamp,
    /// The first moment that is too late, unless the room is held open.
    pub closes_at: Timestamp,
}

impl Window {
    /// The window of a session that runs from `starts_at` to `ends_at`.
    pub const fn around(starts_at: Timestamp, ends_at: Timestamp) -> Self {
        Self { opens_at: starts_at.minus(OPENS_BEFORE), closes_at: ends_at.plus(CLOSES_AFTER) }
    }
}

/// One room, for one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Room {
    /// People may come.
    Open(OpenRoom),
    /// The session is over. Nobody comes in any more.
    Closed,
}

/// A room that people may come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRoom {
    /// When it may be entered.
    pub window: Window,
    /// A dose was taken: the window no longer shuts anyone out, only the end of the session does.
    pub held: bool,
    /// Who belongs to it, in the order they were named.
    pub members: Vec<Member>,
}

/// What is asked of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Someone belongs to it.
    Expect {
        /// Who.
        person: PersonId,
        /// As what in the clinic.
        role: Role,
        /// As what here.
        seat: Seat,
    },
    /// Someone no longer belongs to it; that is not a removal, and they may be expected again.
    Excuse {
        /// Who.
        person: PersonId,
    },
    /// The session was moved.
    Move {
        /// To when.
        window: Window,
    },
    /// A dose was taken.
    Hold,
    /// Someone spent a good ticket.
    Arrive {
        /// Who.
        person: PersonId,
        /// From which browser.
        device: Device,
        /// Over which coming-in.
        line: Line,
    },
    /// Someone at the door is let in.
    Admit {
        /// Who.
        person: PersonId,
        /// By whom.
        by: PersonId,
    },
    /// Someone is sent out for good.
    Remove {
        /// Who.
        person: PersonId,
        /// By whom.
        by: PersonId,
    },
    /// Someone left on purpose.
    Leave {
        /// Who.
        person: PersonId,
        /// Over which coming-in.
        line: Line,
    },
    /// Someone's line dropped.
    Lose {
        /// Who.
        person: PersonId,
        /// Over which coming-in.
        line: Line,
    },
    /// The house that carried all lines has started again: every line is gone.
    Restart,
    /// The session is over.
    Close,
    /// Time has passed.
    Tick,
}

/// What the rest of the house should hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Someone is at the door.
    Knocked {
        /// Who.
        person: PersonId,
    },
    /// Someone at the door was let in.
    Admitted {
        /// Who.
        person: PersonId,
        /// By whom.
        by: PersonId,
    },
    /// Someone is in the room who was not.
    Entered {
        /// Who.
        person: PersonId,
    },
    /// Someone's line dropped; the seat is held.
    Dropped {
        /// Who.
        person: PersonId,
    },
    /// Someone whose line had dropped is back.
    Returned {
        /// Who.
        person: PersonId,
    },
    /// Someone is gone who was in the room or at the door.
    Left {
        /// Who.
        person: PersonId,
    },
    /// Someone was sent out.
    Removed {
        /// Who.
        person: PersonId,
        /// By whom.
        by: PersonId,
    },
    /// Someone tried to come in from a second browser, and was not let in.
    OtherDeviceRefused {
        /// Who.
        person: PersonId,
    },
    /// The room is closed.
    Closed,
}

/// Why a room says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The session is over.
    #[error("the room is closed")]
    Closed,
    /// The window has not opened.
    #[error("the room is not open yet")]
    TooEarly,
    /// The window has passed.
    #[error("the room's time is over")]
    TooLate,
    /// They do not belong to this room.
    #[error("not a member of this room")]
    NotAMember,
    /// They were sent out.
    #[error("removed from this room")]
    Removed,
    /// Only someone at the door can be let in.
    #[error("not waiting")]
    NotWaiting,
    /// Only a therapist of this room lets people in or sends them out.
    #[error("not a therapist of this room")]
    NotADoorkeeper,
    /// A therapist cannot be sent out: the clinic changes who leads.
    #[error("a therapist cannot be removed")]
    CannotRemoveTherapist,
    /// All places of that seat are taken.
    #[error("the seat is taken")]
    SeatTaken,
}

impl Room {
    /// A room that nobody belongs to yet.
    pub const fn new(window: Window) -> Self {
        Self::Open(OpenRoom { window, held: false, members: vec![] })
    }

    /// Who belongs to it.
    pub fn members(&self) -> &[Member] {
        match self {
            Self::Open(open) => &open.members,
            Self::Closed => &[],
        }
    }

    /// One person of it.
    pub fn member(&self, person: PersonId) -> Option<&Member> {
        self.members().iter().find(|member| member.person == person)
    }

    /// What has become of one coming-in: the question a socket asks after every step.
    pub fn standing(&self, person: PersonId, line: &Line) -> Standing {
        let Some(member) = self.member(person) else {
            return match self {
                Self::Open(_) => Standing::Excused,
                Self::Closed => Standing::Closed,
            };
        };
        match &member.place {
            Place::Removed => Standing::Removed,
            Place::Waiting { line: held, since_at, .. } if held == line => Standing::Waiting(*since_at),
            Place::Present { line: held, .. } | Place::Lost { line: held, .. } if held == line => {
                Standing::Present
            }
            Place::Expected
            | Place::Admitted
            | Place::Waiting { .. }
            | Place::Present { .. }
            | Place::Lost { .. } => Standing::Replaced,
        }
    }
}

/// What one coming-in is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// At the door, since then.
    Waiting(Timestamp),
    /// In the room.
    Present,
    /// A newer coming-in of the same person has taken its place, or it ended.
    Replaced,
    /// The person was sent out.
    Removed,
    /// The person no longer belongs to the room.
    Excused,
    /// The room is closed.
    Closed,
}

impl Machine for Room {
    const KIND: &'static str = "room";
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn step(self, command: Command, now: Timestamp) -> Result<Step<Self, Event>, Refusal> {
        match self {
            Self::Open(open) => open.step(command, now),
            Self::Closed => match command {
                Command::Arrive { .. } | Command::Admit { .. } | Command::Remove { .. } => {
                    Err(Refusal::Closed)
                }
                Command::Expect { .. }
                | Command::Excuse { .. }
                | Command::Move { .. }
                | Command::Hold
                | Command::Leave { .. }
                | Command::Lose { .. }
                | Command::Restart
                | Command::Close
                | Command::Tick => Ok(Step::stay(Self::Closed)),
            },
        }
    }

    fn due(&self) -> Option<Timestamp> {
        self.members()
            .iter()
            .filter_map(|member| match &member.place {
                Place::Lost { until_at, .. } => Some(*until_at),
                Place::Expected
                | Place::Waiting { .. }
                | Place::Admitted
                | Place::Present { .. }
                | Place::Removed => None,
            })
            .min()
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn phase(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Closed => "closed",
        }
    }
}
