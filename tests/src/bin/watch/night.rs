//! One night on one store: sessions open, doses are recorded, and nobody looks.

use crate::Plan;
use crate::engine::Engine;
use crate::figures::{Figures, percentile, rounded};
use anyhow::{Context as _, ensure};
use kernel::id::SessionId;
use kernel::time::{Span, Timestamp};
use proto::envelope::{Envelope, Event as _};
use proto::events::checkins::{CheckinMissed, IncidentOpened, WatchArmed};
use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;
use tests::clinic::{Clinic, NOOR, Session};
use tests::sink::Sink;
use tests::{folder, now, pause};

/// How long the engine may take to hear what it is told, fact by fact.
const PATIENCE: Duration = Duration::from_mins(1);
/// An incident that is not told this long after its deadline never will be.
const NEVER: Span = Span::seconds(30);
/// The on-call lead is told this long after the deadline (reliability.md §2.5), in a drill at least 5 s.
const SECOND_STEP: Span = Span::seconds(60);

/// The store, its engine, its mail server and its people.
pub struct Night {
    store: String,
    plan: Plan,
    database: String,
    clinic: Clinic,
    sessions: Vec<Session>,
    engine: Engine,
    sink: Sink,
    told: BTreeMap<SessionId, Vec<i64>>,
}

impl Night {
    /// Starts the engine on an empty store.
    pub fn begin(store: &str, database: Option<String>, plan: Plan) -> anyhow::Result<Self> {
        let folder = folder(store)?;
        let sink = Sink::start(&folder)?;
        let database =
            database.unwrap_or_else(|| format!("sqlite://{}", folder.join("holdspace.db").display()));
        let clinic = Clinic::new(&folder, plan.pace)?;
        let sessions = Session::many(plan.watches);
        let engine = Engine::start(&folder, &database, &sink.address)?;
        Ok(Self {
            store: store.into(),
            plan,
            database,
            clinic,
            sessions,
            engine,
            sink,
            told: BTreeMap::new(),
        })
    }

    /// All of it.
    pub async fn seen_through(mut self) -> anyhow::Result<Figures> {
        let took = self.opened()?;
        // Recording a dose takes no longer than opening a session did, or three times as long on a busy machine.
        let first = Timestamp::from_micros(now()).plus(took.times(3)).plus(Span::seconds(3));
        let deadlines = self.dosed(first)?;
        eprintln!("{}: {} watches, the first falls silent", self.store, deadlines.len());
        pause(u64::try_from(first.since(Timestamp::from_micros(now())).as_millis())?).await;
        let (cpu, begun) = (self.engine.cpu_seconds()?, now());
        self.listened(&deadlines)?;
        eprintln!("{}: {} incidents told", self.store, self.told.len());
        let mails = self.mailed(&deadlines).await?;
        let cpu_seconds = ((self.engine.cpu_seconds()? - cpu) * 100.0).round() / 100.0;
        let lags = self.lags(&deadlines);
        Ok(Figures {
            incidents: self.rows().await?,
            untold: self.plan.watches.saturating_sub(self.told.len()),
            told_twice: self.told.values().filter(|times| times.len() > 1).count(),
            mails: mails.len(),
            lag_p50_ms: percentile(&lags, 50),
            lag_p99_ms: percentile(&lags, 99),
            lag_ms_max: percentile(&lags, 100),
            mail_p99_ms: percentile(&mails, 99),
            cpu_seconds,
            seconds: (rounded(now() - begun) / 100.0).round() / 10.0,
            rss_mb: self.engine.rss_mb()?.round(),
        })
    }

    fn say(&mut self, envelope: &Envelope) -> anyhow::Result<()> {
        writeln!(self.engine.facts, "{}", serde_json::to_string(envelope)?)
            .context("the engine hears nothing")
    }

    /// Every watch stands; says how long that took.
    fn opened(&mut self) -> anyhow::Result<Span> {
        let begun = now();
        let at = Timestamp::from_micros(begun);
        let first = self.sessions.first().copied().context("no sessions")?;
        let first = self.clinic.opened(&first, at)?;
        // Until it listens the bus forgets; hearing it twice is harmless.
        self.say(&first)?;
        while self.engine.announced.recv_timeout(Duration::from_millis(100)).is_err() {
            ensure!(now() - begun < 30_000_000, "the engine does not listen; see its log");
            self.say(&first)?;
        }
        for contact in self.clinic.contacts()? {
            self.say(&contact)?;
        }
        for session in self.sessions.clone().iter().skip(1) {
            let opened = self.clinic.opened(session, at)?;
            self.say(&opened)?;
        }
        self.armed(self.sessions.len().saturating_sub(1))?;
        eprintln!(
            "{}: {} watches stand after {} ms",
            self.store,
            self.sessions.len(),
            rounded(now() - begun)
        );
        Ok(Span::micros(now() - begun))
    }

    /// Waits until this many more watches stand.
    fn armed(&self, count: usize) -> anyhow::Result<()> {
        for _ in 0..count {
            let (_at, said) =
                self.engine.announced.recv_timeout(PATIENCE).context("a watch does not stand")?;
            ensure!(is(&said, WatchArmed::NAME), "nothing else was to be said yet: {said}");
        }
        Ok(())
    }

    /// Every patient is dosed, in no order, such that the deadlines lie evenly over the plan's time.
    fn dosed(&mut self, first: Timestamp) -> anyhow::Result<BTreeMap<SessionId, Timestamp>> {
        let mut deadlines = BTreeMap::new();
        let count = i64::try_from(self.plan.watches)?;
        for (index, session) in self.sessions.clone().iter().enumerate() {
            // 7919 is a prime: every place is taken once, unless there are as many watches.
            let place = i64::try_from(index)?.saturating_mul(7919) % count;
            let deadline_at =
                first.plus(Span::micros(self.plan.over.as_micros().saturating_mul(place) / count));
            let dosed = self.clinic.dosed(session, deadline_at)?;
            self.say(&dosed)?;
            deadlines.insert(session.id, deadline_at);
        }
        // Facts are heard in order: when one more watch stands, every dose was heard.
        let last = Session::many(1).first().copied().context("no session")?;
        let last = self.clinic.opened(&last, first)?;
        self.say(&last)?;
        self.armed(1)?;
        ensure!(now() < first.micros(), "the doses were not heard before the first deadline");
        Ok(deadlines)
    }

    /// Hears every incident, or waits until one will never come.
    fn listened(&mut self, deadlines: &BTreeMap<SessionId, Timestamp>) -> anyhow::Result<()> {
        let last = deadlines.values().max().context("no deadline")?.plus(NEVER);
        while self.told.len() < deadlines.len() {
            let left = last.since(Timestamp::from_micros(now())).as_micros();
            let Ok(left) = u64::try_from(left) else { break };
            let Ok((at, said)) = self.engine.announced.recv_timeout(Duration::from_micros(left)) else {
                break;
            };
            self.heard(at, &said, deadlines)?;
        }
        Ok(())
    }

    fn heard(
        &mut self,
        at: i64,
        said: &Value,
        deadlines: &BTreeMap<SessionId, Timestamp>,
    ) -> anyhow::Result<()> {
        if is(said, CheckinMissed::NAME) {
            let fact: CheckinMissed = fact(said)?;
            let known = deadlines.get(&fact.session) == Some(&fact.deadline_at);
            ensure!(known && at >= fact.deadline_at.micros(), "silence at another time than agreed: {said}");
        }
        if is(said, IncidentOpened::NAME) {
            let fact: IncidentOpened = fact(said)?;
            ensure!(fact.cause == "missed_checkin", "an incident of another kind: {said}");
            self.told.entry(fact.session).or_default().push(at);
        }
        Ok(())
    }

    /// How late each was told, sorted.
    fn lags(&self, deadlines: &BTreeMap<SessionId, Timestamp>) -> Vec<i64> {
        let lag = |(session, at): (&SessionId, &Timestamp)| {
            self.told.get(session)?.first().map(|heard| heard - at.micros())
        };
        let mut lags: Vec<_> = deadlines.iter().filter_map(lag).collect();
        lags.sort_unstable();
        lags
    }

    /// Waits for the on-call lead's mail of every session; how late each was taken, sorted.
    async fn mailed(&mut self, deadlines: &BTreeMap<SessionId, Timestamp>) -> anyhow::Result<Vec<i64>> {
        let step = SECOND_STEP.at(self.plan.pace).at_least(Span::seconds(5));
        let last = deadlines.values().max().context("no deadline")?.plus(step);
        // Reading the mails costs the engine processor time; so not before they can all be there.
        pause(u64::try_from(last.since(Timestamp::from_micros(now())).as_millis().max(0))?).await;
        loop {
            let late = self.mails_late(deadlines, step)?;
            if late.len() >= deadlines.len() || now() > last.plus(NEVER).micros() {
                // What else was announced meanwhile: nothing may be told again.
                while let Ok((at, said)) = self.engine.announced.try_recv() {
                    self.heard(at, &said, deadlines)?;
                }
                return Ok(late);
            }
            pause(500).await;
        }
    }

    fn mails_late(&self, deadlines: &BTreeMap<SessionId, Timestamp>, step: Span) -> anyhow::Result<Vec<i64>> {
        let mut first: BTreeMap<String, i64> = BTreeMap::new();
        for mail in self.sink.mails()? {
            let text = mail.get("text").and_then(Value::as_str).unwrap_or_default();
            let label = text.strip_prefix("Session ").and_then(|text| text.split(' ').next());
            let is_noors = mail.pointer("/to/0").and_then(Value::as_str) == Some(NOOR);
            let at = mail.get("at").and_then(Value::as_f64).map(Duration::try_from_secs_f64);
            if let (true, Some(label), Some(Ok(at))) = (is_noors, label, at) {
                first.entry(label.to_owned()).or_insert(i64::try_from(at.as_micros())?);
            }
        }
        let late = |session: &Session| {
            let due_at = deadlines.get(&session.id)?.plus(step);
            first.get(&session.label()).map(|at| at - due_at.micros())
        };
        let mut late: Vec<_> = self.sessions.iter().filter_map(late).collect();
        late.sort_unstable();
        Ok(late)
    }

    /// Sessions with an incident for this silence, as the rows say.
    async fn rows(&self) -> anyhow::Result<usize> {
        let db = Database::connect(&self.database).await?;
        let schema = if self.database.starts_with("sqlite") { "" } else { "checkins." };
        let sql = format!("select count(*) from {schema}checkins_incident where cause = 'missed_checkin'");
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
        let count: i64 = row.context("no count")?.try_get_by_index(0)?;
        Ok(usize::try_from(count)?)
    }
}

fn is(said: &Value, name: &str) -> bool {
    said.get("type").and_then(Value::as_str) == Some(name)
}

fn fact<E: proto::envelope::Event>(said: &Value) -> anyhow::Result<E> {
    Ok(serde_json::from_value(said.get("data").cloned().unwrap_or_default())?)
}
