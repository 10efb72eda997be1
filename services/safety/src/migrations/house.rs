//! What the watch itself stands on.

use chassis::schema::Statements;

pub(super) const HOUSE: Statements = Statements(
    "m0005_house_stands",
    &[
        // One row, of the whole house: no clinic's, and nothing about anybody.
        "create table safety_house (name text not null, heard_at bigint not null, writable {bool} not null,
    clocks_agree {bool} not null, standby text not null, watchdog text not null, primary key (name))",
    ],
);
