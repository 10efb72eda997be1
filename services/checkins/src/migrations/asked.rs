//! Looks that are due now, for asking the sitter by telephone: found by what is due, however many watches stand.

use chassis::schema::Statements;

pub(super) const ASKED: Statements = Statements(
    "m0011_asked",
    &[
        "create index checkins_deadline_due on checkins_deadline (due_at) where state = 'armed' and kind = 'look'",
    ],
);
