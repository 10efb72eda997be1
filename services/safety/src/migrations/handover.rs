//! Who had the on-call duty before, and since when the one who has it now.

use chassis::schema::Statements;

pub(super) const HANDOVER: Statements = Statements(
    "m0006_on_call_handover",
    &[
        "alter table safety_session add column on_call_since bigint not null default 0",
        "alter table safety_session add column on_call_before {uuid}",
    ],
);
