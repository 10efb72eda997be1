//! The route of free slots.

use super::{Kind, pace};
use crate::Scheduling;
use crate::diary::{Asked, Diary};
use crate::problems;
use crate::store;
use crate::zone::write_local;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use chassis::body::unreadable_query;
use chassis::guard::Guard;
use chassis::problem::{Problem, ProblemBody};
use chassis::service::Service as _;
use kernel::id::PersonId;
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use proto::permissions::ReadSlots;
use scheduling_core::availability::{SEARCH_DAYS_MAX, SLOTS_MAX};
use scheduling_core::local::{Block, Zone as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which free slots are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SlotQuery {
    /// Whose.
    therapist: PersonId,
    /// From when, in microseconds.
    from_at: Timestamp,
    /// Until when, in microseconds; at most 62 days later.
    until_at: Timestamp,
    /// For what; a dosing session unless said.
    #[serde(default)]
    kind: Kind,
    /// The pace, if it is for a drill.
    #[param(minimum = 1, maximum = 60)]
    pace: Option<i64>,
}

/// Free slots.
#[derive(Debug, Serialize, ToSchema)]
pub struct Slots {
    /// In the order of time.
    slots: Vec<Slot>,
    /// The therapist's own zone.
    therapist_zone: Option<String>,
}

/// One free slot.
#[derive(Debug, Serialize, ToSchema)]
pub struct Slot {
    /// Start.
    starts_at: Timestamp,
    /// End.
    ends_at: Timestamp,
    /// Who is on call through it. Without anyone no session can be booked.
    on_call: Option<PersonId>,
    /// What the therapist's clock shows at the start.
    local: Option<String>,
}

/// Free slots of a therapist, taking the patient's own appointments into account.
#[utoipa::path(operation_id = "read_slots", params(SlotQuery), responses((status = 200, body = Slots), (status = 422, body = ProblemBody)))]
#[get("/slots")]
pub async fn slots(
    scheduling: Guard<ReadSlots, Scheduling>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::<SlotQuery>::from_query(request.query_string());
    let query = query.map_err(|error| unreadable_query(&error))?;
    let (who, span) = (scheduling.who()?, query.span()?);
    let drill = query.pace.map(pace).transpose()?.or(scheduling.demo_pace);
    let asked = Asked { kind: query.kind.into(), drill, starts_at: span.starts_at };
    let patient = (who.role == Role::Patient).then_some(who.person);
    let diary = store::diary(scheduling.store().db(), who.clinic, query.therapist, patient, span).await?;
    let free = diary.free(&asked, span, scheduling.store().now());
    Ok(HttpResponse::Ok().json(Slots::of(&diary, &free)))
}

impl SlotQuery {
    /// The span that is searched.
    fn span(&self) -> Result<Block, Problem> {
        let longest = self.from_at.plus(Span::hours(24 * SEARCH_DAYS_MAX));
        if self.until_at <= self.from_at || self.until_at > longest {
            return Err(problems::of_field("until_at", "Ask for at least a moment and at most 62 days."));
        }
        Ok(Block { starts_at: self.from_at, ends_at: self.until_at })
    }
}

impl Slots {
    fn of(diary: &Diary, free: &[Block]) -> Self {
        let zone = diary.week.as_ref().map(|(zone, _week)| *zone);
        let found = free.iter().take(SLOTS_MAX).map(|block| Slot {
            starts_at: block.starts_at,
            ends_at: block.ends_at,
            on_call: diary.cover(*block),
            local: zone.map(|zone| write_local(zone.local(block.starts_at))),
        });
        Self { slots: found.collect(), therapist_zone: zone.map(|zone| zone.name().to_owned()) }
    }
}
