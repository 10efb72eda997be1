//! How a person is reached: kept as it came over the bus, and opened by whoever writes or listens to them.

use chassis::problem::Failure;
use chassis::store::Store;
use kernel::id::PersonId;
use proto::sealed::{self, Contact};

/// Opens what was sealed for this person.
pub(crate) fn open(store: &Store, person: PersonId, sealed: &str) -> Result<Contact, Failure> {
    let plain = store.vault().open_from_bus(sealed::CONTACT, person, sealed)?;
    serde_json::from_slice(&plain).map_err(|error| Failure::Stored(error.to_string()))
}
