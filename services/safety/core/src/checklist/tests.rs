//! What the list holds, and who may answer it.

use super::*;
use kernel::role::Role::{Coordinator, Patient, Prescriber, Sitter, Therapist};
use std::collections::BTreeSet;

/// Copied by hand from clinical.md §3.1 to §3.4, where B is written; `WATCH-…` are ours.
const BLOCKING: &[&str] = &[
    "PT-ID",
    "PT-LOC",
    "PT-FOOD",
    "PT-FLUID",
    "PT-ALC",
    "PT-SUB",
    "PT-WELL",
    "PT-PREG",
    "PT-BP",
    "PT-SPO2",
    "PT-CSSRS",
    "PT-CNT",
    "PT-POS",
    "PT-HAZ",
    "PT-BASIN",
    "PT-LIGHT",
    "PT-PHONE",
    "PT-KIDS",
    "PT-DRIVE",
    "PT-TIME",
    "PT-CONS",
    "PT-INTV",
    "ST-ADULT",
    "ST-SOBER",
    "ST-PRES",
    "ST-STAY",
    "ST-ABLE",
    "ST-TRAIN",
    "ST-AGREE",
    "ST-PHONE",
    "ST-ADDR",
    "ST-PLAN",
    "ST-BPC",
    "ST-REL",
    "TH-LIC",
    "TH-ID",
    "TH-EMS",
    "TH-CONT",
    "TH-CSSRS",
    "TH-CONS",
    "TH-RX",
    "TH-RXP",
    "TH-PLANB",
    "TH-AV",
    "TH-STATE",
    "TH-PRIV",
    "TH-FIT",
    "RX-ELIG",
    "RX-DEA",
    "RX-PDMP",
    "RX-VS",
    "RX-DOSE",
    "RX-CALL",
    "RX-AMB",
    "WATCH-ARMED",
    "WATCH-SCREEN",
    "WATCH-LIVE",
    "WATCH-CLOCK",
    "WATCH-SECOND",
    "WATCH-DOG",
];
/// Those with a condition beside the B.
const CONDITIONAL: &[&str] = &["PT-MED", "ST-BACK", "TH-SAFE"];
/// Those with an A; `RX-REACH` is ours (ARCHITECTURE, decision 46).
const ADVISORY: &[&str] =
    &["PT-BATH", "PT-MASK", "PT-MUS", "PT-PETS", "PT-DEC", "PT-INT", "ST-LOG", "RX-RESC", "RX-REACH"];

fn ids(wanted: impl Fn(Weight) -> bool) -> BTreeSet<&'static str> {
    all().filter(|(_, item)| wanted(item.weight)).map(|(_, item)| item.id).collect()
}

#[test]
fn every_item_of_the_clinical_list_is_here_with_its_weight() {
    assert_eq!(ids(|weight| weight == Weight::Blocking), BLOCKING.iter().copied().collect());
    assert_eq!(ids(|weight| weight == Weight::Advisory), ADVISORY.iter().copied().collect());
    assert_eq!(
        ids(|weight| matches!(weight, Weight::BlockingUnless { .. })),
        CONDITIONAL.iter().copied().collect()
    );
}

#[test]
fn no_id_appears_twice_and_every_item_says_why_and_what_to_do() {
    let mut seen = BTreeSet::new();
    for (_, item) in all() {
        assert!(seen.insert(item.id), "{} twice", item.id);
        for sentence in [item.title, item.why, item.todo] {
            assert!(sentence.ends_with('.') && sentence.len() > 10, "{}: {sentence}", item.id);
        }
        assert!(item.source.contains("clinical.md") || item.source.contains("reliability.md"), "{}", item.id);
    }
}

#[test]
fn every_item_can_be_settled_by_someone_or_checked_by_the_house() {
    for (_, item) in all() {
        assert!(!item.who.roles().is_empty() || item.proof.is_some(), "{}", item.id);
        assert_eq!(item.who == Who::Nobody, item.who.roles().is_empty(), "{}", item.id);
    }
}

#[test]
fn an_item_is_answered_only_by_its_own_roles() {
    assert!(answerable("PT-FOOD", Patient, Answer::Yes, None).is_ok());
    assert_eq!(answerable("PT-FOOD", Sitter, Answer::Yes, None), Err(Refusal::NotYours));
    assert_eq!(answerable("PT-ID", Patient, Answer::Yes, None), Err(Refusal::NotYours));
    assert_eq!(answerable("ST-REL", Therapist, Answer::Yes, None), Err(Refusal::NotYours));
    assert!(answerable("ST-REL", Coordinator, Answer::Yes, None).is_ok());
}

#[test]
fn a_measured_item_cannot_be_pressed_true() {
    for id in ["PT-BP", "PT-SPO2", "ST-TRAIN", "ST-PHONE", "RX-CALL", "WATCH-ARMED", "WATCH-DOG", "RX-AMB"] {
        for role in Role::ALL {
            assert_eq!(answerable(id, role, Answer::Yes, None), Err(Refusal::Measured), "{id}");
        }
    }
}

#[test]
fn no_blocking_item_can_be_declined_by_anyone() {
    for id in BLOCKING {
        for role in Role::ALL {
            assert!(answerable(id, role, Answer::Declined, Some("a long reason")).is_err(), "{id}");
        }
    }
}

#[test]
fn an_advisory_item_is_declined_with_a_reason_by_its_own_role() {
    assert_eq!(answerable("PT-MASK", Patient, Answer::Declined, None), Err(Refusal::ReasonMissing));
    assert_eq!(answerable("PT-MASK", Patient, Answer::Declined, Some("  no ")), Err(Refusal::ReasonMissing));
    assert_eq!(answerable("PT-MASK", Sitter, Answer::Declined, Some("no mask")), Err(Refusal::NotYours));
    assert!(answerable("PT-MASK", Patient, Answer::Declined, Some("I do not like it")).is_ok());
}

#[test]
fn a_conditional_item_is_set_aside_only_by_who_can_judge_it() {
    let reason = Some("The sitter lives here.");
    assert_eq!(answerable("ST-BACK", Patient, Answer::Declined, reason), Err(Refusal::Required));
    assert!(answerable("ST-BACK", Therapist, Answer::Declined, reason).is_ok());
    assert!(answerable("PT-MED", Prescriber, Answer::Declined, reason).is_ok());
    assert!(answerable("TH-SAFE", Therapist, Answer::Declined, reason).is_ok());
}

#[test]
fn an_unknown_item_is_refused() {
    assert_eq!(answerable("PT-NOPE", Patient, Answer::Yes, None), Err(Refusal::Unknown));
}
