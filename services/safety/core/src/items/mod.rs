//! The items themselves, one file per side of the room.

pub mod patient;
pub mod prescriber;
pub mod sitter;
pub mod therapist;
