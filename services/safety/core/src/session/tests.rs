//! The life of a session, told by its people.

use super::course::{Course, ProtocolPhase};
use super::words::{Command, Event, Refusal};
use super::*;
use crate::discharge::Unmet;
use crate::gate::{Owner, Red, Verdict};
use kernel::role::Role;
use kernel::severity::Severity;
use kernel::time::{Pace, Span};
use std::str::FromStr;

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn after(minutes: i64) -> Timestamp {
    NOON.plus(Span::minutes(minutes))
}

fn someone() -> PersonId {
    PersonId::from_str("00000000-0000-7000-8000-000000000001").unwrap()
}

fn booked() -> Session {
    Session::booked(Protocol::new(false, Pace::REAL), NOON, after(210), NOON)
}

fn told(session: Session, command: Command, now: Timestamp) -> (Session, Vec<Event>) {
    let step = session.step(command, now).expect("the command is taken");
    (step.state, step.events)
}

fn refused(session: &Session, command: Command, now: Timestamp) -> Refusal {
    session.clone().step(command, now).expect_err("the command is refused")
}

fn open() -> Verdict {
    Verdict::default()
}

fn shut() -> Verdict {
    let red = Red {
        id: "PT-BP".to_owned(),
        title: String::new(),
        owner: Owner::Role(Role::Therapist),
        why: String::new(),
        todo: String::new(),
    };
    Verdict { red: vec![red], amber: vec![] }
}

fn at_the_gate() -> Session {
    [Role::Therapist, Role::Patient, Role::Sitter]
        .into_iter()
        .fold(booked(), |session, role| told(session, Command::Arrive { role }, NOON).0)
}

fn offered() -> Session {
    told(at_the_gate(), Command::OfferDose { by: someone(), verdict: open() }, NOON).0
}

fn dosed() -> Session {
    told(offered(), Command::WitnessDose { verdict: open() }, NOON).0
}

/// Ticks at due times up to `end`, as the timers do.
fn until(mut session: Session, end: Timestamp) -> (Session, Vec<Event>) {
    let mut heard = vec![];
    while let Some(due) = session.due().filter(|due| *due <= end) {
        let (next, events) = told(session, Command::Tick, due.plus(Span::micros(1)));
        session = next;
        heard.extend(events);
    }
    (session, heard)
}

fn recovering() -> Session {
    until(dosed(), after(120)).0
}

fn discharge(session: Session, now: Timestamp) -> Session {
    let session = told(session, Command::ProposeDischarge { by: someone(), unmet: vec![] }, now).0;
    told(session, Command::AcceptDischarge { by: someone(), read_back: true, unmet: vec![] }, now).0
}

fn end(kind: EndKind, role: Role) -> Command {
    Command::End { kind, by: someone(), role }
}

fn record(taken_at: Timestamp) -> Command {
    Command::RecordDose { taken_at, lozenges: 2 }
}

#[test]
fn the_gate_opens_its_door_when_all_three_are_here() {
    let (session, _) = told(booked(), Command::Arrive { role: Role::Sitter }, NOON);
    assert_eq!(session.phase(), "arriving");
    assert_eq!(at_the_gate().phase(), "gate");
}

#[test]
fn nobody_arrives_more_than_an_hour_early_or_after_the_block() {
    let arrive = Command::Arrive { role: Role::Patient };
    let early = refused(&booked(), arrive.clone(), after(-61));
    assert_eq!(early, Refusal::TooEarly { opens_at: after(-60) });
    assert_eq!(refused(&booked(), arrive.clone(), after(210)), Refusal::BlockOver);
    assert!(booked().step(arrive, after(-60)).is_ok());
}

#[test]
fn a_drill_may_be_entered_at_once() {
    let drill = Session::booked(Protocol::new(true, Pace::REAL), after(10_000), after(10_210), NOON);
    assert!(drill.step(Command::Arrive { role: Role::Patient }, NOON).is_ok());
}

#[test]
fn only_patient_sitter_and_therapist_arrive_and_press_ready() {
    for role in [Role::Prescriber, Role::Coordinator, Role::Admin, Role::Auditor] {
        assert_eq!(refused(&booked(), Command::Arrive { role }, NOON), Refusal::NotYours);
        assert_eq!(refused(&at_the_gate(), Command::PressReady { role }, NOON), Refusal::NotYours);
    }
}

#[test]
fn a_closed_gate_refuses_both_the_offer_and_the_witness_and_names_what_is_red() {
    let offer = Command::OfferDose { by: someone(), verdict: shut() };
    assert_eq!(refused(&at_the_gate(), offer, NOON), Refusal::GateClosed(shut().red));
    let witness = Command::WitnessDose { verdict: shut() };
    assert_eq!(refused(&offered(), witness, NOON), Refusal::GateClosed(shut().red));
}

#[test]
fn the_sitter_has_thirty_seconds_to_witness() {
    let last = NOON.plus(Span::seconds(30));
    let witness = Command::WitnessDose { verdict: open() };
    assert_eq!(
        told(offered(), witness.clone(), last).1,
        [Event::PhaseChanged, Event::DoseBegun { at: last }]
    );
    assert_eq!(refused(&offered(), witness.clone(), last.plus(Span::micros(1))), Refusal::OfferOver);
    let (lapsed, _) = told(offered(), Command::Tick, last.plus(Span::micros(1)));
    assert_eq!(lapsed.phase(), "gate");
    assert_eq!(refused(&lapsed, witness, last), Refusal::OfferOver);
}

#[test]
fn an_offer_that_ran_out_can_be_made_again_before_the_clock_noticed() {
    let late = NOON.plus(Span::seconds(31));
    assert!(offered().step(Command::OfferDose { by: someone(), verdict: open() }, late).is_ok());
}

#[test]
fn there_is_no_way_to_dosed_but_the_witness_and_the_record() {
    for session in [booked(), at_the_gate(), recovering()] {
        assert!(session.step(Command::WitnessDose { verdict: open() }, NOON).is_err());
    }
    for session in [booked(), dosed(), recovering()] {
        let offer = Command::OfferDose { by: someone(), verdict: open() };
        assert_eq!(refused(&session, offer, NOON), Refusal::NotAtThisStep);
    }
}

#[test]
fn the_medicine_moves_through_its_phases_by_the_clock() {
    let phases: Vec<_> = [14, 15, 20, 60, 119]
        .into_iter()
        .map(|minutes| until(dosed(), after(minutes)).0.course().map(|course| course.phase.as_str()))
        .collect();
    assert_eq!(phases, [Some("absorb"), Some("onset"), Some("peak"), Some("return"), Some("return")]);
    assert_eq!(recovering().phase(), "recovering");
}

#[test]
fn a_house_that_slept_for_hours_tells_every_rung_in_order() {
    let mut session = dosed();
    let mut heard = vec![];
    while session.due().is_some_and(|due| due <= after(400)) {
        let (next, events) = told(session, Command::Tick, after(400));
        session = next;
        heard.extend(events);
    }
    let told = |severity| Event::Prolonged { severity };
    let began = Event::ProtocolPhaseBegan;
    assert_eq!(
        heard,
        [
            began.clone(),
            began.clone(),
            began,
            Event::PhaseChanged,
            told(Severity::Watch),
            told(Severity::Urgent)
        ]
    );
}

#[test]
fn a_dose_of_another_day_counts_from_when_it_was_told() {
    let began = |taken_at: Timestamp| told(booked(), record(taken_at), NOON).0.course().unwrap().first_at;
    let day = Span::hours(24);
    assert_eq!(began(NOON.minus(day)), NOON.minus(day));
    for wrong in [NOON.minus(day).minus(Span::micros(1)), NOON.plus(day), Timestamp::from_micros(i64::MIN)] {
        assert_eq!(began(wrong), NOON);
    }
}

#[test]
fn an_early_tick_changes_nothing() {
    assert_eq!(told(dosed(), Command::Tick, after(14)), (dosed(), vec![]));
    assert_eq!(told(offered(), Command::Tick, NOON), (offered(), vec![]));
}

#[test]
fn it_runs_long_after_four_hours_and_urgently_after_six() {
    let (session, heard) = until(dosed(), after(239));
    assert!(!heard.iter().any(|event| matches!(event, Event::Prolonged { .. })));
    let (session, heard) = until(session, after(240));
    assert_eq!(heard, [Event::Prolonged { severity: Severity::Watch }]);
    assert_eq!(until(session, after(360)).1, [Event::Prolonged { severity: Severity::Urgent }]);
}

#[test]
fn nobody_is_discharged_before_two_hours_have_passed() {
    let propose = Command::ProposeDischarge { by: someone(), unmet: vec![] };
    let early = Refusal::DischargeEarly { earliest_at: after(120) };
    assert_eq!(refused(&dosed(), propose.clone(), after(119)), early);
    assert_eq!(refused(&recovering(), propose.clone(), after(119)), early);
    assert!(recovering().step(propose, after(120)).is_ok());
}

#[test]
fn a_discharge_takes_the_therapist_and_then_the_sitter() {
    let accept = |read_back| Command::AcceptDischarge { by: someone(), read_back, unmet: vec![] };
    assert_eq!(refused(&recovering(), accept(true), after(120)), Refusal::NothingProposed);
    let (proposed, _) =
        told(recovering(), Command::ProposeDischarge { by: someone(), unmet: vec![] }, after(120));
    assert_eq!(refused(&proposed, accept(false), after(121)), Refusal::NotReadBack);
    assert_eq!(refused(&proposed, accept(true), after(151)), Refusal::NothingProposed);
    let (session, events) = told(proposed, accept(true), after(121));
    assert_eq!(session.phase(), "discharged");
    let next_morning_at = after(121).plus(Span::hours(18));
    assert_eq!(events, [Event::PhaseChanged, Event::Discharged { next_morning_at }]);
}

#[test]
fn an_unmet_criterion_stops_either_signature() {
    let unmet = vec![Unmet { id: "D4".to_owned(), detail: String::new() }];
    let propose = Command::ProposeDischarge { by: someone(), unmet: unmet.clone() };
    assert_eq!(refused(&recovering(), propose, after(120)), Refusal::DischargeUnmet(unmet.clone()));
    let accept = Command::AcceptDischarge { by: someone(), read_back: true, unmet: unmet.clone() };
    assert_eq!(refused(&recovering(), accept, after(120)), Refusal::DischargeUnmet(unmet));
}

#[test]
fn a_dose_is_recorded_in_every_stage() {
    let ended = told(at_the_gate(), end(EndKind::Withdrawn, Role::Patient), NOON).0;
    let closed =
        told(ended.clone(), Command::Close { by: someone(), morning_answered: false, noted: false }, NOON).0;
    let over = told(dosed(), end(EndKind::HandedOver, Role::Therapist), NOON).0;
    let discharged = discharge(recovering(), after(120));
    let all = [booked(), at_the_gate(), offered(), dosed(), recovering(), discharged, ended, over, closed];
    for session in all {
        let phase = session.phase();
        let (_, events) = told(session, record(after(125)), after(130));
        let kept = Event::DoseRecorded { at: after(125), lozenges: 2, out_of_order: true };
        assert!(events.contains(&kept), "{phase}");
    }
}

#[test]
fn a_dose_outside_the_gate_begins_the_observation_from_its_own_time() {
    let (session, _) = told(booked(), record(after(-20)), NOON);
    assert_eq!(session.phase(), "dosed");
    assert_eq!(session.earliest_discharge_at(), Some(after(100)));
    let (session, _) = told(booked(), record(after(20)), NOON);
    assert_eq!(session.course().map(|course| course.first_at), Some(NOON));
}

#[test]
fn the_written_record_of_the_witnessed_dose_is_in_order_once() {
    let (session, events) = told(dosed(), record(after(2)), after(3));
    assert_eq!(events, [Event::DoseRecorded { at: after(2), lozenges: 2, out_of_order: false }]);
    assert_eq!(session.course().map(|course| course.first_at), Some(NOON));
    let (_, events) = told(session, record(after(2)), after(4));
    assert!(events.contains(&Event::DoseRecorded { at: after(2), lozenges: 2, out_of_order: true }));
}

#[test]
fn a_second_dose_starts_the_clock_again_and_an_older_one_does_not() {
    let (again, _) = told(recovering(), record(after(125)), after(126));
    assert_eq!((again.phase(), again.earliest_discharge_at()), ("dosed", Some(after(245))));
    assert_eq!(again.course().map(|course| course.phase), Some(ProtocolPhase::Absorb));
    let (older, _) = told(recovering(), record(after(-30)), after(126));
    assert_eq!((older.phase(), older.earliest_discharge_at()), ("recovering", Some(after(120))));
}

#[test]
fn a_dose_after_a_hand_over_or_a_closure_is_kept_and_begins_nothing() {
    let over = told(at_the_gate(), end(EndKind::HandedOver, Role::Therapist), NOON).0;
    let (session, _) = told(over, record(after(5)), after(6));
    assert_eq!(session.phase(), "handed_over");
    assert_eq!(session.course(), Some(&Course::written(after(5))));
}

#[test]
fn the_patient_may_withdraw_before_the_dose_and_nothing_else() {
    for session in [booked(), at_the_gate(), offered()] {
        let (ended, events) = told(session.clone(), end(EndKind::Withdrawn, Role::Patient), NOON);
        assert_eq!(ended.phase(), "withdrawn");
        assert!(events.contains(&Event::Ended { kind: EndKind::Withdrawn, dosed: false }));
        assert_eq!(refused(&session, end(EndKind::WithoutDose, Role::Patient), NOON), Refusal::NotYours);
        assert_eq!(refused(&session, end(EndKind::Withdrawn, Role::Sitter), NOON), Refusal::NotYours);
    }
    assert_eq!(refused(&dosed(), end(EndKind::Withdrawn, Role::Patient), NOON), Refusal::AlreadyDosed);
}

#[test]
fn after_a_dose_only_a_hand_over_ends_the_session() {
    for kind in [EndKind::WithoutDose, EndKind::Withdrawn, EndKind::NoShow] {
        assert_eq!(refused(&dosed(), end(kind, Role::Therapist), NOON), Refusal::AlreadyDosed);
    }
    assert_eq!(refused(&dosed(), end(EndKind::HandedOver, Role::Sitter), NOON), Refusal::NotYours);
    let (session, events) = told(dosed(), end(EndKind::HandedOver, Role::Therapist), after(30));
    assert_eq!(session.phase(), "handed_over");
    assert!(events.contains(&Event::Ended { kind: EndKind::HandedOver, dosed: true }));
}

#[test]
fn a_no_show_is_called_after_the_start_and_before_everyone_is_here() {
    let no_show = end(EndKind::NoShow, Role::Therapist);
    assert_eq!(refused(&booked(), no_show.clone(), after(-1)), Refusal::TooEarly { opens_at: NOON });
    assert_eq!(told(booked(), no_show.clone(), NOON).0.phase(), "no_show");
    assert_eq!(refused(&at_the_gate(), no_show, NOON), Refusal::NotAtThisStep);
}

#[test]
fn nothing_closes_without_a_signature() {
    for kind in [EndKind::WithoutDose, EndKind::Withdrawn, EndKind::NoShow, EndKind::HandedOver] {
        let session = told(booked().with(kind), Command::Tick, after(100_000)).0;
        assert_eq!(session.due(), None);
        assert_ne!(session.phase(), "closed");
        let close = Command::Close { by: someone(), morning_answered: false, noted: false };
        let (session, events) = told(session, close.clone(), NOON);
        assert_eq!(session.phase(), "closed");
        assert!(events.contains(&Event::Closed { by: someone() }));
        assert_eq!(refused(&session, close, NOON), Refusal::NotAtThisStep);
    }
}

impl Session {
    /// The same session, ended.
    fn with(self, kind: EndKind) -> Self {
        Self { stage: Stage::Ended { kind, by: None, course: None }, ..self }
    }
}

#[test]
fn a_discharged_session_stays_open_until_the_morning_is_answered() {
    let session = discharge(recovering(), after(120));
    let next_morning_at = after(120).plus(Span::hours(18));
    let close = |morning_answered, noted| Command::Close { by: someone(), morning_answered, noted };
    let open = Refusal::MorningOpen { next_morning_at };
    assert_eq!(refused(&session, close(false, true), after(200)), open);
    assert!(session.clone().step(close(true, false), after(200)).is_ok());
    assert_eq!(refused(&session, close(false, false), next_morning_at), Refusal::NoteMissing);
    assert!(session.step(close(false, true), next_morning_at).is_ok());
}

#[test]
fn a_cancelled_booking_ends_before_a_dose_and_changes_nothing_after() {
    assert_eq!(told(booked(), Command::Cancel, NOON).0.phase(), "ended_without_dose");
    assert_eq!(told(dosed(), Command::Cancel, NOON).0, dosed());
}

#[test]
fn nothing_can_be_signed_under_the_medicine() {
    assert!(dosed().is_under_the_medicine() && recovering().is_under_the_medicine());
    assert!(!at_the_gate().is_under_the_medicine());
    assert!(!discharge(recovering(), after(120)).is_under_the_medicine());
}

#[test]
fn a_drill_at_sixty_may_be_discharged_after_two_minutes() {
    let protocol = Protocol::new(true, Pace::new(60).unwrap());
    let session = Session { protocol, ..dosed() };
    assert_eq!(session.earliest_discharge_at(), Some(after(2)));
}

#[test]
fn every_stage_survives_being_stored() {
    for session in
        [booked(), at_the_gate(), offered(), dosed(), recovering(), discharge(recovering(), after(120))]
    {
        let stored = serde_json::to_string(&session).unwrap();
        assert_eq!(serde_json::from_str::<Session>(&stored).unwrap(), session);
    }
}
