//! What video hears: whose room it is, when a dose holds it open, when it closes, and who lost access.

use crate::Video;
use crate::hall::Notice;
use crate::store::Rooms;
use chassis::keeper::{About, Keeper as _};
use chassis::members;
use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::time::Pace;
use proto::envelope::Envelope;
use proto::events::identity::{SignInRevoked, SitterRevoked};
use proto::events::safety::{DoseBegun, DoseRecorded, Member, SessionClosed, SessionOpened};
use proto::events::scheduling::{IntegrationBooked, SessionCancelled};
use video_core::member::Seat;
use video_core::room::{Command, Room, Window};

/// Turns something heard into commands. Hearing it twice changes nothing.
pub async fn hear(video: &Video, work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    if let Some(opened) = envelope.open::<SessionOpened>() {
        open(video, work, &opened).await
    } else if let Some(booked) = envelope.open::<IntegrationBooked>() {
        let opened = visit(&booked);
        members::replace(work, &opened).await?;
        open(video, work, &opened).await
    } else if let Some(begun) = envelope.open::<DoseBegun>() {
        step(work, begun.session, Command::Hold).await
    } else if let Some(recorded) = envelope.open::<DoseRecorded>() {
        step(work, recorded.session, Command::Hold).await
    } else if let Some(closed) = envelope.open::<SessionClosed>() {
        step(work, closed.session, Command::Close).await
    } else if let Some(cancelled) = envelope.open::<SessionCancelled>() {
        step(work, cancelled.session, Command::Close).await
    } else if let Some(revoked) = envelope.open::<SitterRevoked>() {
        step(work, revoked.session, Command::Excuse { person: revoked.person }).await
    } else if let Some(revoked) = envelope.open::<SignInRevoked>() {
        video.hall.notify_all(Notice::SignInRevoked(revoked.sign_in));
        Ok(())
    } else {
        Ok(())
    }
}

/// An integration visit is a room of two; it has no watch and no dose.
fn visit(booked: &IntegrationBooked) -> SessionOpened {
    let member = |person, role| Member { person, role, on_call: false };
    SessionOpened {
        session: booked.session,
        people: vec![member(booked.patient, Role::Patient), member(booked.therapist, Role::Therapist)],
        starts_at: booked.starts_at,
        ends_at: booked.ends_at,
        drill: false,
        pace: Pace::REAL,
    }
}

async fn open(video: &Video, work: &mut Work, opened: &SessionOpened) -> Result<(), Failure> {
    let mut window = Window::around(opened.starts_at, opened.ends_at);
    // A drill may be entered at once (decisions.md, drills and pace).
    if opened.drill || video.store.ground().config.demo {
        window.opens_at = window.opens_at.min(work.now());
    }
    let session = opened.session;
    match Rooms::load(work, session).await? {
        Some(_) => step(work, session, Command::Move { window }).await?,
        None => create(work, opened, window).await?,
    }
    let room = Rooms::load(work, session).await?.map(|row| row.state).ok_or(Failure::Missing)?;
    for person in gone(&room, opened) {
        step(work, session, Command::Excuse { person }).await?;
    }
    for (person, role, seat) in seats(&opened.people) {
        expect(work, session, Command::Expect { person, role, seat }).await?;
    }
    Ok(())
}

async fn create(work: &mut Work, opened: &SessionOpened, window: Window) -> Result<(), Failure> {
    let patient = opened.people.iter().find(|member| member.role == Role::Patient);
    let patient = patient.ok_or_else(|| Failure::Stored("a session without a patient".to_owned()))?;
    let about = About { clinic: work.clinic(), session: Some(opened.session), person: patient.person };
    work.create::<Rooms>(opened.session, about, Room::new(window), &[]).await?;
    Ok(())
}

fn gone(room: &Room, opened: &SessionOpened) -> Vec<PersonId> {
    let stays = |person| opened.people.iter().any(|member| member.person == person);
    room.members().iter().map(|member| member.person).filter(|person| !stays(*person)).collect()
}

/// Who holds which seat. Of several therapists the one who is not on call leads.
fn seats(people: &[Member]) -> Vec<(PersonId, Role, Seat)> {
    let leads = |member: &&Member| member.role == Role::Therapist;
    let lead = people.iter().filter(leads).min_by_key(|member| member.on_call).map(|member| member.person);
    let mut seats = Vec::<(PersonId, Role, Seat)>::new();
    for member in people {
        if seats.iter().any(|(person, _, _)| *person == member.person) {
            continue;
        }
        let seat = match member.role {
            Role::Patient => Seat::Patient,
            Role::Sitter => Seat::Sitter,
            Role::Therapist if lead == Some(member.person) => Seat::Therapist,
            Role::Therapist | Role::Prescriber | Role::Coordinator | Role::Admin => Seat::Invited,
            // Whoever reads trails has no business in a room.
            Role::Auditor => continue,
        };
        seats.push((member.person, member.role, seat));
    }
    seats
}

/// A seat that is taken is the clinic's to sort out: the rest of the people must still be let in.
async fn expect(work: &mut Work, session: SessionId, command: Command) -> Result<(), Failure> {
    match step(work, session, command).await {
        Err(Failure::Refused(problem)) => {
            tracing::warn!(session.id = %session, code = problem.code(), "someone has no seat in this room");
            Ok(())
        }
        other => other,
    }
}

/// Drives the room, if there is one: an event about a session without a room is not ours.
async fn step(work: &mut Work, session: SessionId, command: Command) -> Result<(), Failure> {
    match work.step::<Rooms>(session, command).await {
        Ok(_) | Err(Failure::Missing) => Ok(()),
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: u128, role: Role, on_call: bool) -> Member {
        Member { person: PersonId(uuid::Uuid::from_u128(number)), role, on_call }
    }

    #[test]
    fn the_therapist_who_is_not_on_call_leads_and_cover_is_invited() {
        let people = [
            member(1, Role::Therapist, true),
            member(2, Role::Therapist, false),
            member(3, Role::Patient, false),
            member(4, Role::Prescriber, false),
        ];
        let held = seats(&people).into_iter().map(|(_, _, seat)| seat).collect::<Vec<_>>();
        assert_eq!(held, [Seat::Invited, Seat::Therapist, Seat::Patient, Seat::Invited]);
    }

    #[test]
    fn a_therapist_who_is_also_on_call_leads_once() {
        let people = [member(1, Role::Therapist, true), member(1, Role::Therapist, false)];
        assert_eq!(seats(&people).len(), 1);
        assert_eq!(seats(&people).first().map(|seat| seat.2), Some(Seat::Therapist));
    }
}
