//! What became of the task of a look.

use chassis::schema::Statements;

pub(super) const TASKS: Statements = Statements(
    "m0008_tasks",
    &[
        // Only whether there was a count. The number is sealed with the other answers.
        "alter table checkins_answer add column task text",
    ],
);
