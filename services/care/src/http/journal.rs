//! The journal: the patient's own, and what they chose to share.

use crate::store::{journal, people};
use crate::{Care, publish};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::{Body, says_something};
use chassis::guard::Guard;
use chassis::ids;
use chassis::problem::{Failure, Problem, ProblemBody};
use garde::Validate;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::private::Witness;
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::permissions::{ReadJournal, WriteJournal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An entry as a patient writes it.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    /// The words: some thirty pages, well under the largest body.
    #[garde(length(chars, min = 1, max = 20_000), custom(says_something))]
    #[schema(min_length = 1, max_length = 20_000, pattern = r"\S")]
    text: String,
    /// Whether the therapist may read it. Private unless said (clinical.md §9).
    #[serde(default)]
    #[garde(skip)]
    shared: bool,
    /// The session it is about, if any.
    #[serde(default)]
    #[garde(skip)]
    session: Option<SessionId>,
}

/// Whether the therapist may read it from now on.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Sharing {
    /// Whether.
    #[garde(skip)]
    shared: bool,
}

/// What was kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Kept {
    record: RecordId,
    shared: bool,
}

/// An entry as its reader sees it.
#[derive(Debug, Serialize, ToSchema)]
struct EntryRow {
    record: RecordId,
    patient: PersonId,
    session: Option<SessionId>,
    written_at: Timestamp,
    shared: bool,
    text: String,
}

/// One's own journal; for a therapist, what their patients share.
#[utoipa::path(responses((status = 200, body = Vec<EntryRow>)))]
#[get("/journal")]
pub(super) async fn read_journal(care: Guard<ReadJournal, Care>) -> Result<HttpResponse, Problem> {
    let who = care.who()?;
    let entries = match who.role {
        Role::Patient => journal::own(&care.store, who.clinic, who.person).await?,
        Role::Therapist => journal::shared_with(&care.store, who.clinic, who.person).await?,
        Role::Sitter | Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => vec![],
    };
    let rows: Vec<EntryRow> = entries.iter().map(|entry| EntryRow::shown(entry, &care)).collect();
    Ok(HttpResponse::Ok().json(rows))
}

/// Writes an entry.
#[utoipa::path(request_body = NewEntry, responses((status = 200, body = Kept), (status = 404, body = ProblemBody)))]
#[post("/journal")]
pub(super) async fn write_journal(
    care: Guard<WriteJournal, Care>,
    body: Body<NewEntry>,
) -> Result<HttpResponse, Problem> {
    let NewEntry { text, shared, session } = body.0;
    let kept = care
        .store
        .command(care.act()?, async |work| {
            if let Some(session) = session
                && !people::is_of(work, session, work.act().actor).await?
            {
                return Err(Failure::Missing);
            }
            let record: RecordId = ids::fresh();
            journal::put(work, record, session, shared, &text).await?;
            work.audit("wrote in the journal", record, None);
            if shared {
                publish::journal_shared(work, true).await?;
            }
            Ok(Kept { record, shared })
        })
        .await?;
    Ok(HttpResponse::Ok().json(kept))
}

/// Shares an entry, or takes it back.
#[utoipa::path(request_body = Sharing, responses((status = 200, body = Kept), (status = 404, body = ProblemBody)))]
#[post("/journal/{record}/sharing")]
pub(super) async fn share_entry(
    care: Guard<WriteJournal, Care>,
    record: Path<RecordId>,
    body: Body<Sharing>,
) -> Result<HttpResponse, Problem> {
    let (record, shared) = (*record, body.0.shared);
    let kept = care
        .store
        .command(care.act()?, async |work| {
            if !journal::share(work, record, shared).await? {
                return Err(Failure::Missing);
            }
            work.audit(
                if shared { "shared a journal entry" } else { "took a journal entry back" },
                record,
                None,
            );
            publish::journal_shared(work, shared).await?;
            Ok(Kept { record, shared })
        })
        .await?;
    Ok(HttpResponse::Ok().json(kept))
}

impl EntryRow {
    fn shown(entry: &journal::Entry, why: &impl Witness) -> Self {
        Self {
            record: entry.id,
            patient: entry.patient,
            session: entry.session,
            written_at: entry.written_at,
            shared: entry.shared,
            text: entry.text.reveal(why).clone(),
        }
    }
}
