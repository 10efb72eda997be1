//! The discharge: the therapist signs the criteria, then the sitter takes over.

use super::{Answer, only, speaker};
use crate::Safety;
use crate::evidence;
use crate::store::records::{self, Kind};
use crate::store::sessions;
use crate::store::{Reader as _, Sessions};
use actix_web::web::Path;
use actix_web::{HttpResponse, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::ProblemBody;
use chassis::service::Service as _;
use chassis::words;
use chassis::work::Work;
use garde::Validate;
use kernel::id::SessionId;
use kernel::machine::Machine as _;
use kernel::time::Timestamp;
use proto::permissions::{AcceptHandOver, SignDischarge};
use safety_core::discharge::{CRITERIA, Score, Unmet};
use safety_core::session::Stage;
use safety_core::session::words::Command;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::{Object, ObjectBuilder, Type};

/// The score adapted from PADSS, 0 to 2 each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScoreSheet {
    /// Blood pressure and pulse.
    #[garde(range(max = 2))]
    #[schema(maximum = 2)]
    vitals: u8,
    /// Mind and gait.
    #[garde(range(max = 2))]
    #[schema(maximum = 2)]
    gait: u8,
    /// Nausea.
    #[garde(range(max = 2))]
    #[schema(maximum = 2)]
    nausea: u8,
    /// Drinking and toilet.
    #[garde(range(max = 2))]
    #[schema(maximum = 2)]
    intake: u8,
    /// Calm.
    #[garde(range(max = 2))]
    #[schema(maximum = 2)]
    calm: u8,
}

fn criteria_words() -> Object {
    let name = words::one_of("One of the thirteen.", CRITERIA.map(|(id, _)| id));
    let ticked = ObjectBuilder::new().schema_type(Type::Boolean);
    ObjectBuilder::new().property_names(Some(name)).additional_properties(Some(ticked)).build()
}

/// The therapist's sheet.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proposal {
    /// `D1` to `D13`.
    #[garde(custom(known))]
    #[schema(schema_with = criteria_words)]
    criteria: BTreeMap<String, bool>,
    /// The score.
    #[garde(dive)]
    padss: ScoreSheet,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape garde asks for")]
fn known(criteria: &BTreeMap<String, bool>, _: &()) -> garde::Result {
    let all = criteria.keys().all(|id| CRITERIA.iter().any(|(known, _)| known == id));
    if all { Ok(()) } else { Err(garde::Error::new("criteria are D1 to D13")) }
}

/// The discharge, as far as it is signed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct SignedOff {
    /// The phase.
    phase: String,
    /// When the next-morning check falls due, once both signed.
    next_morning_at: Option<Timestamp>,
}

#[utoipa::path(tag = "safety", operation_id = "propose_discharge", params(("session" = SessionId, Path)), request_body = Proposal,
    responses((status = 200, body = SignedOff), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/discharge")]
pub(super) async fn propose(
    safety: Guard<SignDischarge, Safety>,
    session: Path<SessionId>,
    body: Body<Proposal>,
) -> Answer {
    let (who, sheet) = (safety.who()?.clone(), body.0);
    let signed = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        let state = work.session(*session).await?;
        let ticked = sheet.criteria.iter().filter(|(_, met)| **met).map(|(id, _)| id.clone()).collect();
        let ScoreSheet { vitals, gait, nausea, intake, calm } = sheet.padss;
        let score = Score { vitals, gait, nausea, intake, calm };
        let unmet = evidence::unmet(work, &folder, &state, ticked, score).await?;
        records::state(work, &folder, speaker(&who), Kind::Discharge, &sheet).await?;
        let command = Command::ProposeDischarge { by: who.person, unmet };
        let row = work.step::<Sessions>(*session, command).await?;
        Ok(SignedOff { phase: row.state.phase().into(), next_morning_at: None })
    });
    Ok(HttpResponse::Ok().json(signed.await?))
}

/// The sitter's signature.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    /// Whether the rules for the next 24 hours were said aloud.
    #[garde(skip)]
    restrictions_read_back: bool,
}

#[utoipa::path(tag = "safety", operation_id = "accept_hand_over", params(("session" = SessionId, Path)), request_body = Acceptance,
    responses((status = 200, body = SignedOff), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/discharge/acceptance")]
pub(super) async fn accept(
    safety: Guard<AcceptHandOver, Safety>,
    session: Path<SessionId>,
    body: Body<Acceptance>,
) -> Answer {
    let who = safety.who()?.clone();
    let read_back = body.0.restrictions_read_back;
    let signed = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        only(folder.sitter, &who)?;
        let unmet = alarms(sessions::open_incidents(work, *session).await?);
        let command = Command::AcceptDischarge { by: who.person, read_back, unmet };
        let row = work.step::<Sessions>(*session, command).await?;
        let next_morning_at = match &row.state.stage {
            Stage::Discharged { next_morning_at, .. } => Some(*next_morning_at),
            Stage::Booked
            | Stage::Arriving { .. }
            | Stage::Gate { .. }
            | Stage::DosingOffered { .. }
            | Stage::Dosed { .. }
            | Stage::Recovering { .. }
            | Stage::Ended { .. }
            | Stage::Closed { .. } => None,
        };
        Ok(SignedOff { phase: row.state.phase().into(), next_morning_at })
    });
    Ok(HttpResponse::Ok().json(signed.await?))
}

/// What may have gone wrong between the two signatures.
fn alarms(open: u64) -> Vec<Unmet> {
    let d10 = CRITERIA.iter().filter(|(id, _)| open > 0 && *id == "D10");
    d10.map(|(id, detail)| Unmet { id: (*id).into(), detail: (*detail).into() }).collect()
}
