//! Checkins as its callers meet it: over HTTP, by link and by mail, with what it hears and says on the bus, on every
//! store there is.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up should die loudly"
)]

mod aftercare;
mod asked;
mod auditor;
mod channels;
mod door;
mod engines;
mod handover;
mod hands;
mod hold;
mod house;
mod ladder;
mod links;
mod numbers;
mod pager;
mod phone;
mod provider;
mod push;
mod quiet;
mod rehearsals;
mod repeats;
mod replaced;
mod rows;
mod second_contact;
mod signs;
mod silence;
mod sink;
mod smtp;
mod strangers;
mod support;
mod synthetic;
mod task;
mod telephony;
mod watch;
