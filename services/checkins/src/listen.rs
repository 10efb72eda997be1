//! Events heard, turned into commands of the watch.

use crate::publish;
use crate::store::{Watches, rows, second_contacts, signs};
use crate::{bedtime, contact, pager};
use chassis::keeper::{About, Keeper as _};
use chassis::problem::Failure;
use chassis::service::fact;
use chassis::work::Work;
use checkins_core::escalation::Cause;
use checkins_core::pager::Command as Page;
use checkins_core::protocol::Protocol;
use checkins_core::signals::{self, Sign};
use checkins_core::watch::{Command, Discharge, Watch};
use kernel::id::{PersonId, SessionId};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::Timestamp;
use proto::envelope::{Envelope, Event as _};
use proto::events::{care, identity, safety, video};

/// One event, in the transaction that notes it as heard.
pub(crate) async fn hear(work: &mut Work, envelope: &Envelope) -> Result<(), Failure> {
    match envelope.name.as_str() {
        safety::SessionOpened::NAME => opened(work, fact(envelope)?).await,
        safety::OnCallHandedOver::NAME => handed_over(work, fact(envelope)?).await,
        safety::PhaseChanged::NAME => phase_changed(work, fact(envelope)?).await,
        safety::DoseBegun::NAME => {
            let heard: safety::DoseBegun = fact(envelope)?;
            dosed(work, heard.session, heard.at).await
        }
        safety::DoseRecorded::NAME => dose_recorded(work, fact(envelope)?).await,
        safety::VitalsRecorded::NAME => vitals(work, fact(envelope)?).await,
        safety::Prolonged::NAME => {
            let heard: safety::Prolonged = fact(envelope)?;
            publish::raise_for(work, heard.session, Cause::Prolonged, heard.severity).await
        }
        safety::Discharged::NAME => {
            let heard: safety::Discharged = fact(envelope)?;
            let (at, morning_at) = (heard.at, heard.next_morning_at);
            let bedtime_at = bedtime::of_the_home(work, heard.session, at).await?;
            let command = Command::Discharge(Discharge { at, morning_at, bedtime_at });
            signs::end(work, heard.session).await?;
            watch(work, heard.session, command).await
        }
        safety::SessionEnded::NAME => {
            let heard: safety::SessionEnded = fact(envelope)?;
            pager::step(work, heard.session, Page::End).await
        }
        safety::SessionClosed::NAME => {
            let heard: safety::SessionClosed = fact(envelope)?;
            signs::end(work, heard.session).await?;
            pager::step(work, heard.session, Page::End).await?;
            second_contacts::forget_code(work, heard.session).await?;
            watch(work, heard.session, Command::Close).await
        }
        care::NextMorningAnswered::NAME => {
            let heard: care::NextMorningAnswered = fact(envelope)?;
            watch(work, heard.session, Command::MorningAnswered(heard.severity)).await
        }
        care::ResponseRecorded::NAME => response_recorded(work, fact(envelope)?).await,
        identity::ContactChanged::NAME => contact_changed(work, fact(envelope)?).await,
        identity::SecondContactChanged::NAME => second_contact(work, fact(envelope)?).await,
        identity::SitterRevoked::NAME => sitter_revoked(work, fact(envelope)?).await,
        video::PersonJoined::NAME => {
            let heard: video::PersonJoined = fact(envelope)?;
            if is_patient(work, heard.session, heard.person).await? {
                signs::came(work, heard.session, Sign::PatientVideo).await?;
            }
            Ok(())
        }
        video::PersonLeft::NAME => {
            let heard: video::PersonLeft = fact(envelope)?;
            if is_patient(work, heard.session, heard.person).await? {
                signs::went(work, heard.session, Sign::PatientVideo, heard.at).await?;
            }
            Ok(())
        }
        _others => Ok(()),
    }
}

async fn watch(work: &mut Work, session: SessionId, command: Command) -> Result<(), Failure> {
    work.step::<Watches>(session, command).await.map(drop)
}

/// From here on silence counts: of looks, and of whatever else the session shows.
async fn dosed(work: &mut Work, session: SessionId, at: Timestamp) -> Result<(), Failure> {
    let row = work.step::<Watches>(session, Command::Dose(at)).await?;
    // From here on an incident's ladder asks.
    pager::step(work, session, Page::End).await?;
    let vitals_due_at = at.plus(signals::VITALS_DUE.at(row.state.protocol().pace));
    signs::begin(work, session, vitals_due_at).await
}

/// A contact that does not open now may open later: then it is found out when they are called.
fn has_phone(work: &Work, heard: &identity::ContactChanged) -> bool {
    contact::open(work.store(), heard.person, &heard.sealed).map_or(true, |contact| contact.phone.is_some())
}

/// The watch stands as soon as the session has its people; later changes only change the people.
async fn opened(work: &mut Work, heard: safety::SessionOpened) -> Result<(), Failure> {
    let patient = heard.people.iter().find(|member| member.role == Role::Patient);
    let Some(patient) = patient else { return Err(Failure::Stored("a session without a patient".into())) };
    let about = About { clinic: work.clinic(), session: Some(heard.session), person: patient.person };
    let state = Watch::Standing { protocol: Protocol { pace: heard.pace } };
    if rows::open_watch(work, &about, &state, heard.drill).await? {
        publish::armed(work, heard.session).await?;
        pager::plan(work, about, heard.pace, heard.starts_at).await?;
    }
    Ok(())
}

/// Once people arrive somebody outside must answer for this session, whatever the calendar said.
async fn phase_changed(work: &mut Work, heard: safety::PhaseChanged) -> Result<(), Failure> {
    if heard.phase == "arriving" { pager::step(work, heard.session, Page::Arrive).await } else { Ok(()) }
}

/// Steps tell whoever has the duty when they are taken. What the one before confirmed says nothing of the next.
async fn handed_over(work: &mut Work, heard: safety::OnCallHandedOver) -> Result<(), Failure> {
    rows::on_call_unconfirmed(work, heard.session).await?;
    pager::step(work, heard.session, Page::HandOver).await
}

async fn contact_changed(work: &mut Work, heard: identity::ContactChanged) -> Result<(), Failure> {
    let has_phone = has_phone(work, &heard);
    rows::keep_contact(work, heard.person, heard.role, &heard.sealed, has_phone).await?;
    publish::pager::changed(work, heard.person).await
}

/// Whatever they are now, a message that waits was written to what they were.
async fn second_contact(work: &mut Work, heard: identity::SecondContactChanged) -> Result<(), Failure> {
    second_contacts::keep(work, &heard).await?;
    second_contacts::supersede(work, heard.session).await
}

/// A dose outside of the gate still starts the watch, from its own time, and a human must look.
async fn dose_recorded(work: &mut Work, heard: safety::DoseRecorded) -> Result<(), Failure> {
    dosed(work, heard.session, heard.at).await?;
    if heard.out_of_order {
        publish::raise_for(work, heard.session, Cause::DoseOutOfOrder, Severity::Urgent).await?;
    }
    Ok(())
}

/// Vitals before the dose belong to the gate; from the dose on, urgent ones open an incident.
async fn vitals(work: &mut Work, heard: safety::VitalsRecorded) -> Result<(), Failure> {
    let row = Watches::load(work, heard.session).await?.ok_or(Failure::Missing)?;
    let Watch::Watching(watching) = &row.state else { return Ok(()) };
    if watching.minutes(heard.at) >= signals::VITALS_FROM.as_minutes() {
        signs::came(work, heard.session, Sign::Vitals).await?;
    }
    if heard.severity >= Severity::Urgent {
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

/// Anybody else's picture says nothing about the patient.
async fn is_patient(work: &Work, session: SessionId, person: PersonId) -> Result<bool, Failure> {
    let row = Watches::load(work, session).await?;
    Ok(row.is_some_and(|row| row.about.person == person))
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
