//! The whole house in one process: every service, the gateway before them, and the commands of `holdspace`.

pub mod backup;
pub mod demo;
pub mod house;
pub mod inside;
pub mod setup;
pub mod split;
