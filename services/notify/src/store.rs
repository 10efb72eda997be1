//! Rows and state: the only file, with its folder, that names `sea_orm`.

mod contacts;
mod deliveries;

pub(crate) use contacts::{Known, contact, overseers, remember_contact};
pub(crate) use deliveries::{
    Claimed, Draft, Outcome, cancel_invite, caused_by, claim, due, keep_invite, open_token, outcome, queue,
    settle, wake_for,
};

#[cfg(test)]
pub(crate) mod tests;
