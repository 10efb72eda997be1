//! Care as its callers meet it: over HTTP, with what it hears and says on the bus, on every store there is.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up should die loudly"
)]

mod aftercare;
mod house;
mod journal;
mod orders;
mod outcomes;
