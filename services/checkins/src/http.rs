//! Routes. Each handler is a guard, a parse, and one call.

mod browsers;
mod incidents;
mod ladder;
mod links;
mod numbers;
mod phone;
mod rehearsals;
mod telephony;

use crate::answers::{self, Hand, Look};
use crate::store::view::{self, NextLook, WatchView};
use crate::{Checkins, pager, publish, signs};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::{self, Body, Raw};
use chassis::guard::Guard;
use chassis::problem::{Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::words;
use chassis::work::Work;
use checkins_core::escalation::Cause;
use checkins_core::form;
use checkins_core::pager::Command;
use checkins_core::protocol::clock_is_off;
use garde::Validate;
use kernel::id::{RecordId, SessionId};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::Timestamp;
use phone::Signed;
use proto::permissions::{
    AnswerCheckin, AskSupport, PageOnCall, RaiseAlarm, ReadForm, ReadWatch, SeeSupport, TestScreen,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_actix_web::service_config::ServiceConfig;

/// All of them.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(read_form)
        .service(read_watch)
        .service(phone::register_phone)
        .service(report)
        .service(ask_support)
        .service(see_support)
        .service(raise_alarm)
        .service(page_on_call)
        .service(test_screen)
        .service(rehearsals::begin_rehearsal)
        .service(rehearsals::read_rehearsals)
        .service(incidents::read_incidents)
        .service(incidents::acknowledge)
        .service(incidents::resolve)
        .service(ladder::read_ladder)
        .service(ladder::propose_ladder)
        .service(ladder::publish_ladder)
        .service(numbers::read_numbers)
        .service(browsers::read_browsers)
        .service(browsers::keep_browser)
        .service(browsers::forget_browser)
        .service(links::peek_link)
        .service(links::acknowledge_by_link)
        .service(links::confirm_on_call)
        .service(telephony::hear_of_message)
        .service(telephony::press_digit)
        .service(telephony::reply_by_text);
}

type Answer = Result<HttpResponse, Problem>;

/// The form the sitter answers.
#[derive(Debug, Serialize, ToSchema)]
struct Form {
    /// Changes with every question, answer or severity.
    version: String,
    /// The questions.
    #[schema(value_type = Vec<serde_json::Value>)]
    questions: &'static [form::Question],
}

#[utoipa::path(tag = "checkins", responses((status = 200, body = Form)))]
#[get("/form")]
async fn read_form(checkins: Guard<ReadForm, Checkins>) -> Answer {
    checkins.who()?;
    Ok(HttpResponse::Ok().json(Form { version: form::VERSION.into(), questions: form::QUESTIONS }))
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path)),
    responses((status = 200, body = WatchView), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/watch")]
async fn read_watch(checkins: Guard<ReadWatch, Checkins>, session: Path<SessionId>) -> Answer {
    let who = checkins.who()?;
    signs::page_seen(&checkins, who, *session).await;
    let watch = view::watch(checkins.store(), who.clinic, *session, who.role).await?;
    crate::numbers::shown(&checkins, who, &watch.incidents).await;
    Ok(HttpResponse::Ok().json(watch))
}

/// 40: the longest word of the form has 22.
const WORD_LENGTH_MAX: usize = 40;

fn answer_words() -> Object {
    words::answers(1, 20, WORD_LENGTH_MAX)
}

/// One look.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Report {
    /// Which check-in it answers; the watch knows which there are.
    #[garde(skip)]
    sequence: i64,
    /// Answers by question.
    #[garde(length(min = 1, max = 20), custom(short_words))]
    #[schema(schema_with = answer_words)]
    answers: BTreeMap<String, String>,
    /// When, by the device; the server's time counts.
    #[garde(skip)]
    answered_at: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape garde asks for")]
fn short_words(answers: &BTreeMap<String, String>, _: &()) -> garde::Result {
    let is_short = |word: &String| word.chars().count() <= WORD_LENGTH_MAX;
    let all = answers.iter().all(|(question, answer)| is_short(question) && is_short(answer));
    if all { Ok(()) } else { Err(garde::Error::new("an answer is at most 40 characters")) }
}

/// What came of a look.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Reported {
    /// The worst answer.
    severity: Severity,
    /// What to do at once, worst first.
    todo: Vec<String>,
    /// `in_time`, `extra` or `late`.
    counted: String,
    /// What is expected next.
    next: Option<NextLook>,
    /// What does not fit together, in words.
    #[serde(default)]
    warning: Option<String>,
    /// Whether the device's clock is more than ten minutes off. Its time is kept, and decides nothing.
    #[serde(default)]
    clock_off: bool,
}

#[utoipa::path(tag = "checkins", operation_id = "answer_checkin",
    params(("session" = SessionId, Path), ("x-holdspace-signature" = Option<String>, Header, description = "By the phone's key, over the command id, the path and this body")), request_body = Report,
    responses((status = 200, body = Reported), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/checkins")]
async fn report(
    checkins: Guard<AnswerCheckin, Checkins>,
    session: Path<SessionId>,
    signed: Signed,
    body: Raw,
) -> Answer {
    let who = checkins.who()?.clone();
    let source = if who.role == Role::Sitter { answers::SITTER } else { answers::ON_CAMERA };
    let look = match body::parse::<Report>(&body.0) {
        Ok(Report { sequence, answers, answered_at }) => Look { sequence, answers, answered_at },
        // "Not breathing" is heard through every other mistake (reliability.md §5, row 49).
        Err(problem) => answers::cry(&body.0).ok_or(problem)?,
    };
    let taken = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        let signature = signed.by(work, *session, who.sign_in, &body.0).await?;
        let taken = answers::look(work, *session, &look, Hand { source, signature }).await?;
        let (severity, todo, counted) = (taken.severity, taken.todo, taken.counted.to_owned());
        let clock_off = clock_is_off(look.answered_at, work.now());
        let (next, warning) = (view::next(&taken.watch, *session), taken.warning.map(str::to_owned));
        Ok(Reported { severity, todo, counted, next, warning, clock_off })
    });
    Ok(HttpResponse::Ok().json(taken.await?))
}

/// An empty body: the path says it all.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// A call for support was noted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Asked {
    /// Its id.
    id: RecordId,
    /// When.
    asked_at: Timestamp,
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path)), request_body = Nothing,
    responses((status = 200, body = Asked)))]
#[post("/sessions/{session}/support")]
async fn ask_support(
    checkins: Guard<AskSupport, Checkins>,
    session: Path<SessionId>,
    _body: Body<Nothing>,
) -> Answer {
    let asked = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        Ok(Asked { id: answers::ask_support(work, *session).await?, asked_at: work.now() })
    });
    Ok(HttpResponse::Ok().json(asked.await?))
}

/// It was done at this time.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Done {
    /// When.
    at: Timestamp,
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path), ("support" = RecordId, Path)),
    request_body = Nothing, responses((status = 200, body = Done), (status = 404, body = ProblemBody)))]
#[post("/sessions/{session}/support/{support}/seen")]
async fn see_support(
    checkins: Guard<SeeSupport, Checkins>,
    path: Path<(SessionId, RecordId)>,
    _body: Body<Nothing>,
) -> Answer {
    let (session, support) = path.into_inner();
    let seen = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        answers::see_support(work, session, support).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(seen.await?))
}

/// An alarm raised by hand.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Alarm {
    /// How bad.
    #[garde(skip)]
    kind: AlarmKind,
}

/// How bad an alarm raised by hand is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AlarmKind {
    /// Somebody must look now.
    SomethingWrong,
    /// Emergency services are being called.
    Emergency,
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path)), request_body = Alarm,
    responses((status = 200, body = Done)))]
#[post("/sessions/{session}/alarm")]
async fn raise_alarm(
    checkins: Guard<RaiseAlarm, Checkins>,
    session: Path<SessionId>,
    body: Body<Alarm>,
) -> Answer {
    let severity = match body.0.kind {
        AlarmKind::SomethingWrong => Severity::Urgent,
        AlarmKind::Emergency => Severity::Emergency,
    };
    let raised = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        work.audit("alarm.raised", severity.as_str(), Some(*session));
        publish::raise_for(work, *session, Cause::Alarm, severity).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(raised.await?))
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path)), request_body = Nothing,
    responses((status = 200, body = Done)))]
#[post("/sessions/{session}/on-call/page")]
async fn page_on_call(
    checkins: Guard<PageOnCall, Checkins>,
    session: Path<SessionId>,
    _body: Body<Nothing>,
) -> Answer {
    let paged = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        pager::step(work, *session, Command::Ask).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(paged.await?))
}

/// The therapist heard the screen's test tone.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScreenTest {
    /// Whether it was heard.
    #[garde(skip)]
    sound_heard: bool,
}

#[utoipa::path(tag = "checkins", params(("session" = SessionId, Path)), request_body = ScreenTest,
    responses((status = 200, body = Done)))]
#[post("/sessions/{session}/screen-test")]
async fn test_screen(
    checkins: Guard<TestScreen, Checkins>,
    session: Path<SessionId>,
    body: Body<ScreenTest>,
) -> Answer {
    let person = checkins.who()?.person;
    let tested = checkins.store().command(checkins.act()?, async |work: &mut Work| {
        publish::screen_tested(work, *session, person, body.0.sound_heard).await?;
        Ok(Done { at: work.now() })
    });
    Ok(HttpResponse::Ok().json(tested.await?))
}
