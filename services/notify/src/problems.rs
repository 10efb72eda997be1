//! Every refusal of notify, in words a person can act on.

use chassis::problem::Problem;
use notify_core::delivery::Refusal;
use proto::problems;

/// Somebody is unknown here, or not known yet: their address comes over the bus.
pub const NO_ADDRESS: &str = "We have no address for you. Ask a coordinator to add one.";

/// The problem for a message's refusal.
pub(crate) fn of_delivery(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotSending => Problem::new(&problems::CHANGED_UNDER_YOU),
    }
}

/// The problem for a test mail that did not leave: it says which setting to look at.
pub(crate) fn of_test_mail(answer: Option<&str>) -> Problem {
    let sentence = match answer {
        Some("no_mail_server") => {
            "No mail server is configured. Set smtp in the configuration and start again."
        }
        Some("no_contact") => NO_ADDRESS,
        Some("bad_address") => {
            "Your address is not one that mail can be sent to. Ask a coordinator to correct it."
        }
        Some("refused") => {
            "The server will not deliver to your address, or not from this sender. Check both."
        }
        Some("account_refused") => "The mail server refused us. Check the user, the password and the sender.",
        Some("not_taken") => "The mail server said: later. Wait a few minutes and try again.",
        Some("no_connection") => "The mail server cannot be reached. Check its host, port and certificate.",
        Some("timed_out") => "The mail server did not answer in time. Check its host and port.",
        Some(_) | None => "Check the mail settings and try again.",
    };
    Problem::new(&problems::MAIL_REFUSED).detail(sentence)
}
