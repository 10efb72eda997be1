//! What leaves the house of the page before a session: the pages themselves, and how it stands.

use crate::store::notifications::{self, Message, ON_CALL, What};
use crate::store::pagers::{self, Contact, Pagers, cover};
use crate::store::rows;
use chassis::keeper::{Keeper as _, Row};
use chassis::problem::Failure;
use chassis::work::Work;
use checkins_core::pager::{self, Event, Pager};
use kernel::id::{PersonId, SessionId};
use kernel::machine::Machine as _;
use kernel::role::Role;
use proto::events::checkins as say;

/// Messages and facts that follow from what the page of a session did.
pub(crate) async fn followed(
    work: &mut Work,
    session: SessionId,
    row: &Row<Pager>,
    events: &[Event],
) -> Result<(), Failure> {
    for event in events {
        match event {
            Event::Page { turn, round } => {
                let reachable = reachable(work, session).await?;
                let place = usize::try_from(*turn).unwrap_or_default().checked_rem(reachable.len());
                let asked = place.and_then(|place| reachable.get(place));
                page(work, session, asked, *round).await?;
            }
            Event::PageOthers { round } => {
                let now = work.now();
                let reachable = reachable(work, session).await?;
                for contact in reachable.iter().filter(|contact| !contact.is_current(now)) {
                    page(work, session, Some(contact), *round).await?;
                }
            }
            Event::Unanswered => work.audit("on_call.unanswered", session, Some(session)),
            Event::Answered(by) => {
                pagers::supersede(work, session, ON_CALL).await?;
                rows::confirm_on_call(work, session).await?;
                super::on_call_confirmed(work, session, *by).await?;
            }
        }
    }
    if events.is_empty() { Ok(()) } else { stands(work, session, row.state).await }
}

async fn reachable(work: &Work, session: SessionId) -> Result<Vec<Contact>, Failure> {
    let people = work.members(session).await?;
    let mut contacts = cover(work.tx(), work.store(), work.clinic(), &people).await?;
    contacts.retain(Contact::is_reachable);
    Ok(contacts)
}

/// Over every channel at once that leads to them: each is proven by an answer, and silence of one is not theirs.
async fn page(
    work: &mut Work,
    session: SessionId,
    asked: Option<&Contact>,
    round: i64,
) -> Result<(), Failure> {
    let Some(contact) = asked else {
        work.audit("on_call.unreachable", session, Some(session));
        return Ok(());
    };
    for channel in &contact.channels {
        let (kind, person, channel) = (ON_CALL.to_owned(), contact.person, *channel);
        let what = What { session, incident: None, kind, step: 0, round, person, channel };
        notifications::write(work, &Message { what, next_at: work.now() }).await?;
    }
    rows::page_on_call(work, session).await?;
    work.audit("on_call.asked", format!("page {round}"), Some(session));
    Ok(())
}

/// Says how the page of a session stands, to whoever prepares it; the home has no part in it.
pub(crate) async fn stands(work: &mut Work, session: SessionId, pager: Pager) -> Result<(), Failure> {
    let people = work.members(session).await?;
    let contacts = cover(work.tx(), work.store(), work.clinic(), &people).await?;
    let reachable = contacts.iter().filter(|contact| contact.is_reachable()).count();
    let now = work.now();
    let current = contacts.iter().filter(|contact| contact.is_current(now)).count();
    let fact = say::PagerChanged {
        session,
        standing: pager.phase().into(),
        hole: pager::hole(contacts.len(), reachable).map(|hole| hole.as_str().into()),
        current: i64::try_from(current).unwrap_or(i64::MAX),
        at: now,
    };
    let outside = people.iter().filter(|member| !matches!(member.role, Role::Patient | Role::Sitter));
    let audience = outside.map(|member| member.person).collect();
    work.say(Some(session), audience, &fact)
}

/// Something changed about this person: how they are reached, or that they answered. Sessions ahead hear how they stand.
pub(crate) async fn changed(work: &mut Work, person: PersonId) -> Result<(), Failure> {
    for session in pagers::ahead_of(work, person).await? {
        if let Some(row) = Pagers::load(work, session).await? {
            stands(work, session, row.state).await?;
        }
    }
    Ok(())
}
