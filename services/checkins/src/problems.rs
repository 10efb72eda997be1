//! Refusals as sentences: exhaustive, so that a new one does not compile without its own.

use chassis::problem::{Field, Problem};
use checkins_core::form::Unclear;
use checkins_core::ladder::Fault;
use checkins_core::{escalation, pager, signature, watch};
use proto::problems;

pub(crate) fn watch(refusal: watch::Refusal) -> Problem {
    match refusal {
        watch::Refusal::Closed => Problem::new(&problems::WATCH_CLOSED),
        watch::Refusal::UnknownCheckin => Problem::new(&problems::CHECKIN_UNKNOWN),
    }
}

pub(crate) fn signature(refusal: signature::Refusal) -> Problem {
    match refusal {
        signature::Refusal::Unsigned => Problem::new(&problems::CHECKIN_UNSIGNED),
        signature::Refusal::Foreign => Problem::new(&problems::CHECKIN_SIGNATURE),
    }
}

pub(crate) fn incident(refusal: escalation::Refusal) -> Problem {
    match refusal {
        escalation::Refusal::Resolved => Problem::new(&problems::INCIDENT_RESOLVED),
        escalation::Refusal::Own => Problem::new(&problems::INCIDENT_OWN),
        escalation::Refusal::NoteMissing => Problem::new(&problems::INCIDENT_NOTE),
    }
}

pub(crate) fn pager(refusal: pager::Refusal) -> Problem {
    match refusal {
        pager::Refusal::NotYours => Problem::new(&problems::PAGE_NOT_YOURS),
    }
}

/// Each bound with its reason: a clinic may tighten, and is told why it may not loosen.
pub(crate) fn ladder(faults: Vec<Fault>) -> Problem {
    let field =
        |Fault { field, why }| Field { name: field, code: "ladder.bound".into(), detail: why, owner: None };
    Problem::new(&problems::LADDER_BOUNDS).fields(faults.into_iter().map(field))
}

pub(crate) fn unclear(unclear: &Unclear) -> Problem {
    let problem = Problem::new(&problems::CHECKIN_ANSWER);
    let unknown = unclear.unknown.iter().fold(problem, |problem, id| {
        let id: String = id.chars().take(40).collect();
        problem.field(id, "checkin.answer", "This answer is not on the form.")
    });
    unclear.missing.iter().fold(unknown, |problem, id| {
        problem.field(*id, "checkin.missing", "A look needs this answer. Look again and answer it.")
    })
}
