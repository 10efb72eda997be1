//! Refusals to problems: a new refusal does not compile without its sentence.

use chassis::problem::Problem;
use identity_core::{account, invitation, login, password, presence, second_contact, session};
use proto::problems;

/// One answer for every link that does not open: what it was, is not a stranger's to know.
pub(crate) fn link(refusal: invitation::Refusal) -> Problem {
    match refusal {
        invitation::Refusal::TooEarly
        | invitation::Refusal::TooLate
        | invitation::Refusal::Used
        | invitation::Refusal::Revoked => Problem::new(&problems::LINK_REFUSED).because(refusal),
    }
}

/// Their link opens nothing: there is nobody left to be called.
pub(crate) fn second_contact(refusal: second_contact::Refusal) -> Problem {
    match refusal {
        second_contact::Refusal::SitsAlready => Problem::new(&problems::LINK_REFUSED).because(refusal),
    }
}

/// A used code and a wrong one look the same.
pub(crate) fn account(refusal: account::Refusal) -> Problem {
    match refusal {
        account::Refusal::CodeUsed => Problem::new(&problems::SIGN_IN_REFUSED).because(refusal),
        account::Refusal::NoPassword | account::Refusal::NotActive | account::Refusal::AlreadyActive => {
            Problem::new(&problems::ACCOUNT_STATE).because(refusal)
        }
    }
}

/// A browser that counts no longer.
pub(crate) fn sign_in(refusal: session::Refusal) -> Problem {
    match refusal {
        session::Refusal::SignedOut => Problem::new(&problems::AUTH_INVALID),
    }
}

/// No code, or none for a moment.
pub(crate) fn presence(refusal: presence::Refusal) -> Problem {
    match refusal {
        presence::Refusal::NoCode => Problem::new(&problems::CODE_REFUSED)
            .detail("No code is open now. Ask for the six digits on the patient's screen."),
        presence::Refusal::Wait { again_at } => Problem::new(&problems::CODE_SPENT).field(
            "again_at",
            "presence.wait",
            again_at.micros().to_string(),
        ),
    }
}

/// Too many tries, and when the next may come.
pub(crate) fn throttle(refusal: login::Refusal) -> Problem {
    match refusal {
        login::Refusal::TooMany { until } => Problem::new(&problems::SIGN_IN_THROTTLED).field(
            "until_at",
            "sign_in.wait",
            until.micros().to_string(),
        ),
    }
}

/// Why a password will not do.
pub(crate) fn password(refusal: password::Refusal) -> Problem {
    let (code, sentence) = match refusal {
        password::Refusal::TooShort => ("password.short", "Take at least twelve characters."),
        password::Refusal::TooLong => ("password.long", "Take at most 128 characters."),
        password::Refusal::Guessable => {
            ("password.guessable", "This is among the first that anyone would try.")
        }
    };
    Problem::new(&problems::PASSWORD_WEAK).field("password", code, sentence)
}
