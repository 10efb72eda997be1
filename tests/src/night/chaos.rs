//! What goes wrong, and when: from a seed, so that a bad night can be had again.

use super::engines::Engine;
use crate::dice::Dice;
use crate::servers::Server;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A supervisor starts what died after this long, as systemd does (`RestartSec`).
const RESTART: Duration = Duration::from_millis(100);

/// How often it looks what to do.
const LOOK: Duration = Duration::from_millis(5);

/// The faults of one night.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    harm: Harm,
    between: (Duration, Duration),
    database_every: Option<Duration>,
}

/// What becomes of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    /// It dies, and its supervisor starts it again.
    Death,
    /// It stands still for one to so many seconds, and goes on as if nothing had been.
    Sleep(Duration),
}

/// Chaos that runs on a thread of its own.
pub struct Chaos {
    signs: Arc<Signs>,
    thread: JoinHandle<anyhow::Result<Havoc>>,
}

/// What the two threads say to each other.
#[derive(Default)]
struct Signs {
    /// Nothing more is to go wrong.
    enough: AtomicBool,
    /// Nothing does, and everything runs again.
    calm: AtomicBool,
    over: AtomicBool,
}

/// What was left, and what it took.
pub struct Havoc {
    /// How often an engine came to harm.
    pub kills: usize,
    /// How often the database was.
    pub database_kills: usize,
    /// The engines.
    pub engines: Vec<Engine>,
    /// The database server.
    pub postgres: Option<Server>,
}

impl Faults {
    /// One of the engines dies after a time between these.
    pub fn deaths(least: Duration, most: Duration) -> Self {
        Self { harm: Harm::Death, between: (least, most), database_every: None }
    }

    /// One of the engines stands still for up to so long, and then another, with a time between these in between.
    pub fn sleeps(longest: Duration, least: Duration, most: Duration) -> Self {
        Self { harm: Harm::Sleep(longest), between: (least, most), database_every: None }
    }

    /// And the database dies this often.
    pub fn and_database(self, every: Duration) -> Self {
        Self { database_every: Some(every), ..self }
    }

    /// Begins.
    pub fn begin(self, seed: u64, engines: Vec<Engine>, postgres: Option<Server>) -> Chaos {
        let signs = Arc::<Signs>::default();
        let heard = Arc::clone(&signs);
        let thread = std::thread::spawn(move || {
            let havoc = Havoc { kills: 0, database_kills: 0, engines, postgres };
            havoc.wreak(self, Dice::new(seed), &heard)
        });
        Chaos { signs, thread }
    }
}

impl Chaos {
    /// Nothing goes wrong any more, and everything runs again when this returns. It runs on as long as this does: what a
    /// thread started dies with it.
    pub fn calm(&self) {
        self.signs.enough.store(true, Ordering::Release);
        while !self.signs.calm.load(Ordering::Acquire) && !self.thread.is_finished() {
            std::thread::sleep(LOOK);
        }
    }

    /// Ends it, and all that it started.
    pub fn end(self) -> anyhow::Result<Havoc> {
        self.signs.over.store(true, Ordering::Release);
        self.thread.join().map_err(|_panic| anyhow::anyhow!("chaos itself died"))?
    }
}

impl Havoc {
    fn wreak(mut self, faults: Faults, mut dice: Dice, signs: &Signs) -> anyhow::Result<Self> {
        let mut harm_at = Instant::now();
        let mut database_at = faults.database_every.map(|every| harm_at + every);
        // When an engine is to run again, and which.
        let mut down: Vec<(Instant, usize)> = vec![];
        while !signs.over.load(Ordering::Acquire) {
            let (now, is_enough) = (Instant::now(), signs.enough.load(Ordering::Acquire));
            if now >= harm_at && !is_enough {
                let index = usize::try_from(dice.below(2))?;
                let back_at = self.harm(faults.harm, index, now, &mut dice);
                down.retain(|(_, known)| *known != index);
                down.push((back_at, index));
                let (least, most) = faults.between;
                // A sleep is over before the next one begins; deaths need not wait for each other.
                let after = if faults.harm == Harm::Death { now } else { back_at };
                harm_at = after + least + up_to(&mut dice, most.saturating_sub(least));
            }
            if database_at.is_some_and(|at| now >= at) && !is_enough {
                self.kill_database()?;
                database_at = faults.database_every.map(|every| now + every);
            }
            self.notice_the_dead(&mut down, now)?;
            for (_, index) in down.extract_if(.., |(at, _)| now >= *at) {
                self.back(faults.harm, index)?;
            }
            signs.calm.store(is_enough && down.is_empty(), Ordering::Release);
            std::thread::sleep(LOOK);
        }
        Ok(self)
    }

    /// Does it, and says when it is over.
    fn harm(&mut self, harm: Harm, index: usize, now: Instant, dice: &mut Dice) -> Instant {
        let Some(engine) = self.engines.get_mut(index) else { return now };
        self.kills += 1;
        match harm {
            Harm::Death => {
                engine.kill();
                now + RESTART
            }
            Harm::Sleep(longest) => {
                engine.tell("STOP");
                now + Duration::from_secs(1) + up_to(dice, longest)
            }
        }
    }

    fn back(&mut self, harm: Harm, index: usize) -> anyhow::Result<()> {
        let Some(engine) = self.engines.get_mut(index) else { return Ok(()) };
        match harm {
            Harm::Death => engine.start(),
            Harm::Sleep(_) => {
                engine.tell("CONT");
                Ok(())
            }
        }
    }

    /// One that ended by itself, because the database was away when it started, is started again like any other.
    fn notice_the_dead(&mut self, down: &mut Vec<(Instant, usize)>, now: Instant) -> anyhow::Result<()> {
        for (index, engine) in self.engines.iter_mut().enumerate() {
            let is_waited_for = down.iter().any(|(_, known)| *known == index);
            if !is_waited_for && engine.has_ended()? {
                down.push((now + RESTART, index));
            }
        }
        Ok(())
    }

    /// The whole group, and up again when the last of them is gone.
    fn kill_database(&mut self) -> anyhow::Result<()> {
        let Some(postgres) = &mut self.postgres else { return Ok(()) };
        postgres.kill();
        self.database_kills += 1;
        std::thread::sleep(RESTART);
        postgres.start()
    }
}

fn up_to(dice: &mut Dice, most: Duration) -> Duration {
    Duration::from_millis(dice.below(u64::try_from(most.as_millis()).unwrap_or(u64::MAX)))
}
