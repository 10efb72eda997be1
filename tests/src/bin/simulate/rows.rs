//! The simulated database: rows, and what is due in them. A transaction is applied wholly or not at all.

use checkins_core::escalation::{Cause, Incident};
use checkins_core::ladder::Channel;
use checkins_core::notification::{Notification, State};
use checkins_core::watch::Watch;
use kernel::machine::Machine as _;
use kernel::time::Timestamp;
use std::collections::BTreeSet;

/// How a deadline row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Silence would be noticed.
    Armed,
    /// Somebody looked, nobody did, or nobody needs to.
    Over,
}

/// One deadline row.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    /// The next morning's, or a look's.
    pub is_morning: bool,
    /// Which look.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// How it stands.
    pub settled: Settled,
}

/// One watch row and its deadlines.
pub struct WatchRow {
    /// The machine.
    pub state: Watch,
    /// One more with each step.
    pub version: i64,
    /// Its deadlines.
    pub deadlines: Vec<Deadline>,
}

/// One incident row.
#[derive(Clone)]
pub struct IncidentRow {
    /// Which session.
    pub session: usize,
    /// The version of the watch that it was opened beside: two incidents of one deadline are still two.
    pub beside: i64,
    /// The machine.
    pub state: Incident,
}

/// One message row.
#[derive(Clone, Copy)]
pub struct MessageRow {
    /// What it is about.
    pub key: Key,
    /// Which session.
    pub session: usize,
    /// The machine; a screen's message is accepted as it is written.
    pub state: Notification,
    /// Not before; what a serial step sets.
    pub first_at: Timestamp,
    /// When it was written; the message says so.
    pub written_at: Timestamp,
}

/// A message is written once for each of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Which incident.
    pub incident: usize,
    /// Which step of its ladder.
    pub step: i64,
    /// Which repetition.
    pub round: i64,
    /// Which person of the session.
    pub person: usize,
    /// Over what.
    pub channel: Channel,
}

/// What the unique indexes refuse.
#[derive(Debug)]
pub struct Conflict;

/// The tables.
#[derive(Default)]
pub struct Rows {
    /// By session.
    pub watches: Vec<WatchRow>,
    /// By number.
    pub incidents: Vec<IncidentRow>,
    /// By number.
    pub messages: Vec<MessageRow>,
    due_watches: BTreeSet<(Timestamp, usize)>,
    due_incidents: BTreeSet<(Timestamp, usize)>,
    due_messages: BTreeSet<(Timestamp, usize)>,
    keys: BTreeSet<Key>,
    names: BTreeSet<(usize, &'static str, Timestamp, i64)>,
    open: Vec<usize>,
}

/// A transaction in the making. Nothing of it is in the rows until it is committed.
#[derive(Default)]
pub struct Work {
    /// The watch as it will be.
    pub watch: Option<(usize, Watch)>,
    /// Deadlines armed or settled, in order.
    pub deadlines: Vec<(usize, Deadline)>,
    /// Incidents as they will be; those past the last row are new.
    pub incidents: Vec<(usize, IncidentRow)>,
    /// Messages to write unless they are there.
    pub messages: Vec<MessageRow>,
    /// Incidents whose waiting messages nobody needs.
    pub superseded: Vec<usize>,
}

impl Work {
    /// An incident as this transaction sees it.
    pub fn incident(&self, rows: &Rows, number: usize) -> IncidentRow {
        let own = self.incidents.iter().rev().find(|(known, _)| *known == number);
        own.map_or_else(|| rows.incidents[number].clone(), |(_, row)| row.clone())
    }

    /// The open incident of a session and cause, as this transaction sees it.
    pub fn open(&self, rows: &Rows, session: usize, cause: Cause) -> Option<usize> {
        let is_it = |row: &IncidentRow| {
            row.session == session && row.state.matter().cause == cause && row.state.due().is_some()
        };
        let own = self.incidents.iter().find(|(_, row)| is_it(row)).map(|(number, _)| *number);
        own.or_else(|| rows.open.iter().copied().find(|number| is_it(&rows.incidents[*number])))
    }

    /// The number of the next new incident.
    pub fn next(&self, rows: &Rows) -> usize {
        let own = self.incidents.iter().map(|(number, _)| number.saturating_add(1)).max().unwrap_or(0);
        own.max(rows.incidents.len())
    }
}

impl Rows {
    /// Watches whose time has come by then.
    pub fn watches_due(&self, by: Timestamp) -> Vec<usize> {
        self.due_watches.range(..=(by, usize::MAX)).map(|(_, number)| *number).collect()
    }

    /// Incidents whose time has come by then.
    pub fn incidents_due(&self, by: Timestamp) -> Vec<usize> {
        self.due_incidents.range(..=(by, usize::MAX)).map(|(_, number)| *number).collect()
    }

    /// Messages to claim by then, at most so many.
    pub fn messages_due(&self, by: Timestamp, most: usize) -> Vec<usize> {
        self.due_messages.range(..=(by, usize::MAX)).map(|(_, number)| *number).take(most).collect()
    }

    /// When the first of them all is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        let firsts = [self.due_watches.first(), self.due_incidents.first(), self.due_messages.first()];
        firsts.into_iter().flatten().map(|(at, _)| *at).min()
    }

    /// Whether anything that was due by then still is; a message until it is sent, whoever tries at it.
    pub fn has_backlog(&self, by: Timestamp) -> bool {
        let firsts = [self.due_watches.first(), self.due_incidents.first()];
        firsts.into_iter().flatten().any(|(at, _)| *at <= by)
            || self.due_messages.iter().any(|(_, number)| self.messages[*number].first_at <= by)
    }

    /// A new watch.
    pub fn open_watch(&mut self, state: Watch) {
        self.watches.push(WatchRow { state, version: 0, deadlines: vec![] });
    }

    /// A message as it is now.
    pub fn save_message(&mut self, number: usize, state: Notification) {
        let row = &mut self.messages[number];
        if let Some(at) = claimable_at(row) {
            self.due_messages.remove(&(at, number));
        }
        row.state = state;
        if let Some(at) = claimable_at(row) {
            self.due_messages.insert((at, number));
        }
    }

    /// Applies all of it, or nothing. Returns the messages that are new.
    ///
    /// An incident's name is made of its session, its cause, since when, and what it was opened beside; the index on it
    /// refuses a second.
    pub fn commit(&mut self, work: Work) -> Result<Vec<usize>, Conflict> {
        let is_new = |(number, _): &&(usize, IncidentRow)| *number >= self.incidents.len();
        let names: BTreeSet<_> =
            work.incidents.iter().filter(is_new).map(|(number, row)| (*number, name(row))).collect();
        if names.iter().any(|(_, name)| self.names.contains(name)) {
            return Err(Conflict);
        }
        if let Some((session, state)) = work.watch {
            self.save_watch(session, state);
        }
        for (session, deadline) in work.deadlines {
            settle(&mut self.watches[session].deadlines, deadline);
        }
        for (number, row) in work.incidents {
            self.save_incident(number, row);
        }
        for incident in work.superseded {
            self.supersede(incident);
        }
        Ok(work.messages.into_iter().filter_map(|message| self.write(message)).collect())
    }

    fn save_watch(&mut self, session: usize, state: Watch) {
        if let Some(at) = self.watches[session].state.due() {
            self.due_watches.remove(&(at, session));
        }
        if let Some(at) = state.due() {
            self.due_watches.insert((at, session));
        }
        self.watches[session].state = state;
        self.watches[session].version += 1;
    }

    fn save_incident(&mut self, number: usize, row: IncidentRow) {
        let due_at = row.state.due();
        if number >= self.incidents.len() {
            self.names.insert(name(&row));
            self.open.push(number);
            self.incidents.push(row);
        } else {
            if let Some(at) = self.incidents[number].state.due() {
                self.due_incidents.remove(&(at, number));
            }
            self.incidents[number] = row;
        }
        match due_at {
            Some(at) => drop(self.due_incidents.insert((at, number))),
            None => self.open.retain(|open| *open != number),
        }
    }

    /// Planted: nobody looks at this incident any more.
    pub fn forget_due(&mut self, number: usize) {
        self.due_incidents.retain(|(_, known)| *known != number);
    }

    fn supersede(&mut self, incident: usize) {
        let numbers = self.due_messages.iter().map(|(_, number)| *number);
        let waiting: Vec<usize> =
            numbers.filter(|number| self.messages[*number].key.incident == incident).collect();
        for number in waiting {
            let state = self.messages[number].state.superseded();
            self.save_message(number, state);
        }
    }

    fn write(&mut self, message: MessageRow) -> Option<usize> {
        if !self.keys.insert(message.key) {
            return None;
        }
        let number = self.messages.len();
        self.messages.push(message);
        if let Some(at) = claimable_at(&message) {
            self.due_messages.insert((at, number));
        }
        Some(number)
    }
}

fn name(row: &IncidentRow) -> (usize, &'static str, Timestamp, i64) {
    let matter = row.state.matter();
    (row.session, matter.cause.as_str(), matter.opened_at, row.beside)
}

const fn claimable_at(row: &MessageRow) -> Option<Timestamp> {
    match row.state.state {
        State::Pending { next_at } => Some(next_at),
        State::Leased { until_at } => Some(until_at),
        State::Accepted | State::Superseded => None,
    }
}

/// Arms a row, or settles the armed one.
fn settle(deadlines: &mut Vec<Deadline>, change: Deadline) {
    let is_it = |row: &&mut Deadline| row.is_morning == change.is_morning && row.sequence == change.sequence;
    match (deadlines.iter_mut().rev().find(is_it), change.settled) {
        (Some(row), Settled::Armed) => *row = change,
        (Some(row), Settled::Over) => row.settled = Settled::Over,
        (None, Settled::Armed) => deadlines.push(change),
        (None, Settled::Over) => {}
    }
}
