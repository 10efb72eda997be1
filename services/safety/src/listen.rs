//! Events heard, turned into commands of the session or facts beside it.

use crate::publish;
use crate::store::Sessions;
use crate::store::sessions::{self, Heard};
use chassis::keeper::{About, Keeper as _};
use chassis::problem::Failure;
use chassis::service::fact;
use chassis::work::Work;
use kernel::id::{PersonId, SessionId};
use proto::envelope::{Envelope, Event as _};
use proto::events::{care, checkins, identity, scheduling};
use safety_core::protocol::Protocol;
use safety_core::session::Session;
use safety_core::session::words::Command;

/// One event, in the transaction that notes it as heard.
pub(crate) async fn hear(work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    match envelope.name.as_str() {
        scheduling::SessionBooked::NAME => booked(work, fact(envelope)?).await,
        scheduling::SessionCancelled::NAME => {
            let heard: scheduling::SessionCancelled = fact(envelope)?;
            cancelled(work, heard.session).await
        }
        scheduling::OnCallChanged::NAME => handed_over(work, fact(envelope)?).await,
        identity::SitterPresent::NAME => sitter_present(work, fact(envelope)?).await,
        identity::SitterAbsent::NAME => {
            let heard: identity::SitterAbsent = fact(envelope)?;
            sitter_gone(work, heard.session, heard.person).await
        }
        identity::SitterRevoked::NAME => {
            let heard: identity::SitterRevoked = fact(envelope)?;
            sitter_gone(work, heard.session, heard.person).await
        }
        identity::SitterReplaced::NAME => sitter_replaced(work, fact(envelope)?).await,
        checkins::OnCallConfirmed::NAME => {
            let heard: checkins::OnCallConfirmed = fact(envelope)?;
            confirmed(work, heard).await
        }
        checkins::PagerChanged::NAME => {
            let heard: checkins::PagerChanged = fact(envelope)?;
            if !sessions::page_stands(work, &heard).await? {
                return Err(Failure::Missing);
            }
            publish::prepared(work, heard.session).await
        }
        checkins::ScreenTested::NAME => screen_tested(work, fact(envelope)?).await,
        checkins::WatchArmed::NAME => {
            let heard: checkins::WatchArmed = fact(envelope)?;
            note(work, heard.session, Heard::Watch(Some(heard.at))).await
        }
        checkins::WatchClosed::NAME => {
            let heard: checkins::WatchClosed = fact(envelope)?;
            note(work, heard.session, Heard::Watch(None)).await
        }
        checkins::IncidentOpened::NAME => {
            let heard: checkins::IncidentOpened = fact(envelope)?;
            // The sitter's own signature would be refused for it: in the home nothing may look different.
            if heard.cause == checkins::QUIET_CALL {
                return Ok(());
            }
            sessions::incident_opened(work, heard.session, heard.incident, heard.severity).await
        }
        checkins::IncidentResolved::NAME => {
            let heard: checkins::IncidentResolved = fact(envelope)?;
            sessions::incident_resolved(work, heard.session, heard.incident).await
        }
        care::NextMorningAnswered::NAME => {
            let heard: care::NextMorningAnswered = fact(envelope)?;
            note(work, heard.session, Heard::Morning(heard.at)).await
        }
        _others => Ok(()),
    }
}

/// From here safety owns the session's life, and says who belongs to it.
async fn booked(work: &mut Work, heard: scheduling::SessionBooked) -> Result<(), Failure> {
    if !sessions::file(work, &heard).await? {
        return Ok(());
    }
    let (session, drill, pace) = (heard.session, heard.drill, heard.pace);
    let opened = sessions::folder(work, session).await?.opened();
    chassis::members::replace(work, &opened).await?;
    let about = About { clinic: work.clinic(), session: Some(session), person: heard.patient };
    let state = Session::booked(Protocol::new(drill, pace), heard.starts_at, heard.ends_at, work.now());
    work.create::<Sessions>(session, about, state, &[]).await?;
    publish::opened(work, &opened).await?;
    if sessions::was_cancelled(work, session).await? { cancelled(work, session).await } else { Ok(()) }
}

/// Another person has the duty. A booking that is not here yet is heard first.
async fn handed_over(work: &mut Work, heard: scheduling::OnCallChanged) -> Result<(), Failure> {
    sessions::folder(work, heard.session).await?;
    if !sessions::hand_over(work, &heard).await? {
        return Ok(());
    }
    let opened = sessions::folder(work, heard.session).await?.opened();
    chassis::members::replace(work, &opened).await?;
    publish::handed_over(work, &opened, heard.on_call).await
}

/// Only who is cover now says so: whoever has the duty, or the prescriber, whom the ladder names too.
async fn confirmed(work: &mut Work, heard: checkins::OnCallConfirmed) -> Result<(), Failure> {
    let folder = sessions::folder(work, heard.session).await?;
    if folder.on_call == heard.person || folder.prescriber == Some(heard.person) {
        note(work, heard.session, Heard::OnCall(heard.at)).await
    } else {
        Ok(())
    }
}

/// Only the screen of whoever leads counts, and only its last test.
async fn screen_tested(work: &mut Work, heard: checkins::ScreenTested) -> Result<(), Failure> {
    let folder = sessions::folder(work, heard.session).await?;
    if folder.therapist == heard.person {
        note(work, heard.session, Heard::Screen(heard.heard.then_some(heard.at))).await
    } else {
        Ok(())
    }
}

/// A cancellation may be heard before its booking, or be about a visit that is none of ours.
async fn cancelled(work: &mut Work, session: SessionId) -> Result<(), Failure> {
    if Sessions::load(work, session).await?.is_none() {
        return sessions::remember_cancelled(work, session).await;
    }
    work.step::<Sessions>(session, Command::Cancel).await.map(drop)
}

/// Only this session's sitter proves presence in it.
async fn sitter_present(work: &mut Work, heard: identity::SitterPresent) -> Result<(), Failure> {
    let folder = sessions::folder(work, heard.session).await?;
    if folder.sitter == Some(heard.person) {
        note(work, heard.session, Heard::Presence(Some(heard.at))).await
    } else {
        Ok(())
    }
}

/// Presence has to be proven again: another device took the place, or the access was taken back.
async fn sitter_gone(work: &mut Work, session: SessionId, person: PersonId) -> Result<(), Failure> {
    let folder = sessions::folder(work, session).await?;
    if folder.sitter == Some(person) { note(work, session, Heard::Presence(None)).await } else { Ok(()) }
}

/// Another sitter: everyone hears who belongs to the session now. Their presence is to be proven.
async fn sitter_replaced(work: &mut Work, heard: identity::SitterReplaced) -> Result<(), Failure> {
    if !sessions::replace_sitter(work, heard.session, heard.person).await? {
        return Err(Failure::Missing);
    }
    let opened = sessions::folder(work, heard.session).await?.opened();
    chassis::members::replace(work, &opened).await?;
    publish::people_changed(work, &opened).await?;
    publish::prepared(work, heard.session).await
}

/// A fact about a session that is not here yet is heard again later.
async fn note(work: &mut Work, session: SessionId, heard: Heard) -> Result<(), Failure> {
    if !sessions::note(work, session, heard).await? {
        return Err(Failure::Missing);
    }
    publish::prepared(work, session).await
}
