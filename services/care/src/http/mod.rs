//! The routes of care: guard, parse, drive, answer.

mod aftercare;
mod journal;
mod orders;
mod outcomes;

use crate::Care;
use crate::store::people;
use chassis::guard::Who;
use chassis::problem::Problem;
use kernel::id::PersonId;
use kernel::role::Role;
use proto::problems;
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds every route.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(orders::list_dose_orders)
        .service(orders::write_dose_order)
        .service(orders::read_doses)
        .service(outcomes::read_instrument)
        .service(outcomes::answer_instrument)
        .service(outcomes::read_outcomes)
        .service(journal::read_journal)
        .service(journal::write_journal)
        .service(journal::share_entry)
        .service(aftercare::read_aftercare)
        .service(aftercare::answer_morning);
}

impl Care {
    /// Whether `who` may look at this patient: themselves, a therapist of theirs, or a prescriber of the clinic.
    async fn may_see(&self, who: &Who, patient: PersonId) -> Result<(), Problem> {
        let may = match who.role {
            Role::Patient => who.person == patient,
            Role::Therapist => people::treats(&self.store, who.clinic, who.person, patient).await?,
            Role::Prescriber => people::is_known(&self.store, who.clinic, patient).await?,
            Role::Sitter | Role::Coordinator | Role::Admin | Role::Auditor => false,
        };
        if may { Ok(()) } else { Err(Problem::new(&problems::NOT_FOUND)) }
    }
}
