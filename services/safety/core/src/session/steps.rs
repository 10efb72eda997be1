//! The steps themselves: the state first, then the command, and never a default.

use super::course::Course;
use super::moves::{
    Outcome, accept, arrive, cancelled, close, early, end_before_dose, hand_over, moved, offer, press_ready,
    recorded, time_passed, unplanned, witness, written_down,
};
use super::words::{Command, Event, Refusal};
use super::{EndKind, Here, Session, Signature, Stage};
use crate::gate::Ready;
use kernel::machine::Step;
use kernel::time::Timestamp;

/// Decides.
pub fn step(session: Session, command: Command, now: Timestamp) -> Outcome {
    match session.stage {
        Stage::Booked => booked(session, &command, now),
        Stage::Arriving { here } => arriving(session, here, &command, now),
        Stage::Gate { ready } => gate(session, ready, command, now),
        Stage::DosingOffered { ready, until_at, .. } => offered(session, ready, until_at, command, now),
        Stage::Dosed { course } => dosed(session, course, &command, now),
        Stage::Recovering { course, proposal } => recovering(session, course, proposal, command, now),
        Stage::Discharged { course, next_morning_at, .. } => {
            discharged(session, course, next_morning_at, &command, now)
        }
        Stage::Ended { kind, course, .. } => ended(session, kind, course, &command, now),
        Stage::Closed { course, .. } => closed(session, course, &command, now),
    }
}

fn booked(session: Session, command: &Command, now: Timestamp) -> Outcome {
    match command {
        Command::Arrive { role } => arrive(session, Here::default(), *role, now),
        Command::RecordDose { taken_at, lozenges } => Ok(unplanned(session, *taken_at, *lozenges, now)),
        Command::End { kind, by, role } if *kind != EndKind::HandedOver => {
            end_before_dose(session, *kind, *by, *role, now)
        }
        Command::Cancel => Ok(cancelled(session, now)),
        Command::Tick => Ok(Step::stay(session)),
        Command::End { .. }
        | Command::PressReady { .. }
        | Command::OfferDose { .. }
        | Command::WitnessDose { .. }
        | Command::ProposeDischarge { .. }
        | Command::AcceptDischarge { .. }
        | Command::Close { .. } => Err(Refusal::NotAtThisStep),
    }
}

fn arriving(session: Session, here: Here, command: &Command, now: Timestamp) -> Outcome {
    match command {
        Command::Arrive { role } => arrive(session, here, *role, now),
        Command::RecordDose { taken_at, lozenges } => Ok(unplanned(session, *taken_at, *lozenges, now)),
        Command::End { kind, by, role } => end_before_dose(session, *kind, *by, *role, now),
        Command::Cancel => Ok(cancelled(session, now)),
        Command::Tick => Ok(Step::stay(session)),
        Command::PressReady { .. }
        | Command::OfferDose { .. }
        | Command::WitnessDose { .. }
        | Command::ProposeDischarge { .. }
        | Command::AcceptDischarge { .. }
        | Command::Close { .. } => Err(Refusal::NotAtThisStep),
    }
}

fn gate(session: Session, ready: Ready, command: Command, now: Timestamp) -> Outcome {
    match command {
        Command::PressReady { role } => press_ready(session, ready, role, now),
        Command::OfferDose { by, verdict } => offer(session, ready, by, verdict, now),
        Command::WitnessDose { .. } => Err(Refusal::OfferOver),
        Command::RecordDose { taken_at, lozenges } => Ok(unplanned(session, taken_at, lozenges, now)),
        Command::End { kind, by, role } => end_before_dose(session, kind, by, role, now),
        Command::Cancel => Ok(cancelled(session, now)),
        Command::Arrive { .. } | Command::Tick => Ok(Step::stay(session)),
        Command::ProposeDischarge { .. } | Command::AcceptDischarge { .. } | Command::Close { .. } => {
            Err(Refusal::NotAtThisStep)
        }
    }
}

fn offered(session: Session, ready: Ready, until_at: Timestamp, command: Command, now: Timestamp) -> Outcome {
    match command {
        Command::WitnessDose { .. } if now > until_at => Err(Refusal::OfferOver),
        Command::WitnessDose { verdict } => witness(session, verdict, now),
        Command::OfferDose { by, verdict } if now > until_at => offer(session, ready, by, verdict, now),
        Command::RecordDose { taken_at, lozenges } => Ok(unplanned(session, taken_at, lozenges, now)),
        Command::End { kind, by, role } => end_before_dose(session, kind, by, role, now),
        Command::Cancel => Ok(cancelled(session, now)),
        Command::Tick if now > until_at => Ok(moved(session, Stage::Gate { ready }, vec![], now)),
        Command::Arrive { .. } | Command::PressReady { .. } | Command::Tick => Ok(Step::stay(session)),
        Command::OfferDose { .. }
        | Command::ProposeDischarge { .. }
        | Command::AcceptDischarge { .. }
        | Command::Close { .. } => Err(Refusal::NotAtThisStep),
    }
}

fn dosed(session: Session, course: Course, command: &Command, now: Timestamp) -> Outcome {
    match command {
        Command::RecordDose { taken_at, lozenges } => {
            Ok(recorded(session, course, *taken_at, *lozenges, now))
        }
        Command::ProposeDischarge { .. } | Command::AcceptDischarge { .. } => Err(early(&session, course)),
        Command::End { kind, by, role } => hand_over(session, course, *kind, *by, *role, now),
        Command::Tick => Ok(time_passed(session, course, None, now)),
        Command::Arrive { .. } | Command::Cancel => Ok(Step::stay(session)),
        Command::PressReady { .. }
        | Command::OfferDose { .. }
        | Command::WitnessDose { .. }
        | Command::Close { .. } => Err(Refusal::NotAtThisStep),
    }
}

fn recovering(
    session: Session,
    course: Course,
    proposal: Option<Signature>,
    command: Command,
    now: Timestamp,
) -> Outcome {
    match command {
        Command::ProposeDischarge { .. } | Command::AcceptDischarge { .. }
            if now < course.last_at.plus(session.protocol.earliest_discharge) =>
        {
            Err(early(&session, course))
        }
        Command::ProposeDischarge { unmet, .. } if !unmet.is_empty() => Err(Refusal::DischargeUnmet(unmet)),
        Command::ProposeDischarge { by, .. } => {
            let stage = Stage::Recovering { course, proposal: Some(Signature { by, at: now }) };
            Ok(Step::to(Session { stage, ..session }, Event::Prepared))
        }
        Command::AcceptDischarge { read_back: false, .. } => Err(Refusal::NotReadBack),
        Command::AcceptDischarge { unmet, .. } if !unmet.is_empty() => Err(Refusal::DischargeUnmet(unmet)),
        Command::AcceptDischarge { by, .. } => accept(session, course, proposal, by, now),
        Command::RecordDose { taken_at, lozenges } => Ok(recorded(session, course, taken_at, lozenges, now)),
        Command::End { kind, by, role } => hand_over(session, course, kind, by, role, now),
        Command::Tick => Ok(time_passed(session, course, proposal, now)),
        Command::Arrive { .. } | Command::Cancel => Ok(Step::stay(session)),
        Command::PressReady { .. }
        | Command::OfferDose { .. }
        | Command::WitnessDose { .. }
        | Command::Close { .. } => Err(Refusal::NotAtThisStep),
    }
}

fn discharged(
    session: Session,
    course: Course,
    next_morning_at: Timestamp,
    command: &Command,
    now: Timestamp,
) -> Outcome {
    match command {
        Command::RecordDose { taken_at, lozenges } => {
            Ok(recorded(session, course, *taken_at, *lozenges, now))
        }
        Command::End { kind, by, role } => hand_over(session, course, *kind, *by, *role, now),
        Command::Close { by, morning_answered: true, .. } => Ok(close(session, *by, now)),
        Command::Close { .. } if now < next_morning_at => Err(Refusal::MorningOpen { next_morning_at }),
        Command::Close { noted: false, .. } => Err(Refusal::NoteMissing),
        Command::Close { by, .. } => Ok(close(session, *by, now)),
        Command::Cancel | Command::Tick => Ok(Step::stay(session)),
        Command::Arrive { .. }
        | Command::PressReady { .. }
        | Command::OfferDose { .. }
        | Command::WitnessDose { .. }
        | Command::ProposeDischarge { .. }
        | Command::AcceptDischarge { .. } => Err(Refusal::NotAtThisStep),
    }
}

fn ended(
    session: Session,
    kind: EndKind,
    course: Option<Course>,
    command: &Command,
    now: Timestamp,
) -> Outcome {
    match command {
        Command::RecordDose { taken_at, lozenges } => match kind {
            EndKind::HandedOver => Ok(written_down(session, course, *taken_at, *lozenges, now)),
            EndKind::WithoutDose | EndKind::Withdrawn | EndKind::NoShow => {
                Ok(unplanned(session, *taken_at, *lozenges, now))
            }
        },
        Command::Close { by, .. } => Ok(close(session, *by, now)),
        Command::Cancel | Command::Tick => Ok(Step::stay(session)),
        Command::Arrive { .. }
        | Command::PressReady { .. }
        | Command::OfferDose { .. }
        | Command::WitnessDose { .. }
        | Command::ProposeDischarge { .. }
        | Command::AcceptDischarge { .. }
        | Command::End { .. } => Err(Refusal::NotAtThisStep),
    }
}

fn closed(session: Session, course: Option<Course>, command: &Command, now: Timestamp) -> Outcome {
    match command {
        Command::RecordDose { taken_at, lozenges } => {
            Ok(written_down(session, course, *taken_at, *lozenges, now))
        }
        Command::Cancel | Command::Tick => Ok(Step::stay(session)),
        Command::Arrive { .. }
        | Command::PressReady { .. }
        | Command::OfferDose { .. }
        | Command::WitnessDose { .. }
        | Command::ProposeDischarge { .. }
        | Command::AcceptDischarge { .. }
        | Command::End { .. }
        | Command::Close { .. } => Err(Refusal::NotAtThisStep),
    }
}
