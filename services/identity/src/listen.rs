//! What identity hears: which sessions exist, which are live, and when the morning comes.

use crate::entry::{self, Purpose};
use crate::store::{SignIns, doors, sessions};
use crate::{publish, second_contacts};
use chassis::problem::Failure;
use chassis::work::Work;
use identity_core::invitation::Link;
use identity_core::session::{self, Ending};
use kernel::id::SessionId;
use kernel::role::Role;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event as _};
use proto::events::{care, checkins, safety};

/// Everything identity listens to.
pub(crate) const HEARS: &[&str] = &[
    safety::SessionOpened::NAME,
    safety::PhaseChanged::NAME,
    safety::Discharged::NAME,
    safety::SessionEnded::NAME,
    safety::SessionClosed::NAME,
    checkins::NextMorningDue::NAME,
    care::NextMorningAnswered::NAME,
];

/// Turns something heard into commands. Hearing it twice or late is harmless.
pub(crate) async fn hear(work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    if let Some(opened) = envelope.open::<safety::SessionOpened>() {
        opened_or_changed(work, &opened).await?;
    }
    if let Some(changed) = envelope.open::<safety::PhaseChanged>() {
        phase(work, changed.session, &changed.phase).await?;
    }
    if let Some(discharged) = envelope.open::<safety::Discharged>() {
        phase(work, discharged.session, "discharged").await?;
    }
    if let Some(ended) = envelope.open::<safety::SessionEnded>() {
        phase(work, ended.session, &ended.kind).await?;
    }
    if let Some(closed) = envelope.open::<safety::SessionClosed>() {
        phase(work, closed.session, "closed").await?;
    }
    if let Some(due) = envelope.open::<checkins::NextMorningDue>() {
        morning(work, &due).await?;
    }
    if let Some(answered) = envelope.open::<care::NextMorningAnswered>() {
        sitters_leave(work, answered.session).await?;
    }
    Ok(())
}

/// The chassis keeps the people; here the window, and that a replaced sitter loses access.
async fn opened_or_changed(work: &mut Work, opened: &safety::SessionOpened) -> Result<(), Failure> {
    sessions::keep(work, opened).await?;
    let has_sitter = opened.people.iter().any(|member| member.role == Role::Sitter);
    for cookie in doors::cookies_of_session(work, opened.session).await? {
        let stays = opened.people.iter().any(|member| member.person == cookie.person)
            || second_contacts::is_on_the_way(work, opened.session, cookie.person).await?;
        if cookie.role == Role::Sitter && !stays {
            entry::take_back(work, cookie.person, Purpose::Sitter, Some(opened.session)).await?;
            entry::end_all(work, cookie.person, Some(opened.session), Ending::Revoked).await?;
            if has_sitter {
                // Somebody else sits: nobody is missing, and nothing alarms.
                work.audit("another sitter has the watch", cookie.person, Some(opened.session));
            } else {
                publish::sitter_revoked(work, opened.session, cookie.person).await?;
            }
        }
    }
    for sitter in opened.people.iter().filter(|member| member.role == Role::Sitter) {
        // Made here, by the one listener, so that two screens asking for the first code never race for it.
        entry::expect(work, opened.session, sitter.person).await?;
        second_contacts::sits(work, opened.session, sitter.person).await?;
    }
    let known = sessions::load(work, opened.session).await?;
    match known {
        Some(known) => live(work, opened.session, &known.phase).await,
        None => Ok(()),
    }
}

async fn phase(work: &mut Work, session: SessionId, phase: &str) -> Result<(), Failure> {
    sessions::set_phase(work, session, phase).await?;
    live(work, session, phase).await
}

/// While a session is live, idle signs none of its people out (H-12).
async fn live(work: &mut Work, session: SessionId, phase: &str) -> Result<(), Failure> {
    let mut people: Vec<_> = work.members(session).await?.into_iter().map(|member| member.person).collect();
    people.sort_unstable();
    people.dedup();
    for person in people {
        for cookie in doors::cookies_of(work, person, None).await? {
            let command = if session::is_live(phase) {
                session::Command::Live(session)
            } else {
                session::Command::Over(session)
            };
            work.step::<SignIns>(cookie.sign_in, command).await?;
        }
    }
    Ok(())
}

/// A link to the morning questions, dead when silence goes to the ladder.
async fn morning(work: &mut Work, due: &checkins::NextMorningDue) -> Result<(), Failure> {
    let expires_at: Timestamp = due.deadline_at;
    if work.now() < expires_at {
        let link = Link::morning(work.now(), expires_at);
        entry::send(work, link, due.patient, Purpose::Morning, Some(due.session)).await?;
    }
    Ok(())
}

/// The next-morning check is in: the sitter's access ends (decisions.md, "Tokens and doors").
async fn sitters_leave(work: &mut Work, session: SessionId) -> Result<(), Failure> {
    for cookie in doors::cookies_of_session(work, session).await? {
        if cookie.role == Role::Sitter {
            entry::end_all(work, cookie.person, Some(session), Ending::TooLong).await?;
        }
    }
    Ok(())
}
