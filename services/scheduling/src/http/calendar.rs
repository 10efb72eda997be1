//! Routes of weeks and duties.

use crate::Scheduling;
use crate::problems;
use crate::store::{self, roster};
use crate::zone::IanaZone;
use actix_web::{HttpResponse, get, post};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::problem::{Failure, Problem, ProblemBody};
use chassis::service::Service as _;
use chassis::work::Work;
use garde::Validate;
use kernel::id::PersonId;
use kernel::role::Role;
use kernel::time::{Span, Timestamp};
use proto::permissions::{ReadOnCall, SetAvailability, SetOnCall};
use scheduling_core::availability::{SEARCH_DAYS_MAX, Weekly, Window};
use scheduling_core::local::{Block, DAY_MINUTES};
use scheduling_core::on_call::{Duty, Stretch, stretches};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A therapist's week, as their own clock shows it.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    /// The IANA zone of that clock.
    #[garde(skip)]
    #[schema(min_length = 1, max_length = 64)]
    time_zone: String,
    /// When they see people.
    #[garde(length(max = 28), dive)]
    #[schema(max_items = 28)]
    weekly: Vec<Opening>,
}

/// A therapist's week as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Week {
    /// The IANA zone of that clock.
    time_zone: String,
    /// When they see people.
    weekly: Vec<Opening>,
    /// What was understood otherwise than it was written.
    #[serde(default)]
    notice: Option<String>,
}

/// One opening of a week.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// 1 for Monday to 7 for Sunday.
    #[garde(range(min = 1, max = 7))]
    #[schema(minimum = 1, maximum = 7)]
    weekday: i64,
    /// `09:00`.
    #[garde(skip)]
    #[schema(pattern = r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]
    from: String,
    /// `17:00`, up to `24:00` for the end of the day.
    #[garde(skip)]
    #[schema(pattern = r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]
    until: String,
}

/// The therapist's own week; empty when none was set.
#[utoipa::path(operation_id = "read_availability", responses((status = 200, body = Week)))]
#[get("/availability")]
pub async fn availability(scheduling: Guard<SetAvailability, Scheduling>) -> Result<HttpResponse, Problem> {
    let who = scheduling.who()?;
    let week = store::week_of(scheduling.store().db(), who.clinic, who.person).await?;
    let week = week.map_or_else(Week::none, |(zone, week)| Week::of(zone, &week, zone.name()));
    Ok(HttpResponse::Ok().json(week))
}

/// Replaces the therapist's own week. Appointments that are booked stay.
#[utoipa::path(request_body = Availability,
    responses((status = 200, body = Week), (status = 422, body = ProblemBody)))]
#[post("/availability")]
pub async fn set_availability(
    scheduling: Guard<SetAvailability, Scheduling>,
    body: Body<Availability>,
) -> Result<HttpResponse, Problem> {
    let (act, therapist) = (scheduling.act()?, scheduling.who()?.person);
    let (zone, week) = body.0.read()?;
    let asked = body.0.time_zone;
    let answer = scheduling
        .store()
        .command(act, async |work| {
            store::set_week(work, therapist, zone, &week).await?;
            Ok(Week::of(zone, &week, &asked))
        })
        .await?;
    Ok(HttpResponse::Ok().json(answer))
}

impl Week {
    fn none() -> Self {
        Self { time_zone: "UTC".into(), weekly: vec![], notice: None }
    }

    fn of(zone: IanaZone, week: &Weekly, asked: &str) -> Self {
        let weekly = week.windows().iter().map(|window| Opening {
            weekday: window.weekday,
            from: clock(window.from),
            until: clock(window.until),
        });
        let is_other = asked != zone.name();
        let notice =
            is_other.then(|| format!("That zone is called {} now. Its clock is the same.", zone.name()));
        Self { time_zone: zone.name().into(), weekly: weekly.collect(), notice }
    }
}

impl Availability {
    fn read(&self) -> Result<(IanaZone, Weekly), Problem> {
        let zone = IanaZone::named(&self.time_zone).filter(|zone| zone.follows_a_place());
        let zone = zone.ok_or_else(problems::of_zone)?;
        let windows = self.weekly.iter().map(|opening| {
            let (from, until) = (minutes(&opening.from)?, minutes(&opening.until)?);
            Some(Window { weekday: opening.weekday, from, until })
        });
        let windows: Option<Vec<_>> = windows.collect();
        let windows =
            windows.ok_or_else(|| problems::of_time("weekly", "Write times as 09:00, up to 24:00."))?;
        Ok((zone, Weekly::new(windows).map_err(problems::of_week)?))
    }
}

/// Minutes after midnight, from `09:00`.
pub(super) fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let is_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(hours) || !is_digits(minutes) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY_MINUTES).then_some(total)
}

/// `09:00`, from minutes after midnight.
pub(super) fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// One person's duty.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnCall {
    /// Who.
    #[garde(skip)]
    person: PersonId,
    /// From when.
    #[garde(skip)]
    from_at: Timestamp,
    /// Until when.
    #[garde(skip)]
    until_at: Timestamp,
}

/// A roster shows yesterday and two months ahead.
const ROSTER_PAST: Span = Span::hours(24);
const ROSTER_AHEAD: Span = Span::hours(24 * SEARCH_DAYS_MAX);

/// Who is on call when, from yesterday on: what is left of weekly duties, dated ones and times taken over.
#[utoipa::path(operation_id = "read_on_call", responses((status = 200, body = Vec<OnCall>)))]
#[get("/on-call")]
pub async fn on_call(scheduling: Guard<ReadOnCall, Scheduling>) -> Result<HttpResponse, Problem> {
    let (store, clinic) = (scheduling.store(), scheduling.who()?.clinic);
    let span = Block { starts_at: store.now().minus(ROSTER_PAST), ends_at: store.now().plus(ROSTER_AHEAD) };
    let roster = roster::between(store.db(), clinic, span).await?;
    let held = stretches(&roster, span, None).into_iter().filter_map(OnCall::held);
    Ok(HttpResponse::Ok().json(held.collect::<Vec<_>>()))
}

/// Enters a dated duty. Where duties overlap, the one that began last holds.
#[utoipa::path(request_body = OnCall, responses((status = 200, body = OnCall), (status = 422, body = ProblemBody)))]
#[post("/on-call")]
pub async fn set_on_call(
    scheduling: Guard<SetOnCall, Scheduling>,
    body: Body<OnCall>,
) -> Result<HttpResponse, Problem> {
    let (act, asked) = (scheduling.act()?, body.0);
    let answer = scheduling
        .store()
        .command(act, async |work| {
            let duty =
                asked.duty().checked(work.now()).map_err(|refusal| problems::of_duty("until_at", refusal))?;
            may_lead(work, duty.person).await?;
            roster::enter(work, duty).await?;
            Ok(asked)
        })
        .await?;
    Ok(HttpResponse::Ok().json(answer))
}

/// The lead must be able to take an incident over: these roles can.
pub(super) async fn may_lead(work: &Work, person: PersonId) -> Result<(), Failure> {
    match store::role_of(work.tx(), work.clinic(), person).await? {
        Some(Role::Therapist | Role::Prescriber | Role::Coordinator) => Ok(()),
        Some(Role::Patient | Role::Sitter | Role::Admin | Role::Auditor) | None => {
            Err(problems::of_person("person").into())
        }
    }
}

impl OnCall {
    fn duty(self) -> Duty {
        let window = Block { starts_at: self.from_at, ends_at: self.until_at };
        Duty { person: self.person, window, taken_over_at: None }
    }

    fn held(stretch: Stretch) -> Option<Self> {
        let Block { starts_at, ends_at } = stretch.window;
        Some(Self { person: stretch.duty?.person, from_at: starts_at, until_at: ends_at })
    }
}
