//! What somebody says to a message, over whichever channel it came: that they take an incident, that they can be
//! reached, that they looked.

use crate::asking::{self, Came};
use crate::pager;
use crate::store::Incidents;
use crate::store::deliveries::{self, Told};
use crate::store::notifications::{LOOK_ASKED, SECOND_CONTACT};
use chassis::problem::Failure;
use chassis::work::Work;
use checkins_core::asking::Word;
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

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// They have the incident.
    Incident,
    /// They can be reached.
    Duty,
    /// They know, and the clinic sees that they do: nothing is theirs by that.
    Heard,
    /// They looked.
    Look(Came),
    /// They said so before.
    Before,
}

/// What this message asked for, by whoever it went to. Only a look can be said to be not well, and that is heard however
/// often they spoke before.
pub(crate) async fn what_it_asks(work: &mut Work, told: &Told, said: Word) -> Result<Taken, Failure> {
    // A lay person takes no incident from the clinic; what they can do is go there.
    if told.what.kind == SECOND_CONTACT {
        deliveries::see(work, told.id).await?;
        return Ok(Taken::Heard);
    }
    // The same word again, from a provider that repeats itself, holds nothing anew.
    let is_first = deliveries::acknowledge(work, told.id).await?;
    if !is_first && said == Word::Well {
        return Ok(Taken::Before);
    }
    if told.what.kind == LOOK_ASKED {
        return asking::answered(work, told, said).await.map(Taken::Look);
    }
    let by = told.what.person;
    if let Some(id) = told.what.incident {
        incident(work, id, (by, told.role), Some(told.id)).await?;
        Ok(Taken::Incident)
    } else {
        pager::answer(work, told.what.session, by, Some(told.id)).await?;
        Ok(Taken::Duty)
    }
}
