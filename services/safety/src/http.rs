//! Routes. Each handler is a guard, a parse, and one call.

mod discharge;
mod papers;
mod prepare;
mod session;
mod vitals;

use crate::Safety;
use crate::store::records::Speaker;
use actix_web::HttpResponse;
use chassis::guard::{Guard, Who};
use chassis::problem::Problem;
use chassis::service::Service as _;
use garde::Validate;
use kernel::id::PersonId;
use proto::permissions::Permission;
use proto::problems;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// All of them.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(session::read_board)
        .service(session::read_session)
        .service(session::arrive_in_session)
        .service(session::press_ready)
        .service(session::offer_dose)
        .service(session::witness_dose)
        .service(session::record_dose)
        .service(session::end)
        .service(session::close)
        .service(prepare::read_gate)
        .service(prepare::read_checklist)
        .service(prepare::attest)
        .service(prepare::confirm_address)
        .service(prepare::read_card)
        .service(papers::read_consents)
        .service(papers::sign_consent)
        .service(papers::read_training)
        .service(papers::take_training)
        .service(papers::test_phone)
        .service(vitals::record_vitals)
        .service(vitals::read_vitals)
        .service(vitals::decide)
        .service(vitals::place_hold)
        .service(vitals::lift_hold)
        .service(discharge::propose)
        .service(discharge::accept);
}

type Answer = Result<HttpResponse, Problem>;

/// An empty body: the path says it all.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

const fn speaker(who: &Who) -> Speaker {
    Speaker { person: who.person, role: who.role }
}

/// Some presses belong to one person, not to whoever shares the role or holds the duty.
fn only(person: Option<PersonId>, who: &Who) -> Result<(), Problem> {
    if person == Some(who.person) { Ok(()) } else { Err(Problem::new(&problems::AUTH_FORBIDDEN)) }
}

/// Rows of the caller's clinic, for showing.
fn view<'a, P: Permission>(safety: &'a Guard<P, Safety>, who: &Who) -> crate::store::View<'a> {
    crate::store::View::of(safety.store(), who.clinic)
}
