//! What an SFU costs: a load, the SFUs it is put on, and what a bare relay would take.

pub mod command;
pub mod compare;
pub mod cost;
pub mod floor;
pub mod janus;
pub mod load;
pub mod namespace;
pub mod reference;
pub mod time;
pub mod udp;
pub mod wire;
pub mod words;
