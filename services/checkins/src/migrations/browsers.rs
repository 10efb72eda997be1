//! The browsers that people want to be told in.

use chassis::schema::Statements;

pub(super) const BROWSERS: Statements = Statements(
    "m0009_browsers",
    &[
    // Where it is reached and its keys are sealed; a blind index tells one browser from another.
    "create table checkins_browser (clinic_id {uuid} not null, id {uuid} not null, person_id {uuid} not null,
        known_as {bytes} not null, subscription {bytes} not null, since_at bigint not null,
        primary key (clinic_id, id), unique (clinic_id, known_as))",
    "create index checkins_browser_person on checkins_browser (clinic_id, person_id, since_at)",
    ],
);
