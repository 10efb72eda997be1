//! The disk under the database loses its power, and has it back: on a thread of its own, from a seed.

use super::Outages;
use super::disk::Disk;
use super::engines::{Engine, SQLITE_FILE};
use crate::dice::Dice;
use crate::servers::Server;
use crate::{now, pause};
use anyhow::{Context as _, ensure};
use kernel::time::Span;
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// It stays away this long. How long makes no difference to what is found afterwards.
const DARK: Duration = Duration::from_millis(300);
/// And comes back for this long at least: whoever is always away can tell nobody.
const LIGHT: Span = Span::millis(1500);
/// How often the thread looks around.
const LOOK: Duration = Duration::from_millis(5);

/// How often, and over which time.
#[derive(Debug, Clone, Copy)]
pub struct Cuts {
    /// How often.
    pub count: i64,
    /// Evenly over this time, each somewhere in its share.
    pub over: Span,
    /// Where exactly.
    pub seed: u64,
}

/// What has the disk, and what stands on it.
pub struct Site {
    /// The engines. On `SQLite` they lose their power with it: it is in their machine.
    pub engines: Vec<Engine>,
    /// The database server, if there is one: it loses its power with the disk.
    pub postgres: Option<Server>,
    /// Where a copy of what a cut left can lie.
    pub copies: PathBuf,
    /// When there was no disk.
    pub outages: Outages,
    /// The disk: last, for whoever stands on it goes first.
    pub disk: Disk,
}

/// Cuts that go on. Dropping it waits for the end of the one under way.
pub struct Power {
    is_through: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<anyhow::Result<Outcome>>>,
}

/// What came of them.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How often there was no power.
    pub cuts: i64,
    /// What was wrong with what a cut left behind.
    pub damage: Vec<String>,
}

impl Power {
    /// Begins.
    pub fn begin(cuts: Cuts, site: Site) -> Self {
        let (is_through, is_over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (through, over) = (Arc::clone(&is_through), Arc::clone(&is_over));
        let thread = Some(std::thread::spawn(move || site.lose(cuts, &through, &over)));
        Self { is_through, is_over, thread }
    }

    /// Waits until there will be no further cut. Everything goes on running.
    ///
    /// # Errors
    /// When a cut could not be made, or what lost its power did not come back.
    pub async fn through(&mut self) -> anyhow::Result<()> {
        while !self.is_through.load(Ordering::Acquire) {
            if self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
                return self.joined().map(drop);
            }
            pause(20).await;
        }
        Ok(())
    }

    /// Ends it, and what it started with it.
    ///
    /// # Errors
    /// As for [`Power::through`].
    pub fn end(mut self) -> anyhow::Result<Outcome> {
        self.is_over.store(true, Ordering::Release);
        self.joined()
    }

    fn joined(&mut self) -> anyhow::Result<Outcome> {
        let thread = self.thread.take().context("it has ended")?;
        thread.join().map_err(|_panic| anyhow::anyhow!("the thread of the power cuts died"))?
    }
}

impl Drop for Power {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // Its disk is unmounted when it ends, whatever it ends with.
            let _ = thread.join();
        }
    }
}

impl Site {
    fn lose(mut self, cuts: Cuts, is_through: &AtomicBool, is_over: &AtomicBool) -> anyhow::Result<Outcome> {
        let (mut dice, mut outcome, begun) = (Dice::new(cuts.seed), Outcome::default(), now());
        let share = Span::micros(cuts.over.as_micros() / cuts.count.max(1));
        let quarter = Span::micros(share.as_micros() / 4);
        let mut back_at = begun;
        for index in 0..cuts.count {
            let within = dice.between(quarter, quarter.times(3));
            let at = begun + share.times(index).as_micros() + within.as_micros();
            let at = at.max(back_at + LIGHT.as_micros());
            while now() < at {
                if is_over.load(Ordering::Acquire) {
                    return Ok(outcome);
                }
                self.notice_the_dead()?;
                std::thread::sleep(LOOK);
            }
            outcome.damage.extend(self.cut(index).with_context(|| format!("cut {index}"))?);
            outcome.cuts += 1;
            back_at = now();
        }
        is_through.store(true, Ordering::Release);
        while !is_over.load(Ordering::Acquire) {
            self.notice_the_dead()?;
            std::thread::sleep(LOOK);
        }
        Ok(outcome)
    }

    /// One of them, and what was wrong afterwards.
    fn cut(&mut self, index: i64) -> anyhow::Result<Option<String>> {
        let cut_at = now();
        self.disk.lose_power()?;
        match &mut self.postgres {
            Some(postgres) => postgres.kill(),
            None => self.engines.iter_mut().for_each(Engine::kill),
        }
        std::thread::sleep(DARK);
        self.disk.back()?;
        let back_at = now();
        self.outages.lock().unwrap_or_else(PoisonError::into_inner).push((cut_at, back_at));
        let damage = if let Some(postgres) = &mut self.postgres {
            postgres.start()?;
            None
        } else {
            let copy = self.copy(index)?;
            self.engines.iter_mut().try_for_each(Engine::start)?;
            examined(&copy)?.map(|damage| format!("after cut {index}: {damage}"))
        };
        let took = Span::micros(now() - back_at).as_millis();
        eprintln!("cut {index}: dark for {} ms, started after {took} ms", (back_at - cut_at) / 1000);
        Ok(damage)
    }

    /// What the cut left, before anybody repairs it.
    fn copy(&self, index: i64) -> anyhow::Result<PathBuf> {
        let copy = self.copies.join(format!("{index}.db"));
        for end in ["", "-wal"] {
            let from = self.disk.path().join(format!("{SQLITE_FILE}{end}"));
            if from.exists() {
                fs::copy(from, self.copies.join(format!("{index}.db{end}")))?;
            }
        }
        Ok(copy)
    }

    /// One that ended by itself is started again, as its supervisor would.
    fn notice_the_dead(&mut self) -> anyhow::Result<()> {
        for engine in &mut self.engines {
            if engine.has_ended()? {
                engine.start()?;
            }
        }
        Ok(())
    }
}

/// What `SQLite` itself finds wrong with a copy. The copy is gone afterwards, unless something is.
fn examined(copy: &Path) -> anyhow::Result<Option<String>> {
    let asked = async {
        let db = Database::connect(format!("sqlite://{}", copy.display())).await?;
        let check = Statement::from_string(DbBackend::Sqlite, "pragma integrity_check");
        let row = db.query_one_raw(check).await?;
        db.close().await?;
        row.map(|row| row.try_get_by_index::<String>(0)).transpose()
    };
    let found = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(asked)?;
    if found.as_deref() != Some("ok") {
        return Ok(Some(format!("{}: {}", copy.display(), found.unwrap_or_default())));
    }
    let folder = copy.parent().context("no folder")?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_stem() == copy.file_stem() {
            fs::remove_file(path)?;
        }
    }
    ensure!(!copy.exists(), "the copy is still there");
    Ok(None)
}
