//! What tests of several crates share.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up should die loudly")]

pub mod sink;
pub mod telephony;
pub mod tokens;
