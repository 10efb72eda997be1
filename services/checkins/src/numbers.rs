//! The house's own safety numbers as metrics, and the moment at which a screen had an alarm.

use crate::Checkins;
use crate::store::numbers::{self, Which};
use crate::store::view::Incident;
use chassis::clock;
use chassis::guard::Who;
use chassis::problem::Failure;
use chassis::service::Service as _;
use chassis::store::Store;
use checkins_core::numbers::spread::{Share, Spread};
use checkins_core::numbers::{Numbers, numbers as of};
use kernel::id::ClinicId;
use kernel::role::Role;
use kernel::time::Span;
use std::sync::Arc;

/// How often the metrics are made anew: they look back thirty days, and a minute more changes little.
const EVERY: Span = Span::minutes(1);
/// What the metrics look back on.
const MONTH_DAYS: i64 = 30;

/// The numbers of one clinic or of the whole house, over so many days.
pub(crate) async fn read(
    store: &Store,
    clinic: Option<ClinicId>,
    drill: bool,
    days: i64,
) -> Result<Numbers, Failure> {
    let which = Which { clinic, drill, since: store.now().minus(Span::hours(24).times(days)) };
    Ok(of(&numbers::burned(store, which).await?, numbers::counts(store, which).await?))
}

/// A page of the clinic's side was given these incidents. What was asked for is answered all the same.
pub(crate) async fn shown(service: &Checkins, who: &Who, incidents: &[Incident]) {
    match who.role {
        Role::Patient | Role::Sitter => return,
        Role::Therapist | Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => {}
    }
    if let Err(failure) = numbers::shown(service.store(), who.clinic, who.person, incidents).await {
        tracing::warn!(error = %failure, "that a screen had an alarm could not be noted");
    }
}

/// Makes the metrics for as long as the process lives.
pub(crate) fn start(service: &Arc<Checkins>) {
    let store = service.store().clone();
    actix_web::rt::spawn(async move {
        loop {
            for drill in [false, true] {
                match read(&store, None, drill, MONTH_DAYS).await {
                    Ok(numbers) => expose(&numbers, if drill { "drill" } else { "real" }),
                    Err(failure) => tracing::warn!(error = %failure, "the safety numbers could not be read"),
                }
            }
            clock::wait(EVERY).await;
        }
    });
}

fn expose(numbers: &Numbers, sessions: &'static str) {
    let Numbers { detect, screen, page, acknowledge, resolve, missed, false_alarms, pager, .. } = numbers;
    metrics::gauge!("checkins_safety_sessions", "sessions" => sessions).set(count(numbers.sessions));
    metrics::gauge!("checkins_safety_incidents", "sessions" => sessions).set(count(numbers.incidents));
    let spreads = [
        ("detect", detect),
        ("screen", screen),
        ("page", page),
        ("acknowledge", acknowledge),
        ("resolve", resolve),
    ];
    for (measure, spread) in spreads {
        expose_spread(measure, spread, sessions);
    }
    let shares = [("missed_checks", missed), ("false_alarms", false_alarms), ("pager_drills", pager)];
    for (measure, Share { part, whole, .. }) in shares {
        metrics::gauge!("checkins_safety_part", "measure" => measure, "sessions" => sessions)
            .set(count(*part));
        metrics::gauge!("checkins_safety_whole", "measure" => measure, "sessions" => sessions)
            .set(count(*whole));
    }
}

fn expose_spread(measure: &'static str, spread: &Spread, sessions: &'static str) {
    let Spread { known, unknown, p50, p95, p99, worst, .. } = spread;
    for (quantile, length) in [("0.5", p50), ("0.95", p95), ("0.99", p99), ("1", worst)] {
        // Unknown is no number: zero would read as instant.
        let seconds = length.map_or(f64::NAN, |length| clock::duration(length).as_secs_f64());
        metrics::gauge!("checkins_safety_seconds",
            "measure" => measure, "quantile" => quantile, "sessions" => sessions)
        .set(seconds);
    }
    metrics::gauge!("checkins_safety_known", "measure" => measure, "sessions" => sessions).set(count(*known));
    metrics::gauge!("checkins_safety_unknown", "measure" => measure, "sessions" => sessions)
        .set(count(*unknown));
}

fn count(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}
