//! Spent tickets and device checks. Rooms themselves are machines, kept in the house's own table.

use chassis::schema::Statements;

pub(super) const ROOMS: Statements = Statements(
    "m0002_rooms",
    &[
    // Tickets that were used, until nothing would accept them anyway.
    "create table video_spent_ticket (clinic_id {uuid} not null, id text not null, forget_at bigint not null,
        primary key (clinic_id, id))",
    "create index video_spent_ticket_forget on video_spent_ticket (clinic_id, forget_at)",
    // The newest device check of each person.
    "create table video_device_check (clinic_id {uuid} not null, session_id {uuid} not null,
        person_id {uuid} not null, camera {bool} not null, microphone {bool} not null, speaker {bool} not null,
        round_trip_ms bigint not null, loss_percent bigint not null, checked_at bigint not null,
        primary key (clinic_id, session_id, person_id))",
    ],
);
