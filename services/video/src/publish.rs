//! The privacy border: which facts of a room leave the service, and to whom.

use chassis::problem::Failure;
use chassis::work::Work;
use kernel::id::{PersonId, SessionId};
use proto::events::video as say;
use video_core::room::{Event, Room};

/// Says what happened in a room and notes it in the trail. Ids and kinds only.
pub async fn room(work: &mut Work, session: SessionId, room: &Room, events: &[Event]) -> Result<(), Failure> {
    let at = work.now();
    for event in events {
        match *event {
            Event::Knocked { person } => {
                work.audit("knocked", person, Some(session));
                work.tell(session, &say::PersonWaiting { session, person, at }).await?;
            }
            Event::Admitted { person, by } => {
                work.audit("admitted", person, Some(session));
                work.tell(session, &say::PersonAdmitted { session, person, by, at }).await?;
            }
            Event::Entered { person } => {
                work.audit("entered", person, Some(session));
                work.tell(session, &say::PersonJoined { session, person, at }).await?;
            }
            // A line that drops and returns within its hold is seen in the room and not told outside: the house
            // counts from when someone has left.
            Event::Dropped { person } => work.audit("dropped", person, Some(session)),
            Event::Returned { person } => work.audit("returned", person, Some(session)),
            Event::Left { person } => {
                work.audit("left", person, Some(session));
                work.tell(session, &say::PersonLeft { session, person, at }).await?;
            }
            Event::Removed { person, by: _ } => {
                work.audit("removed", person, Some(session));
                work.tell(session, &say::PersonRemoved { session, person, at }).await?;
            }
            Event::OtherDeviceRefused { person } => {
                work.audit("second device refused", person, Some(session));
                let doors = room.members().iter().filter(|member| member.opens_the_door());
                let audience = doors.map(|member| member.person).collect();
                work.say(Some(session), audience, &say::DeviceRefused { session, person, at })?;
            }
            Event::Closed => work.audit("closed", session, Some(session)),
        }
    }
    Ok(())
}

/// Says that somebody's devices were checked.
pub async fn checked(
    work: &mut Work,
    session: SessionId,
    person: PersonId,
    passed: bool,
) -> Result<(), Failure> {
    work.audit(if passed { "devices passed" } else { "devices failed" }, person, Some(session));
    let at = work.now();
    work.tell(session, &say::DeviceChecked { session, person, passed, at }).await
}
