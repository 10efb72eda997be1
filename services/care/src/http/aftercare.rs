//! What comes after a session, and the next morning.

use crate::store::{aftercare, people};
use crate::{Care, problems, publish};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use care_core::aftercare::FIRST_PROMPT;
use care_core::morning::{self, Morning};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::ids;
use chassis::problem::{Failure, Problem, ProblemBody};
use garde::Validate;
use kernel::id::{RecordId, SessionId};
use kernel::severity::Severity;
use kernel::time::Timestamp;
use proto::permissions::{AnswerMorning, ReadAftercare};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something to leave alone for a while.
#[derive(Debug, Serialize, ToSchema)]
struct RestrictionRow {
    text: &'static str,
    until_at: Timestamp,
}

/// The visit that follows.
#[derive(Debug, Default, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "instants end in _at, on the wire too")]
struct Integration {
    offered_at: Option<Timestamp>,
    /// By when it should be.
    by_at: Option<Timestamp>,
    booked_at: Option<Timestamp>,
}

/// The next-morning check.
#[derive(Debug, Default, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "instants end in _at, on the wire too")]
struct MorningRow {
    /// From when "all is well" may be said.
    opens_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
}

/// What comes after a session. Empty until the discharge is signed.
#[derive(Debug, Serialize, ToSchema)]
struct Aftercare {
    discharged_at: Option<Timestamp>,
    integration: Integration,
    journal_prompt: &'static str,
    morning: MorningRow,
    restrictions: Vec<RestrictionRow>,
}

/// "Do you feel safe?"
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Safe {
    /// They do.
    Yes,
    /// They do not know.
    Unsure,
    /// They do not.
    No,
}

/// How the morning is. Sleep and mood: 10 is best. Nausea, headache and bladder: 0 is none.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct NewMorning {
    /// How they slept.
    #[garde(range(min = 0, max = morning::SCALE_MAX))]
    #[schema(minimum = 0, maximum = 10)]
    sleep: i64,
    /// How they feel.
    #[garde(range(min = 0, max = morning::SCALE_MAX))]
    #[schema(minimum = 0, maximum = 10)]
    mood: i64,
    /// Nausea.
    #[garde(range(min = 0, max = morning::SCALE_MAX))]
    #[schema(minimum = 0, maximum = 10)]
    nausea: i64,
    /// Headache.
    #[garde(range(min = 0, max = morning::SCALE_MAX))]
    #[schema(minimum = 0, maximum = 10)]
    headache: i64,
    /// Pain or urgency of the bladder.
    #[garde(range(min = 0, max = morning::SCALE_MAX))]
    #[schema(minimum = 0, maximum = 10)]
    bladder: i64,
    /// Whether they feel safe.
    #[garde(skip)]
    safe: Safe,
}

/// What was kept, and what happens now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Answered {
    record: RecordId,
    severity: Severity,
    todo: String,
}

/// What comes after a session.
#[utoipa::path(responses((status = 200, body = Aftercare), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/aftercare")]
pub(super) async fn read_aftercare(
    care: Guard<ReadAftercare, Care>,
    session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let (store, clinic, session) = (&care.store, care.who()?.clinic, *session);
    let answered_at = aftercare::morning_answered_at(store, clinic, session).await?;
    let Some(after) = aftercare::seen(store, clinic, session).await? else {
        return Ok(HttpResponse::Ok().json(Aftercare::not_yet(answered_at)));
    };
    let patient = people::patient_seen(store, clinic, session).await?.ok_or(Failure::Missing)?;
    let booked_at = aftercare::visit_after(store, clinic, patient, after.discharged.at).await?;
    Ok(HttpResponse::Ok().json(Aftercare::of(&after, booked_at, answered_at, store.now())))
}

/// Answers the next-morning check. Anything but "all is well" is taken at any hour.
#[utoipa::path(request_body = NewMorning, responses((status = 200, body = Answered), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/morning")]
pub(super) async fn answer_morning(
    care: Guard<AnswerMorning, Care>,
    session: Path<SessionId>,
    body: Body<NewMorning>,
) -> Result<HttpResponse, Problem> {
    let (session, answers) = (*session, body.0.answers());
    let answered = care
        .store
        .command(care.act()?, async |work| {
            let opens_at =
                aftercare::of(work, session).await?.map(|after| after.discharged.morning_opens_at());
            let severity =
                answers.taken(opens_at, work.now()).map_err(|refusal| problems::morning(&refusal))?;
            let record: RecordId = ids::fresh();
            aftercare::morning(work, record, session, &answers).await?;
            work.audit("answered the morning check", record, Some(session));
            publish::morning_answered(work, session, severity).await?;
            Ok(Answered { record, severity, todo: answers.todo().into() })
        })
        .await?;
    Ok(HttpResponse::Ok().json(answered))
}

impl NewMorning {
    fn answers(&self) -> Morning {
        Morning {
            sleep: self.sleep,
            mood: self.mood,
            nausea: self.nausea,
            headache: self.headache,
            bladder: self.bladder,
            safe: match self.safe {
                Safe::Yes => morning::Safe::Yes,
                Safe::Unsure => morning::Safe::Unsure,
                Safe::No => morning::Safe::No,
            },
        }
    }
}

impl Aftercare {
    fn not_yet(answered_at: Option<Timestamp>) -> Self {
        Self {
            discharged_at: None,
            integration: Integration::default(),
            journal_prompt: FIRST_PROMPT,
            morning: MorningRow { answered_at, ..MorningRow::default() },
            restrictions: vec![],
        }
    }

    fn of(
        after: &aftercare::After,
        booked_at: Option<Timestamp>,
        answered_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let discharged = after.discharged;
        let restrictions = discharged.restrictions().into_iter();
        Self {
            discharged_at: Some(discharged.at),
            integration: Integration {
                offered_at: after.offered_at,
                by_at: Some(discharged.integration_by_at()),
                booked_at,
            },
            journal_prompt: discharged.journal_prompt(now),
            morning: MorningRow {
                opens_at: Some(discharged.morning_opens_at()),
                due_at: Some(discharged.next_morning_at),
                answered_at,
            },
            restrictions: restrictions
                .map(|restriction| RestrictionRow { text: restriction.text, until_at: restriction.until_at })
                .collect(),
        }
    }
}
