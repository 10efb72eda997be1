//! Rows and state: the only file, with its folder, that names `sea_orm`.

mod booking;
mod calendar;
pub(crate) mod roster;

use chassis::keeper::{DUE_MAX, Keeper, Row, Waiting};
use chassis::problem::{Failure, Problem};
use chassis::store::Store;
use chassis::work::Work;
use kernel::id::{ClinicId, SessionId};
use kernel::time::Timestamp;
use scheduling_core::booking::{Booking, Event, Refusal};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DbBackend, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, RuntimeErr,
};

pub(crate) use booking::{Entry, Whose, entries, keep_reason};
pub(crate) use calendar::{
    diary, prescriber_of, remember_order, remember_person, role_of, set_week, take_turns, week_of,
};

/// Keeps bookings as plain columns: the database must see times and people to prove that none overlap.
pub(crate) struct Bookings;

impl Keeper for Bookings {
    type M = Booking;
    type Id = SessionId;

    async fn load(work: &Work, id: SessionId) -> Result<Option<Row<Booking>>, Failure> {
        let mut query = booking::Entity::find_by_id((work.clinic().0, id.0));
        if work.tx().get_database_backend() == DbBackend::Postgres {
            query = query.lock_exclusive();
        }
        query.one(work.tx()).await?.map(booking::Model::row).transpose()
    }

    async fn save(work: &mut Work, id: SessionId, row: &Row<Booking>) -> Result<(), Failure> {
        let Some(model) = booking::Model::of(work.clinic(), id, row, work.now()) else { return Ok(()) };
        if row.version == 0 {
            model.into_active_model().insert(work.tx()).await.map(drop).map_err(taken)
        } else {
            let saved = booking::Entity::update_many()
                .col_expr(booking::Column::Version, Expr::value(model.version))
                .col_expr(booking::Column::Phase, Expr::value(model.phase))
                .col_expr(booking::Column::DueAt, Expr::value(model.due_at))
                .col_expr(booking::Column::Reminded, Expr::value(model.reminded))
                .col_expr(booking::Column::CancelledBy, Expr::value(model.cancelled_by))
                .col_expr(booking::Column::UpdatedAt, Expr::value(model.updated_at))
                .filter(booking::Column::ClinicId.eq(model.clinic_id))
                .filter(booking::Column::Id.eq(model.id))
                .filter(booking::Column::Version.eq(row.version.saturating_sub(1)))
                .exec(work.tx())
                .await
                .map_err(taken)?;
            if saved.rows_affected == 1 { Ok(()) } else { Err(Failure::Changed) }
        }
    }

    async fn publish(
        work: &mut Work,
        id: SessionId,
        row: &Row<Booking>,
        events: &[Event],
    ) -> Result<(), Failure> {
        crate::publish::booking(work, id, row, events).await
    }

    fn problem(refusal: Refusal) -> Problem {
        crate::problems::of_booking(refusal)
    }

    async fn due(store: &Store, by: Timestamp) -> Result<Vec<Waiting<SessionId>>, Failure> {
        let rows = booking::Entity::find()
            .filter(booking::Column::DueAt.lte(by.micros()))
            .order_by_asc(booking::Column::DueAt)
            .limit(u64::try_from(DUE_MAX).unwrap_or(u64::MAX))
            .all(store.db())
            .await?;
        let waiting = |row: booking::Model| {
            let due_at = row.due_at.map(Timestamp::from_micros)?;
            Some(Waiting { clinic: ClinicId(row.clinic_id), id: SessionId(row.id), due_at })
        };
        Ok(rows.into_iter().filter_map(waiting).collect())
    }
}

/// The database's own word that someone is booked twice: an exclusion on Postgres, a trigger on `SQLite`.
fn taken(error: DbErr) -> Failure {
    if is_overlap(&error) { crate::problems::of_booking(Refusal::Taken).into() } else { error.into() }
}

fn is_overlap(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return false;
    };
    // 23P01 is Postgres's exclusion_violation.
    inner.as_database_error().is_some_and(|error| {
        error.code().as_deref() == Some("23P01") || error.message().contains("ex_booking_overlap")
    })
}

#[cfg(test)]
pub(crate) mod tests;
