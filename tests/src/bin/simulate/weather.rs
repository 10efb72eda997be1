//! What breaks, and for how long: engines, the way to the database, the database, its clock, the mail server.

use crate::agenda::{Happening, Weather};
use crate::engines::Engine;
use crate::world::{Sky, World};
use kernel::time::{Span, Timestamp};

/// What becomes of one attempt to send.
#[derive(Debug, Clone, Copy)]
pub struct Fate {
    /// Until the engine knows.
    pub lasts: Span,
    /// Whether the server takes the message.
    pub is_taken: bool,
    /// Whether the engine learns what became of it.
    pub is_learned: bool,
}

impl Engine {
    /// Hears the database's clock. True when the two disagree.
    pub fn hear(&mut self, now: Timestamp, jump: Span) -> bool {
        let Some((started_at, projection)) = &mut self.projection else { return false };
        projection.hear(now.plus(jump), now.since(*started_at))
    }
}

impl World {
    /// The first of each kind; each brings the next.
    pub fn begin_weather(&mut self) {
        self.agenda.put(self.plan.calm_at(), Happening::Weather(Weather::Calm));
        self.agenda.put(self.plan.end_at(), Happening::Weather(Weather::End));
        for engine in 0..self.engines.len() {
            self.later(self.plan.crash_every, Weather::Crash(engine));
            self.later(self.plan.freeze_every, Weather::Freeze(engine));
            self.later(self.plan.cut_every, Weather::Cut(engine));
        }
        self.later(self.plan.database_every, Weather::DatabaseDown);
        self.later(self.plan.mail_every, Weather::MailBad);
        if self.plan.has_clock_rule {
            self.later(Span::hours(6), Weather::Jump);
        }
    }

    /// Whether faults still come.
    pub fn is_faulty(&self) -> bool {
        self.now < self.plan.calm_at()
    }

    /// Some time later, about this often.
    fn later(&mut self, every: Span, weather: Weather) {
        let at = self.now.plus(self.dice.between(Span::millis(1), every.times(2)));
        if at < self.plan.calm_at() {
            self.agenda.put(at, Happening::Weather(weather));
        }
    }

    /// After a while that lies between these, and before the calm.
    fn after(&mut self, least: Span, most: Span, weather: Weather) -> Timestamp {
        let at = self.now.plus(self.dice.between(least, most)).min(self.plan.calm_at());
        self.agenda.put(at, Happening::Weather(weather));
        at
    }

    /// Something breaks or is mended.
    pub fn weather(&mut self, weather: Weather) {
        self.tell(|| format!("{weather:?}"));
        match weather {
            Weather::Crash(engine) => {
                self.crash(engine);
                self.later(self.plan.crash_every, weather);
            }
            Weather::Start(engine) => self.start(engine),
            Weather::Freeze(engine) => {
                self.freeze(engine);
                self.later(self.plan.freeze_every, weather);
            }
            Weather::Thaw(engine) => self.thaw(engine),
            Weather::Cut(engine) => {
                self.counts.faults += 1;
                self.disturb(engine);
                self.engines[engine].is_cut = true;
                self.after(Span::millis(200), Span::seconds(60), Weather::Mend(engine));
                self.later(self.plan.cut_every, weather);
            }
            Weather::Mend(engine) => self.mend(engine),
            Weather::DatabaseDown => self.lose_database(),
            Weather::DatabaseUp => {
                self.sky.is_database_up = true;
                self.all_look_soon();
            }
            Weather::MailBad => {
                self.counts.faults += 1;
                self.sky.is_mail_bad = true;
                self.after(Span::seconds(5), Span::minutes(5), Weather::MailGood);
                self.later(self.plan.mail_every, weather);
            }
            Weather::MailGood => self.sky.is_mail_bad = false,
            Weather::Jump => self.jump(),
            Weather::SetRight => self.set_right(),
            Weather::Calm => self.calm(),
            Weather::End => self.end(),
        }
        self.note_health();
    }

    fn freeze(&mut self, engine: usize) {
        if !self.engines[engine].is_up || self.engines[engine].frozen_until.is_some() {
            return;
        }
        self.counts.faults += 1;
        self.disturb(engine);
        let until_at = self.after(Span::seconds(1), Span::seconds(30), Weather::Thaw(engine));
        self.engines[engine].frozen_until = Some(until_at);
    }

    /// It goes on; a thaw that belongs to an earlier life does nothing.
    fn thaw(&mut self, engine: usize) {
        if self.engines[engine].frozen_until.is_some_and(|until_at| until_at <= self.now) {
            self.engines[engine].frozen_until = None;
            self.look_soon(engine);
        }
    }

    fn mend(&mut self, engine: usize) {
        self.engines[engine].is_cut = false;
        self.look_soon(engine);
    }

    /// Within 250 ms, as an engine does that tried all the while.
    fn look_soon(&mut self, engine: usize) {
        let at = self.now.plus(self.dice.between(Span::ZERO, Span::millis(250)));
        if self.engines[engine].is_up && self.engines[engine].looks_at > at {
            self.plan_look(engine, at);
        }
    }

    fn all_look_soon(&mut self) {
        for engine in 0..self.engines.len() {
            self.look_soon(engine);
        }
    }

    fn lose_database(&mut self) {
        self.sky.is_database_up = false;
        self.counts.faults += 1;
        for engine in 0..self.engines.len() {
            self.disturb(engine);
        }
        let most = if self.dice.chance(300) { Span::minutes(4) } else { Span::seconds(20) };
        self.after(Span::seconds(1), most, Weather::DatabaseUp);
        self.later(self.plan.database_every, Weather::DatabaseDown);
    }

    /// The database's clock goes wrong, backwards by up to a day. Forwards only where the plan asks for it: there the
    /// rule itself makes early alarms, and the day after them is what is looked at.
    fn jump(&mut self) {
        self.counts.faults += 1;
        self.all_hear();
        let most = self.dice.pick(&[Span::seconds(5), Span::minutes(10), Span::hours(1), Span::hours(24)]);
        let by = self.dice.between(Span::millis(1600), most);
        self.sky.jump = if self.plan.jumps_forward { by } else { by.times(-1) };
        let jump = self.sky.jump;
        self.tell(|| format!("the database's clock jumps by {jump:?}"));
        self.after(Span::seconds(5), Span::minutes(3), Weather::SetRight);
        self.all_look_soon();
        self.later(Span::hours(6), Weather::Jump);
    }

    fn set_right(&mut self) {
        self.all_hear();
        self.sky.jump = Span::ZERO;
        self.all_look_soon();
    }

    /// An engine asks what time it is once a second, which is not played out while nothing happens: whoever reaches the
    /// database has just heard.
    fn all_hear(&mut self) {
        for number in 0..self.engines.len() {
            if self.reaches(number) {
                self.engines[number].hear(self.now, self.sky.jump);
            }
        }
    }

    /// Everything is mended at once.
    fn calm(&mut self) {
        self.sky = Sky { is_database_up: true, is_mail_bad: false, jump: Span::ZERO };
        for engine in 0..self.engines.len() {
            self.engines[engine].is_cut = false;
            if self.engines[engine].frozen_until.is_some() {
                self.engines[engine].frozen_until = None;
            }
            self.look_soon(engine);
        }
        self.note_backlog();
    }

    /// The book learns whether anybody can do anything.
    pub fn note_health(&mut self) {
        let is_up = self.sky.is_database_up;
        let is_well = self.engines.iter().any(|engine| engine.is_well(is_up));
        self.book.unwell.set(is_well, self.now);
    }

    /// What the mail server does with one attempt: it takes 5 to 500 ms, refuses, hangs until 6 s, or takes the message
    /// and the answer is lost. One that answers 250 and drops looks like one that took it: the ladder goes on anyway.
    pub fn fate(&mut self) -> Fate {
        let lasts = self.dice.between(Span::millis(5), Span::millis(500));
        let well = Fate { lasts, is_taken: true, is_learned: true };
        let bad = if self.sky.is_mail_bad { 600 } else { 5 };
        if !self.is_faulty() || !self.dice.chance(bad) {
            return well;
        }
        // When the faults stop the server answers what hangs.
        let until_calm = self.plan.calm_at().plus(Span::millis(500)).since(self.now);
        let hangs = until_calm.at_most(Span::seconds(6));
        match self.dice.below(4) {
            0 => Fate { is_taken: false, is_learned: false, ..well },
            1 => Fate { lasts: hangs, is_taken: false, is_learned: false },
            2 => Fate { lasts: hangs, is_learned: false, is_taken: true },
            _ => Fate { is_learned: false, ..well },
        }
    }
}
