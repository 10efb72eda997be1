//! What becomes of a second contact, and which links that opens and shuts.

use crate::entry::{self, Purpose};
use crate::http::replacement::{hand_over, was_named};
use crate::http::sitters::sitter_of;
use crate::store::doors::{self, LinkRow};
use crate::store::people::{self, Column};
use crate::store::second_contacts::{self as rows, SecondContact};
use crate::store::{Links, sessions};
use crate::{problems, publish};
use chassis::problem::{Failure, Problem};
use chassis::store::Store;
use chassis::work::Work;
use identity_core::invitation::{self, Link};
use identity_core::second_contact::{Command, Standing, Ways};
use identity_core::session;
use kernel::id::{PersonId, SessionId};
use proto::problems as kinds;

/// Asks somebody whom the patient has named whether they can be reached.
pub(crate) async fn ask(work: &mut Work, session: SessionId, person: PersonId) -> Result<(), Failure> {
    let known = sessions::load(work, session).await?.ok_or(Failure::Missing)?;
    if session::is_over(&known.phase) {
        return Err(Problem::new(&kinds::SESSION_PHASE).detail(OVER).into());
    }
    was_named(work, session, person).await?;
    is_somebody_else(work, session, person).await?;
    if let Some(before) = rows::load(work, session).await? {
        shut(work, session, before.person).await?;
    }
    rows::ask(work, session, person).await?;
    let link = Link::second_contact(work.now(), known.ends_at);
    entry::send(work, link, person, Purpose::Question, Some(session)).await?;
    publish::second_contact(work, session, person, Standing::Asked, None).await
}

const OVER: &str = "A second contact is named before the session or while it lasts.";

/// The sitter's own phone is no second way to the home.
async fn is_somebody_else(work: &Work, session: SessionId, person: PersonId) -> Result<(), Failure> {
    let sitter = people::load(work, sitter_of(work, session).await?).await?;
    let named = people::load(work, person).await?;
    let (email, phone) =
        (sitter.open_in(work, Column::Email).await?, sitter.open_in(work, Column::Phone).await?);
    let sitters = Ways { email: &email, phone: &phone };
    let (email, phone) =
        (named.open_in(work, Column::Email).await?, named.open_in(work, Column::Phone).await?);
    if sitter.id == named.id || sitters.lead_to_one(Ways { email: &email, phone: &phone }) {
        return Err(Problem::new(&kinds::SECOND_CONTACT_SITS).into());
    }
    Ok(())
}

/// What was sent to them opens nothing any more.
async fn shut(work: &mut Work, session: SessionId, person: PersonId) -> Result<(), Failure> {
    entry::take_back(work, person, Purpose::Question, Some(session)).await?;
    entry::take_back(work, person, Purpose::Place, Some(session)).await
}

/// The link of somebody who was asked.
pub(crate) async fn question(store: &Store, token: &str) -> Result<LinkRow, Problem> {
    let found = doors::link(store, token).await?;
    found.filter(|link| Purpose::parse(&link.purpose) == Some(Purpose::Question)).ok_or_else(refused)
}

/// Their word. A yes makes the code that the ladder sends when it calls them; nobody else is ever given one.
pub(crate) async fn answered(work: &mut Work, link: &LinkRow, command: Command) -> Result<(), Failure> {
    let (session, before) = asked_by(work, link).await?;
    work.step::<Links>(link.link, invitation::Command::Redeem).await?;
    let standing = before.standing.step(command).map_err(problems::second_contact)?;
    rows::keep(work, session, &before, standing).await?;
    shut(work, session, before.person).await?;
    let known = sessions::load(work, session).await?.ok_or(Failure::Missing)?;
    let code = if standing.may_sit() {
        let link = Link::second_contact(work.now(), known.ends_at);
        Some(entry::send(work, link, before.person, Purpose::Place, Some(session)).await?)
    } else {
        None
    };
    publish::second_contact(work, session, before.person, standing, code.as_deref()).await
}

/// The place, pressed by a second contact who was called. It changes hands as it does when whoever leads says so.
pub(crate) async fn take_place(work: &mut Work, link: &LinkRow) -> Result<(), Failure> {
    let (session, called) = asked_by(work, link).await?;
    let known = sessions::load(work, session).await?.ok_or(Failure::Missing)?;
    if !called.standing.may_sit() || !session::is_dosed(&known.phase) {
        return Err(refused().into());
    }
    hand_over(work, session, called.person).await.map(drop)
}

/// Somebody sits: if that is the second contact, there is nobody left to be called.
pub(crate) async fn sits(work: &mut Work, session: SessionId, sitter: PersonId) -> Result<(), Failure> {
    let Some(before) = rows::load(work, session).await?.filter(|before| before.person == sitter) else {
        return Ok(());
    };
    let standing = before.standing.step(Command::Sit).map_err(problems::second_contact)?;
    if standing == before.standing {
        return Ok(());
    }
    rows::keep(work, session, &before, standing).await?;
    shut(work, session, sitter).await?;
    publish::second_contact(work, session, sitter, standing, None).await
}

/// A second contact who has pressed for the place while safety has not said so yet.
pub(crate) async fn is_on_the_way(
    work: &Work,
    session: SessionId,
    person: PersonId,
) -> Result<bool, Failure> {
    let known = rows::load(work, session).await?;
    Ok(known.is_some_and(|known| known.person == person && known.standing.may_sit()))
}

/// Only who is the second contact now: a link of somebody before opens nothing.
async fn asked_by(work: &Work, link: &LinkRow) -> Result<(SessionId, SecondContact), Failure> {
    let session = link.session.ok_or(Failure::Missing)?;
    let known = rows::load(work, session).await?.filter(|known| known.person == link.person);
    Ok((session, known.ok_or_else(refused)?))
}

/// One answer for every link that does not open.
pub(crate) fn refused() -> Problem {
    Problem::new(&kinds::LINK_REFUSED)
}
