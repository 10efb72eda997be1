//! When silence is an alarm. Pure: time is an argument, and what must be mailed is the answer.
//!
//! ```text
//!           30 s without any beat       a beat comes
//!   (well) ─────────────────────▶ open ─────────────▶ over ── calm mail taken ──▶ (well)
//!                                 │  ▲                 │
//!                         a page every 60 s            └─ 30 s without a beat ──▶ open, anew
//! ```
//! An engine that is heard, but whose own audit does not pass, is a second trouble of the same shape; one that says
//! itself that its alarms arrive nowhere is a third.

use crate::hearing::Engine;
use kernel::time::{Span, Timestamp};
use proto::beat::{Address, BEAT_LIFETIME, Beat, EngineId, SILENCE};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// As long as its trouble lasts, a page is repeated (reliability.md §2.5, step 4).
const REPEAT: Span = Span::seconds(60);
/// A page that reached nobody is tried again (reliability.md §2.4, step 4).
const TRY_AGAIN: Span = Span::seconds(5);
/// While the watchdog itself stood still it could hear nobody: a longer gap between two looks counts as this much.
/// A cap, not a reset: where the machine is too busy to look in time, pages come late, and never not at all.
const GAP_MAX: Span = Span::seconds(5);
/// Eight houses of two engines.
const ENGINES_MAX: usize = 16;

/// Two readings of the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// Set once, at the start, and only counted up since: nobody can move it.
    pub(crate) steady: Timestamp,
    /// The machine's own clock, which somebody can. Trusted only for what lies between two starts.
    pub(crate) wall: Timestamp,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    /// A beat came, and its signature is good.
    Beat(&'a Beat),
    /// A server took this mail, for at least one person.
    Taken(&'a Mail),
    /// None took it, for anybody.
    NotTaken(&'a Mail),
    /// Nothing, but time passed.
    Tick,
}

/// Why a beat proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("it was sent too long ago, or not yet")]
    NotFresh,
    #[error("it was heard before")]
    Replayed,
    #[error("more engines speak than there can be")]
    TooManyEngines,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trouble {
    Silent,
    AuditFailing,
    PathBroken,
}

/// What a therapist's page is told. `Starting`: nobody was heard yet, and not for long enough to say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Starting,
    Ok,
    Silent,
    AuditFailing,
    PathBroken,
}

/// One mail to several people; `words.rs` says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) trouble: Trouble,
    /// Tells one trouble from the next.
    pub(crate) since_at: Timestamp,
    /// The how-manieth about it.
    pub(crate) number: u32,
    /// Whether it says that all is well again.
    pub(crate) is_calm: bool,
    pub(crate) to: Vec<Address>,
    pub(crate) silent_for: Span,
    pub(crate) live_sessions: u32,
    /// How many of the looks that the last beat named have fallen due since.
    pub(crate) fallen_due: usize,
}

/// What must survive a crash.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) last: Option<Last>,
    pub(crate) troubles: BTreeMap<Trouble, Course>,
}

/// The newest beat, and when any beat was last heard, by the wall clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Last {
    pub(crate) heard_at: Timestamp,
    beat: Beat,
}

/// How far a trouble has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Course {
    since_at: Timestamp,
    /// Pages that a server took. Marked after sending: a crash before the mark sends that page again.
    pages: u32,
    paged_at: Option<Timestamp>,
    /// Whoever was paged will want to know that it is over.
    told: Vec<Address>,
    is_over: bool,
    /// When to mail next, by the listening clock: after a start it is worked out anew.
    #[serde(skip, default = "beginning")]
    due: Timestamp,
}

/// The listening clock begins with the watchdog.
fn beginning() -> Timestamp {
    Timestamp::from_micros(0)
}

/// The watchdog's whole mind.
pub(crate) struct Watch {
    fixed: Vec<Address>,
    engines: BTreeMap<EngineId, Engine>,
    last: Option<Last>,
    /// The listening clock: how long the watchdog has listened since its start. No time of day moves it.
    listened: Timestamp,
    looked_at: Timestamp,
    /// When the last beat was heard, by the listening clock; the start, if that was before it.
    heard: Timestamp,
    /// How long before the start that was. For words only: nobody knows but the wall clock.
    before_start: Span,
    troubles: BTreeMap<Trouble, Course>,
}

impl Watch {
    /// What was kept is believed; but silence is called silence only after 30 s of listening. A trouble goes on.
    pub(crate) fn new(fixed: Vec<Address>, kept: Kept, now: Now) -> Self {
        let before_start = kept.last.as_ref().map_or(Span::ZERO, |last| now.wall.since(last.heard_at));
        let resumed = |(trouble, course): (Trouble, Course)| (trouble, course.resumed(now.wall));
        Self {
            fixed,
            engines: BTreeMap::new(),
            last: kept.last,
            listened: beginning(),
            looked_at: now.steady,
            heard: beginning(),
            before_start: before_start.at_least(Span::ZERO),
            troubles: kept.troubles.into_iter().map(resumed).collect(),
        }
    }

    /// The whole rule. Only a tick answers with mails: one place sends them, whatever called for them.
    ///
    /// # Errors
    /// When a beat proves nothing. Time has passed all the same.
    pub(crate) fn step(&mut self, input: Input<'_>, now: Now) -> Result<Vec<Mail>, Refusal> {
        let gap = now.steady.since(self.looked_at).at_least(Span::ZERO).at_most(GAP_MAX);
        // Of two that look at once, the one that came first may have looked at its clock last.
        (self.listened, self.looked_at) = (self.listened.plus(gap), self.looked_at.max(now.steady));
        let mut heard = Ok(());
        match input {
            Input::Beat(beat) => heard = self.hear(beat, now),
            Input::Taken(mail) => self.mark(mail, now.wall),
            Input::NotTaken(mail) => self.try_again(mail),
            Input::Tick => {}
        }
        self.judge(now.wall);
        heard.map(|()| if matches!(input, Input::Tick) { self.due_mails() } else { vec![] })
    }

    pub(crate) fn standing(&self) -> Standing {
        match self.alive() {
            0 if self.is_open(Trouble::Silent) => Standing::Silent,
            0 => Standing::Starting,
            _ if self.is_open(Trouble::AuditFailing) => Standing::AuditFailing,
            _ if self.is_open(Trouble::PathBroken) => Standing::PathBroken,
            _ => Standing::Ok,
        }
    }

    /// How many engines are heard.
    pub(crate) fn alive(&self) -> usize {
        self.engines.values().filter(|engine| engine.is_alive(self.listened)).count()
    }

    pub(crate) fn kept(&self) -> Kept {
        Kept { last: self.last.clone(), troubles: self.troubles.clone() }
    }

    fn is_open(&self, trouble: Trouble) -> bool {
        self.troubles.get(&trouble).is_some_and(|course| !course.is_over)
    }

    fn hear(&mut self, beat: &Beat, now: Now) -> Result<(), Refusal> {
        if !is_fresh(beat.sent_at, now) {
            return Err(Refusal::NotFresh);
        }
        if !self.engines.contains_key(&beat.engine) && self.engines.len() >= ENGINES_MAX {
            return Err(Refusal::TooManyEngines);
        }
        let listened = self.listened;
        let engine = self.engines.entry(beat.engine.clone()).or_insert_with(|| Engine::new(beat, listened));
        let is_newest = engine.hear(beat, listened).ok_or(Refusal::Replayed)?;
        (self.heard, self.before_start) = (listened, Span::ZERO);
        match &mut self.last {
            // A beat that was overtaken proves life, and knows nothing new.
            Some(last) if !is_newest => last.heard_at = now.wall,
            Some(_) | None => self.last = Some(Last { heard_at: now.wall, beat: beat.clone() }),
        }
        Ok(())
    }

    fn judge(&mut self, wall: Timestamp) {
        let listened = self.listened;
        self.engines.retain(|_, engine| engine.is_remembered(listened));
        let alive: Vec<_> = self.engines.values().filter(|engine| engine.is_alive(listened)).collect();
        let is_failing = alive.iter().any(|engine| engine.is_audit_failing());
        let is_broken = alive.iter().any(|engine| engine.is_path_broken());
        if !alive.is_empty() {
            self.close(Trouble::Silent);
            for (trouble, is_so) in [(Trouble::AuditFailing, is_failing), (Trouble::PathBroken, is_broken)] {
                if is_so { self.open(trouble, wall) } else { self.close(trouble) }
            }
        } else if let Some(last) = &self.last
            && listened.since(self.heard) >= SILENCE
        {
            self.open(Trouble::Silent, last.heard_at);
        }
    }

    fn open(&mut self, trouble: Trouble, since_at: Timestamp) {
        if !self.is_open(trouble) {
            let (told, due) = (vec![], self.listened);
            let course = Course { since_at, pages: 0, paged_at: None, told, is_over: false, due };
            self.troubles.insert(trouble, course);
        }
    }

    fn close(&mut self, trouble: Trouble) {
        let due = self.listened;
        if let Some(course) = self.troubles.get_mut(&trouble).filter(|course| !course.is_over) {
            (course.is_over, course.due) = (true, due);
        }
        // Nobody need hear the end of what nobody heard of.
        self.troubles.retain(|_, course| !course.is_over || !course.told.is_empty());
    }

    fn mark(&mut self, mail: &Mail, wall: Timestamp) {
        let Some(course) = self.course_of(mail) else { return };
        if mail.is_calm {
            self.troubles.remove(&mail.trouble);
        } else {
            (course.pages, course.paged_at) = (course.pages.max(mail.number), Some(wall));
        }
    }

    fn try_again(&mut self, mail: &Mail) {
        let again = self.listened.plus(TRY_AGAIN);
        if let Some(course) = self.course_of(mail) {
            course.due = course.due.min(again);
        }
    }

    fn course_of(&mut self, mail: &Mail) -> Option<&mut Course> {
        self.troubles.get_mut(&mail.trouble).filter(|course| course.since_at == mail.since_at)
    }

    fn due_mails(&mut self) -> Vec<Mail> {
        let (listened, is_heard) = (self.listened, self.alive() > 0);
        let (everybody, silent_for) = (self.everybody(), self.silent_for());
        let (live_sessions, fallen_due) = self.last.as_ref().map_or((0, 0), |last| last.left(silent_for));
        let mut mails = vec![];
        for (&trouble, course) in &mut self.troubles {
            let is_calm = course.is_over;
            // While nobody is heard, nobody knows how the rest goes: the silence is paged instead.
            let is_moot = trouble != Trouble::Silent && !is_heard && !is_calm;
            if course.due > listened || is_moot {
                continue;
            }
            course.due = listened.plus(REPEAT);
            if !is_calm {
                course.told.clone_from(&everybody);
            }
            let (since_at, number, to) =
                (course.since_at, course.pages.saturating_add(1), course.told.clone());
            mails.push(Mail {
                trouble,
                since_at,
                number,
                is_calm,
                to,
                silent_for,
                live_sessions,
                fallen_due,
            });
        }
        mails
    }

    /// Whoever is on call by the newest beat, and whoever always is.
    fn everybody(&self) -> Vec<Address> {
        let routed = self.last.iter().flat_map(|last| last.beat.pagers.as_slice());
        let mut everybody: Vec<Address> = routed.chain(&self.fixed).cloned().collect();
        everybody.sort();
        everybody.dedup();
        everybody
    }

    fn silent_for(&self) -> Span {
        self.listened.plus(self.before_start).since(self.heard)
    }
}

/// By either clock: the steady one is right when the machine's jumps, the machine's when it was wrong at the start.
/// So no jump makes every beat look old, which would invent a silence.
fn is_fresh(sent_at: Timestamp, now: Now) -> bool {
    let is_near =
        |clock: Timestamp| clock.since(sent_at) <= BEAT_LIFETIME && sent_at.since(clock) <= BEAT_LIFETIME;
    is_near(now.steady) || is_near(now.wall)
}

impl Course {
    /// However the wall clock jumped meanwhile, it cannot put the next page off by more than one interval.
    fn resumed(self, wall: Timestamp) -> Self {
        let next_at = self.paged_at.map_or(wall, |paged_at| paged_at.plus(REPEAT));
        let wait = next_at.since(wall).at_most(REPEAT);
        Self { due: beginning().plus(wait), ..self }
    }
}

impl Last {
    /// The sessions it knew of, and the looks that have fallen due in the silence after it.
    fn left(&self, silent_for: Span) -> (u32, usize) {
        let engine_now = self.beat.sent_at.plus(silent_for);
        let deadlines = self.beat.next_deadlines.as_slice().iter();
        (self.beat.live_sessions, deadlines.filter(|deadline| deadline.deadline_at <= engine_now).count())
    }
}
