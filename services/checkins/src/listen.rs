//! Events heard, turned into commands of the watch.

use crate::publish;
use crate::store::{Watches, rows};
use chassis::keeper::{About, Keeper as _};
use chassis::problem::Failure;
use chassis::service::fact;
use chassis::work::Work;
use checkins_core::escalation::Cause;
use checkins_core::protocol::Protocol;
use checkins_core::watch::{Command, Watch};
use kernel::id::SessionId;
use kernel::role::Role;
use kernel::severity::Severity;
use proto::envelope::{Envelope, Event as _};
use proto::events::{care, identity, safety};

/// One event, in the transaction that notes it as heard.
pub(crate) async fn hear(work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    match envelope.name.as_str() {
        safety::SessionOpened::NAME => opened(work, fact(envelope)?).await,
        safety::PhaseChanged::NAME => phase_changed(work, fact(envelope)?).await,
        safety::DoseBegun::NAME => {
            let heard: safety::DoseBegun = fact(envelope)?;
            watch(work, heard.session, Command::Dose(heard.at)).await
        }
        safety::DoseRecorded::NAME => dose_recorded(work, fact(envelope)?).await,
        safety::VitalsRecorded::NAME => vitals(work, fact(envelope)?).await,
        safety::Prolonged::NAME => {
            let heard: safety::Prolonged = fact(envelope)?;
            publish::raise_for(work, heard.session, Cause::Prolonged, heard.severity).await
        }
        safety::Discharged::NAME => {
            let heard: safety::Discharged = fact(envelope)?;
            let command = Command::Discharge { at: heard.at, morning_at: heard.next_morning_at };
            watch(work, heard.session, command).await
        }
        safety::SessionClosed::NAME => {
            let heard: safety::SessionClosed = fact(envelope)?;
            watch(work, heard.session, Command::Close).await
        }
        care::NextMorningAnswered::NAME => {
            let heard: care::NextMorningAnswered = fact(envelope)?;
            watch(work, heard.session, Command::MorningAnswered(heard.severity)).await
        }
        care::ResponseRecorded::NAME => response_recorded(work, fact(envelope)?).await,
        identity::ContactChanged::NAME => {
            let heard: identity::ContactChanged = fact(envelope)?;
            rows::keep_contact(work, heard.person, heard.role, &heard.sealed).await
        }
        identity::SitterRevoked::NAME => sitter_revoked(work, fact(envelope)?).await,
        _others => Ok(()),
    }
}

async fn watch(work: &mut Work, session: SessionId, command: Command) -> Result<(), Failure> {
    work.step::<Watches>(session, command).await.map(drop)
}

/// The watch stands as soon as the session has its people; later changes only change the people.
async fn opened(work: &mut Work, heard: safety::SessionOpened) -> Result<(), Failure> {
    let patient = heard.people.iter().find(|member| member.role == Role::Patient);
    let Some(patient) = patient else { return Err(Failure::Stored("a session without a patient".into())) };
    let about = About { clinic: work.clinic(), session: Some(heard.session), person: patient.person };
    let state = Watch::Standing { protocol: Protocol { pace: heard.pace } };
    if rows::open_watch(work, &about, &state, heard.drill).await? {
        publish::armed(work, heard.session).await?;
    }
    Ok(())
}

/// On the day itself the on-call lead is asked to answer for this session.
async fn phase_changed(work: &mut Work, heard: safety::PhaseChanged) -> Result<(), Failure> {
    if heard.phase == "arriving" { publish::ask_on_call(work, heard.session, 0).await } else { Ok(()) }
}

/// A dose outside of the gate still starts the watch, from its own time, and a human must look.
async fn dose_recorded(work: &mut Work, heard: safety::DoseRecorded) -> Result<(), Failure> {
    watch(work, heard.session, Command::Dose(heard.at)).await?;
    if heard.out_of_order {
        publish::raise_for(work, heard.session, Cause::DoseOutOfOrder, Severity::Urgent).await?;
    }
    Ok(())
}

/// Vitals before the dose belong to the gate; from the dose on, urgent ones open an incident.
async fn vitals(work: &mut Work, heard: safety::VitalsRecorded) -> Result<(), Failure> {
    let row = Watches::load(work, heard.session).await?.ok_or(Failure::Missing)?;
    let is_dosed = matches!(row.state, Watch::Watching(_));
    if is_dosed && heard.severity >= Severity::Urgent {
        publish::raise(work, &row.about.clone(), &row, Cause::Vitals, heard.severity).await?;
    }
    Ok(())
}

/// A questionnaire's answer may worry as much as a look's: PHQ-9 item 9 goes to the ladder (clinical.md §8.2).
async fn response_recorded(work: &mut Work, heard: care::ResponseRecorded) -> Result<(), Failure> {
    let Some(session) = heard.session.filter(|_session| heard.severity >= Severity::Urgent) else {
        return Ok(());
    };
    match Watches::load(work, session).await? {
        Some(row) => {
            publish::raise(work, &row.about.clone(), &row, Cause::WorryingAnswer, heard.severity).await
        }
        // An integration visit has no watch; the clinicians' screens show the answer.
        None => Ok(()),
    }
}

async fn sitter_revoked(work: &mut Work, heard: identity::SitterRevoked) -> Result<(), Failure> {
    let row = Watches::load(work, heard.session).await?;
    match row {
        Some(row) if matches!(row.state, Watch::Watching(_)) => {
            publish::raise(work, &row.about.clone(), &row, Cause::SitterLost, Severity::Urgent).await
        }
        Some(_) | None => Ok(()),
    }
}
