//! What care hears, and what it keeps of it.

use crate::publish;
use crate::store::{aftercare, orders, people};
use care_core::ledger::{Entry, Fact};
use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::SessionId;
use proto::envelope::Envelope;
use proto::events::safety::{Discharged, DoseBegun, DoseRecorded, SessionOpened};
use proto::events::scheduling::{IntegrationBooked, SessionCancelled};

/// Turns one event into rows. Events may come twice, late and in any order.
pub async fn hear(work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    if let Some(opened) = envelope.open::<SessionOpened>() {
        aftercare::opened(work, &opened).await?;
        offer_integration(work, opened.session).await?;
    }
    if let Some(begun) = envelope.open::<DoseBegun>() {
        let entry = Entry { session: begun.session, at: begun.at, fact: Fact::Begun };
        orders::note(work, envelope.id, &entry).await?;
    }
    if let Some(recorded) = envelope.open::<DoseRecorded>() {
        let fact = Fact::Recorded { lozenges: recorded.lozenges, out_of_order: recorded.out_of_order };
        let entry = Entry { session: recorded.session, at: recorded.at, fact };
        orders::note(work, envelope.id, &entry).await?;
    }
    if let Some(discharged) = envelope.open::<Discharged>() {
        aftercare::discharged(work, &discharged).await?;
        offer_integration(work, discharged.session).await?;
    }
    if let Some(visit) = envelope.open::<IntegrationBooked>() {
        aftercare::visit_booked(work, &visit, envelope.occurred_at).await?;
    }
    if let Some(cancelled) = envelope.open::<SessionCancelled>() {
        aftercare::visit_cancelled(work, cancelled.session).await?;
    }
    Ok(())
}

/// Once, as soon as both are known: that the session was discharged, and whose it was.
async fn offer_integration(work: &mut Work, session: SessionId) -> Result<(), Failure> {
    let Some(patient) = people::patient_of(work, session).await? else { return Ok(()) };
    if aftercare::offer(work, session).await? {
        work.audit("offered integration", session, Some(session));
        publish::integration_offered(work, session, patient).await?;
    }
    Ok(())
}
