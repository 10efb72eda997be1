//! The rules of the live session: who must have said what before a dose, what a reading means, and
//! how a session moves from booked to closed. No clock, no I/O: everything is an argument.

pub mod card;
pub mod checklist;
pub mod consent;
mod consents;
pub mod discharge;
pub mod gate;
mod items;
pub mod phone;
pub mod protocol;
pub mod session;
pub mod training;
pub mod vitals;
