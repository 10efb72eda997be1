//! The route of the clinic's safety numbers.

use super::Answer;
use crate::{Checkins, numbers};
use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use chassis::guard::Guard;
use chassis::service::Service as _;
use chassis::words;
use checkins_core::numbers::spread::{Share, Spread, Verdict};
use checkins_core::numbers::{NOTICED_BAR, Numbers, PAGED_BAR, SESSIONS_PER_FALSE_ALARM, TAKEN_BAR};
use kernel::time::{Span, Timestamp};
use proto::permissions::ReadNumbers;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;

/// Over how many days.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
enum Days {
    /// The last month.
    #[default]
    #[serde(rename = "30")]
    Month,
    /// The last quarter.
    #[serde(rename = "90")]
    Quarter,
}

/// Which numbers.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct Period {
    /// Over how many days; 30 if it is left out.
    #[param(inline)]
    days: Option<Days>,
}

fn verdict_words() -> Object {
    words::one_of("How it stands to its bar.", Verdict::ALL.map(Verdict::as_str))
}

/// How long something took. What rests on too little is not said.
#[derive(Debug, Serialize, ToSchema)]
struct SpreadView {
    /// How many times are known.
    known: i64,
    /// How often it happened, or had to, and nobody wrote down when.
    unknown: i64,
    /// Half of them took no longer, in microseconds.
    p50_micros: Option<i64>,
    /// 95 of 100 took no longer.
    p95_micros: Option<i64>,
    /// 99 of 100 took no longer.
    p99_micros: Option<i64>,
    /// The longest.
    worst_micros: Option<i64>,
    /// What it should not exceed; nothing where nobody set a bar.
    bar_micros: Option<i64>,
    /// `kept`, `broken`, `unknown` or `no_bar`.
    #[schema(schema_with = verdict_words)]
    verdict: &'static str,
}

impl SpreadView {
    fn of(spread: Spread, bar: Option<Span>) -> Self {
        let Spread { known, unknown, p50, p95, p99, worst, verdict } = spread;
        let [p50_micros, p95_micros, p99_micros, worst_micros, bar_micros] =
            [p50, p95, p99, worst, bar].map(|length| length.map(Span::as_micros));
        let verdict = verdict.as_str();
        Self { known, unknown, p50_micros, p95_micros, p99_micros, worst_micros, bar_micros, verdict }
    }
}

/// So many of so many.
#[derive(Debug, Serialize, ToSchema)]
struct ShareView {
    /// So many.
    part: i64,
    /// Of so many.
    whole: i64,
    /// It should be rarer than one in so many; nothing where nobody set a bar.
    bar_one_in: Option<i64>,
    /// `kept`, `broken`, `unknown` or `no_bar`.
    #[schema(schema_with = verdict_words)]
    verdict: &'static str,
}

impl ShareView {
    const fn of(share: Share, bar_one_in: Option<i64>) -> Self {
        let Share { part, whole, verdict } = share;
        Self { part, whole, bar_one_in, verdict: verdict.as_str() }
    }
}

/// All numbers of real sessions, or of drills.
#[derive(Debug, Serialize, ToSchema)]
struct NumbersView {
    /// Sessions in which at least one look was due.
    sessions: i64,
    /// Incidents of any kind.
    incidents: i64,
    /// From a look's deadline to the incident.
    detect: SpreadView,
    /// From when it should have been noticed to the first page of somebody who was told.
    screen: SpreadView,
    /// The same to the first message taken for somebody away from a screen.
    page: SpreadView,
    /// From the incident to a named person who has it.
    acknowledge: SpreadView,
    /// From the incident to its end.
    resolve: SpreadView,
    /// Missed looks among those that were due.
    missed: ShareView,
    /// Alarms of the house's own after which all was well, among sessions.
    false_alarms: ShareView,
    /// Sessions for which whoever was on call answered beforehand, among those for which they were asked.
    pager: ShareView,
}

impl From<Numbers> for NumbersView {
    fn from(numbers: Numbers) -> Self {
        let noticed = |spread| SpreadView::of(spread, Some(NOTICED_BAR));
        Self {
            sessions: numbers.sessions,
            incidents: numbers.incidents,
            detect: noticed(numbers.detect),
            screen: noticed(numbers.screen),
            page: SpreadView::of(numbers.page, Some(PAGED_BAR)),
            acknowledge: SpreadView::of(numbers.acknowledge, Some(TAKEN_BAR)),
            resolve: SpreadView::of(numbers.resolve, None),
            missed: ShareView::of(numbers.missed, None),
            false_alarms: ShareView::of(numbers.false_alarms, Some(SESSIONS_PER_FALSE_ALARM)),
            pager: ShareView::of(numbers.pager, None),
        }
    }
}

/// How well the clinic's net was held.
#[derive(Debug, Serialize, ToSchema)]
struct SafetyNumbers {
    /// Over how many days.
    days: i64,
    /// Since when.
    since_at: Timestamp,
    /// Until when.
    until_at: Timestamp,
    /// Of sessions in which somebody took something.
    real: NumbersView,
    /// Of drills, kept apart.
    drills: NumbersView,
}

#[utoipa::path(tag = "checkins", params(Period), responses((status = 200, body = SafetyNumbers)))]
#[get("/numbers")]
pub(super) async fn read_numbers(checkins: Guard<ReadNumbers, Checkins>, period: Query<Period>) -> Answer {
    let (clinic, store) = (checkins.who()?.clinic, checkins.store());
    let days = match period.days.unwrap_or_default() {
        Days::Month => 30,
        Days::Quarter => 90,
    };
    let until_at = store.now();
    let real = numbers::read(store, Some(clinic), false, days).await?.into();
    let drills = numbers::read(store, Some(clinic), true, days).await?.into();
    let since_at = until_at.minus(Span::hours(24).times(days));
    Ok(HttpResponse::Ok().json(SafetyNumbers { days, since_at, until_at, real, drills }))
}
