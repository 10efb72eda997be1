//! The roster as time passes: sessions are handed over when a duty begins or ends, and gaps are found while they lie ahead.

use crate::Scheduling;
use crate::publish;
use crate::store::{Bookings, roster};
use chassis::keeper::Keeper as _;
use chassis::problem::Failure;
use chassis::service::{Service as _, earliest};
use chassis::work::{Act, Work};
use kernel::id::SessionId;
use kernel::time::{Span, Timestamp};
use scheduling_core::local::Block;
use scheduling_core::on_call;

/// How far ahead a gap is told of (reliability.md §5, row 78).
pub(crate) const GAP_AHEAD: Span = Span::hours(72);
/// While there is one, people hear of it this often: a mail that comes more often is not read.
const TELL_EVERY: Span = Span::hours(24);
/// How often a roster is looked through; a change of it is looked at at once.
const LOOK_EVERY: Span = Span::hours(1);
/// However long a duty lasts, its session is looked at once a day.
const HANDOVER_AHEAD: Span = Span::hours(24);

/// Looks at what is due, and says when the next handover is if that is soon.
pub(crate) async fn tick(service: &Scheduling) -> Result<Option<Timestamp>, Failure> {
    let store = service.store();
    let now = store.now();
    let (due, soon): (Vec<_>, Vec<_>) =
        roster::handovers(store).await?.into_iter().partition(|(_, _, at)| *at <= now);
    for (clinic, session, _) in due {
        let handed = store.work(Act::clock(clinic), async |work| hand_over(work, session).await).await;
        if let Err(failure) = handed {
            tracing::error!(session.id = %session, error = %failure, "a handover could not be made");
        }
    }
    for clinic in roster::gap_looks(store).await? {
        let looked = store.work(Act::clock(clinic), async |work| look_for_gaps(work).await).await;
        if let Err(failure) = looked {
            tracing::error!(clinic.id = %clinic, error = %failure, "a roster could not be looked through");
        }
    }
    Ok(earliest(soon.into_iter().map(|(_, _, at)| Some(at))))
}

/// The session's lead is whoever is on call now, or will be at its start. In a gap whoever had it last keeps it: somebody
/// who may answer is better than nobody, and the gap itself is told of.
async fn hand_over(work: &mut Work, session: SessionId) -> Result<(), Failure> {
    let Some(row) = Bookings::load(work, session).await? else { return Ok(()) };
    let Some(plan) = row.state.plan() else { return Ok(()) };
    let at = plan.block.starts_at.max(work.now());
    let span = Block::lasting(at, HANDOVER_AHEAD);
    let roster = roster::between(work.tx(), work.clinic(), span).await?;
    let next_at = on_call::next_edge(&roster, at).map_or(span.ends_at, |edge| edge.min(span.ends_at));
    if !roster::look_again(work, session, next_at).await? {
        return Ok(());
    }
    let lead = on_call::lead(&roster, at, plan.people.therapist);
    match lead {
        Some(lead) if plan.people.on_call != Some(lead) => {
            roster::hand_over(work, session, lead).await?;
            publish::handed_over(work, session, &plan.people, lead)
        }
        Some(_) | None => Ok(()),
    }
}

/// Tells whoever runs the clinic's day of the first gap ahead, once a day.
async fn look_for_gaps(work: &mut Work) -> Result<(), Failure> {
    let Some(look) = roster::take_gap_look(work, LOOK_EVERY).await? else { return Ok(()) };
    if look.told_at.is_some_and(|at| work.now().since(at) < TELL_EVERY) {
        return Ok(());
    }
    let span = Block::lasting(work.now(), GAP_AHEAD);
    let roster = roster::between(work.tx(), work.clinic(), span).await?;
    match on_call::gaps(&roster, span, None).first() {
        Some(gap) => {
            roster::gap_told(work).await?;
            publish::gap_ahead(work, *gap)
        }
        None => Ok(()),
    }
}
