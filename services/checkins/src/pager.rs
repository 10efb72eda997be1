//! The page before a session, from booking to the dose.

use crate::publish;
use crate::store::pagers::{self, Pagers};
use crate::store::{Watches, deliveries};
use chassis::keeper::{About, Keeper as _};
use chassis::problem::Failure;
use chassis::work::Work;
use checkins_core::pager::{self, Command, Pager, Stage};
use kernel::id::{NotificationId, PersonId, SessionId};
use kernel::role::Role;
use kernel::time::{Pace, Timestamp};

/// Its time is known from the booking on, and so is whether there is anybody to ask.
pub(crate) async fn plan(
    work: &mut Work,
    about: About,
    pace: Pace,
    starts_at: Timestamp,
) -> Result<(), Failure> {
    let Some(session) = about.session else { return Ok(()) };
    begin(work, session, about, pager::planned(pace, starts_at, work.now())).await
}

async fn begin(work: &mut Work, session: SessionId, about: About, pager: Pager) -> Result<(), Failure> {
    work.create::<Pagers>(session, about, pager, &[]).await?;
    publish::pager::stands(work, session, pager).await
}

/// One command to the page of a session; one that was booked before there were pages has its own from now on.
pub(crate) async fn step(work: &mut Work, session: SessionId, command: Command) -> Result<(), Failure> {
    if Pagers::load(work, session).await?.is_none() {
        let watch = Watches::load(work, session).await?.ok_or(Failure::Missing)?;
        let stage = Stage::Planned { page_at: None };
        let pager = Pager { pace: watch.state.protocol().pace, sent: 0, stage };
        begin(work, session, watch.about, pager).await?;
    }
    work.step::<Pagers>(session, command).await.map(drop)
}

/// Somebody says that they can be reached. Whoever is in the session says so in vain.
pub(crate) async fn answer(
    work: &mut Work,
    session: SessionId,
    by: PersonId,
    with: Option<NotificationId>,
) -> Result<(), Failure> {
    let people = work.members(session).await?;
    let member = people.iter().find(|member| member.person == by);
    // Who is no member any more is nobody's cover.
    let nobody = pager::Someone { person: by, role: Role::Auditor, on_call: false };
    step(work, session, Command::Answer(member.map_or(nobody, pagers::someone))).await?;
    if let Some(message) = with {
        deliveries::acknowledge(work, message).await?;
        reached(work, by).await?;
    }
    Ok(())
}

/// This person answered a page that went out to them: they count as reachable again.
pub(crate) async fn reached(work: &mut Work, person: PersonId) -> Result<(), Failure> {
    pagers::answered(work, person).await?;
    publish::pager::changed(work, person).await
}
