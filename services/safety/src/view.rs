//! What screens are shown of a session. What is not known is shown as not known.

pub mod prepare;

use crate::evidence;
use crate::store::records::{self, Kind};
use crate::store::sessions::{self, Folder};
use crate::store::{Reader, View};
use chassis::problem::Failure;
use kernel::id::{PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::time::{Pace, Timestamp};
use safety_core::gate;
use safety_core::session::{EndKind, Session, Stage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One row of the board.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardRow {
    /// The session.
    pub session: SessionId,
    /// Where it is.
    pub phase: String,
    /// The medicine's phase, while it works.
    pub protocol_phase: Option<&'static str>,
    /// Planned start.
    pub starts_at: Timestamp,
    /// Since when it is in this phase.
    pub phase_since_at: Timestamp,
    /// The first dose.
    pub dose_at: Option<Timestamp>,
    /// Whether the patient is made up.
    pub drill: bool,
    /// Protocol minutes per real minute.
    #[schema(value_type = i64)]
    pub pace: Pace,
    /// What keeps the gate closed, while a dose is still to come.
    pub red: usize,
    /// Everything on the checklist that is still open.
    pub open_items: usize,
    /// The patient.
    pub patient: PersonId,
    /// The therapist.
    pub therapist: PersonId,
    /// The sitter.
    pub sitter: Option<PersonId>,
    /// The on-call lead.
    pub on_call: PersonId,
}

/// Sessions as a board shows them.
pub(crate) async fn board(view: &View<'_>, of: Option<PersonId>) -> Result<Vec<BoardRow>, Failure> {
    let mut rows = vec![];
    for folder in sessions::board(view, of).await? {
        let session = view.session(folder.session).await?;
        let verdict = if session.is_before_dose() {
            evidence::verdict(view, &folder, &session).await?
        } else {
            gate::Verdict::default()
        };
        rows.push(BoardRow {
            session: folder.session,
            phase: folder.phase,
            protocol_phase: protocol_phase(&session),
            starts_at: folder.starts_at,
            phase_since_at: folder.since_at,
            dose_at: folder.dose_at,
            drill: folder.drill,
            pace: folder.pace,
            red: verdict.red.len(),
            open_items: verdict.red.len().saturating_add(verdict.amber.len()),
            patient: folder.patient,
            therapist: folder.therapist,
            sitter: folder.sitter,
            on_call: folder.on_call,
        });
    }
    Ok(rows)
}

fn protocol_phase(session: &Session) -> Option<&'static str> {
    if session.is_under_the_medicine() { session.course().map(|course| course.phase.as_str()) } else { None }
}

/// Who is who in a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct People {
    /// The patient.
    pub patient: PersonId,
    /// The sitter.
    pub sitter: Option<PersonId>,
    /// The therapist.
    pub therapist: PersonId,
    /// The prescriber.
    pub prescriber: Option<PersonId>,
    /// The on-call lead.
    pub on_call: PersonId,
}

/// Who has arrived, or pressed ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct Three {
    /// The patient.
    pub patient: bool,
    /// The sitter.
    pub sitter: bool,
    /// The therapist.
    pub therapist: bool,
}

/// A begun dose that waits for its witness.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offer {
    /// Who began it.
    pub by: PersonId,
    /// Until when the sitter may witness.
    pub until_at: Timestamp,
}

/// The discharge, as far as it is signed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DischargeView {
    /// The therapist.
    pub proposed_by: PersonId,
    /// When the therapist signed.
    pub proposed_at: Timestamp,
    /// The sitter.
    pub accepted_by: Option<PersonId>,
    /// When the sitter signed.
    pub accepted_at: Option<Timestamp>,
    /// When the next-morning check falls due.
    pub next_morning_at: Option<Timestamp>,
}

/// Another end.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndView {
    /// `without_dose`, `withdrawn`, `no_show` or `handed_over`.
    pub kind: &'static str,
    /// Why, for those who treat.
    pub reason: Option<String>,
    /// Who signed it closed.
    pub signed_by: Option<PersonId>,
}

/// One session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// The session.
    pub session: SessionId,
    /// Where it is.
    pub phase: &'static str,
    /// The medicine's phase, while it works.
    pub protocol_phase: Option<&'static str>,
    /// Since when it is in this phase.
    pub phase_since_at: Timestamp,
    /// Whether the patient is made up.
    pub drill: bool,
    /// Protocol minutes per real minute.
    #[schema(value_type = i64)]
    pub pace: Pace,
    /// Planned start.
    pub starts_at: Timestamp,
    /// Planned end.
    pub ends_at: Timestamp,
    /// The first dose.
    pub dose_at: Option<Timestamp>,
    /// The earliest discharge.
    pub earliest_discharge_at: Option<Timestamp>,
    /// Its people.
    pub people: People,
    /// Who has arrived.
    pub here: Three,
    /// Who has pressed ready.
    pub ready: Three,
    /// A begun dose that waits for its witness.
    pub offer: Option<Offer>,
    /// The discharge, as far as it is signed.
    pub discharge: Option<DischargeView>,
    /// Another end.
    pub end: Option<EndView>,
    /// The server's now.
    pub now_at: Timestamp,
}

/// One session, as `role` may see it.
pub(crate) async fn session(view: &View<'_>, id: SessionId, role: Role) -> Result<SessionView, Failure> {
    let folder = sessions::folder(view, id).await?;
    let session = view.session(id).await?;
    let ready = session.ready();
    Ok(SessionView {
        session: id,
        phase: session.phase(),
        protocol_phase: protocol_phase(&session),
        phase_since_at: session.since_at,
        drill: folder.drill,
        pace: folder.pace,
        starts_at: folder.starts_at,
        ends_at: folder.ends_at,
        dose_at: session.course().map(|course| course.first_at),
        earliest_discharge_at: session.earliest_discharge_at(),
        people: People {
            patient: folder.patient,
            sitter: folder.sitter,
            therapist: folder.therapist,
            prescriber: folder.prescriber,
            on_call: folder.on_call,
        },
        here: here(&session.stage),
        ready: Three {
            patient: ready.patient.is_some(),
            sitter: ready.sitter.is_some(),
            therapist: ready.therapist.is_some(),
        },
        offer: offer(&session.stage),
        discharge: discharge(&session.stage),
        end: end(view, &folder, &session.stage, role).await?,
        now_at: view.now(),
    })
}

fn here(stage: &Stage) -> Three {
    match stage {
        Stage::Booked => Three { patient: false, sitter: false, therapist: false },
        Stage::Arriving { here } => {
            Three { patient: here.patient, sitter: here.sitter, therapist: here.therapist }
        }
        Stage::Gate { .. }
        | Stage::DosingOffered { .. }
        | Stage::Dosed { .. }
        | Stage::Recovering { .. }
        | Stage::Discharged { .. }
        | Stage::Ended { .. }
        | Stage::Closed { .. } => Three { patient: true, sitter: true, therapist: true },
    }
}

fn offer(stage: &Stage) -> Option<Offer> {
    if let Stage::DosingOffered { by, until_at, .. } = stage {
        Some(Offer { by: *by, until_at: *until_at })
    } else {
        None
    }
}

fn discharge(stage: &Stage) -> Option<DischargeView> {
    match stage {
        Stage::Recovering { proposal, .. } => proposal.map(|signed| DischargeView {
            proposed_by: signed.by,
            proposed_at: signed.at,
            accepted_by: None,
            accepted_at: None,
            next_morning_at: None,
        }),
        Stage::Discharged { proposed, accepted, next_morning_at, .. } => Some(DischargeView {
            proposed_by: proposed.by,
            proposed_at: proposed.at,
            accepted_by: Some(accepted.by),
            accepted_at: Some(accepted.at),
            next_morning_at: Some(*next_morning_at),
        }),
        Stage::Booked
        | Stage::Arriving { .. }
        | Stage::Gate { .. }
        | Stage::DosingOffered { .. }
        | Stage::Dosed { .. }
        | Stage::Ended { .. }
        | Stage::Closed { .. } => None,
    }
}

/// Why a session ended is for those who treat; that it ended is for everyone in it.
async fn end(
    view: &View<'_>,
    folder: &Folder,
    stage: &Stage,
    role: Role,
) -> Result<Option<EndView>, Failure> {
    let (kind, signed_by): (EndKind, Option<PersonId>) = match stage {
        Stage::Ended { kind, .. } => (*kind, None),
        Stage::Closed { kind: Some(kind), signed, .. } => (*kind, Some(signed.by)),
        Stage::Closed { kind: None, .. }
        | Stage::Booked
        | Stage::Arriving { .. }
        | Stage::Gate { .. }
        | Stage::DosingOffered { .. }
        | Stage::Dosed { .. }
        | Stage::Recovering { .. }
        | Stage::Discharged { .. } => return Ok(None),
    };
    let reason = match role {
        Role::Therapist | Role::Prescriber => {
            records::last_statement::<Reason>(view, folder, Kind::End).await?.map(|said| said.content.reason)
        }
        Role::Patient | Role::Sitter | Role::Coordinator | Role::Admin | Role::Auditor => None,
    };
    Ok(Some(EndView { kind: kind.as_str(), reason, signed_by }))
}

/// Why something was done, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reason {
    pub(crate) reason: String,
}
