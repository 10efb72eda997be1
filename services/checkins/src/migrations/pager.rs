//! The page before a session, when somebody last answered one, the looks that are missed on purpose,
//! and what a clinic rehearsed.

use chassis::schema::Statements;

pub(super) const PAGER: Statements = Statements(
    "m0007_pager",
    &[
    "create table checkins_pager (clinic_id {uuid} not null, session_id {uuid} not null, patient_id {uuid} not null,
        version bigint not null, phase text not null, due_at bigint, state text not null,
        primary key (clinic_id, session_id))",
    "create index checkins_pager_due on checkins_pager (due_at) where due_at is not null",
    // What was sent before a session, for its screen.
    "create index checkins_notification_session on checkins_notification (clinic_id, session_id)
        where incident_id is null",
    "alter table checkins_contact add column answered_at bigint",
    "create table checkins_synthetic (clinic_id {uuid} not null, session_id {uuid} not null, began_at bigint not null,
        deadline_at bigint not null, accepted_at bigint, seen_at bigint, judged_at bigint,
        primary key (clinic_id, session_id))",
    "create index checkins_synthetic_began on checkins_synthetic (began_at)",
    "create table checkins_rehearsal (clinic_id {uuid} not null, id {uuid} not null, session_id {uuid} not null,
        kind text not null, began_at bigint not null, deadline_at bigint not null, outside_micros bigint not null,
        began_by {uuid} not null, primary key (clinic_id, id))",
    "create index checkins_rehearsal_session on checkins_rehearsal (clinic_id, session_id, began_at)",
    ],
);
