//! One binary, so it links once and says its lint exceptions once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up should die loudly"
)]

mod architecture;
mod authz;
mod documents;
mod planted;
mod rooms;
mod tidy;
