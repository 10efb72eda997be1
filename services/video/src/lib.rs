//! video: the rooms, and the media between the people in them.

pub mod sfu;
