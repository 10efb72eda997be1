//! A night of one clinic: many sessions, each dosed, and nobody looks. Two engines keep the watch; a drill decides what
//! becomes of them.
//!
//! The driver knows every deadline: it made them. Of each it wants two things, and neither may be missing: the mail to
//! whoever is on call, taken by the mail server, and the incident on a screen, pushed or found by the poll that every
//! page makes. How late something is counts from the deadline until the later of the two.

mod audit;
pub mod chaos;
pub mod disk;
pub mod engines;
pub mod figures;
pub mod hands;
pub mod jumps;
mod ledger;
pub mod ordinary;
pub mod power;
mod rows;
pub mod standing;
pub mod written;

use crate::clinic::{Clinic, SILENCE, Session};
use crate::sink::Sink;
use crate::{folder, now, pause};
use anyhow::{Context as _, ensure};
use chassis::bus::Bus;
use chassis::bus::redis::RedisBus;
use chassis::keys::Keys;
use chassis::token::Signer;
use engines::{Engine, Ground, Place};
use figures::Figures;
use hands::Hands;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use ledger::Ledger;
use proto::envelope::Envelope;
use rows::Rows;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// Facts published at once.
const BATCH: usize = 256;
/// The engines may take this long for one fact of many.
const PER_FACT: Span = Span::millis(40);

/// Whoever is on call is told again after so many seconds.
const AGAIN_AFTER: i64 = 120;

/// When there was no disk under the database, in microseconds: from, until.
pub type Outages = Arc<Mutex<Vec<(i64, i64)>>>;

/// What stands before the first deadline.
pub struct Night {
    /// The engines; a drill may take them.
    pub engines: Vec<Engine>,
    /// What they stand on.
    pub ground: Ground,
    /// The mail server, and the second one of a drill that wants one.
    pub sinks: Vec<Arc<Sink>>,
    /// Whether people close what they were told of at once, or when everybody was told: in a burst nobody is so quick.
    pub closes_at_once: bool,
    /// Time that nobody could have used; it counts for no silence.
    pub outages: Outages,
    folder: PathBuf,
    first: Timestamp,
    bus: Arc<dyn Bus>,
    rows: Rows,
    hands: Rc<Hands>,
    clinic: Clinic,
    deadlines: BTreeMap<SessionId, Timestamp>,
    labels: BTreeMap<String, SessionId>,
    known: usize,
}

impl Night {
    /// Two engines run, and the clinic has its ladder; nobody is dosed yet.
    ///
    /// # Errors
    /// When an engine does not start.
    pub async fn begin(name: &str, place: Place) -> anyhow::Result<Self> {
        let folder = folder(name)?;
        Self::on(place, &folder, Ground::open(place, &folder)?).await
    }

    /// The same, with two mail servers and so many seconds between the two times that whoever is on call is told.
    ///
    /// # Errors
    /// When an engine does not start.
    pub async fn with_two_mail_servers(name: &str, place: Place, again_after: i64) -> anyhow::Result<Self> {
        let folder = folder(name)?;
        let second = folder.join("second");
        std::fs::create_dir_all(&second)?;
        let sinks = vec![Arc::new(Sink::start(&folder)?), Arc::new(Sink::start(&second)?)];
        Self::among(place, &folder, Ground::open(place, &folder)?, sinks, again_after).await
    }

    /// The same, on ground that a drill has laid.
    ///
    /// # Errors
    /// When an engine does not start.
    pub async fn on(place: Place, folder: &Path, ground: Ground) -> anyhow::Result<Self> {
        let sinks = vec![Arc::new(Sink::start(folder)?)];
        Self::among(place, folder, ground, sinks, AGAIN_AFTER).await
    }

    async fn among(
        place: Place,
        folder: &Path,
        ground: Ground,
        sinks: Vec<Arc<Sink>>,
        again_after: i64,
    ) -> anyhow::Result<Self> {
        let mails: Vec<&str> = sinks.iter().map(|sink| sink.address.as_str()).collect();
        let clinic = Clinic::new(folder, Pace::REAL)?;
        let keys = Keys::load(&folder.join("holdspace.keys"))?;
        let mut engines = vec![];
        for name in ["one", "two"] {
            let mut engine = Engine::new(name, &ground, &keys, folder, &mails)?;
            engine.start()?;
            // On SQLite the second one stands by, and is ready when it is needed.
            if engines.is_empty() || place == Place::Postgres {
                engine.wait()?;
            }
            engines.push(engine);
        }
        let rows = Rows::of(&ground.database);
        let addresses = engines.iter().map(|engine| engine.address.clone()).collect();
        let signer = Signer::new(&keys).context("no signing key")?;
        let hands = Rc::new(Hands::new(signer, clinic.id(), addresses));
        hands.agree_on_a_ladder(clinic.staff(Role::Prescriber)?, again_after).await?;
        let bus = RedisBus::open(&ground.bus)?;
        let first = Timestamp::from_micros(now());
        let (deadlines, labels, outages) = (BTreeMap::new(), BTreeMap::new(), Outages::default());
        let night = Self {
            engines,
            ground,
            sinks,
            closes_at_once: true,
            outages,
            folder: folder.into(),
            first,
            bus,
            rows,
            hands,
            clinic,
            deadlines,
            labels,
            known: 0,
        };
        night.tell(&night.clinic.contacts()?).await?;
        Ok(night)
    }

    /// So many sessions are opened and dosed, such that their deadlines lie evenly over this time. They take the place
    /// of those before.
    ///
    /// # Errors
    /// When the engines do not come to know it in time.
    pub async fn dose(&mut self, count: usize, over: Span) -> anyhow::Result<()> {
        let mut doses = self.plan(count, over).await?;
        while !doses.is_empty() {
            // A dose that lies ahead is none: the watch would begin when it was heard.
            let taken_by = Timestamp::from_micros(now()).plus(SILENCE);
            let later = doses.split_off(doses.partition_point(|(at, _)| *at <= taken_by));
            self.tell(&doses.into_iter().map(|(_, dose)| dose).collect::<Vec<_>>()).await?;
            doses = later;
            pause(200).await;
        }
        self.until_known("checkins_deadline").await?;
        let left = self.first.since(Timestamp::from_micros(now()));
        ensure!(left > Span::ZERO, "the doses were not heard before the first deadline");
        Ok(())
    }

    /// The same, without the doses themselves: each with its deadline, the earliest first.
    ///
    /// # Errors
    /// When the engines do not come to know of the sessions in time.
    pub async fn plan(&mut self, count: usize, over: Span) -> anyhow::Result<Vec<(Timestamp, Envelope)>> {
        let sessions = Session::many(count);
        self.known += count;
        let begun = Timestamp::from_micros(now());
        let opened = sessions.iter().map(|session| self.clinic.opened(session, begun));
        self.tell(&opened.collect::<Result<Vec<_>, _>>()?).await?;
        self.until_known("checkins_watch").await?;
        let took = Timestamp::from_micros(now()).since(begun);
        eprintln!("{count} watches stand after {} ms", took.as_millis());
        // Hearing of a dose takes no longer than opening a session did, or three times as long on a busy machine.
        self.first = Timestamp::from_micros(now()).plus(took.times(3)).plus(Span::seconds(2));
        (self.deadlines, self.labels) = (BTreeMap::new(), BTreeMap::new());
        let many = i64::try_from(count)?;
        let mut dosed = vec![];
        for (index, session) in sessions.iter().enumerate() {
            // 7919 is a prime: every place is taken once, unless there are as many sessions.
            let place = i64::try_from(index)?.saturating_mul(7919) % many;
            let at = self.first.plus(Span::micros(over.as_micros().saturating_mul(place) / many));
            dosed.push((at, self.clinic.dosed(session, at)?));
            self.deadlines.insert(session.id, at);
            self.labels.insert(session.label(), session.id);
        }
        dosed.sort_by_key(|(at, _)| *at);
        Ok(dosed)
    }

    /// Tells of each dose that long before its deadline, and not earlier.
    ///
    /// # Errors
    /// When the bus is away.
    pub async fn dose_in_time(&self, doses: Vec<(Timestamp, Envelope)>, ahead: Span) -> anyhow::Result<()> {
        for (at, dose) in doses {
            let left = at.minus(ahead).since(Timestamp::from_micros(now()));
            pause(u64::try_from(left.as_millis()).unwrap_or(0)).await;
            self.tell(&[dose]).await?;
        }
        Ok(())
    }

    /// One more session, dosed now: somebody may look at it as often as they like, and nobody asks for its silence.
    ///
    /// # Errors
    /// When the engines do not come to know it in time.
    pub async fn one_more(&mut self) -> anyhow::Result<(PersonId, SessionId)> {
        let session = Session::many(1).pop().context("no session")?;
        self.known += 1;
        let now = Timestamp::from_micros(now());
        self.tell(&[self.clinic.opened(&session, now)?]).await?;
        self.until_known("checkins_watch").await?;
        self.tell(&[self.clinic.dosed(&session, now.plus(SILENCE))?]).await?;
        self.until_known("checkins_deadline").await?;
        Ok((self.clinic.staff(Role::Therapist)?, session.id))
    }

    /// Something that changes nothing is said on the bus: where somebody can be reached, again.
    ///
    /// # Errors
    /// When the bus is away.
    pub async fn say_something(&self) -> anyhow::Result<()> {
        self.tell(&self.clinic.contacts()?).await
    }

    async fn tell(&self, facts: &[Envelope]) -> anyhow::Result<()> {
        for some in facts.chunks(BATCH) {
            self.bus.publish(some).await?;
        }
        Ok(())
    }

    async fn until_known(&self, table: &str) -> anyhow::Result<()> {
        let count = self.known;
        let patience = PER_FACT.times(i64::try_from(count)?).at_least(Span::seconds(60));
        let begun = Timestamp::from_micros(now());
        loop {
            let found = self.rows.ask(&format!("select count(*) as count from {table}")).await?;
            let known: i64 = found.first().context("no count")?.try_get("", "count")?;
            if known >= i64::try_from(count)? {
                return Ok(());
            }
            let waited = Timestamp::from_micros(now()).since(begun);
            ensure!(waited < patience, "{table} has {known} of {count} rows");
            pause(100).await;
        }
    }

    /// Waits until a second before the first deadline: then faults may begin.
    pub async fn until_the_first(&self) {
        let left = self.first.minus(Span::seconds(1)).since(Timestamp::from_micros(now()));
        pause(u64::try_from(left.as_millis()).unwrap_or(0)).await;
    }

    /// Keeps the ledger until everybody was told, or never will be.
    ///
    /// # Errors
    /// When the driver itself cannot go on.
    pub async fn watched(&self) -> anyhow::Result<Ledger<'_>> {
        Ledger::open(self).await?.kept().await
    }

    /// The same, and what it came to, where nothing goes wrong any more by then.
    ///
    /// # Errors
    /// When the driver itself cannot go on, or the rows cannot be read.
    pub async fn seen_through(&self) -> anyhow::Result<Figures> {
        self.watched().await?.figures().await
    }
}
