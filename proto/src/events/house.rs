//! What any service may say about the house itself.

use super::events;
use kernel::id::EventId;
use kernel::time::Timestamp;

events! {
    /// A service could not take an event, in all its tries: something that should have happened did not.
    LetterDied = "house.letter_died.v1" {
        /// Which service.
        service: String,
        /// Which event.
        event: EventId,
        /// When it gave up.
        at: Timestamp,
    }
}
