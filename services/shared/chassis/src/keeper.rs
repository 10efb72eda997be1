//! How a machine's state is kept: one implementation per machine, in its service's `store.rs`.

use crate::problem::{Failure, Problem};
use crate::store::{self, LOOK_AGAIN, Store};
use crate::vault::Place;
use crate::work::{Act, Work};
use fail::fail_point;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::machine::Machine;
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait as _, QueryResult};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Whose state it is, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The clinic.
    pub clinic: ClinicId,
    /// The session, if it is about one.
    pub session: Option<SessionId>,
    /// The person whose key seals it.
    pub person: PersonId,
}

/// A machine's state as read.
#[derive(Debug, Clone)]
pub struct Row<M> {
    /// The state.
    pub state: M,
    /// 0 when new; one more with each step.
    pub version: i64,
    /// Whose.
    pub about: About,
}

/// Keeps machines of one kind: rows, the privacy border, and the sentences for refusals.
#[expect(async_fn_in_trait, reason = "keepers are used inside one task; nothing needs to be Send")]
pub trait Keeper {
    /// The machine.
    type M: Machine;
    /// Its id.
    type Id: Copy + Into<Uuid> + From<Uuid>;

    /// Reads the state, locked until the transaction ends.
    async fn load(work: &Work, id: Self::Id) -> Result<Option<Row<Self::M>>, Failure>;

    /// Writes the state, and its due time beside it.
    async fn save(work: &mut Work, id: Self::Id, row: &Row<Self::M>) -> Result<(), Failure>;

    /// Says what others must hear and notes what was done: see the service's `publish.rs`.
    async fn publish(
        work: &mut Work,
        id: Self::Id,
        row: &Row<Self::M>,
        events: &[<Self::M as Machine>::Event],
    ) -> Result<(), Failure>;

    /// The sentence for a refusal: see the service's `problems.rs`.
    fn problem(refusal: <Self::M as Machine>::Refusal) -> Problem;

    /// Whose clock has run out by then, the earliest first; at most [`DUE_MAX`].
    async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<Self::Id>>, Failure>;
}

/// A machine that waits for its time.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<I> {
    /// Its clinic.
    pub clinic: ClinicId,
    /// Its id.
    pub id: I,
    /// When its time has come.
    pub due_at: Timestamp,
}

impl<I: From<Uuid>> Waiting<I> {
    /// From the columns `clinic_id`, `id` and `due_at`.
    ///
    /// # Errors
    /// When a column is not there.
    pub fn read(row: &QueryResult) -> Result<Self, Failure> {
        Ok(Self {
            clinic: store::id(row, "clinic_id")?,
            id: store::id(row, "id")?,
            due_at: store::at(row, "due_at")?,
        })
    }
}

/// At most this many overdue machines per look; the loop comes straight back for more.
pub const DUE_MAX: usize = 100;
/// So many at most share a transaction: the first of them waits for the last to be written.
const TOGETHER: usize = 16;

impl Store {
    /// Sends `Tick` to every machine whose time has come, and says when the next one's will. One failing row never
    /// holds up the others. Any number of processes may do this at once: a row that another holds is left to it.
    ///
    /// # Errors
    /// When the due rows cannot be listed.
    pub async fn tick<K: Keeper>(&self) -> Result<Option<Timestamp>, Failure> {
        let now = self.now();
        let waiting = K::due(self, now.plus(LOOK_AGAIN)).await?;
        let (due, soon): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|row| row.due_at <= now);
        if !due.is_empty() {
            fail_point!("tick.listed");
        }
        for some in due.chunk_by(|one, next| one.clinic == next.clinic).flat_map(|rows| rows.chunks(TOGETHER))
        {
            // One that fails holds up none of the others.
            if let Err(failure) = self.tick_together::<K>(some).await {
                tracing::error!(machine = K::M::KIND, error = %failure, "a tick failed; each goes alone now");
                for one in some {
                    if let Err(failure) = self.tick_together::<K>(std::slice::from_ref(one)).await {
                        tracing::error!(machine = K::M::KIND, error = %failure, "a tick failed");
                    }
                }
            }
        }
        // A full list may have left some out that are due already.
        let is_full = due.len() >= DUE_MAX;
        Ok(if is_full { Some(now) } else { soon.first().map(|row| row.due_at) })
    }

    /// Some of one clinic in one transaction: the trail is held once for all of them.
    async fn tick_together<K: Keeper>(&self, some: &[Waiting<K::Id>]) -> Result<(), Failure> {
        let Some(first) = some.first() else { return Ok(()) };
        let all = async |work: &mut Work| {
            for one in some {
                work.tick::<K>(one.id).await?;
            }
            Ok(())
        };
        self.work(Act::clock(first.clinic), all).await
    }

    /// Reads a machine outside of a transaction, for showing it.
    ///
    /// # Errors
    /// When it is not there, or does not open.
    pub async fn see<M>(&self, clinic: ClinicId, id: impl Into<Uuid>) -> Result<Row<M>, Failure>
    where
        M: Machine + DeserializeOwned,
    {
        let sql = format!("{} where clinic_id = $1 and kind = $2 and id = $3", columns(self.service()));
        let id = id.into();
        let values = [clinic.0.into(), M::KIND.into(), id.into()];
        let row = self.db().query_one_raw(self.sql(sql, values)).await?.ok_or(Failure::Missing)?;
        let (about, version, sealed) = parts(clinic, &row)?;
        let table = format!("{}_machine", self.service());
        let plain = self.open(&place(&table, &about, id), &sealed).await?;
        Ok(Row { state: parse::<M>(&plain)?, version, about })
    }
}

/// The generic home of machines: sealed JSON with `version`, `phase` and `due_at` beside it.
pub mod sealed {
    use super::{
        About, DUE_MAX, DeserializeOwned, Failure, Machine, Row, Serialize, Store, Timestamp, Uuid, Waiting,
        Work, columns, parse, parts, place,
    };
    use crate::store;
    use sea_orm::ConnectionTrait as _;

    /// Loads a sealed machine.
    ///
    /// # Errors
    /// When the database fails or the state does not open.
    pub async fn load<M>(work: &Work, id: impl Into<Uuid>) -> Result<Option<Row<M>>, Failure>
    where
        M: Machine + DeserializeOwned,
    {
        let store = work.store();
        let lock = work.lock();
        let sql =
            format!("{} where clinic_id = $1 and kind = $2 and id = $3{lock}", columns(store.service()));
        let id = id.into();
        let values = [work.clinic().0.into(), M::KIND.into(), id.into()];
        let Some(row) = work.tx().query_one_raw(store.sql(sql, values)).await? else { return Ok(None) };
        let (about, version, sealed) = parts(work.clinic(), &row)?;
        let table = format!("{}_machine", store.service());
        let plain = work.open(&place(&table, &about, id), &sealed).await?;
        Ok(Some(Row { state: parse::<M>(&plain)?, version, about }))
    }

    /// Saves a sealed machine; version 0 is a new row.
    ///
    /// # Errors
    /// When someone else saved meanwhile, or the database fails.
    pub async fn save<M>(work: &mut Work, id: impl Into<Uuid>, row: &Row<M>) -> Result<(), Failure>
    where
        M: Machine + Serialize,
    {
        let (id, about) = (id.into(), row.about);
        let table = format!("{}_machine", work.store().service());
        let plain = serde_json::to_vec(&row.state).map_err(|error| Failure::Stored(error.to_string()))?;
        let state = work.seal(&place(&table, &about, id), &plain).await?;
        let due = row.state.due().map(Timestamp::micros);
        let sql = if row.version == 0 {
            format!(
                "insert into {table} (phase, due_at, state, updated_at, version, session_id, patient_id,
                 clinic_id, kind, id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            )
        } else {
            format!(
                "update {table} set phase = $1, due_at = $2, state = $3, updated_at = $4, version = $5,
                 session_id = $6, patient_id = $7 where clinic_id = $8 and kind = $9 and id = $10 and version = $5 - 1"
            )
        };
        let values = [
            row.state.phase().into(),
            due.into(),
            state.into(),
            work.now().micros().into(),
            row.version.into(),
            about.session.map(|session| session.0).into(),
            about.person.0.into(),
            about.clinic.0.into(),
            M::KIND.into(),
            id.into(),
        ];
        let saved = work.tx().execute_raw(work.store().sql(sql, values)).await?;
        if saved.rows_affected() == 1 { Ok(()) } else { Err(Failure::Changed) }
    }

    /// Lists sealed machines whose time has come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due<M: Machine, I: From<Uuid>>(
        store: &Store,
        by: Timestamp,
    ) -> Result<Vec<Waiting<I>>, Failure> {
        let sql = format!(
            "select clinic_id, id, due_at from {}_machine
             where kind = $1 and due_at <= $2 order by due_at limit {DUE_MAX}",
            store.service()
        );
        let rows = store.db().query_all_raw(store.sql(sql, [M::KIND.into(), by.micros().into()])).await?;
        rows.iter().map(Waiting::read).collect()
    }

    /// The ids of all machines of a kind about one session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_session<M: Machine, I: From<Uuid>>(
        store: &Store,
        about: &About,
    ) -> Result<Vec<I>, Failure> {
        let sql = format!(
            "select id from {}_machine where clinic_id = $1 and kind = $2 and session_id = $3 order by id",
            store.service()
        );
        let session = about.session.map(|session| session.0);
        let values = [about.clinic.0.into(), M::KIND.into(), session.into()];
        let rows = store.db().query_all_raw(store.sql(sql, values)).await?;
        rows.iter().map(|row| Ok(store::id(row, "id")?)).collect()
    }
}

fn columns(service: &str) -> String {
    format!("select session_id, patient_id, version, state from {service}_machine")
}

fn parts(clinic: ClinicId, row: &sea_orm::QueryResult) -> Result<(About, i64, Vec<u8>), Failure> {
    let about = About {
        clinic,
        session: crate::store::maybe_id(row, "session_id")?,
        person: crate::store::id(row, "patient_id")?,
    };
    Ok((about, row.try_get("", "version")?, row.try_get("", "state")?))
}

fn place<'a>(table: &'a str, about: &About, id: Uuid) -> Place<'a> {
    Place { clinic: about.clinic, person: about.person, table, column: "state", row: id }
}

fn parse<M: DeserializeOwned>(plain: &[u8]) -> Result<M, Failure> {
    serde_json::from_slice(plain).map_err(|error| Failure::Stored(error.to_string()))
}
