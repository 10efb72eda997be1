//! When, and who: the rules of availability, bookings and the on-call roster. Pure.

pub mod availability;
pub mod booking;
pub mod local;
pub mod on_call;
pub mod rota;
