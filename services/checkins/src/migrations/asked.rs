//! Looks that are due now, for asking the sitter by telephone: found by what is due, however many watches stand. And when
//! an engine looked by a clock that cannot be set.

use chassis::schema::Statements;

pub(super) const ASKED: Statements = Statements(
    "m0011_asked",
    &[
        "create index checkins_deadline_due on checkins_deadline (due_at) where state = 'armed' and kind = 'look'",
        "alter table checkins_engine add column boot text",
        "alter table checkins_engine add column ticked_since_boot bigint",
    ],
);
