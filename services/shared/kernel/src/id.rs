//! Typed ids: a session can never be handed over where a person is wanted.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Makes one id type: a `UUIDv7` in a newtype, transparent on the wire.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema, schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// A clinic: every row in the house belongs to exactly one.
    ClinicId,
    /// A person: patient, sitter or staff.
    PersonId,
    /// One at-home session, from booking to the next morning. Booking, watch and room share it.
    SessionId,
    /// One incident: something a human must look at.
    IncidentId,
    /// One command. Made by the client, so that sending it twice is harmless.
    CommandId,
    /// One message to one person over one channel.
    NotificationId,
    /// One plain record: a vital set, a consent, a journal entry.
    RecordId,
    /// One event on the bus.
    EventId,
    /// One signed-in browser.
    SignInId,
}
