//! The rows around bookings: weeks, duties, who is what, who prescribes.

use super::booking;
use crate::diary::Diary;
use crate::zone::IanaZone;
use chassis::problem::Failure;
use chassis::store;
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId};
use kernel::role::Role;
use kernel::time::Span;
use proto::events::care::DoseOrdered;
use scheduling_core::availability::Weekly;
use scheduling_core::local::Block;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _, Statement,
    Value,
};

/// No block is longer than this, so neighbours outside of it cannot touch a search.
const LONGEST: Span = Span::hours(24);

/// Bookings of the same people wait for each other, in one order, so that two never wait in a circle.
///
/// The exclusion constraint would stop a double booking without this; it could do so by a deadlock.
pub(crate) async fn take_turns(work: &Work, one: PersonId, other: PersonId) -> Result<(), Failure> {
    if work.tx().get_database_backend() == DbBackend::Postgres {
        for person in [one.min(other), one.max(other)] {
            let sql = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
            let name = format!("scheduling:{person}");
            work.tx().execute_raw(work.store().sql(sql, [name.into()])).await?;
        }
    }
    Ok(())
}

/// What is known around `span` for a therapist and, if named, a patient.
pub(crate) async fn diary(
    db: &impl ConnectionTrait,
    clinic: ClinicId,
    therapist: PersonId,
    patient: Option<PersonId>,
    span: Block,
) -> Result<Diary, Failure> {
    let week = week_of(db, clinic, therapist).await?;
    let mut people = Condition::any().add(booking::Column::TherapistId.eq(therapist.0));
    if let Some(patient) = patient {
        people = people.add(booking::Column::PatientId.eq(patient.0));
    }
    let taken = booking::Entity::find()
        .filter(people)
        .filter(booking::Column::Phase.is_in(["booked", "under_way"]))
        .filter(booking::Column::StartsAt.lt(span.ends_at.plus(LONGEST).micros()))
        .filter(booking::Column::EndsAt.gt(span.starts_at.minus(LONGEST).micros()))
        .all(db)
        .await?;
    let taken = taken.iter().map(booking::Model::block).collect();
    let ends_at = span.ends_at.plus(LONGEST);
    let roster = super::roster::between(db, clinic, Block { ends_at, ..span }).await?;
    Ok(Diary { therapist, week, taken, roster })
}

/// A therapist's zone and week.
pub(crate) async fn week_of(
    db: &impl ConnectionTrait,
    clinic: ClinicId,
    therapist: PersonId,
) -> Result<Option<(IanaZone, Weekly)>, Failure> {
    let sql =
        "select time_zone, weekly from scheduling_availability where clinic_id = $1 and therapist_id = $2";
    let Some(row) = db.query_one_raw(sql_for(db, sql, [clinic.0.into(), therapist.0.into()])).await? else {
        return Ok(None);
    };
    let (zone, weekly): (String, String) = (row.try_get("", "time_zone")?, row.try_get("", "weekly")?);
    let zone = IanaZone::named(&zone).ok_or_else(|| Failure::Stored(format!("time zone {zone}")))?;
    let weekly = serde_json::from_str(&weekly).map_err(|error| Failure::Stored(error.to_string()))?;
    Ok(Some((zone, weekly)))
}

/// Replaces a therapist's week.
pub(crate) async fn set_week(
    work: &mut Work,
    therapist: PersonId,
    zone: IanaZone,
    week: &Weekly,
) -> Result<(), Failure> {
    let weekly = serde_json::to_string(week).map_err(|error| Failure::Stored(error.to_string()))?;
    let sql = "insert into scheduling_availability (clinic_id, therapist_id, time_zone, weekly, updated_at)
        values ($1, $2, $3, $4, $5) on conflict (clinic_id, therapist_id) do update
        set time_zone = excluded.time_zone, weekly = excluded.weekly, updated_at = excluded.updated_at";
    let values = [
        work.clinic().0.into(),
        therapist.0.into(),
        zone.name().into(),
        weekly.into(),
        work.now().micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    remember_person(work, therapist, Role::Therapist).await?;
    work.audit("set availability", therapist, None);
    Ok(())
}

/// What a person is in this clinic, if identity said.
pub(crate) async fn role_of(
    db: &impl ConnectionTrait,
    clinic: ClinicId,
    person: PersonId,
) -> Result<Option<Role>, Failure> {
    let sql = "select role from scheduling_person where clinic_id = $1 and person_id = $2";
    let Some(row) = db.query_one_raw(sql_for(db, sql, [clinic.0.into(), person.0.into()])).await? else {
        return Ok(None);
    };
    let role: String = row.try_get("", "role")?;
    role.parse().map(Some).map_err(|_word| Failure::Stored(format!("role {role}")))
}

/// Remembers what a person is.
pub(crate) async fn remember_person(work: &Work, person: PersonId, role: Role) -> Result<(), Failure> {
    let sql = "insert into scheduling_person (clinic_id, person_id, role) values ($1, $2, $3)
        on conflict (clinic_id, person_id) do update set role = excluded.role";
    let values = [work.clinic().0.into(), person.0.into(), role.as_str().into()];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Remembers who ordered a patient's dose, unless a later order is known.
pub(crate) async fn remember_order(work: &Work, fact: &DoseOrdered) -> Result<(), Failure> {
    let sql = "insert into scheduling_order (clinic_id, patient_id, prescriber_id, valid_until_at)
        values ($1, $2, $3, $4) on conflict (clinic_id, patient_id) do update
        set prescriber_id = excluded.prescriber_id, valid_until_at = excluded.valid_until_at
        where excluded.valid_until_at >= scheduling_order.valid_until_at";
    let values = [
        work.clinic().0.into(),
        fact.patient.0.into(),
        fact.prescriber.0.into(),
        fact.valid_until_at.micros().into(),
    ];
    work.tx().execute_raw(work.store().sql(sql, values)).await?;
    Ok(())
}

/// Who prescribes for a patient: who ordered last; without an order, the clinic's first prescriber.
pub(crate) async fn prescriber_of(work: &Work, patient: PersonId) -> Result<Option<PersonId>, Failure> {
    let sql = "select prescriber_id as person_id, 0 as rank from scheduling_order
            where clinic_id = $1 and patient_id = $2 and valid_until_at > $3
        union all select person_id, 1 as rank from scheduling_person where clinic_id = $1 and role = 'prescriber'
        order by rank, person_id limit 1";
    let values = [work.clinic().0.into(), patient.0.into(), work.now().micros().into()];
    let row = work.tx().query_one_raw(work.store().sql(sql, values)).await?;
    Ok(row.map(|row| store::id(&row, "person_id")).transpose()?)
}

pub(super) fn sql_for(
    db: &impl ConnectionTrait,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), text, values)
}
