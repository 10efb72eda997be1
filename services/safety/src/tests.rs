//! The service on its own rows: what people see, and what is never half done.

mod day;
mod gate;
pub(crate) mod house;
mod papers;
mod stands;
mod steps;
mod vitals;
