//! Who is at the door: sign-in attempts, browser sign-ins, links, presence and accounts. Pure.

pub mod account;
pub mod invitation;
pub mod login;
pub mod password;
pub mod presence;
pub mod second_contact;
pub mod session;
