//! One transaction in the making: rows, audit and outbox commit together or not at all.

use crate::asked::Digest;
use crate::audit;
use crate::crypto;
use crate::ids;
use crate::keeper::{About, Keeper, Row};
use crate::members;
use crate::outbox;
use crate::problem::{Failure, Problem};
use crate::store::{self, Store};
use crate::vault::{DataKey, Place};
use fail::fail_point;
use kernel::id::{ClinicId, CommandId, PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event};
use proto::events::safety::Member;
use proto::problems;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::HashMap;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

pub use crate::act::{Act, SYNTHETIC};

/// One transaction in the making.
pub struct Work {
    tx: DatabaseTransaction,
    store: Store,
    act: Act,
    now: Timestamp,
    audits: Vec<audit::Entry>,
    said: Vec<Envelope>,
    fresh_keys: Vec<(ClinicId, PersonId, DataKey)>,
    /// Who was asked for already: one silence tells the same people four things.
    members: RefCell<HashMap<SessionId, Vec<Member>>>,
    yields: bool,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Work {
    pub(crate) fn new(
        tx: DatabaseTransaction,
        store: Store,
        act: Act,
        turn: Option<OwnedMutexGuard<()>>,
    ) -> Self {
        let now = store.now();
        Self {
            tx,
            store,
            act,
            now,
            audits: vec![],
            said: vec![],
            fresh_keys: vec![],
            members: RefCell::default(),
            yields: false,
            _turn: turn,
        }
    }

    /// Now: one instant for the whole transaction.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Who acts.
    pub fn act(&self) -> &Act {
        &self.act
    }

    /// The clinic all of this happens in.
    pub fn clinic(&self) -> ClinicId {
        self.act.clinic
    }

    /// The rows.
    pub fn tx(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// The service's store, for its settings and keys.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Notes what was done, in words without personal content. It joins the hash chain at commit.
    pub fn audit(&mut self, action: &str, resource: impl std::fmt::Display, session: Option<SessionId>) {
        self.audits.push(audit::Entry { action: action.into(), resource: resource.to_string(), session });
    }

    /// Tells the house a fact, to be heard on the screens of `audience`.
    ///
    /// # Errors
    /// When the fact cannot be written as JSON.
    pub fn say<E: Event>(
        &mut self,
        session: Option<SessionId>,
        audience: Vec<PersonId>,
        fact: &E,
    ) -> Result<(), Failure> {
        if self.act.clinic == SYNTHETIC {
            return Ok(());
        }
        let data = serde_json::to_value(fact).map_err(|error| Failure::Stored(error.to_string()))?;
        self.said.push(Envelope {
            specversion: "1.0".into(),
            id: ids::fresh(),
            source: format!("/{}", self.store.service()),
            name: E::NAME.into(),
            occurred_at: self.now,
            clinic: self.act.clinic,
            subject: session,
            audience,
            data,
        });
        Ok(())
    }

    /// Tells the house a fact about a session, to be heard by all of its people.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell<E: Event>(&mut self, session: SessionId, fact: &E) -> Result<(), Failure> {
        let audience = self.members(session).await?.into_iter().map(|member| member.person).collect();
        self.say(Some(session), audience, fact)
    }

    /// The people of a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn members(&self, session: SessionId) -> Result<Vec<Member>, Failure> {
        let known = self.members.borrow().get(&session).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = members::of(&self.tx, self.store.service(), self.act.clinic, session).await?;
        self.members.borrow_mut().insert(session, found.clone());
        Ok(found)
    }

    /// The session has other people now.
    pub(crate) fn members_changed(&self, session: SessionId) {
        self.members.borrow_mut().remove(&session);
    }

    /// Drives one command through one machine: load, step, save, publish.
    ///
    /// # Errors
    /// The machine's refusal as a problem, or what the database says.
    pub async fn step<K: Keeper>(
        &mut self,
        id: K::Id,
        command: <K::M as kernel::machine::Machine>::Command,
    ) -> Result<Row<K::M>, Failure> {
        let row = K::load(self, id).await?.ok_or(Failure::Missing)?;
        self.advance::<K>(id, row, command).await
    }

    /// Tells a machine that its time has come, unless another process does so at this moment, or just did.
    pub(crate) async fn tick<K: Keeper>(&mut self, id: K::Id) -> Result<(), Failure> {
        self.yields = true;
        let row = K::load(self, id).await;
        self.yields = false;
        fail_point!("tick.loaded");
        match row? {
            Some(row) if row.state.due().is_some_and(|due_at| due_at <= self.now) => {
                self.advance::<K>(id, row, K::M::tick()).await.map(drop)
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn advance<K: Keeper>(
        &mut self,
        id: K::Id,
        row: Row<K::M>,
        command: <K::M as kernel::machine::Machine>::Command,
    ) -> Result<Row<K::M>, Failure> {
        let Row { state, version, about } = row;
        let step = state.step(command, self.now).map_err(K::problem)?;
        let row = Row { state: step.state, version: version.saturating_add(1), about };
        K::save(self, id, &row).await?;
        K::publish(self, id, &row, &step.events).await?;
        Ok(row)
    }

    /// How a row is read that will be written: held until the transaction ends. `SQLite` has one writer anyway.
    pub fn lock(&self) -> &'static str {
        if self.tx.get_database_backend() != DbBackend::Postgres {
            ""
        } else if self.yields {
            " for update skip locked"
        } else {
            " for update"
        }
    }

    /// Stores a new machine and says how it began.
    ///
    /// # Errors
    /// When the row is already there, or the database fails.
    pub async fn create<K: Keeper>(
        &mut self,
        id: K::Id,
        about: About,
        state: K::M,
        events: &[<K::M as kernel::machine::Machine>::Event],
    ) -> Result<Row<K::M>, Failure> {
        let row = Row { state, version: 0, about };
        K::save(self, id, &row).await?;
        K::publish(self, id, &row, events).await?;
        Ok(row)
    }

    /// Seals a personal value for its place.
    ///
    /// # Errors
    /// When a key cannot be read or stored.
    pub async fn seal(&mut self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        let key = self.data_key(place.clinic, place.person).await?;
        Ok(key.seal(place, plain)?)
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// When it was sealed elsewhere, or its key is gone.
    pub async fn open(&self, place: &Place<'_>, value: &[u8]) -> Result<Vec<u8>, Failure> {
        let made_here = self.fresh_keys.iter().find(|key| key.0 == place.clinic && key.1 == place.person);
        match made_here {
            Some((_, _, key)) => Ok(key.open(place, value)?),
            None => store::open_with(&self.tx, self.store.vault(), place, value).await,
        }
    }

    /// A key made in a transaction that rolls back never existed: it is cached only after the commit.
    async fn data_key(&mut self, clinic: ClinicId, person: PersonId) -> Result<DataKey, Failure> {
        if let Some(key) = self.fresh_keys.iter().find(|key| key.0 == clinic && key.1 == person) {
            return Ok(key.2.clone());
        }
        let service = self.store.service();
        let known = store::data_key(&self.tx, self.store.vault(), service, (clinic, person), None).await?;
        if let Some(key) = known {
            return Ok(key);
        }
        let (key, wrapped) = self.store.vault().make(clinic, person)?;
        let sql = format!(
            "insert into {service}_data_key (clinic_id, person_id, version, wrapped, created_at)
             values ($1, $2, $3, $4, $5) on conflict do nothing"
        );
        let values =
            [clinic.0.into(), person.0.into(), key.version.into(), wrapped.into(), self.now.micros().into()];
        if self.tx.execute_raw(self.store.sql(sql, values)).await?.rows_affected() == 1 {
            self.fresh_keys.push((clinic, person, key.clone()));
            return Ok(key);
        }
        // Two first acts of one person at once: the other one's key is committed by now, and is everyone's.
        let known = store::data_key(&self.tx, self.store.vault(), service, (clinic, person), None).await?;
        known.ok_or(Failure::Changed)
    }

    /// Claims the command id; the first answer if it was claimed before.
    pub(crate) async fn first_answer(&self) -> Result<Option<String>, Failure> {
        let Some(command) = self.act.command else { return Ok(None) };
        let table = format!("{}_command", self.store.service());
        let sql = format!(
            "insert into {table} (clinic_id, id, what, actor_id, answer, at) values ($1, $2, $3, $4, '', $5)
             on conflict do nothing"
        );
        let values = [
            self.act.clinic.0.into(),
            command.0.into(),
            self.act.what.clone().into(),
            self.act.actor.0.into(),
            self.now.micros().into(),
        ];
        if self.tx.execute_raw(self.store.sql(sql, values)).await?.rows_affected() == 1 {
            return Ok(None);
        }
        let sql = format!("select what, actor_id, answer from {table} where clinic_id = $1 and id = $2");
        let values = [self.act.clinic.0.into(), command.0.into()];
        let row = self.tx.query_one_raw(self.store.sql(sql, values)).await?.ok_or(Failure::Changed)?;
        let (what, actor): (String, Uuid) = (row.try_get("", "what")?, row.try_get("", "actor_id")?);
        if what != self.act.what || actor != self.act.actor.0 {
            return Err(Problem::new(&problems::IDEMPOTENCY_KEY_REUSED).into());
        }
        let sealed = crypto::from_base64(&row.try_get::<String>("", "answer")?)?;
        let plain = self.open(&self.answer_place(&table, command), &sealed).await?;
        let answer = answer_to(&plain, &self.act.asked.body())?;
        self.act.asked.replayed();
        String::from_utf8(answer).map(Some).map_err(|error| Failure::Stored(error.utf8_error().to_string()))
    }

    /// An answer repeats what was recorded, so it is sealed like the record: with the key of who asked.
    fn answer_place<'a>(&self, table: &'a str, command: CommandId) -> Place<'a> {
        Place { clinic: self.act.clinic, person: self.act.actor, table, column: "answer", row: command.0 }
    }

    pub(crate) async fn keep_answer(&mut self, answer: &impl Serialize) -> Result<(), Failure> {
        let Some(command) = self.act.command else { return Ok(()) };
        let answer = serde_json::to_vec(answer).map_err(|error| Failure::Stored(error.to_string()))?;
        let table = format!("{}_command", self.store.service());
        let kept = [&[WITH_DIGEST], self.act.asked.body().as_slice(), &answer].concat();
        let sealed = self.seal(&self.answer_place(&table, command), &kept).await?;
        let answer = crypto::to_base64(&sealed);
        let sql = format!("update {table} set answer = $1 where clinic_id = $2 and id = $3");
        let values = [answer.into(), self.act.clinic.0.into(), command.0.into()];
        self.tx.execute_raw(self.store.sql(sql, values)).await?;
        Ok(())
    }

    pub(crate) async fn commit(mut self) -> Result<(), Failure> {
        if self.audits.is_empty() && self.act.command.is_some() {
            let what = self.act.what.clone();
            self.audit("asked", what, None);
        }
        fail_point!("work.done");
        outbox::append(&self.tx, &self.store, self.now, &self.said).await?;
        // Last: the end of the chain is held until the commit.
        audit::append(&self.tx, &self.store, &self.act, self.now, &self.audits).await?;
        fail_point!("work.written");
        self.tx.commit().await?;
        fail_point!("work.committed");
        for (clinic, person, key) in &self.fresh_keys {
            self.store.vault().remember(*clinic, *person, key);
        }
        self.store.wake();
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), Failure> {
        Ok(self.tx.rollback().await?)
    }
}

/// The first byte of an answer that is kept with the digest of its body. An older one begins with JSON.
const WITH_DIGEST: u8 = 1;

/// The answer that was kept, if this is the body it answered. The digest is sealed with the answer: alone it would
/// tell a short code or a password to whoever tries them all.
fn answer_to(kept: &[u8], body: &Digest) -> Result<Vec<u8>, Failure> {
    let Some(rest) = kept.strip_prefix(&[WITH_DIGEST]) else { return Ok(kept.to_vec()) };
    match rest.strip_prefix(body.as_slice()) {
        Some(answer) => Ok(answer.to_vec()),
        None => Err(Problem::new(&problems::IDEMPOTENCY_KEY_REUSED).into()),
    }
}

/// A digest of a body, for an audit row that must not hold the body.
pub fn digest(bytes: &[u8]) -> String {
    crypto::sha256_hex(bytes).chars().take(16).collect()
}
