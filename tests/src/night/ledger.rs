//! The driver's own book: every deadline, and when mail and screen had it.

use super::Night;
use super::audit;
use super::figures::{Figures, percent, percentile};
use super::rows::Rows;
use crate::clinic::NOOR;
use crate::sink::Tail;
use crate::{now, pause};
use actix_web::rt::task::JoinHandle;
use anyhow::Context as _;
use kernel::id::{IncidentId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use proto::envelope::{Envelope, Event as _};
use proto::events::checkins::IncidentOpened;
use serde_json::Value;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What is not told this long after the last deadline never will be.
const NEVER: Span = Span::seconds(45);
/// Every page polls this often (decisions.md, "Alarm path").
const POLL: Span = Span::seconds(5);
/// Whoever is told later than this is named.
const LATE: Span = Span::seconds(10);
/// Incidents closed at once.
const CLOSING: usize = 8;

/// The book, and where its entries come from.
pub struct Ledger<'a> {
    night: &'a Night,
    seen: UnboundedReceiver<Seen>,
    mails: Vec<Tail>,
    told: BTreeMap<SessionId, Told>,
    message_ids: BTreeSet<String>,
    came_again: usize,
    prescriber: PersonId,
    closing: Arc<Semaphore>,
    closed: Rc<Cell<usize>>,
    hands: Vec<JoinHandle<()>>,
}

/// What is known of one silence.
#[derive(Default)]
struct Told {
    incident: Option<IncidentId>,
    screen_at: Option<i64>,
    mail_at: Option<i64>,
    is_in_hand: bool,
}

impl<'a> Ledger<'a> {
    pub(super) async fn open(night: &'a Night) -> anyhow::Result<Self> {
        let (say, seen) = unbounded_channel();
        actix_web::rt::spawn(pushes(night.bus.listen().await?, say.clone()));
        actix_web::rt::spawn(polls(night.rows.clone(), say));
        Ok(Self {
            night,
            seen,
            mails: night.sinks.iter().map(|sink| sink.tail()).collect(),
            told: BTreeMap::new(),
            message_ids: BTreeSet::new(),
            came_again: 0,
            prescriber: night.clinic.staff(Role::Prescriber)?,
            closing: Arc::new(Semaphore::new(CLOSING)),
            closed: Rc::default(),
            hands: vec![],
        })
    }

    /// Keeps it until everybody was told, or never will be.
    pub(super) async fn kept(mut self) -> anyhow::Result<Self> {
        let end = self.night.deadlines.values().max().context("no deadline")?.plus(NEVER).micros();
        while now() < end && self.complete() < self.night.deadlines.len() {
            self.see();
            self.read_mails()?;
            if self.night.closes_at_once || self.complete() == self.night.deadlines.len() {
                self.close();
            }
            pause(20).await;
        }
        for hand in std::mem::take(&mut self.hands) {
            hand.await?;
        }
        self.read_mails()?;
        Ok(self)
    }

    fn complete(&self) -> usize {
        self.told.values().filter(|told| told.screen_at.is_some() && told.mail_at.is_some()).count()
    }

    /// What a page came to know, by push or by poll, and when.
    fn see(&mut self) {
        while let Ok((session, incident, at)) = self.seen.try_recv() {
            self.shown(session, incident, at);
        }
    }

    fn shown(&mut self, session: SessionId, incident: IncidentId, at: i64) {
        if !self.night.deadlines.contains_key(&session) {
            return;
        }
        let told = self.told.entry(session).or_default();
        told.incident = Some(incident);
        told.screen_at.get_or_insert(at);
    }

    fn read_mails(&mut self) -> anyhow::Result<()> {
        let read = self.mails.iter_mut().map(Tail::read).collect::<anyhow::Result<Vec<_>>>()?;
        for mail in read.into_iter().flatten() {
            let text = mail.get("text").and_then(Value::as_str).unwrap_or_default();
            let label = text.strip_prefix("Session ").and_then(|text| text.split(' ').next());
            let is_noors = mail.pointer("/to/0").and_then(Value::as_str) == Some(NOOR);
            let at = mail.get("at").and_then(Value::as_f64).map(Duration::try_from_secs_f64);
            let Some(session) = label.and_then(|label| self.night.labels.get(label)) else { continue };
            if let (true, Some(Ok(at))) = (is_noors, at) {
                let at = i64::try_from(at.as_micros())?;
                self.told.entry(*session).or_default().mail_at.get_or_insert(at);
            }
            let id = mail.get("message_id").and_then(Value::as_str).unwrap_or_default();
            if !self.message_ids.insert(id.to_owned()) {
                self.came_again += 1;
            }
        }
        Ok(())
    }

    /// Whoever was told, by mail and on a screen, closes it.
    fn close(&mut self) {
        for told in self.told.values_mut().filter(|told| !told.is_in_hand) {
            let (Some(incident), Some(_), Some(_)) = (told.incident, told.screen_at, told.mail_at) else {
                continue;
            };
            told.is_in_hand = true;
            let (hands, closing) = (Rc::clone(&self.night.hands), Arc::clone(&self.closing));
            let (closed, prescriber) = (Rc::clone(&self.closed), self.prescriber);
            self.hands.push(actix_web::rt::spawn(async move {
                let _turn = closing.acquire().await;
                match hands.close(prescriber, incident).await {
                    Ok(()) => closed.set(closed.get() + 1),
                    Err(failure) => eprintln!("an incident could not be closed: {failure:#}"),
                }
            }));
        }
    }

    /// How long it took from the deadline, without the time in which there was no disk.
    fn late(&self, at: Timestamp, told_at: i64) -> i64 {
        let outages = self.night.outages.lock().unwrap_or_else(PoisonError::into_inner);
        let dark = outages.iter().map(|(from, until)| told_at.min(*until) - at.micros().max(*from));
        told_at - at.micros() - dark.map(|micros| micros.max(0)).sum::<i64>()
    }

    /// What it comes to, with what the rows say: those are looked at in peace.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn figures(&self) -> anyhow::Result<Figures> {
        let late = |pick: fn(&Told) -> Option<i64>| {
            let late = |(session, at): (&SessionId, &Timestamp)| {
                Some(self.late(*at, pick(self.told.get(session)?)?))
            };
            let mut late: Vec<_> = self.night.deadlines.iter().filter_map(late).collect();
            late.sort_unstable();
            late
        };
        let both = late(|told| Some(told.screen_at?.max(told.mail_at?)));
        let (mail, screen) = (late(|told| told.mail_at), late(|told| told.screen_at));
        for (session, at) in &self.night.deadlines {
            let told = self.told.get(session);
            let late = told.and_then(|told| Some(self.late(*at, told.screen_at?.max(told.mail_at?))));
            if late.is_none_or(|late| late > LATE.as_micros()) {
                let after = at.since(self.night.first).as_millis();
                eprintln!("{session}, due {after} ms into the night, was told after {late:?} µs");
            }
        }
        let violations = audit::violations(&self.night.rows).await?;
        Ok(Figures {
            deadlines: self.night.deadlines.len(),
            lost: self.night.deadlines.len() - both.len(),
            p50_s: percentile(&both, 50),
            p99_s: percentile(&both, 99),
            max_s: percentile(&both, 100),
            mail_p99_s: percentile(&mail, 99),
            mail_max_s: percentile(&mail, 100),
            shown_at: self.told.values().filter_map(|told| told.screen_at).max().unwrap_or_default(),
            screen_p50_s: percentile(&screen, 50),
            screen_p99_s: percentile(&screen, 99),
            screen_max_s: percentile(&screen, 100),
            early: both.iter().filter(|late| **late < 0).count(),
            came_again: self.came_again,
            duplicates_pct: percent(self.came_again, self.message_ids.len()),
            closed: self.closed.get(),
            violations,
            ..Figures::default()
        })
    }
}

/// A page knows of an incident of a session, since then.
type Seen = (SessionId, IncidentId, i64);

async fn pushes(mut pushed: Receiver<Envelope>, say: UnboundedSender<Seen>) {
    loop {
        match pushed.recv().await {
            Ok(envelope) if envelope.name == IncidentOpened::NAME => {
                let Some(fact) = envelope.open::<IncidentOpened>() else { continue };
                if say.send((fact.session, fact.incident, now())).is_err() {
                    return;
                }
            }
            // A page that missed some finds them by its poll.
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// What pages ask every 5 s: which incidents are there. While the database is away they know no more than before.
async fn polls(rows: Rows, say: UnboundedSender<Seen>) {
    let sql = "select session_id, id from checkins_incident where cause = 'missed_checkin'";
    while !say.is_closed() {
        let rows = rows.ask(sql).await;
        for row in rows.unwrap_or_default() {
            let found = (chassis::store::id(&row, "session_id"), chassis::store::id(&row, "id"));
            if let (Ok(session), Ok(incident)) = found {
                // Nobody listens any more: the night is over.
                let _ = say.send((session, incident, now()));
            }
        }
        pause(u64::try_from(POLL.as_millis()).unwrap_or(0)).await;
    }
}
