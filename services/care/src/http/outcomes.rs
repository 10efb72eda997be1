//! Instruments, the answers to them, and how they change.

use crate::store::{orders, people, responses};
use crate::{Care, problems, publish};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use care_core::instrument::Instrument;
use care_core::ledger::Entry;
use care_core::outcome::{self, Answers, Band, Change};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::ids;
use chassis::problem::{Failure, Problem, ProblemBody};
use garde::Validate;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::severity::Severity;
use kernel::time::Timestamp;
use proto::permissions::{AnswerInstrument, ReadOutcomes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An instrument as it is shown: its words are its authors'.
#[derive(Debug, Serialize, ToSchema)]
struct InstrumentRow {
    id: &'static str,
    title: &'static str,
    introduction: &'static str,
    items: Vec<&'static str>,
    /// The answers to any item; the first counts 0.
    choices: Vec<&'static str>,
    /// Stands beside the words wherever they are shown.
    notice: &'static str,
}

/// Answers as a patient gives them.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct NewResponse {
    /// Which instrument.
    #[garde(length(chars, max = 20))]
    #[schema(max_length = 20)]
    instrument: String,
    /// The session it belongs to, if any.
    #[garde(skip)]
    session: Option<SessionId>,
    /// In the order of the items.
    #[garde(length(max = 20))]
    #[schema(max_items = 20)]
    answers: Vec<i64>,
}

/// What was kept, and what to do now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Responded {
    record: RecordId,
    total: i64,
    severity: Severity,
    todo: Option<String>,
}

/// One set of answers, added up.
#[derive(Debug, Serialize, ToSchema)]
struct ResponseRow {
    record: RecordId,
    instrument: &'static str,
    session: Option<SessionId>,
    answered_at: Timestamp,
    total: i64,
    #[schema(value_type = String)]
    band: Band,
    /// The answer about being better off dead, on the instrument that asks it.
    item_nine: Option<i64>,
    severity: Severity,
    /// Against the first time; none for the first.
    #[schema(value_type = Option<Object>)]
    change: Option<Change>,
}

/// When a dose was taken: a mark on the chart.
#[derive(Debug, Serialize, ToSchema)]
struct DoseMark {
    session: SessionId,
    at: Timestamp,
}

/// A patient's answers over time.
#[derive(Debug, Serialize, ToSchema)]
struct Outcomes {
    /// Oldest first.
    responses: Vec<ResponseRow>,
    doses: Vec<DoseMark>,
}

/// The words of an instrument.
#[utoipa::path(responses((status = 200, body = InstrumentRow), (status = 404, body = ProblemBody)))]
#[get("/instruments/{instrument}")]
pub(super) async fn read_instrument(
    care: Guard<ReadOutcomes, Care>,
    instrument: Path<String>,
) -> Result<HttpResponse, Problem> {
    care.who()?;
    let instrument = named(&instrument)?;
    Ok(HttpResponse::Ok().json(InstrumentRow {
        id: instrument.as_str(),
        title: instrument.title(),
        introduction: instrument.introduction(),
        items: instrument.items().to_vec(),
        choices: instrument.choices().to_vec(),
        notice: instrument.notice(),
    }))
}

/// Answers an instrument.
#[utoipa::path(request_body = NewResponse, responses((status = 200, body = Responded), (status = 422, body = ProblemBody)))]
#[post("/patients/{patient}/responses")]
pub(super) async fn answer_instrument(
    care: Guard<AnswerInstrument, Care>,
    patient: Path<PersonId>,
    body: Body<NewResponse>,
) -> Result<HttpResponse, Problem> {
    care.may_see(care.who()?, *patient).await?;
    let given = body.0;
    let instrument = named(&given.instrument)?;
    let answers = Answers::given(instrument, given.answers).map_err(|refusal| problems::answers(&refusal))?;
    let responded = care
        .store
        .command(care.act()?, async |work| {
            if let Some(session) = given.session
                && !people::is_of(work, session, *patient).await?
            {
                return Err(Failure::Missing);
            }
            let before = responses::last(work, *patient, instrument).await?;
            let route = answers.route(before.and_then(|answers| answers.item_nine()));
            let record: RecordId = ids::fresh();
            responses::put(work, record, given.session, &answers).await?;
            let about = match given.session {
                Some(session) => Some(session),
                None => people::latest_session(work, *patient).await?,
            };
            work.audit("answered a questionnaire", record, about);
            publish::response_recorded(work, about, route.severity()).await?;
            let todo = route.todo().map(str::to_owned);
            Ok(Responded { record, total: answers.total(), severity: route.severity(), todo })
        })
        .await?;
    Ok(HttpResponse::Ok().json(responded))
}

/// A patient's answers over time, with the doses between them.
#[utoipa::path(responses((status = 200, body = Outcomes), (status = 404, body = ProblemBody)))]
#[get("/patients/{patient}/outcomes")]
pub(super) async fn read_outcomes(
    care: Guard<ReadOutcomes, Care>,
    patient: Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    let who = care.who()?;
    care.may_see(who, *patient).await?;
    let responses = responses::of(&care.store, who.clinic, *patient).await?;
    let entries = orders::doses(&care.store, who.clinic, *patient).await?;
    Ok(HttpResponse::Ok().json(Outcomes { responses: rows(&responses), doses: marks(&entries) }))
}

fn named(word: &str) -> Result<Instrument, Problem> {
    word.parse().map_err(|_word| Problem::new(&proto::problems::INSTRUMENT_UNKNOWN))
}

/// Each set against the first of its instrument, and its ninth item against the one before.
fn rows(responses: &[responses::Response]) -> Vec<ResponseRow> {
    let mut first: BTreeMap<Instrument, i64> = BTreeMap::new();
    let mut nine_before = BTreeMap::new();
    let mut rows = vec![];
    for response in responses {
        let (instrument, total) = (response.instrument, response.answers.total());
        let change = first.get(&instrument).map(|first| outcome::change(instrument, *first, total));
        first.entry(instrument).or_insert(total);
        let item_nine = response.answers.item_nine();
        let before = item_nine.and_then(|now| nine_before.insert(instrument, now));
        rows.push(ResponseRow {
            record: response.id,
            instrument: instrument.as_str(),
            session: response.session,
            answered_at: response.answered_at,
            total,
            band: response.answers.band(),
            item_nine,
            severity: response.answers.route(before).severity(),
            change,
        });
    }
    rows
}

/// The first entry of every session.
fn marks(entries: &[Entry]) -> Vec<DoseMark> {
    let mut first = BTreeMap::new();
    for entry in entries {
        first.entry(entry.session).or_insert(entry.at);
    }
    first.into_iter().map(|(session, at)| DoseMark { session, at }).collect()
}
