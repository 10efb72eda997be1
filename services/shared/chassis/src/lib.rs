//! What every service stands on. All the I/O in the house is behind one of these modules.

pub mod audit;
pub mod body;
pub mod bus;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod guard;
mod hear;
pub mod ids;
pub mod keeper;
pub mod keys;
mod letters;
pub mod mailbox;
pub mod members;
pub mod outbox;
pub mod problem;
pub mod process;
pub mod roles;
pub mod run;
pub mod schema;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod token;
pub mod trail;
pub mod vault;
pub mod work;
