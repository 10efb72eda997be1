//! Why a room, a ticket or an offer is refused, in sentences. Exhaustive: a new refusal needs one.

use crate::sfu::sdp::offer::NotAnOffer;
use chassis::problem::Problem;
use proto::problems;
use video_core::room;
use video_core::ticket;

/// A room's refusal.
pub fn room(refusal: room::Refusal) -> Problem {
    match refusal {
        room::Refusal::Closed => Problem::new(&problems::ROOM_CLOSED).detail("This session is over."),
        room::Refusal::TooEarly => Problem::new(&problems::ROOM_CLOSED),
        room::Refusal::TooLate => {
            Problem::new(&problems::ROOM_CLOSED).detail("Its time has passed. Ask your clinic for a new one.")
        }
        // One may not learn that a room exists.
        room::Refusal::NotAMember => Problem::new(&problems::NOT_FOUND),
        room::Refusal::Removed => Problem::new(&problems::ROOM_REMOVED),
        room::Refusal::NotWaiting => Problem::new(&problems::ROOM_NOT_WAITING),
        room::Refusal::NotADoorkeeper => Problem::new(&problems::ROOM_DOOR),
        room::Refusal::CannotRemoveTherapist => Problem::new(&problems::ROOM_THERAPIST),
        room::Refusal::SeatTaken => Problem::new(&problems::CHANGED_UNDER_YOU),
    }
}

/// A ticket's refusal. The browser learns one thing, our log the rest.
pub fn ticket(refusal: ticket::Refusal) -> Problem {
    match refusal {
        ticket::Refusal::OtherCertificate => Problem::new(&problems::ROOM_OFFER).because(refusal),
        ticket::Refusal::NotYet
        | ticket::Refusal::Expired
        | ticket::Refusal::TooLong
        | ticket::Refusal::Spent
        | ticket::Refusal::OtherRoom
        | ticket::Refusal::NotAMember => Problem::new(&problems::ROOM_TICKET).because(refusal),
    }
}

/// An offer's refusal.
pub fn offer(refusal: NotAnOffer) -> Problem {
    Problem::new(&problems::ROOM_OFFER).because(refusal)
}
