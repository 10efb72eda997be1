//! From a ticket to a seat, in one transaction: nothing about the caller is believed that is not checked here.

use crate::store::{Rooms, spend};
use crate::{Video, problems};
use chassis::keeper::{Keeper as _, Row};
use chassis::problem::{Failure, Problem};
use chassis::token::{RoomTicket, Verifier};
use chassis::work::Act;
use kernel::id::SignInId;
use kernel::time::Timestamp;
use proto::problems as table;
use video_core::fingerprint::Fingerprint;
use video_core::member::{Device, Line};
use video_core::room::{Command, Room, Standing};
use video_core::ticket::{Known, Ticket};

/// A device name is a UUID; anything much longer is not ours.
const DEVICE_LENGTH_MAX: usize = 64;

/// Someone who has come in, as far as the door at least.
pub struct Entered {
    /// What they came with.
    pub ticket: Ticket,
    /// The sign-in behind it.
    pub sign_in: SignInId,
    /// The room as it is with them.
    pub row: Row<Room>,
}

/// Checks the token, spends the ticket, and lets the room decide.
///
/// # Errors
/// Why not. Whatever cannot be confirmed as current is refused.
pub async fn enter(video: &Video, token: &str) -> Result<Entered, Problem> {
    if !*video.swept.borrow() {
        return Err(Problem::new(&table::HOUSE_NOT_READY));
    }
    let verifier = &video.store.ground().verifier;
    let claims = verifier.verify_room(token, video.store.now());
    let claims = claims.map_err(|bad| {
        let is_another = Verifier::is_for_access(token);
        let kind = if is_another { &table::AUTH_FORBIDDEN } else { &table::ROOM_TICKET };
        Problem::new(kind).because(bad)
    })?;
    let (sign_in, ticket) = (claims.sid, ticket(claims)?);
    let row = arrive(video, &ticket).await?;
    // The room says who holds the seat: when it is not this line, another browser does.
    match row.state.standing(ticket.person, &ticket.line) {
        Standing::Waiting(_) | Standing::Present => Ok(Entered { ticket, sign_in, row }),
        Standing::Replaced | Standing::Removed | Standing::Excused | Standing::Closed => {
            let notice = crate::hall::Notice::OtherDeviceRefused(ticket.person);
            video.hall.notify(ticket.room, notice);
            Err(Problem::new(&table::ROOM_OTHER_DEVICE))
        }
    }
}

async fn arrive(video: &Video, ticket: &Ticket) -> Result<Row<Room>, Problem> {
    let act = Act::link(ticket.clinic, ticket.person);
    let arrived = video.store.work(act, async |work| {
        // The clinic is part of every key, so a room of another clinic is not found at all.
        let row = Rooms::load(work, ticket.room).await?.ok_or_else(|| Problem::new(&table::ROOM_TICKET))?;
        let role = row.state.member(ticket.person).map(|member| member.role);
        let spent = !spend(work, ticket).await?;
        let known = Known { room: ticket.room, clinic: row.about.clinic, role, spent };
        ticket.check(&known, work.now()).map_err(problems::ticket)?;
        let (person, device, line) = (ticket.person, ticket.device.clone(), ticket.line.clone());
        work.step::<Rooms>(ticket.room, Command::Arrive { person, device, line }).await
    });
    arrived.await.map_err(Failure::into)
}

fn ticket(claims: RoomTicket) -> Result<Ticket, Problem> {
    let refused = || Problem::new(&table::ROOM_TICKET);
    if claims.device.is_empty() || claims.device.len() > DEVICE_LENGTH_MAX {
        return Err(refused());
    }
    let seconds = |count: i64| Timestamp::from_micros(count.saturating_mul(1_000_000));
    Ok(Ticket {
        line: Line(claims.jti),
        room: claims.room,
        clinic: claims.clinic,
        person: claims.sub,
        role: claims.role,
        device: Device(claims.device),
        fingerprint: Fingerprint::from_pairs(&claims.fp).map_err(|bad| refused().because(bad))?,
        issued_at: seconds(claims.nbf),
        expires_at: seconds(claims.exp),
    })
}
