//! What travels sealed inside events, and the word that binds each seal to its purpose.
//!
//! `Vault::seal_for_bus(purpose, person, plain)` seals; only services that name the same purpose and person open it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The purpose of the seal in `identity.contact_changed`: JSON of a [`Contact`].
pub const CONTACT: &str = "contact";
/// The purpose of the seal in `identity.link_issued` and `identity.second_contact_changed`: the bare token, in UTF-8.
pub const LINK: &str = "link";

/// The purpose of the seal in `safety.dose_recorded`: JSON of a [`DoseCount`].
pub const DOSE_COUNT: &str = "dose count";

/// How much was taken. It never prints.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoseCount {
    /// How many lozenges.
    pub lozenges: i64,
}

impl fmt::Debug for DoseCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DoseCount(•••)")
    }
}

/// How to reach a person. Kept sealed wherever it rests; it never prints.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// How the demo's mailbox and screens name them. Never part of a message.
    pub first_name: String,
    /// The e-mail address.
    pub email: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// The IANA zone they live in: times in messages are theirs.
    pub time_zone: String,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(•••)")
    }
}
