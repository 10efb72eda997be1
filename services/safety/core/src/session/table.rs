//! The whole machine on one page. A reviewer reads this diff before the code's.

use super::course::{Course, ProtocolPhase};
use super::words::{Command, Event, Refusal};
use super::{EndKind, Here, Session, Signature, Stage};
use crate::gate::{Ready, Verdict};
use crate::protocol::Protocol;
use kernel::id::PersonId;
use kernel::machine::Machine;
use kernel::role::Role;
use kernel::time::{Pace, Span, Timestamp};
use std::fmt::Write;
use std::str::FromStr;

const NOON: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const README: &str = include_str!("../../../README.md");
const BEGIN: &str = "<!-- transitions -->\n```text\n";

fn someone() -> PersonId {
    PersonId::from_str("00000000-0000-7000-8000-000000000001").unwrap()
}

fn stages() -> Vec<(&'static str, Stage)> {
    let course = Course::witnessed(NOON.minus(Span::minutes(1)));
    let late = Course { phase: ProtocolPhase::Recover, ..Course::witnessed(NOON.minus(Span::minutes(121))) };
    let signed = Signature { by: someone(), at: NOON };
    let ended = |kind| Stage::Ended { kind, by: None, course: None };
    let until_at = NOON.plus(Span::seconds(30));
    vec![
        ("booked", Stage::Booked),
        ("arriving", Stage::Arriving { here: Here { patient: true, sitter: true, therapist: false } }),
        ("gate", Stage::Gate { ready: Ready::default() }),
        ("dosing_offered", Stage::DosingOffered { ready: Ready::default(), by: someone(), until_at }),
        ("dosed", Stage::Dosed { course }),
        ("recovering", Stage::Recovering { course: late, proposal: Some(signed) }),
        (
            "discharged",
            Stage::Discharged { course: late, proposed: signed, accepted: signed, next_morning_at: NOON },
        ),
        ("ended_without_dose", ended(EndKind::WithoutDose)),
        ("withdrawn", ended(EndKind::Withdrawn)),
        ("no_show", ended(EndKind::NoShow)),
        ("handed_over", ended(EndKind::HandedOver)),
        ("closed", Stage::Closed { signed, kind: None, course: None }),
    ]
}

fn commands() -> Vec<(&'static str, Command)> {
    let by = someone();
    let role = Role::Therapist;
    let open = Verdict::default;
    let end = |kind| Command::End { kind, by, role };
    vec![
        ("Arrive", Command::Arrive { role }),
        ("PressReady", Command::PressReady { role }),
        ("OfferDose", Command::OfferDose { by, verdict: open() }),
        ("WitnessDose", Command::WitnessDose { verdict: open() }),
        ("RecordDose", Command::RecordDose { taken_at: NOON, lozenges: 1 }),
        ("ProposeDischarge", Command::ProposeDischarge { by, unmet: vec![] }),
        ("AcceptDischarge", Command::AcceptDischarge { by, read_back: true, unmet: vec![] }),
        ("End without_dose", end(EndKind::WithoutDose)),
        ("End withdrawn", end(EndKind::Withdrawn)),
        ("End no_show", end(EndKind::NoShow)),
        ("End handed_over", end(EndKind::HandedOver)),
        ("Cancel", Command::Cancel),
        ("Close", Command::Close { by, morning_answered: true, noted: true }),
        ("Tick", Command::Tick),
    ]
}

fn said(event: &Event) -> &'static str {
    match event {
        Event::Prepared => "Prepared",
        Event::PhaseChanged => "PhaseChanged",
        Event::DoseOffered { .. } => "DoseOffered",
        Event::DoseBegun { .. } => "DoseBegun",
        Event::DoseRecorded { out_of_order: true, .. } => "DoseRecorded(out of order)",
        Event::DoseRecorded { .. } => "DoseRecorded",
        Event::ProtocolPhaseBegan => "ProtocolPhaseBegan",
        Event::Prolonged { .. } => "Prolonged",
        Event::Discharged { .. } => "Discharged",
        Event::Ended { .. } => "Ended",
        Event::Closed { .. } => "Closed",
    }
}

fn outcome(stage: Stage, command: Command) -> String {
    let session = Session {
        protocol: Protocol::new(false, Pace::REAL),
        starts_at: NOON,
        ends_at: NOON.plus(Span::hours(3)),
        since_at: NOON,
        stage,
    };
    match session.step(command, NOON) {
        Ok(step) => {
            let events: Vec<_> = step.events.iter().map(said).collect();
            format!("{} {}", step.state.phase(), events.join(", "))
        }
        Err(refusal) => format!("no: {}", refused(&refusal)),
    }
}

fn refused(refusal: &Refusal) -> String {
    let shown = format!("{refusal:?}");
    shown.split([' ', '(']).next().unwrap_or_default().to_owned()
}

fn table() -> String {
    let mut table = String::new();
    for (name, stage) in stages() {
        for (word, command) in commands() {
            let row = outcome(stage.clone(), command);
            writeln!(table, "{name:<18} + {word:<16} -> {}", row.trim_end()).unwrap_or_default();
        }
    }
    table
}

#[test]
fn the_table_in_the_readme_is_the_machine() {
    let (before, rest) = README.split_once(BEGIN).expect("the README holds the table");
    let (shown, after) = rest.split_once("```").expect("the table ends");
    let table = table();
    if option_env!("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
        std::fs::write(path, format!("{before}{BEGIN}{table}```{after}")).expect("the README can be written");
        return;
    }
    assert_eq!(shown, table, "run UPDATE=1 cargo test -p safety-core and read the diff");
}
