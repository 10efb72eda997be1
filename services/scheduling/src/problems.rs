//! Every refusal of scheduling, in words a person can act on.

use crate::diary::Diary;
use crate::zone::{IanaZone, write_local};
use chassis::problem::{Field, Problem};
use kernel::time::Timestamp;
use proto::problems;
use scheduling_core::local::{Block, Unclear};
use scheduling_core::{availability, booking, on_call, rota};

/// The problem for a booking's refusal.
pub(crate) fn of_booking(refusal: booking::Refusal) -> Problem {
    let kind = match refusal {
        booking::Refusal::Past | booking::Refusal::TooFar => &problems::BOOKING_DAY,
        booking::Refusal::OutsideHours => &problems::BOOKING_OUTSIDE,
        booking::Refusal::Taken => &problems::BOOKING_TAKEN,
        booking::Refusal::NoSitter => &problems::BOOKING_NO_SITTER,
        booking::Refusal::NoOnCall => &problems::BOOKING_NO_ON_CALL,
        booking::Refusal::NotBooked => &problems::NOT_FOUND,
        booking::Refusal::AlreadyBooked
        | booking::Refusal::UnderWay
        | booking::Refusal::AlreadyCancelled
        | booking::Refusal::Over => &problems::BOOKING_OVER,
    };
    Problem::new(kind).detail(sentence(&refusal))
}

/// The problem for a week that makes no sense.
pub(crate) fn of_week(refusal: availability::Refusal) -> Problem {
    Problem::new(&problems::FIELD_INVALID).field("weekly", "field.invalid", sentence(&refusal))
}

/// The problem for a duty that makes no sense.
pub(crate) fn of_duty(field: &str, refusal: on_call::Refusal) -> Problem {
    Problem::new(&problems::FIELD_INVALID).field(field, "time.invalid", sentence(&refusal))
}

/// The problem for a weekly duty that makes no sense.
pub(crate) fn of_weekly(refusal: rota::Refusal) -> Problem {
    Problem::new(&problems::FIELD_INVALID).field("from", "time.invalid", sentence(&refusal))
}

/// The problem for a local time that is skipped or repeated: it offers what is valid.
pub(crate) fn of_local(unclear: Unclear, zone: IanaZone) -> Problem {
    match unclear {
        Unclear::Skipped { before, after } => {
            let nearest = [before, after].map(|local| {
                offer(
                    write_local(local),
                    "booking.valid_time",
                    format!("{} ({})", write_local(local), zone.name()),
                )
            });
            Problem::new(&problems::BOOKING_GAP).fields(nearest)
        }
        Unclear::Repeated { earlier, later } => {
            let choices = [("earlier", earlier), ("later", later)];
            let choices = choices
                .map(|(name, at)| offer(name.into(), "booking.offset_choice", said_with_offset(zone, at)));
            Problem::new(&problems::BOOKING_FOLD).fields(choices)
        }
    }
}

/// The same for one of several times of a form: at its field.
pub(crate) fn of_local_in(field: &str, unclear: Unclear) -> Problem {
    let code = match unclear {
        Unclear::Skipped { .. } => "time.skipped",
        Unclear::Repeated { .. } => "time.repeated",
    };
    Problem::new(&problems::FIELD_INVALID).field(field, code, sentence(&unclear))
}

/// A zone the world does not have, or none a weekly calendar can live in.
pub(crate) fn of_zone() -> Problem {
    let detail = "Use the name of a place, such as Europe/Lisbon.";
    Problem::new(&problems::FIELD_INVALID).field("time_zone", "tz.unknown", detail)
}

/// A field with a value that cannot be taken.
pub(crate) fn of_field(name: &str, detail: &str) -> Problem {
    Problem::new(&problems::FIELD_INVALID).field(name, "field.invalid", detail)
}

/// A clock time that no clock shows.
pub(crate) fn of_time(name: &str, detail: &str) -> Problem {
    Problem::new(&problems::FIELD_INVALID).field(name, "time.invalid", detail)
}

/// Somebody who is not known here in that role.
pub(crate) fn of_person(role: &str) -> Problem {
    let detail = "Choose someone from the list. If they were added just now, try again in a moment.";
    Problem::new(&problems::BOOKING_PERSON).field(role, "booking.person", detail)
}

/// Adds the two nearest free slots to a refusal that was about the time, and to no other.
pub(crate) fn with_nearest(
    problem: Problem,
    diary: &Diary,
    asked: &crate::diary::Asked,
    zone: IanaZone,
    now: Timestamp,
) -> Problem {
    let is_about_time = [&problems::BOOKING_TAKEN, &problems::BOOKING_OUTSIDE, &problems::BOOKING_NO_ON_CALL]
        .iter()
        .any(|kind| kind.code == problem.code());
    if !is_about_time {
        return problem;
    }
    problem.fields(diary.nearest(asked, now).into_iter().map(|block| free_slot(&block, zone)))
}

/// A free slot as a field: its name is the start in microseconds, ready to be sent back.
fn free_slot(block: &Block, zone: IanaZone) -> Field {
    offer(block.starts_at.micros().to_string(), "booking.free", zone.said(block.starts_at))
}

fn offer(name: String, code: &str, detail: String) -> Field {
    Field { name, code: code.into(), detail, owner: None }
}

/// `Sunday 1 November 2026 at 01:30 (America/New_York), UTC-04:00`.
fn said_with_offset(zone: IanaZone, at: Timestamp) -> String {
    let offset = zone.offset_seconds(at) / 60;
    let sign = if offset < 0 { '-' } else { '+' };
    format!("{}, UTC{sign}{:02}:{:02}", zone.said(at), offset.abs() / 60, offset.abs() % 60)
}

/// A reason as a sentence: with a capital letter and a full stop.
fn sentence(reason: &impl std::fmt::Display) -> String {
    let text = reason.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
