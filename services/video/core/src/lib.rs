//! The rules of the video room: who may come in, who decides, and what a ticket must prove.

pub mod fingerprint;
pub mod member;
pub mod room;
mod rules;
pub mod ticket;
