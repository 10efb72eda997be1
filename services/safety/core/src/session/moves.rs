//! What each step does, once it is allowed.

use super::course::{Alert, Course, ProtocolPhase};
use super::words::{Event, Refusal};
use super::{EndKind, Here, Session, Signature, Stage};
use crate::gate::{Ready, Verdict};
use crate::protocol::fresh;
use kernel::id::PersonId;
use kernel::machine::Step;
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Span, Timestamp};

/// What a step comes to.
pub type Outcome = Result<Step<Session, Event>, Refusal>;

/// To another stage, and says so.
pub fn moved(session: Session, stage: Stage, mut events: Vec<Event>, now: Timestamp) -> Step<Session, Event> {
    events.insert(0, Event::PhaseChanged);
    Step::saying(Session { stage, since_at: now, ..session }, events)
}

/// A real session opens an hour before its time and shuts with the block; a drill at once (decisions, Drills).
pub fn arrive(session: Session, mut here: Here, role: Role, now: Timestamp) -> Outcome {
    let opens_at = session.starts_at.minus(session.protocol.arrival);
    if !session.protocol.drill && now < opens_at {
        return Err(Refusal::TooEarly { opens_at });
    }
    if !session.protocol.drill && now >= session.ends_at {
        return Err(Refusal::BlockOver);
    }
    match role {
        Role::Patient => here.patient = true,
        Role::Sitter => here.sitter = true,
        Role::Therapist => here.therapist = true,
        Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => return Err(Refusal::NotYours),
    }
    if here.patient && here.sitter && here.therapist {
        return Ok(moved(session, Stage::Gate { ready: Ready::default() }, vec![], now));
    }
    match session.stage {
        Stage::Arriving { .. } => {
            Ok(Step::to(Session { stage: Stage::Arriving { here }, ..session }, Event::Prepared))
        }
        Stage::Booked
        | Stage::Gate { .. }
        | Stage::DosingOffered { .. }
        | Stage::Dosed { .. }
        | Stage::Recovering { .. }
        | Stage::Discharged { .. }
        | Stage::Ended { .. }
        | Stage::Closed { .. } => Ok(moved(session, Stage::Arriving { here }, vec![], now)),
    }
}

pub fn press_ready(session: Session, mut ready: Ready, role: Role, now: Timestamp) -> Outcome {
    match role {
        Role::Patient => ready.patient = Some(now),
        Role::Sitter => ready.sitter = Some(now),
        Role::Therapist => ready.therapist = Some(now),
        Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor => return Err(Refusal::NotYours),
    }
    Ok(Step::to(Session { stage: Stage::Gate { ready }, ..session }, Event::Prepared))
}

pub fn offer(session: Session, ready: Ready, by: PersonId, verdict: Verdict, now: Timestamp) -> Outcome {
    if !verdict.is_open() {
        return Err(Refusal::GateClosed(verdict.red));
    }
    let until_at = now.plus(session.protocol.offer);
    let stage = Stage::DosingOffered { ready, by, until_at };
    Ok(moved(session, stage, vec![Event::DoseOffered { until_at }], now))
}

/// The gate is asked again at the very moment (reliability.md §2.6).
pub fn witness(session: Session, verdict: Verdict, now: Timestamp) -> Outcome {
    if !verdict.is_open() {
        return Err(Refusal::GateClosed(verdict.red));
    }
    let stage = Stage::Dosed { course: Course::witnessed(now) };
    Ok(moved(session, stage, vec![Event::DoseBegun { at: now }], now))
}

/// 24 h: a dose is told within a day of it. What is said to lie further back, or in the future, was said by a clock
/// that is wrong; it counts from when it was told, which never makes the observation shorter.
const TOLD_WITHIN: Span = Span::hours(24);

fn counted_from(taken_at: Timestamp, now: Timestamp) -> Timestamp {
    if fresh(taken_at, TOLD_WITHIN, now) { taken_at } else { now }
}

/// A dose outside the gate: the observation begins from its own time.
pub fn unplanned(
    session: Session,
    taken_at: Timestamp,
    lozenges: i64,
    now: Timestamp,
) -> Step<Session, Event> {
    let at = counted_from(taken_at, now);
    let stage = Stage::Dosed { course: Course::written(at) };
    moved(session, stage, vec![Event::DoseRecorded { at, lozenges, out_of_order: true }], now)
}

/// The written record of the witnessed dose, or one more dose, which starts the observation again.
pub fn recorded(
    session: Session,
    course: Course,
    taken_at: Timestamp,
    lozenges: i64,
    now: Timestamp,
) -> Step<Session, Event> {
    let at = counted_from(taken_at, now);
    if course.is_record_of_witnessed(at, &session.protocol) {
        let event = Event::DoseRecorded { at, lozenges, out_of_order: false };
        return Step::to(with_course(session, Course { unrecorded: false, ..course }), event);
    }
    let event = Event::DoseRecorded { at, lozenges, out_of_order: true };
    moved(session, under_way(course.with_dose(at), None), vec![event], now)
}

/// A dose told after everything is over: kept, and told to everyone, but nothing begins here again.
pub fn written_down(
    session: Session,
    course: Option<Course>,
    taken_at: Timestamp,
    lozenges: i64,
    now: Timestamp,
) -> Step<Session, Event> {
    let at = counted_from(taken_at, now);
    let in_order = course.is_some_and(|course| course.is_record_of_witnessed(at, &session.protocol));
    let course = match course {
        Some(course) if in_order => Course { unrecorded: false, ..course },
        Some(course) => course.with_dose(at),
        None => Course::written(at),
    };
    Step::to(with_course(session, course), Event::DoseRecorded { at, lozenges, out_of_order: !in_order })
}

/// The same stage with another course.
pub fn with_course(mut session: Session, new: Course) -> Session {
    match &mut session.stage {
        Stage::Dosed { course } | Stage::Recovering { course, .. } | Stage::Discharged { course, .. } => {
            *course = new;
        }
        Stage::Ended { course, .. } | Stage::Closed { course, .. } => *course = Some(new),
        Stage::Booked | Stage::Arriving { .. } | Stage::Gate { .. } | Stage::DosingOffered { .. } => {}
    }
    session
}

/// One rung at a time, in the order of their times, however late the clock calls.
pub fn time_passed(
    session: Session,
    course: Course,
    proposal: Option<Signature>,
    now: Timestamp,
) -> Step<Session, Event> {
    let protocol = &session.protocol;
    let next_phase = course.phase.next(protocol).zip(course.phase_due(protocol));
    let next_alert = course.alert.next(protocol).zip(course.alert_due(protocol));
    let alert_first = match (&next_phase, &next_alert) {
        (Some((_, phase_at)), Some((_, alert_at))) => alert_at < phase_at,
        (None, Some(_)) => true,
        (Some(_) | None, None) => false,
    };
    match (next_phase, next_alert) {
        (_, Some(((alert, _), at))) if alert_first && now >= at => {
            let stage = under_way(Course { alert, ..course }, proposal);
            Step::to(Session { stage, ..session }, Event::Prolonged { severity: severity(alert) })
        }
        (Some(((ProtocolPhase::Recover, _), at)), _) if !alert_first && now >= at => {
            let course = Course { phase: ProtocolPhase::Recover, ..course };
            moved(session, Stage::Recovering { course, proposal: None }, vec![], now)
        }
        (Some(((phase, _), at)), _) if !alert_first && now >= at => {
            let stage = Stage::Dosed { course: Course { phase, ..course } };
            Step::to(Session { stage, ..session }, Event::ProtocolPhaseBegan)
        }
        (Some(_) | None, Some(_) | None) => Step::stay(session),
    }
}

const fn under_way(course: Course, proposal: Option<Signature>) -> Stage {
    match course.phase {
        ProtocolPhase::Recover => Stage::Recovering { course, proposal },
        ProtocolPhase::Absorb | ProtocolPhase::Onset | ProtocolPhase::Peak | ProtocolPhase::Return => {
            Stage::Dosed { course }
        }
    }
}

const fn severity(alert: Alert) -> Severity {
    match alert {
        Alert::Quiet | Alert::Told => Severity::Watch,
        Alert::Urgent => Severity::Urgent,
    }
}

pub fn early(session: &Session, course: Course) -> Refusal {
    Refusal::DischargeEarly { earliest_at: course.last_at.plus(session.protocol.earliest_discharge) }
}

/// The sitter takes over from a therapist who signed within the last half hour.
pub fn accept(
    session: Session,
    course: Course,
    proposal: Option<Signature>,
    by: PersonId,
    now: Timestamp,
) -> Outcome {
    let valid = session.protocol.vitals;
    let Some(proposed) = proposal.filter(|signed| fresh(signed.at, valid, now)) else {
        return Err(Refusal::NothingProposed);
    };
    let next_morning_at = now.plus(session.protocol.next_morning);
    let accepted = Signature { by, at: now };
    let stage = Stage::Discharged { course, proposed, accepted, next_morning_at };
    Ok(moved(session, stage, vec![Event::Discharged { next_morning_at }], now))
}

/// Before a dose anyone in the session may stop it: the patient by withdrawing, the therapist in every way.
pub fn end_before_dose(session: Session, kind: EndKind, by: PersonId, role: Role, now: Timestamp) -> Outcome {
    match (role, kind) {
        (Role::Therapist, EndKind::NoShow) => {
            if !session.protocol.drill && now < session.starts_at {
                return Err(Refusal::TooEarly { opens_at: session.starts_at });
            }
            match session.stage {
                Stage::Booked | Stage::Arriving { .. } => Ok(end(session, kind, by, None, now)),
                Stage::Gate { .. }
                | Stage::DosingOffered { .. }
                | Stage::Dosed { .. }
                | Stage::Recovering { .. }
                | Stage::Discharged { .. }
                | Stage::Ended { .. }
                | Stage::Closed { .. } => Err(Refusal::NotAtThisStep),
            }
        }
        (Role::Therapist, EndKind::WithoutDose | EndKind::Withdrawn | EndKind::HandedOver)
        | (Role::Patient, EndKind::Withdrawn) => Ok(end(session, kind, by, None, now)),
        (Role::Patient, EndKind::WithoutDose | EndKind::NoShow | EndKind::HandedOver)
        | (Role::Sitter | Role::Prescriber | Role::Coordinator | Role::Admin | Role::Auditor, _) => {
            Err(Refusal::NotYours)
        }
    }
}

/// After a dose only a hand-over ends it: the patient is supported until safe (clinical.md §10.4).
pub fn hand_over(
    session: Session,
    course: Course,
    kind: EndKind,
    by: PersonId,
    role: Role,
    now: Timestamp,
) -> Outcome {
    if role != Role::Therapist {
        return Err(if role == Role::Patient { Refusal::AlreadyDosed } else { Refusal::NotYours });
    }
    match kind {
        EndKind::HandedOver => Ok(end(session, kind, by, Some(course), now)),
        EndKind::WithoutDose | EndKind::Withdrawn | EndKind::NoShow => Err(Refusal::AlreadyDosed),
    }
}

pub fn end(
    session: Session,
    kind: EndKind,
    by: PersonId,
    course: Option<Course>,
    now: Timestamp,
) -> Step<Session, Event> {
    let stage = Stage::Ended { kind, by: Some(by), course };
    moved(session, stage, vec![Event::Ended { kind, dosed: course.is_some() }], now)
}

pub fn cancelled(session: Session, now: Timestamp) -> Step<Session, Event> {
    let kind = EndKind::WithoutDose;
    let stage = Stage::Ended { kind, by: None, course: None };
    moved(session, stage, vec![Event::Ended { kind, dosed: false }], now)
}

pub fn close(session: Session, by: PersonId, now: Timestamp) -> Step<Session, Event> {
    let course = session.course().copied();
    let kind = match session.stage {
        Stage::Ended { kind, .. } => Some(kind),
        Stage::Booked
        | Stage::Arriving { .. }
        | Stage::Gate { .. }
        | Stage::DosingOffered { .. }
        | Stage::Dosed { .. }
        | Stage::Recovering { .. }
        | Stage::Discharged { .. }
        | Stage::Closed { .. } => None,
    };
    let stage = Stage::Closed { signed: Signature { by, at: now }, kind, course };
    moved(session, stage, vec![Event::Closed { by }], now)
}
