//! The privacy border: what the house hears about messages. Never to which address, never what was in them.

use crate::store;
use chassis::keeper::Row;
use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::NotificationId;
use kernel::machine::Machine as _;
use notify_core::delivery::{Delivery, Event};
use proto::events::notify::DeliveryFailed;

/// Notes what became of a message, and says when it did not leave.
pub(crate) async fn delivery(
    work: &mut Work,
    id: NotificationId,
    row: &Row<Delivery>,
    events: &[Event],
) -> Result<(), Failure> {
    for event in events {
        match event {
            Event::HandOver => {}
            Event::Sent => work.audit("sent", id, row.about.session),
            Event::NotSent => {
                work.audit(row.state.phase(), id, row.about.session);
                if is_news(&row.state) {
                    let audience = store::overseers(work).await?;
                    let fact = DeliveryFailed { notification: id, person: row.about.person, at: work.now() };
                    work.say(row.about.session, audience, &fact)?;
                }
            }
        }
    }
    Ok(())
}

/// The first failure and the last word are news; the retries between them are not.
const fn is_news(state: &Delivery) -> bool {
    match state {
        Delivery::Failed { attempts, .. } => attempts.begun == 1,
        Delivery::Refused { .. } | Delivery::Expired { .. } => true,
        Delivery::Queued { .. } | Delivery::Sending { .. } | Delivery::Sent { .. } => false,
    }
}
