//! Consents, the sitter's training, and the phone test.

use super::{Answer, only, view};
use crate::Safety;
use crate::problems::consent as refused;
use crate::publish;
use crate::store::papers::{self, NewSignature, Quiz};
use crate::store::sessions;
use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, get, post};
use chassis::body::{Body, says_something};
use chassis::crypto;
use chassis::guard::Guard;
use chassis::problem::{Failure, ProblemBody};
use chassis::service::Service as _;
use chassis::words;
use chassis::work::Work;
use garde::Validate;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::permissions::{SignConsent, TakeTraining, TestPhone};
use safety_core::consent::{self, Kind, Question, Signing};
use safety_core::phone::{self, PhoneTest};
use safety_core::training;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};

/// One question. Which choice is right stays here.
#[derive(Debug, Serialize, ToSchema)]
struct QuestionView {
    /// Its name in the answers.
    id: &'static str,
    /// What is asked.
    text: &'static str,
    /// What can be answered.
    choices: Vec<ChoiceView>,
}

/// One choice.
#[derive(Debug, Serialize, ToSchema)]
struct ChoiceView {
    /// Its name in the answers.
    id: &'static str,
    /// What it says.
    text: &'static str,
}

fn questions(of: &'static [Question]) -> Vec<QuestionView> {
    of.iter()
        .map(|question| QuestionView {
            id: question.id,
            text: question.text,
            choices: question
                .choices
                .iter()
                .map(|choice| ChoiceView { id: choice.id, text: choice.text })
                .collect(),
        })
        .collect()
}

/// Answers by question. Sixteen is twice the longest list.
type Answers = BTreeMap<String, String>;
const ANSWERS_MAX: usize = 16;
const WORD_LENGTH_MAX: usize = 20;

fn answer_words() -> Object {
    words::answers(0, ANSWERS_MAX, WORD_LENGTH_MAX)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape garde asks for")]
fn short(answers: &Answers, _: &()) -> garde::Result {
    let is_word = |text: &String| text.chars().count() <= WORD_LENGTH_MAX;
    let fits = answers.iter().all(|(question, choice)| is_word(question) && is_word(choice));
    if fits && answers.len() <= ANSWERS_MAX {
        Ok(())
    } else {
        Err(garde::Error::new("answers are short words, at most sixteen"))
    }
}

/// For which session.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ForSession {
    /// Nothing when it is not about one.
    session: Option<SessionId>,
}

/// One text with the caller's signature.
#[derive(Debug, Serialize, ToSchema)]
struct ConsentView {
    /// What it is about.
    #[schema(value_type = String)]
    kind: Kind,
    /// The version in force.
    version: u32,
    /// Its heading.
    title: &'static str,
    /// The whole text.
    text: String,
    /// Its fingerprint, sent back with the signature.
    sha256: String,
    /// What shows that it was understood.
    questions: Vec<QuestionView>,
    /// When the caller signed this version.
    signed_at: Option<Timestamp>,
}

#[utoipa::path(tag = "safety", params(ForSession),
    responses((status = 200, body = Vec<ConsentView>), (status = 404, body = ProblemBody)))]
#[get("/consents")]
pub(super) async fn read_consents(safety: Guard<SignConsent, Safety>, query: Query<ForSession>) -> Answer {
    let who = safety.who()?;
    let rows = view(&safety, who);
    if let Some(session) = query.session {
        belongs(&rows, session, who.person, who.role).await?;
    }
    let signed = papers::signed(&rows, who.person).await?;
    let texts: Vec<_> = Kind::ALL
        .into_iter()
        .filter(|kind| kind.signer() == who.role)
        .map(|kind| {
            let text = kind.text();
            let mine = signed.iter().find(|one| one.kind == kind && one.version == text.version);
            ConsentView {
                kind,
                version: text.version,
                title: text.title,
                sha256: crypto::sha256_hex(text.body().as_bytes()),
                text: text.body(),
                questions: questions(text.questions),
                signed_at: mine.map(|one| one.at),
            }
        })
        .collect();
    Ok(HttpResponse::Ok().json(texts))
}

/// 404 for a session that is not theirs.
async fn belongs(
    rows: &impl crate::store::Reader,
    session: SessionId,
    person: PersonId,
    role: Role,
) -> Result<(), Failure> {
    let folder = sessions::folder(rows, session).await?;
    if folder.person(role) == Some(person) { Ok(()) } else { Err(Failure::Missing) }
}

fn kind_words() -> Object {
    words::one_of("What is signed.", Kind::ALL.map(Kind::as_str))
}

/// A signature.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Sign {
    /// For which session, if for one.
    #[garde(skip)]
    session: Option<SessionId>,
    /// What is signed.
    #[garde(skip)]
    #[schema(schema_with = kind_words)]
    kind: Kind,
    /// The version that was read.
    #[garde(skip)]
    version: u32,
    /// The fingerprint of the text that was read.
    #[garde(length(equal = 64))]
    #[schema(min_length = 64, max_length = 64, pattern = r"^[0-9a-f]{64}$")]
    sha256: String,
    /// The name, typed.
    #[garde(length(chars, min = 2, max = 200), custom(says_something))]
    #[schema(min_length = 2, max_length = 200, pattern = r"\S")]
    signature: String,
    /// Answers by question.
    #[garde(custom(short))]
    #[schema(schema_with = answer_words)]
    answers: Answers,
}

/// What is kept of a signature.
#[derive(Debug, Serialize)]
struct SignedKept {
    signature: String,
    answers: Answers,
}

/// A signature was kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Signed {
    /// When.
    signed_at: Timestamp,
}

#[utoipa::path(tag = "safety", request_body = Sign, responses((status = 200, body = Signed), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/consents")]
pub(super) async fn sign_consent(safety: Guard<SignConsent, Safety>, body: Body<Sign>) -> Answer {
    let (who, Sign { session, kind, version, sha256, signature, answers }) = (safety.who()?.clone(), body.0);
    let in_force = crypto::sha256_hex(kind.text().body().as_bytes());
    let signed = safety.store().command(safety.act()?, async |work: &mut Work| {
        if let Some(session) = session {
            belongs(work, session, who.person, who.role).await?;
        }
        let under_the_medicine =
            who.role == Role::Patient && sessions::is_under_the_medicine(work, who.person).await?;
        let signing = Signing {
            role: who.role,
            version,
            sha256: &sha256,
            sha256_in_force: &in_force,
            under_the_medicine,
        };
        consent::signable(kind, signing, |question| answers.get(question).map(String::as_str))
            .map_err(refused)?;
        let new = NewSignature { person: who.person, session, kind, sha256: &in_force };
        papers::sign(work, new, &SignedKept { signature, answers }).await?;
        if let Some(session) = session {
            publish::prepared(work, session).await?;
        }
        work.audit("consent.signed", format!("{} {version}", kind.as_str()), session);
        Ok(Signed { signed_at: work.now() })
    });
    Ok(HttpResponse::Ok().json(signed.await?))
}

/// The training.
#[derive(Debug, Serialize, ToSchema)]
struct TrainingView {
    /// The questions.
    questions: Vec<QuestionView>,
    /// When the caller passed it.
    passed_at: Option<Timestamp>,
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)),
    responses((status = 200, body = TrainingView), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/training")]
pub(super) async fn read_training(safety: Guard<TakeTraining, Safety>, _session: Path<SessionId>) -> Answer {
    let who = safety.who()?;
    let passed_at = papers::training_at(&view(&safety, who), who.person).await?;
    Ok(HttpResponse::Ok().json(TrainingView { questions: questions(training::QUESTIONS), passed_at }))
}

/// Answers to the training's questions.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct TrainingAnswers {
    /// Choices by question.
    #[garde(custom(short))]
    #[schema(schema_with = answer_words)]
    answers: Answers,
}

/// How it went.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Marked {
    /// Right answers, in per cent.
    score: usize,
    /// Whether that is enough.
    passed: bool,
    /// The questions to read again.
    wrong: Vec<String>,
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = TrainingAnswers,
    responses((status = 200, body = Marked), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/training")]
pub(super) async fn take_training(
    safety: Guard<TakeTraining, Safety>,
    session: Path<SessionId>,
    body: Body<TrainingAnswers>,
) -> Answer {
    let who = safety.who()?.clone();
    let marked = safety.store().command(safety.act()?, async |work: &mut Work| {
        let outcome = training::mark(|question| body.0.answers.get(question).map(String::as_str));
        let (score, passed) = (outcome.score, outcome.passed);
        papers::trained(work, Quiz { person: who.person, session: *session, score, passed }).await?;
        publish::prepared(work, *session).await?;
        work.audit("training.taken", if passed { "passed" } else { "failed" }, Some(*session));
        Ok(Marked { score, passed, wrong: outcome.wrong.into_iter().map(str::to_owned).collect() })
    });
    Ok(HttpResponse::Ok().json(marked.await?))
}

/// What the sitter's phone says about itself.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct PhoneReport {
    /// The sitter heard the sound.
    #[garde(skip)]
    sound: bool,
    /// The sitter felt it.
    #[garde(skip)]
    vibration: bool,
    /// To the house and back.
    #[garde(range(max = 60_000))]
    #[schema(maximum = 60_000)]
    round_trip_ms: u32,
    /// Charge.
    #[garde(range(max = 100))]
    #[schema(maximum = 100)]
    battery_percent: u8,
    /// Whether the charger is there.
    #[garde(skip)]
    charging: bool,
}

/// How the phone did.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct PhoneResult {
    /// Whether it will ring and last.
    passed: bool,
    /// `sound`, `connection`, `battery`, `charger`.
    failed: Vec<String>,
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = PhoneReport,
    responses((status = 200, body = PhoneResult), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/phone-test")]
pub(super) async fn test_phone(
    safety: Guard<TestPhone, Safety>,
    session: Path<SessionId>,
    body: Body<PhoneReport>,
) -> Answer {
    let who = safety.who()?.clone();
    let PhoneReport { sound, vibration, round_trip_ms, battery_percent, charging } = body.0;
    let tested = safety.store().command(safety.act()?, async |work: &mut Work| {
        only(sessions::folder(work, *session).await?.sitter, &who)?;
        let failed = phone::failed(PhoneTest { sound, vibration, round_trip_ms, battery_percent, charging });
        let passed = failed.is_empty();
        papers::phone_tested(work, *session, who.person, passed).await?;
        publish::prepared(work, *session).await?;
        work.audit("phone.tested", if passed { "passed" } else { "failed" }, Some(*session));
        Ok(PhoneResult { passed, failed: failed.into_iter().map(str::to_owned).collect() })
    });
    Ok(HttpResponse::Ok().json(tested.await?))
}
