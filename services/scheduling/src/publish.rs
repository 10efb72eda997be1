//! The privacy border: what the house hears about a booking, and whose screens.

use chassis::keeper::Row;
use chassis::members;
use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Pace;
use proto::events::safety::{Member, SessionOpened};
use proto::events::scheduling::{
    IntegrationBooked, OnCallChanged, ReminderDue, RosterGap, SessionBooked, SessionCancelled,
};
use scheduling_core::availability::Kind;
use scheduling_core::booking::{Booking, Event, People, Plan};
use scheduling_core::local::Block;

/// Says what happened to a booking.
pub(crate) async fn booking(
    work: &mut Work,
    session: SessionId,
    row: &Row<Booking>,
    events: &[Event],
) -> Result<(), Failure> {
    let Some(plan) = row.state.plan() else { return Ok(()) };
    for event in events {
        match event {
            Event::Booked => {
                open(work, session, plan).await?;
                booked(work, session, plan)?;
                work.audit("booked", plan.kind.as_str(), Some(session));
            }
            Event::Cancelled => {
                let People { patient, therapist, .. } = plan.people;
                let fact = SessionCancelled { session, patient, therapist, at: work.now() };
                work.say(Some(session), audience(&plan.people), &fact)?;
                work.audit("cancelled", plan.kind.as_str(), Some(session));
            }
            Event::ReminderDue => {
                let people = vec![plan.people.patient, plan.people.therapist];
                let (starts_at, ends_at) = (plan.block.starts_at, plan.block.ends_at);
                let fact = ReminderDue { session, people: people.clone(), starts_at, ends_at };
                work.say(Some(session), people, &fact)?;
                work.audit("reminded", plan.kind.as_str(), Some(session));
            }
            Event::HandedOver => work.audit("handed over", plan.kind.as_str(), Some(session)),
            Event::Completed => work.audit("completed", plan.kind.as_str(), Some(session)),
        }
    }
    Ok(())
}

/// Tells safety, or whom the talk concerns.
fn booked(work: &mut Work, session: SessionId, plan: &Plan) -> Result<(), Failure> {
    let People { patient, therapist, sitter, prescriber, on_call } = plan.people;
    let (starts_at, ends_at) = (plan.block.starts_at, plan.block.ends_at);
    match (plan.kind, on_call) {
        (Kind::Dosing, Some(on_call)) => {
            let (drill, pace) = (plan.drill.is_some(), plan.drill.unwrap_or(Pace::REAL));
            let fact = SessionBooked {
                session,
                patient,
                therapist,
                sitter,
                prescriber,
                on_call,
                starts_at,
                ends_at,
                drill,
                pace,
            };
            work.say(Some(session), audience(&plan.people), &fact)
        }
        // The machine and the table both refuse a session without cover.
        (Kind::Dosing, None) => Err(Failure::Stored("a dosing session without an on-call lead".into())),
        (Kind::Integration, _) => {
            let fact = IntegrationBooked { session, patient, therapist, starts_at, ends_at };
            work.say(Some(session), audience(&plan.people), &fact)
        }
    }
}

/// Another person is on call for a session from now on.
pub(crate) fn handed_over(
    work: &mut Work,
    session: SessionId,
    people: &People,
    on_call: PersonId,
) -> Result<(), Failure> {
    let mut told = audience(people);
    told.push(on_call);
    work.say(Some(session), told, &OnCallChanged { session, on_call, at: work.now() })?;
    work.audit("on call changed", on_call, Some(session));
    Ok(())
}

/// Nobody is on call in a stretch that lies ahead. No screen needs it: who plans asks for the calendar.
pub(crate) fn gap_ahead(work: &mut Work, gap: Block) -> Result<(), Failure> {
    work.say(None, vec![], &RosterGap { from_at: gap.starts_at, until_at: gap.ends_at })?;
    work.audit("told of a gap", "on call", None);
    Ok(())
}

/// From the first moment its people may cancel it: safety's own word about them comes later.
async fn open(work: &mut Work, session: SessionId, plan: &Plan) -> Result<(), Failure> {
    let member = |person, role| Member { person, role, on_call: plan.people.on_call == Some(person) };
    let mut people =
        vec![member(plan.people.patient, Role::Patient), member(plan.people.therapist, Role::Therapist)];
    people.extend(plan.people.sitter.map(|person| member(person, Role::Sitter)));
    people.extend(plan.people.prescriber.map(|person| member(person, Role::Prescriber)));
    let opened = SessionOpened {
        session,
        people,
        starts_at: plan.block.starts_at,
        ends_at: plan.block.ends_at,
        drill: plan.drill.is_some(),
        pace: plan.drill.unwrap_or(Pace::REAL),
    };
    members::replace(work, &opened).await
}

/// Everyone on the booking except the sitter, whose screen begins with the invitation.
fn audience(people: &People) -> Vec<PersonId> {
    let mut audience = vec![people.patient, people.therapist];
    audience.extend(people.prescriber);
    audience.extend(people.on_call);
    audience
}
