//! Dose orders and the ledger. The house shows and checks them; it never proposes one.

use crate::store::{orders, people};
use crate::{Care, problems, publish};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use care_core::dose::{Disposal, Order, Terms};
use care_core::ledger::{self, Account, Entry, Fact, Finding};
use chassis::body::Body;
use chassis::guard::Guard;
use chassis::ids;
use chassis::problem::{Failure, Problem, ProblemBody};
use garde::Validate;
use kernel::id::{PersonId, RecordId, SessionId};
use kernel::time::Timestamp;
use proto::permissions::{OrderDose, ReadDoseOrders, ReadDoses};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happens to the saliva after holding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Saliva {
    /// Spat out.
    Spit,
    /// Swallowed.
    Swallow,
}

/// An order as a prescriber writes it. The clinical bounds are the core's; these only keep numbers sane.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    /// Milligrams in one lozenge.
    #[garde(range(min = 1, max = 10_000))]
    #[schema(minimum = 1, maximum = 10_000)]
    strength_mg: i64,
    /// Lozenges in one session.
    #[garde(range(min = 1, max = 1_000))]
    #[schema(minimum = 1, maximum = 1_000)]
    lozenges: i64,
    /// Minutes in the mouth.
    #[garde(range(min = 0, max = 1_000))]
    #[schema(minimum = 0, maximum = 1_000)]
    hold_minutes: i64,
    /// Spit or swallow.
    #[garde(skip)]
    disposal: Saliva,
    /// How many sessions it covers.
    #[garde(range(min = 1, max = 1_000))]
    #[schema(minimum = 1, maximum = 1_000)]
    max_sessions: i64,
    /// Hours from one dose to the next, at least.
    #[garde(range(min = 0, max = 100_000))]
    #[schema(minimum = 0, maximum = 100_000)]
    min_interval_hours: i64,
    /// The last moment it may be used.
    #[garde(skip)]
    valid_until_at: Timestamp,
}

/// An order as it stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct OrderRow {
    order: RecordId,
    prescriber: PersonId,
    written_at: Timestamp,
    strength_mg: i64,
    lozenges: i64,
    /// Milligrams in one session.
    session_mg: i64,
    hold_minutes: i64,
    disposal: Saliva,
    max_sessions: i64,
    min_interval_hours: i64,
    valid_until_at: Timestamp,
}

/// One fact about a dose.
#[derive(Debug, Serialize, ToSchema)]
struct DoseRow {
    at: Timestamp,
    /// `begun` through the gate, or `recorded` by a person.
    fact: &'static str,
    lozenges: Option<i64>,
    out_of_order: bool,
}

/// Something a prescriber should look at.
#[derive(Debug, Serialize, ToSchema)]
struct FindingRow {
    #[schema(value_type = String)]
    finding: Finding,
    detail: &'static str,
}

/// What was ordered for a session, and what was taken.
#[derive(Debug, Serialize, ToSchema)]
struct Ledger {
    session: SessionId,
    order: Option<OrderRow>,
    dose_at: Option<Timestamp>,
    lozenges_recorded: Option<i64>,
    mg_recorded: Option<i64>,
    sessions_used: i64,
    sessions_remaining: i64,
    interval_ends_at: Option<Timestamp>,
    entries: Vec<DoseRow>,
    findings: Vec<FindingRow>,
}

/// A patient's orders, newest first.
#[utoipa::path(responses((status = 200, body = Vec<OrderRow>), (status = 404, body = ProblemBody)))]
#[get("/patients/{patient}/dose-orders")]
pub(super) async fn list_dose_orders(
    care: Guard<ReadDoseOrders, Care>,
    patient: Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    let who = care.who()?;
    care.may_see(who, *patient).await?;
    let orders = orders::of(&care.store, who.clinic, *patient).await?;
    Ok(HttpResponse::Ok().json(orders.iter().map(OrderRow::from).collect::<Vec<_>>()))
}

/// Writes an order.
#[utoipa::path(request_body = NewOrder, responses((status = 200, body = OrderRow), (status = 422, body = ProblemBody)))]
#[post("/patients/{patient}/dose-orders")]
pub(super) async fn write_dose_order(
    care: Guard<OrderDose, Care>,
    patient: Path<PersonId>,
    body: Body<NewOrder>,
) -> Result<HttpResponse, Problem> {
    care.may_see(care.who()?, *patient).await?;
    let row = care
        .store
        .command(care.act()?, async |work| {
            let order = Order::written(body.0.terms(), work.now()).map_err(problems::order)?;
            let id: RecordId = ids::fresh();
            orders::put(work, id, *patient, &order).await?;
            work.audit("wrote a dose order", id, None);
            publish::dose_ordered(work, *patient, order.terms().valid_until_at).await?;
            let prescriber = work.act().actor;
            Ok(OrderRow::from(&orders::Written { id, prescriber, order }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(row))
}

/// What was ordered for a session, and what was taken.
#[utoipa::path(responses((status = 200, body = Ledger), (status = 404, body = ProblemBody)))]
#[get("/sessions/{session}/doses")]
pub(super) async fn read_doses(
    care: Guard<ReadDoses, Care>,
    session: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let (clinic, session) = (care.who()?.clinic, *session);
    let patient = people::patient_seen(&care.store, clinic, session).await?.ok_or(Failure::Missing)?;
    let entries = orders::doses(&care.store, clinic, patient).await?;
    let here: Vec<DoseRow> =
        entries.iter().filter(|entry| entry.session == session).map(DoseRow::from).collect();
    let dose_at = here.iter().map(|row| row.at).min();
    let at = dose_at.unwrap_or(care.store.now());
    let order = orders::in_force(&care.store, clinic, patient, at).await?;
    let account = ledger::account(session, order.as_ref().map(|written| &written.order), &entries);
    Ok(HttpResponse::Ok().json(Ledger::of(session, order.as_ref(), account, here)))
}

impl NewOrder {
    fn terms(&self) -> Terms {
        Terms {
            strength_mg: self.strength_mg,
            lozenges: self.lozenges,
            hold_minutes: self.hold_minutes,
            disposal: match self.disposal {
                Saliva::Spit => Disposal::Spit,
                Saliva::Swallow => Disposal::Swallow,
            },
            max_sessions: self.max_sessions,
            min_interval_hours: self.min_interval_hours,
            valid_until_at: self.valid_until_at,
        }
    }
}

impl From<&orders::Written> for OrderRow {
    fn from(written: &orders::Written) -> Self {
        let terms = written.order.terms();
        Self {
            order: written.id,
            prescriber: written.prescriber,
            written_at: written.order.written_at(),
            strength_mg: terms.strength_mg,
            lozenges: terms.lozenges,
            session_mg: written.order.mg(terms.lozenges),
            hold_minutes: terms.hold_minutes,
            disposal: match terms.disposal {
                Disposal::Spit => Saliva::Spit,
                Disposal::Swallow => Saliva::Swallow,
            },
            max_sessions: terms.max_sessions,
            min_interval_hours: terms.min_interval_hours,
            valid_until_at: terms.valid_until_at,
        }
    }
}

impl From<&Entry> for DoseRow {
    fn from(entry: &Entry) -> Self {
        let (fact, lozenges, out_of_order) = match entry.fact {
            Fact::Begun => ("begun", None, false),
            Fact::Recorded { lozenges, out_of_order } => ("recorded", Some(lozenges), out_of_order),
        };
        Self { at: entry.at, fact, lozenges, out_of_order }
    }
}

impl Ledger {
    fn of(
        session: SessionId,
        order: Option<&orders::Written>,
        account: Account,
        entries: Vec<DoseRow>,
    ) -> Self {
        let findings = account.findings.into_iter();
        Self {
            session,
            order: order.map(OrderRow::from),
            dose_at: account.dose_at,
            lozenges_recorded: account.lozenges_recorded,
            mg_recorded: account.mg_recorded,
            sessions_used: account.sessions_used,
            sessions_remaining: account.sessions_remaining,
            interval_ends_at: account.interval_ends_at,
            entries,
            findings: findings.map(|finding| FindingRow { finding, detail: finding.sentence() }).collect(),
        }
    }
}
