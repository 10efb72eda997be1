//! What scheduling hears: who is what, who prescribes, and when the day has come.

use crate::store::{self, Bookings};
use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::SessionId;
use proto::envelope::Envelope;
use proto::events::{care, identity, safety};
use scheduling_core::booking::Command;

/// The phases in which the session has not begun to happen.
const BEFORE_THE_DAY: &str = "booked";
/// The phase after which nothing happens.
const AFTER_THE_DAY: &str = "closed";

/// Turns something heard into rows and commands.
pub(crate) async fn hear(work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    if let Some(fact) = envelope.open::<identity::ContactChanged>() {
        return store::remember_person(work, fact.person, fact.role).await;
    }
    if let Some(fact) = envelope.open::<care::DoseOrdered>() {
        return store::remember_order(work, &fact).await;
    }
    if let Some(fact) = envelope.open::<safety::PhaseChanged>() {
        return match fact.phase.as_str() {
            BEFORE_THE_DAY => Ok(()),
            AFTER_THE_DAY => step(work, fact.session, Command::Complete).await,
            _under_way => step(work, fact.session, Command::HandOver).await,
        };
    }
    if let Some(fact) = envelope.open::<safety::SessionClosed>() {
        return step(work, fact.session, Command::Complete).await;
    }
    Ok(())
}

/// Steps a booking, if it is one of ours.
async fn step(work: &mut Work, session: SessionId, command: Command) -> Result<(), Failure> {
    match work.step::<Bookings>(session, command).await {
        Ok(_row) => Ok(()),
        Err(Failure::Missing) => Ok(()),
        Err(failure) => Err(failure),
    }
}
