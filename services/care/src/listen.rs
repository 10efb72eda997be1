//! What care hears, and what it keeps of it.

use crate::publish;
use crate::store::{aftercare, orders, people};
use chassis::problem::Failure;
use chassis::service::fact;
use chassis::work::Work;
use kernel::id::SessionId;
use kernel::role::Role;
use proto::envelope::{Envelope, Event as _};
use proto::events::identity::ContactChanged;
use proto::events::safety::{Discharged, DoseBegun, DoseRecorded, SessionOpened};
use proto::events::scheduling::{IntegrationBooked, SessionCancelled};

/// Turns one event into rows. Events may come twice, late and in any order.
pub async fn hear(work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    match envelope.name.as_str() {
        ContactChanged::NAME => {
            let ContactChanged { person, role, .. } = fact(envelope)?;
            if role == Role::Patient { people::is_patient(work, person).await } else { Ok(()) }
        }
        SessionOpened::NAME => {
            let opened: SessionOpened = fact(envelope)?;
            aftercare::opened(work, &opened).await?;
            offer_integration(work, opened.session).await
        }
        DoseBegun::NAME => orders::begun(work, envelope.id, &fact(envelope)?).await,
        DoseRecorded::NAME => orders::recorded(work, envelope.id, &fact(envelope)?).await,
        Discharged::NAME => {
            let discharged: Discharged = fact(envelope)?;
            aftercare::discharged(work, &discharged).await?;
            offer_integration(work, discharged.session).await
        }
        IntegrationBooked::NAME => {
            aftercare::visit_booked(work, &fact(envelope)?, envelope.occurred_at).await
        }
        SessionCancelled::NAME => {
            let cancelled: SessionCancelled = fact(envelope)?;
            aftercare::visit_cancelled(work, cancelled.session).await
        }
        _others => Ok(()),
    }
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
