//! What notify says: whether a message left the house.

use super::events;
use kernel::id::{NotificationId, PersonId};
use kernel::time::Timestamp;

events! {
    /// A message could not be handed over and is being tried again.
    DeliveryFailed = "notify.delivery_failed.v1" {
        /// The message.
        notification: NotificationId,
        /// To whom.
        person: PersonId,
        /// When.
        at: Timestamp,
    }
}
