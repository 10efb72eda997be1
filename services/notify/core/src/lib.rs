//! When a message is sent again, and what it says: the rules of delivery and the fixed texts. Pure.

pub mod delivery;
pub mod render;
