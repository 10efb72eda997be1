//! The signalling socket: `proto/signalling.md` in code.

pub mod door;
pub mod roster;
pub mod sends;
pub mod socket;
mod talk;
pub mod words;
