//! Refusals as sentences: exhaustive, so that a new one does not compile without its own.

use chassis::problem::{Field, Problem};
use kernel::time::Timestamp;
use proto::problems;
use safety_core::gate::Red;
use safety_core::session::words::Refusal;
use safety_core::{checklist, consent, discharge};

pub(crate) fn session(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotAtThisStep => Problem::new(&problems::SESSION_PHASE),
        Refusal::TooEarly { opens_at } => when(
            Problem::new(&problems::SESSION_PHASE)
                .detail("It is too early for this. Come back at the time named below."),
            "opens_at",
            opens_at,
        ),
        Refusal::BlockOver => Problem::new(&problems::SESSION_PHASE)
            .detail("The booked time is over. End this session and book another one."),
        Refusal::GateClosed(red) => {
            Problem::new(&problems::GATE_CLOSED).fields(red.into_iter().map(field_of_red))
        }
        Refusal::OfferOver => Problem::new(&problems::OFFER_OVER),
        Refusal::DischargeEarly { earliest_at } => {
            when(Problem::new(&problems::DISCHARGE_EARLY), "earliest_discharge_at", earliest_at)
        }
        Refusal::DischargeUnmet(unmet) => unmet_criteria(unmet),
        Refusal::NothingProposed => Problem::new(&problems::SESSION_PHASE).detail(
            "The therapist's signature is missing or older than half an hour. Ask them to sign first.",
        ),
        Refusal::NotReadBack => Problem::new(&problems::DISCHARGE_UNMET)
            .detail("Say the rules for the next 24 hours aloud to the therapist, then press again."),
        Refusal::AlreadyDosed => Problem::new(&problems::SESSION_PHASE).detail(
            "A dose was taken. The session ends by a discharge, or when emergency services take over.",
        ),
        Refusal::NotYours => Problem::new(&problems::AUTH_FORBIDDEN),
        Refusal::MorningOpen { next_morning_at } => when(
            Problem::new(&problems::SESSION_PHASE)
                .detail("The watch stays until the next-morning check is answered. Sign after that."),
            "next_morning_at",
            next_morning_at,
        ),
        Refusal::NoteMissing => Problem::new(&problems::SESSION_PHASE).detail(
            "Nobody answered the next-morning check. Reach the patient, and write down how they are.",
        ),
    }
}

/// An instant belongs in a field, where a page can show it in the reader's own time.
fn when(problem: Problem, name: &str, at: Timestamp) -> Problem {
    problem.field(name, "time.at", at.micros().to_string())
}

fn field_of_red(red: Red) -> Field {
    Field { name: red.id, code: "gate.red".into(), detail: red.todo, owner: Some(red.owner.as_str().into()) }
}

fn unmet_criteria(unmet: Vec<discharge::Unmet>) -> Problem {
    Problem::new(&problems::DISCHARGE_UNMET).fields(unmet.into_iter().map(|missing| Field {
        name: missing.id,
        code: "discharge.unmet".into(),
        detail: missing.detail,
        owner: Some("therapist".into()),
    }))
}

pub(crate) fn checklist(refusal: checklist::Refusal) -> Problem {
    match refusal {
        checklist::Refusal::Unknown => Problem::new(&problems::UNKNOWN_ITEM),
        checklist::Refusal::NotYours => Problem::new(&problems::ITEM_NOT_YOURS),
        checklist::Refusal::Measured => Problem::new(&problems::ITEM_SYSTEM),
        checklist::Refusal::Required => Problem::new(&problems::ITEM_REQUIRED),
        checklist::Refusal::ReasonMissing => Problem::new(&problems::FIELD_INVALID).field(
            "reason",
            "field.missing",
            "Say in a few words why this is left out.",
        ),
    }
}

pub(crate) fn consent(refusal: consent::Refusal) -> Problem {
    match refusal {
        consent::Refusal::NotYours => Problem::new(&problems::AUTH_FORBIDDEN),
        consent::Refusal::Outdated => Problem::new(&problems::CONSENT_OUTDATED),
        consent::Refusal::Misunderstood(wrong) => {
            Problem::new(&problems::CONSENT_ANSWERS).fields(wrong.into_iter().map(|question| Field {
                name: question.into(),
                code: "consent.answer".into(),
                detail: "Read the part about this again, then answer once more.".into(),
                owner: None,
            }))
        }
        consent::Refusal::Dosed => Problem::new(&problems::CONSENT_DOSED),
    }
}
