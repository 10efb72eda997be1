//! The rows of bookings.

use chassis::keeper::{About, Row};
use chassis::problem::Failure;
use chassis::store::Store;
use chassis::vault::Place;
use chassis::work::Work;
use kernel::id::{ClinicId, PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::time::{Pace, Span, Timestamp};
use scheduling_core::availability::Kind;
use scheduling_core::booking::{Booking, People, Plan, Wall};
use scheduling_core::local::{Block, LocalMinute};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

/// A list shows what is ahead and the last quarter.
const LIST_PAST: Span = Span::hours(24 * 90);
/// More appointments than a clinic's list can show at once.
const LIST_MAX: u64 = 500;

/// One booking.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scheduling_booking")]
pub struct Model {
    /// The clinic.
    #[sea_orm(primary_key, auto_increment = false)]
    pub clinic_id: Uuid,
    /// The session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// One more with each step.
    pub version: i64,
    /// Where it stands.
    pub phase: String,
    /// When the clock must look at it.
    pub due_at: Option<i64>,
    /// What it is for.
    pub kind: String,
    /// Takes the medicine.
    pub patient_id: Uuid,
    /// Leads.
    pub therapist_id: Uuid,
    /// Sits.
    pub sitter_id: Option<Uuid>,
    /// Orders.
    pub prescriber_id: Option<Uuid>,
    /// Covers.
    pub on_call_id: Option<Uuid>,
    /// Start.
    pub starts_at: i64,
    /// End.
    pub ends_at: i64,
    /// A drill's pace.
    pub pace: Option<i64>,
    /// Whether people were reminded.
    pub reminded: bool,
    /// Who called it off.
    pub cancelled_by: Option<Uuid>,
    /// The wall clock it was booked by.
    pub local_minute: i64,
    /// Its zone.
    pub time_zone: String,
    /// The chosen offset.
    pub offset_seconds: i64,
    /// The edition of the zone rules.
    pub tzdb: String,
    /// Why it was called off, sealed for the patient.
    pub reason: Option<Vec<u8>>,
    /// When it changed last.
    pub updated_at: i64,
}

/// It stands alone: services do not join.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The row of a state; an unbooked booking has none.
    pub(super) fn of(clinic: ClinicId, id: SessionId, row: &Row<Booking>, now: Timestamp) -> Option<Self> {
        let Plan { kind, block, people, drill, wall } = row.state.plan()?.clone();
        let (reminded, cancelled_by) = match &row.state {
            Booking::Booked { reminded, .. } => (*reminded, None),
            Booking::Cancelled { by, .. } => (true, Some(by.0)),
            Booking::Unbooked | Booking::UnderWay { .. } | Booking::Completed { .. } => (true, None),
        };
        Some(Self {
            clinic_id: clinic.0,
            id: id.0,
            version: row.version,
            phase: row.state.phase().into(),
            due_at: row.state.due().map(Timestamp::micros),
            kind: kind.as_str().into(),
            patient_id: people.patient.0,
            therapist_id: people.therapist.0,
            sitter_id: people.sitter.map(|person| person.0),
            prescriber_id: people.prescriber.map(|person| person.0),
            on_call_id: people.on_call.map(|person| person.0),
            starts_at: block.starts_at.micros(),
            ends_at: block.ends_at.micros(),
            pace: drill.map(Pace::factor),
            reminded,
            cancelled_by,
            local_minute: wall.local.minutes(),
            time_zone: wall.zone,
            offset_seconds: wall.offset_seconds,
            tzdb: wall.tzdb,
            reason: None,
            updated_at: now.micros(),
        })
    }

    /// The state of a row.
    pub(super) fn row(self) -> Result<Row<Booking>, Failure> {
        let about = About {
            clinic: ClinicId(self.clinic_id),
            session: Some(SessionId(self.id)),
            person: PersonId(self.patient_id),
        };
        let (version, plan) = (self.version, self.plan()?);
        let state = match self.phase.as_str() {
            "booked" => Booking::Booked { plan, reminded: self.reminded },
            "under_way" => Booking::UnderWay { plan },
            "cancelled" => {
                let by = self.cancelled_by.ok_or(Failure::Stored("cancelled by nobody".into()))?;
                Booking::Cancelled { plan, by: PersonId(by) }
            }
            "completed" => Booking::Completed { plan },
            other => return Err(Failure::Stored(format!("booking phase {other}"))),
        };
        Ok(Row { state, version, about })
    }

    fn plan(&self) -> Result<Plan, Failure> {
        let kind = match self.kind.as_str() {
            "dosing" => Kind::Dosing,
            "integration" => Kind::Integration,
            other => return Err(Failure::Stored(format!("booking kind {other}"))),
        };
        let drill =
            self.pace.map(Pace::new).transpose().map_err(|error| Failure::Stored(error.to_string()))?;
        Ok(Plan {
            kind,
            block: self.block(),
            people: People {
                patient: PersonId(self.patient_id),
                therapist: PersonId(self.therapist_id),
                sitter: self.sitter_id.map(PersonId),
                prescriber: self.prescriber_id.map(PersonId),
                on_call: self.on_call_id.map(PersonId),
            },
            drill,
            wall: Wall {
                local: LocalMinute::from_minutes(self.local_minute),
                zone: self.time_zone.clone(),
                offset_seconds: self.offset_seconds,
                tzdb: self.tzdb.clone(),
            },
        })
    }

    /// The time it keeps.
    pub(super) fn block(&self) -> Block {
        Block {
            starts_at: Timestamp::from_micros(self.starts_at),
            ends_at: Timestamp::from_micros(self.ends_at),
        }
    }
}

/// A booking as a list shows it.
pub(crate) struct Entry {
    /// The session.
    pub session: SessionId,
    /// Where it stands.
    pub state: Booking,
    /// What was agreed.
    pub plan: Plan,
    /// Why it was called off.
    pub reason: Option<String>,
}

/// Whose bookings a list shows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose {
    /// Those a person has a part in.
    Of(PersonId),
    /// The whole clinic's.
    Clinic,
}

/// The list: what is ahead and the last quarter, in the order of time.
pub(crate) async fn entries(
    store: &Store,
    clinic: ClinicId,
    whose: Whose,
    with_reason: bool,
) -> Result<Vec<Entry>, Failure> {
    let mut query = Entity::find()
        .filter(Column::ClinicId.eq(clinic.0))
        .filter(Column::EndsAt.gt(store.now().minus(LIST_PAST).micros()));
    if let Whose::Of(person) = whose {
        let part = [Column::PatientId, Column::TherapistId, Column::PrescriberId, Column::OnCallId];
        let part = part.into_iter().fold(Condition::any(), |any, column| any.add(column.eq(person.0)));
        query = query.filter(part);
    }
    let models = query.order_by_asc(Column::StartsAt).limit(LIST_MAX).all(store.db()).await?;
    let mut entries = Vec::with_capacity(models.len());
    for model in models {
        let reason = match &model.reason {
            Some(sealed) if with_reason => Some(opened(store, &model, sealed).await?),
            Some(_) | None => None,
        };
        let (session, plan) = (SessionId(model.id), model.plan()?);
        entries.push(Entry { session, plan, reason, state: model.row()?.state });
    }
    Ok(entries)
}

async fn opened(store: &Store, model: &Model, sealed: &[u8]) -> Result<String, Failure> {
    let place = place(ClinicId(model.clinic_id), PersonId(model.patient_id), SessionId(model.id));
    let plain = store.open(&place, sealed).await?;
    String::from_utf8(plain).map_err(|error| Failure::Stored(error.to_string()))
}

/// Keeps the reason of a cancellation, sealed for the patient.
pub(crate) async fn keep_reason(
    work: &mut Work,
    session: SessionId,
    patient: PersonId,
    reason: &str,
) -> Result<(), Failure> {
    let sealed = work.seal(&place(work.clinic(), patient, session), reason.as_bytes()).await?;
    Entity::update_many()
        .col_expr(Column::Reason, Expr::value(sealed))
        .filter(Column::ClinicId.eq(work.clinic().0))
        .filter(Column::Id.eq(session.0))
        .exec(work.tx())
        .await?;
    Ok(())
}

fn place(clinic: ClinicId, person: PersonId, session: SessionId) -> Place<'static> {
    Place { clinic, person, table: "scheduling_booking", column: "reason", row: session.0 }
}
