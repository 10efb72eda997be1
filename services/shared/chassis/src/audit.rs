//! The trail: append-only rows in one hash chain per service and clinic.

use crate::crypto;
use crate::problem::Failure;
use crate::store::{self, Store};
use crate::work::Act;
use kernel::id::{ClinicId, SessionId};
use kernel::time::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult};
use uuid::Uuid;

/// Something done, before it has its place in the chain.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) session: Option<SessionId>,
}

/// One row of the chain.
struct Link {
    clinic: Uuid,
    sequence: i64,
    at: i64,
    actor: Uuid,
    role: String,
    action: String,
    resource: String,
    session: Option<Uuid>,
    request_id: String,
}

impl Link {
    /// `SHA-256(domain ‖ service ‖ row ‖ previous)`, every part framed by its length.
    fn hash(&self, service: &str, previous: &[u8]) -> [u8; 32] {
        let session = self.session.map(|session| session.as_bytes().to_vec()).unwrap_or_default();
        let parts: [&[u8]; 12] = [
            b"holdspace audit v1",
            service.as_bytes(),
            self.clinic.as_bytes(),
            &self.sequence.to_be_bytes(),
            &self.at.to_be_bytes(),
            self.actor.as_bytes(),
            self.role.as_bytes(),
            self.action.as_bytes(),
            self.resource.as_bytes(),
            &session,
            self.request_id.as_bytes(),
            previous,
        ];
        crypto::sha256(&parts.iter().flat_map(|part| crypto::framed(part)).collect::<Vec<_>>())
    }
}

/// Appends entries inside the caller's transaction.
pub(crate) async fn append(
    tx: &impl ConnectionTrait,
    store: &Store,
    act: &Act,
    now: Timestamp,
    entries: &[Entry],
) -> Result<(), Failure> {
    if entries.is_empty() {
        return Ok(());
    }
    let service = store.service();
    let (mut sequence, mut previous) = head(tx, store, act.clinic).await?;
    let mut rows = vec![];
    for entry in entries {
        sequence = sequence.saturating_add(1);
        let link = Link {
            clinic: act.clinic.0,
            sequence,
            at: now.micros(),
            actor: act.actor.0,
            role: act.role.into(),
            action: entry.action.clone(),
            resource: entry.resource.clone(),
            session: entry.session.map(|session| session.0),
            request_id: act.request_id.clone(),
        };
        let hash = link.hash(service, &previous).to_vec();
        rows.push([
            link.clinic.into(),
            link.sequence.into(),
            link.at.into(),
            link.actor.into(),
            link.role.into(),
            link.action.into(),
            link.resource.into(),
            link.session.into(),
            link.request_id.into(),
            previous.into(),
            hash.clone().into(),
        ]);
        previous = hash;
    }
    // The chain is held meanwhile: one statement, whatever was done.
    let columns =
        "clinic_id, sequence, at, actor_id, role, action, resource, session_id, request_id, previous_hash,
                   hash";
    Ok(store::insert_all(tx, &format!("{service}_audit ({columns})"), rows).await?)
}

/// The end of the chain, held until the transaction ends.
async fn head(tx: &impl ConnectionTrait, store: &Store, clinic: ClinicId) -> Result<(i64, Vec<u8>), Failure> {
    let service = store.service();
    if tx.get_database_backend() == DbBackend::Postgres {
        let name = format!("{service}:{clinic}");
        tx.execute_raw(store.sql("select pg_advisory_xact_lock(hashtextextended($1, 0))", [name.into()]))
            .await?;
    }
    let sql = format!(
        "select sequence, hash from {service}_audit where clinic_id = $1 order by sequence desc limit 1"
    );
    match tx.query_one_raw(store.sql(sql, [clinic.0.into()])).await? {
        Some(row) => Ok((row.try_get("", "sequence")?, row.try_get("", "hash")?)),
        None => Ok((0, vec![])),
    }
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// The service.
    pub service: String,
    /// How many chains.
    pub chains: usize,
    /// How many rows.
    pub rows: usize,
    /// The first bad row of each chain, named.
    pub broken: Vec<String>,
}

/// Recomputes every chain of one service.
///
/// # Errors
/// When the rows cannot be read.
pub async fn verify(store: &Store) -> Result<Verdict, Failure> {
    let service = store.service();
    let sql = format!("select * from {service}_audit order by clinic_id, sequence");
    let rows = store.db().query_all_raw(store.sql(sql, [])).await?;
    let mut verdict = Verdict { service: service.into(), chains: 0, rows: rows.len(), broken: vec![] };
    let (mut clinic, mut expected, mut previous, mut is_broken) = (None, 1, vec![], false);
    for row in &rows {
        let link = link(row)?;
        if clinic != Some(link.clinic) {
            (clinic, expected, previous, is_broken) = (Some(link.clinic), 1, vec![], false);
            verdict.chains += 1;
        }
        let hash: Vec<u8> = row.try_get("", "hash")?;
        let fits = link.sequence == expected && link.hash(service, &previous).as_slice() == hash;
        if !fits && !is_broken {
            verdict.broken.push(format!("{service}: clinic {}, sequence {}", link.clinic, link.sequence));
            is_broken = true;
        }
        (expected, previous) = (link.sequence.saturating_add(1), hash);
    }
    Ok(verdict)
}

fn link(row: &QueryResult) -> Result<Link, Failure> {
    Ok(Link {
        clinic: row.try_get("", "clinic_id")?,
        sequence: row.try_get("", "sequence")?,
        at: row.try_get("", "at")?,
        actor: row.try_get("", "actor_id")?,
        role: row.try_get("", "role")?,
        action: row.try_get("", "action")?,
        resource: row.try_get("", "resource")?,
        session: store::maybe_id(row, "session_id")?,
        request_id: row.try_get("", "request_id")?,
    })
}
