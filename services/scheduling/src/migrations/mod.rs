//! The tables of scheduling. The database itself proves that nobody is booked twice.

mod rota;

use chassis::schema::{HouseLetters, HouseTables, ddl, is_postgres};
use sea_orm_migration::prelude::*;

/// All of them, in order. Forward only.
pub struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(HouseTables("scheduling")),
            Box::new(Tables),
            Box::new(HouseLetters("scheduling")),
            Box::new(rota::ROTA),
        ]
    }

    /// Services may share one `SQLite` file: each keeps its own list.
    fn migration_table_name() -> DynIden {
        "scheduling_migrations".into_iden()
    }
}

struct Tables;

impl MigrationName for Tables {
    fn name(&self) -> &'static str {
        "m0002_bookings_and_roster"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in TABLES {
            ddl(manager, statement).await?;
        }
        let proof = if is_postgres(manager) { NO_OVERLAP_POSTGRES } else { NO_OVERLAP_SQLITE };
        for statement in proof {
            ddl(manager, statement).await?;
        }
        Ok(())
    }

    /// On SQLite too, so that a failed migration leaves nothing half done.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const TABLES: &[&str] = &[
    // One appointment. Ids, kinds and times only; the reason of a cancellation is sealed.
    "create table scheduling_booking (clinic_id {uuid} not null, id {uuid} not null, version bigint not null,
        phase text not null check (phase in ('booked', 'under_way', 'cancelled', 'completed')),
        due_at bigint, kind text not null check (kind in ('dosing', 'integration')),
        patient_id {uuid} not null, therapist_id {uuid} not null, sitter_id {uuid}, prescriber_id {uuid},
        on_call_id {uuid}, starts_at bigint not null, ends_at bigint not null,
        pace bigint check (pace between 1 and 60), reminded {bool} not null, cancelled_by {uuid},
        local_minute bigint not null, time_zone text not null, offset_seconds bigint not null,
        tzdb text not null, reason {bytes}, updated_at bigint not null,
        check (ends_at > starts_at), check (kind <> 'dosing' or on_call_id is not null),
        primary key (clinic_id, id))",
    "create index scheduling_booking_due on scheduling_booking (due_at) where due_at is not null",
    "create index scheduling_booking_therapist on scheduling_booking (therapist_id, starts_at)",
    "create index scheduling_booking_patient on scheduling_booking (patient_id, starts_at)",
    "create index scheduling_booking_clinic on scheduling_booking (clinic_id, ends_at)",
    // One therapist's week, in the zone they live by.
    "create table scheduling_availability (clinic_id {uuid} not null, therapist_id {uuid} not null,
        time_zone text not null, weekly text not null, updated_at bigint not null,
        primary key (clinic_id, therapist_id))",
    // Who is on call when. Rows are added, never changed: the duty that began last holds.
    "create table scheduling_duty (clinic_id {uuid} not null, id {uuid} not null, person_id {uuid} not null,
        from_at bigint not null, until_at bigint not null, entered_by {uuid} not null,
        check (until_at > from_at), primary key (clinic_id, id))",
    "create index scheduling_duty_until on scheduling_duty (clinic_id, until_at)",
    // Who is what here, as identity says.
    "create table scheduling_person (clinic_id {uuid} not null, person_id {uuid} not null, role text not null,
        primary key (clinic_id, person_id))",
    // Who ordered a patient's dose last, as care says.
    "create table scheduling_order (clinic_id {uuid} not null, patient_id {uuid} not null,
        prescriber_id {uuid} not null, valid_until_at bigint not null, primary key (clinic_id, patient_id))",
];

const NO_OVERLAP_POSTGRES: &[&str] = &[
    "create extension if not exists btree_gist",
    "alter table scheduling_booking add constraint ex_booking_therapist exclude using gist
        (therapist_id with =, int8range(starts_at, ends_at, '[)') with &&)
        where (phase in ('booked', 'under_way'))",
    "alter table scheduling_booking add constraint ex_booking_patient exclude using gist
        (patient_id with =, int8range(starts_at, ends_at, '[)') with &&)
        where (phase in ('booked', 'under_way'))",
];

const NO_OVERLAP_SQLITE: &[&str] = &[
    "create trigger scheduling_booking_no_overlap_insert before insert on scheduling_booking
        when new.phase in ('booked', 'under_way') begin
        select raise(abort, 'ex_booking_overlap') where exists (select 1 from scheduling_booking other
            where (other.therapist_id = new.therapist_id or other.patient_id = new.patient_id)
            and other.phase in ('booked', 'under_way') and other.id <> new.id
            and other.starts_at < new.ends_at and other.ends_at > new.starts_at); end",
    "create trigger scheduling_booking_no_overlap_update before update on scheduling_booking
        when new.phase in ('booked', 'under_way') begin
        select raise(abort, 'ex_booking_overlap') where exists (select 1 from scheduling_booking other
            where (other.therapist_id = new.therapist_id or other.patient_id = new.patient_id)
            and other.phase in ('booked', 'under_way') and other.id <> new.id
            and other.starts_at < new.ends_at and other.ends_at > new.starts_at); end",
];
