//! What notify hears, and the message it becomes.

use crate::invite::Invite;
use crate::store::{self, Draft};
use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::{EventId, PersonId, SessionId};
use kernel::time::Timestamp;
use notify_core::render::Template;
use proto::envelope::Envelope;
use proto::events::{care, house, identity, scheduling};
use proto::sealed::LINK;

/// Turns something heard into messages.
pub(crate) async fn hear(work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    if let Some(fact) = envelope.open::<identity::ContactChanged>() {
        store::remember_contact(work, &fact).await?;
        return store::wake_for(work, fact.person).await;
    }
    if let Some(fact) = envelope.open::<identity::LinkIssued>() {
        return link(work, envelope.id, &fact).await;
    }
    if let Some(fact) = envelope.open::<scheduling::SessionBooked>() {
        let invite =
            Invite { session: fact.session, sequence: 0, starts_at: fact.starts_at, ends_at: fact.ends_at };
        return booked(work, envelope.id, [fact.patient, fact.therapist], invite, fact.drill).await;
    }
    if let Some(fact) = envelope.open::<scheduling::IntegrationBooked>() {
        let invite =
            Invite { session: fact.session, sequence: 0, starts_at: fact.starts_at, ends_at: fact.ends_at };
        return booked(work, envelope.id, [fact.patient, fact.therapist], invite, false).await;
    }
    if let Some(fact) = envelope.open::<scheduling::SessionCancelled>() {
        return cancelled(work, envelope.id, [fact.patient, fact.therapist], fact.session).await;
    }
    if let Some(fact) = envelope.open::<scheduling::ReminderDue>() {
        return reminded(work, envelope.id, &fact).await;
    }
    if let Some(fact) = envelope.open::<scheduling::RosterGap>() {
        return uncovered(work, envelope.id, &fact).await;
    }
    if let Some(fact) = envelope.open::<care::IntegrationOffered>() {
        let draft = draft(envelope.id, fact.patient, Template::IntegrationOffer, Some(fact.session));
        return store::queue(work, draft).await;
    }
    if envelope.open::<house::LetterDied>().is_some() {
        return undone(work, envelope.id).await;
    }
    Ok(())
}

/// Something a service should have done was never done: those who run the day hear of it.
async fn undone(work: &mut Work, event: EventId) -> Result<(), Failure> {
    for person in store::overseers(work).await? {
        store::queue(work, draft(event, person, Template::SomethingUndone, None)).await?;
    }
    Ok(())
}

/// Nobody is on call in a stretch ahead: those who run the day fill it. Once it is over there is nothing to fill.
async fn uncovered(work: &mut Work, event: EventId, fact: &scheduling::RosterGap) -> Result<(), Failure> {
    let (starts_at, useless_at) = (Some(fact.from_at), Some(fact.until_at));
    for person in store::overseers(work).await? {
        let draft = draft(event, person, Template::OnCallGap, None);
        store::queue(work, Draft { starts_at, useless_at, ..draft }).await?;
    }
    Ok(())
}

/// A link: its purpose is the name of its text.
async fn link(work: &mut Work, event: EventId, fact: &identity::LinkIssued) -> Result<(), Failure> {
    let Some(template) = Template::named(&fact.purpose) else {
        // A purpose newer than this service: nobody may be left without word of it.
        return Err(Failure::Stored(format!("link purpose {}", fact.purpose)));
    };
    let token = work.store().vault().open_from_bus(LINK, fact.person, &fact.sealed)?;
    let draft = Draft {
        token: Some(&token),
        useless_at: Some(fact.expires_at),
        ..draft(event, fact.person, template, fact.session)
    };
    store::queue(work, draft).await
}

async fn booked(
    work: &mut Work,
    event: EventId,
    people: [PersonId; 2],
    invite: Invite,
    is_drill: bool,
) -> Result<(), Failure> {
    store::keep_invite(work, invite, is_drill).await?;
    for person in people {
        let draft = draft(event, person, Template::BookingConfirmed, Some(invite.session));
        store::queue(work, Draft { is_drill, invite: Some(invite), ..draft }).await?;
    }
    Ok(())
}

async fn cancelled(
    work: &mut Work,
    event: EventId,
    people: [PersonId; 2],
    session: SessionId,
) -> Result<(), Failure> {
    let entry = store::cancel_invite(work, session).await?;
    let (invite, is_drill) = entry.map_or((None, false), |(invite, is_drill)| (Some(invite), is_drill));
    for person in people {
        let draft = draft(event, person, Template::BookingCancelled, Some(session));
        store::queue(work, Draft { is_drill, invite, ..draft }).await?;
    }
    Ok(())
}

async fn reminded(work: &mut Work, event: EventId, fact: &scheduling::ReminderDue) -> Result<(), Failure> {
    for person in &fact.people {
        let draft = draft(event, *person, Template::SessionReminder, Some(fact.session));
        let starts_at: Option<Timestamp> = Some(fact.starts_at);
        store::queue(work, Draft { starts_at, useless_at: starts_at, ..draft }).await?;
    }
    Ok(())
}

/// A message with nothing but its text.
fn draft(event: EventId, person: PersonId, template: Template, session: Option<SessionId>) -> Draft<'static> {
    Draft {
        id: store::caused_by(event, person),
        person,
        template,
        session,
        is_drill: false,
        token: None,
        invite: None,
        starts_at: None,
        useless_at: None,
    }
}
