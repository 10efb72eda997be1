//! Duties that come every week, times that somebody takes over, and when to look at both again.

use chassis::schema::Statements;

pub(super) const ROTA: Statements = Statements(
    "m0004_rota",
    &[
    // Somebody's duty every week, by the clock of a zone. Ended, never deleted: who was on call stays known.
    "create table scheduling_weekly_duty (clinic_id {uuid} not null, id {uuid} not null, person_id {uuid} not null,
        weekday bigint not null check (weekday between 1 and 7),
        from_minute bigint not null check (from_minute between 0 and 1439),
        minutes bigint not null check (minutes between 1 and 10080), time_zone text not null,
        since_at bigint not null, ended_at bigint, entered_by {uuid} not null, primary key (clinic_id, id))",
    "alter table scheduling_duty add column taken_over_at bigint",
    "alter table scheduling_duty add column ended_at bigint",
    // When the lead of a session may be another one: at once for those that were booked before.
    "alter table scheduling_booking add column handover_at bigint not null default 0",
    "create index scheduling_booking_handover on scheduling_booking (handover_at)
        where kind = 'dosing' and phase in ('booked', 'under_way')",
    // When a clinic's roster is looked through for gaps, and when people were last told of one.
    "create table scheduling_gap_look (clinic_id {uuid} not null, look_at bigint not null, told_at bigint,
        primary key (clinic_id))",
    "insert into scheduling_gap_look (clinic_id, look_at) select distinct clinic_id, 0 from scheduling_duty",
    ],
);
