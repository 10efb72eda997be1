//! When an incident was noticed, taken and closed, when a look was put on the schedule, and when a screen had an alarm:
//! what the safety numbers are read from. What is older than these columns stays unknown. And what engines say of
//! themselves.

use chassis::schema::Statements;

pub(super) const NUMBERS: Statements = Statements(
    "m0010_numbers",
    &[
    "alter table checkins_incident add column noticed_at bigint",
    "alter table checkins_incident add column acknowledged_at bigint",
    "alter table checkins_incident add column resolved_at bigint",
    "alter table checkins_incident add column outcome text",
    "create index checkins_incident_opened on checkins_incident (opened_at)",
    "alter table checkins_deadline add column armed_at bigint",
    "alter table checkins_notification add column shown_at bigint",
    // One row an engine, whoever's sessions it watches.
    "create table checkins_engine (engine text not null, ticked_at bigint not null, clocks_agree {bool} not null,
        echoed_at bigint, primary key (engine))",
    ],
);
