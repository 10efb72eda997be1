//! Wall clocks that jump under whoever believes them, and engines that are started again in the middle of a jump.
//!
//! A preloaded library (libfaketime) adds what a file says to the wall clock of a process, and leaves the clock that
//! only runs forward alone. The driver's own clock is the true one.

use super::engines::Engine;
use crate::now;
use crate::servers::Server;
use anyhow::Context as _;
use kernel::time::Span;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// What the clock is off by in each stretch of the night, in seconds, one after the other within it. Backward first: what
/// a jump forward made due early cannot be late any more.
const BACKWARD: [&[i64]; 6] =
    [&[-5, -10, -15, -20], &[-HOUR], &[0], &[HOUR, -HOUR, HOUR, -HOUR, HOUR, -HOUR], &[-DAY], &[0]];
const FORWARD: [&[i64]; 3] = [&[HOUR], &[0], &[DAY]];
/// A supervisor starts what died after this long.
const RESTART: Duration = Duration::from_millis(100);
const LOOK: Duration = Duration::from_millis(5);

/// A wall clock that can be set, for all processes that are told of it.
pub struct Wall {
    library: String,
    folder: tempfile::TempDir,
}

impl Wall {
    /// It is right, as yet.
    ///
    /// # Errors
    /// When the library is not there.
    pub fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("holdspace-wall-").tempdir()?;
        // A database may run as another user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let wall = Self { library: crate::told("PROOF_FAKETIME")?, folder };
        wall.set(0)?;
        Ok(wall)
    }

    /// What a process must find in its environment to believe it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let file = self.file().display().to_string();
        let words = [
            ("LD_PRELOAD", self.library.as_str()),
            ("FAKETIME_TIMESTAMP_FILE", &file),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ];
        words.map(|(name, word)| (name.to_owned(), word.to_owned())).to_vec()
    }

    /// So many seconds ahead of the true time, or behind it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&self, seconds: i64) -> anyhow::Result<()> {
        let fresh = self.folder.path().join("fresh");
        fs::write(&fresh, format!("{seconds:+}\n"))?;
        fs::set_permissions(&fresh, fs::Permissions::from_mode(0o644))?;
        Ok(fs::rename(fresh, self.file())?)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("wall")
    }
}

/// The script of one night.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// Each stretch lasts this long.
    pub stretch: Span,
    /// How often the clock goes backward before it goes forward.
    pub rounds: usize,
}

impl Script {
    fn stretches(self) -> impl Iterator<Item = &'static [i64]> {
        std::iter::repeat_n(BACKWARD, self.rounds).flatten().chain(FORWARD)
    }

    /// How long all of it takes.
    pub fn lasts(self) -> Span {
        self.stretches().fold(Span::ZERO, |sum, _| Span::micros(sum.as_micros() + self.stretch.as_micros()))
    }

    /// What happens when, in microseconds from the beginning. An engine is killed in the middle of each stretch; every
    /// other time both are, so that nobody lives who knew better.
    fn scenes(self) -> Vec<(i64, Turn)> {
        let mut scenes = vec![];
        for (index, (stretch, count)) in self.stretches().zip(0_i64..).enumerate() {
            let begins = self.stretch.as_micros() * count;
            let share = self.stretch.as_micros() / i64::try_from(stretch.len()).unwrap_or(1).max(1);
            let sets = stretch.iter().zip(0_i64..);
            scenes.extend(sets.map(|(seconds, place)| (begins + share * place, Turn::Set(*seconds))));
            let who = if index % 2 == 1 { Turn::RestartBoth } else { Turn::Restart((index / 2) % 2) };
            scenes.push((begins + self.stretch.as_micros() / 2, who));
        }
        scenes.sort_by_key(|(at, _)| *at);
        scenes
    }
}

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Set(i64),
    Restart(usize),
    RestartBoth,
}

/// What jumps, and who is killed meanwhile.
pub struct Scene {
    /// The clock.
    pub wall: Wall,
    /// The engines, whether they believe it or not.
    pub engines: Vec<Engine>,
    /// The database server, if there is one: it stays up.
    pub postgres: Option<Server>,
}

/// Jumps that go on. Dropping it waits for their end.
pub struct Jumps {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<anyhow::Result<Jumped>>>,
}

/// What happened.
#[derive(Debug, Default, Clone, Copy)]
pub struct Jumped {
    /// How often the clock was set.
    pub jumps: usize,
    /// How often an engine was started again in the middle of it.
    pub restarts: usize,
}

impl Jumps {
    /// Begins.
    pub fn begin(script: Script, scene: Scene) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        Self { is_over, thread: Some(std::thread::spawn(move || scene.play(script, &over))) }
    }

    /// Ends it, and what it started with it.
    ///
    /// # Errors
    /// When an engine could not be started, or the clock not be set.
    pub fn end(mut self) -> anyhow::Result<Jumped> {
        self.is_over.store(true, Ordering::Release);
        let thread = self.thread.take().context("it has ended")?;
        thread.join().map_err(|_panic| anyhow::anyhow!("the thread of the jumps died"))?
    }
}

impl Drop for Jumps {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // What it started ends with it.
            let _ = thread.join();
        }
    }
}

impl Scene {
    fn play(mut self, script: Script, is_over: &AtomicBool) -> anyhow::Result<Jumped> {
        let (mut jumped, begun) = (Jumped::default(), now());
        for (after, turn) in script.scenes() {
            while now() < begun + after {
                if is_over.load(Ordering::Acquire) {
                    return Ok(jumped);
                }
                self.notice_the_dead()?;
                std::thread::sleep(LOOK);
            }
            match turn {
                Turn::Set(seconds) => {
                    self.wall.set(seconds)?;
                    jumped.jumps += 1;
                }
                Turn::Restart(place) => jumped.restarts += self.restart(|each| each == place)?,
                Turn::RestartBoth => jumped.restarts += self.restart(|_each| true)?,
            }
        }
        while !is_over.load(Ordering::Acquire) {
            self.notice_the_dead()?;
            std::thread::sleep(LOOK);
        }
        Ok(jumped)
    }

    fn restart(&mut self, is_hit: impl Fn(usize) -> bool) -> anyhow::Result<usize> {
        let hit = self.engines.iter_mut().enumerate().filter(|(place, _)| is_hit(*place));
        let mut hit: Vec<&mut Engine> = hit.map(|(_, engine)| engine).collect();
        for engine in &mut hit {
            engine.kill();
        }
        std::thread::sleep(RESTART);
        let count = hit.len();
        hit.into_iter().try_for_each(Engine::start)?;
        Ok(count)
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
