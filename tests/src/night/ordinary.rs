//! Thousands of mails that are no alarms, waiting beside the watch.

use super::Night;
use super::engines::{Engine, Place};
use crate::sink::Sink;
use crate::{now, pause};
use anyhow::{Context as _, ensure};
use chassis::ids;
use chassis::keys::Keys;
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::events::scheduling::SessionCancelled;

/// While they gather, each takes this long to be refused its turn: hardly any leaves.
const GATHERING: &str = "stall-before-data 3";
/// All of them are heard within this time, in microseconds.
const PATIENCE: i64 = 240_000_000;

/// The mails, their server, and whoever sends them where that is a process of its own.
pub struct Ordinary {
    sink: Sink,
    notify: Option<Engine>,
}

impl Ordinary {
    /// Whoever sends them runs: on `SQLite` in one process with the watch, as in a house that stands in one.
    ///
    /// # Errors
    /// When a process does not start.
    pub fn begin(night: &mut Night, place: Place) -> anyhow::Result<Self> {
        let folder = night.folder.join("ordinary");
        std::fs::create_dir_all(&folder)?;
        let sink = Sink::start_slowly(&folder)?;
        sink.behave(GATHERING)?;
        let whole = night.folder.join("holdspace.keys");
        if place == Place::Postgres {
            let mut notify = Engine::notify(&night.ground, &Keys::load(&whole)?, &folder, &sink.address)?;
            notify.start()?;
            notify.wait()?;
            return Ok(Self { sink, notify: Some(notify) });
        }
        // Both are gone before either comes back: the one that stands by would take over.
        night.engines.iter_mut().for_each(Engine::kill);
        let mut has_one = false;
        for engine in &mut night.engines {
            engine.becomes(std::env::current_exe()?, &whole, &sink.address)?;
            engine.start()?;
            if !has_one {
                engine.wait()?;
                has_one = true;
            }
        }
        Ok(Self { sink, notify: None })
    }

    /// So many of them wait, and begin to leave when the first deadline is near.
    ///
    /// # Errors
    /// When they are not heard in time.
    pub async fn gather(&self, night: &Night, count: usize) -> anyhow::Result<()> {
        night.say_something().await?;
        let people = [night.clinic.staff(Role::Therapist)?, night.clinic.staff(Role::Prescriber)?];
        let mut facts = vec![];
        for _ in 0..count / people.len() {
            let [therapist, patient] = people;
            let at = Timestamp::from_micros(now());
            let session = ids::fresh();
            let fact = SessionCancelled { session, patient, therapist, at };
            facts.push(night.clinic.envelope(&fact, Some(session))?);
        }
        night.tell(&facts).await?;
        let begun = now();
        while self.heard(night).await? < count / people.len() * people.len() {
            ensure!(now() - begun < PATIENCE, "the mails were not heard");
            pause(200).await;
        }
        Ok(())
    }

    /// They may leave as fast as they can.
    ///
    /// # Errors
    /// When the server's manners cannot be changed.
    pub fn release(&self) -> anyhow::Result<()> {
        self.sink.behave("ok")
    }

    /// How many are still waiting.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn waiting(&self, night: &Night) -> anyhow::Result<usize> {
        self.count(night, "where due_at is not null").await
    }

    async fn heard(&self, night: &Night) -> anyhow::Result<usize> {
        self.count(night, "").await
    }

    async fn count(&self, night: &Night, which: &str) -> anyhow::Result<usize> {
        let schema = if self.notify.is_some() { "notify." } else { "" };
        let sql = format!("select count(*) as count from {schema}notify_delivery {which}");
        let rows = night.rows.ask(&sql).await?;
        Ok(usize::try_from(rows.first().context("no count")?.try_get::<i64>("", "count")?)?)
    }
}
