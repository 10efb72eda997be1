//! Before the dose: the gate, the checklist, the address, the emergency card.

use super::session::DoseKept;
use super::{Answer, only, speaker, view};
use crate::Safety;
use crate::problems::checklist as refused;
use crate::publish;
use crate::store::Reader as _;
use crate::store::holds::{self, NewHold};
use crate::store::records::{self, Kind};
use crate::store::sessions;
use crate::view::prepare::{self as shown, GateView, ItemView};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::{Body, says_something};
use chassis::guard::Guard;
use chassis::problem::{Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::words;
use chassis::work::Work;
use garde::Validate;
use kernel::id::SessionId;
use kernel::time::Timestamp;
use proto::permissions::{AttestItem, ConfirmAddress, ReadEmergencyCard, ReadGate};
use proto::problems;
use safety_core::{card, checklist};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)),
    responses((status = 200, body = GateView), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/gate")]
pub(super) async fn read_gate(safety: Guard<ReadGate, Safety>, session: Path<SessionId>) -> Answer {
    let who = safety.who()?;
    Ok(HttpResponse::Ok().json(shown::gate(&view(&safety, who), *session).await?))
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)),
    responses((status = 200, body = Vec<ItemView>), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/checklist")]
pub(super) async fn read_checklist(safety: Guard<ReadGate, Safety>, session: Path<SessionId>) -> Answer {
    let who = safety.who()?;
    Ok(HttpResponse::Ok().json(shown::checklist(&view(&safety, who), *session).await?))
}

fn answer_words() -> Object {
    words::one_of("What is so.", checklist::Answer::ALL.map(checklist::Answer::as_str))
}

/// An answer to one item.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Attest {
    /// `yes`, `no` or `declined`.
    #[garde(skip)]
    #[schema(schema_with = answer_words)]
    answer: checklist::Answer,
    /// Why, when it is left out.
    #[garde(length(chars, max = 500))]
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// An answer was kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Attested {
    /// The item.
    item: String,
    /// When.
    at: Timestamp,
}

/// Answers after which the prescriber has to look first (clinical.md §5.6, §8.4).
const HOLDS: &[(&str, &str)] =
    &[("PT-CNT", "the lozenge count was off"), ("PT-CSSRS", "the suicide screen was not clear")];

#[utoipa::path(tag = "safety", operation_id = "attest_item", params(("session" = SessionId, Path), ("item" = String, Path)),
    request_body = Attest, responses((status = 200, body = Attested), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
#[post("/sessions/{session}/checklist/{item}")]
pub(super) async fn attest(
    safety: Guard<AttestItem, Safety>,
    path: Path<(SessionId, String)>,
    body: Body<Attest>,
) -> Answer {
    let (who, (session, id)) = (safety.who()?.clone(), path.into_inner());
    let Attest { answer, reason } = body.0;
    let item = checklist::answerable(&id, who.role, answer, reason.as_deref()).map_err(refused)?;
    let attested = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, session).await?;
        if !work.session(session).await?.is_before_dose() {
            return Err(Problem::new(&problems::SESSION_PHASE).into());
        }
        records::attest(work, &folder, speaker(&who), item.id, (answer, reason)).await?;
        let cause = HOLDS.iter().find(|(held, _)| *held == item.id).map(|(_, cause)| *cause);
        if let (Some(cause), checklist::Answer::No) = (cause, answer) {
            holds::place(work, &folder, NewHold { cause, by: who.person }).await?;
        }
        publish::prepared(work, session).await?;
        work.audit("item.answered", item.id, Some(session));
        Ok(Attested { item: item.id.into(), at: work.now() })
    });
    Ok(HttpResponse::Ok().json(attested.await?))
}

/// Where the patient is today.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Address {
    /// Street and number.
    #[garde(length(chars, min = 1, max = 200), custom(says_something))]
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    line1: String,
    /// Unit.
    #[garde(length(chars, max = 200))]
    #[schema(max_length = 200)]
    line2: Option<String>,
    /// City.
    #[garde(length(chars, min = 1, max = 100), custom(says_something))]
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    city: String,
    /// State or region.
    #[garde(length(chars, max = 100))]
    #[schema(max_length = 100)]
    region: Option<String>,
    /// Postal code.
    #[garde(length(chars, min = 1, max = 20))]
    #[schema(min_length = 1, max_length = 20)]
    postal_code: String,
    /// Country, two letters.
    #[garde(length(chars, min = 2, max = 60))]
    #[schema(min_length = 2, max_length = 60)]
    country: String,
    /// Door code, floor, nearest cross street, dogs.
    #[garde(length(chars, max = 500))]
    #[schema(max_length = 500)]
    entry_notes: Option<String>,
    /// The number that reaches help at this place.
    #[garde(length(chars, min = 2, max = 30))]
    #[schema(min_length = 2, max_length = 30)]
    emergency_number: String,
}

/// The address was kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Confirmed {
    /// When.
    confirmed_at: Timestamp,
}

/// Always taken: a patient who moves during a session has to be found.
#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)), request_body = Address,
    responses((status = 200, body = Confirmed), (status = 422, body = ProblemBody)))]
#[post("/sessions/{session}/address")]
pub(super) async fn confirm_address(
    safety: Guard<ConfirmAddress, Safety>,
    session: Path<SessionId>,
    body: Body<Address>,
) -> Answer {
    let who = safety.who()?.clone();
    let confirmed = safety.store().command(safety.act()?, async |work: &mut Work| {
        let folder = sessions::folder(work, *session).await?;
        only(Some(folder.patient), &who)?;
        records::locate(work, &folder, speaker(&who), &body.0).await?;
        publish::prepared(work, *session).await?;
        work.audit("address.confirmed", *session, Some(*session));
        Ok(Confirmed { confirmed_at: work.now() })
    });
    Ok(HttpResponse::Ok().json(confirmed.await?))
}

/// What to tell emergency services.
#[derive(Debug, Serialize, ToSchema)]
struct Card {
    /// Not kept here: the page asks identity.
    first_name: Option<String>,
    /// Where the patient is; nothing when nobody confirmed it.
    address: Option<Address>,
    /// When it was confirmed.
    confirmed_at: Option<Timestamp>,
    /// The number to call there.
    emergency_number: Option<String>,
    /// Not kept here: the page asks identity.
    clinic_phone: Option<String>,
    /// What was taken.
    medicine: &'static str,
    /// How much; nothing when nobody recorded it.
    dose: Option<String>,
    /// When.
    dose_at: Option<Timestamp>,
    /// What to do.
    instructions: &'static [&'static str],
}

#[utoipa::path(tag = "safety", params(("session" = SessionId, Path)),
    responses((status = 200, body = Card), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/emergency-card")]
pub(super) async fn read_card(safety: Guard<ReadEmergencyCard, Safety>, session: Path<SessionId>) -> Answer {
    let who = safety.who()?;
    let rows = view(&safety, who);
    let folder = sessions::folder(&rows, *session).await?;
    let confirmed = records::address::<Address>(&rows, &folder).await?;
    let dose = records::last_statement::<DoseKept>(&rows, &folder, Kind::Dose).await?;
    let (confirmed_at, address) = confirmed.map(|said| (said.at, said.content)).unzip();
    Ok(HttpResponse::Ok().json(Card {
        first_name: None,
        emergency_number: address.as_ref().map(|address| address.emergency_number.clone()),
        address,
        confirmed_at,
        clinic_phone: None,
        medicine: "Ketamine, a lozenge dissolved in the mouth. There is no antidote.",
        dose: dose.map(|said| format!("{} lozenges; the strength is on the label", said.content.lozenges)),
        dose_at: folder.dose_at,
        instructions: card::instructions(who.role),
    }))
}
