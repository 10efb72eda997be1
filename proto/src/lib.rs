//! What services say to each other, to browsers and to people. Pure: words and tables, no I/O.

pub mod beat;
pub mod envelope;
pub mod events;
pub mod permissions;
pub mod problems;
pub mod sealed;
pub mod standing;
