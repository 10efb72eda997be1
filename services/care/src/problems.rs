//! Every refusal of care, as a sentence a person can act on.

use care_core::dose;
use care_core::morning;
use care_core::outcome;
use chassis::problem::{Field, Problem};
use proto::problems;

/// An order outside its bounds: every value is named at once.
pub fn order(refusal: dose::Refusal) -> Problem {
    match refusal {
        dose::Refusal::OutOfBounds(outside) => {
            Problem::new(&problems::ORDER_BOUNDS).fields(outside.into_iter().map(|bound| Field {
                name: bound.field.into(),
                code: "field.out_of_bounds".into(),
                detail: format!("Between {} and {}.", bound.least, bound.most),
                owner: None,
            }))
        }
    }
}

/// Answers that cannot be added up.
pub fn answers(refusal: &outcome::Refusal) -> Problem {
    let (name, detail) = match refusal {
        outcome::Refusal::Incomplete { expected } => {
            ("answers".into(), format!("It takes {expected} answers."))
        }
        outcome::Refusal::OutOfRange { item } => {
            (format!("answers[{}]", item.saturating_sub(1)), "An answer is 0, 1, 2 or 3.".into())
        }
    };
    Problem::new(&problems::RESPONSE_ANSWERS).field(name, "field.answer", detail)
}

/// A morning that cannot be known to be fine yet.
pub fn morning(refusal: &morning::Refusal) -> Problem {
    match refusal {
        morning::Refusal::Early => Problem::new(&problems::MORNING_EARLY),
    }
}
