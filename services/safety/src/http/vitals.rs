//! Readings, the prescriber's decision on amber, and holds.

use super::{Answer, speaker, view};
use crate::Safety;
use crate::evidence::{self, Decided};
use crate::publish;
use crate::store::holds::{self, NewHold};
use crate::store::records::{self, Kind, Measured};
use crate::store::sessions::{self, Folder};
use crate::store::{Reader as _, Sessions};
use crate::view::Reason;
use crate::view::prepare::{self as shown, VitalsView};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::{Body, says_something};
use chassis::guard::Guard;
use chassis::keeper::Keeper as _;
use chassis::problem::{Failure, Field, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::words;
use chassis::work::Work;
use garde::Validate;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::time::Timestamp;
use proto::permissions::{DecideAmber, LiftHold, PlaceHold, ReadVitals, RecordVitals};
use proto::problems;
use safety_core::vitals::{Band, Moment, Reading, Set, counted_at, plausible};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;

/// The kind of cuff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Device {
    /// On the upper arm.
    UpperArm,
    /// On the wrist: kept, and flagged as less exact.
    Wrist,
}

fn moment_words() -> Object {
    words::one_of("For what.", Moment::ALL.map(Moment::as_str))
}

/// One reading. What devices can show is kept; the core knows what they cannot.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReading {
    /// `before`, `during` or `discharge`.
    #[garde(skip)]
    #[schema(schema_with = moment_words)]
    moment: Moment,
    /// Upper blood pressure.
    #[garde(skip)]
    #[schema(minimum = 30, maximum = 300)]
    systolic: u16,
    /// Lower blood pressure.
    #[garde(skip)]
    #[schema(minimum = 10, maximum = 200)]
    diastolic: u16,
    /// Pulse.
    #[garde(skip)]
    #[schema(minimum = 10, maximum = 299)]
    heart_rate: u16,
    /// Oxygen. `"98%"` is taken as 98.
    #[garde(skip)]
    #[serde(default, deserialize_with = "percent")]
    #[schema(minimum = 30, maximum = 100)]
    spo2: Option<u16>,
    /// Breaths a minute, counted by eye.
    #[garde(skip)]
    #[schema(maximum = 80)]
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

impl NewReading {
    /// Refuses what no device shows, with what may have been meant.
    fn plausible(&self) -> Result<(), Problem> {
        let doubts = plausible::doubts(&plausible::Typed {
            systolic: self.systolic,
            diastolic: self.diastolic,
            heart_rate: self.heart_rate,
            spo2: self.spo2,
            respiratory_rate: self.respiratory_rate,
        });
        if doubts.is_empty() {
            return Ok(());
        }
        let fields = doubts.into_iter().map(|doubt| Field {
            name: format!("/{}", doubt.field),
            code: "vital.range".into(),
            detail: doubt.hint,
            owner: None,
        });
        Err(Problem::new(&problems::VITAL_RANGE).fields(fields))
    }

    fn reading(&self, now: Timestamp) -> Reading {
        Reading {
            systolic: self.systolic,
            diastolic: self.diastolic,
            heart_rate: self.heart_rate,
            spo2: self.spo2,
            respiratory_rate: self.respiratory_rate,
            wrist: self.device == Device::Wrist,
            symptoms: self.symptoms,
            at: counted_at(self.taken_at, now),
        }
    }
}

/// A number, or the same number with a per cent sign, as it is read off the clip.
fn percent<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u16>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u16),
        Text(String),
    }
    match Option::<Written>::deserialize(value)? {
        None => Ok(None),
        Some(Written::Number(number)) => Ok(Some(number)),
        Some(Written::Text(text)) => {
            let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
            number
                .map(Some)
                .ok_or_else(|| D::Error::custom("a whole number, with or without a per cent sign"))
        }
    }
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
    new.plausible()?;
    let kept = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        let reading = new.reading(work.now());
        // A device that sends the same reading again has measured once. The session is held, so that two at once see it.
        Sessions::load(work, *session).await?;
        let known = records::vitals(work, &folder).await?;
        let is_same = |one: &&Measured| {
            let same = Reading { at: reading.at, ..one.reading } == reading;
            one.taken_at == new.taken_at && one.moment == new.moment && one.by == who.person && same
        };
        if let Some(one) = known.iter().find(is_same) {
            return Ok(Kept { record: one.record });
        }
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
        let red_days = holds::note_red(work, folder).await?;
        if red_days > 1 {
            let cause = "two red readings within thirty days";
            holds::place(work, folder, NewHold { cause, by }).await?;
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
    #[garde(length(chars, min = 5, max = 2000), custom(says_something))]
    #[schema(min_length = 5, max_length = 2000, pattern = r"\S")]
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
    #[garde(length(chars, min = 5, max = 2000), custom(says_something))]
    #[schema(min_length = 5, max_length = 2000, pattern = r"\S")]
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
        holds::place(work, &folder, hold).await?;
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
        let lifted = holds::lift(work, &folder, who.person).await?;
        publish::prepared(work, *session).await?;
        work.audit("hold.lifted", lifted, Some(*session));
        Ok(Noted { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(noted.await?))
}
