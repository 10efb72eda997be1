//! One day of one seed: three engines, fifty sessions, and everything that can go wrong between them.

use crate::agenda::{Agenda, Check, Happening};
use crate::alarms::Told;
use crate::book::Book;
use crate::engines::Engine;
use crate::plan::Plan;
use crate::rows::{Rows, Work};
use crate::runs::Day;
use crate::sendings::Sendings;
use crate::shell::{Planted, Shell};
use checkins_core::ladder::{Channel, Ladder};
use checkins_core::notification::State;
use checkins_core::protocol::Protocol;
use checkins_core::watch::{Event, Watch};
use kernel::machine::Machine as _;
use kernel::time::{Pace, Span, Timestamp};
use tests::dice::Dice;

/// Midnight of the simulated day; days set back stay far from zero.
pub const MIDNIGHT: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// What a day came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    /// Looks whose time came.
    pub deadlines: u64,
    /// Nobody answered these in time.
    pub missed: u64,
    /// Incidents opened.
    pub incidents: u64,
    /// Mails that a server took.
    pub sent: u64,
    /// Of these, those that came again, with a reason.
    pub again: u64,
    /// Engines killed.
    pub crashes: u64,
    /// Other faults.
    pub faults: u64,
    /// Readings of a clock that was found suspect.
    pub suspicions: u64,
    /// How long the backlog took after all faults had stopped, in milliseconds.
    pub liveness_ms: i64,
}

/// What is broken outside of the engines.
#[derive(Debug, Clone, Copy)]
pub struct Sky {
    /// Whether the database is up.
    pub is_database_up: bool,
    /// Whether mail goes wrong more often than not.
    pub is_mail_bad: bool,
    /// How far the database's clock lies from the true time.
    pub jump: Span,
}

/// Everything there is.
pub struct World {
    /// The true time.
    pub now: Timestamp,
    /// What comes next.
    pub agenda: Agenda,
    /// Chance.
    pub dice: Dice,
    /// What the seed decided at the start.
    pub plan: Plan,
    /// The database.
    pub rows: Rows,
    /// Each session's ladder.
    pub ladders: Vec<Ladder>,
    /// Each session's pace.
    pub paces: Vec<Pace>,
    /// The engines.
    pub engines: Vec<Engine>,
    /// What is broken now.
    pub sky: Sky,
    /// The book.
    pub book: Book,
    /// Who had which message.
    pub sendings: Sendings,
    /// What was planted.
    pub planted: Option<Planted>,
    /// Counted on the way.
    pub counts: Counts,
    /// Whether to tell the story.
    pub is_told: bool,
    is_over: bool,
}

impl World {
    /// A day before it begins.
    pub fn new(seed: u64, day: Day, is_told: bool) -> Self {
        let mut dice = Dice::new(seed);
        let plan = Plan::new(&mut dice, day.hours, day.jumps_forward);
        let (paces, ladders) = Plan::sessions(&mut dice);
        let mut rows = Rows::default();
        for pace in &paces {
            rows.open_watch(Watch::Standing { protocol: Protocol { pace: *pace } });
        }
        let book = Book::new(&paces, ladders.clone());
        let (agenda, sendings) = (Agenda::default(), Sendings::default());
        let mut world = Self {
            now: MIDNIGHT,
            agenda,
            dice,
            plan,
            rows,
            ladders,
            paces,
            engines: vec![],
            sky: Sky { is_database_up: true, is_mail_bad: false, jump: Span::ZERO },
            book,
            sendings,
            planted: day.planted,
            counts: Counts::default(),
            is_told,
            is_over: false,
        };
        world.begin_engines();
        world.begin_weather();
        world.begin_days();
        world
    }

    /// Lives it through.
    ///
    /// # Errors
    /// The first thing that may not be, in words.
    pub fn live(mut self) -> Result<Counts, String> {
        while let Some((at, happening)) = self.agenda.next() {
            self.now = self.now.max(at);
            match happening {
                Happening::Engine { engine, life, doing } => self.go_on(engine, life, doing),
                Happening::Weather(weather) => self.weather(weather),
                Happening::Person(ask) => self.ask(ask),
                Happening::Check(check) => self.check(check),
            }
            if let Some(violation) = self.book.violation.take() {
                self.tell(|| violation.clone());
                return Err(violation);
            }
            if self.is_over {
                break;
            }
        }
        let Book { deadlines, missed, .. } = self.book;
        let incidents = u64::try_from(self.rows.incidents.len()).unwrap_or(u64::MAX);
        let (sent, again) = (self.sendings.taken, self.sendings.again);
        Ok(Counts { deadlines, missed, incidents, sent, again, ..self.counts })
    }

    /// A line of the story.
    pub fn tell(&self, line: impl FnOnce() -> String) {
        if self.is_told {
            let millis = self.now.since(MIDNIGHT).as_millis();
            eprintln!("{:>6}.{:03} {}", millis / 1000, millis % 1000, line());
        }
    }

    /// A transaction as one engine would make it.
    pub fn shell(&self, engine: usize) -> Shell<'_> {
        Shell::begin(&self.rows, &self.ladders, self.engines[engine].now(self.now), self.planted)
    }

    /// Commits a transaction, and shows people what they will see of it. False when an index refuses it.
    pub fn commit(&mut self, work: Work, said: &[Event]) -> bool {
        let session = work.watch.as_ref().map(|(session, _)| *session);
        let touched: Vec<usize> = work.incidents.iter().map(|(number, _)| *number).collect();
        let Ok(written) = self.rows.commit(work) else {
            self.tell(|| format!("session {session:?}: an index refuses the transaction"));
            return false;
        };
        if self.planted == Some(Planted::AcknowledgedForEver) {
            for number in touched {
                if crate::shell::is_held(&self.rows.incidents[number].state) {
                    self.rows.forget_due(number);
                }
            }
        }
        for message in written {
            if self.rows.messages[message].key.channel == Channel::Screen {
                self.signal(message);
            }
        }
        if let Some(session) = session {
            self.tell(|| format!("session {session}: {said:?}"));
            self.show(session, said);
            self.check_armed(session);
        }
        true
    }

    /// Somebody is signalled by this message.
    pub fn signal(&mut self, message: usize) {
        let row = self.rows.messages[message];
        let (incident, session, step) = (row.key.incident, row.session, (row.key.step, row.key.round));
        let matter = self.rows.incidents[incident].state.matter();
        let (cause, opened_at) = (matter.cause, matter.opened_at);
        let told = Told { incident, session, cause, opened_at, step, written_at: row.written_at };
        self.tell(|| {
            format!("session {session}: person {} is told of {cause:?} {step:?} ({incident})", row.key.person)
        });
        if self.book.told(told, self.now, &mut self.agenda) {
            self.respond(incident, session);
        }
    }

    fn check(&mut self, check: Check) {
        let (now, agenda) = (self.now, &mut self.agenda);
        match check {
            Check::Passed(session) => {
                if self.book.looks[session].passes_at().is_some_and(|at| at <= now) {
                    let by = now.minus(crate::looks::SLACK);
                    self.book.pass(session, by, now, agenda);
                    if let Some(at) = self.book.looks[session].passes_at() {
                        agenda.put(at, Happening::Check(Check::Passed(session)));
                    }
                }
            }
            Check::Signalled { session, cause, since } => {
                self.book.check_signalled(session, cause, since, now, agenda);
            }
            Check::GoesOn(incident) => self.book.check_goes_on(incident, now, agenda),
        }
    }

    /// Nothing is armed on a watch that is over.
    fn check_armed(&mut self, session: usize) {
        let row = &self.rows.watches[session];
        let armed = row.deadlines.iter().find(|deadline| deadline.settled == crate::rows::Settled::Armed);
        if row.state.phase() == "closed" && armed.is_some() {
            self.book.wrong(|| format!("session {session}: the watch is over, and {armed:?} is armed"));
        }
    }

    /// All faults have stopped: this is what is left over from before.
    pub fn note_backlog(&mut self) {
        let calm_at = self.plan.calm_at();
        if self.now > calm_at && self.rows.has_backlog(calm_at) {
            self.counts.liveness_ms = self.now.since(calm_at).as_millis();
        }
    }

    /// The day is over: nothing may be left that should have been done.
    pub fn end(&mut self) {
        self.is_over = true;
        let (calm_at, now) = (self.plan.calm_at(), self.now);
        if self.rows.has_backlog(calm_at) {
            self.book.wrong(|| "ten seconds after all faults stopped something that was due still is".into());
        }
        self.check_deadlines(now);
        for (number, row) in self.rows.incidents.iter().enumerate() {
            let by_whom = self.book.alarms.get(&number).and_then(|alarm| alarm.resolved_at);
            if row.state.due().is_none() && by_whom.is_none() {
                self.book.wrong(|| format!("session {}: an incident ended without a person", row.session));
            }
        }
        for (number, row) in self.rows.messages.iter().enumerate() {
            let is_marked = row.state.state == State::Accepted && row.key.channel == Channel::Mail;
            if is_marked && !self.sendings.was_taken(number) {
                self.book.wrong(|| {
                    format!(
                        "session {}: {:?} is marked as sent, and no server ever took it",
                        row.session, row.key
                    )
                });
            }
        }
    }

    /// No deadline stays armed after it passed, however it ended.
    fn check_deadlines(&mut self, now: Timestamp) {
        for (session, row) in self.rows.watches.iter().enumerate() {
            let is_forgotten = |deadline: &&crate::rows::Deadline| {
                deadline.settled == crate::rows::Settled::Armed
                    && now.since(deadline.at) > crate::health::OWED
            };
            if let Some(deadline) = row.deadlines.iter().find(is_forgotten) {
                self.book.wrong(|| format!("session {session}: {deadline:?} passed, and is still armed"));
            }
        }
    }
}
