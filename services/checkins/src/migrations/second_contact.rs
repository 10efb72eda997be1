//! Whom the patient named to be called, and what came of it at an incident's steps.

use chassis::schema::Statements;

pub(super) const SECOND_CONTACT: Statements = Statements(
    "m0013_second_contact",
    &[
        // The code that opens the sitter's page for them rests sealed, as it came, and only while they may be called.
        "create table checkins_second_contact (clinic_id {uuid} not null, session_id {uuid} not null,
            person_id {uuid} not null, standing text not null, sealed text, changed_at bigint not null,
            primary key (clinic_id, session_id))",
        "alter table checkins_incident add column second_contact text",
        // The place changes hands while an incident is open: who sat when it opened stays written at it.
        "alter table checkins_incident add column sitter_id {uuid}",
    ],
);
