//! What happens next: a day is a list of happenings, and the clock jumps from one to the next.

use checkins_core::escalation::Cause;
use kernel::severity::Severity;
use kernel::time::Timestamp;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Something that happens.
#[derive(Debug, Clone, Copy)]
pub enum Happening {
    /// An engine goes on with something. It is forgotten when the engine died meanwhile, and waits while it is frozen.
    Engine {
        /// Which.
        engine: usize,
        /// In which of its lives.
        life: u32,
        /// What.
        doing: Doing,
    },
    /// Something breaks, or is mended.
    Weather(Weather),
    /// What somebody asked for reaches the house.
    Person(Ask),
    /// The book looks whether what was owed was done.
    Check(Check),
}

/// What an engine goes on with.
#[derive(Debug, Clone, Copy)]
pub enum Doing {
    /// Looks at what is due; the number tells its latest plan to look from older ones.
    Look(u64),
    /// Ticks a watch that it listed before.
    TickWatch(usize),
    /// Ticks an incident that it listed before.
    TickIncident(usize),
    /// Planted: opens the incident of a watch that it saved before.
    Raise {
        /// Which session.
        session: usize,
        /// The deadline that passed.
        since: Timestamp,
    },
    /// The mail server has it now.
    Taken(Sending),
    /// What the engine learns of a sending.
    Answered {
        /// Of which.
        sending: Sending,
        /// Whether it learns that the server took it.
        is_accepted: bool,
    },
    /// Holds on to a message that is slow.
    Renew(Sending),
}

/// One attempt at a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    /// Which message.
    pub message: usize,
    /// The fence of the claim.
    pub fence: i64,
}

/// Faults.
#[derive(Debug, Clone, Copy)]
pub enum Weather {
    /// An engine is killed.
    Crash(usize),
    /// It is started again.
    Start(usize),
    /// It is stopped in its tracks.
    Freeze(usize),
    /// It goes on where it was.
    Thaw(usize),
    /// It no longer reaches the database.
    Cut(usize),
    /// It does again.
    Mend(usize),
    /// The database is gone.
    DatabaseDown,
    /// It is back.
    DatabaseUp,
    /// Mail goes wrong.
    MailBad,
    /// Mail is well.
    MailGood,
    /// The database's clock jumps.
    Jump,
    /// It is set right.
    SetRight,
    /// All faults stop.
    Calm,
    /// The end.
    End,
}

/// What people ask of the house.
#[derive(Debug, Clone, Copy)]
pub enum Ask {
    /// A dose was taken.
    Dose {
        /// Whose.
        session: usize,
        /// When, as they tell it.
        at: Timestamp,
    },
    /// Somebody looked.
    Answer {
        /// After whom.
        session: usize,
        /// Which look their page showed.
        sequence: i64,
        /// What they saw.
        severity: Severity,
    },
    /// Signed.
    Discharge {
        /// Whose.
        session: usize,
        /// When.
        at: Timestamp,
        /// When the morning is asked about.
        morning_at: Timestamp,
    },
    /// The morning was answered.
    Morning {
        /// Whose.
        session: usize,
        /// How it was.
        severity: Severity,
    },
    /// Signed closed.
    Close {
        /// Whose.
        session: usize,
    },
    /// "I'm on it".
    Acknowledge {
        /// Which incident.
        incident: usize,
        /// Which person of the session.
        who: usize,
    },
    /// It is over.
    Resolve {
        /// Which incident.
        incident: usize,
        /// Which person of the session.
        who: usize,
    },
}

/// What the book looks at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Whether a deadline passed unanswered.
    Passed(usize),
    /// Whether somebody was signalled of it.
    Signalled {
        /// Which session.
        session: usize,
        /// Of what.
        cause: Cause,
        /// Since when it is owed.
        since: Timestamp,
    },
    /// Whether an incident goes on.
    GoesOn(usize),
}

struct Entry {
    at: Timestamp,
    serial: u64,
    happening: Happening,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest first: the earliest is the greatest.
        (other.at, other.serial).cmp(&(self.at, self.serial))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.serial == other.serial
    }
}

impl Eq for Entry {}

/// Everything that is yet to happen.
#[derive(Default)]
pub struct Agenda {
    entries: BinaryHeap<Entry>,
    serial: u64,
}

impl Agenda {
    /// Puts it down.
    pub fn put(&mut self, at: Timestamp, happening: Happening) {
        self.serial = self.serial.wrapping_add(1);
        self.entries.push(Entry { at, serial: self.serial, happening });
    }

    /// What comes next.
    pub fn next(&mut self) -> Option<(Timestamp, Happening)> {
        self.entries.pop().map(|entry| (entry.at, entry.happening))
    }
}
