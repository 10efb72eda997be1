//! How a person is reached, and what lets a second contact in: kept as it came over the bus, and opened by whoever writes
//! or listens to them.

use chassis::problem::Failure;
use chassis::store::Store;
use kernel::id::PersonId;
use proto::sealed::{self, Contact};

/// Opens what was sealed for this person.
pub(crate) fn open(store: &Store, person: PersonId, sealed: &str) -> Result<Contact, Failure> {
    let plain = store.vault().open_from_bus(sealed::CONTACT, person, sealed)?;
    serde_json::from_slice(&plain).map_err(|error| Failure::Stored(error.to_string()))
}

/// Opens the code that was sealed for this person.
pub(crate) fn code(store: &Store, person: PersonId, sealed: &str) -> Result<String, Failure> {
    let plain = store.vault().open_from_bus(sealed::LINK, person, sealed)?;
    String::from_utf8(plain).map_err(|error| Failure::Stored(error.to_string()))
}
