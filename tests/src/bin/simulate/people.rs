//! What people do: they take a dose, look or do not look, sign, read an alarm, take it, forget it, say what came of it.

use crate::agenda::{Ask, Happening};
use crate::shell::{PEOPLE, SITTER, person};
use crate::world::World;
use checkins_core::escalation;
use checkins_core::outcome::Outcome;
use checkins_core::protocol::Due;
use checkins_core::watch::{Command, Discharge, Event};
use kernel::severity::Severity;
use kernel::time::{Pace, Span, Timestamp};

/// Clinicians, by their number in a session.
const CLINICIANS: [usize; 3] = [0, 2, 3];

impl World {
    /// Somebody will ask for this, then.
    fn will(&mut self, at: Timestamp, ask: Ask) {
        self.agenda.put(at, Happening::Person(ask));
    }

    /// So many minutes of a session's protocol, at its pace.
    fn minutes(&mut self, session: usize, least: i64, most: i64) -> Span {
        let pace = self.paces[session];
        self.dice.between(Span::minutes(least).at(pace), Span::minutes(most).at(pace))
    }

    /// Everybody's first dose.
    pub fn begin_days(&mut self) {
        for session in 0..self.paces.len() {
            let at = self.now.plus(self.dice.between(Span::minutes(1), Span::hours(12)));
            self.will(at, Ask::Dose { session, at });
        }
    }

    /// A page of ours reaches some engine that can do it, or tries again every second.
    pub fn ask(&mut self, ask: Ask) {
        if !self.is_faulty() {
            return;
        }
        let first = self.dice.index(self.engines.len());
        let order = (0..self.engines.len()).map(|index| (first + index) % self.engines.len());
        let is_up = self.sky.is_database_up;
        let Some(engine) = order.into_iter().find(|engine| self.engines[*engine].is_well(is_up)) else {
            self.will(self.now.plus(Span::seconds(1)), ask);
            return;
        };
        if self.dice.chance(self.plan.dies_at_commit) {
            // Before the commit: nothing was written, and the page sends it again.
            self.crash(engine);
            self.will(self.now.plus(Span::seconds(1)), ask);
            return;
        }
        self.tell(|| format!("{ask:?}"));
        self.served(engine, ask);
        self.wake(engine);
        if self.dice.chance(self.plan.dies_at_commit) {
            // After it: the page sends it again under the same command id, and hears the same answer.
            self.crash(engine);
        }
        self.note_backlog();
    }

    fn served(&mut self, engine: usize, ask: Ask) {
        match ask {
            Ask::Dose { session, at } => self.dose(engine, session, at),
            Ask::Answer { session, sequence, severity } => self.answer(engine, (session, sequence, severity)),
            Ask::Discharge { session, at, morning_at } => {
                let signed = Discharge { at, morning_at, bedtime_at: None };
                if self.watch(engine, session, Command::Discharge(signed)) {
                    let shown = self.shown(session);
                    let times = (at, morning_at);
                    self.book.discharged(session, times, self.now, shown, &mut self.agenda);
                }
            }
            Ask::Morning { session, severity } => {
                if self.watch(engine, session, Command::MorningAnswered(severity)) {
                    self.book.morning(session, severity, self.now, &mut self.agenda);
                }
            }
            Ask::Close { session } => {
                if self.watch(engine, session, Command::Close) {
                    self.book.closed(session, self.now, &mut self.agenda);
                    self.perhaps_again(session);
                }
            }
            Ask::Acknowledge { incident, who } => {
                let (by, role) = self.who(incident, who);
                if self.incident(engine, incident, escalation::Command::Acknowledge { by, role }) {
                    self.only_clinicians(incident, who);
                    self.book.acknowledged(incident, self.now, &mut self.agenda);
                }
            }
            Ask::Resolve { incident, who } => {
                let (by, role) = self.who(incident, who);
                let (outcome, has_note) = (Outcome::PatientWellSeen, false);
                if self.incident(
                    engine,
                    incident,
                    escalation::Command::Resolve { by, role, outcome, has_note },
                ) {
                    self.only_clinicians(incident, who);
                    self.book.resolved(incident, self.now);
                }
            }
        }
    }

    fn who(&self, incident: usize, who: usize) -> (kernel::id::PersonId, kernel::role::Role) {
        (person(self.rows.incidents[incident].session, who), PEOPLE[who].0)
    }

    fn only_clinicians(&mut self, incident: usize, who: usize) {
        if who == SITTER {
            self.book.wrong(|| format!("the sitter silenced incident {incident}"));
        }
    }

    /// What the sitter's page shows next.
    fn shown(&self, session: usize) -> Option<Due> {
        self.rows.watches[session].state.current()
    }

    fn watch(&mut self, engine: usize, session: usize, command: Command) -> bool {
        let mut shell = self.shell(engine);
        let stepped = shell.watch(session, command);
        let (work, said, left) = (shell.work, shell.said, shell.left);
        self.leave(engine, session, &left);
        stepped.is_ok() && self.taken_down(work, &said)
    }

    fn incident(&mut self, engine: usize, incident: usize, command: escalation::Command) -> bool {
        let mut shell = self.shell(engine);
        let stepped = shell.incident(incident, command);
        let work = shell.work;
        stepped.is_ok() && self.taken_down(work, &[])
    }

    /// What people say is always taken down.
    fn taken_down(&mut self, work: crate::rows::Work, said: &[Event]) -> bool {
        let is_kept = self.commit(work, said);
        if !is_kept {
            self.book.wrong(|| "what somebody said could not be written".into());
        }
        is_kept
    }

    fn dose(&mut self, engine: usize, session: usize, at: Timestamp) {
        let is_first = self.shown(session).is_none();
        if !self.watch(engine, session, Command::Dose(at)) {
            return;
        }
        let shown = self.shown(session);
        self.book.dosed(session, at, self.now, shown, &mut self.agenda);
        if self.dice.chance(100) {
            // A second dose, or a correction.
            let later = self.now.plus(self.minutes(session, 20, 90));
            self.will(later, Ask::Dose { session, at: later });
        }
        if is_first {
            let signed_at = self.now.plus(self.minutes(session, 110, 300));
            let heard_at = signed_at.plus(self.delay());
            let morning_at = signed_at.plus(self.minutes(session, 300, 600));
            self.will(heard_at, Ask::Discharge { session, at: signed_at, morning_at });
            let closed_at = morning_at.plus(self.minutes(session, 10, 120));
            self.will(closed_at, Ask::Close { session });
            if self.dice.chance(60) {
                // Told again after the discharge, or after the end.
                let later = signed_at.plus(self.minutes(session, 5, 700));
                let told_at = if self.dice.chance(500) { at } else { later };
                self.will(later, Ask::Dose { session, at: told_at });
            }
        }
    }

    /// Some have another day, where it fits.
    fn perhaps_again(&mut self, session: usize) {
        if self.dice.chance(400) {
            let at = self.now.plus(self.dice.between(Span::minutes(1), Span::hours(2)));
            self.will(at, Ask::Dose { session, at });
        }
    }

    /// Most networks take under two seconds; a bad one up to five minutes, and what was sent later may come sooner.
    fn delay(&mut self) -> Span {
        let most = if self.dice.chance(30) { Span::minutes(5) } else { Span::seconds(2) };
        self.dice.between(Span::millis(20), most)
    }

    fn answer(&mut self, engine: usize, (session, sequence, severity): (usize, i64, Severity)) {
        let page = self.shown(session).map_or(0, |due| due.sequence);
        let mut shell = self.shell(engine);
        let answered = shell.answer(session, sequence, severity);
        let (work, said, left) = (shell.work, shell.said, shell.left);
        self.leave(engine, session, &left);
        let counted = said.iter().find_map(Event::counted);
        let is_taken = answered.is_ok() && self.taken_down(work, &said);
        let severity = if is_taken { severity } else { Severity::Ok };
        let shown = self.shown(session);
        let missed = said.iter().filter(|event| matches!(event, Event::Missed(_))).count();
        let page = page.saturating_add(i64::try_from(missed).unwrap_or(0));
        let look = (session, sequence, severity);
        self.book.answered(look, (counted, page), shown, self.now, &mut self.agenda);
    }

    /// What people do about a look that was put on their page, and about the morning.
    pub fn show(&mut self, session: usize, said: &[Event]) {
        for event in said {
            match event {
                Event::Scheduled(due) => self.sit(session, *due),
                Event::MorningDue(due) => self.wake_up(session, *due),
                Event::Cancelled(_)
                | Event::Answered { .. }
                | Event::Missed(_)
                | Event::Overslept(_)
                | Event::Alarming(_)
                | Event::MorningMissed(_)
                | Event::Closed => {}
            }
        }
    }

    fn sit(&mut self, session: usize, due: Due) {
        let severity = match self.dice.below(1000) {
            0..10 => Severity::Emergency,
            10..35 => Severity::Urgent,
            35..100 => Severity::Watch,
            _ => Severity::Ok,
        };
        let ask = Ask::Answer { session, sequence: due.sequence, severity };
        let opens_at = due.due_at.minus(Span::minutes(2).at(self.paces[session]));
        let near = self.dice.between(Span::seconds(-3), Span::seconds(3));
        let pressed_at = match self.dice.below(1000) {
            0..50 => return,
            50..90 => due.deadline_at.plus(near),
            90..110 => opens_at.plus(near),
            110..150 => due.deadline_at.plus(self.minutes(session, 0, 5)),
            _ => opens_at.plus(self.dice.between(Span::ZERO, due.deadline_at.since(opens_at))),
        };
        let delay = self.delay();
        self.will(pressed_at.max(self.now).plus(delay), ask);
        if self.dice.chance(30) {
            let delay = self.delay();
            self.will(pressed_at.max(self.now).plus(delay), ask);
        }
    }

    fn wake_up(&mut self, session: usize, due: Due) {
        let severity = match self.dice.below(10) {
            0 => Severity::Urgent,
            1 => Severity::Watch,
            _ => Severity::Ok,
        };
        if self.dice.chance(800) {
            let at = due.due_at.plus(self.minutes(session, 0, 25)).max(self.now);
            self.will(at, Ask::Morning { session, severity });
        }
    }

    /// What clinicians do about an incident that somebody was told of.
    pub fn respond(&mut self, incident: usize, session: usize) {
        let pace = self.paces[session];
        let mut soon = |least: i64, most: i64| {
            let span = self.dice.between(Span::seconds(least).at(pace), Span::seconds(most).at(pace));
            self.now.plus(span.at_least(Span::seconds(2)))
        };
        let (first_at, second_at, late_at) = (soon(3, 90), soon(100, 300), soon(300, 1200));
        let (one, other) = (self.dice.pick(&CLINICIANS), self.dice.pick(&CLINICIANS));
        let take = |who| Ask::Acknowledge { incident, who };
        let end = |who| Ask::Resolve { incident, who };
        if self.dice.chance(100) {
            self.will(first_at, take(SITTER));
            self.will(second_at, end(SITTER));
        }
        match self.dice.below(1000) {
            // Nobody, until the day is over. At a drill's pace that would be thousands of steps.
            0..3 if pace == Pace::REAL => {}
            0..100 => self.will(late_at, end(one)),
            // "I'm on it", and then nothing.
            100..300 => {
                self.will(first_at, take(one));
                self.will(late_at, end(other));
            }
            // Two come, and each comes twice.
            300..400 => {
                self.will(first_at, take(one));
                self.will(first_at.plus(Span::seconds(5)), take(other));
                self.will(second_at, end(one));
                self.will(second_at.plus(Span::seconds(1)), end(other));
            }
            400..600 => self.will(first_at, end(one)),
            _ => {
                self.will(first_at, take(one));
                self.will(second_at, end(one));
            }
        }
    }
}
