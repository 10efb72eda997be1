//! What the watchdog must do. Noor is on call by the routing; Dr. Lee is paged whatever it says.

mod door;
mod post;
mod silence;

use kernel::time::{Span, Timestamp};
use proto::beat::{Address, Beat, NextDeadline};

const NOOR: &str = "noor@home.test";
const DR_LEE: &str = "lee@clinic.test";

fn word<T: TryFrom<String, Error: std::fmt::Debug>>(text: &str) -> T {
    T::try_from(text.to_owned()).unwrap()
}

fn dr_lee() -> Vec<Address> {
    vec![word(DR_LEE)]
}

/// Engine `a` since its only start: two sessions, and a look due in 20 s and in 45 s.
fn beat(sequence: u64, sent_at: Timestamp) -> Beat {
    let deadline =
        |(id, seconds)| NextDeadline { id: word(id), deadline_at: sent_at.plus(Span::seconds(seconds)) };
    Beat {
        engine: word("a"),
        boot: word("first"),
        sequence,
        sent_at,
        audit_ok_at: Some(sent_at),
        alarm_path_broken: false,
        live_sessions: 2,
        next_deadlines: [("one", 20), ("two", 45)].map(deadline).into_iter().collect(),
        pagers: [word(NOOR)].into_iter().collect(),
    }
}
