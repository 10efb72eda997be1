//! The rules of the watch: when somebody must look, what an answer means, and who is told when nobody does.

pub mod asking;
pub mod delivery;
pub mod escalation;
pub mod form;
pub mod house;
pub mod ladder;
pub mod mirror;
pub mod notification;
pub mod numbers;
pub mod outcome;
pub mod pager;
pub mod protocol;
pub mod reach;
pub mod rehearsal;
pub mod reply;
pub mod second_contact;
pub mod sights;
pub mod signals;
pub mod signature;
pub mod synthetic;
pub mod task;
pub mod watch;
