//! Routes of bookings. Each handler is a guard, a parse, and one call.

pub mod calendar;
pub mod rota;
pub mod slots;

use crate::Scheduling;
use crate::diary::Asked;
use crate::problems;
use crate::store::{self, Bookings, Entry, Whose};
use crate::zone::{IanaZone, TZDB, read_local, write_local};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chassis::body::{Body, says_something};
use chassis::guard::{Guard, Who};
use chassis::ids;
use chassis::keeper::About;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::Work;
use garde::Validate;
use kernel::id::{PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::role::Role;
use kernel::time::{Pace, Timestamp};
use proto::permissions::{BookSession, CancelBooking, ReadBookings};
use proto::problems::AUTH_FORBIDDEN;
use scheduling_core::availability;
use scheduling_core::booking::{Booking, Command, People, Plan, Surroundings, Wall, Wish};
use scheduling_core::local;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an appointment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A session with the medicine.
    #[default]
    Dosing,
    /// The talk afterwards.
    Integration,
}

impl From<Kind> for availability::Kind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Dosing => Self::Dosing,
            Kind::Integration => Self::Integration,
        }
    }
}

impl From<availability::Kind> for Kind {
    fn from(kind: availability::Kind) -> Self {
        match kind {
            availability::Kind::Dosing => Self::Dosing,
            availability::Kind::Integration => Self::Integration,
        }
    }
}

/// An appointment to be booked.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingRequest {
    /// What it is for.
    #[garde(skip)]
    kind: Kind,
    /// Who leads.
    #[garde(skip)]
    therapist: PersonId,
    /// The start, as the slot says.
    #[garde(skip)]
    starts_at: Timestamp,
    /// Who sits.
    #[garde(skip)]
    sitter: Option<PersonId>,
    /// For whom, when a coordinator books.
    #[garde(skip)]
    patient: Option<PersonId>,
    /// The IANA zone the person reads their clock in.
    #[garde(skip)]
    #[schema(min_length = 1, max_length = 64)]
    time_zone: String,
    /// What that clock shows: `2026-12-01T09:00`.
    #[garde(skip)]
    #[schema(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$")]
    local: String,
    /// Which of two, when the clock shows it twice.
    #[garde(skip)]
    offset_choice: Option<OffsetChoice>,
    /// The drill it is, if it is one.
    #[garde(dive)]
    drill: Option<Drill>,
}

/// Which of two equal wall-clock times is meant.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OffsetChoice {
    /// The one before the clock is set back.
    Earlier,
    /// The one after it.
    Later,
}

impl From<OffsetChoice> for local::OffsetChoice {
    fn from(choice: OffsetChoice) -> Self {
        match choice {
            OffsetChoice::Earlier => Self::Earlier,
            OffsetChoice::Later => Self::Later,
        }
    }
}

/// A rehearsal with synthetic people.
#[derive(Debug, Clone, Copy, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Protocol minutes per real minute, 1 to 60.
    #[garde(range(min = 1, max = 60))]
    #[schema(minimum = 1, maximum = 60)]
    pace: i64,
}

/// What was booked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Booked {
    /// The session: one id from here to the next morning.
    session: SessionId,
    /// Start.
    starts_at: Timestamp,
    /// End.
    ends_at: Timestamp,
}

/// Books an appointment. A taken time answers 409 with the two nearest that are free.
#[utoipa::path(operation_id = "book_session", request_body = BookingRequest, responses((status = 200, body = Booked),
    (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
#[post("/bookings")]
pub async fn book(
    scheduling: Guard<BookSession, Scheduling>,
    body: Body<BookingRequest>,
) -> Result<HttpResponse, Problem> {
    let (act, who, body) = (scheduling.act()?, scheduling.who()?, body.0);
    let (zone, wall) = body.wall()?;
    let patient = body.patient_for(who)?;
    let asked =
        Asked { kind: body.kind.into(), drill: body.drill_for(who, &scheduling)?, starts_at: body.starts_at };
    let booked = scheduling
        .store()
        .command(act, async |work| {
            let people = named(work, &body, patient).await?;
            agree(work, &asked, people, wall).await
        })
        .await;
    match booked {
        Ok(booked) => Ok(HttpResponse::Ok().json(booked)),
        Err(problem) => {
            let (db, around) = (scheduling.store().db(), asked.surroundings());
            let diary = store::diary(db, who.clinic, body.therapist, Some(patient), around).await?;
            Err(problems::with_nearest(problem, &diary, &asked, zone, scheduling.store().now()))
        }
    }
}

impl BookingRequest {
    /// The wall clock it was read from: it must lead to the very instant that is asked for.
    fn wall(&self) -> Result<(IanaZone, Wall), Problem> {
        let zone = IanaZone::named(&self.time_zone).ok_or_else(problems::of_zone)?;
        let local = read_local(&self.local).ok_or_else(|| {
            problems::of_time("local", "Write it as 2026-12-01T09:00: a day and a minute that exist.")
        })?;
        let choice = self.offset_choice.map(local::OffsetChoice::from);
        let at = local::resolve(&zone, local, choice).map_err(|unclear| problems::of_local(unclear, zone))?;
        if at != self.starts_at {
            return Err(problems::of_field(
                "local",
                "This clock time and starts_at are not the same instant. Reload the times.",
            ));
        }
        let offset_seconds = zone.offset_seconds(at);
        Ok((zone, Wall { local, zone: zone.name().into(), offset_seconds, tzdb: TZDB.into() }))
    }

    /// Who it is for: a patient books for themselves, a coordinator names one.
    fn patient_for(&self, who: &Who) -> Result<PersonId, Problem> {
        match (who.role, self.patient) {
            (Role::Patient, None) => Ok(who.person),
            (Role::Patient, Some(patient)) if patient == who.person => Ok(patient),
            (Role::Patient, Some(_)) => Err(Problem::new(&AUTH_FORBIDDEN)),
            (_coordinator, Some(patient)) => Ok(patient),
            (_coordinator, None) => Err(problems::of_field("patient", "Say for whom.")),
        }
    }

    /// Its pace. Outside of a demo only the clinic rehearses: a patient's own session is never a drill.
    fn drill_for(&self, who: &Who, scheduling: &Scheduling) -> Result<Option<Pace>, Problem> {
        let drill = self.drill.map(|drill| pace(drill.pace)).transpose()?;
        match (scheduling.demo_pace, drill) {
            (Some(demo), None) => Ok(Some(demo)),
            (None, Some(_)) if who.role == Role::Patient => {
                Err(Problem::new(&AUTH_FORBIDDEN)
                    .detail("Drills are booked by the clinic. Leave the drill out."))
            }
            (Some(_), Some(_)) | (None, _) => Ok(drill),
        }
    }
}

/// A pace between 1 and 60.
fn pace(factor: i64) -> Result<Pace, Problem> {
    Pace::new(factor).map_err(|_range| problems::of_field("pace", "A pace is between 1 and 60."))
}

/// The people of a booking, each known here in their role.
async fn named(work: &Work, body: &BookingRequest, patient: PersonId) -> Result<People, Failure> {
    let wanted = [
        (Some(patient), Role::Patient),
        (Some(body.therapist), Role::Therapist),
        (body.sitter, Role::Sitter),
    ];
    for (person, role) in wanted {
        if let Some(person) = person
            && store::role_of(work.tx(), work.clinic(), person).await? != Some(role)
        {
            return Err(problems::of_person(role.as_str()).into());
        }
    }
    let prescriber = store::prescriber_of(work, patient).await?;
    Ok(People { patient, therapist: body.therapist, sitter: body.sitter, prescriber, on_call: None })
}

/// Asks the machine, and keeps what was agreed.
async fn agree(work: &mut Work, asked: &Asked, mut people: People, wall: Wall) -> Result<Booked, Failure> {
    store::take_turns(work, people.therapist, people.patient).await?;
    let block = asked.block();
    let diary = store::diary(work.tx(), work.clinic(), people.therapist, Some(people.patient), block).await?;
    people.on_call = diary.cover(block);
    let around = Surroundings { offered: diary.offered(asked, block, work.now()), taken: diary.taken };
    let plan = Plan { kind: asked.kind, block, people, drill: asked.drill, wall };
    let wish = Command::Book(Box::new(Wish { plan, around }));
    let step = Booking::Unbooked.step(wish, work.now()).map_err(problems::of_booking)?;
    let session: SessionId = ids::fresh();
    let about = About { clinic: work.clinic(), session: Some(session), person: people.patient };
    work.create::<Bookings>(session, about, step.state, &step.events).await?;
    Ok(Booked { session, starts_at: block.starts_at, ends_at: block.ends_at })
}

/// Why an appointment is called off.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// In the person's own words; kept sealed.
    #[garde(length(chars, min = 1, max = 500), custom(says_something))]
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    reason: String,
}

/// That it was called off.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Cancelled {
    /// The session.
    session: SessionId,
    /// Where it stands now.
    state: String,
}

/// Calls an appointment off, before the day.
#[utoipa::path(operation_id = "cancel_booking", request_body = Cancellation, params(("session" = SessionId, Path)),
    responses((status = 200, body = Cancelled), (status = 409, body = ProblemBody)))]
#[post("/bookings/{session}/cancellation")]
pub async fn cancel(
    scheduling: Guard<CancelBooking, Scheduling>,
    session: Path<SessionId>,
    body: Body<Cancellation>,
) -> Result<HttpResponse, Problem> {
    let (act, by, session) = (scheduling.act()?, scheduling.who()?.person, *session);
    let cancelled = scheduling
        .store()
        .command(act, async |work| {
            let row = work.step::<Bookings>(session, Command::Cancel { by }).await?;
            store::keep_reason(work, session, row.about.person, &body.0.reason).await?;
            Ok(Cancelled { session, state: row.state.phase().into() })
        })
        .await?;
    Ok(HttpResponse::Ok().json(cancelled))
}

/// One appointment of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct BookingEntry {
    /// The session.
    session: SessionId,
    /// What it is for.
    kind: Kind,
    /// Start.
    starts_at: Timestamp,
    /// End.
    ends_at: Timestamp,
    /// Who it is for.
    patient: PersonId,
    /// Who leads.
    therapist: PersonId,
    /// Who sits.
    sitter: Option<PersonId>,
    /// Who is on call.
    on_call: Option<PersonId>,
    /// Who prescribes.
    prescriber: Option<PersonId>,
    /// `booked`, `under_way`, `cancelled` or `completed`.
    state: &'static str,
    /// Whether it is a drill.
    drill: bool,
    /// Protocol minutes per real minute.
    pace: i64,
    /// The zone it was booked in.
    time_zone: String,
    /// What the clock there showed.
    local: String,
    /// Why it was called off; for those who treat, and the coordinator.
    reason: Option<String>,
}

/// Appointments: one's own, or the clinic's for those who run its day.
#[utoipa::path(operation_id = "read_bookings", responses((status = 200, body = Vec<BookingEntry>)))]
#[get("/bookings")]
pub async fn bookings(scheduling: Guard<ReadBookings, Scheduling>) -> Result<HttpResponse, Problem> {
    let who = scheduling.who()?;
    let is_wide = matches!(who.role, Role::Coordinator | Role::Admin);
    let whose = if is_wide { Whose::Clinic } else { Whose::Of(who.person) };
    let with_reason = who.role != Role::Admin;
    let entries = store::entries(scheduling.store(), who.clinic, whose, with_reason).await?;
    Ok(HttpResponse::Ok().json(entries.into_iter().map(BookingEntry::from).collect::<Vec<_>>()))
}

impl From<Entry> for BookingEntry {
    fn from(entry: Entry) -> Self {
        let Entry { session, state, plan, reason } = entry;
        Self {
            session,
            kind: plan.kind.into(),
            starts_at: plan.block.starts_at,
            ends_at: plan.block.ends_at,
            patient: plan.people.patient,
            therapist: plan.people.therapist,
            sitter: plan.people.sitter,
            on_call: plan.people.on_call,
            prescriber: plan.people.prescriber,
            state: state.phase(),
            drill: plan.drill.is_some(),
            pace: plan.drill.unwrap_or(Pace::REAL).factor(),
            time_zone: plan.wall.zone,
            local: write_local(plan.wall.local),
            reason,
        }
    }
}
