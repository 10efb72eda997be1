//! The engines: they look at what is due, claim messages, send outside of any transaction, and mark afterwards.

use crate::agenda::{Doing, Happening, Sending, Weather};
use crate::shell::Planted;
use crate::world::World;
use checkins_core::escalation::{self, Cause};
use checkins_core::notification::{LEASE, Notification, RENEW, State};
use checkins_core::watch;
use kernel::clocks::Projection;
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};

/// Engines look at least this often (reliability.md §2.4).
const TICK: Span = Span::millis(250);
/// Messages in sending at once (reliability.md §2.4).
const HANDS: usize = 16;

/// Two engines' clocks lie at most this far apart: a lease lasts that much longer or shorter for the other.
const APART: Span = Span::millis(2800);

/// One engine.
#[derive(Debug)]
pub struct Engine {
    /// Which life it is in; what an earlier one had begun is forgotten.
    pub life: u32,
    /// Whether it runs.
    pub is_up: bool,
    /// Until when it is stopped in its tracks.
    pub frozen_until: Option<Timestamp>,
    /// Whether it reaches the database over the network.
    pub is_cut: bool,
    /// How far its own projection of the time lies from the true one.
    pub lead: Span,
    /// When it was started, with the projection it made then; `None` where it knows its own clock only.
    pub projection: Option<(Timestamp, Projection)>,
    /// When it will look, by the number of the plan.
    pub looks_at: Timestamp,
    /// The number of that plan.
    pub plan: u64,
    /// What it is sending.
    pub held: Vec<Sending>,
}

impl Engine {
    /// What it takes for now. With the clock rule that is its projection of the database's clock.
    pub fn now(&self, now: Timestamp) -> Timestamp {
        match &self.projection {
            Some((started_at, projection)) => projection.at(now.since(*started_at)),
            None => now.plus(self.lead),
        }
    }

    /// Whether it can do anything.
    pub fn is_well(&self, is_database_up: bool) -> bool {
        self.is_up && self.frozen_until.is_none() && !self.is_cut && is_database_up
    }
}

impl World {
    /// All three start.
    pub fn begin_engines(&mut self) {
        for engine in 0..3 {
            self.engines.push(Engine {
                life: 0,
                is_up: false,
                frozen_until: None,
                is_cut: false,
                lead: Span::ZERO,
                projection: None,
                looks_at: self.now,
                plan: 0,
                held: vec![],
            });
            self.start(engine);
        }
    }

    /// One starts, with a clock of its own: up to 1.4 s from the true time. What it knew in its last life it still knows.
    pub fn start(&mut self, number: usize) {
        let lead = self.dice.between(Span::millis(-1400), Span::millis(1400));
        let anchored = Projection::anchored(self.now.plus(self.sky.jump).plus(lead), Span::ZERO);
        let engine = &mut self.engines[number];
        let known = engine.projection.unwrap_or((self.now, anchored));
        let projection = self.plan.has_clock_rule.then_some(known);
        let life = engine.life.wrapping_add(1);
        let (looks_at, plan, is_cut) = (self.now, engine.plan, engine.is_cut);
        let (is_up, frozen_until, held) = (true, None, vec![]);
        *engine = Engine { life, is_up, frozen_until, is_cut, lead, projection, looks_at, plan, held };
        self.plan_look(number, self.now);
    }

    /// It will look then, and not at whatever it had planned before.
    pub fn plan_look(&mut self, number: usize, at: Timestamp) {
        let engine = &mut self.engines[number];
        engine.plan = engine.plan.wrapping_add(1);
        engine.looks_at = at;
        let doing = Doing::Look(engine.plan);
        let life = engine.life;
        self.agenda.put(at, Happening::Engine { engine: number, life, doing });
    }

    /// An engine does something, at this moment of this life.
    fn doing(&mut self, number: usize, at: Timestamp, doing: Doing) {
        let life = self.engines[number].life;
        self.agenda.put(at, Happening::Engine { engine: number, life, doing });
    }

    /// It goes on, unless it died meanwhile; frozen, it goes on when it thaws, with what it knew.
    pub fn go_on(&mut self, number: usize, life: u32, doing: Doing) {
        let engine = &self.engines[number];
        if engine.life != life || !engine.is_up {
            return;
        }
        if let Some(until_at) = engine.frozen_until {
            self.agenda.put(until_at, Happening::Engine { engine: number, life, doing });
            return;
        }
        match doing {
            Doing::Look(plan) if plan == engine.plan => self.look(number),
            Doing::Look(_) => {}
            Doing::TickWatch(session) => self.tick_watch(number, session),
            Doing::TickIncident(incident) => self.tick_incident(number, incident),
            Doing::Raise { session, since } => self.raise(number, session, since),
            Doing::Taken(sending) => self.taken(sending),
            Doing::Answered { sending, is_accepted } => self.mark(number, sending, is_accepted),
            Doing::Renew(sending) => self.renew(number, sending),
        }
        self.note_backlog();
    }

    /// Whether an engine reaches the database now.
    pub fn reaches(&self, number: usize) -> bool {
        self.engines[number].is_well(self.sky.is_database_up)
    }

    /// One look at everything: watches, incidents, messages. A row that fails holds up no other.
    fn look(&mut self, number: usize) {
        // Who cannot reach the database tries again each 250 ms; here it is woken when that can succeed.
        if !self.reaches(number) {
            self.engines[number].looks_at = Timestamp::from_micros(i64::MAX);
            return;
        }
        let life = self.engines[number].life;
        let is_suspect = self.engines[number].hear(self.now, self.sky.jump);
        let now = self.engines[number].now(self.now);
        self.counts.suspicions += u64::from(is_suspect);
        for session in self.rows.watches_due(now) {
            if self.dice.chance(20) {
                let later = self.now.plus(self.dice.between(Span::millis(1), Span::millis(400)));
                self.doing(number, later, Doing::TickWatch(session));
            } else if self.engines[number].life == life {
                self.tick_watch(number, session);
            }
        }
        for incident in self.rows.incidents_due(now) {
            if self.dice.chance(20) {
                let later = self.now.plus(self.dice.between(Span::millis(1), Span::millis(400)));
                self.doing(number, later, Doing::TickIncident(incident));
            } else if self.engines[number].life == life {
                self.tick_incident(number, incident);
            }
        }
        if self.engines[number].life == life && self.engines[number].is_up {
            self.claim(number);
            self.plan_next(number, is_suspect);
        }
    }

    /// When this engine looks again: what it sees coming, or in 250 ms where something due was left. While it doubts the
    /// time, the second in which it asks again is played out.
    fn plan_next(&mut self, number: usize, is_suspect: bool) {
        let ahead = self.engines[number].now(self.now).since(self.now);
        let due_at = self.rows.next_due().map_or(i64::MAX, Timestamp::micros);
        let at = Timestamp::from_micros(due_at.saturating_sub(ahead.as_micros()));
        let at = if at <= self.now { self.now.plus(TICK) } else { at };
        let at = if is_suspect { at.min(self.now.plus(Span::seconds(1))) } else { at };
        if due_at == i64::MAX && !is_suspect {
            self.engines[number].looks_at = Timestamp::from_micros(i64::MAX);
        } else {
            self.plan_look(number, at);
        }
    }

    /// Something was written: who wrote it looks at once, the others when they next look anyway.
    pub fn wake(&mut self, writer: usize) {
        let Some(due_at) = self.rows.next_due() else { return };
        for number in 0..self.engines.len() {
            let engine = &self.engines[number];
            if !engine.is_up {
                continue;
            }
            let ahead = engine.now(self.now).since(self.now);
            let at = Timestamp::from_micros(due_at.micros().saturating_sub(ahead.as_micros()));
            let soonest =
                if number == writer { self.now } else { self.now.plus(self.dice.between(Span::ZERO, TICK)) };
            let at = at.max(soonest);
            if at < self.engines[number].looks_at {
                self.plan_look(number, at);
            }
        }
    }

    /// An engine may die just before a commit, which is then nothing, or just after it, before it knows.
    fn dies(&mut self, number: usize) -> bool {
        let dies = self.is_faulty() && self.dice.chance(self.plan.dies_at_commit);
        if dies {
            self.crash(number);
        }
        dies
    }

    fn tick_watch(&mut self, number: usize, session: usize) {
        if !self.reaches(number) || self.dies(number) {
            return;
        }
        let mut shell = self.shell(number);
        let stepped = shell.watch(session, watch::Command::Tick);
        let (work, said, left) = (shell.work, shell.said, shell.left);
        if stepped.is_err() || said.is_empty() || !self.commit(work, &said) {
            return;
        }
        self.leave(number, session, &left);
        self.wake(number);
        self.dies(number);
    }

    /// Planted: what a second transaction is to do, a moment later.
    pub fn leave(&mut self, number: usize, session: usize, left: &[Timestamp]) {
        for since in left {
            let later = self.now.plus(self.dice.between(Span::millis(1), Span::millis(20)));
            self.doing(number, later, Doing::Raise { session, since: *since });
        }
    }

    fn tick_incident(&mut self, number: usize, incident: usize) {
        if !self.reaches(number) || self.dies(number) {
            return;
        }
        let mut shell = self.shell(number);
        let stepped = shell.incident(incident, escalation::Command::Tick);
        let work = shell.work;
        if stepped.is_ok() && self.commit(work, &[]) {
            self.wake(number);
            self.dies(number);
        }
    }

    /// Planted: the second of two transactions.
    fn raise(&mut self, number: usize, session: usize, since: Timestamp) {
        if !self.reaches(number) || self.dies(number) {
            return;
        }
        let mut shell = self.shell(number);
        let watch = self.rows.watches[session].state.clone();
        let raised = shell.raise(session, &watch, Cause::MissedCheckin, Severity::Urgent, since);
        let work = shell.work;
        if raised.is_ok() && self.commit(work, &[]) {
            self.wake(number);
        }
    }

    /// Claims what is due, never more than can be sent at once, and sends it.
    fn claim(&mut self, number: usize) {
        let free = HANDS.saturating_sub(self.engines[number].held.len());
        let now = self.engines[number].now(self.now);
        let due = self.rows.messages_due(now, free);
        if due.is_empty() || self.dies(number) {
            return;
        }
        let mut claimed = vec![];
        for message in due {
            let state = self.rows.messages[message].state;
            let is_leased = matches!(state.state, State::Leased { .. });
            if is_leased && self.planted == Some(Planted::LeaseForEver) {
                continue;
            }
            let Some(state) = state.claimed(now) else { continue };
            let is_early = self.planted == Some(Planted::MarkedBeforeSent);
            let kept = if is_early { Notification { state: State::Accepted, ..state } } else { state };
            self.rows.save_message(message, kept);
            claimed.push(Sending { message, fence: state.fence });
        }
        let apart = self.apart();
        for sending in &claimed {
            self.sendings.claimed(*sending, apart);
        }
        self.engines[number].held.extend(&claimed);
        self.wake(number);
        if !self.dies(number) {
            for sending in claimed {
                self.send(number, sending);
            }
        }
    }

    /// How far the engines' clocks lie from each other now.
    fn apart(&self) -> Span {
        let times = self.engines.iter().map(|engine| engine.now(self.now));
        let (first, last) = (times.clone().min(), times.max());
        first.zip(last).map_or(Span::ZERO, |(first, last)| last.since(first))
    }

    /// What the mail server will do with it.
    fn send(&mut self, number: usize, sending: Sending) {
        let fate = self.fate();
        let answered_at = self.now.plus(fate.lasts);
        if fate.is_taken {
            let taken_at = self.now.plus(Span::micros(fate.lasts.as_micros().saturating_mul(9) / 10));
            self.doing(number, taken_at, Doing::Taken(sending));
        }
        if !fate.is_learned {
            self.sendings.excuse(sending.message);
            self.book.mail.add(self.now, answered_at.plus(Span::seconds(5)));
        }
        let is_accepted = fate.is_taken && fate.is_learned;
        self.doing(number, answered_at, Doing::Answered { sending, is_accepted });
        if fate.lasts > RENEW {
            self.doing(number, self.now.plus(RENEW), Doing::Renew(sending));
        }
    }

    fn taken(&mut self, sending: Sending) {
        if self.sendings.take(sending) {
            self.signal(sending.message);
        } else {
            let key = self.rows.messages[sending.message].key;
            self.book.wrong(|| format!("{key:?} was sent twice, and nothing explains it"));
        }
    }

    /// Marks an attempt under its fence; without the database the mark is lost, and the lease runs out.
    fn mark(&mut self, number: usize, sending: Sending, is_accepted: bool) {
        self.engines[number].held.retain(|held| *held != sending);
        if !self.reaches(number) {
            self.sendings.excuse(sending.message);
            return;
        }
        if self.dies(number) {
            self.sendings.excuse(sending.message);
            return;
        }
        let now = self.engines[number].now(self.now);
        let before = self.rows.messages[sending.message].state;
        let fence = if self.planted == Some(Planted::FenceIgnored) { before.fence } else { sending.fence };
        let after = if is_accepted { before.accepted(fence) } else { before.failed(fence, now) };
        if let Ok(after) = after {
            if !self.sendings.may_mark(sending) {
                self.book
                    .wrong(|| format!("a sender marked {sending:?}, which somebody else has: {before:?}"));
            }
            self.rows.save_message(sending.message, after);
        }
        self.wake(number);
        self.dies(number);
    }

    /// Holds on to a slow one.
    fn renew(&mut self, number: usize, sending: Sending) {
        if !self.engines[number].held.contains(&sending) {
            return;
        }
        if self.reaches(number) {
            let now = self.engines[number].now(self.now);
            match self.rows.messages[sending.message].state.renewed(sending.fence, now) {
                Ok(renewed) => self.rows.save_message(sending.message, renewed),
                Err(_stale) => return,
            }
        }
        self.doing(number, self.now.plus(RENEW), Doing::Renew(sending));
    }

    /// It is killed: what it was sending may be sent again, after the lease that nobody renews.
    pub fn crash(&mut self, number: usize) {
        if !self.engines[number].is_up {
            return;
        }
        self.counts.crashes += 1;
        self.tell(|| format!("engine {number} is killed"));
        self.disturb(number);
        let engine = &mut self.engines[number];
        (engine.is_up, engine.frozen_until) = (false, None);
        engine.held.clear();
        let later = self.now.plus(self.dice.between(Span::millis(100), Span::seconds(30)));
        let start_at = if self.is_faulty() { later.min(self.plan.calm_at()) } else { later };
        self.agenda.put(start_at, Happening::Weather(Weather::Start(number)));
        self.note_health();
    }

    /// A fault of an engine excuses what it holds, and costs mail one lease.
    pub fn disturb(&mut self, number: usize) {
        for sending in &self.engines[number].held {
            self.sendings.excuse(sending.message);
        }
        self.book.mail.add(self.now, self.now.plus(LEASE).plus(APART));
    }
}
