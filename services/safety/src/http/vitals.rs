//! Readings, the prescriber's decision on amber, and holds.

use super::{Answer, speaker, view};
use crate::Safety;
use crate::evidence::{self, Decided};
use crate::publish;
use crate::store::Reader as _;
use crate::store::records::{self, Kind};
use crate::store::sessions::{self, Folder, NewHold};
use crate::view::Reason;
use crate::view::prepare::{self as shown, VitalsView};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::Work;
use garde::Validate;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::time::Timestamp;
use proto::permissions::{DecideAmber, LiftHold, PlaceHold, ReadVitals, RecordVitals};
use proto::problems;
use safety_core::vitals::{Band, Moment, Reading, Set, counted_at};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of cuff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Device {
    /// On the upper arm.
    UpperArm,
    /// On the wrist: kept, and flagged as less exact.
    Wrist,
}

/// One reading. The bounds are what devices can show; anything within is kept.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReading {
    /// `before`, `during` or `discharge`.
    #[garde(skip)]
    #[schema(value_type = String)]
    moment: Moment,
    /// Upper blood pressure.
    #[garde(range(min = 30, max = 300))]
    systolic: u16,
    /// Lower blood pressure.
    #[garde(range(min = 10, max = 200))]
    diastolic: u16,
    /// Pulse.
    #[garde(range(min = 10, max = 300))]
    heart_rate: u16,
    /// Oxygen.
    #[garde(range(min = 30, max = 100))]
    spo2: Option<u16>,
    /// Breaths a minute, counted by eye.
    #[garde(range(max = 80))]
    respiratory_rate: Option<u16>,
    /// The kind of cuff.
    #[garde(skip)]
    device: Device,
    /// Chest pain, short breath, numbness, weakness, trouble seeing or speaking.
    #[garde(skip)]
    symptoms: bool,
    /// When, by the device.
    #[garde(skip)]
    taken_at: Timestamp,
}

/// The first answer holds the record's id only: what was measured is read back from its sealed row.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    record: RecordId,
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = NewReading,
    responses((status = 200, body = VitalsView), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/vitals")]
pub(super) async fn record_vitals(
    safety: Guard<RecordVitals, Safety>,
    session: Path<SessionId>,
    body: Body<NewReading>,
) -> Answer {
    let who = safety.who()?.clone();
    let new = body.0;
    let kept = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        let reading = Reading {
            systolic: new.systolic,
            diastolic: new.diastolic,
            heart_rate: new.heart_rate,
            spo2: new.spo2,
            respiratory_rate: new.respiratory_rate,
            wrist: new.device == Device::Wrist,
            symptoms: new.symptoms,
            at: counted_at(new.taken_at, work.now()),
        };
        let taken = (new.taken_at, reading);
        let record = records::measure(work, &folder, speaker(&who), new.moment, taken).await?;
        tell(work, &folder, record, who.person).await?;
        Ok(Kept { record })
    });
    let record = kept.await?.record;
    let all = shown::vitals(&view(&safety, &who), *session).await?;
    let one = all.into_iter().find(|one| one.record == record).ok_or(Problem::new(&problems::NOT_FOUND))?;
    Ok(HttpResponse::Ok().json(one))
}

/// Others hear how bad it is, never the numbers. Two red days within thirty place a hold.
async fn tell(work: &mut Work, folder: &Folder, record: RecordId, by: PersonId) -> Result<(), Failure> {
    let all = records::vitals(work, folder).await?;
    let one = all.iter().find(|one| one.record == record).ok_or(Failure::Missing)?;
    let severity = shown::severity(one, &all);
    let state = work.session(folder.session).await?;
    let set = evidence::before(&all, &state).measured.filter(|set| set.at == one.reading.at);
    if !folder.drill && one.moment == Moment::Before && set.as_ref().and_then(Set::band) >= Some(Band::Red) {
        let red_days = sessions::note_red(work, folder).await?;
        if red_days > 1 {
            let cause = "two red readings within thirty days";
            sessions::place_hold(work, folder, NewHold { cause, by }).await?;
        }
    }
    publish::measured(work, folder.session, record, severity, one.reading.at).await
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)),
    responses((status = 200, body = Vec<VitalsView>), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/vitals")]
pub(super) async fn read_vitals(safety: Guard<ReadVitals, Safety>, session: Path<SessionId>) -> Answer {
    let who = safety.who()?;
    Ok(HttpResponse::Ok().json(shown::vitals(&view(&safety, who), *session).await?))
}

/// What the prescriber may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Choice {
    /// The session may go on.
    Proceed,
    /// No dose today.
    Cancel,
}

/// The prescriber's live decision.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDecision {
    /// Whether the session may go on.
    #[garde(skip)]
    decision: Choice,
    /// Why.
    #[garde(length(chars, min = 5, max = 2000))]
    reason: String,
}

/// Something was kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Noted {
    /// When.
    at: Timestamp,
}

#[utoipa::path(tag = "safety", operation_id = "decide_amber", params(("session" = SessionId, Path)), request_body = NewDecision,
    responses((status = 200, body = Noted), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/decision")]
pub(super) async fn decide(
    safety: Guard<DecideAmber, Safety>,
    session: Path<SessionId>,
    body: Body<NewDecision>,
) -> Answer {
    let who = safety.who()?.clone();
    let NewDecision { decision, reason } = body.0;
    let noted = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        let state = work.session(*session).await?;
        let sets = evidence::before(&records::vitals(work, &folder).await?, &state);
        if !state.is_before_dose() {
            return Err(Problem::new(&problems::SESSION_PHASE).into());
        }
        if !sets.latest().is_some_and(Set::is_amber) {
            return Err(Problem::new(&problems::VITALS_NOT_AMBER).into());
        }
        let proceed = decision == Choice::Proceed;
        if proceed && !sets.may_proceed() {
            return Err(Problem::new(&problems::VITALS_REST).into());
        }
        records::state(work, &folder, speaker(&who), Kind::Decision, &Decided { proceed, reason }).await?;
        publish::prepared(work, *session).await?;
        work.audit("amber.decided", if proceed { "proceed" } else { "cancel" }, Some(*session));
        Ok(Noted { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(noted.await?))
}

/// Why a hold is placed or lifted.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// In a few words; only those who treat read it.
    #[garde(length(chars, min = 5, max = 2000))]
    reason: String,
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = Why,
    responses((status = 200, body = Noted), (status = 404, body = ProblemBody)))]
#[post("/sessions/{session}/hold")]
pub(super) async fn place_hold(
    safety: Guard<PlaceHold, Safety>,
    session: Path<SessionId>,
    body: Body<Why>,
) -> Answer {
    let who = safety.who()?.clone();
    let noted = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        let reason = Reason { reason: body.0.reason };
        records::state(work, &folder, speaker(&who), Kind::Hold, &reason).await?;
        let hold = NewHold { cause: "a clinician stopped it", by: who.person };
        sessions::place_hold(work, &folder, hold).await?;
        publish::prepared(work, *session).await?;
        Ok(Noted { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(noted.await?))
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = Why,
    responses((status = 200, body = Noted), (status = 404, body = ProblemBody)))]
#[post("/sessions/{session}/hold/clearance")]
pub(super) async fn lift_hold(
    safety: Guard<LiftHold, Safety>,
    session: Path<SessionId>,
    body: Body<Why>,
) -> Answer {
    let who = safety.who()?.clone();
    let noted = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        let reason = Reason { reason: body.0.reason };
        records::state(work, &folder, speaker(&who), Kind::Hold, &reason).await?;
        let lifted = sessions::lift_holds(work, &folder, who.person).await?;
        publish::prepared(work, *session).await?;
        work.audit("hold.lifted", lifted, Some(*session));
        Ok(Noted { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(noted.await?))
}
