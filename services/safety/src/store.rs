//! Rows and state: the only file, with its folder, that names `sea_orm`.

pub(crate) mod holds;
pub(crate) mod house;
pub(crate) mod papers;
pub(crate) mod records;
pub(crate) mod sessions;
#[cfg(test)]
pub(crate) mod tests;

use crate::{problems, publish};
use chassis::keeper::{Keeper, Row, Waiting, sealed};
use chassis::problem::{Failure, Problem};
use chassis::store::Store;
use chassis::vault::Place;
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::time::Timestamp;
use safety_core::session::Session;
use safety_core::session::words::{Event, Refusal};
use sea_orm::{ConnectionTrait as _, QueryResult, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Keeps sessions: the machine is sealed, and what the board needs stands beside it.
pub(crate) struct Sessions;

impl Keeper for Sessions {
    type M = Session;
    type Id = SessionId;

    async fn load(work: &Work, id: SessionId) -> Result<Option<Row<Session>>, Failure> {
        sealed::load(work, id).await
    }

    async fn save(work: &mut Work, id: SessionId, row: &Row<Session>) -> Result<(), Failure> {
        sealed::save(work, id, row).await?;
        sessions::project(work, id, &row.state).await
    }

    async fn publish(
        work: &mut Work,
        id: SessionId,
        row: &Row<Session>,
        events: &[Event],
    ) -> Result<(), Failure> {
        publish::session(work, id, &row.state, events).await
    }

    fn problem(refusal: Refusal) -> Problem {
        problems::session(refusal)
    }

    async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<SessionId>>, Failure> {
        sealed::due::<Session, SessionId>(store, by).await
    }
}

/// Reads rows, inside a transaction or outside of one: the gate asks the same questions in both.
pub(crate) trait Reader {
    /// The clinic whose rows these are.
    fn clinic(&self) -> ClinicId;
    /// Now.
    fn now(&self) -> Timestamp;
    /// The rows a query finds.
    async fn rows<const N: usize>(&self, sql: &str, values: [Value; N]) -> Result<Vec<QueryResult>, Failure>;
    /// What a sealed column says.
    async fn opened(&self, place: &Place<'_>, value: &[u8]) -> Result<Vec<u8>, Failure>;
    /// The state of a session.
    async fn session(&self, id: SessionId) -> Result<Session, Failure>;
}

impl Reader for Work {
    fn clinic(&self) -> ClinicId {
        Work::clinic(self)
    }

    fn now(&self) -> Timestamp {
        Work::now(self)
    }

    async fn rows<const N: usize>(&self, sql: &str, values: [Value; N]) -> Result<Vec<QueryResult>, Failure> {
        Ok(self.tx().query_all_raw(self.store().sql(sql, values)).await?)
    }

    async fn opened(&self, place: &Place<'_>, value: &[u8]) -> Result<Vec<u8>, Failure> {
        self.open(place, value).await
    }

    async fn session(&self, id: SessionId) -> Result<Session, Failure> {
        Ok(Sessions::load(self, id).await?.ok_or(Failure::Missing)?.state)
    }
}

/// Reads outside of a transaction, for showing.
pub(crate) struct View<'a> {
    store: &'a Store,
    clinic: ClinicId,
}

impl<'a> View<'a> {
    pub(crate) const fn of(store: &'a Store, clinic: ClinicId) -> Self {
        Self { store, clinic }
    }
}

impl Reader for View<'_> {
    fn clinic(&self) -> ClinicId {
        self.clinic
    }

    fn now(&self) -> Timestamp {
        self.store.now()
    }

    async fn rows<const N: usize>(&self, sql: &str, values: [Value; N]) -> Result<Vec<QueryResult>, Failure> {
        Ok(self.store.db().query_all_raw(self.store.sql(sql, values)).await?)
    }

    async fn opened(&self, place: &Place<'_>, value: &[u8]) -> Result<Vec<u8>, Failure> {
        self.store.open(place, value).await
    }

    async fn session(&self, id: SessionId) -> Result<Session, Failure> {
        Ok(self.store.see::<Session>(self.clinic, id).await?.state)
    }
}

/// Writes; answers how many rows changed.
pub(crate) async fn run<const N: usize>(work: &Work, sql: &str, values: [Value; N]) -> Result<u64, Failure> {
    Ok(work.tx().execute_raw(work.store().sql(sql, values)).await?.rows_affected())
}

/// Where one person's sealed column stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Whose key seals it.
    pub(crate) person: PersonId,
    /// The table.
    pub(crate) table: &'static str,
    /// The column.
    pub(crate) name: &'static str,
}

impl Column {
    const fn place(self, clinic: ClinicId, row: sea_orm::prelude::Uuid) -> Place<'static> {
        Place { clinic, person: self.person, table: self.table, column: self.name, row }
    }
}

/// A value, sealed for its place.
pub(crate) async fn seal(
    work: &mut Work,
    column: Column,
    row: sea_orm::prelude::Uuid,
    value: &impl Serialize,
) -> Result<Vec<u8>, Failure> {
    let plain = serde_json::to_vec(value).map_err(|error| Failure::Stored(error.to_string()))?;
    let place = column.place(work.clinic(), row);
    work.seal(&place, &plain).await
}

/// The value that was sealed there.
pub(crate) async fn unseal<T: DeserializeOwned>(
    reader: &impl Reader,
    column: Column,
    row: &QueryResult,
) -> Result<T, Failure> {
    let id: sea_orm::prelude::Uuid = row.try_get("", "id")?;
    let sealed: Vec<u8> = row.try_get("", column.name)?;
    let plain = reader.opened(&column.place(reader.clinic(), id), &sealed).await?;
    serde_json::from_slice(&plain).map_err(|error| Failure::Stored(error.to_string()))
}
