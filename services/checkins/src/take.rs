//! "I'm on it", over whichever channel it is said: one command of the core, and the message it was said to.

use crate::pager;
use crate::store::Incidents;
use crate::store::deliveries::{self, Told};
use chassis::problem::Failure;
use chassis::work::Work;
use checkins_core::escalation::Command;
use kernel::id::{IncidentId, NotificationId, PersonId};
use kernel::role::Role;

/// Somebody takes an incident. The core says who may.
pub(crate) async fn incident(
    work: &mut Work,
    incident: IncidentId,
    (by, role): (PersonId, Role),
    with: Option<NotificationId>,
) -> Result<(), Failure> {
    work.step::<Incidents>(incident, Command::Acknowledge { by, role }).await?;
    match with {
        Some(message) => {
            deliveries::acknowledge(work, message).await?;
            pager::reached(work, by).await
        }
        None => deliveries::acknowledge_on_screen(work, incident, by).await.map(drop),
    }
}

/// What this message asked for, by whoever it went to. False when they said so before.
pub(crate) async fn what_it_asks(work: &mut Work, told: &Told) -> Result<bool, Failure> {
    // The same word again, from a provider that repeats itself, holds nothing anew.
    if !deliveries::acknowledge(work, told.id).await? {
        return Ok(false);
    }
    let by = told.what.person;
    match told.what.incident {
        Some(id) => incident(work, id, (by, told.role), Some(told.id)).await?,
        None => pager::answer(work, told.what.session, by, Some(told.id)).await?,
    }
    Ok(true)
}
