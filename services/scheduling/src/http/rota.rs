//! Routes of the roster: the calendar of who is on call, what comes every week, and who takes a time over.

use super::OffsetChoice;
use super::calendar::{clock, may_lead, minutes};
use crate::Scheduling;
use crate::problems;
use crate::roster::GAP_AHEAD;
use crate::store::roster::{self, DatedEntry, WeeklyEntry};
use crate::zone::{IanaZone, read_local};
use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chassis::body::{Body, unreadable_query};
use chassis::guard::Guard;
use chassis::problem::{Problem, ProblemBody};
use chassis::service::Service as _;
use garde::Validate;
use kernel::id::{PersonId, RecordId};
use kernel::time::{Span, Timestamp};
use proto::permissions::{ReadOnCall, SetOnCall};
use proto::problems::NOT_FOUND;
use scheduling_core::availability::SEARCH_DAYS_MAX;
use scheduling_core::local::{self, Block};
use scheduling_core::on_call::{self, Duty, Stretch};
use scheduling_core::rota::{Refusal, Weekly};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which part of the calendar is looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RosterQuery {
    /// From when, in microseconds.
    from_at: Timestamp,
    /// Until when, in microseconds; at most 62 days later.
    until_at: Timestamp,
}

/// Who is on call when, and what makes it so.
#[derive(Debug, Serialize, ToSchema)]
pub struct Roster {
    /// The calendar, without holes: a stretch without a person is a gap.
    stretches: Vec<RosterStretch>,
    /// What comes every week.
    weekly: Vec<WeeklyDutyEntry>,
    /// What was entered for a date, and what somebody took over.
    dated: Vec<DatedDutyEntry>,
    /// A gap that begins before this is near: it is told of.
    near_until_at: Timestamp,
}

/// A stretch with one answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterStretch {
    /// From when.
    from_at: Timestamp,
    /// Until when.
    until_at: Timestamp,
    /// Who is on call; nobody in a gap.
    person: Option<PersonId>,
    /// Whether they took it over.
    taken_over: bool,
    /// From whom, as it begins.
    instead_of: Option<PersonId>,
}

/// A duty of every week.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeeklyDuty {
    /// Who.
    #[garde(skip)]
    person: PersonId,
    /// The day it begins: 1 for Monday to 7 for Sunday.
    #[garde(range(min = 1, max = 7))]
    #[schema(minimum = 1, maximum = 7)]
    weekday: i64,
    /// `20:00`.
    #[garde(skip)]
    #[schema(pattern = r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]
    from: String,
    /// The day it ends; the same day and time as its begin is a whole week.
    #[garde(range(min = 1, max = 7))]
    #[schema(minimum = 1, maximum = 7)]
    until_weekday: i64,
    /// `08:00`.
    #[garde(skip)]
    #[schema(pattern = r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]
    until: String,
    /// The IANA zone of that clock.
    #[garde(skip)]
    #[schema(min_length = 1, max_length = 64)]
    time_zone: String,
}

/// A duty of every week, as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeeklyDutyEntry {
    /// What ends it.
    id: RecordId,
    /// The duty.
    duty: WeeklyDuty,
}

/// A duty with a date.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatedDutyEntry {
    /// What ends it.
    id: RecordId,
    /// Who.
    person: PersonId,
    /// From when.
    from_at: Timestamp,
    /// Until when.
    until_at: Timestamp,
    /// Whether it was taken over from whoever is in the roster.
    taken_over: bool,
}

/// Somebody takes a time over: whoever is in the roster is off meanwhile.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOver {
    /// Who.
    #[garde(skip)]
    person: PersonId,
    /// What the clock shows at its begin: `2026-11-27T20:00`.
    #[garde(skip)]
    #[schema(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$")]
    from: String,
    /// Which of two, when the clock shows it twice.
    #[garde(skip)]
    from_choice: Option<OffsetChoice>,
    /// What the clock shows at its end.
    #[garde(skip)]
    #[schema(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$")]
    until: String,
    /// Which of two, when the clock shows it twice.
    #[garde(skip)]
    until_choice: Option<OffsetChoice>,
    /// The IANA zone of that clock.
    #[garde(skip)]
    #[schema(min_length = 1, max_length = 64)]
    time_zone: String,
}

/// What was entered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RosterEntered {
    /// What ends it.
    id: RecordId,
}

/// Nothing to say.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterEnd {}

/// Who is on call when, with every gap.
#[utoipa::path(operation_id = "read_roster", params(RosterQuery),
    responses((status = 200, body = Roster), (status = 422, body = ProblemBody)))]
#[get("/on-call/calendar")]
pub async fn calendar(
    scheduling: Guard<ReadOnCall, Scheduling>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = Query::<RosterQuery>::from_query(request.query_string());
    let span = query.map_err(|error| unreadable_query(&error))?.span()?;
    let (store, clinic) = (scheduling.store(), scheduling.who()?.clinic);
    let roster = roster::between(store.db(), clinic, span).await?;
    let stretches = on_call::stretches(&roster, span, None);
    let weekly = roster::weekly(store.db(), clinic, store.now()).await?;
    let dated = roster::dated(store.db(), clinic, span).await?;
    Ok(HttpResponse::Ok().json(Roster {
        stretches: stretches.iter().map(|stretch| RosterStretch::of(stretch, &roster)).collect(),
        weekly: weekly.into_iter().map(WeeklyDutyEntry::from).collect(),
        dated: dated.into_iter().map(DatedDutyEntry::from).collect(),
        near_until_at: store.now().plus(GAP_AHEAD),
    }))
}

impl RosterQuery {
    fn span(&self) -> Result<Block, Problem> {
        let longest = self.from_at.plus(Span::hours(24 * SEARCH_DAYS_MAX));
        if self.until_at <= self.from_at || self.until_at > longest {
            return Err(problems::of_field("until_at", "Ask for at least a moment and at most 62 days."));
        }
        Ok(Block { starts_at: self.from_at, ends_at: self.until_at })
    }
}

impl RosterStretch {
    fn of(stretch: &Stretch, roster: &[Duty]) -> Self {
        let Block { starts_at, ends_at } = stretch.window;
        let taken_over = stretch.duty.is_some_and(|duty| duty.taken_over_at.is_some());
        Self {
            from_at: starts_at,
            until_at: ends_at,
            person: stretch.duty.map(|duty| duty.person),
            taken_over,
            instead_of: if taken_over { on_call::relieved(roster, starts_at) } else { None },
        }
    }
}

impl From<WeeklyEntry> for WeeklyDutyEntry {
    fn from(entry: WeeklyEntry) -> Self {
        let Weekly { person, weekday, from, .. } = entry.kept.weekly;
        let (until_weekday, until) = entry.kept.weekly.until();
        let (from, until, time_zone) = (clock(from), clock(until), entry.zone.name().to_owned());
        Self { id: entry.id, duty: WeeklyDuty { person, weekday, from, until_weekday, until, time_zone } }
    }
}

impl From<DatedEntry> for DatedDutyEntry {
    fn from(entry: DatedEntry) -> Self {
        let DatedEntry { id, duty } = entry;
        let Block { starts_at, ends_at } = duty.window;
        let taken_over = duty.taken_over_at.is_some();
        Self { id, person: duty.person, from_at: starts_at, until_at: ends_at, taken_over }
    }
}

/// Enters a duty of every week, from now on.
#[utoipa::path(operation_id = "set_weekly_duty", request_body = WeeklyDuty,
    responses((status = 200, body = RosterEntered), (status = 422, body = ProblemBody)))]
#[post("/on-call/weekly")]
pub async fn set_weekly(
    scheduling: Guard<SetOnCall, Scheduling>,
    body: Body<WeeklyDuty>,
) -> Result<HttpResponse, Problem> {
    let act = scheduling.act()?;
    let (weekly, zone) = body.0.read()?;
    let entered = scheduling.store().command(act, async |work| {
        may_lead(work, weekly.person).await?;
        if !roster::has_room(work).await? {
            return Err(problems::of_weekly(Refusal::TooMany).into());
        }
        Ok(RosterEntered { id: roster::enter_weekly(work, weekly, zone).await? })
    });
    Ok(HttpResponse::Ok().json(entered.await?))
}

impl WeeklyDuty {
    fn read(&self) -> Result<(Weekly, IanaZone), Problem> {
        let zone = IanaZone::named(&self.time_zone).filter(|zone| zone.follows_a_place());
        let zone = zone.ok_or_else(problems::of_zone)?;
        let read = |name, text: &str| {
            minutes(text).ok_or_else(|| problems::of_time(name, "Write times as 20:00, up to 24:00."))
        };
        let (from, until) = (read("from", &self.from)?, read("until", &self.until)?);
        let weekly = Weekly::between(self.person, (self.weekday, from), (self.until_weekday, until));
        Ok((weekly.map_err(problems::of_weekly)?, zone))
    }
}

/// Takes a time over from whoever is in the roster: from then until then this person is on call, whatever else begins.
#[utoipa::path(operation_id = "take_over", request_body = TakeOver,
    responses((status = 200, body = RosterEntered), (status = 422, body = ProblemBody)))]
#[post("/on-call/overrides")]
pub async fn take_over(
    scheduling: Guard<SetOnCall, Scheduling>,
    body: Body<TakeOver>,
) -> Result<HttpResponse, Problem> {
    let act = scheduling.act()?;
    let (person, asked) = (body.0.person, body.0.window()?);
    let entered = scheduling.store().command(act, async |work| {
        let now = work.now();
        // Who was on call a moment ago stays known: nobody takes over what is past.
        let window = Block { starts_at: asked.starts_at.max(now), ..asked };
        let whole = Duty { person, window: asked, taken_over_at: Some(now) };
        let whole = whole.checked(now).map_err(|refusal| problems::of_duty("until", refusal))?;
        let duty = Duty { window, ..whole };
        may_lead(work, person).await?;
        Ok(RosterEntered { id: roster::enter(work, duty).await? })
    });
    Ok(HttpResponse::Ok().json(entered.await?))
}

impl TakeOver {
    fn window(&self) -> Result<Block, Problem> {
        let zone = IanaZone::named(&self.time_zone).ok_or_else(problems::of_zone)?;
        let read = |name, text: &str, choice: Option<OffsetChoice>| {
            let detail = "Write it as 2026-12-01T09:00: a day and a minute that exist.";
            let local = read_local(text).ok_or_else(|| problems::of_time(name, detail))?;
            let at = local::resolve(&zone, local, choice.map(local::OffsetChoice::from));
            at.map_err(|unclear| problems::of_local_in(name, unclear))
        };
        let starts_at = read("from", &self.from, self.from_choice)?;
        let ends_at = read("until", &self.until, self.until_choice)?;
        Ok(Block { starts_at, ends_at })
    }
}

/// Takes a duty out of the roster, from now on.
#[utoipa::path(operation_id = "end_duty", request_body = RosterEnd, params(("entry" = RecordId, Path)),
    responses((status = 200, body = RosterEntered), (status = 404, body = ProblemBody)))]
#[post("/on-call/entries/{entry}/end")]
pub async fn end(
    scheduling: Guard<SetOnCall, Scheduling>,
    entry: Path<RecordId>,
    _body: Body<RosterEnd>,
) -> Result<HttpResponse, Problem> {
    let (act, id) = (scheduling.act()?, *entry);
    let ended = scheduling.store().command(act, async |work| {
        if !roster::end(work, id).await? {
            return Err(Problem::new(&NOT_FOUND).into());
        }
        Ok(RosterEntered { id })
    });
    Ok(HttpResponse::Ok().json(ended.await?))
}
